"""Lesson 03: decode a segment, and read the time."""

import base64
from typing import Any

from helpers.exercises.clock import reads_the_clock
from helpers.exercises.engine import Exercise
from helpers.exercises.predict import Prediction
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, Probe, shown

edited_at_the_door = Prediction(
    name="edited_at_the_door",
    lesson="03",
    options=("the scope", "the signature", "nothing"),
    answer="the signature",
    because="The signature was made over the old payload. Over the new one it does not match, and so nothing in it counts: the API never comes to the scope.",
    otherwise={
        "the scope": "A complaint about the scope would mean that the API believed the token first, and then read what it may do.",
        "nothing": "No complaint would mean that the API decodes tokens and believes what they say.",
    },
)


def segment_of(octets: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


TOO_MUCH = "Python's decoder ignores padding that is too much"
_NOTHING_MISSING = "Its length is a multiple of four, so it decodes as it is."
_MISSING = "An `=` or two are missing to make its length a multiple of four."
_ALPHABET = "base64url has `-` and `_` where base64 has `+` and `/`. Which of the two did you decode?"
_EVERY_BYTE = "The bytes of a signature mean nothing as text, and every one of them counts."


def _decoded(name: str, *entries: tuple[str, bytes, str]) -> Probe:
    """For each entry: what the segment is, the bytes in it, and the rule."""

    def ask(attempt: Attempt) -> None:
        for kind, octets, rule in entries:
            segment = segment_of(octets)
            what = f"{shown(segment)}, {kind}"
            result, raised, did = attempt.outcome(what, segment)
            if raised is not None:
                raise NotYet("For {what}, your function {did} {rule}", what=what, did=did, rule=rule)
            if result is None:
                raise NotYet("For {what}, your function returned `None`. Is a `return` missing?", what=what)
            if not isinstance(result, bytes):
                raise NotYet(
                    "For {what}, your function returned {result}, a `{kind}`. Return `bytes`: what is encoded need not be text,"
                    " and the signature is none.",
                    what=what,
                    result=shown(result),
                    kind=type(result).__name__,
                )
            if result != octets:
                raise NotYet(
                    "For {what}, your function returned {result}. {rule}",
                    what=what,
                    result=shown(result),
                    rule=rule,
                )

    return Probe(name, ask)


decode_segment = Exercise(
    name="decode_segment",
    lesson="03",
    probes=(
        _decoded(
            "every_length",
            ("which has 20 characters", b'{"alg":"RS256"}', _NOTHING_MISSING),
            ("which has 4 characters", b"abc", _NOTHING_MISSING),
            ("which has 11 characters", b'{"ab":1}', _MISSING),
            ("which has 3 characters", b"ab", _MISSING),
            ("which has 10 characters", b'{"a":1}', _MISSING),
            ("which has 2 characters", b"a", _MISSING),
        ),
        _decoded(
            "the_alphabet_of_urls",
            ("which has a `-` and a `_` in it", b"\xfb\xef\xbe\xff\xff\xff", _ALPHABET),
            ("which has a `-` in it", b"\xfb\xef\xbe", _ALPHABET),
            ("which has a `_` in it", b"\xff\xff\xff", _ALPHABET),
        ),
        _decoded(
            "every_byte",
            (
                "as long as a signature",
                b"\n" + bytes((7 * n + 3) % 256 for n in range(254)) + b" ",
                _EVERY_BYTE,
            ),
        ),
    ),
    notice="Sixty-four characters, six bits each, and no key: decoding only reads another encoding, and anyone can do it.",
    hints=(
        "`base64.urlsafe_b64decode` does nearly all of it. What did it complain about?",
        "It wants a length that is a multiple of four, filled up with `=`. How many are missing for a segment of length n?",
        'The number of `=` is `-len(segment) % 4`: 0, 2 or 1. Add `"=" * that` before you decode.',
    ),
    solution_code="""
import base64

def decode_segment(segment):
    missing = -len(segment) % 4
    return base64.urlsafe_b64decode(segment + "=" * missing)
""",
    explanation=(
        "RFC 7515 section 2 leaves the padding out, since `=` would have to be escaped in a URL and the length says how much is"
        " missing anyway. Its appendix C has the same function in C#. The finished verifier is stricter: `helpers/tokens/encoding.py`"
        " accepts only one encoding of each value (RFC 4648 section 3.5)."
    ),
    equal={
        **RAISES_NOTHING,
        "missing = 4": TOO_MUCH,
        "missing = len(segment) % 4": TOO_MUCH,
    },
)

_LIVES: list[dict[str, Any]] = [
    {"iat": 1_700_000_000, "exp": 1_700_086_400},
    {"exp": 1_600_000_600, "iat": 1_600_000_000, "sub": "job@clients"},
    {"iat": 4_000_000_000, "exp": 4_000_259_200},
]
"""Lives of one day, of ten minutes and of three days; long ago, and long from now."""


def _left(name: str, *seconds: float, rule: str) -> Probe:
    """What is left so many seconds before the end."""

    def ask(attempt: Attempt) -> None:
        for claims in _LIVES:
            for before in seconds:
                now = claims["exp"] - before
                when = (
                    f"{before:g} seconds before `exp`" if before > 0 else f"{-before:g} seconds after `exp`"
                )
                what = f"`exp` {claims['exp']} and `now` {now}, which is {when if before else 'the moment of `exp`'}"
                result = attempt.value(what, claims, now)
                if isinstance(result, bool) or not isinstance(result, int | float):
                    raise NotYet(
                        "For {what}, your function returned {result}, a `{kind}`. Return a number of seconds.",
                        what=what,
                        result=shown(result),
                        kind=type(result).__name__,
                    )
                if result != max(0, before):
                    fault = _mistaken(attempt, result, claims, now) or rule
                    raise NotYet(
                        "For {what}, your function returned {result}. {fault}",
                        what=what,
                        result=shown(result),
                        fault=fault,
                    )

    return Probe(name, ask)


def _mistaken(attempt: Attempt, result: float, claims: dict[str, Any], now: float) -> str:
    """What the function seems to compute instead."""
    left = claims["exp"] - now
    if reads_the_clock(attempt.answer):
        return "Your function reads the clock of your computer. The time that counts is the parameter `now`."
    if result == claims["exp"]:
        return "That is `exp` itself, a moment. How far is it from `now`?"
    if left and result in (left * 1000, left / 1000):
        return (
            "That is wrong by a factor of a thousand. `exp` and `now` count seconds, and so does the answer."
        )
    if left > 0 and result == left % 86_400:
        return "The part that is whole days is missing. A `timedelta` has it in `.days`, and everything in `.total_seconds()`."
    if left > 0 and result == -left:
        return "The sign is wrong. Which of the two moments is the later one, while the token lives?"
    if left > 0 and result == 0 and left % 86_400:
        return "The token still lives at that moment. Which of the two moments is the later one?"
    if left > 0 and result == claims["exp"] - claims["iat"]:
        return "That is how long it lives in all. Subtract `now` from its end, not `iat`."
    return ""


seconds_left = Exercise(
    name="seconds_left",
    lesson="03",
    probes=(
        _left(
            "alive",
            600,
            599,
            300,
            10,
            1,
            rule="Subtract one moment from the other: `exp` is when it ends, and `now` is now.",
        ),
        _left(
            "at_the_end", 0, rule="At the very moment of `exp` nothing is left: RFC 7519 says *on or after*."
        ),
        _left(
            "after_the_end",
            -0.5,
            -1,
            -600,
            -86_400,
            -100_000,
            rule="A token that has expired has 0 seconds left, however long ago that was.",
        ),
        _left(
            "more_than_a_day", 86_400, 90_000, 259_200, rule="Days count too: return all of it in seconds."
        ),
    ),
    notice="`exp` and `iat` are NumericDates: seconds since 1970, in UTC, no time zone and no milliseconds (RFC 7519 section 2).",
    hints=(
        "The claim `exp` is the moment at which the token ends, on the same scale as `now`.",
        "Subtract one from the other. Which way round is it positive while the token lives?",
        "`max(0, …)` turns a negative number into 0.",
    ),
    solution_code="""
def seconds_left(claims, now):
    return max(0, claims["exp"] - now)
""",
    explanation="`now` is a parameter so that a test, or a lab with a clock of its own, can say what time it is.",
    equal={
        **RAISES_NOTHING,
        "return max(0, claims.get('exp', next(iter(claims.values()), None)) - now)": "every token here has an `exp`",
        "return max(claims['exp'] - now, 0)": "the larger of two numbers is the same in either order",
    },
)
