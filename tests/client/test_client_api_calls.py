"""`requests.get(url, auth=client)`: the token goes along, and is renewed once when the API refuses it."""

import io

import pytest
import requests

from helpers.tokens.errors import ConfigurationError
from helpers.tokens.token_client import RENEWAL_INTERVAL
from helpers.tokens.token_response import TokenRequestError


@pytest.fixture
def refuse(reply):
    """What an API answers to a token that it does not take (RFC 6750 §3.1)."""
    return lambda: reply(401, b"no", {"WWW-Authenticate": 'Bearer realm="todos", error="invalid_token"'})


def call(api, client, **options):
    return requests.request(
        options.pop("method", "GET"), f"{api.url}/todos", auth=client, timeout=5, **options
    )


def shown(api) -> list[str]:
    """The first part of each token that the API was shown."""
    return [(asked.headers["Authorization"] or "").partition(".")[0] for asked in api.asked]


def test_the_token_goes_along(client, api):
    assert call(api, client).json() == {"hello": "world"}
    assert call(api, client).ok
    assert shown(api) == ["Bearer token-1"] * 2


def test_a_refused_token_is_renewed_and_the_call_repeated_once(client, api, refuse):
    call(api, client)
    api.then(refuse())
    response = call(api, client, method="POST", data=b"water the plants")
    assert response.status_code == 200
    assert [earlier.status_code for earlier in response.history] == [401]
    assert shown(api) == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert [asked.body for asked in api.asked[1:]] == [b"water the plants"] * 2


def test_when_the_new_token_is_refused_too_the_401_is_the_answer(client, api, issuer, refuse):
    api.default = lambda asked: refuse()
    assert call(api, client).status_code == 401
    assert shown(api) == ["Bearer token-1", "Bearer token-2"]


def test_an_api_that_refuses_every_token_costs_few_of_them(client, api, issuer, refuse, clock):
    api.default = lambda asked: refuse()
    for _ in range(5):
        call(api, client)
    assert len(issuer.asked) == 2
    clock.now += RENEWAL_INTERVAL
    call(api, client)
    assert len(issuer.asked) == 3


@pytest.mark.parametrize(
    ("status", "challenge"),
    [
        (401, "Bearer"),
        (401, 'Bearer error="invalid_request"'),
        (403, 'Bearer error="insufficient_scope", scope="write:todos"'),
        (503, 'Bearer error="invalid_token"'),
    ],
)
def test_other_refusals_are_left_alone(client, api, issuer, reply, status, challenge):
    api.then(reply(status, headers={"WWW-Authenticate": challenge}))
    assert call(api, client).status_code == status
    assert len(api.asked) == 1 and len(issuer.asked) == 1


def test_a_body_that_is_a_stream_is_not_sent_twice_but_the_token_is_dropped(client, api, refuse):
    api.then(refuse())
    assert call(api, client, method="POST", data=io.BytesIO(b"a stream")).status_code == 401
    assert call(api, client).ok
    assert shown(api) == ["Bearer token-1", "Bearer token-2"]


def test_when_there_is_no_new_token_that_is_the_error(client, api, issuer, reply, refuse):
    call(api, client)
    api.then(refuse())
    issuer.then(reply(401, {"error": "access_denied"}))
    with pytest.raises(TokenRequestError):
        call(api, client)


def test_another_host_that_the_api_redirects_to_gets_no_token(client, api, servers, reply, refuse):
    elsewhere = servers()
    elsewhere.default = lambda asked: refuse()
    location = elsewhere.url.replace("127.0.0.1", "localhost")
    api.then(reply(302, headers={"Location": location}))
    assert call(api, client).status_code == 401
    assert shown(elsewhere) == [""]


def test_the_network_does_not_get_to_see_the_token(client, issuer):
    with pytest.raises(ConfigurationError):
        requests.get("http://api.example/todos", auth=client, timeout=5)
    assert not issuer.asked
