"""Lesson 06: a key cache that survives rotation, and a flood of unknown key ids."""

from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.lesson_04.header import names_in
from helpers.exercises.lesson_06.scene import New, probes
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import ONLY_VALUE_ERRORS, shown

UNKNOWN = [
    ("the key id `unknown`, which the issuer does not list", "unknown"),
    *((f"the key id {shown(kid)}, which is nearly the id of a key", kid) for _, kid in unlike("one")),
]
NO_STRINGS: list[tuple[str, Any]] = [
    *((f"a key id that is {what}", kid) for what, kid in odd("one")),
    ("a key id that is a list with the right id in it", ["one"]),
]
NOT_LISTED = "The issuer does not list a key with exactly this id."
NO_STRING = "A key id is a string, and the issuer lists none like this."
KNOWN = "A key that is in the cache is returned without a fetch."
ONCE_IN_TEN = "After a fetch for an unknown id, there is no other one for 10 seconds, whatever ids come."


def every_key_at_first(new: New) -> None:
    scene = new("one", "two")
    scene.finds("two", "the key id `two`, an empty cache, and an issuer that lists the keys `one` and `two`")
    scene.fetched(1, 1, "the first key id and an empty cache", "One fetch brings all the keys.")


def known_keys(new: New) -> None:
    scene = new("one", "two")
    scene.ask("one")
    for kid, what in (
        ("one", "the key id `one`, asked for a second time"),
        ("two", "the key id `two`, which came with the fetch for `one`"),
    ):
        scene.mark()
        scene.finds(kid, what)
        scene.fetched(0, 0, what, KNOWN)
    scene.later(60)
    scene.issuer.kids.append("three")
    scene.ask("three")
    scene.later(60)
    scene.mark()
    what = "the key id `one`, which the issuer still lists after a new key came"
    scene.finds("one", what)
    scene.fetched(0, 0, what, KNOWN)


def a_new_key(new: New) -> None:
    for number, kid in enumerate(dict.fromkeys(("two", *(kid for _, kid in unlike("one"))))):
        scene = new("one")
        scene.ask("one")
        scene.later(60 + 20 * number)
        scene.issuer.kids.append(kid)
        scene.mark()
        what = f"the key id {shown(kid)}, which the issuer lists since a moment ago, with `one` in the cache"
        scene.finds(kid, what, "An id that is not in the cache may be a new key's: fetch, and look again.")
        scene.fetched(1, 1, what, "One fetch tells whether the issuer has this key.")
    if new().lasts:
        return  # how it asks again, after a failure too, has scenes of its own there
    scene = new("one")
    scene.ask("one")
    scene.later(60)
    scene.ask("two")
    scene.issuer.kids.append("two")
    scene.later(60)
    scene.finds(
        "two",
        "the key id `two`, which the issuer did not list when it was asked for a minute ago, and lists now",
        "An unknown id is asked for again: do not remember that it was unknown.",
    )


def a_withdrawn_key(new: New) -> None:
    # An empty set is another question for a cache that goes on with old keys.
    for left in (["two"],) if new().lasts else (["two"], []):
        scene = new("one", "two")
        scene.ask("one")
        scene.later(60)
        scene.issuer.kids = list(left)
        scene.ask("made-up")
        scene.refuses(
            "one",
            f"the key id `one`, which was in the cache, after a fetch that brought {'the key `two` alone' if left else 'an empty set'}",
            "The issuer has withdrawn this key. What was fetched replaces what was there.",
        )


def unknown_ids(new: New) -> None:
    for what, kid in UNKNOWN:
        scene = new("one")
        scene.refuses(kid, f"{what}, and an empty cache", NOT_LISTED)
        scene = new("one")
        scene.ask("one")
        scene.later(60)
        scene.refuses(kid, f"{what}, and a cache that has the keys", NOT_LISTED)


