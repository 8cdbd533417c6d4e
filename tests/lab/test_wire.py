"""The wire: what is recorded of the calls that `requests` makes, and what of them is masked."""

import base64
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from requests.adapters import BaseAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Route

from helpers.display.exchange import Exchange, RawExchange
from helpers.services import Service, listen
from helpers.wire import API_USER_AGENT, MASK, Wire, install, uninstall

ORIGIN = "http://127.0.0.1:9000"
SECRET = "k3-Xy/z+&=\"q'"
TOKEN_ENDPOINT = f"{ORIGIN}/oauth/token"


@pytest.fixture(autouse=True)
def nothing_installed() -> Iterator[None]:
    uninstall()
    yield
    uninstall()


@pytest.fixture
def wire() -> Wire:
    """An installed wire that knows who answers at ORIGIN."""
    wire = Wire()
    wire.name(ORIGIN, "Authorization server")
    install(wire)
    return wire


class Answers(BaseAdapter):
    """Stands in for the network: answers every request with this body, or raises."""

    def __init__(self, body: str = "", failure: BaseException | None = None, **headers: str) -> None:
        super().__init__()
        self.body, self.failure, self.headers = body, failure, headers

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        if self.failure:
            raise self.failure
        response = requests.Response()
        response.status_code, response.reason, response.request = 200, "OK", request
        response.url, response._content, response._content_consumed = request.url, self.body.encode(), True
        response.headers.update(self.headers)
        return response

    def close(self) -> None:
        pass


def session(*answer: object, **options: object) -> requests.Session:
    session = requests.Session()
    session.mount("http://", Answers(*answer, **options))
    return session


def shown(wire: Wire) -> str:
    """Everything that is kept of the last exchange."""
    (exchange,) = wire.last(1)
    return repr(exchange) + str(RawExchange(exchange)) + exchange.raw_request + exchange.raw_response


# --- what is recorded


def test_a_request_and_its_response_are_kept_as_they_were_sent(wire: Wire) -> None:
    session("[]", None, **{"Content-Type": "application/json"}).get(
        f"{ORIGIN}/todos", params={"done": "true"}, headers={"Authorization": "Bearer abc"}
    )
    (exchange,) = wire.all()
    assert (exchange.source, exchange.target) == ("Client", "Authorization server")
    assert exchange.raw_request.splitlines()[:2] == ["GET /todos?done=true HTTP/1.1", "Host: 127.0.0.1:9000"]
    assert "Authorization: Bearer abc" in exchange.raw_request
    assert exchange.raw_response == "HTTP/1.1 200 OK\nContent-Type: application/json\n\n[]"
    assert 0 < exchange.ended - exchange.started < 60


