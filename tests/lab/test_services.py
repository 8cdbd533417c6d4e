"""Servers in threads: free ports, ready when they answer, stopped cleanly."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from helpers import services, todo_api
from helpers.authorization_server import AuthorizationServer
from helpers.services import PortInUse, Service, ServiceError, listen, listen_near, origin


def app() -> Starlette:
    return Starlette(routes=[Route("/", lambda request: PlainTextResponse("here"))])


def test_it_answers_when_start_returns_and_the_port_is_free_after_stop() -> None:
    service = Service("A server", app(), listen()).start()
    port = int(service.url.rpartition(":")[2])
    assert requests.get(service.url, timeout=5).text == "here"
    assert service.url.startswith("http://127.0.0.1:")
    service.stop()
    assert not service.running
    listen(port).close()


def test_a_taken_port_is_named() -> None:
    with listen() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=str(port)):
            listen(port)
        with listen_near(port) as other:
            assert other.getsockname()[1] != port


def test_an_app_that_cannot_start_is_said() -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise RuntimeError("cannot")

    service = Service("The broken one", broken, listen())
    with pytest.raises(ServiceError, match="The broken one"):
        service.start(timeout=5)


def test_stopping_twice_is_fine_and_leaves_no_thread() -> None:
    before = threading.active_count()
    service = Service("A server", app(), listen()).start()
    service.stop()
    service.stop()
    assert threading.active_count() <= before + 1


# --- clients that do not finish their request


async def echo(request: Request) -> PlainTextResponse:
    """How long the body is; asked with ?soon, it does not wait for the body."""
    return PlainTextResponse("soon" if "soon" in request.url.query else str(len(await request.body())))


async def at_work(request: Request) -> PlainTextResponse:
    await asyncio.sleep(2 * services.SILENCE)
    return PlainTextResponse("done")


async def stream(request: Request) -> StreamingResponse:
    async def pieces() -> AsyncIterator[str]:
        for _ in range(2):
            yield "piece "
            await asyncio.sleep(services.SILENCE)

    return StreamingResponse(pieces())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A server with less patience, so that the tests need not wait."""
    for name, seconds in {"SILENCE": 0.8, "REQUEST": 3.0, "LINGER": 0.3, "_CHECK": 0.05}.items():
        monkeypatch.setattr(services, name, seconds)
    routes = [
        Route("/echo", echo, methods=["POST"]),
        Route("/at-work", at_work, methods=["GET", "POST"]),
        Route("/stream", stream, methods=["GET", "POST"]),
    ]
    service = Service("A server", Starlette(routes=routes), listen()).start()
    yield service
    service.stop()


def connect(url: str) -> socket.socket:
    host, _, port = url.rstrip("/").removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def answered(connection: socket.socket) -> bytes:
    """All that the server sends until it ends the connection."""
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
    except ConnectionError:  # it ended with bytes on the way to it
        pass
    return received


def head(method: str, path: str, length: int = 0) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: here\r\nContent-Length: {length}\r\n\r\n".encode()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /at-w",
        b"POST /echo HTTP/1.1\r\nHost: here\r\n",
        head("POST", "/echo", length=20),
        head("POST", "/echo", length=20) + b"half",
        b"POST /echo HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
    ids=["nothing", "half a line", "half a head", "no body", "half a body", "half the chunks"],
)
def test_a_client_that_falls_silent_is_let_go(server: Service, sent: bytes) -> None:
    with connect(server.url) as connection:
        begun = time.monotonic()
        connection.sendall(sent)
        assert answered(connection) == b""
        assert services.SILENCE - 0.1 < time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("sent", "piece", "seconds"),
    [
        (b"POST /echo HTTP/1.1\r\nHost: here\r\n", b"X-More: x\r\n", 0.8),
        (head("POST", "/echo", length=60_000), b"x", 3.0),
        (head("POST", "/echo?soon", length=60_000), b"x", 0.3),
    ],
    ids=["head", "body", "body after the answer"],
)
def test_a_request_without_an_end_is_let_go(
    server: Service, sent: bytes, piece: bytes, seconds: float
) -> None:
    with connect(server.url) as connection:
        begun = time.monotonic()
        connection.sendall(sent)
        with pytest.raises(ConnectionError):
            while time.monotonic() - begun < 20:
                time.sleep(0.1)
                connection.sendall(piece)
        assert seconds - 0.1 < time.monotonic() - begun < seconds + 2


def test_a_slow_request_that_goes_on_is_answered(server: Service) -> None:
    with connect(server.url) as connection:
        connection.sendall(head("POST", "/echo", length=12))
        for _ in range(12):
            time.sleep(0.15)
            connection.sendall(b"x")
        assert answered(connection).endswith(b"\r\n\r\n12")


def test_an_answer_before_the_body_can_be_read(server: Service) -> None:
    with connect(server.url) as connection:
        connection.sendall(head("POST", "/echo?soon", length=20))
        time.sleep(0.1)
        assert answered(connection).endswith(b"soon")


@pytest.mark.parametrize(("path", "end"), [("/at-work", b"done"), ("/stream", b"6\r\npiece \r\n0\r\n\r\n")])
@pytest.mark.parametrize(
    "sent",
    [
        head("GET", "{path}"),
        head("POST", "{path}", length=4) + b"body",
        head("POST", "{path}", length=300_000) + b"x" * 300_000,
        head("POST", "{path}", length=4).replace(b"Host", b"Expect: 100-continue\r\nHost"),
    ],
    ids=["no body", "body", "body that is not read", "body that waits for the app"],
)
def test_an_app_may_take_its_time(server: Service, path: str, end: bytes, sent: bytes) -> None:
    with connect(server.url) as connection:
        connection.sendall(sent.replace(b"{path}", path.encode()))
        assert answered(connection).endswith(end)


def test_a_connection_in_use_stays(server: Service) -> None:
    with connect(server.url) as connection:
        for _ in range(8):
            connection.sendall(head("POST", "/echo", length=1) + b"x")
            received = b""
            while not received.endswith(b"\r\n\r\n1"):
                piece = connection.recv(65_536)
                assert piece
                received += piece
            time.sleep(0.25)


@pytest.mark.slow
def test_half_open_connections_end_within_15_seconds_on_both_servers() -> None:
    async def verify(token: str) -> dict[str, object]:
        return {"scope": "write:todos"}

    sock = listen()
    server = AuthorizationServer(origin(sock))
    app = todo_api.create_app(verify, audience="the-api", token_endpoint=f"{server.issuer}oauth/token")
    running = [Service("The authorization server", server.app, sock), Service("The Todo API", app, listen())]
    headers = b"Host: here\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
    opened = []
    try:
        for service, path in zip(running, (b"/oauth/token", b"/todos"), strict=True):
            service.start()
            begun_line = b"POST " + path + b" HTTP/1.1\r\n"
            for sent in (b"", begun_line[:9], begun_line + headers[:-2], begun_line + headers):
                for _ in range(6):
                    opened.append(connect(service.url))
                    opened[-1].sendall(sent)
        begun = time.monotonic()
        for connection in opened:
            answered(connection)
        assert 10 < time.monotonic() - begun < 15
    finally:
        for connection in opened:
            connection.close()
        for service in running:
            service.stop()