def ids_that_are_no_strings(new: New) -> None:
    for what, kid in NO_STRINGS:
        new("one").refuses(kid, f"{what}, and an empty cache", NO_STRING)
    scene = new("one")
    scene.ask("one")
    scene.later(60)
    scene.mark()
    for what, kid in NO_STRINGS:
        scene.refuses(kid, f"{what}, and a cache that has the keys", NO_STRING)
    if scene.timed:
        scene.fetched(0, 1, "nine key ids at once that are no strings, or empty", ONCE_IN_TEN)


def good_keys_stay(new: New) -> None:
    scene = new("one")
    scene.ask("one")
    scene.later(60)
    scene.ask("made-up")
    scene.later(1)
    scene.mark()
    what = "the key id `one`, which is in the cache, right after a made-up key id"
    scene.finds("one", what)
    scene.fetched(0, 0, what, "A made-up key id does not take the good keys out of the cache.")


def names_of_your_own(new: New) -> None:
    scene = new("one")
    for kid in ("one", "made-up"):
        scene.ask(kid)
    if scene.lasts:  # by now it has also noted that a fetch has failed
        scene.down()
        scene.later(2_000)
        scene.ask("one")
    names = set(names_in(scene.cache))
    if scene.lasts:
        scene.up()
        scene.later(61)
        scene.ask("one")
    for name in sorted({*names, *names_in(scene.cache)} - {"one"}):
        scene.refuses(
            name,
            f"the made-up key id {shown(name)}, which is also a name that is in `cache` after your function has run",
            "A made-up key id finds nothing, also when it is a name that you use. Keep the keys apart from what else you remember.",
        )


def nothing_outside_the_cache(new: New) -> None:
    first = new("one")
    first.ask("one")
    first.later(60)
    first.ask("made-up")
    what = "another issuer's `fetch`"
    rule = "Keep everything in `cache`, nothing in a variable outside of the function."
    other = new("one", n="AQAD")
    other.finds("one", f"the key id `one`, another empty cache and {what}", rule)
    other.fetched(1, 1, f"the key id `one`, another empty cache and {what}", rule)
    other.later(60)
    other.issuer.kids.append("two")
    other.finds("two", f"a new key's id, another cache and {what}", rule)


OF_ANY_CACHE = (
    every_key_at_first,
    nothing_outside_the_cache,
    known_keys,
    a_new_key,
    a_withdrawn_key,
    unknown_ids,
    ids_that_are_no_strings,
    good_keys_stay,
    names_of_your_own,
)

refetching = Exercise(
    name="refetching",
    lesson="06",
    probes=probes(*OF_ANY_CACHE),
    notice="The new key's very first token gets in. Now look at what a made-up key id costs you: a request, each time.",
    hints=(
        "When `kid` is not in the cache, the issuer may have a new key: fetch, once, and look again.",
        "Replace the old dict of keys with the new one, so that a key that is no longer listed is gone. Adding to the old dict would keep it.",
        '`cache["keys"] = fetch()` replaces it. Before that, a `kid` that is not a string is a ValueError.',
    ),
    solution_code="""
def refetching(kid, cache, fetch):
    if not isinstance(kid, str):
        raise ValueError("the key id is not a string")
    keys = cache.get("keys", {})
    if kid not in keys:
        keys = cache["keys"] = fetch()
    if kid not in keys:
        raise ValueError("the issuer has no key with this id")
    return keys[kid]
""",
    explanation=(
        "An unknown key id is the one sign of a rotation that a verifier gets, so it asks again at once. What comes back replaces what was there:"
        " the issuer's list is the truth, including what is missing from it. (The finished key set takes a list without a usable key for a fault.)"
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "return keys.get(kid, next(iter(keys.values()), None))": "by then the id is among the keys",
    },
)


def filling_is_no_search(new: New) -> None:
    scene = new("one")
    scene.ask("one")
    scene.later(1)
    scene.issuer.kids.append("two")
    scene.finds(
        "two",
        "the key id `two`, which the issuer lists since one second after the fetch that filled the empty cache",
        "Filling the empty cache does not count as a fetch for an unknown id, so there is nothing to wait for.",
    )


def a_flood_and_no_keys(new: New) -> None:
    scene = new()
    scene.flood(20)
    scene.fetched(
        0,
        2,
        "20 made-up key ids within two seconds, with an issuer that lists no key at all",
        "Allow one fetch that fills the cache and one for an unknown id. A cache that was filled with an empty set is filled.",
    )


