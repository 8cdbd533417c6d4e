"""Lesson 03: edit a token."""

import base64
import json
import re
from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.lesson_03.token import TOO_MUCH, segment_of
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, probe, shown

_HEADERS = (
    {"alg": "RS256", "typ": "JWT", "kid": "a-key"},
    {"typ": "at+jwt", "alg": "RS256", "kid": "another"},
)
_CLAIMS: tuple[dict[str, Any], ...] = (
    {"iss": "https://issuer.example/", "sub": "job@clients", "scope": "read:todos"},
    {
        "scope": "read:todos",
        "aud": ["https://api.example", "read:todos"],
        "exp": 1_700_086_400,
        "azp": "read:todos",
    },
    {
        "sub": "Zoë",
        "scope": "read:todos",
        "exp": 1_700_086_400.5,
        "verified": True,
        "act": {"sub": "x", "scope": "read:todos"},
        "n": None,
    },
)
_WIDER = "read:todos write:todos"
_SCOPES = (_WIDER, "a>?~ b>>>c>>>de>>> f???g???hi???", "write:todos")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def _tokens() -> list[tuple[str, dict[str, Any], str]]:
    """Each with its claims, and the scope that it is to get."""
    made = []
    for number, claims in enumerate(_CLAIMS):
        separators = (",", ":") if number % 2 else None  # JSON with and without spaces
        payload = segment_of(json.dumps(claims, separators=separators, ensure_ascii=False).encode())
        header = segment_of(json.dumps(_HEADERS[number % 2]).encode())
        signature = segment_of(bytes((11 * n + number) % 256 for n in range(64)))
        made += [(f"{header}.{payload}.{signature}", claims, scope) for scope in _SCOPES]
    return made


def _edited(attempt: Attempt, token: str, scope: str) -> list[str]:
    """The three parts of what the function returned; none when it is no token, which `a_token` finds."""
    result = attempt.result(_case(scope), token, scope)
    parts = result.split(".") if isinstance(result, str) else []
    return parts if len(parts) == 3 else []


def _case(scope: str) -> str:
    return f"a token and the scope {shown(scope)}"


def _json(value: Any) -> str:
    """A claim as JSON, as code."""
    return f"`{json.dumps(value, sort_keys=True)}`"


def _read(payload: str) -> Any:
    """What the payload says; None when it is no JSON in base64url."""
    try:
        return json.loads(
            base64.urlsafe_b64decode(payload.rstrip("=") + "=" * (-len(payload.rstrip("=")) % 4))
        )
    except ValueError:
        return None


@probe
def a_token(attempt: Attempt) -> None:
    for token, _, scope in _tokens():
        what = _case(scope)
        result = attempt.value(what, token, scope)
        if isinstance(result, bytes):
            raise NotYet(
                "For {what}, your function returned bytes. A token is a string: decode what base64 gives you.",
                what=what,
            )
        if not isinstance(result, str):
            raise NotYet(
                "For {what}, your function returned a `{kind}`. Return a token, which is one string.",
                what=what,
                kind=type(result).__name__,
            )
        if result.count(".") != 2:
            raise NotYet(
                "For {what}, your function returned {result}. The number of dots in it is {dots}. A token has three parts, and a"
                " dot between each.",
                what=what,
                result=shown(result),
                dots=result.count("."),
            )


@probe
def the_header_stays(attempt: Attempt) -> None:
    for token, _, scope in _tokens():
        parts = _edited(attempt, token, scope)
        if parts and parts[0] != token.split(".")[0]:
            raise NotYet(
                "For {what}, the header of the token that your function returned is {part}. Leave the first part exactly as it"
                " was.",
                what=_case(scope),
                part=shown(parts[0]),
            )


@probe
def the_signature_stays(attempt: Attempt) -> None:
    for token, _, scope in _tokens():
        parts = _edited(attempt, token, scope)
        if parts and parts[2] != token.split(".")[2]:
            raise NotYet(
                "For {what}, the signature of the token that your function returned is {part}. Leave the third part exactly as"
                " it was: you have no key to make another.",
                what=_case(scope),
                part=shown(parts[2]),
            )


