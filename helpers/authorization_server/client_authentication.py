"""Who asks? Client authentication (RFC 6749 §2.3), the same at each endpoint."""

import asyncio

from starlette.requests import Request

from .client_assertion import ClientAssertions
from .dialect import Refusal
from .registry import Application, Registry
from .token_request import Assertion, read_credentials

METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
"""By their names in metadata (OpenID Connect Core 1.0 §9), the same at each endpoint."""


class ClientAuthentication:
    """Finds the application that a request comes from, or refuses the request."""

    def __init__(self, registry: Registry, assertions: ClientAssertions) -> None:
        self._registry = registry
        self._assertions = assertions

    async def authenticate(self, request: Request, parameters: dict[str, str]) -> Application:
        """The application. Unknown client or wrong secret: one answer, after one scrypt (RFC 6749 §2.3.1).

        With an assertion: unknown client or wrong key, one answer, after one signature check at least. It is more than
        one only for an assertion without a kid, of a client that has several keys of its algorithm.

        :raises Refusal: the request does not prove that it comes from an application.
        """
        credentials = read_credentials(request, parameters)
        if isinstance(credentials, Assertion):
            return self._assertions.authenticate(credentials.client_assertion, credentials.client_id)
        # In a worker thread: scrypt is slow on purpose, and the event loop has others to serve.
        application = await asyncio.to_thread(
            self._registry.authenticate, credentials.client_id, credentials.client_secret
        )
        if application is None:
            raise Refusal("unauthorized")
        return application
