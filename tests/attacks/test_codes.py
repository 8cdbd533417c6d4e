"""Every refusal that the finished verifier knows has an attack that earns it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from helpers import tokens
from helpers.attacks import CHECKS
from helpers.tokens import errors
from helpers.tokens.claims import ANYTHING, REQUIRED, RULES

NOT_A_TOKENS_DOING = {
    "keys_unavailable": "the issuer's keys could not be fetched",
    "introspection_unavailable": "the authorization server could not be asked",
    "inactive": "the authorization server says so, where it is asked about each token",
}
"""No token can bring these about in a verifier that has its keys."""

ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.TokenError)
}


def codes(tree: ast.AST) -> Iterator[str]:
    """The codes of all refusals that a module makes."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=keywords) if name in ERRORS:
                named = [keyword.value for keyword in keywords if keyword.arg == "code"]
                first = (
                    [] if name in ("MalformedToken", "InvalidRequest", "InsufficientScope") else arguments[:1]
                )
                yield from text(*named, *first)
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super"))), args=[code, *_]):
                yield from text(code)
            case ast.Call(func=ast.Name(id="Refusal"), args=[_, code, *_]):
                yield from text(code)
            case ast.Call(func=ast.Name(id="_refused"), args=[ast.Constant(value=member), *_]):
                yield f"{member}_invalid"
            case ast.arguments(kwonlyargs=names, kw_defaults=defaults):
                for argument, default in zip(names, defaults, strict=True):
                    if argument.arg == "code" and default is not None:
                        yield from text(default)
            case ast.AnnAssign(target=ast.Name(id="said"), value=ast.Tuple(elts=[code, *_])):
                yield from text(code)
            case ast.Assign(targets=[ast.Name(id="said")], value=ast.Tuple(elts=[code, *_])):
                yield from text(code)


def text(*values: ast.expr) -> Iterator[str]:
    for value in values:
        match value:
            case ast.Constant(value=str(code)):
                yield code
            case ast.JoinedStr(values=[_, ast.Constant(value="_missing")]):
                yield from (f"{claim}_missing" for claim in REQUIRED)
            case ast.JoinedStr(values=[_, ast.Constant(value="_invalid")]):
                yield from (f"{rule.claim}_invalid" for rule in RULES if rule.types != ANYTHING)


def all_codes() -> set[str]:
    sources = Path(str(tokens.__file__)).parent.glob("*.py")
    return {code for path in sources for code in codes(ast.parse(path.read_text(encoding="utf-8")))}


def test_the_source_was_understood() -> None:
    some = {"expired", "malformed", "too_long", "signature_invalid", "insufficient_scope", "token_missing"}
    others = {"kid_invalid", "iss_missing", "jti_invalid", "key_unknown", "type_not_accepted"}
    assert all_codes() >= some | others | set(NOT_A_TOKENS_DOING)


def test_every_code_belongs_to_a_check_and_every_check_to_a_code() -> None:
    assert all_codes() - {check.code for check in CHECKS} == set(NOT_A_TOKENS_DOING)
    assert {check.code for check in CHECKS} - all_codes() == {""}
