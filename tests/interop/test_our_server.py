"""The other way round: clients and verifiers of others with the course's authorization server."""

from __future__ import annotations

import dataclasses

import jwt
import pytest
import requests
from authlib.integrations.base_client import OAuthError
from clients import CLIENTS, METHODS, Method
from oauthlib.oauth2 import OAuth2Error
from running import Running

NAME = "ours"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("client", ["Authlib", "requests-oauthlib"])
def test_the_client_gets_a_token_of_auth0_s_form(need, running: Running, client: str, method: Method) -> None:
    issuer = need(NAME)
    claims = running.verify(NAME, "PyJWT", running.token(NAME, client, method))
    assert list(claims) == ["iss", "sub", "aud", "iat", "exp", "scope", "gty", "azp"]
    assert claims["azp"] == issuer.client_id


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("client", ["Authlib", "requests-oauthlib"])
def test_the_client_reads_our_refusal(need, running: Running, client: str, method: Method) -> None:
    wrong = dataclasses.replace(need(NAME), client_secret="wrong")
    with pytest.raises((OAuthError, OAuth2Error)) as caught:
        CLIENTS[client](wrong, running.metadata(NAME).token_endpoint, method)
    assert caught.value.error == "access_denied"
    assert caught.value.description == "Unauthorized"


def test_pyjwt_finds_our_key_by_its_id_among_two(need, running: Running) -> None:
    need(NAME)
    jwks_uri = running.metadata(NAME).jwks_uri
    keys = requests.get(jwks_uri, timeout=10).json()["keys"]
    assert len(keys) == 2
    token = running.token(NAME, "the course's", "form")
    assert jwt.PyJWKClient(jwks_uri).get_signing_key_from_jwt(token).key_id == keys[0]["kid"]
