"""An ASGI app served from a thread of this process: on loopback, ready when it answers, stopped cleanly."""

import socket
import threading
import time
from typing import Any

import uvicorn

LOOPBACK = "127.0.0.1"


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
            loop="asyncio",
            http="h11",
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
