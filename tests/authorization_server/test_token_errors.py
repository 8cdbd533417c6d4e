"""Every row of Auth0's error table, as it comes back over HTTP."""

import threading

import pytest
import requests

from helpers.authorization_server import client_secret
from helpers.authorization_server.dialect import ERRORS

AUDIENCE = "http://localhost:3001"
OTHER = "http://localhost:3002"
SERVICE_NAME = "authorization server"  # the thread that runs the event loop, see conftest.py


@pytest.fixture(scope="module", autouse=True)
def strangers(registry):
    """An API that the application has no grant for, and an application that may not use this grant."""
    registry.create_api("Other API", OTHER, {"read:other": ""})
    registry.create_application(
        "Single-page app", client_id="spa", client_secret="of-no-use", grant_types=["authorization_code"]
    )


# fmt: off
ROWS = {
    "wrong secret": (
        {"client_secret": "wrong"},
        401, "access_denied", "Unauthorized",
    ),
    "unknown client": (
        {"client_id": "nobody"},
        401, "access_denied", "Unauthorized",
    ),
    "no secret": (
        {"client_secret": None},
        401, "access_denied", "Unauthorized",
    ),
    "missing client_id": (
        {"client_id": None},
        401, "invalid_client", "Missing client_id",
    ),
    "missing grant_type": (
        {"grant_type": None},
        400, "invalid_request", "Missing required parameter: grant_type",
    ),
    "unsupported grant": (
        {"grant_type": "password"},
        400, "unsupported_grant_type", "Unsupported grant type: password",
    ),
    "no audience": (
        {"audience": None},
        403, "access_denied",
        "No audience parameter was provided, and no default audience has been configured",
    ),
    "unknown audience": (
        {"audience": f"{AUDIENCE}/"},
        403, "access_denied", "Service not enabled within domain: http://localhost:3001/",
    ),
    "no client grant": (
        {"audience": OTHER},
        403, "access_denied",
        'Client is not authorized to access "http://localhost:3002". '
        'You need to create a "client-grant" associated to this API. '
        "See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants",
    ),
    "scope not granted": (
        {"scope": "read:todos delete:todos admin"},
        403, "access_denied", "Client has not been granted scopes: delete:todos, admin",
    ),
}
# fmt: on


@pytest.mark.parametrize(("changes", "status", "error", "description"), ROWS.values(), ids=ROWS)
def test_row(ask, changes, status, error, description):
    response = ask(**changes)

    assert response.status_code == status
    assert response.json() == {"error": error, "error_description": description}
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Pragma"] == "no-cache"
    assert int(response.headers["X-RateLimit-Remaining"]) > 0
    assert "WWW-Authenticate" not in response.headers


def test_row_grant_not_enabled_for_this_client(ask):
    response = ask(client_id="spa", client_secret="of-no-use")

    assert response.status_code == 403
    assert response.json() == {
        "error": "unauthorized_client",
        "error_description": "Grant type 'client_credentials' not allowed for the client.",
        "error_uri": "https://auth0.com/docs/clients/client-grant-types",
    }


def test_row_rate_limit(serve):
    server = serve(rate_limit="2/hour")
    first, second, third = (requests.post(f"{server.issuer}oauth/token", timeout=10) for _ in range(3))

    assert [first.status_code, second.status_code, third.status_code] == [400, 400, 429]
    assert third.json() == {
        "error": "too_many_requests",
        "error_description": "Global limit has been reached",
    }
    assert [answer.headers["X-RateLimit-Remaining"] for answer in (first, second, third)] == ["1", "0", "0"]
    assert third.headers["X-RateLimit-Limit"] == "2"
    assert 3_590 < int(third.headers["Retry-After"]) <= 3_600
    assert third.headers["Cache-Control"] == "no-store"


def test_an_empty_request_misses_the_grant_type_first(token_url):
    assert (
        requests.post(token_url, timeout=10).json()["error_description"]
        == "Missing required parameter: grant_type"
    )


@pytest.mark.parametrize("path", ["token", "introspect", "revoke"])
def test_only_who_fails_with_basic_is_told_the_scheme(server, valid, path):
    """RFC 6749 §5.2. To a challenge, a browser opens its own log-in dialog, over the page that asked."""
    url, client_id = f"{server.issuer}oauth/{path}", valid["client_id"]
    body = {"grant_type": "client_credentials", "audience": AUDIENCE, "token": "x"}
    by_header = requests.post(url, data=body, auth=(client_id, "wrong"), timeout=10)
    by_body = [
        requests.post(url, **{how: body | {"client_id": client_id, "client_secret": "wrong"}}, timeout=10)
        for how in ("data", "json")
    ]
    for answer in (by_header, *by_body):
        assert answer.status_code == 401
        assert answer.json() == {"error": "access_denied", "error_description": "Unauthorized"}
    assert by_header.headers["WWW-Authenticate"] == 'Basic realm="authorization server"'
    assert not any("WWW-Authenticate" in answer.headers for answer in by_body)


def test_unknown_client_and_wrong_secret_cannot_be_told_apart(ask, monkeypatch):
    """One scrypt each, and the same answer to the byte but for its date and the count of requests."""
    scrypt, calls = client_secret._scrypt, []
    monkeypatch.setattr(client_secret, "_scrypt", lambda *given: calls.append(given) or scrypt(*given))

    def answer(**changes):
        calls.clear()
        response = ask(**changes)
        headers = {
            name: value
            for name, value in response.headers.items()
            if name not in ("date", "x-ratelimit-remaining")
        }
        return response.status_code, response.content, headers | {"x-ratelimit-reset": ""}, len(calls)

    wrong_secret, unknown_client = answer(client_secret="wrong"), answer(client_id="nobody")
    assert wrong_secret == unknown_client
    assert wrong_secret[-1] == 1


def test_scrypt_stays_off_the_event_loop(ask, monkeypatch):
    scrypt, threads = client_secret._scrypt, []

    def observed(*given):
        threads.append(threading.current_thread().name)
        return scrypt(*given)

    monkeypatch.setattr(client_secret, "_scrypt", observed)
    ask(client_secret="wrong")
    assert len(threads) == 1 and SERVICE_NAME not in threads


def test_a_description_repeats_little_of_the_request_and_nothing_odd(ask):
    description = ask(audience="\u202e<b>" + "x" * 5_000 + "\u00e9").json()["error_description"]

    assert description.startswith("Service not enabled within domain: ?<b>xxx")
    assert description.isascii() and description.isprintable()
    assert len(description) < 300


def test_every_row_of_the_table_has_an_oauth_shape():
    for row in ERRORS.values():
        assert 400 <= row.status < 500 or row is ERRORS["memory_full"]
        assert row.error.replace("_", "").isalpha() and row.error.islower()
        assert row.description.isascii() and row.description.isprintable()
