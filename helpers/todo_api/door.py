"""The bearer door: finds the access token in a request, has it verified, and asks for the scope.

It stands before the body is read, so that a caller without a good token cannot make the API read or parse one.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import params
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive

from helpers.tokens.bearer import ONCE, read_bearer
from helpers.tokens.errors import InsufficientScope, InvalidRequest, KeysUnavailable, TokenError

Claims = Mapping[str, Any]
Verify = Callable[[str], Awaitable[Claims]]
FindToken = Callable[[Request], Awaitable[str]]

BODY_AT_MOST = 65_536  # bytes


async def bearer_token(request: Request) -> str:
    """The access token of a request, from its Authorization header (RFC 6750 §2.1).

    The form field of §2.2 and the query parameter of §2.3, which ends up in logs, are not offered here. A token that
    comes twice is refused, since two readers could choose different ones.

    :raises MissingToken: no credentials, or another scheme than Bearer.
    :raises InvalidRequest: a malformed header, or a token sent in two ways.
    """
    headers = request.headers.getlist("authorization")
    if headers and "access_token" in request.query_params:
        raise InvalidRequest(ONCE)
    return read_bearer(headers)


async def _also_in_form(request: Request) -> bool:
    """Whether a form brings the token once more.

    :raises InvalidRequest: the form is too large to look at, or does not say how large it is.
    """
    # The header may be there twice, or name two types: another reader could choose either.
    types = ",".join(request.headers.getlist("content-type")).lower()
    if "application/x-www-form-urlencoded" not in types:
        return False
    length, chunked = request.headers.get("content-length"), "transfer-encoding" in request.headers
    if length is None and not chunked and request.scope["http_version"].startswith("1"):
        return False  # there is no body (RFC 9112 §6.3)
    stated = re.fullmatch("[0-9]{1,9}", length or "")
    if chunked or stated is None or int(stated[0]) > BODY_AT_MOST:
        raise InvalidRequest("A form beside an access token must say its length, and be short.")
    return "access_token" in parse_qs((await request.body()).decode("latin-1"), keep_blank_values=True)


def granted_scopes(claims: Claims) -> frozenset[str]:
    """The scopes of an access token: words apart by spaces (RFC 9068 §2.2.3, RFC 8693 §4.2), compared whole."""
    scope = claims.get("scope", "")
    return frozenset(scope.split(" ")) if isinstance(scope, str) else frozenset()


class Door:
    """Lets a request pass when its token verifies and holds the scope.

    :param verify: takes the token and returns its claims, or raises :class:`TokenError`.
    :param find_token: takes the request and returns its token, or raises :class:`TokenError`.

    Both may be replaced while the API runs.
    """

    def __init__(self, verify: Verify, find_token: FindToken = bearer_token) -> None:
        self.verify = verify
        self.find_token = find_token

    async def admit(self, request: Request, scopes: Iterable[str]) -> Claims:
        """The claims of the request's token.

        :param scopes: all of them must have been granted.
        :raises TokenError: with the status and the WWW-Authenticate header to answer with (RFC 6750 §3.1).
        """
        claims = await self.verify(await self.find_token(request))
        if await _also_in_form(request):
            raise InvalidRequest(ONCE)
        required = tuple(scopes)
        if not granted_scopes(claims).issuperset(required):
            raise InsufficientScope(" ".join(required))
        return claims


class GuardedRoute(APIRoute):
    """A route that every request reaches through ``app.state.door``, with the scopes its Security dependencies name.

    It reads bodies of at most :data:`BODY_AT_MOST` bytes; a larger one is 413 (RFC 9110 §15.5.14).
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        securities = [
            dependency for dependency in self.dependencies if isinstance(dependency, params.Security)
        ]
        scopes = tuple(scope for security in securities for scope in security.scopes or ())

        async def guarded(request: Request) -> Response:
            request = Request(request.scope, _at_most(BODY_AT_MOST, request.receive))
            request.state.claims = await request.app.state.door.admit(request, scopes)
            return await handle(request)

        return guarded


def _at_most(size: int, receive: Receive) -> Receive:
    """Receive the same messages, as long as their body is short enough.

    :param size: of the body at most, in bytes.
    """
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > size:
            raise HTTPException(413, f"The body is larger than {size} bytes.")
        return message

    return bounded


async def refuse(request: Request, error: Exception) -> JSONResponse:
    """What the API answers to a :class:`TokenError`: its status, its header, and one sentence."""
    if not isinstance(error, TokenError):
        raise error
    body = {"error_description": error.message}
    if error.error:
        body = {"error": error.error, **body}
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, KeysUnavailable):
        headers["Retry-After"] = str(error.retry_after)
    elif error.status < 500:  # a challenge tells the client what to change; here the fault is the API's own
        headers["WWW-Authenticate"] = error.www_authenticate()
    return JSONResponse(body, error.status, headers)
