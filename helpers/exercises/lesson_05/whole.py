"""Lesson 05: the verifier that stands up to the whole battery."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Iterable

from helpers.attacks import checks
from helpers.attacks.battery import ATTACKS
from helpers.attacks.checks import Check, Family
from helpers.exercises.engine import Exercise
from helpers.exercises.lesson_04 import whole as lesson_04_whole
from helpers.exercises.lesson_04.tokens import payload_of
from helpers.exercises.lesson_04.whole import OWN
from helpers.exercises.lesson_05 import tokens
from helpers.exercises.lesson_05.combinations import combinations, variations
from helpers.exercises.lesson_05.tokens import Shown, forged
from helpers.exercises.probe import ONLY_VALUE_ERRORS, Attempt, NotYet, Probe, case, probe, refused, shown


@functools.cache
def _goods() -> list[Shown]:
    return [*tokens.good(), *variations()]


@probe
def good_tokens(attempt: Attempt) -> None:
    for number, each in enumerate(_goods()):
        right = json.loads(payload_of(each.token))
        result, raised, did = attempt.outcome(each.what, *each.arguments)
        if raised is not None:
            rule = each.rule or (
                OWN if number == 0 else "It is good: everything that this page asks for holds for it."
            )
            raise NotYet("For {what}, your function {did} {rule}", what=each.what, did=did, rule=rule)
        if not isinstance(result, dict) or result != right:
            raise NotYet(
                "For {what}, your function returned {result}. Return the token's claims, all of them and nothing else, as a dict.",
                what=each.what,
                result=shown(result),
            )


@probe
def what_lesson_04_asks(attempt: Attempt) -> None:
    """Every case of lesson 04's parts, and what is forged against them."""
    for each in lesson_04_whole.PROBES:
        each.ask(attempt)


def _stops(name: str, made: Callable[[], Iterable[Shown]], *of: Check) -> Probe:
    """Every one of these tokens is refused, and every one that the battery forges against these checks."""

    @functools.cache
    def bad() -> list[Shown]:
        return [*made(), *forged(*of)]

    def ask(attempt: Attempt) -> None:
        for each in bad():
            refused(attempt, case(each.what, *each.arguments), each.rule)

    return Probe(name, ask)


GROUPS: dict[str, tuple[Callable[[], Iterable[Shown]], tuple[Check, ...]]] = {
    "size": (tokens.size, (checks.SIZE, checks.ASCII)),
    "segments": (tokens.segments, (checks.CANONICAL, checks.UNPADDED, checks.ALPHABET)),
    "texts": (
        tokens.texts,
        (checks.UTF_8, checks.UNICODE, checks.ONCE, checks.NUMBERS, checks.NESTING, checks.OBJECT),
    ),
    "extensions": (tokens.extensions, (checks.CRITICAL, checks.ENCODED)),
    "types": (tokens.types, (checks.TYPE, checks.TYPE_FORM)),
    "bad_keys": (
        tokens.bad_keys,
        (
            checks.KEY_ALGORITHM,
            checks.KEY_STRONG,
            checks.KEY_PURPOSE,
            checks.KEY_OTHER_ALGORITHM,
            checks.KEY_SECRET,
            checks.KEY_TYPE,
            checks.KEY_UNIQUE,
        ),
    ),
    "lives": (
        tokens.lives,
        (checks.ISSUED, checks.LIFETIME, checks.THERE["iat"], checks.WELL_FORMED["iat"]),
    ),
    "forms": (
        tokens.forms,
        (
            checks.SUBJECT,
            checks.AUDIENCE,
            checks.THERE["sub"],
            checks.WELL_FORMED["sub"],
            checks.WELL_FORMED["jti"],
            checks.WELL_FORMED["scope"],
        ),
    ),
    "bound": (tokens.bound, (checks.ID_TOKEN, checks.EVENT, checks.BEARER, checks.WELL_FORMED["cnf"])),
}
"""By the name of its probe, the tokens and the battery's checks of which it has more."""

