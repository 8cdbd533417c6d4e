"""The client of the client credentials grant (RFC 6749 §4.4): it asks for a token, keeps it, and sends it."""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from copy import copy
from typing import Any

import requests
from requests.auth import AuthBase

from .discovery import discover
from .token_client import TokenClient
from .token_endpoint import TokenEndpoint
from .token_response import TokenRequestError


class ClientCredentials(TokenClient, AuthBase):
    """Asks for an access token in the application's own name, and reuses it until shortly before it expires.

    `requests.get(url, auth=client)` sends it as RFC 6750 §2.1 says. Threads may share one client. For httpx and asyncio
    there is `AsyncClientCredentials`. `TokenClient` says what the settings mean; session is a `requests.Session`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._asking: Future[str] | None = None
        self._endpoint = TokenEndpoint(
            self.token_endpoint, self._authentication, timeout=self._timeout, session=self._session
        )

    @classmethod
    def from_issuer(cls, issuer: str, **settings: Any) -> ClientCredentials:
        """A client of the token endpoint that the issuer's metadata names (RFC 8414 §3).

        settings: see `TokenClient`; assertions are for the issuer unless they say otherwise.
        Raises DiscoveryError when the metadata cannot be had, ConfigurationError as the class does.
        """
        found = discover(
            issuer, session=settings.get("session"), allow_http=settings.get("allow_http", False)
        )
        return cls(token_endpoint=found.token_endpoint, **{"assertion_audience": issuer} | settings)

    def token(self) -> str:
        """The access token, the one at hand or a new one.

        Threads that ask at once share one request and its outcome. Raises TokenRequestError.
        """
        while True:
            with self._lock:
                if (token := self._at_hand()) is not None:
                    return token
                others = self._asking
                if others is None:
                    mine = self._asking = Future()
            if others is None:
                return self._ask(mine)
            try:
                error = others.exception()
            except CancelledError:
                continue  # the thread that asked was interrupted, which says nothing about the token
            if error is None:
                return others.result()
            raise copy(error)  # one exception in many threads would mix their tracebacks

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token into a request (RFC 6750 §2.1); if the API calls it invalid, try a new one once.

        Raises TokenRequestError, or ConfigurationError when the network would see the token (RFC 6750 §5.3).
        """
        self._check_address(request.url or "")
        request.headers["Authorization"] = f"Bearer {self.token()}"
        request.register_hook("response", self._renew)
        return request

    def _ask(self, outcome: Future[str]) -> str:
        try:
            asked_at, granted = self._endpoint.ask(self._parameters, self.scope, self._clock)
            token = self._keep(granted, asked_at)
        except BaseException as error:
            self._asking = None
            if isinstance(error, TokenRequestError):
                self._fail(error)
                outcome.set_exception(error)
            else:
                outcome.cancel()
            raise
        self._asking = None
        outcome.set_result(token)
        return token

    def _renew(self, response: requests.Response, **options: Any) -> requests.Response:
        """The response, or that of a second try when the API refused the token."""
        request = response.request
        # After a redirect to another host the request has no token any more, and must not get one here.
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        challenge = response.headers.get("WWW-Authenticate", "")
        if scheme != "Bearer" or not self._may_renew(response.status_code, challenge, token):
            return response
        if not isinstance(request.body, str | bytes | None):
            return response  # a body that is a stream was used up by the first try
        _ = response.content  # read to the end, so that the connection can be used again
        response.close()
        again = request.copy()
        again.headers["Authorization"] = f"Bearer {self.token()}"
        renewed = response.connection.send(again, **options)
        renewed.history.append(response)
        renewed.request = again
        return renewed
