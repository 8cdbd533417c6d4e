"""What a forger has on the table: a good token, the public keys, and a key of their own.

For tokens that an issuer really signs for somebody else (an expired one, one for another API) the issuer's private
key is needed too. The lab has it when the issuer is its own authorization server, and no attacker ever has.
"""

import base64
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256


@dataclass(frozen=True)
class Workshop:
    """The material for forgeries.

    :param good: an access token that its API accepts.
    :param jwks: the issuer's JWK Set.
    :param issuer_key: the private key of the issuer, where it is ours to use.
    """

    good: str
    jwks: Mapping[str, Any]
    issuer_key: RSAPrivateKey | None = None

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
        """The issuer's public key of the good token, as a JWK."""
        kid = self.header.get("kid")
        return next(key for key in self.jwks["keys"] if key.get("kid") == kid)

    def issued(self, claims: Mapping[str, Any] | bytes, **header: Any) -> str:
        """What the issuer would sign: other claims (or payload bytes), other header members."""
        if self.issuer_key is None:
            raise LookupError("only the issuer can sign this one")
        return signed({**self.header, **header}, claims, self.issuer_key)

    def forged(self, claims: Mapping[str, Any], **header: Any) -> str:
        """The same, signed with a key of the attacker's."""
        return signed({**self.header, **header}, claims, attackers_key())


def signed(header: Mapping[str, Any], payload: Mapping[str, Any] | bytes, key: RSAPrivateKey) -> str:
    """A compact JWS with an RS256 signature, whatever the header says."""
    body = payload if isinstance(payload, bytes) else _json(payload)
    signing_input = f"{encode(_json(header))}.{encode(body)}"
    return f"{signing_input}.{encode(key.sign(signing_input.encode(), PKCS1v15(), SHA256()))}"


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


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
