"""A server that answers what a test tells it to, and remembers what it was asked."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest

from helpers.tokens.client import ClientCredentials

SECRET = "correct-horse_battery+staple/%"
AUDIENCE = "http://localhost:3001"


@dataclass
class Answer:
    """A response. The body is bytes, or something to be sent as JSON, or a function that yields bytes."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], Any] = lambda: None


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: value for name, [value] in parse_qs(self.body.decode(), strict_parsing=True).items()}


def token_answer(number: int = 1, **changes: Any) -> Answer:
    """A token response of RFC 6749 §5.1."""
    body = {"access_token": f"token-{number}.{SECRET[:7]}", "token_type": "Bearer", "expires_in": 3600}
    return Answer(body={name: value for name, value in (body | changes).items() if value is not ...})


class FakeServer(ThreadingHTTPServer):
    """Gives the answers that were queued, then those of `default`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.token_endpoint = f"{self.url}/oauth/token"
        self.asked: list[Asked] = []
        self.queue: deque[Answer] = deque()
        self.default: Callable[[Asked], Answer] = lambda asked: token_answer(len(self.asked))
        self.released = threading.Event()

    def then(self, *answers: Answer) -> None:
        """Queue answers."""
        self.queue.extend(answers)

    def hang(self) -> None:
        """Wait until the test is over."""
        self.released.wait(30)


class _Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(self.command, self.path, self.headers, body)
        self.server.asked.append(asked)
        answer = self.server.queue.popleft() if self.server.queue else self.server.default(asked)
        answer.before()
        pieces = answer.body() if callable(answer.body) else [answer.body]
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in pieces:
                self.wfile.write(piece if isinstance(piece, bytes) else json.dumps(piece).encode())
        except OSError:
            pass  # the client has had enough

    do_GET = do_POST = _answer

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture
def servers() -> Iterator[Callable[[], FakeServer]]:
    """Start a fake server; it stops with the test."""
    started: list[FakeServer] = []

    def start() -> FakeServer:
        server = FakeServer()
        started.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server

    yield start
    for server in started:
        server.released.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def issuer(servers) -> FakeServer:
    """A server that gives out tokens."""
    return servers()


@pytest.fixture
def api(servers) -> FakeServer:
    """A server that answers everything with 200."""
    server = servers()
    server.default = lambda asked: Answer(body={"hello": "world"})
    return server


class FakeClock:
    """Seconds that only a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def make_client(issuer: FakeServer, clock: FakeClock) -> Callable[..., ClientCredentials]:
    """A client of the issuer, with some options changed."""

    def make(**options: Any) -> ClientCredentials:
        defaults = {
            "token_endpoint": issuer.token_endpoint,
            "client_id": "nightly-batch",
            "client_secret": SECRET,
            "audience": AUDIENCE,
            "clock": clock,
        }
        return ClientCredentials(**defaults | options)

    return make


@pytest.fixture
def client(make_client) -> ClientCredentials:
    return make_client()


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """The seconds that the retries wait; the test itself does not."""
    slept: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time", SimpleNamespace(sleep=slept.append, time=time.time))
    return slept


@pytest.fixture
def token() -> Callable[..., Answer]:
    """Make a token response."""
    return token_answer


@pytest.fixture
def reply() -> Callable[..., Answer]:
    """Make any response."""

    def make(status: int = 200, body: Any = b"", headers: dict[str, str] | None = None) -> Answer:
        return Answer(status, body, headers or {})

    return make
