"""The compact form `header.payload.signature` (RFC 7515 §7.1), read so that it can mean one thing only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .encoding import Policy, decode_base64url, decode_json
from .errors import InvalidToken, MalformedToken, Reason

MAX_SIZE = 8_192
"""Characters of a token. Servers take about as much in all headers together."""

MAX_KID_SIZE = 256
"""Characters of a key id."""


@dataclass(frozen=True, slots=True)
class Header:
    """The members of the JOSE header that matter here (RFC 7515 §4.1); `members` is all of them.

    Nothing in it can bring a key: `jwk`, `jku`, `x5c` and `x5u` are never looked at (RFC 8725 §3.8, §3.10).
    """

    alg: str
    kid: str | None
    typ: str | None
    members: Mapping[str, Any]


@dataclass(slots=True)
class CompactToken:
    """A token taken apart. Nobody vouches for any of it before its signature has been checked.

    Not frozen: one is made for every token, and a frozen dataclass takes longer to make.
    """

    header: Header
    payload: bytes
    signature: bytes
    signing_input: bytes


def parse(token: str, *, max_size: int = MAX_SIZE) -> CompactToken:
    """Take a token apart; max_size in characters. Raises InvalidToken.

    The payload stays bytes: what nobody signed is not worth the work of a JSON parser, nor its risk.
    """
    return split(to_octets(token, max_size), read_header)


def to_octets(token: object, max_size: int = MAX_SIZE) -> bytes:
    """The characters of a token as ASCII octets, unless they are too many or something else."""
    if not isinstance(token, str):
        raise MalformedToken("The token is not text.")
    if len(token) > max_size:
        raise MalformedToken("The token is too long.", code="too_long")
    try:
        return token.encode("ascii")
    except UnicodeEncodeError:
        raise MalformedToken("The token holds characters outside ASCII.") from None


def split(octets: bytes, read_header: Callable[[bytes], Header]) -> CompactToken:
    """The three parts of a token, decoded. `read_header` gets the first one as it came."""
    signing_input, _, signature = octets.rpartition(b".")
    header, dot, payload = signing_input.partition(b".")
    if not dot or b"." in payload:
        raise MalformedToken(
            "A signed token has three parts with two dots between them.", code="not_three_parts"
        )
    try:
        return CompactToken(
            read_header(header), decode_base64url(payload), decode_base64url(signature), signing_input
        )
    except ValueError as error:
        clause = error.clause if isinstance(error, Policy) else "RFC 7515 §2"
        raise MalformedToken(f"A part of the token is {error}.", clause=clause) from None


def read_header(segment: bytes) -> Header:
    """The JOSE header of a token. Raises ValueError, and InvalidToken for a member that cannot be accepted."""
    members = decode_object(decode_base64url(segment), "header")
    # "If any of the listed extension Header Parameters are not understood and supported by the recipient, then the
    # JWS is invalid" (RFC 7515 §4.1.11). None is supported here. What is no list of names may be refused too.
    if "crit" in members:
        clause = "RFC 7515 §4.1.11" if members["crit"] else "policy; RFC 7515 §4.1.11 says MAY"
        raise _refused("crit", "The token demands an extension that is not supported.", clause)
    # "JSON Web Tokens [JWT] MUST NOT use 'b64' with a 'false' value" (RFC 7797 §7).
    if members.get("b64", True) is not True:
        raise _refused("b64", "The payload of a JWT is always base64url.", "RFC 7797 §7")
    alg, kid, typ = members.get("alg"), members.get("kid"), members.get("typ")
    if not isinstance(alg, str):
        raise _refused("alg", "The header names no algorithm.", "RFC 7515 §4.1.1")
    if "kid" in members and not (isinstance(kid, str) and 0 < len(kid) <= MAX_KID_SIZE):
        clause = "policy; RFC 7515 §4.1.4 takes any text" if isinstance(kid, str) else "RFC 7515 §4.1.4"
        raise _refused("kid", "The key id is not a short text.", clause)
    if "typ" in members and not isinstance(typ, str):
        raise _refused("typ", "The type is not a text.", "RFC 7515 §4.1.9")
    return Header(alg, kid, typ, MappingProxyType(members))


def decode_object(octets: bytes, what: str) -> dict[str, Any]:
    """The JSON object that the header or the payload must be (RFC 7515 §4, RFC 7519 §7.2). Raises MalformedToken."""
    try:
        value = decode_json(octets)
    except ValueError as error:
        clause = error.clause if isinstance(error, Policy) else "RFC 8259 §2"
        raise MalformedToken(f"The {what} is or holds {error}.", clause=clause) from None
    if not isinstance(value, dict):
        raise MalformedToken(f"The {what} is not a JSON object.", clause="RFC 7519 §7.2")
    return value


def _refused(member: str, message: str, clause: str) -> InvalidToken:
    return InvalidToken(f"{member}_invalid", message, reason=Reason.INVALID, clause=clause, claim=member)
