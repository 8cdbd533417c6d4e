"""Faults of the published documents, for lessons and tests: set in this process, unreachable over HTTP."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Literal, get_args

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

KeyFault = Literal["down", "unavailable", "slow", "garbage", "redirect", "huge"]
"""down: the connection ends without an answer; unavailable: 503; slow: the answer comes when the fault is lifted;
garbage: a page in HTML, with 200; redirect: 302 to another path; huge: the document with 16 MiB behind it."""

LONGEST_HANG = 30.0
"""Seconds after which a request that hangs is dropped."""
HUGE = 16 * 1024 * 1024
"""Bytes that are added to a huge document."""

_POLL = 0.02  # seconds; the fault is lifted from another thread, which the event loop does not hear
_CHUNK = 64 * 1024


def check_fault(fault: object) -> None:
    """:raises ValueError: when there is no such fault."""
    if fault is not None and fault not in get_args(KeyFault):
        raise ValueError(f"Choose a key_fault out of None, {', '.join(map(repr, get_args(KeyFault)))}.")


async def fault_in_place_of(
    document: Callable[[], dict[str, Any]], request: Request, current: Callable[[], KeyFault | None]
) -> Response | None:
    """The faulty answer to a request for a document; None when it is to be answered well.

    :param current: says which fault there is now.
    """
    match current():
        case "down":
            return _Dropped()
        case "unavailable":
            return PlainTextResponse("Service Unavailable", 503)
        case "slow":
            return await _hang(request, current)
        case "garbage":
            return HTMLResponse("<!doctype html><title>Welcome</title><p>Please log in to this network.")
        case "redirect":
            return RedirectResponse("/elsewhere", 302)
        case "huge":
            return StreamingResponse(_huge(document()), media_type="application/json")
    return None


async def _hang(request: Request, current: Callable[[], KeyFault | None]) -> Response | None:
    """Wait until the fault is another one, which ends it well, or nobody waits any more."""
    deadline = time.monotonic() + LONGEST_HANG
    while current() == "slow":
        if time.monotonic() > deadline or await request.is_disconnected():
            return _Dropped()
        await asyncio.sleep(_POLL)
    return None


def _huge(document: dict[str, Any]) -> Iterator[bytes]:
    """The document as good JSON with one member more, which does not end soon."""
    yield json.dumps(document).encode()[:-1] + b',"padding":"'
    for _ in range(HUGE // _CHUNK):
        yield b"x" * _CHUNK
    yield b'"}'


class _Dropped(Response):
    """The connection ends without a byte of an answer.

    ASGI has no word for that. What every server does with a header that HTTP cannot carry (RFC 9110 §5.5) is to
    refuse it, and since an answer was begun by then, all that is left to it is to close the connection.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(Exception):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"\n")]})
