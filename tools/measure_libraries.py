"""Measure what well-known libraries stop of the battery, and store it where lesson 05 reads it.

    python tools/measure_libraries.py

A test measures again and compares. Run this after an update of a library, or when an attack was added.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import joserfc.jwk
import joserfc.jwt
import jwt

from helpers.attacks import Issuer, Result
from helpers.attacks.measured import FILE

AUDIENCE = "http://localhost:3001"
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]


def measure() -> list[dict[str, Any]]:
    """The scores of all libraries, as they are stored."""
    with Issuer(AUDIENCE) as issuer, warnings.catch_warnings():
        # Both warn of the weak keys that they take.
        warnings.simplefilter("ignore")
        battery = issuer.battery()
        return [
            _score(package, settings, battery.try_function(verify))
            for package, settings, verify in (
                ("pyjwt", "algorithm, issuer and audience", with_pyjwt(issuer)),
                ("pyjwt", "the same, and five required claims", with_pyjwt(issuer, REQUIRED)),
                ("joserfc", "algorithm, and a registry of five required claims", with_joserfc(issuer)),
            )
        ]


def with_pyjwt(issuer: Issuer, required: list[str] | None = None) -> Callable[[str], Any]:
    """Its key client, and its decode with the algorithm pinned."""
    client = jwt.PyJWKClient(issuer.jwks_uri)

    def verify(token: str) -> Any:
        key = client.get_signing_key_from_jwt(token)
        names = {"audience": issuer.audience, "issuer": issuer.issuer}
        return jwt.decode(token, key, ["RS256"], {"require": required or []}, **names)

    return verify


def with_joserfc(issuer: Issuer) -> Callable[[str], Any]:
    """Its decode with the algorithm pinned, and its claims registry.

    It gets the one key that the token names: given this whole set, it refuses to read it, for one bad key in it.
    """
    registry = joserfc.jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer.issuer},
        aud={"essential": True, "value": issuer.audience},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )

    def find(obj: Any) -> Any:
        kid = obj.headers().get("kid")
        entry = next((entry for entry in issuer.jwks["keys"] if entry["kid"] == kid), None)
        if entry is None:
            raise ValueError("the issuer has no such key")
        return joserfc.jwk.import_key(entry)

    def verify(token: str) -> Any:
        decoded = joserfc.jwt.decode(token, find, algorithms=["RS256"])
        registry.validate(decoded.claims)
        return decoded.claims

    return verify


def _score(package: str, settings: str, result: Result) -> dict[str, Any]:
    return {
        "name": package,
        "version": version(package),
        "settings": settings,
        "attacks": len(result.attacks),
        "let_in": result.let_in,
        "broke": result.broke,
        "turned_away": result.turned_away,
    }


def main() -> None:
    """Measure, store and say."""
    scores = measure()
    FILE.write_text(json.dumps(scores, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for score in scores:
        kept = score["attacks"] - len(score["let_in"]) - len(score["broke"])
        print(
            f"{score['name']} {score['version']}, {score['settings']}: {kept} of {score['attacks']} stopped"
        )


if __name__ == "__main__":
    main()