def test_the_api_is_told_from_the_client_by_its_user_agent(wire: Wire) -> None:
    session().get(ORIGIN, headers={"User-Agent": f"{API_USER_AGENT}/1.0"})
    session().get(ORIGIN, headers={"User-Agent": "something else"})
    assert [exchange.source for exchange in wire.all()] == ["Todo API", "Client"]
    assert wire.last(1)[0].path == "/"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9001/", "http://127.0.0.1/", "http://elsewhere.example:9000/"]
)
def test_other_origins_are_nobodys_business(wire: Wire, url: str) -> None:
    session().get(url)
    assert wire.all() == []


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (requests.ConnectionError("refused"), "could not connect"),
        (requests.ConnectTimeout("late"), "timed out"),
        (requests.ReadTimeout("late"), "timed out"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_a_call_that_fails_is_kept_and_fails_as_before(
    wire: Wire, failure: BaseException, words: str
) -> None:
    with pytest.raises(type(failure)) as caught:
        session("", failure).post(TOKEN_ENDPOINT, data={"client_secret": SECRET})
    assert caught.value is failure
    (exchange,) = wire.all()
    assert (exchange.status, exchange.failure, exchange.request_body) == (
        None,
        words,
        f"client_secret={MASK}",
    )


# --- what is masked

FORM = {
    "grant_type": "client_credentials",
    "client_id": "me",
    "client_secret": SECRET,
    "audience": "http://api",
}
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"
BASIC = base64.b64encode(f"me:{SECRET}".encode()).decode()
QUOTED = requests.models.RequestEncodingMixin._encode_params({"client_secret": SECRET}).partition("=")[2]
IN_JSON = json.dumps(SECRET)[1:-1]


@pytest.mark.parametrize(
    ("request_", "kept"),
    [
        ({"data": FORM}, f"client_id=me&client_secret={MASK}&audience=http%3A%2F%2Fapi"),
        ({"data": {"client_secret": SECRET}}, f"client_secret={MASK}"),
        ({"data": [("client_secret", SECRET), ("a", "1")]}, f"client_secret={MASK}&a=1"),
        ({"data": [("a", "1"), ("client_secret", SECRET)]}, f"a=1&client_secret={MASK}"),
        ({"data": [("client_secret", SECRET)] * 2}, f"client_secret={MASK}&client_secret={MASK}"),
        ({"data": {"client_assertion_type": "x", "client_assertion": SECRET}}, f"_type=x&client_assertion={MASK}"),
        ({"data": f"client%5fsecret={QUOTED}&a=1"}, f"client%5fsecret={MASK}&a=1"),
        ({"data": f"a=1&client_secret={QUOTED}".encode()}, f"a=1&client_secret={MASK}"),
        ({"data": bytearray(f"client_secret={QUOTED}".encode())}, f"client_secret={MASK}"),
        ({"data": f"client_secret={QUOTED}\n"}, f"client_secret={MASK}"),
        ({"json": FORM}, f'"client_secret": "{MASK}", "audience": "http://api"'),
        ({"json": {"a": [{"client_assertion": SECRET}]}}, f'{{"a": [{{"client_assertion": "{MASK}"}}]}}'),
        ({"data": '{\n  "client_secret"\t:\n  "' + IN_JSON + '"\n}'}, f'{{\n  "client_secret"\t:\n  "{MASK}"\n}}'),
        ({"data": '{"client_secret": "' + IN_JSON}, f'{{"client_secret": "{MASK}"'),
        ({"data": '{"client_secret": "' + IN_JSON + "\\"}, f'{{"client_secret": "{MASK}"'),
        ({"data": str(FORM)}, f"'client_secret': '{MASK}', 'audience': 'http://api'"),
        ({"params": FORM}, f"client_id=me&client_secret={MASK}&audience=http%3A%2F%2Fapi"),
        ({"params": {"client_secret": SECRET}}, f"POST /oauth/token?client_secret={MASK} HTTP/1.1"),
        ({"auth": ("me", SECRET)}, f"Authorization: Basic base64(me:{MASK})"),
        ({"headers": {"authorization": f"basic {BASIC}"}}, f"authorization: basic base64(me:{MASK})"),
        ({"headers": {"Authorization": f"Basic\t {BASIC} "}}, f"Authorization: Basic base64(:{MASK})"),
        ({"headers": {"Authorization": f"Basic me:{SECRET}"}}, f"Authorization: Basic base64(:{MASK})"),
        ({"headers": {"Authorization": f"Basic {BASIC[:-3]}"}}, f"Authorization: Basic base64(:{MASK})"),
        ({"headers": {"Authorization": b"Basic " + BASIC.encode()}}, f"Authorization: Basic base64(me:{MASK})"),
        ({"headers": {"Client_Secret": SECRET}}, f"Client_Secret: {MASK}"),
    ],
)  # fmt: skip
def test_a_secret_is_masked_wherever_it_is_sent(wire: Wire, request_: dict, kept: str) -> None:
    session().post(TOKEN_ENDPOINT, **request_)
    assert kept in wire.all()[0].raw_request
    for form in (SECRET, QUOTED, IN_JSON, BASIC, BASIC[:-3]):
        assert form not in shown(wire)


def test_basic_credentials_that_hold_no_id_show_nothing(wire: Wire) -> None:
    alone = base64.b64encode(SECRET.encode()).decode()
    session().post(TOKEN_ENDPOINT, headers={"Authorization": f"Basic {alone}"})
    assert f"Authorization: Basic base64(:{MASK})" in shown(wire)
    assert SECRET not in shown(wire) and alone not in shown(wire)


def test_a_secret_in_the_address_itself_is_masked(wire: Wire) -> None:
    session().get("http://me:hidden-there@127.0.0.1:9000/todos")
    assert wire.all()[0].raw_request.startswith("GET /todos HTTP/1.1\nHost: 127.0.0.1:9000\n")
    assert f"Authorization: Basic base64(me:{MASK})" in shown(wire)
    assert "hidden-there" not in shown(wire)


def test_a_secret_that_comes_back_is_masked_too(wire: Wire) -> None:
    response = session(json.dumps({"client_id": "me", "client_secret": SECRET})).get(ORIGIN)
    assert wire.all()[0].response_body == f'{{"client_id": "me", "client_secret": "{MASK}"}}'
    assert response.json()["client_secret"] == SECRET


@pytest.mark.parametrize(
    "body",
    [
        "grant_type=client_credentials&client_id=me&scope=read%3Atodos",
        "my_client_secret=shown&client_secrets=shown&client_assertion_type=shown",
        '{"title": "what is a client_secret?", "client_secret_expires_at": 0}',
        "client_secret",
        "",
    ],
)
def test_nothing_else_is_touched(wire: Wire, body: str) -> None:
    session(body).post(TOKEN_ENDPOINT, data=body, headers={"Authorization": f"Bearer {JWT}", "X-Empty": ""})
    exchange = wire.all()[0]
    assert (exchange.request_body, exchange.response_body) == (body, body)
    assert ("Authorization", f"Bearer {JWT}") in exchange.request_headers
    assert ("X-Empty", "") in exchange.request_headers


def test_what_was_sent_is_not_changed(wire: Wire) -> None:
    sent = session().post(TOKEN_ENDPOINT, data=FORM, auth=("me", SECRET)).request
    assert QUOTED in sent.body
    assert sent.headers["Authorization"] == f"Basic {BASIC}"


# --- over real HTTP


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(await request.body())


async def pieces(request: Request) -> StreamingResponse:
    return StreamingResponse(iter(["one ", "two ", "three"]), media_type="text/plain")


async def elsewhere(request: Request) -> RedirectResponse:
    return RedirectResponse("/echo", status_code=303)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    routes = [
        Route("/echo", echo, methods=["GET", "POST"]),
        Route("/pieces", pieces, methods=["GET", "POST"]),
        Route("/elsewhere", elsewhere, methods=["GET", "POST"]),
    ]
    service = Service("A server", Starlette(routes=routes), listen()).start()
    yield service.url
    service.stop()


def test_a_streamed_response_is_left_to_its_reader(wire: Wire, server: str) -> None:
    wire.name(server, "Todo API")
    with requests.post(
        f"{server}/pieces", data={"client_secret": SECRET}, stream=True, timeout=5
    ) as response:
        (exchange,) = wire.all()
        assert (exchange.status, exchange.response_body) == (200, "")
        assert exchange.request_body == f"client_secret={MASK}"
        assert b"".join(response.iter_content(None)) == b"one two three"


def test_a_streamed_request_is_left_to_the_server(wire: Wire, server: str) -> None:
    wire.name(server, "Todo API")
    body = iter([b"client_secret=", QUOTED.encode()])
    assert requests.post(f"{server}/echo", data=body, timeout=5).text == f"client_secret={QUOTED}"
    assert QUOTED not in shown(wire)


def test_after_a_redirect_both_requests_are_kept_each_with_its_own_answer(wire: Wire, server: str) -> None:
    wire.name(server, "Todo API")
    assert requests.post(f"{server}/elsewhere", timeout=5).status_code == 200
    first, second = wire.all()
    assert (first.method, first.path, first.status) == ("POST", "/elsewhere", 303)
    assert (second.method, second.path, second.status) == ("GET", "/echo", 200)
    assert first.started <= first.ended <= second.started <= second.ended


# --- installing


def test_the_one_that_was_installed_last_records(wire: Wire) -> None:
    later = Wire()
    later.name(ORIGIN, "Authorization server")
    install(later)
    session().get(ORIGIN)
    assert (len(wire.all()), len(later.all())) == (0, 1)


def test_uninstalling_gives_requests_back_as_it_was() -> None:
    before = requests.Session.send
    install(Wire())
    install(Wire())
    assert requests.Session.send is not before
    uninstall()
    assert requests.Session.send is before
    uninstall()
    assert requests.Session.send is before


def test_uninstalled_it_records_nothing_and_keeps_what_it_has(wire: Wire) -> None:
    session().get(ORIGIN)
    uninstall()
    session().get(ORIGIN)
    assert len(wire.all()) == 1


# --- keeping


def exchange(number: float) -> Exchange:
    return Exchange(
        "Client", "Todo API", "GET", "h", f"/{number:g}", (), "", started=number, ended=number + 10
    )


def paths(exchanges: list[Exchange]) -> list[str]:
    return [exchange.path for exchange in exchanges]


def test_they_are_kept_in_the_order_in_which_they_began() -> None:
    wire = Wire()
    for number in (2, 1, 3):  # the first to be answered is the first to be kept
        wire.add(exchange(number))
    assert paths(wire.all()) == ["/1", "/2", "/3"]
    assert paths(wire.last(2)) == ["/2", "/3"]
    assert wire.last(0) == wire.last(-1) == []
    assert paths(wire.last(99)) == ["/1", "/2", "/3"]


def test_fresh_is_what_came_since_it_was_asked_last() -> None:
    wire = Wire()
    assert wire.fresh() == []
    wire.add(exchange(1))
    wire.add(exchange(2))
    assert paths(wire.fresh()) == ["/1", "/2"]
    assert paths(wire.fresh()) == ["/1", "/2"]
    wire.add(exchange(3))
    assert paths(wire.fresh()) == ["/3"]


def test_it_keeps_the_latest_and_never_more_than_it_was_told() -> None:
    wire = Wire(keep=3)
    for number in range(10):
        wire.add(exchange(number))
    assert paths(wire.all()) == paths(wire.fresh()) == ["/7", "/8", "/9"]


def test_many_threads_may_record_while_another_reads(wire: Wire) -> None:
    done = threading.Event()

    def read() -> int:
        reads = 0
        while not done.is_set() or not reads:
            assert paths(wire.all()) is not None and len(wire.fresh()) <= 400
            reads += 1
        return reads

    def ask(number: int) -> None:
        for _ in range(50):
            session().post(f"{ORIGIN}/{number}", data=FORM)

    with ThreadPoolExecutor(9) as pool:
        reader = pool.submit(read)
        for asked in [pool.submit(ask, number) for number in range(8)]:
            asked.result()
        done.set()
        assert reader.result() > 0
    kept = wire.all()
    assert sorted(paths(kept)) == sorted(f"/{number}" for number in range(8) for _ in range(50))
    assert [each.started for each in kept] == sorted(each.started for each in kept)
    assert not any(QUOTED in each.raw_request for each in kept)
