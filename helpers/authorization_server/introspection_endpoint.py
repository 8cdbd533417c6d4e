"""POST /oauth/introspect: an API asks whether a token is good (RFC 7662). Auth0 has no such endpoint; this is ours."""

from typing import Any

from starlette.requests import Request

from .client_authentication import ClientAuthentication
from .dialect import Refusal
from .issued_tokens import IssuedTokens, client_of
from .registry import Application, Registry
from .token_request import read_parameters

INACTIVE: dict[str, Any] = {"active": False}
"""All that is said about a token that is not good, or not for who asks; the reason is left out (RFC 7662 §2.2)."""


class IntrospectionEndpoint:
    """Says what the server knows about a token now, which is more than the token itself can say."""

    def __init__(self, clients: ClientAuthentication, registry: Registry, tokens: IssuedTokens) -> None:
        self._clients = clients
        self._registry = registry
        self._tokens = tokens

    async def introspect(self, request: Request) -> dict[str, Any]:
        """The body of the answer (RFC 7662 §2.2).

        An API is registered as an application of its own, so that it can ask about the tokens that are meant for it.

        :raises Refusal: who asks is unknown, or asks about nothing.
        """
        parameters = await read_parameters(request)
        application = await self._clients.authenticate(request, parameters)
        token = parameters.get("token")
        if token is None:
            raise Refusal("missing_token")
        return self.state_of(token, application)

    def state_of(self, token: str, application: Application) -> dict[str, Any]:
        """What the application may know about a token.

        Active, when it is a token of this server that has neither expired nor been revoked, and whose client still
        holds the client grant behind it. A scope that the grant has lost is no longer in ``scope``. And active for the
        API that the token is meant for, and for its client: nobody else learns anything (RFC 7662 §2.2).
        """
        claims = self._tokens.claims(token)
        if claims is None or self._tokens.is_revoked(token, claims):
            return INACTIVE
        client_id, audience = client_of(claims), self._tokens.audience_of(claims)
        if audience not in application.introspects and client_id != application.client_id:
            return INACTIVE
        grant = self._registry.grants.get((client_id, audience))
        if grant is None or client_id not in self._registry.applications:
            return INACTIVE
        held = [scope for scope in claims.get("scope", "").split(" ") if scope in grant.scopes]
        state = {"active": True, "scope": " ".join(held), "client_id": client_id, "token_type": "Bearer"}
        if not held:
            del state["scope"]
        return state | {
            name: claims[name] for name in ("exp", "iat", "sub", "aud", "iss", "jti") if name in claims
        }
