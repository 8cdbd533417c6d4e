"""When nothing comes, or "not now": what is tried again, how often, and after which wait."""

import socket
import time
from email.utils import formatdate

import pytest

from helpers.tokens.client import TokenRequestError


def test_429_is_retried_after_the_seconds_it_asks_for(client, issuer, reply, waits):
    issuer.then(reply(429, {"error": "too_many_requests"}, {"Retry-After": "7"}))
    assert client.token().startswith("token-2")
    assert waits == [7]


def test_retry_after_may_be_a_date(client, issuer, reply, waits):
    issuer.then(reply(429, headers={"Retry-After": formatdate(time.time() + 5, usegmt=True)}))
    assert client.token().startswith("token-2")
    [wait] = waits
    assert 0 < wait <= 5


@pytest.mark.parametrize("form", [str, lambda seconds: formatdate(time.time() + seconds, usegmt=True)])
def test_a_long_wait_is_reported_not_slept_through(client, issuer, reply, waits, form):
    retry_after = form(3600)
    issuer.then(reply(429, {"error": "too_many_requests"}, {"Retry-After": retry_after}))
    with pytest.raises(TokenRequestError) as caught:
        client.token()
    assert caught.value.status == 429
    assert caught.value.error == "too_many_requests"
    assert 3500 < caught.value.retry_after <= 3600
    assert "asks to wait" in str(caught.value)
    assert len(issuer.asked) == 1 and waits == []


@pytest.mark.parametrize(
    "retry_after", ["soon", "", "-1", "1.5", "9" * 5000, "Wed, 99 Foo 99999 99:99:99 GMT"]
)
def test_a_retry_after_without_sense_does_no_harm(client, issuer, reply, waits, retry_after):
    issuer.then(reply(503, headers={"Retry-After": retry_after}))
    try:
        assert client.token().startswith("token-2")
    except TokenRequestError as error:
        assert error.status == 503  # thousands of digits may also be read as a long wait
    assert sum(waits) < 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_5xx_is_retried_a_few_times_with_longer_and_longer_waits(client, issuer, reply, waits, status):
    issuer.default = lambda asked: reply(status, b"<html>Bad day</html>")
    with pytest.raises(TokenRequestError) as caught:
        client.token()
    assert caught.value.status == status and caught.value.error is None
    assert caught.value.advice == "Try again later: the issuer has a fault of its own."
    assert len(issuer.asked) == 4
    assert waits == sorted(waits) and 0 < sum(waits) < 5


def test_the_body_of_a_failed_attempt_is_not_read_to_its_end(client, issuer, reply, waits):
    ended = []

    def long():
        for _ in range(2000):
            yield b"x" * 65536
        ended.append(True)

    issuer.then(reply(503, long))
    assert client.token().startswith("token-2")
    assert not ended


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 413, 501])
def test_nothing_else_is_retried(client, issuer, reply, waits, status):
    issuer.then(reply(status, headers={"Retry-After": "1"}))
    with pytest.raises(TokenRequestError) as caught:
        client.token()
    assert caught.value.status == status
    assert len(issuer.asked) == 1 and waits == []


def test_nobody_there(make_client, waits):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, and not listening: a connection is refused
        client = make_client(token_endpoint=f"http://127.0.0.1:{unused.getsockname()[1]}/oauth/token")
        with pytest.raises(TokenRequestError, match="Cannot connect") as caught:
            client.token()
    assert caught.value.status is None and caught.value.advice
    assert len(waits) == 1  # the second of two retries waits


def test_an_issuer_that_hangs_up_once_is_asked_again(client, issuer, reply, waits):
    broken = reply()
    broken.before = lambda: 1 / 0
    issuer.handle_error = lambda *_: None
    issuer.then(broken)
    assert client.token().startswith("token-2")


def test_an_issuer_that_hangs_is_given_up(make_client, issuer, reply, waits):
    hanging = reply()
    hanging.before = issuer.hang
    issuer.then(hanging, hanging)
    with pytest.raises(TokenRequestError, match="did not answer in time") as caught:
        make_client(timeout=(1.0, 0.1)).token()
    assert caught.value.status is None
    assert len(issuer.asked) == 2


def test_an_issuer_that_sends_a_byte_now_and_then_is_given_up(make_client, issuer, reply):
    def drip():
        while not issuer.released.wait(0.05):
            yield b" "

    issuer.then(reply(200, drip))
    with pytest.raises(TokenRequestError, match="did not answer in time"):
        make_client(timeout=0.3).token()


def test_an_answer_that_breaks_off_is_no_token(client, issuer, token):
    broken = token(1)
    broken.headers["Content-Length"] = "1000"
    issuer.then(broken)
    with pytest.raises(TokenRequestError):
        client.token()


def test_a_server_without_tls_proves_nothing(make_client, issuer, waits):
    client = make_client(token_endpoint=issuer.token_endpoint.replace("http:", "https:"))
    with pytest.raises(TokenRequestError, match="does not prove who it is"):
        client.token()
    assert waits == []
