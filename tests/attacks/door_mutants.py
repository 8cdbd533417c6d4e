"""The Todo API's door with one check taken out, once for each check of the door."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from helpers.attacks import checks
from helpers.attacks.checks import Check
from helpers.attacks.workshop import decode
from helpers.todo_api import door
from helpers.tokens import bearer
from helpers.tokens.errors import InvalidRequest, MissingToken, TokenError

Change = Callable[[pytest.MonkeyPatch, FastAPI], None]


@dataclass(frozen=True)
class DoorMutant:
    """A door without a check.

    :param name: what it does in place of the check.
    :param change: takes the check out of an app's door.
    """

    name: str
    check: Check
    change: Change


DOOR_MUTANTS: list[DoorMutant] = []


def mutant(check: Check) -> Callable[[Change], Change]:
    """Add the mutant that a function makes; its docstring is the mutant's name."""

    def add(change: Change) -> Change:
        DOOR_MUTANTS.append(DoorMutant(str(change.__doc__).rstrip("."), check, change))
        return change

    return add


def _finds(
    app: FastAPI, error: type[TokenError], instead: Callable[[Request], Awaitable[str | None]]
) -> None:
    """Where the door would answer with this error, it takes what it finds instead, if anything."""

    async def find(request: Request) -> str:
        try:
            return await door.bearer_token(request)
        except error:
            if not (found := await instead(request)):
                raise
            return found

    app.state.door.find_token = find


async def _form(request: Request) -> str | None:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return None
    return next(iter(parse_qs((await request.body()).decode()).get("access_token", [])), None)


@mutant(checks.CREDENTIALS)
def lets_nobody_in(patch: pytest.MonkeyPatch, app: FastAPI) -> None:
    """lets a request pass that shows nothing at all."""
    admit = app.state.door.admit

    async def lax(request: Request, scopes: Any) -> Mapping[str, Any]:
        elsewhere = request.query_params.get("access_token") or await _form(request)
        return await admit(request, scopes) if elsewhere or "authorization" in request.headers else {}

    patch.setattr(app.state.door, "admit", lax)


@mutant(checks.SCHEME)
def takes_any_scheme(patch: pytest.MonkeyPatch, app: FastAPI) -> None:
    """takes the last word of the header, whatever stands before it."""

    async def last_word(request: Request) -> str | None:
        return request.headers.get("authorization", "").split(" ")[-1]

    _finds(app, MissingToken, last_word)


@mutant(checks.HEADER_ONLY)
def takes_tokens_from_elsewhere(patch: pytest.MonkeyPatch, app: FastAPI) -> None:
    """takes a token out of the address or a form, when there is no header."""

    async def elsewhere(request: Request) -> str | None:
        if "authorization" in request.headers:
            return None
        return request.query_params.get("access_token") or await _form(request)

    strict = door._also_in_form

    async def also(request: Request) -> bool:
        return "authorization" in request.headers and await strict(request)

    _finds(app, MissingToken, elsewhere)
    patch.setattr(door, "_also_in_form", also)


def _takes_one_of_several(which: int) -> Change:
    def change(patch: pytest.MonkeyPatch, app: FastAPI) -> None:
        async def one(request: Request) -> str | None:
            match = bearer._BEARER.fullmatch(request.headers.getlist("authorization")[which])
            return match and match[1]

        async def also(request: Request) -> bool:
            return False

        _finds(app, InvalidRequest, one)
        patch.setattr(door, "_also_in_form", also)

    return change


DOOR_MUTANTS += [
    DoorMutant("takes the first of several tokens", checks.ONE_WAY, _takes_one_of_several(0)),
    DoorMutant("takes the last of several tokens", checks.ONE_WAY, _takes_one_of_several(-1)),
]


@mutant(checks.CREDENTIALS_FORM)
def reads_the_header_loosely(patch: pytest.MonkeyPatch, app: FastAPI) -> None:
    """looks for something like a token behind the word Bearer."""

    async def loosely(request: Request) -> str | None:
        headers = request.headers.getlist("authorization")
        if len(headers) > 1 or "access_token" in request.query_params:
            return None
        match = re.match(r"(?i)bearer[:\s]+\"?([\w.-]+)", headers[0])
        return match and match[1]

    _finds(app, InvalidRequest, loosely)


class _Everything(frozenset[str]):
    def issuperset(self, *others: Any) -> bool:
        return True


@mutant(checks.SCOPES)
def asks_for_no_scope(patch: pytest.MonkeyPatch, app: FastAPI) -> None:
    """does not look at the scope."""
    patch.setattr(door, "granted_scopes", lambda claims: _Everything())


class _Text(frozenset[str]):
    text = ""

    def issuperset(self, *others: Any) -> bool:
        return all(scope in self.text for scope in others[0])


@mutant(checks.SCOPES)
def looks_for_the_scope_in_the_text(patch: pytest.MonkeyPatch, app: FastAPI) -> None:
    """looks for the scope anywhere in the text of scopes."""

    def granted(claims: Mapping[str, Any]) -> frozenset[str]:
        scopes = _Text()
        scopes.text = claims.get("scope", "")
        return scopes

    patch.setattr(door, "granted_scopes", granted)


@mutant(checks.SILENCE)
def tells_what_it_saw(patch: pytest.MonkeyPatch, app: FastAPI) -> None:
    """repeats in its answer what the refused token says."""

    async def tell(request: Request, error: Exception) -> JSONResponse:
        answer = await door.refuse(request, error)
        _, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            seen = [decode(segment).decode() for segment in token.split(".")[:2]]
        except ValueError:
            seen = []
        return JSONResponse({"refused": seen}, answer.status_code)

    app.add_exception_handler(TokenError, tell)
