"""One request for as long as the token lives, however many ask."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers.tokens.token_client import LONGEST_LIFETIME
from helpers.tokens.token_response import TokenRequestError


def ask_at_once(client, count: int) -> list:
    """What token() gives to `count` threads that start together: a token, or the error."""
    start = threading.Barrier(count)

    def ask(_):
        start.wait(10)
        try:
            return client.token()
        except TokenRequestError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


def slowly(issuer, count: int):
    """Hold the answer back until `count` threads ask for it: all of them wait for one request."""

    def wait() -> None:
        asking = issuer.client._asking
        for _ in range(1000):
            if len(asking._condition._waiters) >= count - 1:
                return
            threading.Event().wait(0.002)

    return wait


def test_fifty_threads_make_one_request(client, issuer, token):
    issuer.client = client
    answer = token(1)
    answer.before = slowly(issuer, 50)
    issuer.then(answer)
    assert ask_at_once(client, 50) == [answer.body["access_token"]] * 50
    assert len(issuer.asked) == 1


def test_fifty_threads_get_the_same_error_after_one_request(client, issuer, reply):
    issuer.client = client
    refusal = reply(401, {"error": "access_denied", "error_description": "Unauthorized"})
    refusal.before = slowly(issuer, 50)
    issuer.then(refusal)
    errors = ask_at_once(client, 50)
    assert {(type(error), error.args) for error in errors} == {(TokenRequestError, errors[0].args)}
    assert len({id(error) for error in errors}) == 50  # each thread its own, with its own traceback
    assert len(issuer.asked) == 1


def test_after_an_error_the_next_call_asks_again(client, issuer, reply):
    issuer.then(reply(401, {"error": "access_denied"}))
    with pytest.raises(TokenRequestError):
        client.token()
    assert client.token().startswith("token-2")


def test_threads_that_wait_for_an_interrupted_one_ask_themselves(client, monkeypatch):
    original, asking, interrupt = client._endpoint.ask, threading.Event(), threading.Event()

    def interrupted(*parameters):
        monkeypatch.setattr(client._endpoint, "ask", original)
        asking.set()
        interrupt.wait(10)
        raise KeyboardInterrupt

    monkeypatch.setattr(client._endpoint, "ask", interrupted)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(client.token)
        asking.wait(10)
        second = pool.submit(client.token)
        interrupt.set()
        assert second.result(10).startswith("token-1")
        with pytest.raises(KeyboardInterrupt):
            first.result(10)


def test_a_token_is_reused_until_shortly_before_it_expires(client, issuer, clock):
    first = client.token()  # lives 3600 s
    clock.now += 3600 - 60 - 1
    assert client.token() == first
    clock.now += 1
    assert client.token() != first
    assert len(issuer.asked) == 2


def test_how_early_can_be_chosen(make_client, clock):
    client = make_client(early=600.0)
    first = client.token()
    clock.now += 3600 - 600 - 1
    assert client.token() == first
    clock.now += 1
    assert client.token() != first


def test_a_token_that_lives_shorter_than_that_is_used_for_half_its_life(client, issuer, token, clock):
    issuer.then(token(1, expires_in=10))
    first = client.token()
    clock.now += 4.9
    assert client.token() == first
    clock.now += 0.2
    assert client.token() != first


@pytest.mark.parametrize("nothing", [..., None])
def test_without_expires_in_it_is_kept_for_a_while(client, issuer, token, clock, nothing):
    """RFC 6749 §5.1 only recommends it."""
    issuer.then(token(1, expires_in=nothing))
    first = client.token()
    clock.now += 600 - 60 - 1
    assert client.token() == first
    clock.now += 1
    assert client.token() != first


def test_or_for_as_long_as_was_chosen(make_client, issuer, token, clock):
    client = make_client(default_lifetime=7_200)
    issuer.then(token(1, expires_in=...))
    first = client.token()
    clock.now += 7_200 - 60 - 1
    assert client.token() == first


def test_a_lifetime_in_quotes_is_read(client, issuer, token, clock):
    issuer.then(token(1, expires_in="3599"))
    first = client.token()
    clock.now += 3599 - 60 - 1
    assert client.token() == first
    clock.now += 1
    assert client.token() != first


def test_an_endless_lifetime_is_not_believed(client, issuer, token, clock):
    issuer.then(token(1, expires_in=10**18))
    first = client.token()
    clock.now += LONGEST_LIFETIME - 61
    assert client.token() == first
    clock.now += 2
    assert client.token() != first


def test_a_clock_that_was_set_back_makes_the_token_suspect(client, clock):
    first = client.token()
    clock.now -= 1
    assert client.token() != first
