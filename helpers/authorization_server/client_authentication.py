"""Who asks? Client authentication (RFC 6749 §2.3), the same at each endpoint."""

import asyncio

from starlette.requests import Request

from .client_assertion import ClientAssertions
from .dialect import Refusal
from .registry import Application, Registry
from .token_request import Assertion, Credentials, read_credentials
from .wrong_secrets import WrongSecrets

METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
"""By their names in metadata (OpenID Connect Core 1.0 §9), the same at each endpoint."""


class ClientAuthentication:
    """Finds the application that a request comes from, or refuses the request.

    :param wrong_secrets: how often a wrong secret may be sent; may be replaced while the server runs.
    """

    def __init__(self, registry: Registry, assertions: ClientAssertions, wrong_secrets: WrongSecrets) -> None:
        self._registry = registry
        self._assertions = assertions
        self.wrong_secrets = wrong_secrets

    async def authenticate(self, request: Request, parameters: dict[str, str]) -> Application:
        """The application. Unknown client or wrong secret: one answer, after one scrypt (RFC 6749 §2.3.1).

        With an assertion: unknown client or wrong key, one answer, after one signature check at least. It is more than
        one only for an assertion without a kid, of a client that has several keys of its algorithm.

        :raises Refusal: the request does not prove that it comes from an application.
        """
        credentials = read_credentials(request, parameters)
        if isinstance(credentials, Assertion):
            return self._assertions.authenticate(credentials.client_assertion, credentials.client_id)
        return await self._by_secret(credentials, self.wrong_secrets)

    async def _by_secret(self, credentials: Credentials, wrong_secrets: WrongSecrets) -> Application:
        client_id, client_secret = credentials.client_id, credentials.client_secret
        _check_tries(wrong_secrets, client_id)
        application = self._registry.recognize(client_id, client_secret)
        if application is not None:
            return application
        async with wrong_secrets.turn(client_id):
            _check_tries(wrong_secrets, client_id)
            # In a worker thread: scrypt is slow on purpose, and the event loop has others to serve.
            application = await asyncio.to_thread(self._registry.authenticate, client_id, client_secret)
            if application is None:
                wrong_secrets.count(client_id)
                raise Refusal("unauthorized")
            return application


def _check_tries(wrong_secrets: WrongSecrets, client_id: str) -> None:
    """Refuse the request before the secret is looked at, if too many were wrong."""
    if wait := wrong_secrets.seconds_to_wait(client_id):
        raise Refusal("too_many_wrong_secrets", retry_after=wait)
