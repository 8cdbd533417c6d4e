"""The client assertion of private_key_jwt (RFC 7523): a JWT in which a client says who it is, signed by itself."""

from __future__ import annotations

import json
import secrets
import time

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from .encoding import encode_base64url
from .errors import ConfigurationError
from .thumbprint import public_jwk, thumbprint

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""What `client_assertion_type` says beside the assertion (RFC 7523 §2.2)."""

MIN_RSA_BITS = 2048
"""RFC 7518 §3.3."""


def client_assertion(
    client_id: str,
    audience: str,
    private_key: PrivateKey | str | bytes,
    *,
    key_id: str | None = None,
    typ: str = "JWT",
    lifetime: int = 60,
    now: float | None = None,
) -> str:
    """A new assertion (RFC 7523 §3). Send it once: servers may refuse it a second time.

    audience: the authorization server's issuer identifier: "the token endpoint URL of the authorization server MUST NOT
        be used" any more (draft-ietf-oauth-rfc7523bis §4), though servers from before that may want it.
    private_key: an RSA key (RS256) or a P-256 key (ES256), as an object or in PEM.
    key_id: the `kid` under which the key is registered; its thumbprint (RFC 7638) when not given, which is the one that
        Auth0 gives it; "" for none.
    typ: "JWT", or "client-authentication+jwt", which says that this is nothing else. The draft's §4 wants clients to
        say so. It is not the default, since servers from before the draft may refuse a `typ` that they do not know,
        and the draft wants none to refuse "JWT".
    lifetime: whole seconds until it expires.
    now: seconds since the epoch; the clock's time when not given.

    Raises ConfigurationError for a key that cannot be used, or a lifetime that is not positive.
    """
    if not lifetime > 0:
        raise ConfigurationError("An assertion's lifetime must be a positive number of seconds.")
    key = load_private_key(private_key)
    issued_at = int(time.time() if now is None else now)
    header = {"alg": "RS256" if isinstance(key, RSAPrivateKey) else "ES256", "typ": typ}
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(16),
        "iat": issued_at,
        "exp": issued_at + int(lifetime),
    }
    if kid := thumbprint(public_jwk(key.public_key())) if key_id is None else key_id:
        header["kid"] = kid
    signing_input = b".".join(encode_base64url(_json(part)) for part in (header, claims))
    return b".".join([signing_input, encode_base64url(_sign(signing_input, key))]).decode()


def load_private_key(source: PrivateKey | str | bytes) -> PrivateKey:
    """The key as an object, if it is one to sign with. Raises ConfigurationError, which shows nothing of it."""
    key = _from_pem(source) if isinstance(source, str | bytes) else source
    if isinstance(key, RSAPrivateKey) and key.key_size >= MIN_RSA_BITS:
        return key
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return key
    raise ConfigurationError("The private key must be an RSA key of at least 2048 bits, or a P-256 key.")


def _from_pem(pem: str | bytes) -> object:
    try:
        return load_pem_private_key(pem.encode() if isinstance(pem, str) else pem, password=None)
    except TypeError:
        fault = "The private key is encrypted: decrypt it first, and hand it over as an object."
    except (ValueError, UnsupportedAlgorithm):
        fault = "The private key is no PEM that can be read: PEM has BEGIN PRIVATE KEY in its first line."
    raise ConfigurationError(fault)


def _sign(octets: bytes, key: PrivateKey) -> bytes:
    if isinstance(key, RSAPrivateKey):
        return key.sign(octets, PKCS1v15(), SHA256())  # RFC 7518 §3.3
    # In a JWS an ECDSA signature is R and S, 32 octets each (RFC 7518 §3.4); the library gives them in DER.
    r, s = decode_dss_signature(key.sign(octets, ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def _json(value: dict[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
