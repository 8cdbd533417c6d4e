"""Verifiers of access tokens. Each takes a token, a running issuer and the address of its keys, and returns the claims.

All three are told the same: the keys of this issuer, RS256, its name, the audience, and which claims must be there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jwt
import requests
from issuers import Issuer
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet

from helpers.tokens.verifier import AccessTokenVerifier

REQUIRED = ("iss", "sub", "aud", "exp", "iat")


def course(token: str, issuer: Issuer, jwks_uri: str) -> dict[str, Any]:
    """The course's verifier: helpers/tokens/verifier.py. It finds the keys by itself."""
    return AccessTokenVerifier(issuer=issuer.issuer, audience=issuer.audience).verify(token)


def pyjwt(token: str, issuer: Issuer, jwks_uri: str) -> dict[str, Any]:
    """PyJWT with its PyJWKClient."""
    key = jwt.PyJWKClient(jwks_uri).get_signing_key_from_jwt(token)
    names = {"audience": issuer.audience, "issuer": issuer.issuer}
    return jwt.decode(token, key, algorithms=["RS256"], options={"require": list(REQUIRED)}, **names)


def joserfc(token: str, issuer: Issuer, jwks_uri: str) -> dict[str, Any]:
    """joserfc, the JOSE library that Authlib has moved to."""
    keys = KeySet.import_key_set(requests.get(jwks_uri, timeout=10).json())
    decoded = joserfc_jwt.decode(token, keys, algorithms=["RS256"])
    expected = {name: {"essential": True} for name in REQUIRED}
    expected["iss"]["value"], expected["aud"]["value"] = issuer.issuer, issuer.audience
    joserfc_jwt.JWTClaimsRegistry(**expected).validate(decoded.claims)
    return decoded.claims


VERIFIERS: dict[str, Callable[[str, Issuer, str], dict[str, Any]]] = {
    "the course's": course,
    "PyJWT": pyjwt,
    "joserfc": joserfc,
}
