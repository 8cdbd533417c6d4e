"""The client for asyncio and httpx: the same tokens, asked for as rarely."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from helpers.tokens.async_client import AsyncClientCredentials
from helpers.tokens.errors import ConfigurationError
from helpers.tokens.token_response import TokenRequestError

SECRET = "correct-horse_battery+staple/%"
REFUSED = {"WWW-Authenticate": 'Bearer realm="todos", error="invalid_token"'}


@pytest.fixture
def make(issuer, clock):
    def make(**options) -> AsyncClientCredentials:
        defaults = {
            "token_endpoint": issuer.token_endpoint,
            "client_id": "nightly-batch",
            "client_secret": SECRET,
            "audience": "http://localhost:3001",
            "clock": clock,
        }
        return AsyncClientCredentials(**defaults | options)

    return make


@pytest.fixture
def no_waits(monkeypatch) -> list[float]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("helpers.tokens.async_client.sleep", sleep)
    return slept


def shown(api) -> list[str]:
    return [(asked.headers["Authorization"] or "").partition(".")[0] for asked in api.asked]


async def call(api, client, method="GET", **options) -> httpx.Response:
    async with httpx.AsyncClient() as session:
        return await session.request(method, f"{api.url}/todos", auth=client, **options)


def test_the_request_is_the_same(make, issuer):
    assert asyncio.run(make(scope="read").token()).startswith("token-1")
    [asked] = issuer.asked
    assert asked.form == {
        "grant_type": "client_credentials",
        "audience": "http://localhost:3001",
        "scope": "read",
        "client_id": "nightly-batch",
        "client_secret": SECRET,
    }
    assert asked.headers["Authorization"] is None


def test_basic_and_a_resource(make, issuer):
    asyncio.run(
        make(auth_method="client_secret_basic", audience=None, resource=["https://a", "https://b"]).token()
    )
    [asked] = issuer.asked
    assert asked.headers["Authorization"].startswith("Basic ")
    assert asked.body.count(b"resource=") == 2 and b"client_secret" not in asked.body


def test_tasks_that_ask_at_once_share_one_request(make, issuer):
    async def many() -> set[str]:
        client = make()
        return set(await asyncio.gather(*(client.token() for _ in range(50))))

    assert len(asyncio.run(many())) == 1 and len(issuer.asked) == 1


def test_it_is_reused_until_shortly_before_its_end(make, issuer, clock):
    async def twice() -> bool:
        client = make()
        first = await client.token()
        clock.now += 3600 - 61
        same = await client.token() == first
        clock.now += 1
        return same and await client.token() != first

    assert asyncio.run(twice()) and len(issuer.asked) == 2


def test_one_that_is_cancelled_gives_up_for_itself_alone(make, issuer, token):
    issuer.then(token(1))
    issuer.queue[0].before = lambda: time.sleep(0.2)

    async def run() -> str:
        client = make()
        first, second = asyncio.create_task(client.token()), asyncio.create_task(client.token())
        await asyncio.sleep(0.05)
        first.cancel()
        return await second

    assert asyncio.run(run()).startswith("token-1") and len(issuer.asked) == 1


def test_the_token_goes_along_and_is_renewed_once(make, api, reply):
    async def run() -> list[int]:
        client = make()
        statuses = [(await call(api, client)).status_code]
        api.then(reply(401, b"no", REFUSED))
        statuses.append((await call(api, client, "POST", content=b"water")).status_code)
        api.default = lambda asked: reply(401, b"no", REFUSED)
        statuses.append((await call(api, client)).status_code)
        return statuses

    assert asyncio.run(run()) == [200, 200, 401]
    assert shown(api)[:3] == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert [asked.body for asked in api.asked[1:3]] == [b"water"] * 2
    assert len(api.asked) == 4, "the last renewal was too short a while ago"


def test_a_body_that_is_a_stream_is_not_sent_twice(make, api, reply):
    async def body():
        yield b"water"

    api.default = lambda asked: reply(401, b"no", REFUSED)
    assert (
        asyncio.run(call(api, make(), "POST", content=body(), headers={"Content-Length": "5"})).status_code
        == 401
    )
    assert len(api.asked) == 1


def test_a_token_goes_over_no_open_network(make, issuer):
    async def run() -> None:
        async with httpx.AsyncClient() as session:
            await session.get("http://api.example/", auth=make())

    with pytest.raises(ConfigurationError, match="only sent to https"):
        asyncio.run(run())
    assert issuer.asked == []


def test_what_is_temporary_is_tried_again_and_the_rest_is_not(make, issuer, reply, token, no_waits):
    issuer.then(reply(503), reply(429, headers={"Retry-After": "2"}), token(1))
    asyncio.run(make().token())
    assert no_waits == [0.25, 2.0]
    issuer.then(reply(401, {"error": "invalid_client"}))
    with pytest.raises(TokenRequestError, match="401 invalid_client"):
        asyncio.run(make().token())
    assert len(issuer.asked) == 4


def test_no_answer_is_said_in_one_sentence(make, no_waits, issuer):
    issuer.default = lambda asked: issuer.hang()
    with pytest.raises(TokenRequestError, match="did not answer in time"):
        asyncio.run(make(timeout=0.1).token())
    with pytest.raises(TokenRequestError, match="Cannot connect"):
        asyncio.run(make(token_endpoint="http://127.0.0.1:9/token").token())


def test_an_endless_answer_is_cut(make, issuer, reply):
    def endless():
        while True:
            yield b" " * 65_536

    issuer.then(reply(200, endless))
    with pytest.raises(TokenRequestError, match="at most 65536 bytes"):
        asyncio.run(make().token())


def test_a_redirect_is_refused_and_the_secret_does_not_follow(make, issuer, servers, reply):
    elsewhere = servers()
    issuer.then(reply(307, headers={"Location": elsewhere.token_endpoint}))
    with pytest.raises(TokenRequestError, match="redirects elsewhere"):
        asyncio.run(make().token())
    assert elsewhere.asked == []


def test_no_proxy_on_the_way_to_this_machine(make, issuer, servers, monkeypatch):
    proxy = servers()
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    asyncio.run(make().token())
    assert proxy.asked == [] and len(issuer.asked) == 1


def test_it_is_no_auth_for_a_client_that_waits(make, api):
    with pytest.raises(RuntimeError, match="AsyncClient"), httpx.Client() as session:
        session.get(api.url, auth=make())


def test_neither_its_repr_nor_an_error_shows_the_secret(make, issuer, reply):
    issuer.then(reply(400, {"error": "x", "error_description": f"you sent {SECRET}"}))
    client = make()
    with pytest.raises(TokenRequestError) as caught:
        asyncio.run(client.token())
    assert SECRET not in f"{client!r} {caught.value!r}"
