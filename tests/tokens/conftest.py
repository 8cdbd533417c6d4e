"""A forge for tokens and key sets, and a verifier. Time stands still at `forge.now`."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from helpers.tokens.keys import KeySet, read_key_set
from helpers.tokens.verifier import AccessTokenVerifier


class Forge:
    """Makes good tokens, and with some changes bad ones. A change to `...` takes a member away."""

    now = 1_800_000_000
    issuer = "http://127.0.0.1:9000/"
    audience = "http://localhost:3001"

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65_537, 2048)
        """The issuer's key, published as "current"."""
        self.other_key = rsa.generate_private_key(65_537, 2048)
        """A key that the issuer does not publish."""

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims that Auth0 sends."""
        return _changed(
            {
                "iss": self.issuer,
                "sub": "nightly-batch@clients",
                "aud": self.audience,
                "iat": self.now - 60,
                "exp": self.now + 3600,
                "scope": "read:todos write:todos",
                "gty": "client-credentials",
                "azp": "nightly-batch",
            },
            changes,
        )

    def header(self, **changes: Any) -> dict[str, Any]:
        return _changed({"alg": "RS256", "typ": "JWT", "kid": "current"}, changes)

    def token(
        self,
        claims: dict[str, Any] | bytes | None = None,
        header: dict[str, Any] | bytes | None = None,
        key: rsa.RSAPrivateKey | None = None,
    ) -> str:
        """A token with these claims and this header, as dict or as octets, signed with RS256 whatever it says."""
        header = self.header() if header is None else header
        claims = self.claims() if claims is None else claims
        octets = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims)]
        return self.sign(".".join(map(self.b64, octets)), key)

    def sign(self, data: str, key: rsa.RSAPrivateKey | None = None) -> str:
        signature = (key or self.key).sign(data.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{data}.{self.b64(signature)}"

    def jwk(
        self, kid: str | None = "current", key: rsa.RSAPrivateKey | None = None, **members: Any
    ) -> dict[str, Any]:
        """The public key as a JWK."""
        numbers = (key or self.key).public_key().public_numbers()
        n, e = (
            self.b64(number.to_bytes((number.bit_length() + 7) // 8)) for number in (numbers.n, numbers.e)
        )
        return {"kty": "RSA", "n": n, "e": e, **({} if kid is None else {"kid": kid}), **members}

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.jwk(use="sig", alg="RS256")]}

    @staticmethod
    def b64(octets: bytes) -> str:
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

    @staticmethod
    def unb64(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _changed(members: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**members, **changes}.items() if value is not ...}


@pytest.fixture(scope="session")
def forge() -> Forge:
    return Forge()


@pytest.fixture(scope="session")
def key_set(forge: Forge) -> KeySet:
    return read_key_set(forge.jwks())


@pytest.fixture(scope="session")
def build(forge: Forge, key_set: KeySet) -> Callable[..., AccessTokenVerifier]:
    """A verifier of the forge's issuer with some settings changed."""

    def build(**settings: Any) -> AccessTokenVerifier:
        defaults = {
            "issuer": forge.issuer,
            "audience": forge.audience,
            "clock": lambda: forge.now,
            "key_set": key_set,
        }
        return AccessTokenVerifier(**{**defaults, **settings})

    return build


@pytest.fixture
def verifier(build: Callable[..., AccessTokenVerifier]) -> AccessTokenVerifier:
    return build()
