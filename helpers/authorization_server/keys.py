"""The keys that sign access tokens: key pairs, their JWKs (RFC 7517), and the signature (RFC 7515)."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal, get_args

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from helpers.tokens.keys import KeySet, read_key

from .public_key import thumbprint

Algorithm = Literal["RS256", "ES256"]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
KEY_SIZE = 2048  # bits; the least that RFC 7518 §3.3 allows for RS256, and what Auth0 uses
KID_LENGTH = 21  # characters, as in Auth0's key ids
_CERTIFICATE_VALIDITY = timedelta(days=13 * 365)


@dataclass(frozen=True)
class SigningKey:
    """One key pair: the private half signs, the public half is published as a JWK."""

    kid: str
    jwk: Mapping[str, object] = field(repr=False)
    private_key: PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, algorithm: Algorithm = "RS256") -> "SigningKey":
        """Make a key pair and the self-signed certificate that Auth0 publishes with it.

        :param algorithm: RS256 takes an RSA key, ES256 one on the curve P-256 (RFC 7518 §3.3, §3.4).
        """
        private_key: PrivateKey
        if algorithm == "RS256":
            private_key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)
        else:
            private_key = ec.generate_private_key(ec.SECP256R1())
        jwk = _public_jwk(private_key, algorithm)
        return cls(kid=str(jwk["kid"]), jwk=jwk, private_key=private_key)

    def sign(self, claims: Mapping[str, object], *, typ: str | None = "JWT") -> str:
        """A signed JWT in compact form: header, payload and signature, joined by dots (RFC 7515 §5.1).

        The header is written here and not by ``jwt.encode``, which has its own order for the members.

        :param typ: what the header says that this is; None to say nothing.
        """
        algorithm = str(self.jwk["alg"])
        header = {"alg": algorithm} | ({} if typ is None else {"typ": typ}) | {"kid": self.kid}
        signing_input = f"{_base64url_json(header)}.{_base64url_json(claims)}"
        signature = jwt.get_algorithm_by_name(algorithm).sign(signing_input.encode(), self.private_key)
        return f"{signing_input}.{_base64url(signature)}"


@dataclass(frozen=True)
class _Listed:
    """What the JWKS lists at one moment; replaced as a whole, so that no reader sees half a rotation."""

    current: SigningKey
    next: SigningKey
    previous: tuple[SigningKey, ...] = ()
    foreign: str = "[]"  # as JSON, so that nobody changes it from outside

    @property
    def own(self) -> tuple[SigningKey, ...]:
        return self.current, self.next, *self.previous

    @cached_property
    def key_set(self) -> KeySet:
        return KeySet([read_key(key.jwk) for key in self.own])


class SigningKeys:
    """The key in use, the one that comes next, and those before that are not revoked yet, as in Auth0.

    Safe to use from several threads.

    :param algorithm: what the keys sign with: RS256 as Auth0 does, or ES256.
    :raises ValueError: when it is another one.
    """

    def __init__(self, *, algorithm: Algorithm = "RS256") -> None:
        if algorithm not in get_args(Algorithm):
            raise ValueError('Choose the algorithm "RS256" or "ES256".')
        self.algorithm = algorithm
        self._lock = threading.Lock()
        with ThreadPoolExecutor(2) as pool:
            current, following = pool.map(SigningKey.generate, [algorithm] * 2)
        self._listed = _Listed(current, following)

    @property
    def current(self) -> SigningKey:
        """The key that signs the tokens."""
        return self._listed.current

    @property
    def next(self) -> SigningKey:
        """The key that signs after the next rotation; published ahead of time, so that caches have it."""
        return self._listed.next

    @property
    def previous(self) -> tuple[SigningKey, ...]:
        """Keys that sign no more; they stay published so that their tokens verify, until they are revoked."""
        return self._listed.previous

    def rotate(self) -> SigningKey:
        """Put the next key in use, queue a new one behind it, and return the key now in use."""
        following = SigningKey.generate(self.algorithm)
        with self._lock:
            before = self._listed
            self._listed = replace(
                before, current=before.next, next=following, previous=(*before.previous, before.current)
            )
            return self._listed.current

    def revoke(self, kid: str) -> None:
        """Withdraw a previous key from the JWKS: tokens that it signed stop verifying.

        :raises ValueError: when no previous key has this id.
        """
        with self._lock:
            before = self._listed
            remaining = tuple(key for key in before.previous if key.kid != kid)
            if remaining == before.previous:
                raise ValueError(
                    "Only a previous key can be revoked: rotate() first, then take one of keys.previous."
                )
            self._listed = replace(before, previous=remaining)

    def publish(self, entries: Iterable[Mapping[str, object]]) -> None:
        """List these entries in the JWKS behind the keys of this server, in place of those that were given before.

        For lessons and tests, to see what a verifier makes of them: weak keys, keys for another use, a kid that is
        there twice. Nothing about them is checked; this server neither signs nor verifies with them.

        :param entries: JWKs as dicts; ``()`` takes them away again.
        :raises ValueError: when one is no dict, or holds what JSON cannot say.
        """
        entries = list(entries)
        if not all(isinstance(entry, Mapping) for entry in entries):
            raise ValueError('Give a list of JWKs, each a dict such as {"kty": "RSA", ...}.')
        try:
            foreign = json.dumps([dict(entry) for entry in entries], allow_nan=False)
        except TypeError as error:
            raise ValueError(f"A JWKS is a JSON document: {error}.") from None
        with self._lock:
            self._listed = replace(self._listed, foreign=foreign)

    @property
    def also_published(self) -> tuple[dict[str, object], ...]:
        """The entries of the JWKS that are not keys of this server."""
        return tuple(json.loads(self._listed.foreign))

    def jwks(self) -> dict[str, list[dict[str, object]]]:
        """The JWK Set that everyone may read (RFC 7517 §5): of this server's keys public members only."""
        listed = self._listed
        return {"keys": [*(dict(key.jwk) for key in listed.own), *json.loads(listed.foreign)]}

    @property
    def key_set(self) -> KeySet:
        """The public halves of this server's own keys, to verify what it signed; without what else is published."""
        return self._listed.key_set

    def __repr__(self) -> str:
        return f"SigningKeys(current={self.current.kid!r}, next={self.next.kid!r})"


