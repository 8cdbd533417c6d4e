"""POST /oauth/introspect: what an API that asks about a token is told (RFC 7662)."""

import time

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.authorization_server import Application, SigningKeys
from helpers.clock import Clock

AUDIENCE = "http://localhost:3001"
INACTIVE = {"active": False}


@pytest.fixture(scope="module")
def api_itself(registry, api) -> Application:
    """The API, registered as an application of its own, so that it may ask."""
    return registry.create_application("Todo API asks", introspects=[AUDIENCE])


@pytest.fixture(scope="module")
def introspect(server, api_itself):
    """Ask about a token as the API, or as another application, and return the answer's body."""
    session = requests.Session()

    def ask(token: str, issuer: str = server.issuer, asker: Application = api_itself) -> dict:
        answer = session.post(
            f"{issuer}oauth/introspect",
            data={"token": token},
            auth=(asker.client_id, asker.client_secret.get_secret_value()),
            timeout=10,
        )
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.json()

    yield ask
    session.close()


@pytest.fixture
def batch(registry, api) -> Application:
    """An application for one test, which may change what it is granted."""
    application = registry.create_application("Batch for one test")
    registry.create_grant(application.client_id, AUDIENCE, ["read:todos", "write:todos"])
    yield application
    registry.delete_application(application.client_id)


@pytest.fixture
def token_of(ask):
    """A token of an application."""

    def get(application: Application, **changes: str) -> str:
        secret = application.client_secret.get_secret_value()
        answer = ask(client_id=application.client_id, client_secret=secret, **changes)
        return answer.json()["access_token"]

    return get


@pytest.fixture
def signed(server, batch):
    """A token signed with the server's own key, with some claims changed; ``...`` takes one away."""

    def sign(key=None, typ: str = "JWT", **changes) -> str:
        now = int(time.time())
        claims = {
            "iss": server.issuer,
            "sub": f"{batch.client_id}@clients",
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 60,
            "azp": batch.client_id,
        }
        members = {name: value for name, value in (claims | changes).items() if value is not ...}
        return (key or server.keys.current).sign(members, typ=typ)

    return sign


def test_a_live_token_is_active_and_comes_with_its_claims(server, introspect, batch, token_of):
    before = int(time.time())
    answer = introspect(token_of(batch, scope="read:todos"))

    assert before <= answer["iat"] <= time.time()
    assert list(answer.items()) == [
        ("active", True),
        ("scope", "read:todos"),
        ("client_id", batch.client_id),
        ("token_type", "Bearer"),
        ("exp", answer["iat"] + 86_400),
        ("iat", answer["iat"]),
        ("sub", f"{batch.client_id}@clients"),
        ("aud", AUDIENCE),
        ("iss", server.issuer),
    ]


def test_a_token_of_the_other_profile_too(registry, introspect, batch, token_of):
    registry.create_api("Reports", "urn:reports-asked", {}, token_profile="rfc9068")
    registry.create_grant(batch.client_id, "urn:reports-asked", [])
    reports = registry.create_application("Reports asks", introspects=["urn:reports-asked"])
    answer = introspect(token_of(batch, audience="urn:reports-asked"), asker=reports)

    assert (answer["active"], answer["client_id"]) == (True, batch.client_id)
    assert answer["jti"] and "scope" not in answer


def test_an_api_is_told_about_its_own_tokens_alone(registry, introspect, api_itself, batch, token_of):
    """RFC 7662 §2.2: one that is for somebody else is inactive to whoever asks, whatever else holds of it."""
    registry.create_api("Payments", "urn:payments", {})
    registry.create_grant(batch.client_id, "urn:payments", [])
    payments = registry.create_application("Payments asks", introspects=["urn:payments"])
    both = registry.create_application("Gateway", introspects=["urn:payments", AUDIENCE])
    for_todos, for_payments = token_of(batch), token_of(batch, audience="urn:payments")

    seen = {
        asker.name: [introspect(token, asker=asker)["active"] for token in (for_todos, for_payments)]
        for asker in (api_itself, payments, both)
    }
    assert seen == {
        "Todo API asks": [True, False],
        "Payments asks": [False, True],
        "Gateway": [True, True],
    }
    registry.delete_api("urn:payments")
    registry.create_api("Payments of somebody else", "urn:payments", {})
    registry.create_grant(batch.client_id, "urn:payments", [])
    assert introspect(for_payments, asker=payments) == INACTIVE


def test_a_client_is_told_about_its_own_tokens_and_not_about_those_of_others(
    registry, api, introspect, batch, token_of
):
    other = registry.create_application("Other batch")
    registry.create_grant(other.client_id, AUDIENCE, ["read:todos"])
    token = token_of(batch)

    assert introspect(token, asker=batch)["active"] is True
    assert introspect(token, asker=other) == INACTIVE


