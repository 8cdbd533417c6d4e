"""A token request that succeeds: the body, the headers, and the token."""

import base64
import time
from urllib.parse import quote

import jwt
import pytest
import requests

from helpers.clock import Clock

AUDIENCE = "http://localhost:3001"


def read(response: requests.Response) -> tuple[dict, dict]:
    """Header and claims of the token, without a check."""
    token = jwt.decode_complete(response.json()["access_token"], options={"verify_signature": False})
    return token["header"], token["payload"]


@pytest.mark.parametrize("encoding", ["data", "json"])
def test_form_and_json_are_answered_alike(token_url, valid, encoding):
    response = requests.post(token_url, **{encoding: valid}, timeout=10)

    assert response.status_code == 200
    body = response.json()
    assert body.pop("access_token").count(".") == 2
    assert body == {"token_type": "Bearer", "expires_in": 86_400, "scope": "read:todos write:todos"}


def test_answers_are_not_cached_and_say_how_many_requests_are_left(ask):
    headers = ask().headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Pragma"] == "no-cache"
    assert headers["X-RateLimit-Limit"] == "1000000"
    assert 0 < int(headers["X-RateLimit-Remaining"]) < 1_000_000
    assert 0 <= int(headers["X-RateLimit-Reset"]) - time.time() <= 61


def test_the_token_has_auth0s_header_and_claims_in_auth0s_order(server, ask, application):
    before = int(time.time())
    header, claims = read(ask())

    assert list(header.items()) == [("alg", "RS256"), ("typ", "JWT"), ("kid", server.keys.current.kid)]
    assert before <= claims["iat"] <= time.time()
    assert list(claims.items()) == [
        ("iss", server.issuer),
        ("sub", f"{application.client_id}@clients"),
        ("aud", AUDIENCE),
        ("iat", claims["iat"]),
        ("exp", claims["iat"] + 86_400),
        ("scope", "read:todos write:todos"),
        ("gty", "client-credentials"),
        ("azp", application.client_id),
    ]


def test_the_token_verifies_with_the_published_key(server, ask):
    token = ask().json()["access_token"]
    published = requests.get(f"{server.issuer}.well-known/jwks.json", timeout=10).json()
    key = jwt.PyJWKSet.from_dict(published)[jwt.get_unverified_header(token)["kid"]]

    assert jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=server.issuer)


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (None, "read:todos write:todos"),
        ("", "read:todos write:todos"),
        ("read:todos", "read:todos"),
        ("write:todos read:todos", "write:todos read:todos"),
        ("read:todos  read:todos", "read:todos"),
    ],
)
def test_a_subset_of_the_scopes_can_be_asked_for(ask, asked, granted):
    response = ask(scope=asked)

    assert response.json()["scope"] == granted
    assert read(response)[1]["scope"] == granted


def test_without_granted_scopes_there_is_no_scope_at_all(registry, api, token_url, valid):
    bare = registry.create_application("No scopes")
    registry.create_grant(bare.client_id, api.identifier, [])
    secret = bare.client_secret.get_secret_value()
    response = requests.post(
        token_url, data=valid | {"client_id": bare.client_id, "client_secret": secret}, timeout=10
    )

    assert "scope" not in response.json()
    assert "scope" not in read(response)[1]


def test_each_api_has_its_own_lifetime_and_profile(registry, application, ask):
    audience = "urn:reports"
    registry.create_api(
        "Reports", audience, {"read:reports": ""}, token_lifetime=300, token_profile="rfc9068"
    )
    registry.create_grant(application.client_id, audience, ["read:reports"])
    response, again = ask(audience=audience), ask(audience=audience)
    header, claims = read(response)

    assert response.json()["expires_in"] == 300
    assert header["typ"] == "at+jwt"
    assert list(claims) == ["iss", "sub", "aud", "iat", "exp", "scope", "client_id", "jti"]
    assert claims["exp"] - claims["iat"] == 300
    assert claims["client_id"] == application.client_id
    assert claims["jti"] != read(again)[1]["jti"]


def test_the_client_may_authenticate_with_basic(token_url, valid, application):
    credentials = (valid["client_id"], valid["client_secret"])
    body = {"grant_type": "client_credentials", "audience": AUDIENCE}

    assert requests.post(token_url, data=body, auth=credentials, timeout=10).status_code == 200
    # Some clients repeat their id in the body, which is not a second method.
    repeated = body | {"client_id": application.client_id}
    assert requests.post(token_url, data=repeated, auth=credentials, timeout=10).status_code == 200


def test_basic_credentials_are_form_encoded_before_they_are_joined(registry, api, token_url):
    """RFC 6749 §2.3.1: otherwise no client id could have a colon."""
    registry.create_application("Awkward", client_id="a:b%c+d", client_secret="100%:sure+1")
    registry.create_grant("a:b%c+d", api.identifier, ["read:todos"])
    encoded = base64.b64encode(f"{quote('a:b%c+d')}:{quote('100%:sure+1')}".encode()).decode()

    response = requests.post(
        token_url,
        data={"grant_type": "client_credentials", "audience": AUDIENCE},
        headers={"Authorization": f"basic {encoded}"},
        timeout=10,
    )
    assert response.status_code == 200


def test_times_in_the_token_are_those_of_the_servers_clock(serve, registry, valid):
    clock = Clock()
    clock.advance(1_000_000)
    server = serve(registry=registry, clock=clock)
    before = int(clock())
    _, claims = read(requests.post(f"{server.issuer}oauth/token", data=valid, timeout=10))

    assert before <= claims["iat"] <= clock()
