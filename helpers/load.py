"""``python -m helpers.load``: sends requests as fast as they are answered, from a process of its own.

It reads one JSON object a line from stdin, a turn each, and answers each with one line on stdout. It ends with stdin.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

CONNECTIONS = 8
"""That are open during a turn, each with one request under way."""

WORKER = b"x-worker"
"""The header in which a worker says which one it is."""

TRIES = 400
"""Connections that are opened at most to reach every worker as often as the others."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def turn(url: str, token: str, seconds: float, workers: int) -> dict[str, Any]:
    """Send GET /todos over all connections for a while.

    :param url: the API's, without a slash at the end.
    :param token: the access token that each request carries.
    :param seconds: how long new requests are sent; those under way then are waited for.
    :param workers: how many processes share the API's socket; each gets as many of the connections as the others.
    :return: ``took``, seconds from the first request to the last answer, and ``latencies``, seconds for each request.
    :raises RuntimeError: an answer is not 200.
    """
    request = _request(url, "/todos", f"Authorization: Bearer {token}\r\n")
    latencies: list[float] = []
    async with contextlib.AsyncExitStack() as opened:
        connections = [
            await opened.enter_async_context(_connection(url))
            for _ in range(CONNECTIONS if workers == 1 else 0)
        ]
        if workers > 1:
            connections = await _spread(url, workers, opened)

        async def send_until(deadline: float, connection: Connection) -> None:
            answered = 0.0
            while answered < deadline:  # once at least
                sent = time.perf_counter()
                await _ask(connection, request)
                answered = time.perf_counter()
                latencies.append(answered - sent)

        started = time.perf_counter()
        await asyncio.gather(*(send_until(started + seconds, connection) for connection in connections))
        took = time.perf_counter() - started
    return {"took": took, "latencies": latencies}


async def _spread(url: str, workers: int, opened: contextlib.AsyncExitStack) -> list[Connection]:
    """As many connections to each worker. The system gives a new one to whichever worker takes it first."""
    share, health = CONNECTIONS // workers, _request(url, "/health")
    reached: dict[bytes, list[Connection]] = {}
    for _ in range(TRIES):
        connection = await opened.enter_async_context(_connection(url))
        reached.setdefault(_header(await _ask(connection, health), WORKER), []).append(connection)
        if len(reached) == workers and min(map(len, reached.values())) >= share:
            return [connection for its in reached.values() for connection in its[:share]]
    raise RuntimeError(f"One of {workers} workers took nearly all of {TRIES} connections.")


@contextlib.asynccontextmanager
async def _connection(url: str) -> AsyncIterator[Connection]:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _request(url: str, path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {url.removeprefix('http://')}\r\n{more}\r\n".encode()


async def _ask(connection: Connection, request: bytes) -> bytes:
    """The head of the answer, in lower case."""
    reader, writer = connection
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"The API answered {head[9:12].decode('latin-1')} in place of 200.")
    await reader.readexactly(int(_header(head, b"content-length")))
    return head


def _header(head: bytes, name: bytes) -> bytes:
    return head.partition(b"\r\n" + name + b": ")[2].partition(b"\r\n")[0]


def main() -> None:
    """Answer turns until stdin ends."""
    for line in sys.stdin:
        try:
            answer = asyncio.run(turn(**json.loads(line)))
        except (OSError, EOFError, RuntimeError) as error:
            answer = {"error": str(error) or type(error).__name__}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
