"""The client of the client credentials grant (RFC 6749 §4.4): it asks for a token, keeps it, and sends it."""

from __future__ import annotations

import io
import math
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn
from urllib.parse import quote_plus

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.exceptions import HTTPError, NewConnectionError, TimeoutError
from urllib3.exceptions import InvalidHeader as UnreadableHeader
from urllib3.util import Retry

from .discovery import discover
from .errors import ConfigurationError
from .fetch import is_safe_address
from .token_response import MAX_BYTES, HasSecretValue, TokenRequestError, read_token_response

LONGEST_WAIT = 10.0
"""Seconds. A Retry-After that asks for more is reported, not slept through."""
LONGEST_LIFETIME = 30 * 86_400.0
"""Seconds after which a token is asked for anew, whatever `expires_in` says."""
RENEWAL_INTERVAL = 60.0
"""Seconds between two renewals of a token that the API refuses: if one does not help, many will not."""

_INVALID_TOKEN = re.compile(r'\berror\s*=\s*"?invalid_token\b', re.IGNORECASE)  # RFC 6750 §3.1


class _Secret:
    """A str that does not print itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        return self._value


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
    client_secret: a str, or an object with `get_secret_value()`.
    audience: the identifier of the API that the token is for.
    scope: words apart by spaces; without any, the issuer decides (RFC 6749 §3.3).
    timeout: seconds to wait, to connect and for the answer; its body may take the latter once more.
    early: seconds before its expiry from which a token is no longer handed out; at most half of its life.
    auth_method: how the secret is sent, in the form or as HTTP Basic (RFC 6749 §2.3.1).
    session: sends the token requests, if not one of our own; what is retried is then up to its adapters.
    clock: seconds since the epoch.

    Raises ConfigurationError for an empty value, or an endpoint that no secret may be sent to.
    """

    def __init__(
        self,
        *,
        token_endpoint: str,
        client_id: str,
        client_secret: str | HasSecretValue,
        audience: str,
        scope: str | None = None,
        timeout: float | tuple[float, float] = (3.05, 10.0),
        early: float = 60.0,
        auth_method: Literal["client_secret_post", "client_secret_basic"] = "client_secret_post",
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not (client_id and client_secret and audience):
            raise ConfigurationError("The client id, the client secret and the audience must not be empty.")
        if not is_safe_address(token_endpoint):
            raise ConfigurationError("The token endpoint must be https, or on this machine.")
        if auth_method not in ("client_secret_post", "client_secret_basic"):
            raise ConfigurationError("The auth_method must be client_secret_post or client_secret_basic.")
        self.token_endpoint = token_endpoint
        self.client_id = client_id
        self.audience = audience
        self.scope = scope
        self._secret = _Secret(client_secret) if isinstance(client_secret, str) else client_secret
        self._timeout = timeout
        self._early = early
        self._auth_method = auth_method
        self._session = session
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

        session: sends the metadata request, and the token requests.  options: what the class takes.
        Raises DiscoveryError when the metadata cannot be had, ConfigurationError as the class does.
        """
        with _open_session(issuer, session) as opened:  # discovery's own would say that the API asks
            endpoint = discover(issuer, session=opened).token_endpoint
        return cls(token_endpoint=endpoint, session=session, **options)

    def __repr__(self) -> str:
        return (
            f"ClientCredentials(token_endpoint={self.token_endpoint!r}, client_id={self.client_id!r}, "
            f"client_secret='**********', audience={self.audience!r}, scope={self.scope!r})"
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
        asked_at = self._clock()
        response = self._post()
        outcome = read_token_response(
            response.status_code,
            response.content,
            endpoint=self.token_endpoint,
            secret=self._secret,
            retry_after=_RETRIES.get_retry_after(response),
        )
        if isinstance(outcome, TokenRequestError):
            raise outcome
        token, lifetime = outcome[0], min(outcome[1], LONGEST_LIFETIME)
        return _Token(token, asked_at, asked_at + lifetime - min(self._early, lifetime / 2))

    def _post(self) -> requests.Response:
        """Send the access token request (RFC 6749 §4.4.2), and read the answer."""
        try:
            with _open_session(self.token_endpoint, self._session) as session:
                return session.post(
                    self.token_endpoint,
                    data=self._form(),
                    auth=self._authentication(),
                    headers={"Accept": "application/json"},
                    timeout=self._timeout,
                    allow_redirects=False,  # the secret would go along
                    hooks={"response": _read_bounded},
                )
        except (requests.RequestException, HTTPError) as error:
            failure = _failure(error, self.token_endpoint)
        # Raised out here, or its context would be the error above, which holds the request and so the secret.
        raise failure

    def _form(self) -> dict[str, str | None]:
        form = {"grant_type": "client_credentials", "audience": self.audience, "scope": self.scope or None}
        if self._auth_method == "client_secret_post":
            form |= {"client_id": self.client_id, "client_secret": self._secret.get_secret_value()}
        return form

    def _authentication(self) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
        if self._auth_method == "client_secret_post":
            return lambda request: request  # with no auth at all, requests would add what a .netrc file has
        # RFC 6749 §2.3.1 has both form-encoded first, so that a colon in the client id does no harm.
        return HTTPBasicAuth(quote_plus(self.client_id), quote_plus(self._secret.get_secret_value()))

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


class _Retries(Retry):
    """urllib3's retries, ended by a Retry-After beyond LONGEST_WAIT; one without sense is passed over."""

    RETRY_AFTER_STATUS_CODES = frozenset()  # which statuses are retried, `status_forcelist` says alone

    def get_retry_after(self, response: Any) -> float | None:
        try:
            return super().get_retry_after(response)
        except (UnreadableHeader, ValueError, OverflowError):
            return None

    def increment(self, *args: Any, response: Any = None, **options: Any) -> Retry:
        too_long = response is not None and (self.get_retry_after(response) or 0) > LONGEST_WAIT
        current = self.new(total=0) if too_long else self
        following = Retry.increment(current, *args, response=response, **options)
        if response is not None:
            response.close()  # or urllib3 would read the refused attempt's body to its end, however long
        return following


_RETRIES = _Retries(
    total=3,
    connect=2,
    read=1,
    other=0,
    allowed_methods={"POST"},  # asking twice for a token does no harm
    status_forcelist={429, 500, 502, 503, 504},
    backoff_factor=0.25,
    backoff_jitter=0.25,
    raise_on_status=False,
)


def _open_session(url: str, session: requests.Session | None) -> AbstractContextManager[requests.Session]:
    """The session given, to be left open; or a new one: hours lie between two token requests."""
    if session is not None:
        return nullcontext(session)
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=_RETRIES))
    # Plain http stays on this machine: no proxy from the environment, which would be shown the secret.
    session.trust_env = url.startswith("https:")
    return session


