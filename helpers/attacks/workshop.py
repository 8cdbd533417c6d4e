"""What a forger has on the table: a good token, the public keys, and a key of their own.

For tokens that an issuer really signs for somebody else (an expired one, one for another API) the issuer's private
key is needed too. The lab has it when the issuer is its own authorization server, and no attacker ever has.
"""

import base64
import functools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

NOWHERE = "http://127.0.0.1:9/"
"""Where nobody listens: the trap of a workshop that has none."""


@dataclass(frozen=True)
class Workshop:
    """The material for forgeries.

    :param good: an access token that its API accepts.
    :param jwks: the issuer's JWK Set.
    :param issuer_key: the private key of the issuer, where it is ours to use.
    :param next_key: another key of the set, with its kid.
    :param now: seconds since 1970, as the API's clock says.
    :param trap_url: where the attacker waits for calls, with a slash at the end.
    :param needs: the scope that the resource takes.
    """

    good: str
    jwks: Mapping[str, Any]
    issuer_key: RSAPrivateKey | None = None
    next_key: tuple[str, RSAPrivateKey] | None = None
    now: float = field(default_factory=time.time)
    trap_url: str = NOWHERE
    needs: str = "read:todos"

    @property
    def header(self) -> dict[str, Any]:
        """The good token's header, as a dict of one's own."""
        return json.loads(decode(self.good.split(".")[0]))

    @property
    def claims(self) -> dict[str, Any]:
        """The good token's claims, as a dict of one's own."""
        return json.loads(decode(self.good.split(".")[1]))

    @property
    def signature(self) -> str:
        """The good token's signature segment."""
        return self.good.split(".")[2]

    @property
    def key(self) -> Mapping[str, Any]:
        """The issuer's public key of the good token, as a JWK.

        :raises LookupError: the set does not hold it.
        """
        kid = self.header.get("kid")
        for key in self.jwks["keys"]:
            if key.get("kid") == kid:
                return key
        raise LookupError("the issuer does not publish the good token's key")

    @property
    def issuer(self) -> str:
        """Who issued the good token."""
        return self.claims["iss"]

    @property
    def audience(self) -> str:
        """The API's name in the good token; the first one, if there are several."""
        aud = self.claims["aud"]
        return aud if isinstance(aud, str) else aud[0]

    @property
    def seconds(self) -> int:
        """The time in whole seconds."""
        return int(self.now)

    def head(self, **members: Any) -> dict[str, Any]:
        """The good token's header with some members changed; ``...`` takes one away."""
        return _changed(self.header, members)

    def body(self, **claims: Any) -> dict[str, Any]:
        """The good token's claims with some changed; ``...`` takes one away."""
        return _changed(self.claims, claims)

    def issued(self, claims: Mapping[str, Any] | bytes | None = None, **header: Any) -> str:
        """What the issuer would sign: other claims (or payload bytes), other header members.

        :raises LookupError: the issuer's private key is not ours.
        """
        return self.issued_under(self.head(**header), claims)

    def issued_with(self, **claims: Any) -> str:
        """What the issuer would sign with some claims changed; ``...`` takes one away."""
        return self.issued(self.body(**claims))

    def issued_under(
        self, header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes | None = None
    ) -> str:
        """What the issuer would sign under this header, given as dict or as octets."""
        return signed(header, self.claims if claims is None else claims, self.issuers_own())

    def issuers_own(self) -> RSAPrivateKey:
        """The issuer's private key.

        :raises LookupError: it is not ours.
        """
        if self.issuer_key is None:
            raise LookupError("it takes the issuer's private key")
        return self.issuer_key

    def forged(self, claims: Mapping[str, Any] | None = None, **header: Any) -> str:
        """A token signed with a key of the attacker's."""
        return signed(self.head(**header), self.claims if claims is None else claims, attackers_key())

    def entry(self, kid: str) -> Mapping[str, Any]:
        """What the issuer publishes under this kid.

        :raises LookupError: nothing.
        """
        for key in self.jwks["keys"]:
            if key.get("kid") == kid:
                return key
        raise LookupError("the issuer does not publish our bad keys")


def _changed(members: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not ...}


def signed(header: Mapping[str, Any] | bytes, payload: Mapping[str, Any] | bytes, key: RSAPrivateKey) -> str:
    """A compact JWS with an RS256 signature, whatever the header says."""
    data = unsigned(header, payload)
    return f"{data}.{encode(rs256(data, key))}"


def unsigned(header: Mapping[str, Any] | bytes, payload: Mapping[str, Any] | bytes) -> str:
    """Header and payload with the dot between them, which is what a signature is made over."""
    return ".".join(encode(part if isinstance(part, bytes) else to_json(part)) for part in (header, payload))


def rs256(data: str, key: RSAPrivateKey) -> bytes:
    """An RS256 signature (RFC 7518 §3.3)."""
    return key.sign(data.encode(), PKCS1v15(), SHA256())


@functools.cache
def attackers_key() -> RSAPrivateKey:
    """An RSA key that no issuer knows; made once."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def encode(octets: bytes) -> str:
    """base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def decode(segment: str) -> bytes:
    """The bytes of a base64url segment."""
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def to_json(value: Mapping[str, Any]) -> bytes:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":")).encode()


def number(value: int) -> str:
    """A Base64urlUInt, as in a JWK's n and e (RFC 7518 §2)."""
    return encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def public_jwk(key: RSAPrivateKey, **members: Any) -> dict[str, Any]:
    """The public half as a JWK, with these members besides."""
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **members}