def _public_jwk(private_key: PrivateKey, algorithm: Algorithm) -> dict[str, object]:
    """The JWK of the public key, with the members of Auth0's JWKS (RFC 7517 §4, RFC 7518 §6.2.1 and §6.3.1)."""
    members: dict[str, Any] = jwt.get_algorithm_by_name(algorithm).to_jwk(
        private_key.public_key(), as_dict=True
    )
    public = {name: members[name] for name in ("n", "e", "crv", "x", "y") if name in members}
    certificate = _self_signed_certificate(private_key)
    # RFC 7517 §4.8 defines x5t as a SHA-1 digest: a name for the certificate, which no signature relies on.
    x5t = hashlib.sha1(certificate, usedforsecurity=False).digest()
    return {
        "kty": members["kty"],
        "use": "sig",
        **public,
        "kid": thumbprint({"kty": members["kty"], **public})[:KID_LENGTH],
        "x5t": _base64url(x5t),
        "x5c": [base64.b64encode(certificate).decode()],
        "alg": algorithm,
    }


def _self_signed_certificate(private_key: PrivateKey) -> bytes:
    """A certificate of the key by itself, DER; it vouches for nothing, it only carries the key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "local authorization server")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + _CERTIFICATE_VALIDITY)
        .sign(private_key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)


def _base64url(data: bytes) -> str:
    """RFC 7515 §2: the URL-safe alphabet, no padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _base64url_json(value: Mapping[str, object]) -> str:
    return _base64url(_compact_json(value))


def _compact_json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
