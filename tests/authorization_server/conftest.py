"""One authorization server on loopback for this room, with one API, one application and its client grant."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests

from helpers.authorization_server import (
    Api,
    Application,
    AuthorizationServer,
    Registry,
    SigningKeys,
    client_secret,
)
from helpers.services import Service, listen

AUDIENCE = "http://localhost:3001"
SCOPES = {"read:todos": "Read the todos", "write:todos": "Create, change and delete todos"}


@pytest.fixture(scope="session")
def keys() -> SigningKeys:
    return SigningKeys()


@pytest.fixture(scope="session")
def serve(keys: SigningKeys) -> Iterator[Callable[..., AuthorizationServer]]:
    """Start an authorization server with these settings; it stops with the session."""
    with ExitStack() as stack:

        def start(path: str = "", **settings) -> AuthorizationServer:
            sock = listen()
            server = AuthorizationServer(
                f"http://127.0.0.1:{sock.getsockname()[1]}{path}",
                **{"keys": keys, "rate_limit": "1000000/minute", "guess_limit": "1000000/minute"} | settings,
            )
            service = Service("authorization server", server.app, sock).start()
            stack.callback(service.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def server(serve) -> AuthorizationServer:
    return serve()


@pytest.fixture(scope="session")
def registry(server: AuthorizationServer) -> Registry:
    return server.registry


@pytest.fixture(scope="session")
def api(registry: Registry) -> Api:
    return registry.create_api("Todo API", AUDIENCE, SCOPES)


@pytest.fixture(scope="session")
def application(registry: Registry, api: Api) -> Application:
    application = registry.create_application("Nightly batch")
    registry.create_grant(application.client_id, api.identifier, ["read:todos", "write:todos"])
    return application


@pytest.fixture(scope="session")
def valid(application: Application) -> dict[str, str]:
    """The parameters of a token request that is answered with a token."""
    return {
        "grant_type": "client_credentials",
        "client_id": application.client_id,
        "client_secret": application.client_secret.get_secret_value(),
        "audience": AUDIENCE,
    }


@pytest.fixture(scope="session")
def token_url(server: AuthorizationServer) -> str:
    return f"{server.issuer}oauth/token"


@pytest.fixture
def ask(token_url: str, valid: dict[str, str]) -> Callable[..., requests.Response]:
    """Send the valid request with some parameters changed; None leaves one out."""

    def send(**changes: str | None) -> requests.Response:
        parameters = {name: value for name, value in (valid | changes).items() if value is not None}
        return requests.post(token_url, data=parameters, timeout=10)

    return send


@pytest.fixture(scope="session")
def call(server: AuthorizationServer, valid: dict[str, str]) -> Callable[..., requests.Response]:
    """POST to an endpoint as the application, with these parameters; None leaves one out."""

    def send(path: str, **parameters: str | None) -> requests.Response:
        given = {name: valid[name] for name in ("client_id", "client_secret")} | parameters
        body = {name: value for name, value in given.items() if value is not None}
        return requests.post(f"{server.issuer}oauth/{path}", data=body, timeout=10)

    return send


@pytest.fixture
def scrypts(monkeypatch) -> list[bytes]:
    """A list that grows with each scrypt, which still takes its time."""
    scrypt, calls = client_secret._scrypt, []
    monkeypatch.setattr(
        client_secret, "_scrypt", lambda secret, salt: calls.append(salt) or scrypt(secret, salt)
    )
    return calls
