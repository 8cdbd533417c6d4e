"""An ASGI app served from a thread of this process: on loopback, ready when it answers, stopped cleanly."""

import asyncio
import socket
import threading
import time
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

LOOPBACK = "127.0.0.1"

SILENCE = 11.0
"""Seconds for a whole head, and between two pieces of a body. The authorization server answers 408 after 10."""
REQUEST = 60.0
"""Seconds for a whole request."""
LINGER = 2.0
"""Seconds in which a client may read an answer that came before its request was complete."""
HEAD_AT_MOST = 65_536
"""Bytes of a head that is not complete yet. h11 has this bound, and httptools has none."""
_CHECK = 1.0  # seconds between two looks at a connection


class PortInUse(OSError):
    """The port asked for is taken by another program."""


class ServiceError(RuntimeError):
    """A service did not come up, or did not stop."""


def listen(port: int = 0) -> socket.socket:
    """Bind a listening socket on loopback, so that its port is known before the app is made.

    :param port: the TCP port; 0 lets the system choose a free one.
    :raises PortInUse: when another program has the port.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # On Windows SO_REUSEADDR would let two programs share one port; elsewhere it only skips TIME_WAIT.
        if not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit it; without it a keep-alive request waits 40 ms for a delayed ACK.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.bind((LOOPBACK, port))
        sock.listen(2048)
    except (OSError, OverflowError) as error:
        sock.close()
        raise PortInUse(f"port {port} on {LOOPBACK} is not free") from error
    return sock


def listen_near(preferred: int) -> socket.socket:
    """The preferred port when it is free, else one that the system chooses."""
    try:
        return listen(preferred)
    except PortInUse:
        return listen(0)


def origin(sock: socket.socket) -> str:
    """The address of a listening socket as a URL, without a slash at the end."""
    return f"http://{LOOPBACK}:{sock.getsockname()[1]}"


class RequestDeadline(asyncio.Protocol):
    """Ends a connection whose client does not finish a request, in front of one of uvicorn's HTTP protocols.

    uvicorn ends a connection that is idle after an answer, and waits forever for a request that never began or never
    ends. Here a client has :data:`SILENCE` seconds to send a whole head. Each piece of a body gives it as long again,
    up to :data:`REQUEST` seconds in all. While the app works or answers, no time is counted.

    Both of uvicorn's protocols, for h11 and for httptools, have what this reads: ``loop``, ``transport``, ``flow``, and
    ``cycle``, the latest request whose head is complete. It knows nothing of WebSockets.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected, and has sent nothing yet."""
        super().connection_made(transport)
        self._head = 0
        self._expect_within(SILENCE)
        self._timer = self.loop.call_later(_CHECK, self._check)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes have arrived. Only those of a body give the client more time."""
        super().data_received(data)
        self._head = self._head + len(data) if self._waits_for_head() else 0
        if self._head > HEAD_AT_MOST:
            self.transport.close()
        elif self._waits_for_body():
            self._deadline = min(self.loop.time() + SILENCE, self._latest)

    def on_response_complete(self) -> None:
        """The app has answered, perhaps before the body was there."""
        unfinished = self.cycle.more_body
        super().on_response_complete()
        self._expect_within(LINGER if unfinished else SILENCE)

    def _expect_within(self, seconds: float) -> None:
        now = self.loop.time()
        self._deadline, self._latest = now + seconds, now + REQUEST

    def _waits_for_head(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _waits_for_body(self) -> bool:
        cycle = self.cycle
        if self._waits_for_head() or cycle.response_started or not cycle.more_body:
            return False
        return not (self.flow.read_paused or cycle.waiting_for_100_continue)  # the client waits for the app

    def _check(self) -> None:
        if not self._waits_for_head() and not self._waits_for_body():
            self._expect_within(SILENCE)
        elif self.loop.time() >= self._deadline:
            self.transport.close()
            return
        self._timer = self.loop.call_later(_CHECK, self._check)


class _Protocol(RequestDeadline, AutoHTTPProtocol):
    """The one for httptools where that is installed, which is faster, else the one for h11."""


class Service:
    """One ASGI app in a daemon thread with an event loop of its own; it ends with the process at the latest.

    :param name: what the learner calls it; it stands in error messages.
    :param app: the ASGI application.
    :param sock: a listening socket, from :func:`listen`.
    :param log_level: of uvicorn. In a notebook, a line that the server prints lands in whatever cell runs.
    """

    def __init__(self, name: str, app: Any, sock: socket.socket, *, log_level: str = "critical") -> None:
        self.name = name
        self.url = origin(sock)
        self._sock = sock
        config = uvicorn.Config(
            app,
            log_level=log_level,
            access_log=False,
            loop="auto",  # uvloop where it is installed
            http=_Protocol,
            ws="none",
            lifespan="on",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._failure: BaseException | None = None

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._sock])
        except BaseException as failure:  # uvicorn leaves with SystemExit when the app's start-up fails
            self._failure = failure

    @property
    def running(self) -> bool:
        """Whether the service answers requests."""
        return self._thread.is_alive() and self._server.started

    def start(self, timeout: float = 10.0) -> "Service":
        """Start serving and return once requests are answered.

        :param timeout: seconds to wait.
        :raises ServiceError: when the app did not come up in time.
        """
        self._thread.start()
        deadline = time.monotonic() + timeout
        while not self._server.started:
            if not self._thread.is_alive():
                self._sock.close()
                raise ServiceError(f"{self.name} stopped while it was starting.") from self._failure
            if time.monotonic() > deadline:
                self.stop()
                raise ServiceError(f"{self.name} did not start within {timeout:g} seconds.")
            time.sleep(0.002)
        return self

    def stop(self, timeout: float = 5.0) -> None:
        """Stop serving and free the port; requests under way get a second to finish.

        :param timeout: seconds to wait for the thread.
        :raises ServiceError: when it is still running after that.
        """
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout)
        if self._thread.is_alive():
            self._server.force_exit = True
            self._thread.join(1.0)
        self._sock.close()
        if self._thread.is_alive():
            raise ServiceError(f"{self.name} is still running {timeout:g} seconds after it was told to stop.")
