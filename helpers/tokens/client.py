"""The client of the client credentials grant (RFC 6749 §4.4): it asks for a token, keeps it, and sends it."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from copy import copy
from dataclasses import dataclass, field
from typing import Any, NoReturn

import requests
from requests.auth import AuthBase

from .client_assertion import PrivateKey
from .client_authentication import AuthMethod, ClientAuthentication
from .discovery import discover
from .errors import ConfigurationError
from .fetch import is_safe_address
from .secret import HasSecretValue
from .token_endpoint import TokenEndpoint
from .token_response import TokenRequestError

LONGEST_LIFETIME = 30 * 86_400.0
"""Seconds after which a token is asked for anew, whatever `expires_in` says."""
RENEWAL_INTERVAL = 60.0
"""Seconds between two renewals of a token that the API refuses: if one does not help, many will not."""


_INVALID_TOKEN = re.compile(r'\berror\s*=\s*"?invalid_token\b', re.IGNORECASE)  # RFC 6750 §3.1


@dataclass(frozen=True, slots=True)
class _Token:
    """An access token and the time in which it may be handed out, in seconds since the epoch."""

    value: str = field(repr=False)
    since: float
    until: float


class ClientCredentials(AuthBase):
    """Asks for an access token in the application's own name, and reuses it until shortly before it expires.

    `requests.get(url, auth=client)` sends it as RFC 6750 §2.1 says. Threads may share one client.

    token_endpoint: https, or http on this machine (RFC 6749 §3.2).
    client_secret: a str, or an object with `get_secret_value()`; none for private_key_jwt.
    audience: the identifier of the API that the token is for.
    scope: words apart by spaces; without any, the issuer decides (RFC 6749 §3.3).
    timeout: seconds to wait, to connect and for the answer; its body may take the latter once more.
    early: seconds before its expiry from which a token is no longer handed out; at most half of its life.
    auth_method: how the secret is sent, in the form or as HTTP Basic (RFC 6749 §2.3.1); or private_key_jwt, which has
        none, and signs a new assertion for each request (RFC 7523).
    private_key: for private_key_jwt, an RSA or a P-256 key, as an object or in PEM.  key_id: the `kid` under which it
        is registered; its thumbprint (RFC 7638) when not given, and "" for none.
    assertion_audience: whom its assertions name in `aud`; the token endpoint when not given.  assertion_typ: their
        `typ`, "JWT" or "client-authentication+jwt"; `client_assertion` says when to choose which.
    session: sends the token requests, if not one of our own; what is retried is then up to its adapters.
    clock: seconds since the epoch.

    Raises ConfigurationError for an empty value, or an endpoint that no secret may be sent to.
    """

    def __init__(
        self,
        *,
        token_endpoint: str,
        client_id: str,
        client_secret: str | HasSecretValue | None = None,
        audience: str,
        scope: str | None = None,
        timeout: float | tuple[float, float] = (3.05, 10.0),
        early: float = 60.0,
        auth_method: AuthMethod = "client_secret_post",
        private_key: PrivateKey | str | bytes | None = None,
        key_id: str | None = None,
        assertion_audience: str | None = None,
        assertion_typ: str = "JWT",
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not (client_id and audience):
            raise ConfigurationError("The client id and the audience must not be empty.")
        if not is_safe_address(token_endpoint):
            raise ConfigurationError("The token endpoint must be https, or on this machine.")
        self.token_endpoint = token_endpoint
        self.client_id = client_id
        self.audience = audience
        self.scope = scope
        self._authentication = ClientAuthentication(
            auth_method,
            client_id,
            client_secret,
            private_key,
            key_id,
            audience=assertion_audience or token_endpoint,
            typ=assertion_typ,
        )
        self._early = early
        self._endpoint = TokenEndpoint(token_endpoint, self._authentication, timeout=timeout, session=session)
        self._clock = clock
        self._lock = threading.Lock()  # guards the three below
        self._cached: _Token | None = None
        self._asking: Future[str] | None = None
        self._renewed_at = -math.inf

    @classmethod
    def from_issuer(
        cls, issuer: str, *, session: requests.Session | None = None, **options: Any
    ) -> ClientCredentials:
        """A client of the token endpoint that the issuer's metadata names (RFC 8414 §3).

        session: sends the metadata request, and the token requests.  options: what the class takes; its assertions are
        for the issuer unless they say otherwise, as draft-ietf-oauth-rfc7523bis §4 demands and Auth0 documents.
        Raises DiscoveryError when the metadata cannot be had, ConfigurationError as the class does.
        """
        endpoint = discover(issuer, session=session).token_endpoint
        return cls(token_endpoint=endpoint, session=session, **{"assertion_audience": issuer} | options)

    def __repr__(self) -> str:
        proof = "private_key" if self._authentication.is_one_time else "client_secret"
        return (
            f"ClientCredentials(token_endpoint={self.token_endpoint!r}, client_id={self.client_id!r}, "
            f"{proof}='**********', audience={self.audience!r}, scope={self.scope!r})"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError("A ClientCredentials holds a secret, and is neither pickled nor copied.")

    def token(self) -> str:
        """The access token, the one at hand or a new one.

        Threads that ask at once share one request and its outcome. Raises TokenRequestError.
        """
        while True:
            with self._lock:
                # The lower bound is for a clock that was set back: then the token's age is not known.
                if self._cached and self._cached.since <= self._clock() < self._cached.until:
                    return self._cached.value
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
        if not is_safe_address(request.url or ""):
            raise ConfigurationError("A token is only sent to https addresses, or on this machine.")
        request.headers["Authorization"] = f"Bearer {self.token()}"
        request.register_hook("response", self._renew)
        return request

    def _ask(self, outcome: Future[str]) -> str:
        try:
            token = self._request()
        except BaseException as error:
            self._settle(None)
            if isinstance(error, TokenRequestError):
                outcome.set_exception(error)
            else:
                outcome.cancel()
            raise
        self._settle(token)
        outcome.set_result(token.value)
        return token.value

    def _settle(self, token: _Token | None) -> None:
        with self._lock:
            self._cached, self._asking = token, None

    def _request(self) -> _Token:
        """The access token request (RFC 6749 §4.4.2)."""
        parameters = {
            "grant_type": "client_credentials",
            "audience": self.audience,
            "scope": self.scope or None,
        }
        asked_at, token, lifetime = self._endpoint.ask(parameters, self._clock)
        lifetime = min(lifetime, LONGEST_LIFETIME)
        return _Token(token, asked_at, asked_at + lifetime - min(self._early, lifetime / 2))

    def _renew(self, response: requests.Response, **options: Any) -> requests.Response:
        """The response, or that of a second try when the API refused the token.

        "The client MAY request a new access token and retry the protected resource request" (RFC 6750 §3.1).
        """
        request = response.request
        # After a redirect to another host the request has no token any more, and must not get one here.
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        challenge = response.headers.get("WWW-Authenticate", "")
        if response.status_code != 401 or scheme != "Bearer" or not _INVALID_TOKEN.search(challenge):
            return response
        if not self._drop(token) or not isinstance(request.body, str | bytes | None):
            return response  # a body that is a stream was used up by the first try
        _ = response.content  # read to the end, so that the connection can be used again
        response.close()
        again = request.copy()
        again.headers["Authorization"] = f"Bearer {self.token()}"
        renewed = response.connection.send(again, **options)
        renewed.history.append(response)
        renewed.request = again
        return renewed

    def _drop(self, refused: str) -> bool:
        """Forget a token that the API refused; False when the last renewal was too short a while ago."""
        with self._lock:
            if self._cached is None or self._cached.value != refused:
                return True  # another thread has renewed it
            now = self._clock()
            if 0 <= now - self._renewed_at < RENEWAL_INTERVAL:
                return False
            self._cached, self._renewed_at = None, now
            return True
