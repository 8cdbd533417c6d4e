"""The course's client and verifier, unchanged, with npm's oidc-provider as the issuer."""

from __future__ import annotations

import jwt
import pytest
import requests
from issuers import Issuer
from running import Running

from helpers.tokens.client import ClientCredentials
from helpers.tokens.token_response import TokenRequestError
from helpers.tokens.verifier import AccessTokenVerifier

NAME = "oidc-provider"
UNASKED = "oidc-provider, no default scope"


@pytest.fixture
def issuer(need) -> Issuer:
    return need(NAME)


def client(issuer: Issuer, **changes: str | None) -> ClientCredentials:
    settings = {
        "client_id": issuer.client_id,
        "client_secret": issuer.client_secret,
        "audience": issuer.audience,
        "scope": issuer.scope,
    }
    return ClientCredentials.from_issuer(issuer.issuer, **settings | changes)


def test_its_issuer_has_no_slash_at_the_end_and_the_token_says_it_the_same(issuer: Issuer) -> None:
    claims = AccessTokenVerifier(issuer=issuer.issuer, audience=issuer.audience).verify(
        client(issuer).token()
    )
    assert claims["iss"] == issuer.issuer
    assert not issuer.issuer.endswith("/")


def test_its_tokens_follow_rfc_9068(issuer: Issuer) -> None:
    token = client(issuer).token()
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"iss", "sub", "aud", "iat", "exp", "scope", "client_id", "jti"}


def test_a_verifier_that_takes_at_jwt_alone_takes_it(issuer: Issuer) -> None:
    """RFC 9068 §4, to the letter."""
    strict = AccessTokenVerifier(
        issuer=issuer.issuer,
        audience=issuer.audience,
        types=["at+jwt"],
        required_claims=["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
    )
    assert strict.verify(client(issuer).token(), scopes=["read:todos", "write:todos"])


def test_a_narrow_scope_is_kept_narrow(issuer: Issuer) -> None:
    claims = jwt.decode(client(issuer, scope="read:todos").token(), options={"verify_signature": False})
    assert claims["scope"] == "read:todos"


def test_a_client_that_asks_for_no_scope_may_get_none(need) -> None:
    """RFC 6749 §3.3 lets the server decide; this one was not told to grant what nobody asked for."""
    token = client(need(UNASKED), scope=None).token()
    assert "scope" not in jwt.decode(token, options={"verify_signature": False})


@pytest.mark.parametrize(
    ("changes", "status", "error", "advice"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", "Check the client id and the client secret"),
        ({"client_id": "nobody"}, 401, "invalid_client", "Check the client id and the client secret"),
        ({"audience": "https://reports.example"}, 400, "invalid_target", "Check the audience"),
    ],
    ids=["wrong secret", "unknown client", "unknown audience"],
)
def test_its_refusals_are_the_standards_and_the_client_advises(
    issuer: Issuer, changes: dict[str, str], status: int, error: str, advice: str
) -> None:
    with pytest.raises(TokenRequestError) as caught:
        client(issuer, **changes).token()
    assert (caught.value.status, caught.value.error) == (status, error)
    assert caught.value.advice.startswith(advice)


def test_it_takes_no_json(issuer: Issuer, running: Running) -> None:
    """Which is why the course's client sends a form (RFC 6749 §4.4.2)."""
    request = {
        "grant_type": "client_credentials",
        "client_id": issuer.client_id,
        "client_secret": issuer.client_secret,
        "audience": issuer.audience,
    }
    endpoint = running.metadata(NAME).token_endpoint
    answer = requests.post(endpoint, json=request, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert requests.post(endpoint, data=request, timeout=10).ok
