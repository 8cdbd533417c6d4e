"""The preflight of the course's own authorization server, which speaks Auth0's dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from helpers.authorization_server import AuthorizationServer
from helpers.preflight import Preflight, preflight
from helpers.services import Service, listen, origin
from helpers.settings import Settings

AUDIENCE = "http://localhost:3001"
SCOPES = {"read:todos": "Read the todos", "write:todos": "Change the todos"}


@pytest.fixture
def server(keys) -> Iterator[AuthorizationServer]:
    """Empty, as a new tenant is."""
    sock = listen()
    made = AuthorizationServer(origin(sock), keys=keys)
    service = Service("The authorization server", made.app, sock).start()
    yield made
    service.stop()


@pytest.fixture
def check(server) -> Callable[..., Preflight]:
    def run(client_id: str, secret: str) -> Preflight:
        settings = Settings(
            issuer=server.issuer, audience=AUDIENCE, client_id=client_id, client_secret=secret
        )
        return preflight(settings)

    return run


def test_a_tenant_set_up_step_by_step(server, check) -> None:
    """Each step of lesson 02 taken, and the next one named."""
    nobody = check("nobody", "no-secret-at-all")
    assert nobody.missing == "A token" and "Client Secret" in " ".join(nobody.todo)

    application = server.registry.create_application("Nightly batch", grant_types=["authorization_code"])
    mine = application.client_id, application.client_secret.get_secret_value()
    assert "Grant Types" in " ".join(check(*mine).todo)

    application = server.registry.create_application("Nightly batch")
    mine = application.client_id, application.client_secret.get_secret_value()
    no_api = check(*mine)
    assert no_api.missing == "A token" and "Create API" in " ".join(no_api.todo)

    server.registry.create_api("Todo API", AUDIENCE, SCOPES)
    no_grant = check(*mine)
    assert no_grant.missing == "A token" and "Grant Access" in no_grant.todo[0]

    server.registry.create_grant(application.client_id, AUDIENCE, ["read:todos"])
    no_scope = check(*mine)
    assert no_scope.missing == "Its scopes"
    assert no_scope.steps[-1].finding == "It does not hold write:todos."

    server.registry.create_grant(application.client_id, AUDIENCE, SCOPES)
    assert check(*mine).passed

    server.rate_limit = "1/hour"
    assert check(*mine).passed
    assert "Wait a minute" in check(*mine).todo[0]


def test_the_tokens_of_rfc_9068_are_as_good(server, check) -> None:
    server.registry.create_api("Todo API", AUDIENCE, SCOPES, token_profile="rfc9068")
    application = server.registry.create_application("Nightly batch")
    server.registry.create_grant(application.client_id, AUDIENCE, SCOPES)
    assert check(application.client_id, application.client_secret.get_secret_value()).passed


def test_the_clock_of_a_lab_that_was_moved_on(server) -> None:
    server.registry.create_api("Todo API", AUDIENCE, SCOPES)
    application = server.registry.create_application("Nightly batch")
    server.registry.create_grant(application.client_id, AUDIENCE, SCOPES)
    settings = Settings(
        issuer=server.issuer,
        audience=AUDIENCE,
        client_id=application.client_id,
        client_secret=application.client_secret,
    )
    late = preflight(settings, clock=lambda: server.clock() + 100_000)
    assert late.missing == "The API takes it" and "expired" in str(late)
