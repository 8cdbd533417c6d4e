"""Lesson 04: the algorithm, and the key for a key id."""

from collections.abc import Iterator
from typing import Any

from helpers.bounded import Shared
from helpers.exercises.engine import Exercise
from helpers.exercises.near import unlike
from helpers.exercises.probe import (
    ONLY_VALUE_ERRORS,
    Attempt,
    Case,
    NotYet,
    accepts,
    case,
    probe,
    refused,
    refuses,
    shown,
)

HEADER = {"alg": "RS256", "typ": "JWT", "kid": "the-key"}


def _header(what: str, **members: Any) -> Case:
    return case(what, {**HEADER, **members})


def algorithms(*algs: Any) -> list[tuple[str, Any]]:
    """Values of ``alg``, each with what it is."""
    return [(f"the algorithm {shown(alg)}", alg) for alg in algs]


NONES = algorithms("none", "None", "NONE", "nOnE", "")
OTHERS = algorithms("HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "ES256", "EdDSA", "RSA1_5", "RS1")
NEARLY = [(f"the algorithm {shown(alg)}", alg) for _, alg in unlike("RS256")]
NO_STRING = algorithms(None, True, 256, ["RS256"], ["none", "RS256"], {"RS256": 1}, [])
ONE_VALUE = "This API takes one algorithm, written exactly one way."

check_header = Exercise(
    name="check_header",
    lesson="04",
    probes=(
        accepts(
            "good_headers",
            _header("the header of a good token"),
            _header("a good header with another key id", kid="another-key"),
            _header("a good header with the type `at+jwt`", typ="at+jwt"),
            _header("a good header with one member more", **{"x5t": "AAAA"}),
            rule="Its algorithm is the one that this API takes, and the other members are not this function's business.",
        ),
        refuses(
            "none", *(_header(what, alg=alg) for what, alg in NONES), rule="It asks for no signature at all."
        ),
        refuses(
            "other_algorithms",
            *(_header(what, alg=alg) for what, alg in OTHERS),
            rule="You choose the algorithm, the token does not.",
        ),
        refuses("nearly", *(_header(what, alg=alg) for what, alg in NEARLY), rule=ONE_VALUE),
        refuses(
            "no_string",
            *(_header(what, alg=alg) for what, alg in NO_STRING),
            rule="In JSON a value can be of any type, and this one is not the right string.",
        ),
        refuses(
            "missing",
            case("a header with no `alg`", {"typ": "JWT", "kid": "the-key"}),
            case(
                "a header with no `alg`, and `RS256` in `enc`",
                {"enc": "RS256", "typ": "JWT", "kid": "the-key"},
            ),
            rule="A header that does not name its algorithm has not agreed with yours.",
        ),
    ),
    notice="One algorithm is allowed, and you chose it. The header can agree or be refused.",
    hints=(
        "A list of what is forbidden is never complete. What is the one value that is allowed?",
        'Compare `header.get("alg")` with `"RS256"`: exactly, and without changing it first.',
        "If the two differ, raise a ValueError with a sentence. There is nothing to return.",
    ),
    solution_code="""
def check_header(header):
    if header.get("alg") != "RS256":
        raise ValueError("this API takes RS256 and nothing else")
""",
    explanation=(
        "RFC 8725 section 3.1: the caller specifies the algorithms, and no other is used. A verifier that reads the algorithm from"
        " the token lets the attacker choose how to be checked; both famous attacks on JWT libraries begin there."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "if not str(header.get('alg')) == str('RS256'):": "no JSON value but the string itself prints as RS256",
    },
)

KEYS = [
    {"kid": "first", "kty": "RSA", "n": "AQAB", "e": "AQAB"},
    {"kid": "second", "kty": "RSA", "n": "AQAC", "e": "AQAB"},
]
UNKNOWN_KIDS = [
    ("the key id `unknown`, which the issuer does not have", "unknown"),
    *((f"the key id {shown(kid)}, which is nearly that of a key", kid) for _, kid in unlike("first")),
]
NO_KIDS = [
    ("a token without a key id (`kid` is `None`)", None),
    ("the key id `['first']`, a list", ["first"]),
    ("the key id `{'first': 1}`, an object", {"first": 1}),
    ("the key id `0`, a number", 0),
    ("the key id `True`", True),
]


class _Scene:
    """One cache, and a `fetch` that counts."""

    def __init__(self, attempt: Attempt, keys: list[dict[str, str]] = KEYS) -> None:
        self.attempt, self.keys = attempt, keys
        self.cache: dict[str, Any] = {}
        self.fetches = 0

    def _fetch(self) -> dict[str, Any]:
        self.fetches += 1
        return {"keys": [dict(key) for key in self.keys]}

    def asked(self, what: str, kid: Any) -> Case:
        return case(what, kid, Shared(self.cache), self._fetch)

    def finds(self, number: int, what: str) -> None:
        """The key of this number is returned."""
        asked = self.asked(what, self.keys[number]["kid"])
        key = self.attempt.value(asked.what, *asked.arguments)
        if key != self.keys[number]:
            raise NotYet(
                "For {what}, your function returned {key}. Return the key of the set with this `kid`: the whole dict.",
                what=what,
                key=shown(key),
            )

    def fetched(self, count: int, what: str) -> None:
        """So many fetches were made."""
        if self.fetches != count:
            raise NotYet(
                "{what}, your function has called `fetch()` {made} times in all, and {count} is right. It fetches only"
                " when `cache` is empty, and then keeps every key of the set in `cache`.",
                what=what,
                made=self.fetches,
                count=count,
            )


@probe
def first_use(attempt: Attempt) -> None:
    for number, kid in enumerate(("first", "second")):
        scene = _Scene(attempt)
        scene.finds(number, f"the key id `{kid}` and an empty cache")
        scene.fetched(1, "With an empty cache")
        scene.finds(number, f"the key id `{kid}`, a second time")
        scene.fetched(1, "After two calls for the same key")


@probe
def another_key_of_the_set(attempt: Attempt) -> None:
    scene = _Scene(attempt)
    scene.finds(0, "the key id `first` and an empty cache")
    scene.finds(1, "the key id `second`, after `first` was asked for")
    scene.fetched(1, "After one call for each key of the set")


def _refused_kids(kids: list[tuple[str, Any]], rule: str):
    def ask(attempt: Attempt) -> None:
        for full in (False, True):
            for what, kid in kids:
                scene = _Scene(attempt)
                if full:
                    scene.finds(0, "the key id `first` and an empty cache")
                when = "and a cache that has the keys" if full else "and an empty cache"
                refused(attempt, scene.asked(f"{what}, {when}", kid), rule)

    return ask


@probe
def unknown_ids(attempt: Attempt) -> None:
    _refused_kids(UNKNOWN_KIDS, "The issuer has no key with exactly this id.")(attempt)


@probe
def ids_of_another_type(attempt: Attempt) -> None:
    _refused_kids(NO_KIDS, "A key id is a string, and this is none.")(attempt)


@probe
def made_up_ids_cost_nothing(attempt: Attempt) -> None:
    scene = _Scene(attempt)
    scene.finds(0, "the key id `first` and an empty cache")
    attempt.outcome("a made-up key id", *scene.asked("", "made-up").arguments)
    scene.fetched(1, "After a good key id and a made-up one")


@probe
def good_keys_stay(attempt: Attempt) -> None:
    scene = _Scene(attempt)
    scene.finds(0, "the key id `first` and an empty cache")
    attempt.outcome("a made-up key id", *scene.asked("", "made-up").arguments)
    before = scene.fetches
    scene.finds(0, "the key id `first`, after a made-up key id")
    scene.fetched(before, "When a good key id is asked for after a made-up one")


@probe
def nothing_outside_the_cache(attempt: Attempt) -> None:
    _Scene(attempt).finds(0, "the key id `first` and an empty cache")
    other = _Scene(attempt, [{**KEYS[0], "n": "AQAD"}])
    other.finds(0, "the key id `first`, another empty cache and another issuer's `fetch`")
    other.fetched(1, "With another empty cache")


@probe
def names_of_your_own(attempt: Attempt) -> None:
    scene = _Scene(attempt)
    scene.finds(0, "the key id `first` and an empty cache")
    for name in sorted(set(names_in(scene.cache)) - {key["kid"] for key in KEYS}):
        what = f"the made-up key id {shown(name)}, which is also a name that is in `cache` after your function has run"
        rule = "A made-up key id finds nothing, also when it is a name that you use."
        refused(attempt, scene.asked(what, name), rule)


def names_in(value: Any) -> Iterator[str]:
    """The names in a dict, and in the dicts in it."""
    if isinstance(value, dict):
        for name, inside in value.items():
            if isinstance(name, str):
                yield name
            yield from names_in(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from names_in(inside)


key_for = Exercise(
    name="key_for",
    lesson="04",
    probes=(
        first_use,
        another_key_of_the_set,
        unknown_ids,
        ids_of_another_type,
        made_up_ids_cost_nothing,
        good_keys_stay,
        nothing_outside_the_cache,
        names_of_your_own,
    ),
    notice="One fetch, the first time only. What is still missing: new keys that appear, and old ones that are withdrawn.",
    hints=(
        "When `cache` is empty, fetch the set and put every key into it, under its `kid`.",
        "After that, the key is `cache.get(kid)`. What if there is none?",
        'A loop over `fetch()["keys"]` fills it. An id that is not a string, or not in the cache, is a ValueError.',
    ),
    solution_code="""
def key_for(kid, cache, fetch):
    if not cache:
        for key in fetch()["keys"]:
            cache[key["kid"]] = key
    if not isinstance(kid, str) or kid not in cache:
        raise ValueError("the issuer has no key with this id")
    return cache[kid]
""",
    explanation=(
        "The set is fetched once and serves every token after it. The key id only chooses among the issuer's keys"
        " (RFC 7515 section 4.1.4); a key that comes along in the token's own header is never looked at (RFC 8725 section 3.10)."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "cache[key.get('kid', next(iter(key.values()), None))] = key": "every key of these sets has an id",
        "return cache.get(kid, next(iter(cache.values()), None))": "by then the key is in the cache",
    },
)
