"""The other way to verify: ask the authorization server about each token (RFC 7662)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, NoReturn
from urllib.parse import quote_plus

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from .claims import Expected, check_claims, check_scopes
from .compact import MAX_SIZE, to_octets
from .encoding import decode_json
from .errors import ConfigurationError, IntrospectionUnavailable, InvalidToken, MalformedToken, Reason
from .fetch import CarefulSession, FetchError, is_safe_address, read_bounded
from .secret import HasSecretValue, wrapped

REQUIRED = ("aud", "exp")
"""RFC 7662 §2.2 demands neither of the server. Without them a token would be good for anything, for ever."""

MAX_ANSWER = 65_536
"""Bytes of an answer."""

DEFAULT_WAIT = 1.0
"""Seconds after which asking again makes sense, when the server says nothing about it."""

_B64TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750 §2.1


class IntrospectionVerifier:
    """Says whether an access token is good for one API, as the authorization server sees it at this moment.

    It remembers nothing: each token costs a request to the authorization server, each time, and a token that was
    revoked is refused at once. The connections are kept open. Safe to share between threads and tasks.

    introspection_endpoint  https, or http on this machine
    client_id               of the API, which is registered as an application of its own (RFC 7662 §2.1)
    client_secret           a str, or an object with `get_secret_value()`
    issuer                  exactly as in `iss`, when the answer has one
    audience                this API's identifier
    timeout                 seconds to connect, for each read, and for all of the answer
    connections             that are kept open at most; more are opened when they are needed
    session                 what asks, if it should be a session of yours
    clock                   seconds since 1970

    Raises ConfigurationError for an empty value, or an endpoint that no secret may be sent to.
    """

    def __init__(
        self,
        introspection_endpoint: str,
        *,
        client_id: str,
        client_secret: str | HasSecretValue,
        issuer: str,
        audience: str,
        timeout: float = 5.0,
        connections: int = 32,
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not (client_id and client_secret and issuer and audience):
            raise ConfigurationError(
                "The client id and secret, the issuer and the audience must not be empty."
            )
        if not is_safe_address(introspection_endpoint):
            raise ConfigurationError("The introspection endpoint must be https, or on this machine.")
        self.introspection_endpoint = introspection_endpoint
        self.client_id = client_id
        self.issuer = issuer
        self.audience = audience
        self._secret = wrapped(client_secret)
        self._expected = Expected(issuer, audience)
        self._timeout = timeout
        self._session = session or CarefulSession(HTTPAdapter(pool_maxsize=connections))
        self._clock = clock
        self._failing: str | None = None

    def __repr__(self) -> str:
        return (
            f"IntrospectionVerifier({self.introspection_endpoint!r}, client_id={self.client_id!r}, "
            f"client_secret='**********', issuer={self.issuer!r}, audience={self.audience!r})"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError("An IntrospectionVerifier holds a secret, and is neither pickled nor copied.")

    @property
    def failing(self) -> str | None:
        """Why the last question got no answer, if it did not: for the log, not for the client."""
        return self._failing

    def verify(self, token: str, *, scopes: Iterable[str] = ()) -> dict[str, Any]:
        """What the server says about a token that is active, is for this API and holds all `scopes`.

        Raises TokenError, and nothing else whatever the token is; IntrospectionUnavailable when there is no answer.
        """
        to_octets(token, MAX_SIZE)
        if not _B64TOKEN.fullmatch(token):
            message = "The token holds characters that no bearer token has."
            raise MalformedToken(message, clause="RFC 6750 §2.1")
        answer = self._ask(token)
        if answer.pop("active") is not True:
            message = "The authorization server says that the token is not active."
            raise InvalidToken("inactive", message, reason=Reason.CHECK_FAILED, clause="RFC 7662 §2.2")
        # The server answers for the token, not for where it is shown: that is left to whoever asks (RFC 7662 §4).
        check_claims(answer, self._expected, self._clock(), required=REQUIRED)
        if scopes:
            check_scopes(answer, scopes)
        return answer

    async def verify_async(self, token: str, *, scopes: Iterable[str] = ()) -> dict[str, Any]:
        """Like `verify`, for asyncio: only this task waits, while a thread asks."""
        return await asyncio.to_thread(self.verify, token, scopes=scopes)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _ask(self, token: str) -> dict[str, Any]:
        """The introspection response, with its member `active`."""
        outcome, wait = self._post(token), DEFAULT_WAIT
        if not isinstance(outcome, str):
            status, body, wait = outcome
            answer = _json_object(body)
            if status == 200 and isinstance(answer.get("active"), bool):
                self._failing = None
                return answer
            outcome = _fault(status)
        self._failing = f"{self.introspection_endpoint} {outcome}"
        # Raised out here, or its context would be an error that holds the request, and so the secret.
        raise IntrospectionUnavailable(wait)

    def _post(self, token: str) -> tuple[int, bytes, float] | str:
        """The status of the answer, its body and the seconds that it asks to wait; or why there is none."""
        fault = ""
        for _ in range(2):  # a connection that was kept open may have been closed at the other end meanwhile
            deadline = time.monotonic() + self._timeout
            try:
                with self._session.post(
                    self.introspection_endpoint,
                    data={"token": token, "token_type_hint": "access_token"},
                    auth=self._authenticate,
                    headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                    timeout=self._timeout,
                    stream=True,
                    allow_redirects=False,  # the secret would go along
                ) as response:
                    body = read_bounded(response, self.introspection_endpoint, deadline, MAX_ANSWER)
                    return response.status_code, body, _seconds(response.headers.get("Retry-After", ""))
            except (requests.Timeout, urllib3.exceptions.TimeoutError):
                return "did not answer in time"
            except FetchError:
                return "sent too much, or too slowly"
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                fault = f"cannot be reached ({type(error).__name__})"
        return fault

    def _authenticate(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # RFC 6749 §2.3.1 has both form-encoded first, so that a colon in the client id does no harm.
        secret = self._secret.get_secret_value()
        return HTTPBasicAuth(quote_plus(self.client_id), quote_plus(secret))(request)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = decode_json(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _fault(status: int) -> str:
    if status == 200:
        return "sent no introspection response (RFC 7662 §2.2)"
    if status in (401, 403):
        return f"answered {status}: check the client id and the client secret of this API"
    return f"answered {status}"


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() and len(retry_after) <= 6 else DEFAULT_WAIT
