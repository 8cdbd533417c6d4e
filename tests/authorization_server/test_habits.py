"""Issuers that are not Auth0, made out of this server: each habit alone, as a client and a verifier meet it."""

import jwt
import pytest
import requests

from helpers.authorization_server import AuthorizationServer, Habits, SigningKeys
from helpers.tokens.errors import InvalidToken
from helpers.tokens.verifier import AccessTokenVerifier

AUDIENCE = "http://localhost:3001"


@pytest.fixture
def issuer(serve, registry, application):
    """Start a server with these habits; returns it and a function that asks it for a token."""

    def start(keys: SigningKeys | None = None, **habits):
        settings = {"keys": keys} if keys else {}
        server = serve(registry=registry, habits=Habits(**habits), **settings)
        credentials = {
            "grant_type": "client_credentials",
            "client_id": application.client_id,
            "client_secret": application.client_secret.get_secret_value(),
        }

        def ask(path: str = "token", **parameters: str) -> requests.Response:
            return requests.post(f"{server.issuer}oauth/{path}", data=credentials | parameters, timeout=10)

        return server, ask

    return start


def read(answer: requests.Response) -> tuple[dict, dict]:
    """Header and claims of the token in an answer, without a check."""
    token = jwt.decode_complete(answer.json()["access_token"], options={"verify_signature": False})
    return token["header"], token["payload"]


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_without_habits_a_server_has_those_of_auth0(keys):
    assert AuthorizationServer("http://127.0.0.1:9/", keys=keys).habits == Habits()


def test_no_token_without_a_named_scope(issuer):
    """RFC 6749 §3.3: a server without a default must "fail the request indicating an invalid scope"."""
    _, ask = issuer(scope_required=True)
    for unnamed in ({}, {"scope": ""}, {"scope": " "}):
        answer = ask(audience=AUDIENCE, **unnamed)
        assert refusal(answer) == (400, "invalid_scope")
        assert answer.json()["error_description"] == "Name the scopes that you want: there is no default"
    assert ask(audience=AUDIENCE, scope="read:todos").json()["scope"] == "read:todos"


def test_more_scope_than_was_asked_for(issuer):
    """RFC 6749 §3.3: it "MAY fully or partially ignore the scope requested", and says so in the answer."""
    _, ask = issuer(grants_all_scopes=True)
    answer = ask(audience=AUDIENCE, scope="read:todos")
    assert answer.json()["scope"] == read(answer)[1]["scope"] == "read:todos write:todos"
    assert refusal(ask(audience=AUDIENCE, scope="admin")) == (403, "access_denied")


def test_no_scope_in_the_answer(issuer):
    """RFC 6749 §5.1: optional when it is what was asked for."""
    _, ask = issuer(scope_in_answer=False)
    answer = ask(audience=AUDIENCE, scope="read:todos")
    assert sorted(answer.json()) == ["access_token", "expires_in", "token_type"]
    assert read(answer)[1]["scope"] == "read:todos"


def test_tokens_of_an_hour(issuer):
    _, ask = issuer(token_lifetime=3_600)
    answer = ask(audience=AUDIENCE)
    claims = read(answer)[1]
    assert (answer.json()["expires_in"], claims["exp"] - claims["iat"]) == (3_600, 3_600)


def test_resource_in_place_of_audience(issuer):
    """RFC 8707 §2; ``audience`` is a parameter that it does not know, and ignores (RFC 6749 §3.2)."""
    _, ask = issuer(target="resource")
    answer = ask(resource=AUDIENCE)
    assert read(answer)[1]["aud"] == AUDIENCE
    assert ask(resource=AUDIENCE, audience="urn:unknown").status_code == 200
    missing, unknown = ask(audience=AUDIENCE), ask(resource="https://unknown.example/")
    assert refusal(missing) == refusal(unknown) == (400, "invalid_target")
    assert missing.json()["error_description"] == "Name the API that the token is for, as resource"
    assert unknown.json()["error_description"] == "There is no such resource: https://unknown.example/"