def _read_bounded(response: requests.Response, *, timeout: float | tuple[float, float], **_: Any) -> None:
    """Read the body before requests does, which would wait for all of it, however long or slow."""
    seconds = timeout[1] if isinstance(timeout, tuple) else timeout
    deadline = time.monotonic() + seconds
    raw, body = response.raw, b""
    try:
        # read1 returns after one read of the socket: a server that sends a byte a second meets the deadline.
        while len(body) <= MAX_BYTES and (chunk := raw.read1(8192, decode_content=True)):
            body += chunk
            if time.monotonic() > deadline:
                raise requests.ReadTimeout
    finally:
        raw.close()
    response.raw = io.BytesIO(body)


def _failure(error: Exception, endpoint: str) -> TokenRequestError:
    """What it means that no answer came."""
    reason = getattr(error.args[0], "reason", error) if error.args else error
    if isinstance(error, requests.exceptions.SSLError):
        what, advice = f"{endpoint} does not prove who it is (TLS).", "Check its certificate."
    elif isinstance(reason, requests.Timeout | TimeoutError) and not isinstance(reason, NewConnectionError):
        what, advice = f"{endpoint} did not answer in time.", "Try again later, or check the network."
    else:
        what, advice = (
            f"Cannot connect to {endpoint}.",
            "Check that the issuer runs, its address, the network.",
        )
    return TokenRequestError(what, advice=advice)
