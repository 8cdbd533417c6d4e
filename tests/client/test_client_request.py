"""What the client sends, and to whom."""

import base64
from types import SimpleNamespace

import pytest
import requests
from pydantic import SecretStr

from helpers.tokens.client import ClientCredentials
from helpers.tokens.errors import ConfigurationError
from helpers.tokens.token_response import TokenRequestError

SECRET = "correct-horse_battery+staple/%"
AUDIENCE = "http://localhost:3001"


def test_the_request_is_a_form_as_in_rfc_6749(client, issuer):
    client.token()
    [asked] = issuer.asked
    assert (asked.method, asked.path) == ("POST", "/oauth/token")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.headers["Authorization"] is None
    assert asked.form == {
        "grant_type": "client_credentials",
        "client_id": "nightly-batch",
        "client_secret": SECRET,
        "audience": AUDIENCE,
    }


def test_the_scope_is_sent_when_there_is_one(make_client, issuer):
    make_client(scope="read:todos write:todos").token()
    assert issuer.asked[0].form["scope"] == "read:todos write:todos"


def test_basic_sends_the_secret_in_the_header_and_nowhere_else(make_client, issuer):
    make_client(client_id="a:b c", auth_method="client_secret_basic").token()
    [asked] = issuer.asked
    assert "client_secret" not in asked.form and "client_id" not in asked.form
    scheme, _, credentials = asked.headers["Authorization"].partition(" ")
    # Form-encoded first (RFC 6749 §2.3.1), so that the colon in the client id is none that separates.
    assert scheme == "Basic"
    assert base64.b64decode(credentials) == b"a%3Ab+c:correct-horse_battery%2Bstaple%2F%25"


@pytest.mark.parametrize("secret", [SecretStr(SECRET), SimpleNamespace(get_secret_value=lambda: SECRET)])
def test_the_secret_may_be_any_object_that_gives_it_on_request(make_client, issuer, secret):
    make_client(client_secret=secret).token()
    assert issuer.asked[0].form["client_secret"] == SECRET


def test_a_netrc_file_adds_no_second_authentication(make_client, issuer, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with requests.Session() as session:
        make_client(session=session).token()
    assert issuer.asked[0].headers["Authorization"] is None


def test_a_proxy_from_the_environment_is_not_shown_a_secret_for_this_machine(
    client, issuer, servers, monkeypatch
):
    proxy = servers()
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    client.token()
    assert len(issuer.asked) == 1 and not proxy.asked


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://issuer.example/oauth/token",
        "http://127.0.0.1.issuer.example/oauth/token",
        "http://127.0.0.1@issuer.example/oauth/token",
        r"http://issuer.example\@127.0.0.1/oauth/token",
        "ftp://127.0.0.1/oauth/token",
        "/oauth/token",
        "",
    ],
)
def test_an_endpoint_that_the_network_can_listen_to_is_refused(make_client, endpoint):
    with pytest.raises(ConfigurationError):
        make_client(token_endpoint=endpoint)


@pytest.mark.parametrize(
    "endpoint", ["https://issuer.example/oauth/token", "http://localhost:9000/t", "http://[::1]:9000/t"]
)
def test_https_and_this_machine_are_accepted(make_client, endpoint):
    assert make_client(token_endpoint=endpoint).token_endpoint == endpoint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", ""),
        ("client_id", None),
        ("client_secret", ""),
        ("client_secret", None),
        ("audience", ""),
    ],
)
def test_an_empty_value_is_refused_before_anything_is_sent(make_client, issuer, name, value):
    with pytest.raises(ConfigurationError):
        make_client(**{name: value})
    assert not issuer.asked


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_the_secret_does_not_follow(client, issuer, servers, reply, status):
    elsewhere = servers()
    issuer.then(reply(status, headers={"Location": elsewhere.token_endpoint}))
    with pytest.raises(TokenRequestError, match="redirects elsewhere") as caught:
        client.token()
    assert caught.value.status == status and caught.value.advice
    assert not elsewhere.asked


def test_from_issuer_finds_the_endpoint_in_the_metadata(issuer, reply):
    metadata = {
        "issuer": f"{issuer.url}/",
        "token_endpoint": f"{issuer.url}/somewhere/token",
        "jwks_uri": f"{issuer.url}/jwks.json",
    }
    issuer.then(reply(body=metadata))
    client = ClientCredentials.from_issuer(
        f"{issuer.url}/", client_id="nightly-batch", client_secret=SECRET, audience=AUDIENCE
    )
    client.token()
    first, second = issuer.asked
    assert (first.path, second.path) == ("/.well-known/openid-configuration", "/somewhere/token")
    assert (
        first.headers["User-Agent"] == second.headers["User-Agent"]
    )  # the API, which does so too, has another


def test_a_session_of_ones_own_sends_the_requests(make_client, issuer):
    with requests.Session() as session:
        session.headers["User-Agent"] = "nightly-batch/1.0"
        make_client(session=session).token()
    assert issuer.asked[0].headers["User-Agent"] == "nightly-batch/1.0"
