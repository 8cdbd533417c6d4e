"""An issuer that a test can spoil in one place, on loopback; and settings that point at it."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest

from helpers.authorization_server import SigningKeys
from helpers.preflight import Preflight, preflight
from helpers.settings import Settings

AUDIENCE = "http://localhost:3001"
SECRET = "Correct-horse_battery.staple-64"


class FakeIssuer(ThreadingHTTPServer):
    """Answers as a good issuer does, until a test changes `metadata`, `jwks`, `token_response` or `clock_offset`."""

    daemon_threads = True

    def __init__(self, keys: SigningKeys) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.keys = keys
        self.metadata: Any = {
            "issuer": self.url,
            "token_endpoint": f"{self.url}oauth/token",
            "jwks_uri": f"{self.url}.well-known/jwks.json",
        }
        self.jwks: Any = keys.jwks()
        self.status = 200
        self.clock_offset = 0.0
        self.headers: dict[str, str] = {}
        self.hangs_at = "nowhere"
        self.released = threading.Event()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.make_token: Callable[[dict[str, str]], str] = lambda form: self.sign(
            scope=form.get("scope", "read:todos write:todos")
        )
        self.token_response: Callable[[dict[str, str]], Any] = lambda form: {
            "access_token": self.make_token(form),
            "token_type": "Bearer",
            "expires_in": 86_400,
        }

    def sign(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A good token of RS256, with some claims changed; None takes one away."""
        now = int(self.now())
        claims = {
            "iss": self.url,
            "sub": "me@clients",
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 86_400,
            "scope": "read:todos write:todos",
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"kid": self.keys.current.kid} | (header or {})
        return jwt.encode(claims, self.keys.current.private_key, "RS256", headers=header)

    def now(self) -> float:
        return time.time() + self.clock_offset


class _Handler(BaseHTTPRequestHandler):
    server: FakeIssuer

    def do_GET(self) -> None:
        body = {
            "/.well-known/openid-configuration": self.server.metadata,
            "/.well-known/jwks.json": self.server.jwks,
        }.get(self.path)
        self._answer(200 if body is not None else 404, body)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        fields = {name: value for name, [value] in form.items()}
        self.server.asked.append((self.path, fields))
        body = self.server.token_response(fields)  # which may set the status
        self._answer(self.server.status, body)

    def _answer(self, status: int, body: Any) -> None:
        if self.path.endswith(self.server.hangs_at):
            self.server.released.wait(20)
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):  # the client has had enough
            self.wfile.write(octets)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.server.now())

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture(scope="session")
def keys() -> SigningKeys:
    return SigningKeys()


@pytest.fixture
def issuer(keys: SigningKeys) -> Iterator[FakeIssuer]:
    """A good issuer."""
    server = FakeIssuer(keys)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def check(issuer: FakeIssuer) -> Callable[..., Preflight]:
    """The preflight of settings that fit the issuer, with some of them changed; the secret is never in it."""

    def run(timeout: float = 5.0, **changes: Any) -> Preflight:
        values = {
            "issuer": issuer.url,
            "audience": AUDIENCE,
            "client_id": "me",
            "client_secret": SECRET,
        } | changes
        result = preflight(Settings(**values), timeout=timeout)
        shown = str(result) + result._repr_mimebundle_()["text/html"]
        secret = values["client_secret"]
        assert not secret or secret == values["client_id"] or secret not in shown
        return result

    return run
