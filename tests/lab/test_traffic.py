"""Traffic: a client that calls in a loop while something is done to the keys."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import requests

from helpers import lab
from helpers.lab import LabError
from helpers.services import LOOPBACK, listen, origin
from helpers.tokens.client import ClientCredentials
from helpers.tokens.token_response import TokenRequestError
from helpers.traffic import Traffic, UnrecordedSession


@pytest.fixture(scope="module")
def running() -> Iterator[None]:
    lab.start()
    yield
    lab.stop()


def new_token() -> str:
    client = ClientCredentials(
        token_endpoint=lab.token_endpoint,
        client_id=lab.client_id,
        client_secret=lab.client_secret,
        audience=lab.audience,
        session=UnrecordedSession(),
    )
    return client.token()


def traffic(**options: object) -> Traffic:
    return Traffic(f"{lab.api}/todos", new_token, **options)


@pytest.mark.usefixtures("running")
def test_a_rotation_under_traffic_without_a_failed_request() -> None:
    with traffic(new_token_every=5) as going:
        going.wait(20)
        lab.authorization_server.keys.rotate()
        going.mark("rotated")
        going.wait(20)
    assert going.failed == []
    assert str(going) == (
        "Before 'rotated': every request was answered 200.\nAfter 'rotated': every request was answered 200."
    )
    kids = list(dict.fromkeys(answer.kid for answer in going.answers))
    current, previous = lab.authorization_server.keys.current, lab.authorization_server.keys.previous
    assert kids == [previous[-1].kid, current.kid]
    assert len(going.answers) >= 40
    assert going.slowest == max(answer.took for answer in going.answers) > 0
    assert going._repr_mimebundle_()["text/plain"] == str(going)


@pytest.mark.usefixtures("running")
def test_what_fails_is_counted_and_told() -> None:
    door = lab.todo_api.state.door
    verify = door.verify
    with traffic() as going:
        going.wait(3)
        try:
            with going.paused("the door is broken"):
                door.verify = None
            going.wait(3)
        finally:
            door.verify = verify
    assert {answer.status for answer in going.failed} == {500}
    assert str(going).splitlines() == [
        "Before 'the door is broken': every request was answered 200.",
        "After 'the door is broken': every request was answered 500.",
    ]


@pytest.mark.usefixtures("running")
def test_the_wire_does_not_record_it() -> None:
    new_token()
    with traffic(new_token_every=1) as going:
        going.wait(5)
        before = len(lab.exchanges)
        going.wait(5)
    assert len(lab.exchanges) == before
    assert {(exchange.source, exchange.path) for exchange in lab.exchanges} <= {
        ("Client", "/.well-known/openid-configuration"),
        ("Todo API", "/.well-known/openid-configuration"),
        ("Todo API", "/.well-known/jwks.json"),
    }


@pytest.mark.usefixtures("running")
def test_without_a_new_token_the_old_one_is_used_on() -> None:
    tokens = [new_token()]

    def run_out() -> str:
        if not tokens:
            raise ConnectionError("no more")
        return tokens.pop()

    with Traffic(f"{lab.api}/todos", run_out, new_token_every=2) as going:
        going.wait(6)
    assert going.failed == []
    assert [str(error) for error in going.token_errors[:2]] == ["no more", "no more"]


def test_the_first_token_is_needed() -> None:
    def refused() -> str:
        raise ConnectionError("nobody there")

    with pytest.raises(ConnectionError), Traffic("http://127.0.0.1:1/", refused):
        pytest.fail("it must not begin")


@pytest.mark.parametrize("error", [requests.ConnectionError("x"), TokenRequestError("Cannot connect.")])
def test_a_lab_that_is_gone_before_the_first_token_is_one_sentence(error: Exception) -> None:
    def refused() -> str:
        raise error

    with (
        pytest.raises(LabError, match="The lab was reset or stopped"),
        Traffic("http://127.0.0.1:1/", refused),
    ):
        pytest.fail("it must not begin")


def test_a_token_that_was_refused_is_told_in_the_issuers_words() -> None:
    def refused() -> str:
        raise TokenRequestError("The secret is wrong.", 401)

    with pytest.raises(LabError, match=r"^The secret is wrong\.$"), Traffic("http://127.0.0.1:1/", refused):
        pytest.fail("it must not begin")


def test_a_lab_that_is_gone_under_way_is_one_sentence() -> None:
    """Every dot once lay in the lane of requests without an answer."""
    with listen() as dead:
        url = origin(dead)
    sentence = "The lab was reset or stopped, and this traffic still asks"
    with Traffic(url, lambda: "token") as going, pytest.raises(LabError, match=sentence):
        going.wait(3)


class Listener:
    """A server for which a test writes every answer by hand."""

    def __init__(self, serve: Callable[[socket.socket, int], None]) -> None:
        self.sock = socket.create_server((LOOPBACK, 0))
        self.url = f"http://{LOOPBACK}:{self.sock.getsockname()[1]}/"
        self.connections = 0
        self._serve = serve
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.sock.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                self._serve(connection, self.connections)

    def close(self) -> None:
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        self._thread.join(5)


@pytest.fixture
def listener() -> Iterator[Callable[..., Listener]]:
    made: list[Listener] = []

    def make(serve: Callable[[socket.socket, int], None]) -> Listener:
        made.append(Listener(serve))
        return made[-1]

    yield make
    for one in made:
        one.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_connection_that_the_server_closed_is_no_failure(listener) -> None:
    def twice(connection: socket.socket, number: int) -> None:
        for _ in range(2):
            if connection.recv(8_192):
                connection.sendall(OK)

    server = listener(twice)
    with Traffic(server.url, lambda: "token", pause=0) as going:
        going.wait(6)
    assert going.failed == []
    assert server.connections >= 3


def test_a_connection_that_ends_without_an_answer_is_one(listener) -> None:
    server = listener(lambda connection, number: connection.recv(8_192))
    with Traffic(server.url, lambda: "token") as going:
        going.wait(2)
    assert {answer.status for answer in going.failed} == {None}
    assert str(going) == "No request was answered."


def test_an_answer_that_does_not_come_in_time_is_one_too(listener) -> None:
    released = threading.Event()

    def slow(connection: socket.socket, number: int) -> None:
        connection.recv(8_192)
        released.wait(10)

    server = listener(slow)
    with Traffic(server.url, lambda: "token", timeout=0.05) as going:
        going.wait(1)
        released.set()
    assert going.answers[0].status is None
    assert going.slowest >= 0.05


def test_a_token_that_fits_no_header_is_not_sent(listener) -> None:
    server = listener(lambda connection, number: connection.sendall(OK))
    with Traffic(server.url, lambda: "two\r\nlines") as going:
        going.wait(1)
    assert {answer.status for answer in going.answers} == {None}


def test_waiting_in_vain_says_how_far_it_got(listener) -> None:
    released = threading.Event()
    server = listener(lambda connection, number: released.wait(10))
    with Traffic(server.url, lambda: "token") as going:
        with pytest.raises(LabError, match="0 of 5 requests were answered within"):
            going.wait(5, timeout=0.05)
        released.set()


def test_waiting_and_marking_make_sense_only_while_it_goes_on(listener) -> None:
    going = Traffic(listener(lambda connection, number: connection.sendall(OK)).url, lambda: "token")
    for act in (lambda: going.wait(1), lambda: going.mark("too early")):
        with pytest.raises(LabError, match="not going on"):
            act()
    with going:
        going.wait(1)
    for act in (lambda: going.wait(1), lambda: going.mark("too late")):
        with pytest.raises(LabError, match="not going on"):
            act()
    with pytest.raises(LabError, match="Make a new one"), going:
        pytest.fail("it must not begin again")
    assert going.marks == []


def test_an_error_in_the_block_ends_it() -> None:
    going = Traffic("http://127.0.0.1:1/", lambda: "token")
    with pytest.raises(KeyError), going:
        raise KeyError
    assert "traffic" not in {thread.name for thread in threading.enumerate()}


def test_no_token_is_sent_where_the_network_sees_it() -> None:
    with pytest.raises(LabError, match="https"):
        Traffic("http://api.example/", lambda: "token")


def test_a_page_shows_its_path_and_query_to_the_server(listener) -> None:
    asked: list[bytes] = []

    def note(connection: socket.socket, number: int) -> None:
        asked.append(connection.recv(8_192))
        connection.sendall(OK)

    server = listener(note)
    with Traffic(f"{server.url}todos?done=true", lambda: "abc") as going:
        going.wait(1)
    assert asked[0].startswith(b"GET /todos?done=true HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer abc\r\n" in asked[0]
