"""The token endpoint as a client asks it: what is tried again and how often, and how much of an answer is read."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError, TimeoutError
from urllib3.exceptions import InvalidHeader as UnreadableHeader
from urllib3.util import Retry

from .client_authentication import ClientAuthentication
from .fetch import CarefulSession, FetchError, nothing_added, read_bounded
from .secret import HasSecretValue
from .token_response import MAX_BYTES, Granted, TokenRequestError, no_answer, read_token_response

LONGEST_WAIT = 10.0
"""Seconds. A Retry-After that asks for more is reported, not slept through."""
NOT_NOW = frozenset({429, 500, 502, 503, 504})
"""The statuses after which asking again may help."""
PAUSES = (0.25, 0.5, 1.0)
"""Seconds between two tries with a proof that is good once."""

Parameters = Mapping[str, str | list[str]]
"""Of a token request, without what proves who the client is."""


class TokenEndpoint:
    """The token endpoint of one client.

    A secret may travel again, which the session sees to. An assertion is good once, and a server that has seen it may
    fail after that: then each try gets a new one.
    """

    def __init__(
        self,
        url: str,
        authentication: ClientAuthentication,
        *,
        timeout: float | tuple[float, float],
        session: requests.Session | None,
    ) -> None:
        self._url = url
        self._authentication = authentication
        self._timeout = timeout
        self._session = session

    def ask(
        self, parameters: Parameters, scope: str | None, clock: Callable[[], float]
    ) -> tuple[float, Granted]:
        """When a token was asked for, in seconds since the epoch, and what was granted. Raises TokenRequestError.

        scope: the one among the parameters, for what is said when it is refused.
        """
        asked_at, outcome = self._attempt(parameters, scope, clock())
        for pause in PAUSES if self._authentication.is_one_time and self._session is None else ():
            if not isinstance(outcome, TokenRequestError) or outcome.status not in NOT_NOW:
                break
            if (wait := outcome.retry_after or pause) > LONGEST_WAIT:
                break
            time.sleep(wait)
            asked_at, outcome = self._attempt(parameters, scope, clock())
        if isinstance(outcome, TokenRequestError):
            raise outcome
        return asked_at, outcome

    def _attempt(
        self, parameters: Parameters, scope: str | None, now: float
    ) -> tuple[float, Granted | TokenRequestError]:
        proof = self._authentication.proof(now)
        response = self._post(parameters, proof)
        outcome = read_token_response(
            response.status_code,
            response.content,
            endpoint=self._url,
            secret=proof,
            asked=scope,
            retry_after=_RETRIES.get_retry_after(response),
        )
        return now, outcome

    def _post(self, parameters: Parameters, proof: HasSecretValue) -> requests.Response:
        retries = _NOTHING_TWICE if self._authentication.is_one_time else _RETRIES
        try:
            with open_session(self._session, retries) as session:
                return session.post(
                    self._url,
                    data={**parameters, **self._authentication.form(proof)},
                    auth=nothing_added,  # or requests would add what a .netrc file has
                    headers={"Accept": "application/json", **self._authentication.headers(proof)},
                    timeout=self._timeout,
                    allow_redirects=False,  # the secret would go along
                    hooks={"response": _read_bounded},
                )
        except (requests.RequestException, HTTPError) as error:
            failure = _failure(error, self._url)
        # Raised out here, or its context would be the error above, which holds the request and so the secret.
        raise failure


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
    status_forcelist=NOT_NOW,
    backoff_factor=0.25,
    backoff_jitter=0.25,
    raise_on_status=False,
)

_NOTHING_TWICE = _Retries(
    total=2, connect=2, read=0, other=0, allowed_methods={"POST"}, raise_on_status=False
)
"""Tries again to connect, and sends nothing twice."""


def open_session(
    session: requests.Session | None, retries: Retry = _RETRIES
) -> AbstractContextManager[requests.Session]:
    """The session given, to be left open; or a new one: hours lie between two token requests."""
    return nullcontext(session) if session else CarefulSession(HTTPAdapter(max_retries=retries))


def _read_bounded(response: requests.Response, *, timeout: float | tuple[float, float], **_: Any) -> None:
    """Read the body before requests does, which would wait for all of it, however long or slow."""
    seconds = timeout[1] if isinstance(timeout, tuple) else timeout
    body = b""
    try:
        body = read_bounded(response, response.url, time.monotonic() + seconds, MAX_BYTES)
    except FetchError as error:
        if error.timed_out:
            raise requests.ReadTimeout from None
    finally:
        response.raw.close()
    response.raw = io.BytesIO(body)


def _failure(error: Exception, endpoint: str) -> TokenRequestError:
    """What it means that no answer came."""
    reason = getattr(error.args[0], "reason", error) if error.args else error
    if isinstance(error, requests.exceptions.SSLError):
        return no_answer(endpoint, "untrusted")
    slow = isinstance(reason, requests.Timeout | TimeoutError) and not isinstance(reason, NewConnectionError)
    return no_answer(endpoint, "late" if slow else "unreachable")