def test_auth0_ignores_the_resource(ask):
    assert ask(resource="https://unknown.example/").status_code == 200
    assert ask(audience=None, resource=AUDIENCE).status_code == 403


def test_an_audience_in_a_list(issuer):
    server, ask = issuer(aud_as_list=True)
    answer = ask(audience=AUDIENCE)
    assert read(answer)[1]["aud"] == [AUDIENCE]
    state = ask("introspect", token=answer.json()["access_token"]).json()
    assert (state["active"], state["aud"]) == (True, [AUDIENCE])
    assert AccessTokenVerifier(issuer=server.issuer, audience=AUDIENCE).verify(answer.json()["access_token"])


def test_a_header_without_typ(issuer):
    _, ask = issuer(typ_in_header=False)
    answer = ask(audience=AUDIENCE)
    assert list(read(answer)[0]) == ["alg", "kid"]
    assert ask("introspect", token=answer.json()["access_token"]).json()["active"] is True


@pytest.mark.parametrize("claims", [("sub",), ("aud",), ("sub", "aud", "iat")])
def test_tokens_that_lack_claims(issuer, claims):
    server, ask = issuer(left_out=claims)
    answer = ask(audience=AUDIENCE)
    has = read(answer)[1]
    assert not has.keys() & set(claims) and has["iss"] == server.issuer
    with pytest.raises(InvalidToken):
        AccessTokenVerifier(issuer=server.issuer, audience=AUDIENCE).verify(answer.json()["access_token"])

    token = answer.json()["access_token"]
    # Without aud nobody can say which API the token is for, and so whether it is good.
    assert ask("introspect", token=token).json()["active"] is ("aud" not in claims)
    assert ask("revoke", token=token).status_code == 200
    assert ask("introspect", token=token).json() == {"active": False}


def test_claims_that_cannot_be_left_out():
    """Without them nobody could take a token for one of this server, or for one that lives."""
    for claim in ("iss", "exp", "nonsense"):
        with pytest.raises(ValueError, match="left_out"):
            Habits(left_out=(claim,))


def test_it_signs_es256(issuer):
    keys = SigningKeys(algorithm="ES256")
    server, ask = issuer(keys)
    answer = ask(audience=AUDIENCE)
    header, _ = read(answer)
    assert list(header.items()) == [("alg", "ES256"), ("typ", "JWT"), ("kid", keys.current.kid)]

    token = answer.json()["access_token"]
    jwks = requests.get(f"{server.issuer}.well-known/jwks.json", timeout=10).json()
    for key in jwks["keys"]:
        assert list(key) == ["kty", "use", "crv", "x", "y", "kid", "x5t", "x5c", "alg"]
        assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
    key = jwt.PyJWKSet.from_dict(jwks)[header["kid"]]
    assert jwt.decode(token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=server.issuer)
    verifier = AccessTokenVerifier(issuer=server.issuer, audience=AUDIENCE, algorithms=("ES256",))
    assert verifier.verify(token)

    assert ask("introspect", token=token).json()["active"] is True
    keys.rotate()
    assert ask("introspect", token=token).json()["active"] is True
    assert ask("introspect", token=ask(audience=AUDIENCE).json()["access_token"]).json()["active"] is True
    keys.revoke(keys.previous[0].kid)
    assert ask("introspect", token=token).json() == {"active": False}


def test_it_signs_rs256_or_es256():
    with pytest.raises(ValueError, match='"RS256" or "ES256"'):
        SigningKeys(algorithm="HS256")


def test_many_habits_at_once(issuer):
    _, ask = issuer(
        SigningKeys(algorithm="ES256"),
        scope_required=True,
        grants_all_scopes=True,
        scope_in_answer=False,
        token_lifetime=3_600,
        target="resource",
        aud_as_list=True,
        typ_in_header=False,
        left_out=("sub",),
    )
    answer = ask(resource=AUDIENCE, scope="read:todos")
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    header, claims = read(answer)
    assert list(header) == ["alg", "kid"]
    assert list(claims) == ["iss", "aud", "iat", "exp", "scope", "gty", "azp"]
    assert ask("introspect", token=answer.json()["access_token"]).json()["active"] is True