@pytest.mark.parametrize("encoding", ["data", "json"])
def test_it_is_asked_with_a_form_or_with_json(server, api_itself, batch, token_of, encoding):
    body = {
        "client_id": api_itself.client_id,
        "client_secret": api_itself.client_secret.get_secret_value(),
        "token": token_of(batch),
        "token_type_hint": "refresh_token",  # a hint that is wrong costs nothing (RFC 7662 §2.1)
    }
    answer = requests.post(f"{server.issuer}oauth/introspect", **{encoding: body}, timeout=10)
    assert answer.json()["active"] is True


def test_a_token_of_a_key_that_was_rotated_out_is_active_until_the_key_is_revoked(
    serve, registry, introspect, batch, valid
):
    keys = SigningKeys()
    server = serve(registry=registry, keys=keys)
    body = valid | {
        "client_id": batch.client_id,
        "client_secret": batch.client_secret.get_secret_value(),
    }
    token = requests.post(f"{server.issuer}oauth/token", data=body, timeout=10).json()["access_token"]

    keys.rotate()
    assert introspect(token, server.issuer)["active"] is True
    keys.revoke(keys.previous[0].kid)
    assert introspect(token, server.issuer) == INACTIVE


def test_an_expired_token_is_inactive(serve, registry, introspect, batch, valid):
    clock = Clock()
    server = serve(registry=registry, clock=clock)
    body = valid | {
        "client_id": batch.client_id,
        "client_secret": batch.client_secret.get_secret_value(),
    }
    token = requests.post(f"{server.issuer}oauth/token", data=body, timeout=10).json()["access_token"]

    assert introspect(token, server.issuer)["active"] is True
    clock.advance(86_400)
    assert introspect(token, server.issuer) == INACTIVE


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://127.0.0.1:9/"},
        {"aud": "urn:unknown"},
        {"aud": [AUDIENCE]},
        {"aud": ...},
        {"aud": {"a": "b"}},
        {"exp": 1},
        {"exp": ...},
        {"exp": "soon"},
        {"nbf": 4_000_000_000},
        {"azp": ...},
        {"azp": ["a"]},
        {"azp": "nobody"},
        {"client_id": {"a": "b"}},
        {"scope": ["read:todos"]},
        {"typ": "logout+jwt"},
    ],
    ids=str,
)
def test_the_servers_signature_alone_makes_no_access_token(introspect, signed, changes):
    assert introspect(signed())["active"] is True
    assert introspect(signed(**changes)) == INACTIVE


def test_the_token_of_a_foreign_key_is_inactive_even_when_the_key_is_listed_beside_the_servers(
    server, introspect, signed
):
    foreign = SigningKeys().current
    server.keys.publish([foreign.jwk])
    try:
        assert introspect(signed(key=foreign)) == INACTIVE
    finally:
        server.keys.publish(())


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "\u00e9", "a" * 9_000, "eyJhbGciOiJub25lIn0.e30."])
def test_garbage_is_inactive_like_all_the_rest(introspect, token):
    assert introspect(token) == INACTIVE


def test_a_token_with_another_payload_is_inactive(introspect, signed):
    good, other = signed().split("."), signed(scope="admin").split(".")
    assert introspect(".".join([good[0], other[1], good[2]])) == INACTIVE


def test_when_the_grant_or_the_application_is_withdrawn_the_token_ends_at_once(
    registry, introspect, batch, token_of
):
    """What asking each time buys: the token verifies as before."""
    token = token_of(batch)
    registry.delete_grant(batch.client_id, AUDIENCE)
    assert introspect(token) == INACTIVE

    registry.create_grant(batch.client_id, AUDIENCE, ["write:todos"])
    assert introspect(token)["scope"] == "write:todos"
    registry.create_grant(batch.client_id, AUDIENCE, [])
    assert "scope" not in introspect(token)

    registry.delete_application(batch.client_id)
    assert introspect(token) == INACTIVE


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "access_denied"),
        ({"client_id": "nobody"}, 401, "access_denied"),
        ({"client_id": None, "client_secret": None}, 401, "invalid_client"),
        ({"token": None}, 400, "invalid_request"),
        ({"token": ""}, 400, "invalid_request"),
    ],
)
def test_who_asks_must_say_who_it_is_and_about_what(call, changes, status, error):
    answer = call("introspect", **{"token": "x"} | changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["Cache-Control"] == "no-store"


def test_asking_does_not_use_up_the_limit(serve, registry, valid):
    server = serve(registry=registry, rate_limit="2/hour")
    url = f"{server.issuer}oauth/introspect"
    assert [requests.post(url, data=valid | {"token": "x"}, timeout=10).status_code for _ in range(4)] == [
        200
    ] * 4


@settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    token=st.text(max_size=200) | st.from_regex(r"[\w\-]{0,40}\.[\w\-]{0,40}\.[\w\-]{0,40}", fullmatch=True)
)
def test_any_token(call, token):
    answer = call("introspect", token=token.encode("utf-8", "replace").decode())
    assert answer.json() == INACTIVE if answer.status_code == 200 else answer.status_code == 400
