"""Reading a request to one of the endpoints strictly: bytes to parameters, or a refusal that OAuth has words for.

RFC 6749 §3.2: parameters may not repeat, empty ones count as left out, unknown ones are ignored. Whatever
else arrives, the answer is a 4xx: nothing here may raise anything but :class:`Refusal`.
"""

import asyncio
import base64
import json
import re
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

from .dialect import Refusal

MAX_BODY_SIZE = 16 * 1024  # bytes; a token request takes a few hundred
BODY_TIMEOUT = 10.0  # seconds

PARAMETERS = (
    *("client_id", "client_secret", "client_assertion", "client_assertion_type"),
    *("grant_type", "audience", "resource", "scope"),
    *("token", "token_type_hint"),
)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523 §2.2
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Credentials:
    """What a client authenticates with: a secret (RFC 6749 §2.3.1)."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Assertion:
    """What a client authenticates with: a JWT (RFC 7523 §2.2), which says by itself who the client is."""

    client_id: str | None
    client_assertion: str = field(repr=False)


async def read_parameters(request: Request) -> dict[str, str]:
    """The parameters of the body that this server knows, without the empty ones.

    :raises Refusal: when the request is not a well-formed form or JSON object.
    """
    if request.scope["query_string"]:
        # RFC 6749 §2.3.1: credentials never travel in the URL, where every log would keep them.
        raise _malformed("Send the parameters in the body, not in the URL")
    parameters: dict[str, str] = {}
    body = await _read_body(request)
    if not body:
        return parameters
    media_type = ",".join(request.headers.getlist("content-type")).partition(";")[0].strip().lower()
    if media_type not in _PARSERS:
        raise Refusal("unsupported_media_type")
    try:
        pairs = _PARSERS[media_type](body.decode())
    except UnicodeDecodeError:
        raise _malformed("The body is not UTF-8") from None

    seen: set[str] = set()
    for name, value in pairs:
        if name in seen:
            raise _malformed(f"Repeated parameter: {name}")
        seen.add(name)
        if name in PARAMETERS:
            if not isinstance(value, str):
                raise _malformed(f"Parameter {name} must be a string")
            if _CONTROL.search(value):
                raise _malformed(f"Parameter {name} contains a control character")
            if value:
                parameters[name] = value
    return parameters


def read_credentials(request: Request, parameters: dict[str, str]) -> Credentials | Assertion:
    """What the client authenticates with, in one of three ways.

    HTTP Basic (client_secret_basic), the body (client_secret_post), or an assertion (private_key_jwt). A missing secret
    counts as a wrong one.

    :raises Refusal: when there is no client id, or more than one method is used (RFC 6749 §2.3).
    """
    headers = request.headers.getlist("authorization")
    by_assertion = not parameters.keys().isdisjoint({"client_assertion", "client_assertion_type"})
    if len(headers) + by_assertion + ("client_secret" in parameters) > 1:
        raise Refusal("two_authentication_methods")
    if by_assertion:
        return _assertion(parameters)
    if not headers:
        credentials = Credentials(parameters.get("client_id", ""), parameters.get("client_secret", ""))
    else:
        credentials = _basic(headers[0])
        # Some clients repeat their id in the body, which is no second method as long as it is the same.
        if parameters.get("client_id", credentials.client_id) != credentials.client_id:
            raise Refusal("two_authentication_methods")
    if not credentials.client_id:
        raise Refusal("missing_client_id")
    return credentials


def _assertion(parameters: dict[str, str]) -> Assertion:
    if parameters.get("client_assertion_type") != ASSERTION_TYPE:
        raise Refusal("assertion_kind")
    if "client_assertion" not in parameters:
        raise Refusal("missing_assertion")
    return Assertion(parameters.get("client_id"), parameters["client_assertion"])


def _basic(header: str) -> Credentials:
    """RFC 7617 §2, where OAuth form-encodes the client id and the secret before joining (RFC 6749 §2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise Refusal("unsupported_authentication")
    try:
        decoded = base64.b64decode(encoded.strip(" "), validate=True).decode()
        client_id, colon, client_secret = decoded.partition(":")
        credentials = Credentials(_unquote(client_id), _unquote(client_secret))
    except ValueError:
        raise _malformed("The Authorization header is not well-formed Basic") from None
    if not colon or _CONTROL.search(credentials.client_id + credentials.client_secret):
        raise _malformed("The Authorization header is not well-formed Basic")
    return credentials


async def _read_body(request: Request) -> bytes:
    """The body, as far as it is of a sane size: what Content-Length says about it is not believed."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT), aclosing(request.stream()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > MAX_BODY_SIZE:
                    raise Refusal("body_too_large", limit=MAX_BODY_SIZE)
    except TimeoutError:
        raise Refusal("body_timeout") from None
    return bytes(body)


def _parse_form(body: str) -> Iterable[tuple[str, object]]:
    if _BAD_ESCAPE.search(body):
        raise _malformed("The body is not a well-formed form: a % is not followed by two hexadecimal digits")
    try:
        return parse_qsl(body, keep_blank_values=True, strict_parsing=True, errors="strict")
    except UnicodeDecodeError:
        raise
    except ValueError:
        raise _malformed("The body is not a well-formed form") from None


def _parse_json(body: str) -> Iterable[tuple[str, object]]:
    # Members come as pairs: a dict would hide repeated names (RFC 8259 §4).
    try:
        members = json.loads(body, object_pairs_hook=_Members)
    except (ValueError, RecursionError):
        raise _malformed("The body is not well-formed JSON") from None
    if not isinstance(members, _Members):
        raise _malformed("The body is not a JSON object")
    return members


class _Members(list):
    """The members of a JSON object; a type of its own, so that a JSON array is not taken for one."""


_PARSERS = {"application/json": _parse_json, "application/x-www-form-urlencoded": _parse_form}


def _unquote(text: str) -> str:
    if _BAD_ESCAPE.search(text):
        raise ValueError("a % that is not followed by two hexadecimal digits")
    return unquote_plus(text, errors="strict")


def _malformed(reason: str) -> Refusal:
    return Refusal("malformed_request", reason=reason)
