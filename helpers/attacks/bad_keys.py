"""Keys that an issuer should not publish, and tokens that are signed with them.

An issuer forgets an old key of 1,024 bits in its set, or puts its encryption key there. A verifier that takes whatever
has the right kid trusts them all. The keys are made once in a process; none of them guards anything.
"""

import functools
import hashlib
import hmac
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from helpers.attacks.workshop import Workshop, attackers_key, encode, number, public_jwk, rs256, unsigned

# What stands before the digest in a PKCS #1 v1.5 signature with SHA-256 (RFC 8017 §9.2, note 1).
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True)
class BadKey:
    """One bad key.

    :param entries: what the issuer publishes; two where one kid stands for two keys.
    :param sign: makes a signature over a signing input, as whoever has the private half can.
    """

    entries: tuple[Mapping[str, Any], ...]
    sign: Callable[[bytes], bytes]


@functools.cache
def bad_keys() -> Mapping[str, BadKey]:
    """All of them, by kid. Their names say what is wrong with them."""
    old = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    cubic = rsa.generate_private_key(public_exponent=3, key_size=2048)
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - bad on purpose
    tiny = _TinyKey(512)
    curve = ec.generate_private_key(ec.SECP256R1())
    secret = b"a secret that everybody can read"
    modulus = old.public_key().public_numbers().n

    def signs(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
        return lambda data: rs256(data.decode(), key)

    def listed(kid: str, key: rsa.RSAPrivateKey, **members: Any) -> BadKey:
        return BadKey((public_jwk(key, kid=kid, use="sig", **members),), signs(key))

    return {
        "bits-512": BadKey((tiny.jwk("bits-512"),), tiny.sign),
        "bits-1024": listed("bits-1024", short),
        "exponent-1": BadKey(
            ({"kty": "RSA", "n": number(modulus), "e": "AQ", "kid": "exponent-1", "use": "sig"},),
            # With an exponent of 1 the signature is the padded digest itself: no private key is needed.
            lambda data: padded_digest(data, 256),
        ),
        "exponent-3": listed("exponent-3", cubic),
        "use-enc": BadKey((public_jwk(old, kid="use-enc", use="enc"),), signs(old)),
        "key-ops-encrypt": BadKey((public_jwk(old, kid="key-ops-encrypt", key_ops=["encrypt"]),), signs(old)),
        "alg-rs512": listed("alg-rs512", old, alg="RS512"),
        "alg-ps256": listed("alg-ps256", old, alg="PS256"),
        "private-published": listed("private-published", old, d=number(old.private_numbers().d)),
        "shared-secret": BadKey(
            ({"kty": "oct", "k": encode(secret), "kid": "shared-secret", "use": "sig"},),
            lambda data: hmac.digest(secret, data, hashlib.sha256),
        ),
        "twice": BadKey(
            (
                public_jwk(old, kid="twice", use="sig"),
                public_jwk(attackers_key(), kid="twice", use="sig"),
            ),
            signs(old),
        ),
        "curve": BadKey((_curve_jwk(curve, "curve"),), lambda data: _es256(data, curve)),
    }


def entries() -> list[dict[str, Any]]:
    """What the issuer publishes of them, to be added to its JWK Set."""
    return [dict(entry) for key in bad_keys().values() for entry in key.entries]


def by_bad_key(kid: str) -> Callable[[Workshop], str]:
    """A token like the good one, signed with a bad key, where the issuer publishes that key."""

    def make(workshop: Workshop) -> str:
        published = workshop.entry(kid)
        key = bad_keys()[kid]
        if published not in key.entries:
            raise LookupError("the issuer does not publish our bad keys")
        data = unsigned(workshop.head(kid=kid), workshop.claims)
        return f"{data}.{encode(key.sign(data.encode()))}"

    return make


def padded_digest(data: bytes, size: int) -> bytes:
    """What RSA makes a PKCS #1 v1.5 signature from: the digest, and padding up to so many octets (RFC 8017 §9.2)."""
    digest = _DIGEST_INFO + hashlib.sha256(data).digest()
    return b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


class _TinyKey:
    """An RSA key that is too small for any library to make: the arithmetic by hand."""

    def __init__(self, bits: int) -> None:
        while True:
            p, q = _prime(bits // 2), _prime(bits // 2)
            self.n = p * q
            if p != q and (p - 1) % 65_537 and (q - 1) % 65_537 and self.n.bit_length() == bits:
                break
        self._d = pow(65_537, -1, (p - 1) * (q - 1))

    def jwk(self, kid: str) -> dict[str, Any]:
        return {"kty": "RSA", "n": number(self.n), "e": "AQAB", "kid": kid, "use": "sig"}

    def sign(self, data: bytes) -> bytes:
        size = (self.n.bit_length() + 7) // 8
        return pow(int.from_bytes(padded_digest(data, size)), self._d, self.n).to_bytes(size)


def _prime(bits: int) -> int:
    """A number with its two highest bits set that passes Fermat's test, which is enough for a key that is to be bad."""
    while True:
        candidate = random.getrandbits(bits) | (0b11 << (bits - 2)) | 1
        if all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7, 11, 13)):
            return candidate


def _curve_jwk(key: ec.EllipticCurvePrivateKey, kid: str) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    x, y = (encode(value.to_bytes(32)) for value in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "use": "sig"}


def _es256(data: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """R and S, 32 octets each (RFC 7518 §3.4)."""
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)
