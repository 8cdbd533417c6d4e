"""Against the local authorization server: every refusal comes with what to do about it."""

import jwt
import pytest

from helpers.authorization_server import AuthorizationServer
from helpers.services import Service, listen
from helpers.tokens.client import ClientCredentials, TokenRequestError

AUDIENCE = "http://localhost:3001"


@pytest.fixture(scope="module")
def server():
    sock = listen()
    server = AuthorizationServer(f"http://127.0.0.1:{sock.getsockname()[1]}/")
    server.registry.create_api("Todo API", AUDIENCE, {"read:todos": "Read", "write:todos": "Write"})
    server.registry.create_api("Other API", "https://other.example", {"look": "Look"})
    service = Service("authorization server", server.app, sock).start()
    yield server
    service.stop()


@pytest.fixture(scope="module")
def application(server):
    application = server.registry.create_application("Nightly batch")
    server.registry.create_grant(application.client_id, AUDIENCE, ["read:todos"])
    return application


@pytest.fixture
def ask(server, application):
    """Ask for a token with some options changed."""

    def ask(**changes) -> str:
        options = {
            "client_id": application.client_id,
            "client_secret": application.client_secret,
            "audience": AUDIENCE,
        }
        return ClientCredentials.from_issuer(server.issuer, **options | changes).token()

    return ask


@pytest.mark.parametrize("auth_method", ["client_secret_post", "client_secret_basic"])
def test_a_token_for_the_api(ask, application, auth_method):
    claims = jwt.decode(ask(auth_method=auth_method), options={"verify_signature": False})
    assert (claims["aud"], claims["azp"]) == (AUDIENCE, application.client_id)
    assert claims["scope"] == "read:todos"


@pytest.mark.parametrize(
    ("changes", "status", "error", "advice"),
    [
        ({"client_secret": "wrong"}, 401, "access_denied", "Check the client id and the client secret"),
        ({"client_id": "nobody"}, 401, "access_denied", "Check the client id and the client secret"),
        ({"audience": f"{AUDIENCE}/"}, 403, "access_denied", "Check the audience"),
        ({"audience": "https://other.example"}, 403, "access_denied", "Create a client grant"),
        ({"scope": "read:todos write:todos"}, 403, "access_denied", "Ask for fewer scopes"),
    ],
)
def test_what_to_do(ask, changes, status, error, advice):
    with pytest.raises(TokenRequestError) as caught:
        ask(**changes)
    assert (caught.value.status, caught.value.error) == (status, error)
    assert caught.value.advice.startswith(advice)


def test_what_to_do_about_the_grant_type(server, ask):
    web = server.registry.create_application("Web page", grant_types=("authorization_code",))
    with pytest.raises(TokenRequestError) as caught:
        ask(client_id=web.client_id, client_secret=web.client_secret)
    assert (caught.value.status, caught.value.error) == (403, "unauthorized_client")
    assert caught.value.advice.startswith("Allow the grant type client_credentials")


def test_what_to_do_about_too_many_requests(server, ask):
    usual, server.rate_limit = server.rate_limit, "1/hour"
    try:
        ask()
        with pytest.raises(TokenRequestError) as caught:
            ask()
    finally:
        server.rate_limit = usual
    assert (caught.value.status, caught.value.error) == (429, "too_many_requests")
    assert caught.value.retry_after > 60
    assert caught.value.advice.startswith("Wait")
