"""The signature step (RFC 7515 §5.2), usable alone with a JWK Set given as a dict."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from .compact import MAX_SIZE, CompactToken, Header, parse
from .errors import BadSignature, KeyRefused, Reason
from .keys import Key, read_key_set

_PKCS1V15, _SHA256, _ECDSA_SHA256 = PKCS1v15(), SHA256(), ECDSA(SHA256())

# One function for each algorithm. Each raises InvalidSignature if the key did not make the signature over the data.


def _verify_rs256(key: RSAPublicKey, signature: bytes, data: bytes) -> None:
    """RFC 7518 §3.3."""
    key.verify(signature, data, _PKCS1V15, _SHA256)


def _verify_es256(key: EllipticCurvePublicKey, signature: bytes, data: bytes) -> None:
    """RFC 7518 §3.4: R and S, 32 octets each, one after the other. The library takes them in DER."""
    if len(signature) != 64:
        raise InvalidSignature
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    key.verify(encode_dss_signature(r, s), data, _ECDSA_SHA256)


def _verify_ed25519(key: Ed25519PublicKey, signature: bytes, data: bytes) -> None:
    """RFC 8037 §3.1, under the name that RFC 9864 §2.2 gives it."""
    key.verify(signature, data)


ALGORITHMS: Mapping[str, Callable[[Any, bytes, bytes], None]] = {
    "RS256": _verify_rs256,
    "ES256": _verify_es256,
    "Ed25519": _verify_ed25519,
    "EdDSA": _verify_ed25519,
}
"""The algorithms that can be allowed. All are asymmetric: `none` and HMAC are not here to be confused with."""


def verify_signature(
    token: str,
    jwks: Mapping[str, Any],
    *,
    algorithms: Collection[str] = ("RS256",),
    require_kid: bool = True,
    max_size: int = MAX_SIZE,
) -> CompactToken:
    """The token taken apart, if a key of this JWK Set signed it. Says nothing about its claims.

    Raises InvalidToken, and ValueError if `jwks` is no JWK Set.
    """
    parsed = parse(token, max_size=max_size)
    check_algorithm(parsed.header, algorithms)
    check_key_id(parsed.header, require_kid)
    check_signature(parsed, read_key_set(jwks).find(parsed.header.kid))
    return parsed


def check_algorithm(header: Header, algorithms: Collection[str]) -> None:
    """ "Libraries MUST enable the caller to specify a supported set of algorithms and MUST NOT use any other
    algorithms" (RFC 8725 §3.1)."""
    if header.alg not in algorithms:
        raise KeyRefused(
            "algorithm_not_allowed",
            "The token is signed with an algorithm that is not allowed here.",
            reason=Reason.CHECK_FAILED,
            clause="RFC 8725 §3.1",
            claim="alg",
        )


def check_key_id(header: Header, required: bool = True) -> None:
    """RFC 7515 §4.1.4 leaves `kid` optional. Nearly every issuer that rotates its keys sends it."""
    if required and header.kid is None:
        raise KeyRefused(
            "kid_missing",
            "The header does not say which key signed the token.",
            reason=Reason.MISSING,
            clause="policy; RFC 7515 §4.1.4 leaves kid to the issuer",
            claim="kid",
        )


def check_signature(token: CompactToken, key: Key) -> None:
    """Whether this key made the signature over the header and the payload exactly as they came."""
    if token.header.alg not in key.algs:
        raise KeyRefused(
            "algorithm_mismatch",
            "The key of this id is for another algorithm than the token names.",
            reason=Reason.CHECK_FAILED,
            clause="RFC 8725 §3.1",
            claim="alg",
        )
    try:
        ALGORITHMS[token.header.alg](key.public_key, token.signature, token.signing_input)
    except InvalidSignature:
        raise BadSignature from None
