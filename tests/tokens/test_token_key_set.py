"""The remote key set against a real key server on loopback: how often it fetches, who waits, and what serves on."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from helpers.tokens.errors import ConfigurationError, DiscoveryError, KeyRefused, KeysUnavailable, TokenError
from helpers.tokens.fetch import CarefulSession, FetchError, fetch_document
from helpers.tokens.key_set import RemoteKeySet


class KeyServer:
    """Serves `jwks` and the metadata that names it; `answer` can be put in its place."""

    def __init__(self, jwks: dict[str, Any]) -> None:
        self.jwks = jwks
        self.answer: Callable[[BaseHTTPRequestHandler], None] = self.well
        self.requests: list[str] = []
        self.user_agents: set[str | None] = set()
        self.released = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.user_agents.add(self.headers["User-Agent"])
                server.requests.append(self.path)
                try:
                    if self.path == "/jwks":
                        server.answer(self)
                    else:
                        server.metadata(self)
                except OSError:
                    pass  # the client did not wait for the end

            def log_message(self, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self.jwks_uri = f"{self.url}/jwks"

    @property
    def fetches(self) -> int:
        return self.requests.count("/jwks")

    def stop(self) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @staticmethod
    def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def metadata(self, handler: BaseHTTPRequestHandler) -> None:
        document = {
            "issuer": self.url + "/",
            "jwks_uri": self.jwks_uri,
            "token_endpoint": self.url + "/oauth/token",
        }
        self.send(handler, json.dumps(document).encode())

    def well(self, handler: BaseHTTPRequestHandler) -> None:
        self.send(handler, json.dumps(self.jwks).encode())

    def slowly(self, handler: BaseHTTPRequestHandler) -> None:
        """Long enough for everybody to come."""
        time.sleep(0.1)
        self.well(handler)

    def hanging(self, handler: BaseHTTPRequestHandler) -> None:
        self.released.wait(10)

    def dripping(self, handler: BaseHTTPRequestHandler) -> None:
        """A byte now and then: no single read ever takes long."""
        handler.send_response(200)
        handler.end_headers()
        while not self.released.wait(0.02):
            handler.wfile.write(b" ")

    def broken(self, handler: BaseHTTPRequestHandler) -> None:
        self.send(handler, b"Internal Server Error", 500)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server(forge) -> Iterator[KeyServer]:
    server = KeyServer({"keys": [forge.jwk("current")]})
    yield server
    server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def remote(server, clock) -> RemoteKeySet:
    return RemoteKeySet(server.jwks_uri, ttl=600, max_stale=3600, cooldown=10, timeout=2, clock=clock)


def landed(remote: RemoteKeySet) -> None:
    """Wait until no fetch is under way."""
    deadline = time.monotonic() + 5
    while remote._flight is not None:
        assert time.monotonic() < deadline
        time.sleep(0.002)


def outcome(find: Callable[[], Any]) -> str:
    try:
        return find().kid
    except TokenError as error:
        return error.code


# One fetch


def test_the_first_use_fetches_and_no_other(server, remote):
    assert server.fetches == 0
    assert [remote.find("current").kid for _ in range(100)] == ["current"] * 100
    assert server.fetches == 1
    assert (remote.counters.fetches, remote.counters.hits, remote.counters.refusals) == (1, 100, 0)


def test_fifty_threads_at_once_make_one_fetch(server, remote):
    server.answer = server.slowly
    start = threading.Barrier(50)

    def find(_: int) -> str:
        start.wait()
        return remote.find("current").kid

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(find, range(50))) == ["current"] * 50
    assert server.fetches == remote.counters.fetches == 1


def test_fifty_tasks_at_once_make_one_fetch_and_the_loop_goes_on(server, remote):
    server.answer = server.slowly

    async def main() -> tuple[list[str], int]:
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0.001)
                turns += 1

        turning = asyncio.create_task(turn())
        keys = await asyncio.gather(*(remote.find_async("current") for _ in range(50)))
        turning.cancel()
        return [key.kid for key in keys], turns

    kids, turns = asyncio.run(main())
    assert kids == ["current"] * 50
    assert server.fetches == 1
    assert turns >= 5, "other tasks had their turn while the keys were on their way"


def test_a_task_that_gives_up_does_not_spoil_it_for_the_others(server, remote):
    server.answer = server.slowly

    async def main() -> str:
        impatient = asyncio.create_task(remote.find_async("current"))
        patient = asyncio.create_task(remote.find_async("current"))
        await asyncio.sleep(0.02)
        impatient.cancel()
        return (await patient).kid

    assert asyncio.run(main()) == "current"
    assert server.fetches == 1


def test_a_known_key_is_answered_in_asyncio_without_any_thread(server, remote, monkeypatch):
    remote.find("current")
    monkeypatch.setattr(asyncio, "wrap_future", None)
    monkeypatch.setattr(threading, "Thread", None)
    coroutine = remote.find_async("current")
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)  # it never waits, so its first step is its last
    assert done.value.value.kid == "current"


# Rotation


def test_a_rotated_key_is_found_at_its_first_use(server, remote, forge):
    remote.find("current")
    server.jwks = {"keys": [forge.jwk("current"), forge.jwk("next", forge.other_key)]}
    assert remote.find("next").kid == "next"
    assert server.fetches == 2


def test_a_withdrawn_key_is_gone_with_the_fetch_that_brings_the_new_one(server, remote, forge):
    remote.find("current")
    server.jwks = {"keys": [forge.jwk("next", forge.other_key)]}
    remote.find("next")
    assert outcome(lambda: remote.find("current")) == "key_unknown"


def test_a_withdrawn_key_is_gone_after_the_time_to_live(server, remote, clock, forge):
    remote.find("current")
    server.jwks = {"keys": [forge.jwk("next", forge.other_key)]}
    clock.now = 599
    assert outcome(lambda: remote.find("current")) == "current"
    clock.now = 600
    remote.find("current")  # served once more, while the keys are fetched
    landed(remote)
    assert outcome(lambda: remote.find("current")) == "key_unknown"


def test_and_at_the_latest_when_it_is_too_stale_to_serve(server, remote, clock, forge):
    remote.find("current")
    server.jwks = {"keys": [forge.jwk("next", forge.other_key)]}
    clock.now = 4200
    assert outcome(lambda: remote.find("current")) == "key_unknown"
    assert remote.counters.failures == 0


def test_refresh_fetches_whatever_the_cooldown_says(server, remote, forge):
    for kid in ("a", "b", "c"):
        server.jwks = {"keys": [forge.jwk(kid)]}
        remote.refresh()
        assert remote.find(kid).kid == kid
    assert server.fetches == 3


# A flood of key ids that nobody has


def test_a_thousand_unknown_key_ids_cost_two_fetches(server, remote):
    for number in range(1000):
        assert outcome(lambda kid=f"made-up-{number}": remote.find(kid)) == "key_unknown"
    assert server.fetches <= 2
    assert remote.counters.refusals == 1000


def test_from_many_threads_too_and_good_keys_go_on(server, remote):
    remote.find("current")
    server.answer = server.slowly

    def find(number: int) -> str:
        return outcome(lambda: remote.find("current" if number % 2 else f"made-up-{number}"))

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(find, range(1000)))
    assert answers == ["key_unknown", "current"] * 500
    assert server.fetches <= 3  # the first, one for the flood, one for who joined that one too late


def test_after_the_cooldown_a_new_key_is_looked_for_again(server, remote, clock, forge):
    remote.find("current")
    outcome(lambda: remote.find("made-up"))
    server.jwks = {"keys": [forge.jwk("current"), forge.jwk("next", forge.other_key)]}
    clock.now = 9.9
    assert outcome(lambda: remote.find("next")) == "key_unknown"
    clock.now = 10
    assert outcome(lambda: remote.find("next")) == "next"
    assert server.fetches == 3


# Outage


def test_in_an_outage_the_old_keys_serve_for_a_bounded_while(server, remote, clock):
    remote.find("current")
    server.answer = server.broken
    for clock.now in (601, 1000, 2000, 4199):
        assert outcome(lambda: remote.find("current")) == "current"
        landed(remote)
    clock.now = 4200
    assert outcome(lambda: remote.find("current")) == "keys_unavailable"
    assert "500" in remote.failing

    server.answer = server.well
    clock.now = 4210
    assert outcome(lambda: remote.find("current")) == "current"
    assert remote.failing is None


def test_in_an_outage_an_unknown_key_id_may_be_a_good_one(server, remote):
    """401 would say that the token is bad. Nobody knows that."""
    remote.find("current")
    server.answer = server.broken
    assert [outcome(lambda: remote.find("next")) for _ in range(3)] == ["keys_unavailable"] * 3
    assert outcome(lambda: remote.find("current")) == "current"
    assert server.fetches == 2


def test_a_failure_counts_for_the_cooldown(server, remote, clock):
    server.answer = server.broken
    for _ in range(100):
        with pytest.raises(KeysUnavailable) as caught:
            remote.find("current")
    assert (server.fetches, caught.value.status, caught.value.retry_after) == (1, 503, 10)
    clock.now = 10
    server.answer = server.well
    assert outcome(lambda: remote.find("current")) == "current"
    assert remote.counters.failures == 1


def test_a_server_that_is_not_there(server, clock, forge):
    server.stop()
    remote = RemoteKeySet(server.jwks_uri, clock=clock, timeout=2)
    assert outcome(lambda: remote.find("current")) == "keys_unavailable"
    assert "cannot connect" in remote.failing


# A clock that is set back


def test_keys_from_a_time_that_has_not_come_are_fetched_anew(server, remote, clock, forge):
    """Nobody knows how old they are: it may be long after the clock was set back that somebody asks."""
    clock.now = 1_000_000
    remote.find("current")
    server.jwks = {"keys": [forge.jwk("next", forge.other_key)]}
    clock.now = 0
    assert outcome(lambda: remote.find("current")) == "key_unknown"
    assert asyncio.run(async_outcome(remote, "next")) == "next"


def test_nor_do_they_serve_while_they_cannot_be_had(server, remote, clock):
    clock.now = 1_000_000
    remote.find("current")
    server.answer = server.broken
    clock.now = 0
    for _ in range(3):
        with pytest.raises(KeysUnavailable) as caught:
            remote.find("current")
    assert (server.fetches, caught.value.retry_after) == (2, 10)
    clock.now = 10
    server.answer = server.well
    assert outcome(lambda: remote.find("current")) == "current"


def test_a_failure_in_the_future_holds_nothing_up(server, remote, clock):
    clock.now = 1_000_000
    server.answer = server.broken
    assert outcome(lambda: remote.find("current")) == "keys_unavailable"
    server.answer = server.well
    clock.now = 0
    assert outcome(lambda: remote.find("current")) == "current"


def test_a_search_in_the_future_allows_one_and_no_flood(server, remote, clock, forge):
    clock.now = 1_000_000
    server.answer = server.broken
    outcome(lambda: remote.find("current"))
    server.answer = server.well
    clock.now += 10
    remote.find("current")
    outcome(lambda: remote.find("made-up"))
    clock.now = 0
    remote.find("current")
    server.jwks = {"keys": [forge.jwk("current"), forge.jwk("next", forge.other_key)]}
    assert outcome(lambda: remote.find("next")) == "next"
    before = server.fetches
    for number in range(100):
        assert outcome(lambda kid=f"made-up-{number}": remote.find(kid)) == "key_unknown"
    assert server.fetches == before


# A server that hangs


def test_while_a_fetch_hangs_a_known_key_does_not_wait(server, remote, clock):
    remote.find("current")
    server.answer = server.hanging
    stuck = [threading.Thread(target=outcome, args=(lambda: remote.find("made-up"),)) for _ in range(5)]
    for thread in stuck:
        thread.start()
    while remote._flight is None:
        time.sleep(0.001)

    # None of these ends before the fetch if it waits for it: the fetch is still under way afterwards.
    assert [remote.find("current").kid for _ in range(100)] == ["current"] * 100
    assert asyncio.run(remote.find_async("current")).kid == "current"
    clock.now = 700  # nor when it is stale
    assert remote.find("current").kid == "current"
    assert remote._flight is not None

    server.released.set()
    for thread in stuck:
        thread.join()
    assert server.fetches == 2


@pytest.mark.parametrize("how", ["hanging", "dripping"])
def test_who_has_to_wait_waits_no_longer_than_the_timeout(how, server, clock):
    server.answer = getattr(server, how)
    remote = RemoteKeySet(server.jwks_uri, timeout=0.2, clock=clock)
    started = time.monotonic()
    assert outcome(lambda: remote.find("current")) == "keys_unavailable"
    assert asyncio.run(async_outcome(remote, "current")) == "keys_unavailable"
    assert 0.2 <= time.monotonic() - started < 2
    assert (server.fetches, remote.counters.failures) == (1, 1)


async def async_outcome(remote: RemoteKeySet, kid: str) -> str:
    try:
        return (await remote.find_async(kid)).kid
    except TokenError as error:
        return error.code


def test_a_fetch_that_was_given_up_brings_nothing_any_more(server, clock, forge):
    server.answer = server.hanging
    remote = RemoteKeySet(server.jwks_uri, timeout=0.1, cooldown=0, clock=clock)
    assert asyncio.run(async_outcome(remote, "current")) == "keys_unavailable"
    server.answer = server.well
    assert remote.find("current").kid == "current"
    server.released.set()
    time.sleep(0.05)
    assert remote.find("current").kid == "current"


# Garbage


GARBAGE: dict[str, Callable[[KeyServer, BaseHTTPRequestHandler], None]] = {
    "HTML": lambda s, h: s.send(h, b"<html>Welcome</html>"),
    "nothing": lambda s, h: s.send(h, b""),
    "no JWK Set": lambda s, h: s.send(h, b'{"error": "server_error"}'),
    "keys twice": lambda s, h: s.send(h, b'{"keys": [], "keys": []}'),
    "not UTF-8": lambda s, h: s.send(h, b'{"keys": ["\xff"]}'),
    "huge": lambda s, h: s.send(h, json.dumps(s.jwks).encode() + b" " * 300_000),
    "compressed": lambda s, h: s.send(h, b"\x1f\x8b\x08", **{"Content-Encoding": "gzip"}),
    "cut short": lambda s, h: (h.send_response(200), h.send_header("Content-Length", "99"), h.end_headers()),
    "a redirect": lambda s, h: s.send(h, b"", 302, Location=s.url + "/elsewhere"),
    "a redirect with a body": lambda s, h: s.send(h, json.dumps(s.jwks).encode(), 301, Location=s.jwks_uri),
    "404": lambda s, h: s.send(h, json.dumps(s.jwks).encode(), 404),
    "204": lambda s, h: h.send_response(204) or h.end_headers(),
    "no HTTP": lambda s, h: h.wfile.write(b"SSH-2.0-OpenSSH\r\n"),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_a_failure_and_harms_no_key(name, server, remote, clock):
    server.answer = lambda handler: GARBAGE[name](server, handler)
    assert outcome(lambda: remote.find("current")) == "keys_unavailable"

    server.answer = server.well
    clock.now = 10
    remote.find("current")
    server.answer = lambda handler: GARBAGE[name](server, handler)
    clock.now = 610
    remote.find("current")
    landed(remote)
    assert outcome(lambda: remote.find("current")) == "current"
    assert (server.fetches, remote.counters.failures) == (3, 2)
    assert set(server.requests) == {"/jwks"}, "and no redirect was followed"


@pytest.mark.parametrize("bad", [{"keys": []}, {"keys": [{"kty": "oct", "k": "AA", "kid": "current"}]}])
def test_a_set_without_a_usable_key_replaces_no_good_ones(server, remote, clock, bad):
    remote.find("current")
    server.jwks = bad
    clock.now = 600
    remote.find("current")
    landed(remote)
    assert outcome(lambda: remote.find("current")) == "current"
    assert outcome(lambda: remote.find("made-up")) == "keys_unavailable", "nobody knows"
    clock.now = 4200
    assert outcome(lambda: remote.find("current")) == "keys_unavailable", "and in the end nothing is left"


def test_a_set_without_a_usable_key_at_first_is_a_503(server, remote):
    server.jwks = {"keys": []}
    assert outcome(lambda: remote.find("current")) == "keys_unavailable"


def test_weak_and_private_keys_are_told_and_not_used(server, remote, forge):
    server.jwks = {"keys": [forge.jwk("current"), forge.jwk("leaked", d="AQAB"), {"kty": "oct", "k": "AA"}]}
    remote.find("current")
    assert [refused.kid for refused in remote.keys.refused] == ["leaked", None]
    with pytest.raises(KeyRefused):
        remote.find("leaked")


def test_a_fetch_has_a_deadline_of_its_own_for_an_answer_that_drips(server):
    """Every single read is quick, so that no time-out of a socket ever ends it."""
    server.answer = server.dripping
    started = time.monotonic()
    with pytest.raises(FetchError, match="too slowly"), CarefulSession() as session:
        fetch_document(server.jwks_uri, session=session, timeout=0.2)
    assert time.monotonic() - started < 3


# From an issuer, and in the verifier


def test_the_verifier_finds_the_keys_through_discovery(server, forge):
    from helpers.tokens.verifier import AccessTokenVerifier

    issuer = server.url + "/"
    verifier = AccessTokenVerifier(issuer=issuer, audience=forge.audience, clock=lambda: forge.now)
    token = forge.token(forge.claims(iss=issuer))

    assert server.requests == [], "nothing is fetched before the first token"
    assert verifier.verify(token)["iss"] == issuer
    assert asyncio.run(verifier.verify_async(token))["iss"] == issuer
    assert server.requests == ["/.well-known/openid-configuration", "/jwks"]


def test_a_token_that_cannot_be_good_fetches_nothing(server, forge, build, remote):
    verifier = build(key_set=remote)
    for header in (forge.header(alg="none"), forge.header(kid=...), forge.header(typ="logout+jwt"), b"{"):
        with pytest.raises(TokenError):
            verifier.verify(forge.token(header=header))
    assert server.fetches == 0


def test_nothing_in_a_token_sends_a_request_anywhere(server, forge, build, remote):
    verifier = build(key_set=remote)
    for name in ("jku", "x5u", "iss"):
        with pytest.raises(TokenError):
            verifier.verify(forge.token(header=forge.header(kid="x", **{name: server.url + "/evil"})))
    assert set(server.requests) == {"/jwks"}


def test_the_session_given_is_the_one_that_fetches(server, forge):
    with requests.Session() as session:
        session.headers["User-Agent"] = "my-api/1.0"
        RemoteKeySet.of_issuer(server.url + "/", session=session).find("current")
    assert server.user_agents == {"my-api/1.0"}


def test_a_failing_fetch_discovers_anew(server, clock):
    remote = RemoteKeySet.of_issuer(server.url + "/", clock=clock, timeout=2)
    server.answer = server.broken
    outcome(lambda: remote.find("current"))
    server.answer = server.well
    clock.now = 10
    assert outcome(lambda: remote.find("current")) == "current"
    assert server.requests == ["/.well-known/openid-configuration", "/jwks"] * 2


@pytest.mark.parametrize(
    "settings", [{"ttl": 0}, {"ttl": -1}, {"timeout": 0}, {"cooldown": -1}, {"max_stale": -1}]
)
def test_times_that_make_no_sense_are_refused(settings):
    with pytest.raises(ConfigurationError):
        RemoteKeySet("http://127.0.0.1:1/jwks", **settings)


def test_keys_come_over_https_or_from_this_machine(clock):
    remote = RemoteKeySet("http://issuer.example/jwks", clock=clock)
    assert outcome(lambda: remote.find("current")) == "keys_unavailable"
    assert "neither https nor on this machine" in remote.failing


# Where the keys are


class Moving:
    """An issuer whose metadata says where its keys are, which may change."""

    def __init__(self, server: KeyServer) -> None:
        self.uri = server.jwks_uri
        self.asked = 0
        self.down = False

    def locate(self) -> str:
        self.asked += 1
        if self.down:
            raise DiscoveryError("no metadata")
        return self.uri


@pytest.fixture
def moving(server) -> Moving:
    return Moving(server)


@pytest.fixture
def elsewhere(forge) -> Iterator[KeyServer]:
    server = KeyServer({"keys": [forge.jwk("next", forge.other_key)]})
    yield server
    server.stop()


def test_keys_that_have_moved_are_found_when_a_token_names_one(server, moving, elsewhere, clock):
    """The old address goes on answering, with the old keys."""
    remote = RemoteKeySet(moving.locate, clock=clock)
    remote.find("current")
    moving.uri = elsewhere.jwks_uri
    clock.now = 60
    assert remote.find("next").kid == "next"
    assert (moving.asked, server.fetches, elsewhere.fetches) == (2, 2, 1)
    assert outcome(lambda: remote.find("current")) == "key_unknown"


def test_and_on_schedule_when_no_token_names_one(server, moving, elsewhere, clock):
    remote = RemoteKeySet(moving.locate, clock=clock, relocate=1_000)
    for moment, where in ((0, server), (600, server), (1_200, elsewhere)):
        clock.now = moment
        moving.uri = where.jwks_uri
        remote.refresh()
    assert (moving.asked, server.fetches, elsewhere.fetches) == (2, 2, 1)


def test_metadata_that_cannot_be_had_does_no_harm_while_the_keys_can(server, moving, clock):
    remote = RemoteKeySet(moving.locate, clock=clock)
    remote.find("current")
    moving.down = True
    clock.now = 60
    assert outcome(lambda: remote.find("made-up")) == "key_unknown"
    assert remote.failing is None


def test_a_flood_of_unknown_key_ids_asks_for_the_metadata_as_rarely_as_for_the_keys(server, moving, clock):
    remote = RemoteKeySet(moving.locate, clock=clock)
    for number in range(1_000):
        clock.now = number / 100
        assert outcome(lambda number=number: remote.find(f"made-up-{number}")) == "key_unknown"
    assert moving.asked <= 3 and server.fetches <= 2
