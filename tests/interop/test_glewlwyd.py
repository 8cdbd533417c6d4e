"""The course's client and verifier, unchanged, with Debian's glewlwyd as the issuer, and what is peculiar about it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from issuers import AUDIENCE, Issuer
from running import Running

from helpers import client as batch_job
from helpers.services import Service, listen
from helpers.todo_api import create_app
from helpers.tokens.client import ClientCredentials
from helpers.tokens.errors import ClaimRefused
from helpers.tokens.token_response import TokenRequestError
from helpers.tokens.verifier import AccessTokenVerifier

NAME = "glewlwyd"


@pytest.fixture
def issuer(need) -> Issuer:
    return need(NAME)


@pytest.fixture
def verifier(issuer: Issuer) -> AccessTokenVerifier:
    return AccessTokenVerifier(issuer=issuer.issuer, audience=issuer.audience)


@pytest.fixture
def todo_api(verifier: AccessTokenVerifier, running: Running) -> Iterator[str]:
    """The address of a Todo API that trusts it."""
    endpoint = running.metadata(NAME).token_endpoint
    app = create_app(verifier.verify_async, audience=verifier.audience, token_endpoint=endpoint)
    service = Service("Todo API", app, listen()).start()
    yield service.url
    service.stop()


def client(issuer: Issuer, **changes: str | None) -> ClientCredentials:
    settings = {
        "client_id": issuer.client_id,
        "client_secret": issuer.client_secret,
        "audience": issuer.audience,
        "scope": issuer.scope,
    }
    return ClientCredentials.from_issuer(issuer.issuer, **settings | changes)


def test_its_issuer_has_a_path_and_discovery_finds_it(issuer: Issuer, running: Running) -> None:
    assert issuer.issuer.endswith("/api/oidc")
    assert running.metadata(NAME).token_endpoint == f"{issuer.issuer}/token"


def test_its_token_type_is_written_small(issuer: Issuer, running: Running) -> None:
    """ "Value is case insensitive" (RFC 6749 §5.1)."""
    form = {"grant_type": "client_credentials", "scope": issuer.scope}
    answer = requests.post(
        running.metadata(NAME).token_endpoint,
        data=form,
        auth=(issuer.client_id, issuer.client_secret),
        timeout=10,
    )
    assert answer.json()["token_type"] == "bearer"
    assert client(issuer).token()


def test_its_keys_say_no_use(issuer: Issuer, running: Running, verifier: AccessTokenVerifier) -> None:
    """`use` is optional (RFC 7517 §4.2)."""
    keys = requests.get(running.metadata(NAME).jwks_uri, timeout=10).json()["keys"]
    assert all("use" not in key for key in keys)
    assert verifier.verify(client(issuer).token())


@pytest.mark.parametrize(
    "changes", [{"client_secret": "wrong"}, {"client_id": "nobody"}, {"scope": None}], ids=str
)
def test_it_refuses_with_403_and_not_a_word_and_the_client_still_advises(
    issuer: Issuer, changes: dict[str, str | None]
) -> None:
    with pytest.raises(TokenRequestError) as caught:
        client(issuer, **changes).token()
    assert (caught.value.status, caught.value.error) == (403, None)
    assert "Check the client id, the client secret and the audience" in str(caught.value)


@pytest.mark.parametrize("scope", ["read:todos", "read:todos write:todos"])
def test_its_audience_is_the_list_of_scopes_whatever_audience_was_asked_for(
    issuer: Issuer, scope: str
) -> None:
    token = client(issuer, audience=AUDIENCE, scope=scope).token()
    assert AccessTokenVerifier(issuer=issuer.issuer, audience=scope).verify(token)["aud"] == scope
    with pytest.raises(ClaimRefused, match="another API"):
        AccessTokenVerifier(issuer=issuer.issuer, audience=AUDIENCE).verify(token)


def test_the_batch_job_prints_the_todos(
    issuer: Issuer, todo_api: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("issuer", "audience", "client_id", "client_secret"):
        monkeypatch.setenv(variable.upper(), getattr(issuer, variable))
    assert batch_job.main(["--api", todo_api, "--scope", issuer.scope]) == batch_job.Exit.OK
    assert "Back up the database" in capsys.readouterr().out


def test_a_narrower_token_is_for_another_audience_and_so_401_not_403(issuer: Issuer, todo_api: str) -> None:
    """The price of an audience that is made of scopes: asking for less changes whom the token is for."""
    answer = requests.get(f"{todo_api}/todos", auth=client(issuer, scope="read:todos"), timeout=10)
    assert answer.status_code == 401
    assert "another API" in answer.headers["WWW-Authenticate"]
