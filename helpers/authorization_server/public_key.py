"""The public keys of an application that authenticates with private_key_jwt: read strictly, from JWK or PEM."""

from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from helpers.tokens.keys import PRIVATE_MEMBERS, Key, read_key
from helpers.tokens.thumbprint import thumbprint

MAX_KEYS = 5
"""Public keys of an application at most. Two are what it takes to change from one to the next; Auth0 takes two."""

PublicKeySource = Mapping[str, object] | str | bytes
"""A JWK as a dict, or PEM."""

_TO_JWK = {
    RSAPublicKey: RSAAlgorithm.to_jwk,
    EllipticCurvePublicKey: ECAlgorithm.to_jwk,
    Ed25519PublicKey: OKPAlgorithm.to_jwk,
}


def read_public_keys(sources: Iterable[PublicKeySource]) -> tuple[Key, ...]:
    """The keys, each with a kid: the JWK's own, or the key's thumbprint (RFC 7638).

    :raises ValueError: when one is private, weak or of another type, two have the same kid, or there are more than
        MAX_KEYS; says what to do.
    """
    if isinstance(sources, str | bytes | Mapping) or not isinstance(sources, Iterable):
        raise ValueError("Give public_keys as a list, such as [jwk].")
    sources = tuple(sources)
    if len(sources) > MAX_KEYS:
        raise ValueError(
            f"Give at most {MAX_KEYS} public_keys: two are enough to change from one to the next."
        )
    keys = tuple(_read(source) for source in sources)
    if len({key.kid for key in keys}) < len(keys):
        raise ValueError(
            "Two of the public_keys have the same kid: give each key once, and each its own kid."
        )
    return keys


def _read(source: object) -> Key:
    jwk = _from_pem(source) if isinstance(source, str | bytes) else source
    if not isinstance(jwk, Mapping):
        raise ValueError("Give each public key as a JWK in a dict, or as PEM.")
    if PRIVATE_MEMBERS & jwk.keys():
        raise _private()
    try:
        key = read_key(jwk)
    except ValueError as reason:
        raise ValueError(
            f"This public key cannot be used ({reason}): "
            "give an RSA key of at least 2048 bits, a P-256 key or an Ed25519 key."
        ) from None
    return Key(key.kid or thumbprint(jwk), key.algs, key.public_key)


def _from_pem(pem: str | bytes) -> dict[str, Any]:
    octets = pem.encode() if isinstance(pem, str) else pem
    if b"PRIVATE KEY" in octets:
        raise _private()
    try:
        key = load_pem_public_key(octets)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(
            "This is no public key in PEM: give what begins with -----BEGIN PUBLIC KEY-----."
        ) from None
    for kind, to_jwk in _TO_JWK.items():
        if isinstance(key, kind):
            return to_jwk(key, as_dict=True)
    return {"kty": type(key).__name__}


def _private() -> ValueError:
    return ValueError(
        "This key has its private part with it: register the public half alone. "
        "The private half never leaves the application."
    )
