"""How the battery judges a function and an API."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from helpers.attacks import ATTACKS, GOODS, Battery, Family, Issuer, Request, Trap, Verdict, Workshop
from helpers.attacks import battery as battery_module
from helpers.attacks.connection import Connection
from helpers.services import Service, listen

Answer = Callable[[HttpRequest], Awaitable[Response]]


def few(battery: Battery, *names: str) -> Battery:
    """These attacks alone, and one good token."""
    attacks = [attack for attack in battery.attacks if attack.name in names]
    return Battery(battery.workshop, battery.trap, attacks=attacks, goods=battery.goods[:1])


def judged(result: Any) -> dict[str, Verdict]:
    return {outcome.name: outcome.verdict for outcome in result.outcomes}


# A function


def deep(token: str) -> Any:
    return deep(token)


async def later(token: str) -> Any:
    return {}


@pytest.mark.parametrize(
    ("verify", "verdict"),
    [
        (lambda token: {"sub": "anybody"}, Verdict.LET_IN),
        (lambda token: True, Verdict.LET_IN),
        (lambda token: int(token), Verdict.STOPPED),
        (lambda token: {}["exp"], Verdict.BROKE),
        (lambda token: None, Verdict.BROKE),
        (lambda token: False, Verdict.BROKE),
        (lambda: {}, Verdict.BROKE),
        (deep, Verdict.BROKE),
        (later, Verdict.BROKE),
        (lambda token: later(token), Verdict.BROKE),
    ],
)
def test_what_a_function_may_do(verify: Any, verdict: Verdict, battery: Battery) -> None:
    result = few(battery, "alg none").try_function(verify)
    assert judged(result) == {"as issued": verdict, "alg none": verdict}
    assert not result.full


def test_a_function_may_refuse_by_returning_false_when_that_is_said(battery: Battery) -> None:
    result = few(battery, "alg none").try_function(lambda token: False, false_refuses=True)
    assert (result.stopped, result.turned_away) == (["alg none"], ["as issued"])


def test_only_the_exceptions_that_are_named_are_refusals(battery: Battery) -> None:
    class Refused(Exception):
        """The one that counts."""

    def verify(token: str) -> Any:
        raise Refused if token.startswith("e") else ValueError

    one = few(battery, "alg none")
    assert one.try_function(verify, refusals=(Refused,)).stopped == ["alg none"]
    assert one.try_function(verify, refusals=(ValueError,)).broke == ["alg none"]


def test_a_function_that_hangs_is_given_up_after_three_tokens(
    battery: Battery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(battery_module, "SLOW", 0.05)

    def verify(token: str) -> Any:
        while True:
            pass

    result = battery.try_function(verify, timeout=0.1)
    assert [outcome.verdict for outcome in result.outcomes[:3]] == [Verdict.BROKE] * 3
    assert {outcome.verdict for outcome in result.outcomes[3:]} == {Verdict.LEFT_OUT}
    assert not result.full


def test_the_result_tells_everything_that_went_wrong(battery: Battery) -> None:
    def verify(token: str) -> Any:
        if token == good:
            raise ValueError("no")
        return {}["exp"] if len(token) < 20 else {}

    good = battery.workshop.good
    line = verify.__code__.co_firstlineno + 2
    said = str(few(battery, "alg none").try_function(verify))
    assert said.splitlines() == [
        "0 of 1 attacks stopped, 0 of 1 good tokens let in.",
        "let in: alg none, which says that it needs no signature, and has none (RFC 8725 §3.1)",
        "turned away: as issued, which is what the issuer made for this API:"
        f" raised ValueError: no (line {line} of test_battery.py).",
    ]


def test_one_who_calls_the_attackers_server_is_caught_even_when_it_refuses(battery: Battery) -> None:
    trap = battery.trap
    assert isinstance(trap, Trap)

    def verify(token: str) -> Any:
        if token != battery.workshop.good:
            requests.get(f"{trap.url}jwks.json", timeout=5)
            raise ValueError("no")
        return {}

    before = trap.calls["/jwks.json"]
    result = few(battery, "its own jku").try_function(verify)
    assert (result.called, result.stopped, result.full) == (["its own jku"], [], False)
    assert trap.calls["/jwks.json"] == before + 1


# An API


class Api:
    """An API whose answer a test chooses; it keeps the requests."""

    def __init__(self) -> None:
        self.answer: Answer = said(200)
        self.requests: list[HttpRequest] = []
        app = Starlette(routes=[Route("/things", self._answer, methods=["GET", "POST"])])
        self.service = Service("The API", app, listen()).start()
        self.url = f"{self.service.url}/things"

    async def _answer(self, request: HttpRequest) -> Response:
        self.requests.append(request)
        return await self.answer(request)


def said(status: int, text: str = "") -> Answer:
    async def answer(request: HttpRequest) -> Response:
        return PlainTextResponse(text, status)

    return answer


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    yield api
    api.service.stop()


@pytest.mark.parametrize(
    ("status", "verdict", "right"),
    [
        (200, Verdict.LET_IN, True),
        (204, Verdict.LET_IN, True),
        (422, Verdict.LET_IN, True),
        (401, Verdict.STOPPED, True),
        (400, Verdict.STOPPED, False),
        (403, Verdict.STOPPED, False),
        (302, Verdict.STOPPED, False),
        (500, Verdict.BROKE, True),
        (503, Verdict.BROKE, True),
    ],
)
def test_what_an_api_may_answer(
    status: int, verdict: Verdict, right: bool, api: Api, battery: Battery
) -> None:
    api.answer = said(status)
    outcome = few(battery, "alg none").try_api(api.url).attacks[0]
    assert (outcome.verdict, outcome.right, outcome.status) == (verdict, right, status)
    assert outcome.sent.startswith("GET /things HTTP/1.1\n") and outcome.answer.startswith(
        f"HTTP/1.1 {status}"
    )


def test_an_answer_that_repeats_the_token_is_noticed(api: Api, battery: Battery) -> None:
    api.answer = said(401, "no key is called forger-was-here")
    result = few(battery, "a header in kid", "alg none").try_api(api.url)
    assert (result.echoed, result.stopped) == (["a header in kid"], ["alg none"])


def test_an_api_that_hangs_up_or_hangs_is_broken(api: Api, battery: Battery) -> None:
    async def hang_up(request: HttpRequest) -> Response:
        return Response(headers={"x": "\n"})  # no server can send that, and the connection ends

    async def hang(request: HttpRequest) -> Response:
        await asyncio.sleep(1)
        return Response()

    one = few(battery, "alg none")
    api.answer = hang_up
    assert one.try_api(api.url).attacks[0].verdict == Verdict.BROKE
    api.answer = hang
    outcome = one.try_api(api.url, timeout=0.1).attacks[0]
    assert (outcome.verdict, outcome.said) == (Verdict.BROKE, "did not answer within 0.1 seconds")


def test_an_api_that_is_not_there_is_broken(api: Api, battery: Battery) -> None:
    api.service.stop()
    outcome = few(battery, "alg none").try_api(api.url).attacks[0]
    assert (outcome.verdict, outcome.status) == (Verdict.BROKE, None)


def test_requests_arrive_as_they_were_written_and_over_one_connection(api: Api, battery: Battery) -> None:
    names = ["two headers with the bad one first", "a tab", "header and query", "header and form", "no token"]
    few(battery, *names).try_api(f"{api.url}?page=1")
    good = battery.workshop.good
    shown = [
        (
            request.method,
            request.headers.getlist("authorization"),
            list(request.query_params.multi_items()),
        )
        for request in api.requests
    ]
    page = ("page", "1")
    assert shown == [
        ("GET", [f"Bearer {good}"], [page]),
        ("GET", [], [page]),
        ("GET", [f"Bearer {good}"], [page, ("access_token", good)]),
        ("POST", [f"Bearer {good}"], [page]),
        ("GET", ["Bearer a.b.c", f"Bearer {good}"], [page]),
        ("GET", [f"Bearer\t{good}"], [page]),
    ]
    assert len({request.client.port for request in api.requests if request.client}) == 1


def test_an_address_that_is_none_is_told(battery: Battery) -> None:
    for url in ("things", "ftp://127.0.0.1/", "http://"):
        with pytest.raises(ValueError, match="address of a resource"):
            battery.try_api(url)


def test_a_longer_path_is_put_behind_the_resource() -> None:
    with Connection("http://localhost:1/a/?b=1", 1.0) as connection:
        assert connection.written(Request(path="/1")).startswith(b"GET /a/1?b=1 HTTP/1.1\r\n")
        assert connection.written(Request()).startswith(b"GET /a/?b=1 HTTP/1.1\r\nHost: localhost:1\r\n")
    with Connection("https://example.org", 1.0) as connection:
        assert connection.written(Request()).startswith(b"GET / HTTP/1.1\r\n")


# What is tried


def test_without_the_issuers_private_key_an_attacker_makes_what_an_attacker_can(battery: Battery) -> None:
    outside = Battery(Workshop(battery.workshop.good, {"keys": battery.workshop.jwks["keys"][:1]}))
    result = outside.try_function(lambda token: {})
    assert {"alg none", "public key as secret", "its own jwk", "edited payload"} <= set(result.let_in)
    left = {outcome.name: outcome.said for outcome in result.left_out}
    assert left["expired"] == "it takes the issuer's private key"
    assert left["512 bits"] == "the issuer does not publish our bad keys"
    assert left["next key"] == "it takes the issuer's private key"
    assert len(result.outcomes) == len([a for a in ATTACKS if a.family is not Family.DOOR]) + len(GOODS) - 1


def test_a_key_of_that_name_which_is_somebody_elses_is_left_alone(battery: Battery) -> None:
    keys = [dict(key) for key in battery.workshop.jwks["keys"]]
    next(key for key in keys if key["kid"] == "bits-1024")["n"] = keys[0]["n"]
    fresh = Battery(replace(battery.workshop, jwks={"keys": keys}))
    outcome = few(fresh, "1024 bits").try_function(lambda token: {}).left_out[0]
    assert outcome.said == "the issuer does not publish our bad keys"


def test_one_family_or_without_some(battery: Battery) -> None:
    keys = battery.of_family("keys")
    assert {attack.family for attack in keys.attacks} == {Family.KEYS}
    assert keys.goods == battery.goods
    assert battery.of_family("Signature").attacks == battery.of_family(Family.SIGNATURE).attacks
    with pytest.raises(ValueError, match="'signature and algorithm', 'keys', 'claims', 'form', 'door'"):
        battery.of_family("locks")

    fewer = battery.without("exp is now", "30 days")
    assert {a.name for a in battery.attacks} - {a.name for a in fewer.attacks} == {"exp is now"}
    assert {g.name for g in battery.goods} - {g.name for g in fewer.goods} == {"30 days"}
    with pytest.raises(ValueError, match="nothing called exp was yesterday"):
        battery.without("exp was yesterday")


def test_the_attackers_key_pair_and_the_bad_keys_are_made_once(issuer: Issuer) -> None:
    assert issuer.jwks == issuer.jwks
    assert issuer.battery().workshop.jwks == issuer.battery().workshop.jwks


def test_an_issuer_publishes_what_discovery_promises(issuer: Issuer) -> None:
    metadata = requests.get(f"{issuer.issuer}.well-known/openid-configuration", timeout=5).json()
    assert (metadata["issuer"], metadata["jwks_uri"]) == (issuer.issuer, issuer.jwks_uri)
    assert requests.get(metadata["jwks_uri"], timeout=5).json() == issuer.jwks
    assert requests.get(f"{issuer.issuer}elsewhere", timeout=5).status_code == 404


def test_a_private_key_that_is_published_really_is_the_private_key(issuer: Issuer) -> None:
    from helpers.attacks.workshop import decode

    entry = next(key for key in issuer.jwks["keys"] if key["kid"] == "private-published")
    n, e, d = (int.from_bytes(decode(entry[name])) for name in ("n", "e", "d"))
    assert pow(pow(42, e, n), d, n) == 42


def test_a_closed_trap_listens_no_more() -> None:
    with Trap() as trap:
        assert requests.get(f"{trap.url}jwks.json", timeout=5).json()["keys"][0]["kid"] == "mine"
        assert trap.total == 1
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        http.client.HTTPConnection(trap.url.split("/")[2], timeout=1).request("GET", "/")
