"""HTTP/1.1 with exactly the octets that an attack is made of, which no client library would send."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from helpers.attacks.attack import Request

SHOWN_AT_MOST = 20_000  # characters of a request or an answer that are kept
LARGE = 60_000  # octets; about what servers take in all headers together


@dataclass(frozen=True)
class Answer:
    """What an API answered.

    :param status: None when there was no answer, and `said` tells why.
    :param sent: the request as it was written, cut.
    :param raw: the answer as it came, cut.
    :param too_large: whether the connection was closed on a request that no server has to read.
    """

    status: int | None
    said: str
    sent: str
    raw: str = ""
    too_large: bool = False


class Connection:
    """A connection that is kept from request to request; a context manager.

    :param url: of the resource.
    :param timeout: seconds for one answer.
    :raises ValueError: it is no http or https address.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._url = urlsplit(url)
        if self._url.scheme not in ("http", "https") or not self._url.hostname:
            raise ValueError('Give the address of a resource, such as "http://127.0.0.1:3001/todos".')
        self._timeout = timeout
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def written(self, request: Request) -> bytes:
        """The request as it crosses the wire."""
        query = "&".join(filter(None, (self._url.query, request.query)))
        path = f"{self._url.path.rstrip('/') if request.path else self._url.path or '/'}{request.path}"
        headers = [("Host", self._url.netloc.rpartition("@")[2]), ("User-Agent", "battery"), *request.headers]
        if request.body and not any(name == "Transfer-Encoding" for name, _ in headers):
            headers.append(("Content-Length", str(len(request.body))))
        lines = [f"{request.method} {path}{'?' if query else ''}{query} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers]
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + request.body

    def ask(self, request: Request) -> Answer:
        """Send one request and read the answer; there may be none."""
        octets = self.written(request)
        sent = octets[:SHOWN_AT_MOST].decode("utf-8", "replace").replace("\r\n", "\n")
        kept = self._socket is not None
        try:
            try:
                return self._exchange(octets, request.method, sent)
            except (HTTPException, OSError) as error:
                if not kept or isinstance(error, TimeoutError):
                    raise
                # The server may have closed a connection that had been idle: that is not this request's doing.
                self._close()
                return self._exchange(octets, request.method, sent)
        except TimeoutError:
            self._close()
            return Answer(None, f"did not answer within {self._timeout:g} seconds", sent)
        except (HTTPException, OSError):
            self._close()
            return Answer(
                None, "closed the connection without an answer", sent, too_large=len(octets) > LARGE
            )

    def _exchange(self, octets: bytes, method: str, sent: str) -> Answer:
        sock = self._socket = self._socket or self._connect()
        # What is refused halfway is answered, and the rest of it not read.
        with contextlib.suppress(ConnectionError):
            sock.sendall(octets)
        response = HTTPResponse(sock, method=method)
        response.begin()
        body = response.read().decode("utf-8", "replace")
        head = [f"HTTP/1.1 {response.status} {response.reason}"]
        head += [f"{name}: {value}" for name, value in response.getheaders()]
        raw = "\n".join([*head, "", body]).rstrip()
        if response.will_close:
            self._close()
        return Answer(
            response.status,
            f"answered {response.status} {response.reason}".strip(),
            sent,
            raw[:SHOWN_AT_MOST],
        )

    def _connect(self) -> socket.socket:
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=self._timeout)
        connection.connect()
        sock: socket.socket = connection.sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
