"""Verifiers that read loosely."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from mutant import MUTANTS, Mutant, Setting, Verify, mutant

from helpers.attacks import checks
from helpers.attacks.checks import Check
from helpers.attacks.workshop import decode, encode
from helpers.tokens import compact, encoding, signature, verifier
from helpers.tokens.claims import RULES, check_claims
from helpers.tokens.encoding import decode_base64url, decode_json
from helpers.tokens.errors import InvalidToken
from helpers.tokens.keys import Key


@mutant(checks.THREE_PARTS)
def takes_what_parts_there_are(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """takes the first three parts, and asks for no signature when there are two."""
    strict, absent = compact.split, b"no signature at all"

    def split(octets: bytes, read: Callable[[bytes], compact.Header]) -> compact.CompactToken:
        segments = octets.split(b".")
        if len(segments) == 2:
            return replace(strict(octets + b".", read), signature=absent)
        return strict(b".".join(segments[:3]), read)

    def check(token: compact.CompactToken, key: Key) -> None:
        if token.signature != absent:
            signature.check_signature(token, key)

    patch.setattr(verifier, "split", split)
    patch.setattr(verifier, "check_signature", check)
    return setting.verifier().verify


@mutant(checks.SIZE)
def takes_any_length(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """reads tokens of any length."""
    return setting.verifier(max_size=10**8).verify


@mutant(checks.SIZE)
def reads_before_it_measures(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """reads a token for its log, before it looks at the length."""
    strict = setting.verifier()

    def verify(token: str) -> Any:
        with contextlib.suppress(ValueError):
            for segment in token.split(".")[:2]:
                json.loads(decode(segment))
        return strict.verify(token)

    return verify


@mutant(checks.ASCII)
def leaves_out_what_is_not_ascii(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """leaves out what is not ASCII."""
    to_octets = compact.to_octets
    patch.setattr(
        verifier,
        "to_octets",
        lambda token, size: to_octets(token.encode("ascii", "ignore").decode(), size),
    )
    return setting.verifier().verify


def _decodes(check: Check, name: str, rewrite: Callable[[bytes], bytes]) -> None:
    """A mutant that makes proper base64url out of something else."""

    def build(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
        patch.setattr(compact, "decode_base64url", lambda text: decode_base64url(rewrite(text)))
        return setting.verifier().verify

    MUTANTS.append(Mutant(name, check, build))


def _respelled(text: bytes) -> bytes:
    return encode(decode(text.decode())).encode() if re.fullmatch(rb"[\w-]*", text) else text


_decodes(checks.CANONICAL, "drops the bits of the last character that say nothing", _respelled)
_decodes(checks.UNPADDED, "takes padding off", lambda text: text.rstrip(b"="))
_decodes(
    checks.ALPHABET,
    "takes the other alphabet, and leaves out what is in neither",
    lambda text: re.sub(rb"[^\w=-]", b"", text.translate(bytes.maketrans(b"+/", b"-_"))),
)


@mutant(checks.UTF_8)
def guesses_the_encoding(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """guesses how the JSON is encoded, and puts question marks where that fails."""
    patch.setattr(
        compact,
        "decode_json",
        lambda octets: decode_json(octets.decode(json.detect_encoding(octets), "replace").encode()),
    )
    return setting.verifier().verify


@mutant(checks.UNICODE)
def takes_half_a_character(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """takes half of a surrogate pair for a character."""
    patch.setattr(encoding, "_is_unicode", lambda value: True)
    return setting.verifier().verify


@mutant(checks.ONCE)
def takes_the_last_of_two_names(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """takes the last of two members with one name, as Python does."""
    decoder = json.JSONDecoder(parse_float=encoding._float, parse_constant=encoding._constant)
    patch.setattr(encoding, "_decoder", decoder)
    return setting.verifier().verify


@mutant(checks.NUMBERS)
def takes_numbers_that_are_none(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """reads NaN, Infinity and what is too large, as Python does, and takes them for no limit."""

    def integer(digits: str) -> float:
        return int(digits) if len(digits) < 4_000 else math.inf

    decoder = json.JSONDecoder(object_pairs_hook=encoding._unique, parse_int=integer)
    patch.setattr(encoding, "_decoder", decoder)
    rules = [
        replace(rule, holds=_unless_endless(rule.holds)) if rule.claim == "exp" and rule.holds else rule
        for rule in RULES
    ]
    patch.setattr(
        verifier,
        "check_claims",
        lambda claims, expected, now, required: check_claims(
            claims, expected, now, required=required, rules=rules
        ),
    )
    return setting.verifier().verify


def _unless_endless(holds: Callable[[Any, Any, float], bool]) -> Callable[[Any, Any, float], bool]:
    def lax(claims: Any, expected: Any, now: float) -> bool:
        exp = claims["exp"]
        return (isinstance(exp, float) and not math.isfinite(exp)) or holds(claims, expected, now)

    return lax


@mutant(checks.NESTING)
def reads_any_depth(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """reads JSON of any depth."""
    patch.setattr(encoding, "MAX_NESTING", 10**9)
    return setting.verifier().verify


@mutant(checks.OBJECT)
def looks_for_an_object(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """looks for an object inside of what is none."""
    strict = compact.decode_object

    def lax(octets: bytes, what: str) -> dict[str, Any]:
        try:
            return strict(octets, what)
        except InvalidToken:
            found = _inside(octets)
            if found is None or found == octets:
                raise
            return strict(found, what)

    patch.setattr(compact, "decode_object", lax)
    patch.setattr(verifier, "decode_object", lax)
    return setting.verifier().verify


def _inside(octets: bytes) -> bytes | None:
    if octets[:1] == b"[":
        return octets[1:-1]
    if octets[:1] == b'"':
        return json.loads(octets).encode()
    if octets.count(b".") == 2 and octets[:1] == b"e":
        return decode(octets.decode().split(".")[1])
    try:
        return octets[: json.JSONDecoder().raw_decode(octets.decode())[1]]
    except (ValueError, RecursionError):
        return None
