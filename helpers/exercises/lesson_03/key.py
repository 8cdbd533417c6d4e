"""Lesson 03: find the key for a key id."""

from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import Attempt, NotYet, Probe, case, probe, shown
from helpers.exercises.raising import raises

Key = dict[str, Any]

FIRST: Key = {"kty": "RSA", "use": "sig", "kid": "first", "n": "AQAB", "e": "AQAB"}
SECOND: Key = {"kty": "RSA", "use": "sig", "kid": "second", "n": "AQAC", "e": "AQAB"}
THIRD: Key = {"kty": "RSA", "use": "sig", "kid": "third", "n": "AQAD", "e": "AQAB"}
NAMELESS: Key = {"kty": "RSA", "use": "sig", "n": "AQAE", "e": "AQAB"}
SAME: Key = {**SECOND, "kid": "first"}
NEARLY: list[Key] = [{**THIRD, "kid": kid} for kid in dict.fromkeys(kid for _, kid in unlike("first"))]
OTHER_ISSUER: Key = {**FIRST, "n": "AQAF"}

_GUESSING = "A token that names a strange key would be checked with a key that it did not name."
_NO_STRING = "A key id is a string, and this is none, so no key of the set has it."


def _set(*keys: Key) -> dict[str, Any]:
    return {"keys": list(keys)}


def _finds(name: str, *entries: tuple[str, list[Key], Key]) -> Probe:
    """For each entry: what is asked for, the keys of the set, and the right one."""

    def ask(attempt: Attempt) -> None:
        for what, keys, right in entries:
            found, raised, did = attempt.outcome(what, _set(*keys), right["kid"])
            if raised is not None:
                raise NotYet(
                    "For {what}, your function {did} The set has exactly one such key.", what=what, did=did
                )
            if found is None:
                raise NotYet(
                    "For {what}, your function returned `None`. Is a `return` missing on one of its paths?",
                    what=what,
                )
            if found == right:
                continue
            if found == [right]:
                rule = "That is a list. Return the key itself."
            elif isinstance(found, dict) and found.get("kid") != right["kid"]:
                rule = "That is another key. Compare `kid`: the order of the set means nothing."
            else:
                rule = "A key is the whole dict, as it is in this set."
            raise NotYet(
                "For {what}, your function returned {found}. {rule}", what=what, found=shown(found), rule=rule
            )

    return Probe(name, ask)


@probe
def another_set(attempt: Attempt) -> None:
    """Nothing is kept of an earlier set."""
    attempt.outcome("the key id `first`", _set(FIRST, SECOND), "first")
    what = "the key id `first`, and the set of another issuer after that of a first one"
    found, raised, _ = attempt.outcome(what, _set(OTHER_ISSUER), "first")
    if raised is None and found == FIRST:
        raise NotYet(
            "For {what}, your function returned the key of the first issuer. Look for it in the set that is passed, and keep"
            " nothing between two calls.",
            what=what,
        )


find_key = Exercise(
    name="find_key",
    lesson="03",
    probes=(
        another_set,  # first, since the others would blame something else for what is kept
        _finds(
            "wherever_it_is",
            ("the key id `first`, the first of three", [FIRST, SECOND, THIRD], FIRST),
            ("the key id `second`, in the middle of three", [FIRST, SECOND, THIRD], SECOND),
            ("the key id `third`, the last of three", [FIRST, SECOND, THIRD], THIRD),
            ("the key id `third`, now the first of three", [THIRD, SECOND, FIRST], THIRD),
            ("the key id `second`, the only one of the set", [SECOND], SECOND),
            ("the key id `first`, among keys whose ids are nearly the same", [*NEARLY, FIRST], FIRST),
        ),
        _finds(
            "beside_a_key_without_an_id",
            ("the key id `second`, after a key that has no `kid`", [NAMELESS, SECOND], SECOND),
            ("the key id `first`, before a key that has no `kid`", [FIRST, NAMELESS], FIRST),
        ),
        _finds(
            "beside_two_of_the_same_id",
            (
                "the key id `third`, in a set where two other keys have the same id",
                [FIRST, THIRD, SAME],
                THIRD,
            ),
        ),
        raises(
            "unknown",
            case("the key id `unknown`, which is not in the set", _set(FIRST, SECOND, THIRD), "unknown"),
            case("the key id `unknown`, and a set with one key", _set(FIRST), "unknown"),
            case("the key id `AQAC`, which is the `n` of a key", _set(FIRST, SECOND), "AQAC"),
            case("the key id `RSA`, and a key without a `kid`", _set(NAMELESS), "RSA"),
            case("the key id `None`, a string, and a key without a `kid`", _set(NAMELESS, FIRST), "None"),
            error=LookupError,
            rule=_GUESSING,
        ),
        raises(
            "empty",
            case("an empty set", _set(), "first"),
            error=LookupError,
            rule="There is no key to return.",
        ),
        raises(
            "nearly",
            *(
                case(
                    f"the key id {shown(kid)}, which is nearly that of a key: {what}",
                    _set(SECOND, FIRST),
                    kid,
                )
                for what, kid in unlike("first")
            ),
            case("the key id `first`, in a set whose ids are only nearly the same", _set(*NEARLY), "first"),
            error=LookupError,
            rule="A key id is compared whole, character by character.",
        ),
        raises(
            "no_string",
            *(
                case(
                    f"a key id that is {what}, {shown(kid)}, and a key without a `kid`",
                    _set(NAMELESS, FIRST),
                    kid,
                )
                for what, kid in (*odd("first"), ("a list with the right id", ["first"]), ("a number", 7))
            ),
            error=LookupError,
            rule=_NO_STRING,
        ),
        raises(
            "twice",
            case("the key id `first`, which two keys of the set have", _set(FIRST, SAME), "first"),
            case(
                "the key id `first`, which the first and the last key of three have",
                _set(FIRST, THIRD, SAME),
                "first",
            ),
            case(
                "the key id `first`, which three keys of the set have",
                _set(FIRST, SAME, OTHER_ISSUER),
                "first",
            ),
            case("the key id `first`, with the same key in the set twice", _set(FIRST, FIRST), "first"),
            error=LookupError,
            rule="Nobody can say which of them is meant.",
        ),
    ),
    notice="The header chooses *among the keys of the issuer*, and brings none of its own. An attacker's key is no candidate.",
    hints=(
        '`jwks["keys"]` is a list of dicts. Collect those whose `kid` is the one you look for.',
        "How many may there be? One is right. None is a LookupError, and so are two: nobody knows which is meant.",
        "Make a list with a comprehension, then `if len(keys) != 1: raise LookupError(...)`, then return its only element."
        " A key id that is not a string is a LookupError too.",
    ),
    solution_code="""
def find_key(jwks, kid):
    keys = [key for key in jwks["keys"] if key.get("kid") == kid]
    if not isinstance(kid, str) or len(keys) != 1:
        raise LookupError("no single key of the issuer has this id")
    return keys[0]
""",
    explanation=(
        "RFC 7515 section 4.1.4: the key id is a hint for finding the key, chosen by the issuer. RFC 7517 section 4.5 says the ids"
        " in a set should differ; where they do not, guessing is no way to choose a key. A `kid` is optional in both: a token"
        " without one must not find a key without one."
    ),
    equal={
        "keys = [key for key in jwks.get('keys', next(iter(jwks.values()), None)) if key.get('kid') == kid]": "a key set has `keys`",
        "if not kid is not None or len(keys) != 1:": "an issuer's key ids are strings, so no other value equals one",
        "return keys[-1]": "by then there is one key",
        "raise KeyError('x')": "a KeyError is a LookupError",
    },
)
