"""A client that calls the API without a break, from a thread of its own, while a cell does something to the keys."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import requests

from helpers.display.picture import Picture
from helpers.display.traffic import Answer, Mark, traffic_picture
from helpers.gone import old_address
from helpers.lab import LabError
from helpers.tokens.fetch import is_safe_address
from helpers.tokens.token_response import TokenRequestError

LONGER = 3
"""Requests after a pause for which the token is not exchanged yet."""


class Traffic:
    """Sends one GET after the other, for as long as its ``with`` block lasts; at the end of a cell it draws itself.

    Each request carries a token; after some requests a new one is asked for, so that a rotation of the keys shows in
    the tokens. When no new one is to be had, the old one is used on.

    :param url: what is asked for; https, or on this machine.
    :param get_token: asks the authorization server for a new access token.
    :param pause: seconds between an answer and the next request.
    :param new_token_every: requests with one token.
    :param timeout: seconds after which a request counts as not answered.
    :raises LabError: the address is not one that a token may be sent to.
    """

    def __init__(
        self,
        url: str,
        get_token: Callable[[], str],
        *,
        pause: float = 0.002,
        new_token_every: int = 10,
        timeout: float = 10.0,
    ) -> None:
        if not is_safe_address(url):
            raise LabError("A token is only sent to https addresses, or on this machine.")
        parts = urlsplit(url)
        connection = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = connection(parts.netloc, timeout=timeout)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._get_token, self._new_token_every, self._pause = get_token, new_token_every, pause
        self._answers: list[Answer] = []
        self._marks: list[Mark] = []
        self.token_errors: list[Exception] = []
        """Why new tokens were not to be had, the first failure first."""
        self._news = threading.Condition()  # of an answer, and of the end
        self._turn = threading.Lock()  # held while a request is under way
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self._token = ""
        self._sent = 0
        self._refused = 0  # connections, since the last one that was not
        self._renew_at = new_token_every
        self._began = 0.0

    def __enter__(self) -> Traffic:
        """Get the first token, and begin. Raises what ``get_token`` does, or a LabError when nobody answers it."""
        if self._began:
            raise LabError("This traffic is over. Make a new one: with lab.traffic() as traffic:")
        try:
            self._token = self._get_token()
        except requests.ConnectionError:
            raise old_address("this traffic") from None
        except TokenRequestError as error:
            raise (LabError(str(error)) if error.status else old_address("this traffic")) from None
        self._began = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def wait(self, count: int, timeout: float = 30.0) -> None:
        """Return when so many more requests were answered; one without an answer counts when that is certain.

        :param timeout: seconds.
        :raises LabError: they were not in that time, nobody listens there, or the traffic is not going on.
        """
        with self._news:
            begin = len(self._answers)
            self._news.wait_for(lambda: len(self._answers) >= begin + count or not self._going_on, timeout)
            seen = len(self._answers) - begin
        if self._refused >= count > 0:
            raise old_address("this traffic")
        if seen >= count:
            return
        self._check_going_on()
        raise LabError(
            f"{seen} of {count} requests were answered within {timeout:g} seconds. Wait for fewer, or for longer:"
            " wait(count, timeout=seconds)."
        )

    def mark(self, label: str) -> None:
        """Say that something has happened just now: requests sent from here on belong to the next phase.

        :raises LabError: the traffic is not going on.
        """
        self._check_going_on()
        self._marks.append(Mark(self._now(), label))

    @contextlib.contextmanager
    def paused(self, label: str) -> Iterator[None]:
        """Hold the next request back while a block runs, then mark what the block did.

        For a change that some request would otherwise meet before its mark is set. The token at hand is used a little
        longer, so that a token from before the change is always shown after it.
        """
        with self._turn:
            yield
            self.mark(label)
            self._renew_at = max(self._renew_at, self._sent + LONGER)

    @property
    def answers(self) -> list[Answer]:
        """What came of each request so far, in the order in which they were sent."""
        return list(self._answers)

    @property
    def marks(self) -> list[Mark]:
        """What happened meanwhile."""
        return list(self._marks)

    @property
    def failed(self) -> list[Answer]:
        """The answers that are not 200."""
        return [answer for answer in self.answers if answer.status != 200]

    @property
    def slowest(self) -> float:
        """Seconds that the slowest answer took; 0 when there is none yet."""
        return max((answer.took for answer in self.answers), default=0.0)

    def picture(self) -> Picture:
        """Every request a dot, in the lane of its status, and the marks."""
        return traffic_picture(self.answers, self.marks)

    def __str__(self) -> str:
        return self.picture().alt

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.picture()._repr_mimebundle_()

    @property
    def _going_on(self) -> bool:
        return self._began > 0 and not self._over.is_set()

    def _check_going_on(self) -> None:
        if not self._going_on:
            raise LabError("The traffic is not going on: it does within `with lab.traffic() as traffic:`.")

    def _now(self) -> float:
        return time.perf_counter() - self._began

    def _run(self) -> None:
        """In its own thread: ask, note the answer, ask again."""
        kid = _key_id(self._token)
        try:
            while not self._over.is_set():
                with self._turn:
                    if self._sent >= self._renew_at:
                        self._renew()
                        kid = _key_id(self._token)
                    began = self._now()
                    status = self._ask()
                    answer = Answer(began, status, self._now() - began, kid)
                    self._sent += 1
                with self._news:
                    self._answers.append(answer)
                    self._news.notify_all()
                self._over.wait(self._pause)
        finally:
            self._connection.close()
            self._over.set()
            with self._news:
                self._news.notify_all()

    def _renew(self) -> None:
        self._renew_at = self._sent + self._new_token_every
        try:
            self._token = self._get_token()
        except Exception as error:  # a lesson may have taken the authorization server down
            self.token_errors.append(error)

    def _ask(self) -> int | None:
        """One request: the status of its answer, or None.

        A server may close a connection that was idle just as the next request leaves. Such a request is sent once more
        on a new one, as every client does (RFC 9110 §9.2.2, §9.3.1).
        """
        reused = self._connection.sock is not None
        for last_try in (not reused, True):
            try:
                self._connection.request(
                    "GET", self._path, headers={"Authorization": f"Bearer {self._token}"}
                )
                response = self._connection.getresponse()
                response.read()
                self._refused = 0
                return response.status
            except (
                OSError,
                HTTPException,
                ValueError,
            ) as failure:  # the last for a token that fits no header
                self._connection.close()
                self._refused = self._refused + 1 if isinstance(failure, ConnectionRefusedError) else 0
                if last_try or isinstance(failure, TimeoutError):
                    break
        return None


class UnrecordedSession(requests.Session):
    """A session whose requests are not on the lab's wire: hundreds of them would hide what a page wants to show."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        original = getattr(requests.Session.send, "__wrapped__", requests.Session.send)
        return original(self, request, **options)


def _key_id(token: str) -> str | None:
    """The ``kid`` in the header of a token, if it is a JWT that has one. Nothing is verified: it is for a picture."""
    try:
        segment = token.split(".")[0]
        kid = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))["kid"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return kid if isinstance(kid, str) else None
