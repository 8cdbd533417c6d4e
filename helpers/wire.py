"""Records the HTTP exchanges of this process, so that a page can draw what really happened.

Every call that `requests` makes passes through ``Session.send``, the client's and the API's own fetch of the keys
alike. Recording stands there; it works the same whichever issuer the course points at.
"""

import base64
import functools
import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import requests

from helpers.display.exchange import Exchange, Headers

MASK = "********"
API_USER_AGENT = "todo-api"

_SECRETS = ("client_secret", "client_assertion")
_JWT = re.compile(r"(eyJ[\w-]+\.[\w-]+\.)[\w-]+")
_FORM_FIELD = re.compile(r"(?<![^&?])([^&?=]*)=[^&]*")
# Also what is nearly JSON: a body cut short, or a dict of Python's where json.dumps was forgotten.
_SECRET_JSON_FIELD = re.compile(
    r"""((["'])(?:client_secret|client_assertion)\2\s*:\s*)(["'])(?:(?!\3)[^\\]|\\.)*(?:\3|\\?$)""", re.DOTALL
)


class Wire:
    """The last exchanges, always in the order in which they began.

    :param keep: how many at the most.

    hides_signatures: leaves out the signatures of tokens, since a page is saved with its pictures; for an issuer whose
    tokens live on.
    """

    def __init__(self, keep: int = 2_000) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=keep)
        self._lock = threading.Lock()
        self._participants: dict[str, str] = {}
        self._new = 0
        self._shown = 0
        self.hides_signatures = False

    def name(self, origin: str, participant: str) -> None:
        """Say who answers at an origin such as ``http://127.0.0.1:9000``."""
        self._participants[origin] = participant

    def add(self, exchange: Exchange) -> None:
        """Keep one exchange."""
        with self._lock:
            self._exchanges.append(exchange)
            self._new += 1

    def all(self) -> list[Exchange]:
        """Every exchange that is kept."""
        with self._lock:
            return sorted(self._exchanges, key=lambda exchange: exchange.started)

    def last(self, count: int) -> list[Exchange]:
        """The last ``count`` exchanges."""
        return self.all()[-count:] if count > 0 else []

    def fresh(self) -> list[Exchange]:
        """What was recorded since this was last asked; when there is nothing new, the same as last time."""
        with self._lock:
            self._shown, self._new = self._new or self._shown, 0
        return self.last(self._shown)

    def record(self, request: requests.PreparedRequest, response: Any, started: float, ended: float) -> None:
        """Keep one call of `requests`; a response that is an exception means that none came."""
        url = urlsplit(request.url or "")
        host = url.netloc.rpartition("@")[2]  # a user and a password may stand before it
        target = self._participants.get(f"{url.scheme}://{host}")
        if target is None:
            return  # not part of the flow: another site that the learner talks to is nobody's business here
        agent = str(request.headers.get("User-Agent", ""))
        exchange = Exchange(
            source="Todo API" if agent.startswith(API_USER_AGENT) else "Client",
            target=target,
            method=request.method or "",
            host=host,
            path=_mask((url.path or "/") + (f"?{url.query}" if url.query else "")),
            request_headers=_headers(request.headers),
            request_body=_mask(_text(request.body)),
            started=started,
            ended=ended,
            **_answer(response),
        )
        self.add(_without_signatures(exchange) if self.hides_signatures else exchange)


def _without_signatures(exchange: Exchange) -> Exchange:
    def hide(text: str) -> str:
        return _JWT.sub(r"\g<1>…", text)

    def headers(pairs: Headers) -> Headers:
        return tuple((name, hide(value)) for name, value in pairs)

    return replace(
        exchange,
        path=hide(exchange.path),
        request_headers=headers(exchange.request_headers),
        request_body=hide(exchange.request_body),
        response_headers=headers(exchange.response_headers),
        response_body=hide(exchange.response_body),
    )


def _answer(response: Any) -> dict[str, Any]:
    if not isinstance(response, requests.Response):
        kind = "timed out" if isinstance(response, requests.Timeout) else "could not connect"
        return {
            "failure": kind if isinstance(response, requests.RequestException) else type(response).__name__
        }
    # A streamed body belongs to whoever reads it; only what `requests` has read already is shown.
    body = response.text if response._content_consumed else ""  # type: ignore[attr-defined]
    return {
        "status": response.status_code,
        "reason": response.reason,
        "response_headers": _headers(response.headers),
        "response_body": _mask(body),
    }


def _headers(headers: Mapping[str, Any]) -> Headers:
    return tuple((str(name), _mask_header(str(name), _text(value))) for name, value in headers.items())


def _mask_header(name: str, value: str) -> str:
    """Basic credentials are the client id and the secret (RFC 7617 §2): show the id, mask the rest."""
    if name.lower() in _SECRETS:
        return MASK
    scheme, *credentials = re.split(r"\s+", value, maxsplit=1)
    if name.lower() != "authorization" or scheme.lower() != "basic":
        return value
    try:
        decoded = base64.b64decode("".join(credentials), validate=True).decode()
    except ValueError:
        decoded = ""
    # Without a colon there is no telling the id from the secret.
    client_id = decoded.partition(":")[0] if ":" in decoded else ""
    return f"{scheme} base64({client_id}:{MASK})"


def _mask(body: str) -> str:
    body = _FORM_FIELD.sub(_mask_field, body)
    return _SECRET_JSON_FIELD.sub(rf"\g<1>\g<3>{MASK}\g<3>", body)


def _mask_field(field: re.Match[str]) -> str:
    return f"{field[1]}={MASK}" if unquote_plus(field[1]) in _SECRETS else field[0]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)


def install(wire: Wire) -> None:
    """Record every call of `requests` from now on; a wire installed before is replaced."""
    original = getattr(requests.Session.send, "__wrapped__", requests.Session.send)

    @functools.wraps(original)
    def send(
        session: requests.Session, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        started = time.perf_counter()
        try:
            response = original(session, request, **options)
        except BaseException as failure:
            wire.record(request, failure, started, time.perf_counter())
            raise
        answer, ended = response, time.perf_counter()
        if response.history:  # what came after a redirect was sent, and is recorded, by itself
            answer = response.history[0]
            ended = started + answer.elapsed.total_seconds()
        wire.record(request, answer, started, ended)
        return response

    requests.Session.send = send  # type: ignore[method-assign]


def uninstall() -> None:
    """Stop recording."""
    requests.Session.send = getattr(requests.Session.send, "__wrapped__", requests.Session.send)  # type: ignore[method-assign]
