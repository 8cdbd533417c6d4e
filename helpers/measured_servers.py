"""The servers of a measurement, each in a process of its own: ``python -m helpers.measured_servers ROLE``.

ROLE is ``authorization-server`` or ``worker``. Both talk by lines of JSON: on stdin what they are told, on stdout what
they answer, and no secret goes another way. They serve until stdin ends, so none outlives the process that started it.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from helpers import todo_api
from helpers.authorization_server import AuthorizationServer
from helpers.lab import AUDIENCE
from helpers.services import Service, listen, origin
from helpers.settings import reach_loopback_directly
from helpers.todo_api import Verify
from helpers.tokens.client import ClientCredentials
from helpers.tokens.introspection import IntrospectionVerifier
from helpers.tokens.verifier import AccessTokenVerifier


class Counted:
    """An app, and how often each of its paths was asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.requests: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.requests[scope["path"]] += 1
        await self._app(scope, receive, send)


def serve_authorization_server() -> None:
    """Tell where it is and hand out what the others need; then answer each line with the counts so far."""
    sock = listen()
    server = AuthorizationServer(f"{origin(sock)}/")
    registry, metadata = server.registry, server.metadata()
    registry.create_api("Todo API", AUDIENCE, todo_api.SCOPES)
    client = registry.create_application("Load")
    registry.create_grant(client.client_id, AUDIENCE, todo_api.SCOPES)
    # RFC 7662 §2.1: who asks about tokens has to say who it is.
    api = registry.create_application("Todo API", introspects=[AUDIENCE])
    counted = Counted(server.app)
    Service("The authorization server", counted, sock).start()
    if client.client_secret is None or api.client_secret is None:
        raise AssertionError("An application that was just made has its secret.")
    token = ClientCredentials(
        token_endpoint=str(metadata["token_endpoint"]),
        client_id=client.client_id,
        client_secret=client.client_secret,
        audience=AUDIENCE,
    ).token()
    _say(
        issuer=server.issuer,
        introspection_endpoint=metadata["introspection_endpoint"],
        client_id=api.client_id,
        client_secret=api.client_secret.get_secret_value(),
        token=token,
    )
    for _ in sys.stdin:
        _say(
            introspections=counted.requests["/oauth/introspect"],
            key_fetches=counted.requests["/.well-known/jwks.json"],
            cpu=time.process_time(),
        )


def serve_worker() -> None:
    """One worker of the Todo API: with local verification and with introspection, at an address of its own each.

    The first line says what the authorization server told. The answer has the addresses. Each further line is answered
    with the CPU time so far.
    """
    told = json.loads(sys.stdin.readline())
    urls = {}
    for way, verify in _ways(told).items():
        app = todo_api.create_app(verify, audience=AUDIENCE, token_endpoint=f"{told['issuer']}oauth/token")
        sock = listen()
        Service("A worker of the Todo API", app, sock).start()
        urls[way] = origin(sock)
    _say(urls=urls)
    for _ in sys.stdin:
        _say(cpu=time.process_time())


def _ways(told: dict[str, Any]) -> dict[str, Verify]:
    """Both ways to verify. Neither remembers a token: each request costs its whole check."""
    settings = {"issuer": told["issuer"], "audience": AUDIENCE}
    asking = IntrospectionVerifier(
        told["introspection_endpoint"],
        client_id=told["client_id"],
        client_secret=told["client_secret"],
        **settings,
    )
    return {
        "locally": AccessTokenVerifier(**settings, cache_size=0).verify_async,
        "asking": asking.verify_async,
    }


def _say(**answer: Any) -> None:
    print(json.dumps(answer), flush=True)


ROLES = {"authorization-server": serve_authorization_server, "worker": serve_worker}

if __name__ == "__main__":
    reach_loopback_directly()
    ROLES[sys.argv[1]]()
