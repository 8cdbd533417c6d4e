"""``python -m helpers.load``: sends requests as fast as they are answered, from a process of its own.

It reads one JSON object a line from stdin, a turn each, and answers each with one line on stdout. It ends with stdin.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

CONNECTIONS = 8
"""That are open during a turn, each with one request under way."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def turn(urls: Sequence[str], token: str, seconds: float) -> dict[str, Any]:
    """Send GET /todos over all connections for a while.

    :param urls: of the API's workers, without a slash at the end; each gets as many of the connections as the others.
    :param token: the access token that each request carries.
    :param seconds: how long new requests are sent; those under way then are waited for.
    :return: ``took``, seconds from the first request to the last answer, and ``latencies``, seconds for each request.
    :raises RuntimeError: an answer is not 200.
    """
    latencies: list[float] = []
    async with contextlib.AsyncExitStack() as opened:
        # Each worker has an address of its own: on a shared one, the system may give one worker all connections.
        connections = [
            (await opened.enter_async_context(_connection(url)), _request(url, token))
            for url in urls
            for _ in range(CONNECTIONS // len(urls))
        ]

        async def send_until(deadline: float, connection: Connection, request: bytes) -> None:
            answered = 0.0
            while answered < deadline:  # once at least
                sent = time.perf_counter()
                await _ask(connection, request)
                answered = time.perf_counter()
                latencies.append(answered - sent)

        started = time.perf_counter()
        await asyncio.gather(*(send_until(started + seconds, *connection) for connection in connections))
        took = time.perf_counter() - started
    return {"took": took, "latencies": latencies}


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


def _request(url: str, token: str) -> bytes:
    host = url.removeprefix("http://")
    return f"GET /todos HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


async def _ask(connection: Connection, request: bytes) -> None:
    reader, writer = connection
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"The API answered {head[9:12].decode('latin-1')} and not 200.")
    await reader.readexactly(int(head.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]))


def main() -> None:
    """Answer turns until stdin ends."""
    for line in sys.stdin:
        try:
            answer = asyncio.run(turn(**json.loads(line)))
        except (OSError, EOFError, RuntimeError, ValueError) as error:
            answer = {"error": str(error) or type(error).__name__}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