def ten_seconds_of_calm(new: New) -> None:
    scene = new("one")
    scene.ask("one")
    scene.later(60)
    scene.ask("made-up")
    scene.mark()
    for seconds, after in ((5, "5"), (4.9, "9.9")):
        scene.later(seconds)
        what = f"another made-up key id, {after} seconds after a fetch for an unknown id"
        scene.refuses("another", what, NOT_LISTED)
        scene.fetched(0, 0, what, ONCE_IN_TEN)


def a_search_that_found_a_key(new: New) -> None:
    scene = new("one")
    scene.ask("one")
    scene.later(60)
    scene.issuer.kids.append("two")
    scene.ask("two")
    scene.mark()
    scene.later(1)
    what = "a made-up key id, one second after a fetch for an unknown id that turned out to be a new key's"
    scene.refuses("another", what, NOT_LISTED)
    scene.fetched(0, 0, what, ONCE_IN_TEN)


def after_ten_seconds(new: New) -> None:
    scene = new("one")
    scene.ask("one")
    scene.later(60)
    for number in range(10):
        scene.ask(f"made-up-{number}")
        scene.later(1.01)
    scene.issuer.kids.append("two")
    scene.finds(
        "two",
        "a new key's id, 10.1 seconds after the last fetch for an unknown id, with a made-up id in each second since then",
        "The 10 seconds count from the last fetch, not from the last unknown id; when they are over, the next unknown id is worth a fetch.",
    )


def two_floods(new: New) -> None:
    scene = new("one")
    scene.ask("one")
    for what in (
        "40 made-up key ids within two seconds",
        "40 made-up key ids within two seconds, a minute after 40 others",
    ):
        scene.later(60)
        scene.mark()
        scene.flood(40)
        scene.fetched(0, 1, what, ONCE_IN_TEN)


OF_A_CALM_CACHE = (
    *OF_ANY_CACHE,
    filling_is_no_search,
    two_floods,
    a_flood_and_no_keys,
    ten_seconds_of_calm,
    a_search_that_found_a_key,
    after_ten_seconds,
)

calm = Exercise(
    name="calm",
    lesson="06",
    probes=probes(*OF_A_CALM_CACHE, timed=True),
    notice=(
        "One fetch in ten seconds, however many made-up ids come."
        " The price: a key that appears right after a flood waits for those ten seconds."
    ),
    hints=(
        'Keep in `cache` when you last fetched for an id that you did not know, say as `cache["sought"]`, and keep the keys in a dict'
        " of their own, so that no key id is ever mistaken for a name of yours.",
        "The very first fetch does not count as one: a key that appears a second later must be found at once.",
        'So, if there are no keys yet, fetch. If the id is unknown and `now - cache.get("sought", -math.inf) >= 10`, write down `now`, and fetch. Then look the key up.',
    ),
    solution_code="""
import math

def calm(kid, cache, fetch, now):
    if not isinstance(kid, str):
        raise ValueError("the key id is not a string")
    keys = cache.get("keys")
    if keys is None:
        keys = cache["keys"] = fetch()
    elif kid not in keys and now - cache.get("sought", -math.inf) >= 10:
        cache["sought"] = now
        keys = cache["keys"] = fetch()
    if kid not in keys:
        raise ValueError("the issuer has no key with this id")
    return keys[kid]
""",
    explanation=(
        "Anyone can make up key ids, so what they cost must have a bound: Auth0's library jwks-rsa can limit the refetches for that reason. The cool-down counts"
        " from the last fetch that an unknown id has caused, not from just any fetch; otherwise a rotation right after the start would fail."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "return keys.get(kid, next(iter(keys.values()), None))": "by then the id is among the keys",
        "keys = cache.get('keys', next(iter(cache.values()), None))": "the keys are what comes into the cache first",
        "elif kid not in keys and now - cache.get('sought', -math.inf) > 10:": "at exactly 10 seconds either is right",
    },
)
