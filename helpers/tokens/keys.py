"""From a JWK Set (RFC 7517) to public keys that may be used: strong ones, for signatures, each under its own kid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from .encoding import decode_base64url
from .errors import KeyRefused, Reason

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
"""RFC 7518 §3.3 sets the least; beyond the most, a single check takes milliseconds."""

MIN_RSA_EXPONENT, MAX_RSA_EXPONENT = 65_537, 2**32 - 1
"""A policy; FIPS 186-5 §A.1.1 asks for more than 2^16. An exponent of 1 makes every signature valid, a small one helps
forgers, a huge one costs time."""

PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""RFC 7518 §6.2.2, §6.3.2 and §6.4.1. Who publishes these has no secret left: such a key proves nothing."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, and the one algorithm that it is for: never what a token's header would like (RFC 8725 §3.1).

    algs: the names of that algorithm. Only Ed25519 has two, unless the key says which one it is for.
    """

    kid: str | None
    algs: tuple[str, ...]
    public_key: PublicKey


class RefusedKey(NamedTuple):
    """An entry of a JWK Set that is not used, and why."""

    kid: str | None
    why: str


class KeySource(Protocol):
    """What finds the key for a key id; raises KeyRefused or KeysUnavailable."""

    def find(self, kid: str | None) -> Key: ...

    async def find_async(self, kid: str | None) -> Key: ...


class KeySet:
    """The usable keys of one JWK Set, and the entries that were not taken."""

    def __init__(self, keys: Sequence[Key] = (), refused: Sequence[RefusedKey] = ()) -> None:
        self.keys = tuple(keys)
        self.refused = tuple(refused)
        self.by_kid = {key.kid: key for key in keys if key.kid is not None}

    def get(self, kid: str | None) -> Key | None:
        """The key with this id. A token without one (kid is None) can only mean the only key."""
        if kid is None:
            return self.keys[0] if len(self.keys) == 1 else None
        return self.by_kid.get(kid)

    def find(self, kid: str | None) -> Key:
        """Like `get`; raises KeyRefused where that returns None."""
        key = self.get(kid)
        if key is None:
            raise unknown_key()
        return key

    async def find_async(self, kid: str | None) -> Key:
        return self.find(kid)


def unknown_key() -> KeyRefused:
    message = "The issuer has no usable key with this key id."
    return KeyRefused("key_unknown", message, reason=Reason.CHECK_FAILED, clause="RFC 7515 §6", claim="kid")


def read_key_set(document: object) -> KeySet:
    """The keys of a JWK Set, given as parsed JSON. Raises ValueError if it is none.

    "Implementations SHOULD ignore JWKs within a JWK Set that use 'kty' (key type) values that are not understood by
    them, that are missing required members, or for which values are out of the supported ranges" (RFC 7517 §5).
    """
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list):
        raise ValueError("not a JWK Set")
    keys, refused = [], []
    for entry in entries:
        try:
            keys.append(read_key(entry))
        except ValueError as error:
            kid = entry.get("kid") if isinstance(entry, Mapping) else None
            refused.append(RefusedKey(kid if isinstance(kid, str) else None, str(error)))
    # Two keys under one kid: which of them signed? Trying one after the other is how confusion begins.
    times = Counter(key.kid for key in keys if key.kid is not None)
    refused += [RefusedKey(key.kid, "another key has the same kid") for key in keys if times[key.kid] > 1]
    return KeySet([key for key in keys if times[key.kid] <= 1], refused)


def read_key(jwk: object) -> Key:
    """The public key in a JWK (RFC 7517 §4). Raises ValueError with the reason why it must not be used."""
    if not isinstance(jwk, Mapping):
        raise ValueError("not a JSON object")
    kty, kid = jwk.get("kty"), jwk.get("kid")
    if not isinstance(kty, str) or kty not in _KEY_TYPES:
        raise ValueError("a type of key that is not supported")
    if PRIVATE_MEMBERS & jwk.keys():
        raise ValueError("its private part is published")
    if jwk.get("use", "sig") != "sig":
        raise ValueError("meant for another use than signatures")
    key_ops = jwk.get("key_ops", ["verify"])
    if not isinstance(key_ops, list) or "verify" not in key_ops:
        raise ValueError("not meant for verifying")
    algs, read = _KEY_TYPES[kty]
    if "alg" in jwk:
        algs = tuple(alg for alg in algs if alg == jwk["alg"])
    if not algs:
        raise ValueError("meant for another algorithm")
    if "kid" in jwk and not (isinstance(kid, str) and kid):
        raise ValueError("its kid is not a text")
    return Key(kid, algs, read(jwk))


def _read_rsa(jwk: Mapping[str, Any]) -> RSAPublicKey:
    """RFC 7518 §6.3.1."""
    n = int.from_bytes(_octets(jwk, "n"))
    e = int.from_bytes(_octets(jwk, "e"))
    if not MIN_RSA_BITS <= n.bit_length() <= MAX_RSA_BITS:
        raise ValueError(f"an RSA key of {n.bit_length()} bits")
    if not MIN_RSA_EXPONENT <= e <= MAX_RSA_EXPONENT:
        raise ValueError("an RSA exponent that is not safe")
    return RSAPublicNumbers(e, n).public_key()


def _read_p256(jwk: Mapping[str, Any]) -> EllipticCurvePublicKey:
    """RFC 7518 §6.2.1. The library refuses a point that is not on the curve."""
    x, y = _octets(jwk, "x"), _octets(jwk, "y")
    if jwk.get("crv") != "P-256" or len(x) != 32 or len(y) != 32:
        raise ValueError("not a P-256 key")
    return EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), SECP256R1()).public_key()


def _read_ed25519(jwk: Mapping[str, Any]) -> Ed25519PublicKey:
    """RFC 8037 §2."""
    x = _octets(jwk, "x")
    if jwk.get("crv") != "Ed25519" or len(x) != 32:
        raise ValueError("not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(x)


def _octets(jwk: Mapping[str, Any], name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str) or not value.isascii():
        raise ValueError(f"no {name}")
    return decode_base64url(value.encode("ascii"))


_KEY_TYPES: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], PublicKey]]] = {
    "RSA": (("RS256",), _read_rsa),
    "EC": (("ES256",), _read_p256),
    "OKP": (("Ed25519", "EdDSA"), _read_ed25519),
}
"""From `kty` to the names of the algorithm that keys of this type are used for here, and their reader."""