@probe
def in_base64url(attempt: Attempt) -> None:
    for token, _, scope in _tokens():
        parts = _edited(attempt, token, scope)
        strange = _BASE64URL.sub("", parts[1])[:1] if parts else ""
        if not strange:
            continue
        rule = {
            "=": "A part of a token has no padding.",
            "+": "base64url has `-` in its place. Which function of `base64` writes that alphabet?",
            "/": "base64url has `_` in its place. Which function of `base64` writes that alphabet?",
        }.get(strange, "A payload is the base64url of JSON, and nothing else is around it.")
        raise NotYet(
            "For {what}, the payload of the token that your function returned has {strange} in it. {rule}",
            what=_case(scope),
            strange=shown(strange),
            rule=rule,
        )


@probe
def the_scope_is_in_it(attempt: Attempt) -> None:
    for token, _, scope in _tokens():
        parts = _edited(attempt, token, scope)
        if not parts:
            continue
        claims = _read(parts[1].replace("+", "-").replace("/", "_"))
        if not isinstance(claims, dict):
            raise NotYet(
                "For {what}, the payload of the token that your function returned does not decode to a JSON object. Did you"
                " encode the dict with `json.dumps`?",
                what=_case(scope),
            )
        if claims.get("scope") != scope:
            raise NotYet(
                "For {what}, the token that your function returned says {said} in `scope`. It should be the parameter.",
                what=_case(scope),
                said=shown(claims.get("scope")),
            )


@probe
def the_other_claims_stay(attempt: Attempt) -> None:
    for token, before, scope in _tokens():
        parts = _edited(attempt, token, scope)
        claims = _read(parts[1].replace("+", "-").replace("/", "_")) if parts else None
        if not isinstance(claims, dict):
            continue
        for name in sorted((before.keys() | claims.keys()) - {"scope"}):
            old, new = ("missing" if name not in each else _json(each[name]) for each in (before, claims))
            if old != new:
                raise NotYet(
                    "For {what}, the claim `{name}` was {old}, and in the token that your function returned it is {new}. Change"
                    " `scope` alone.",
                    what=_case(scope),
                    name=name,
                    old=old,
                    new=new,
                )


edited_token = Exercise(
    name="edited_token",
    lesson="03",
    probes=(
        a_token,
        the_header_stays,
        the_signature_stays,
        in_base64url,
        the_scope_is_in_it,
        the_other_claims_stay,
    ),
    notice="No key was needed to write it. Whether anyone believes it is another question, and the only one that matters.",
    hints=(
        "Split the token at the dots, decode the payload to a dict, change it, and go the same way back.",
        "The way back: `json.dumps`, `.encode()`, `base64.urlsafe_b64encode`, `.decode()`, and off with the padding.",
        '`.rstrip("=")` removes the padding; `".".join((header, payload, signature))` puts the three together.',
    ),
    solution_code="""
import base64
import json

def edited_token(token, scope):
    header, payload, signature = token.split(".")
    padded = payload + "=" * (-len(payload) % 4)
    claims = json.loads(base64.urlsafe_b64decode(padded))
    claims["scope"] = scope
    encoded = base64.urlsafe_b64encode(json.dumps(claims).encode())
    return f"{header}.{encoded.decode().rstrip('=')}.{signature}"
""",
    explanation=(
        "The payload is base64url of JSON in both directions (RFC 7519 sections 7.1 and 7.2). The old signature goes along, since the token"
        " needs three parts; it was made over other bytes, and that is how a verifier notices."
    ),
    equal={
        **RAISES_NOTHING,
        "padded = payload + '=' * (len(payload) % 4)": TOO_MUCH,
        "padded = payload + '=' * 4": TOO_MUCH,
        "return f\"{header}.{encoded.decode().rstrip('=x')}.{signature}\"": "what ends with `}` has no `x` at the end of its base64url",
    },
)
