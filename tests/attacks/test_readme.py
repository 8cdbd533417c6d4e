"""The lines that the README gives a team for its own API, run as they stand there."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helpers.services import Service, listen
from helpers.todo_api.door import Door, refuse
from helpers.tokens.errors import TokenError
from helpers.tokens.key_set import RemoteKeySet
from helpers.tokens.verifier import AccessTokenVerifier

README = Path(__file__).parents[2] / "README.md"
AUDIENCE = "https://orders.example"


def verifier(issuer: str, audience: str, jwks_uri: str) -> Callable[[str], Any]:
    return AccessTokenVerifier(issuer=issuer, audience=audience, key_set=RemoteKeySet(jwks_uri)).verify


@contextlib.contextmanager
def running_api(issuer: str) -> Iterator[str]:
    door = Door(AccessTokenVerifier(issuer=issuer, audience=AUDIENCE).verify_async)

    async def orders(request: Request) -> Response:
        await door.admit(request, ["read:orders"])
        return JSONResponse([])

    routes = [Route("/orders", orders, methods=["GET", "POST"])]
    app = Starlette(routes=routes, exception_handlers={TokenError: refuse})
    service = Service("The orders", app, listen()).start()
    yield service.url
    service.stop()


@pytest.fixture
def block(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the block of the README defines, where the team's own module is the two functions above."""
    ours = ModuleType("orders")
    ours.verifier, ours.running_api = verifier, running_api  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "orders", ours)
    section = README.read_text(encoding="utf-8").partition("## Try the battery on your own API\n")[2]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert code
    names: dict[str, Any] = {}
    exec(compile(code[1], "README.md", "exec"), names)
    return names


def test_the_block_passes_for_a_good_api(block: dict[str, Any]) -> None:
    tests = [name for name in block if name.startswith("test_")]
    assert tests == ["test_no_forged_token_gets_in", "test_no_forged_request_gets_in"]
    for name in tests:
        block[name]()


def test_the_block_fails_for_a_bad_one_and_says_what_got_in(
    block: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    block["verifier"] = lambda **settings: lambda token: {"anything": "goes"}
    with pytest.raises(AssertionError, match=r"let in: alg none, which says that it needs no signature"):
        block["test_no_forged_token_gets_in"]()
