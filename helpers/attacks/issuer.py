"""An issuer on loopback, to try the battery on a verifier or an API of your own."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from helpers.attacks.bad_keys import entries
from helpers.attacks.battery import Battery
from helpers.attacks.loopback import JSON, Documents, Trap
from helpers.attacks.workshop import Workshop, public_jwk, signed

HOUR = 3_600  # seconds


class Issuer(Documents):
    """An authorization server's public half, to point a verifier or an API of your own at: discovery and a JWK Set.

    The set holds two good keys, and the bad ones that the battery signs with.

    :param audience: the identifier of the API under test.
    :param scope: what the good token may do there, apart by spaces.
    :param claims: of the good token, besides or in place of those that Auth0 sends.
    """

    def __init__(
        self, audience: str, scope: str = "read:todos", claims: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        self.audience = audience
        self.scope = scope
        self._claims = dict(claims or {})
        self._trap: Trap | None = None
        self._keys = {
            kid: generate_private_key(public_exponent=65537, key_size=2048) for kid in ("current", "next")
        }
        metadata = {
            "issuer": self.issuer,
            "jwks_uri": self.jwks_uri,
            "token_endpoint": f"{self.url}oauth/token",
        }
        self.documents = {
            "/.well-known/openid-configuration": (JSON, json.dumps(metadata).encode()),
            "/.well-known/jwks.json": (JSON, json.dumps(self.jwks).encode()),
        }

    @property
    def issuer(self) -> str:
        """Its identifier, as in ``iss``."""
        return self.url

    @property
    def jwks_uri(self) -> str:
        """Where its keys are."""
        return f"{self.url}.well-known/jwks.json"

    @property
    def jwks(self) -> dict[str, Any]:
        """Its JWK Set."""
        own = [public_jwk(key, kid=kid, use="sig", alg="RS256") for kid, key in self._keys.items()]
        return {"keys": [*own, *entries()]}

    def token(self, **claims: Any) -> str:
        """A good access token of one hour; with other claims, perhaps a bad one."""
        now = int(time.time())
        fixed = {"iss": self.issuer, "sub": "nightly-batch@clients", "aud": self.audience}
        times = {"iat": now, "exp": now + HOUR}
        about = {"scope": self.scope, "gty": "client-credentials", "azp": "nightly-batch"}
        header = {"alg": "RS256", "typ": "JWT", "kid": "current"}
        return signed(header, {**fixed, **times, **about, **self._claims, **claims}, self._keys["current"])

    def battery(self) -> Battery:
        """The battery for a verifier or an API that trusts this issuer."""
        self._trap = self._trap or Trap()
        workshop = Workshop(
            self.token(),
            self.jwks,
            self._keys["current"],
            ("next", self._keys["next"]),
            trap_url=self._trap.url,
            needs=self.scope,
        )
        return Battery(workshop, self._trap)

    def close(self) -> None:
        """Stop serving."""
        if self._trap:
            self._trap.close()
        super().close()
