"""The thumbprint of a key (RFC 7638): a name that whoever has the key can work out, and nobody has to agree on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from .encoding import encode_base64url

_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
"""What goes into it, in this order (RFC 7638 §3.2, RFC 8037 §2)."""


def thumbprint(jwk: Mapping[str, object]) -> str:
    """The thumbprint of a JWK with SHA-256, as base64url (RFC 7638 §3). Whatever else the JWK says is left out."""
    members = {name: jwk[name] for name in _MEMBERS[str(jwk["kty"])]}
    digest = hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest()
    return encode_base64url(digest).decode()


def public_jwk(key: RSAPublicKey | EllipticCurvePublicKey) -> dict[str, str]:
    """An RSA or a P-256 key as a JWK, with the members that it must have (RFC 7518 §6.2.1, §6.3.1)."""
    numbers = key.public_numbers()
    if isinstance(key, RSAPublicKey):
        return {"kty": "RSA", "n": _encode(numbers.n), "e": _encode(numbers.e)}
    return {"kty": "EC", "crv": "P-256", "x": _encode(numbers.x, 32), "y": _encode(numbers.y, 32)}


def _encode(number: int, size: int = 0) -> str:
    """The octets of a number, as few as it takes or `size` of them, as base64url."""
    return encode_base64url(number.to_bytes(size or (number.bit_length() + 7) // 8)).decode()
