"""What is asked for, in whose words, and what is granted."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs

import pytest
import requests

from helpers.tokens.client import ClientCredentials
from helpers.tokens.errors import ConfigurationError
from helpers.tokens.token_response import TokenRequestError

SECRET = "correct-horse_battery+staple/%"


def form(asked) -> dict[str, list[str]]:
    return parse_qs(asked.body.decode(), strict_parsing=True)


def test_an_issuer_that_takes_resources_gets_them(make_client, issuer):
    """RFC 8707 §2: several may be named."""
    make_client(audience=None, resource=["https://a.example", "https://b.example"]).token()
    make_client(audience=None, resource="https://a.example").token()
    assert [form(asked)["resource"] for asked in issuer.asked] == [
        ["https://a.example", "https://b.example"],
        ["https://a.example"],
    ]
    assert "audience" not in form(issuer.asked[0])


def test_an_issuer_that_takes_neither_gets_neither(make_client, issuer):
    make_client(audience=None, scope="api://orders/.default").token()
    assert sorted(form(issuer.asked[0])) == ["client_id", "client_secret", "grant_type", "scope"]


def test_parameters_that_only_this_issuer_knows_go_along(make_client, issuer):
    make_client(extra={"organization": "org_1"}).token()
    assert form(issuer.asked[0])["organization"] == ["org_1"]


@pytest.mark.parametrize("name", ["grant_type", "client_secret", "client_assertion"])
def test_but_not_in_place_of_the_clients_own(make_client, name):
    with pytest.raises(ConfigurationError, match=f"sends {name} itself"):
        make_client(extra={name: "x"})


@pytest.mark.parametrize(
    ("asked", "answered", "granted", "missing"),
    [
        ("read write", "read", "read", ("write",)),
        ("read", "read write", "read write", ()),
        ("read write", ..., "read write", ()),  # RFC 6749 §5.1: OPTIONAL, if identical
        (None, "read", "read", ()),
        (None, ..., None, ()),
        ("read", "", "", ("read",)),
    ],
)
def test_the_granted_scope_is_kept_and_compared(
    make_client, issuer, token, caplog, asked, answered, granted, missing
):
    issuer.then(token(1, scope=answered))
    client = make_client(scope=asked)
    assert (client.granted_scope, client.missing_scopes) == (None, ())
    with caplog.at_level(logging.WARNING):
        client.token()
    assert (client.granted_scope, client.missing_scopes) == (granted, missing)
    assert bool(missing) is ("did not grant" in caplog.text)


def test_what_happens_is_logged_without_secret_or_token(make_client, issuer, api, reply, caplog, waits):
    with caplog.at_level(logging.DEBUG, logger="helpers"):
        client = make_client(scope="read")
        requests.get(api.url, auth=client, timeout=5)
        api.then(reply(401, b"no", {"WWW-Authenticate": 'Bearer error="invalid_token"'}))
        requests.get(api.url, auth=client, timeout=5)
        issuer.then(reply(401, {"error": "invalid_client", "error_description": f"no {SECRET}"}))
        with pytest.raises(TokenRequestError):
            make_client().token()
    for words in (
        "gave nightly-batch an access token",
        "refused the token",
        "No access token for nightly-batch",
    ):
        assert words in caplog.text
    assert SECRET not in caplog.text and "token-1." not in caplog.text and "token-2." not in caplog.text


def test_plain_http_to_another_host_only_when_that_is_said(make_client):
    """As between the sidecars of a service mesh."""
    with pytest.raises(ConfigurationError):
        make_client(token_endpoint="http://issuer.mesh:9000/token")
    client = make_client(token_endpoint="http://issuer.mesh:9000/token", allow_http=True)
    client._at_hand = lambda: "abc"
    request = requests.Request("GET", "http://service:8080/todos", auth=client).prepare()
    assert request.headers["Authorization"] == "Bearer abc"
    with pytest.raises(ConfigurationError):
        requests.Request("GET", "ftp://service/todos", auth=client).prepare()


def test_an_issuer_in_plain_http_only_when_that_is_said():
    settings = {"client_id": "job", "client_secret": "s"}
    with pytest.raises(ConfigurationError):
        ClientCredentials.from_issuer("http://issuer.invalid/", **settings)
    with pytest.raises(Exception, match="cannot connect"):
        ClientCredentials.from_issuer("http://issuer.invalid/", **settings, allow_http=True)
