"""Around the token endpoint: the rate limit a lesson can set, and the web pages that may call."""

import time

import pytest
import requests

from helpers.authorization_server import AuthorizationServer

ORIGIN = "http://127.0.0.1:3001"


@pytest.fixture(scope="module")
def cors_server(serve) -> AuthorizationServer:
    return serve(allowed_origins=[ORIGIN])


@pytest.fixture
def limited(cors_server) -> AuthorizationServer:
    """One token request an hour, and none made yet."""
    cors_server.rate_limit = "1/hour"
    return cors_server


def status(server: AuthorizationServer) -> int:
    return requests.post(f"{server.issuer}oauth/token", timeout=10).status_code


def test_a_lesson_can_set_the_limit_and_start_its_count_again(limited):
    assert [status(limited), status(limited)] == [400, 429]
    limited.rate_limit = "3/minute"
    assert [status(limited) for _ in range(4)] == [400, 400, 400, 429]
    limited.rate_limit = limited.rate_limit
    assert (status(limited), limited.rate_limit) == (400, "3/minute")


def test_only_token_requests_count(limited):
    for _ in range(3):
        assert requests.get(f"{limited.issuer}.well-known/jwks.json", timeout=10).status_code == 200
    assert status(limited) == 400


def test_when_the_window_has_passed_requests_are_taken_again(limited):
    limited.rate_limit = "1/second"
    while (answer := requests.post(f"{limited.issuer}oauth/token", timeout=10)).status_code != 429:
        pass
    assert answer.headers["Retry-After"] == "1"

    time.sleep(1)
    assert status(limited) == 400


@pytest.mark.parametrize("rate", ["", "3", "minute", "3/fortnight", None])
def test_a_rate_that_cannot_be_read_changes_nothing(limited, rate):
    with pytest.raises(ValueError, match="600/minute"):
        limited.rate_limit = rate
    assert limited.rate_limit == "1/hour"


def test_a_page_of_an_allowed_origin_may_ask_for_a_token(limited):
    url = f"{limited.issuer}oauth/token"
    preflight = requests.options(
        url,
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,x-requested-with",
        },
        timeout=10,
    )
    answer = requests.post(url, headers={"Origin": ORIGIN}, timeout=10)

    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


def test_other_origins_may_not(limited, server):
    for issuer, origin in ((limited.issuer, "http://evil.example"), (server.issuer, ORIGIN)):
        answer = requests.post(f"{issuer}oauth/token", headers={"Origin": origin}, timeout=10)
        assert "Access-Control-Allow-Origin" not in answer.headers
