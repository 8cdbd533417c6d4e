"""Guessing at a client's secret, which each endpoint must make hopeless (RFC 6749 §2.3.1)."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from helpers.authorization_server import Application, AuthorizationServer, client_secret
from helpers.authorization_server.wrong_secrets import WrongSecrets

AUDIENCE = "http://localhost:3001"
ENDPOINTS = ("token", "introspect", "revoke")


@pytest.fixture(scope="module")
def guarded(serve, registry) -> AuthorizationServer:
    return serve(registry=registry)


@pytest.fixture
def strict(guarded) -> AuthorizationServer:
    """A server that takes two wrong secrets an hour for each client, and has seen none yet."""
    guarded.guess_limit = "2/hour"
    return guarded


@pytest.fixture
def client(registry, api) -> Application:
    """A client for one test."""
    application = registry.create_application("Client of one test", introspects=[AUDIENCE])
    registry.create_grant(application.client_id, AUDIENCE, ["read:todos"])
    yield application
    registry.delete_application(application.client_id)


@pytest.fixture
def send(guarded) -> Callable[..., requests.Response]:
    """Ask at an endpoint as this client, with its own secret or another."""

    def ask(path: str, client: Application | str, secret: str | None = None) -> requests.Response:
        if isinstance(client, Application):
            client, secret = client.client_id, secret or client.client_secret.get_secret_value()
        body = {
            "grant_type": "client_credentials",
            "audience": AUDIENCE,
            "token": "x",
            "client_id": client,
            "client_secret": secret,
        }
        return requests.post(f"{guarded.issuer}oauth/{path}", data=body, timeout=10)

    return ask


@pytest.mark.parametrize("path", ENDPOINTS)
def test_when_its_wrong_tries_are_used_up_no_secret_of_a_client_is_looked_at(
    strict, send, client, scrypts, path
):
    """Not even the right one: an answer that tells it from a wrong one would be what the guesser is after."""
    guesses = [send(path, client, "guess") for _ in range(4)]
    assert [answer.status_code for answer in guesses] == [401, 401, 429, 429]
    right = send(path, client)
    assert (right.status_code, right.content) == (429, guesses[-1].content)
    assert len(scrypts) == 2


def test_the_refusal_says_when_to_try_again(strict, send, client):
    for _ in range(2):
        send("introspect", client, "guess")
    answer = send("introspect", client)
    assert answer.json() == {
        "error": "too_many_requests",
        "error_description": "Too many wrong secrets were sent for this client. Try again later",
    }
    assert 3_590 < int(answer.headers["Retry-After"]) <= 3_600
    assert answer.headers["Cache-Control"] == "no-store"

    answer = send("token", client)
    assert answer.status_code == 429 and int(answer.headers["X-RateLimit-Remaining"]) > 0


def test_a_secret_that_was_right_before_is_refused_like_the_others(strict, send, client):
    assert send("introspect", client).status_code == 200
    statuses = [send("introspect", client, secret).status_code for secret in ("guess", "guess", None)]
    assert statuses == [401, 401, 429]


def test_the_endpoints_count_together(strict, send, client):
    assert [send(path, client, "guess").status_code for path in ENDPOINTS] == [401, 401, 429]
    assert [send(path, client).status_code for path in ENDPOINTS] == [429] * 3


def test_an_unknown_client_is_answered_as_a_known_one(strict, send, client, scrypts):
    known = [send("introspect", client, "guess") for _ in range(3)]
    unknown = [send("introspect", "nobody", "guess") for _ in range(3)]
    assert [(answer.status_code, answer.content) for answer in known] == [
        (answer.status_code, answer.content) for answer in unknown
    ]
    assert len(scrypts) == 4


def test_other_clients_do_not_notice(strict, send, client, valid, registry):
    for _ in range(5):
        send("introspect", client, "guess")
    for path in ENDPOINTS:
        assert send(path, valid["client_id"], valid["client_secret"]).status_code == 200


def test_wrong_tries_at_introspection_do_not_use_up_the_token_requests_of_all(serve, registry, valid):
    server = serve(registry=registry, rate_limit="2/hour")
    guess = valid | {"client_secret": "guess", "token": "x"}
    for _ in range(3):
        assert requests.post(f"{server.issuer}oauth/introspect", data=guess, timeout=10).status_code == 401
    other = registry.create_application("Has its own tries")
    registry.create_grant(other.client_id, AUDIENCE, [])
    body = valid | {
        "client_id": other.client_id,
        "client_secret": other.client_secret.get_secret_value(),
    }
    assert requests.post(f"{server.issuer}oauth/token", data=body, timeout=10).status_code == 200


def test_right_tries_are_not_counted(strict, send, client):
    strict.guess_limit = "1/hour"
    assert [send("introspect", client).status_code for _ in range(4)] == [200] * 4


def test_many_tries_at_once_are_counted_one_by_one(strict, send, client, scrypts):
    strict.guess_limit = "3/hour"
    with ThreadPoolExecutor(12) as pool:
        statuses = [
            answer.status_code
            for answer in pool.map(lambda _: send("introspect", client, "guess"), range(12))
        ]
    assert sorted(statuses) == [401] * 3 + [429] * 9
    assert len(scrypts) == 3


def test_many_right_tries_at_once_are_all_right(strict, send, client, scrypts):
    strict.guess_limit = "1/hour"
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: send("introspect", client), range(12)))
    assert [answer.status_code for answer in answers] == [200] * 12
    assert len(scrypts) == 1


def test_while_one_client_is_guessed_at_another_is_served(strict, send, client, valid, monkeypatch):
    """The guesses wait for each other, and for nobody else does anything wait."""
    scrypt, going_on, go_on = client_secret._scrypt, threading.Event(), threading.Event()

    def slow(secret: str, salt: bytes) -> bytes:
        if secret == "guess":
            going_on.set()
            go_on.wait(10)
        return scrypt(secret, salt)

    monkeypatch.setattr(client_secret, "_scrypt", slow)
    with ThreadPoolExecutor(40) as pool:
        guesses = [pool.submit(send, "introspect", client, "guess") for _ in range(40)]
        try:
            assert going_on.wait(10)
            assert send("introspect", valid["client_id"], valid["client_secret"]).status_code == 200
            assert send("introspect", "somebody", "else").status_code == 401
        finally:
            go_on.set()
        assert sorted(guess.result().status_code for guess in guesses) == [401] * 2 + [429] * 38


def test_when_the_while_is_over_it_is_tried_again(strict, send, client):
    strict.guess_limit = "1/second"
    while send("introspect", client, "guess").status_code != 429:
        pass
    time.sleep(1)
    assert send("introspect", client).status_code == 200


def test_a_lesson_can_set_the_limit_and_start_its_count_again(strict, send, client):
    assert strict.guess_limit == "2/hour"
    assert [send("introspect", client, "guess").status_code for _ in range(3)] == [401, 401, 429]
    strict.guess_limit = strict.guess_limit
    assert send("introspect", client).status_code == 200
    with pytest.raises(ValueError, match="600/minute"):
        strict.guess_limit = "often"
    assert strict.guess_limit == "2/hour"


def test_the_count_of_few_clients_is_kept_and_the_oldest_is_forgotten_first():
    """Else whoever sends random client ids would fill the memory."""
    wrong = WrongSecrets("1/hour", clients=3)
    for client_id in "abcd":
        wrong.count(client_id)
    assert [wrong.seconds_to_wait(client_id) > 0 for client_id in "abcd"] == [False, True, True, True]
    assert len(wrong._counts) == 3