STOPPED = sum(attack.family is not Family.DOOR for attack in ATTACKS)

SOLUTION = """
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from helpers.exercises import lesson_04, lesson_05

def decoded_number(text):
    return int.from_bytes(lesson_05.decode_strictly.working(text), "big")

def strict_verify(token, jwks, issuer, audience, now):
    if len(token) > 8192:
        raise ValueError("no token is that long")
    segments = token.split(".")
    if len(segments) != 3:
        raise ValueError("a signed token has three parts")
    octets = [lesson_05.decode_strictly.working(segment) for segment in segments]
    header = lesson_05.read_object.working(octets[0])
    if "crit" in header or header.get("b64", True) is not True:
        raise ValueError("this API understands no extensions")
    lesson_05.check_type.working(header)
    key = lesson_05.trusted_key.working(header, lesson_05.usable_keys.working(jwks))
    lesson_05.algorithm_for.working(header, key)
    public_key = RSAPublicNumbers(decoded_number(key["e"]), decoded_number(key["n"])).public_key()
    try:
        public_key.verify(octets[2], token.rpartition(".")[0].encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise ValueError("the signature does not match") from None
    claims = lesson_05.read_object.working(octets[1])
    if {"cnf", "nonce", "at_hash", "c_hash", "s_hash", "events"} & set(claims):
        raise ValueError("this is another kind of token, or bound to a key: not a bearer token")
    lesson_05.check_forms.working(claims)
    lesson_05.check_lifetime.working(claims, now, 30 * 86_400)
    lesson_04.check_times.working(claims, now)
    lesson_04.check_audience.working(claims, audience)
    lesson_04.check_issuer.working(claims, issuer)
    return claims
"""

strict_verify = Exercise(
    name="strict_verify",
    lesson="05",
    probes=(
        good_tokens,
        *(_stops(name, made, *of) for name, (made, of) in GROUPS.items()),
        what_lesson_04_asks,
        dataclasses.replace(_stops("combinations", combinations), net=True),
    ),
    notice=(
        f"It refused the {STOPPED} forged tokens of the battery and every bad case of its parts, and the good tokens got in. (The battery's attacks on"
        " the door are not among them, since a function sees no request; a few that no HTTP header can carry are.)"
    ),
    hints=(
        "The order of lesson 04 stays: length and parts, header, key, signature, then the claims. Put this page's pieces in the places of the soft ones.",
        'The header: decoded strictly, read strictly, no `crit`, no `b64` but `True` itself (`header.get("b64", True) is True`), the right type. The key:'
        " `trusted_key(header, usable_keys(jwks))`, then `algorithm_for`. After the signature, the payload in the same way, then forms, lifetime, `nbf`, audience, issuer.",
        "What is left over are small things: a token of more than 8,192 characters (those outside ASCII are no base64url, and have been refused already), and the claims `nonce`, `at_hash`, `c_hash`, `s_hash`, `events` and `cnf`,"
        " which refuse a token by being there.",
    ),
    solution_code=SOLUTION,
    equal={
        **ONLY_VALUE_ERRORS,
        "return int.from_bytes(lesson_05.decode_strictly.working(text))": "the default is `big`",
        "claims = lesson_05.read_object.working(header.get('jwk', octets[1]))": "by then the issuer has signed the header, too",
        **dict.fromkeys(
            (
                "public_key = RSAPublicNumbers(decoded_number(key.get('e', next(iter(key.values()), None))), decoded_number(key['n'])).public_key()",
                "public_key = RSAPublicNumbers(decoded_number(key['e']), decoded_number(key.get('n', next(iter(key.values()), None)))).public_key()",
            ),
            "a usable key has both numbers",
        ),
    },
    explanation=(
        "It is lesson 04's verifier with each soft piece replaced by a strict one. Compare it with `helpers/tokens/verifier.py`, the one that the Todo"
        " API uses otherwise. It asks nearly the same questions; it also limits a key id and the size of a key, and lets the issuer's clock be five seconds ahead."
    ),
)
