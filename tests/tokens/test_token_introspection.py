"""The verifier that asks each time: what it sends, what it makes of each answer, and what it does without one."""

import asyncio
import base64
import json
import pickle
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from helpers.authorization_server import AuthorizationServer
from helpers.services import Service, listen
from helpers.tokens.errors import (
    ConfigurationError,
    InsufficientScope,
    IntrospectionUnavailable,
    InvalidToken,
    KeysUnavailable,
    TokenError,
)
from helpers.tokens.introspection import IntrospectionVerifier

ISSUER, AUDIENCE = "http://127.0.0.1:9000/", "http://localhost:3001"
SECRET = "correct-horse:+staple/%"
ACTIVE = {"active": True, "aud": AUDIENCE, "iss": ISSUER, "exp": 2_000, "scope": "read:todos"}


class Server(ThreadingHTTPServer):
    """Answers as it is told, over connections that it keeps open and counts."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/oauth/introspect"
        self.status, self.body, self.headers = 200, json.dumps(ACTIVE).encode(), {}
        self.before: Callable[[], Any] = lambda: None
        self.connections = 0
        self.asked: list[tuple[dict[str, str], str]] = []
        self.released = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass

    def says(self, **changes: Any) -> None:
        """An active token, with some members changed; ``...`` takes one away."""
        members = {name: value for name, value in (ACTIVE | changes).items() if value is not ...}
        self.body = json.dumps(members).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True)
        self.server.asked.append(
            ({name: value for name, [value] in form.items()}, self.headers["Authorization"])
        )
        self.server.before()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *words: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def build(server) -> Iterator[Callable[..., IntrospectionVerifier]]:
    """A verifier that asks this server, with some settings changed. It is the second 1000."""
    built = []

    def build(endpoint: str = "", **settings: Any) -> IntrospectionVerifier:
        defaults = {
            "client_id": "todo:api",
            "client_secret": SECRET,
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "clock": lambda: 1_000,
        }
        built.append(IntrospectionVerifier(endpoint or server.url, **defaults | settings))
        return built[-1]

    yield build
    for verifier in built:
        verifier.close()


@pytest.fixture
def verifier(build) -> IntrospectionVerifier:
    return build()


def test_it_asks_with_a_form_and_its_own_credentials(verifier, server):
    claims = verifier.verify("a.b.c", scopes=["read:todos"])

    assert claims == {name: value for name, value in ACTIVE.items() if name != "active"}
    [(form, authorization)] = server.asked
    assert form == {"token": "a.b.c", "token_type_hint": "access_token"}
    scheme, _, credentials = authorization.partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(credentials) == b"todo%3Aapi:correct-horse%3A%2Bstaple%2F%25"


def test_it_asks_each_time_over_one_connection(verifier, server):
    for _ in range(5):
        verifier.verify("a.b.c")
    server.says(active=False)
    with pytest.raises(InvalidToken):
        verifier.verify("a.b.c")
    assert len(server.asked) == 6 and server.connections == 1


def test_threads_share_it(verifier, server):
    def ask() -> None:
        for _ in range(10):
            verifier.verify("a.b.c")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == 80 and server.connections <= 8


def test_the_event_loop_goes_on_while_it_waits(verifier, server):
    server.before = lambda: server.released.wait(10)

    async def ask() -> dict[str, Any]:
        asking = asyncio.create_task(verifier.verify_async("a.b.c", scopes=["read:todos"]))
        while not server.asked:
            await asyncio.sleep(0.005)
        server.released.set()
        return await asking

    assert asyncio.run(ask())["aud"] == AUDIENCE


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"active": False}, "inactive"),
        ({"aud": "http://localhost:3002"}, "audience_mismatch"),
        ({"aud": ...}, "aud_missing"),
        ({"aud": 1}, "aud_invalid"),
        ({"exp": 1_000}, "expired"),
        ({"exp": "2000"}, "exp_invalid"),
        ({"exp": ...}, "exp_missing"),
        ({"nbf": 1_001}, "not_yet_valid"),
        ({"iss": "http://127.0.0.1:9000"}, "issuer_mismatch"),
        ({"scope": ["read:todos"]}, "scope_invalid"),
    ],
    ids=str,
)
def test_what_is_refused(verifier, server, changes, code):
    server.says(**changes)
    with pytest.raises(InvalidToken) as caught:
        verifier.verify("a.b.c")
    assert (caught.value.status, caught.value.code) == (401, code)


def test_the_answer_may_leave_out_the_issuer_and_list_audiences(verifier, server):
    server.says(iss=..., aud=["http://localhost:3002", AUDIENCE])
    assert verifier.verify("a.b.c")["aud"][1] == AUDIENCE


def test_the_scope_is_asked_for_last(verifier, server):
    with pytest.raises(InsufficientScope):
        verifier.verify("a.b.c", scopes=["write:todos"])


@pytest.mark.parametrize("token", ["", "x" * 8_193, "\u00e9", "a b", "a\n", "a&active=true", None, b"a.b.c"])
def test_nobody_is_asked_about_what_no_token_can_be(verifier, server, token):
    with pytest.raises(InvalidToken):
        verifier.verify(token)
    assert not server.asked


def not_json(server):
    server.body = b"<html>"


def no_object(server):
    server.body = b"[true]"


def active_in_words(server):
    server.says(active="true")


def active_missing(server):
    server.body = b"{}"


def active_twice(server):
    server.body = b'{"active": true, "active": false}'


def too_large(server):
    server.body = b" " * 70_000 + server.body


def wrong_credentials(server):
    server.status = 401


def broken(server):
    server.status = 500


def redirects(server):
    server.status, server.headers = 307, {"Location": "http://127.0.0.1:9/"}


def hangs_up(server):
    server.before = lambda: 1 / 0


def hangs(server):
    server.before = lambda: server.released.wait(10)


NO_ANSWERS = {
    not_json: "sent no introspection response",
    no_object: "sent no introspection response",
    active_in_words: "sent no introspection response",
    active_missing: "sent no introspection response",
    active_twice: "sent no introspection response",
    too_large: "sent too much",
    wrong_credentials: "answered 401: check the client id",
    broken: "answered 500",
    redirects: "answered 307",
    hangs_up: "cannot be reached",
    hangs: "did not answer in time",
}


@pytest.mark.parametrize(
    ("goes_wrong", "words"), NO_ANSWERS.items(), ids=[case.__name__ for case in NO_ANSWERS]
)
def test_without_an_answer_nothing_is_said_about_the_token(build, server, goes_wrong, words):
    goes_wrong(server)
    verifier = build(timeout=0.3)
    began = time.monotonic()
    with pytest.raises(IntrospectionUnavailable) as caught:
        verifier.verify("secret.token.value")
    assert time.monotonic() - began < 5

    error = caught.value
    assert isinstance(error, KeysUnavailable)  # the API answers 503 with Retry-After to both
    assert (error.status, error.code, error.retry_after) == (503, "introspection_unavailable", 1)
    assert "cannot be asked" in str(error) and words in verifier.failing
    assert error.__cause__ is None and error.__context__ is None
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown = [repr(frame.locals) for frame in frames.stack if "/helpers/" in frame.filename]
    assert not [text for text in (*shown, str(error), verifier.failing) if SECRET in text]
    assert "token.value" not in str(error) + verifier.failing


def test_when_it_answers_again_all_is_well(build, server):
    verifier = build()
    server.status = 503
    with pytest.raises(IntrospectionUnavailable):
        verifier.verify("a.b.c")
    server.status = 200
    assert verifier.verify("a.b.c") and verifier.failing is None


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("soon", 1), ("", 1), ("9" * 400, 1)])
def test_it_passes_on_how_long_the_server_asks_to_wait(verifier, server, header, seconds):
    server.status, server.headers = 429, {"Retry-After": header}
    with pytest.raises(IntrospectionUnavailable) as caught:
        verifier.verify("a.b.c")
    assert caught.value.retry_after == seconds


def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure(verifier, server):
    once = iter([True])
    verifier.verify("a.b.c")
    server.before = lambda: 1 / 0 if next(once, False) else None
    assert verifier.verify("a.b.c")
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    "settings",
    [{"client_id": ""}, {"client_secret": ""}, {"issuer": ""}, {"audience": ""}]
    + [{"endpoint": endpoint} for endpoint in ("http://issuer.example/introspect", "ftp://127.0.0.1/", "/")],
    ids=str,
)
def test_settings_that_are_not_safe(build, settings):
    with pytest.raises(ConfigurationError):
        build(**settings)


def test_a_session_of_ones_own_asks(build, server):
    with requests.Session() as session:
        session.headers["User-Agent"] = "mine"
        assert build(session=session).verify("a.b.c")


def test_the_secret_shows_nowhere(verifier):
    assert "client_secret='**********'" in repr(verifier)
    assert SECRET not in repr(verifier) + repr(vars(verifier))
    with pytest.raises(TypeError, match="holds a secret"):
        pickle.dumps(verifier)


def test_with_the_local_authorization_server_a_withdrawn_grant_ends_a_token_at_once(build):
    sock = listen()
    local = AuthorizationServer(f"http://127.0.0.1:{sock.getsockname()[1]}/")
    service = Service("authorization server", local.app, sock).start()
    try:
        local.registry.create_api("Todo API", AUDIENCE, {"read:todos": ""})
        api = local.registry.create_application("Todo API", introspects=[AUDIENCE])
        batch = local.registry.create_application("Batch")
        local.registry.create_grant(batch.client_id, AUDIENCE, ["read:todos"])
        body = {
            "grant_type": "client_credentials",
            "client_id": batch.client_id,
            "client_secret": batch.client_secret.get_secret_value(),
            "audience": AUDIENCE,
        }
        token = requests.post(f"{local.issuer}oauth/token", data=body, timeout=10).json()["access_token"]
        verifier = build(
            local.metadata()["introspection_endpoint"],
            client_id=api.client_id,
            client_secret=api.client_secret,
            issuer=local.issuer,
            clock=time.time,
        )
        claims = verifier.verify(token, scopes=["read:todos"])
        assert claims["client_id"] == batch.client_id and claims["sub"] == f"{batch.client_id}@clients"
        local.registry.delete_grant(batch.client_id, AUDIENCE)
        with pytest.raises(TokenError) as caught:
            verifier.verify(token)
        assert caught.value.code == "inactive"
    finally:
        service.stop()
