"""Lesson 06: a key cache that also survives an outage of the key server."""

import json

from helpers.exercises.engine import Exercise
from helpers.exercises.lesson_06.cache import KNOWN, NOT_LISTED, OF_A_CALM_CACHE
from helpers.exercises.lesson_06.scene import New, Scene, probes
from helpers.exercises.probe import NotYet
from helpers.tokens.errors import KeysUnavailable

FAULTS = (
    OSError("the key server does not answer"),
    TimeoutError("too slow"),
    ValueError("not JSON"),
    json.JSONDecodeError("not JSON", "<html>", 0),
    KeyError("keys"),
    TypeError("not a key set"),
    AttributeError("no dict"),
    RuntimeError("no thread"),
    AssertionError("no"),
    KeysUnavailable(3),
    Exception("anything"),
)
OLD_ONES_SERVE = "The issuer does not answer, and keys serve until they are 600 + 3,600 seconds old."
NOBODY_KNOWS = (
    "The last fetch has failed, so nobody knows whether the issuer has this key; the token may be good."
)
ONE_TRY = "After a failed fetch, there is no other try for 10 seconds."


def _used(new: New) -> Scene:
    """A cache that was filled."""
    scene = new("one")
    scene.ask("one")
    return scene


def fresh_keys(new: New) -> None:
    scene = _used(new)
    scene.later(599.5)
    scene.mark()
    what = "a known key id, 599.5 seconds after the keys were fetched"
    scene.finds("one", what)
    scene.fetched(0, 0, what, KNOWN)


def keys_grown_old(new: New) -> None:
    scene = _used(new)
    scene.later(600.5)
    scene.mark()
    what = "a known key id, 600.5 seconds after the keys were fetched"
    scene.finds("one", what)
    scene.fetched(
        1, 1, what, "Keys that are older than 600 seconds are fetched again, once, before one is returned."
    )
    scene = _used(new)
    scene.issuer.kids = ["two"]
    scene.later(600.5)
    scene.refuses(
        "one",
        "a key id that the issuer no longer lists, 600.5 seconds after the keys were fetched",
        "The keys are fetched again before one is returned, and the new set does not list it.",
    )


def a_search_makes_fresh(new: New) -> None:
    scene = _used(new)
    scene.later(300)
    scene.ask("made-up")
    scene.later(400)
    scene.mark()
    what = "a known key id, 700 seconds after the first fetch and 400 seconds after a fetch for an unknown id"
    scene.finds("one", what)
    scene.fetched(0, 0, what, "That fetch brought all the keys, so they are only 400 seconds old.")


def a_flood_with_old_keys(new: New) -> None:
    scene = _used(new)
    scene.later(2_000)
    scene.mark()
    scene.flood(20)
    scene.fetched(
        0,
        2,
        "20 made-up key ids within two seconds, when the keys are 2,000 seconds old",
        "Allow one fetch because the keys are old and one for an unknown id. After the first, the keys are no longer old.",
    )


def an_outage_with_old_keys(new: New) -> None:
    for age in (600.5, 2_000, 4_199.5):
        scene = _used(new)
        scene.down()
        scene.later(age)
        scene.finds(
            "one", f"a known key id in an outage, when the keys are {age:,} seconds old", OLD_ONES_SERVE
        )


def too_old(new: New) -> None:
    scene = _used(new)
    scene.down()
    for age in (2_000, 2_200.5):
        scene.later(age)
        scene.ask("one")
    scene.unavailable(
        "one",
        "a known key id in an outage, when the keys are 4,200.5 seconds old",
        "Keys serve until they are 600 + 3,600 seconds old, and nobody can tell now whether this token is good.",
    )


def no_second_try(new: New) -> None:
    scene = _used(new)
    scene.down()
    scene.later(2_000)
    scene.mark()
    for seconds in (0, 1, 5, 3.9):
        scene.later(seconds)
        scene.ask("one")
    scene.fetched(0, 1, "four requests within 9.9 seconds, in an outage and with old keys", ONE_TRY)
    scene.later(60)
    scene.mark()
    for seconds in (0, 5):
        scene.later(seconds)
        scene.ask("one")
    scene.fetched(0, 1, "two requests within five seconds, a minute further into the outage", ONE_TRY)


def a_try_after_ten_seconds(new: New) -> None:
    rule = "When the 10 seconds are over, the next call that needs a fetch tries again."
    scene = _used(new)
    scene.down()
    scene.later(2_000)
    scene.ask("one")
    scene.later(10.1)
    scene.mark()
    scene.ask("one")
    scene.fetched(1, 1, "a known key id with old keys, 10.1 seconds after a failed fetch", rule)
    scene = _used(new)
    scene.later(60)
    scene.down()
    scene.ask("two")
    scene.up()
    scene.issuer.kids.append("two")
    scene.later(10.1)
    scene.finds("two", "a new key's id, 10.1 seconds after a fetch for it has failed", rule)


def an_unknown_id_in_an_outage(new: New) -> None:
    for age, keys in ((60, "fresh"), (2_000, "old")):
        scene = _used(new)
        scene.down()
        scene.later(age)
        scene.unavailable("new", f"an unknown key id in an outage, with {keys} keys", NOBODY_KNOWS)
        scene.later(1)
        scene.unavailable(
            "another", f"an unknown key id, one second after a failed fetch, with {keys} keys", NOBODY_KNOWS
        )


def a_flood_in_an_outage(new: New) -> None:
    scene = _used(new)
    scene.later(60)
    scene.down()
    scene.mark()
    scene.flood(20)
    scene.fetched(0, 1, "20 made-up key ids within two seconds, in an outage and with fresh keys", ONE_TRY)
    scene = _used(new)
    scene.later(2_000)
    scene.down()
    scene.mark()
    scene.flood(20)
    scene.fetched(0, 1, "20 made-up key ids within two seconds, in an outage and with old keys", ONE_TRY)


def known_keys_in_an_outage(new: New) -> None:
    scene = _used(new)
    scene.later(60)
    scene.down()
    scene.ask("made-up")
    scene.later(1)
    scene.mark()
    what = "a known key id with fresh keys, one second after the fetch for an unknown id has failed"
    scene.finds("one", what, "A failed fetch leaves the keys as they were.")
    scene.fetched(0, 0, what, KNOWN)


def a_cold_start_in_an_outage(new: New) -> None:
    scene = new("one")
    scene.down()
    rule = "There are no keys yet, so nobody can tell whether the token is good."
    scene.unavailable("one", "an empty cache in an outage", rule)
    for _ in range(3):
        scene.later(1)
        scene.unavailable("one", "an empty cache in an outage, a few seconds after a failed fetch", rule)
    scene.fetched(1, 1, "four requests within three seconds, in an outage and with an empty cache", ONE_TRY)


def back_again(new: New) -> None:
    scene = _used(new)
    scene.down()
    scene.later(2_000)
    scene.ask("one")
    scene.up()
    scene.later(61)
    scene.ask("one")
    scene.mark()
    what = "a known key id, after an outage is over and the keys were fetched again"
    scene.finds("one", what)
    scene.fetched(0, 0, what, "The keys are fresh again.")
    scene.refuses(
        "made-up", "a made-up key id, after an outage is over and the keys were fetched again", NOT_LISTED
    )
    for age, keys in ((0, "an empty cache"), (5_000, "keys that are too old")):
        scene = _used(new) if age else new("one")
        scene.down()
        scene.later(age)
        scene.ask("one")
        scene.up()
        scene.later(61)
        scene.finds(
            "one", f"the issuer's key, a minute after a failed fetch with {keys}, when the issuer is back"
        )


def a_refresh_is_no_search(new: New) -> None:
    rule = "The fetch before was not for an unknown id, so there is nothing to wait for."
    scene = new("one")
    scene.down()
    scene.ask("one")
    scene.up()
    scene.later(61)
    scene.ask("one")
    scene.later(1)
    scene.issuer.kids.append("two")
    scene.finds("two", "a new key's id, one second after the empty cache was filled at the second try", rule)
    scene = _used(new)
    scene.later(2_000)
    scene.ask("one")
    scene.later(1)
    scene.issuer.kids.append("two")
    scene.finds("two", "a new key's id, one second after old keys were fetched again", rule)


def whatever_fetch_raises(new: New) -> None:
    for fault in FAULTS:
        scene = _used(new)
        scene.issuer.fault = fault
        scene.later(650)
        kind = type(fault).__name__
        scene.finds(
            "one",
            f"a known key id, keys that are 650 seconds old, and a `fetch()` that raises {kind}",
            OLD_ONES_SERVE,
        )


def when_to_come_back(new: New) -> None:
    for age, kid, what in (
        (0, "one", "an empty cache in an outage"),
        (60, "new", "an unknown key id in an outage"),
        (5_000, "one", "keys that are too old in an outage"),
    ):
        scene = _used(new) if age else new("one")
        scene.down()
        scene.later(age)
        raised = scene.ask(kid)
        if isinstance(raised, KeysUnavailable) and raised.retry_after != 10:
            raise NotYet(
                "For {what}, your function tells the client to come back in {seconds} seconds. The next try is due in 10:"
                " raise `KeysUnavailable(10)`.",
                what=what,
                seconds=raised.retry_after,
            )


lasting = Exercise(
    name="lasting",
    lesson="06",
    probes=probes(
        *OF_A_CALM_CACHE,
        fresh_keys,
        keys_grown_old,
        a_search_makes_fresh,
        a_flood_with_old_keys,
        an_outage_with_old_keys,
        too_old,
        no_second_try,
        a_try_after_ten_seconds,
        an_unknown_id_in_an_outage,
        a_flood_in_an_outage,
        known_keys_in_an_outage,
        a_cold_start_in_an_outage,
        back_again,
        a_refresh_is_no_search,
        whatever_fetch_raises,
        when_to_come_back,
        timed=True,
        lasts=True,
    ),
    notice="It takes new keys at once, drops withdrawn ones within ten minutes, and an outage of an hour goes by unnoticed.",
    hints=(
        "Write down three moments: when the keys were fetched, when a fetch last failed, and when you last fetched for an unknown id. They start at"
        " minus infinity. Keep the keys in a dict of their own.",
        "If the keys are fresh and the id is among them, return its key. Otherwise fetch, if ten seconds have passed since the last failure, and for fresh"
        " keys also since the last fetch for an unknown id. A fetch that raises is a failure, whatever it raises, and leaves the old keys alone.",
        "Then answer. No keys yet, or keys older than 600 + 3,600 seconds: KeysUnavailable(10). The id is among them: return its key. The last fetch failed:"
        " KeysUnavailable(10). Otherwise: a ValueError.",
    ),
    solution_code="""
import math

from helpers.tokens.errors import KeysUnavailable

def lasting(kid, cache, fetch, now):
    if not isinstance(kid, str):
        raise ValueError("the key id is not a string")
    keys, fetched = cache.get("keys", {}), cache.get("fetched", -math.inf)
    fresh = now - fetched < 600
    if fresh and kid in keys:
        return keys[kid]
    failed, sought = cache.get("failed", -math.inf), cache.get("sought", -math.inf)
    if now - failed >= 10 and now - sought >= 10:
        if fresh:
            cache["sought"] = now
        try:
            keys = cache["keys"] = fetch()
            fetched = cache["fetched"] = now
            cache["down"] = False
        except Exception:
            cache["failed"] = now
            cache["down"] = True
    if now - fetched >= 4200:
        raise KeysUnavailable(10)
    if kid in keys:
        return keys[kid]
    if cache["down"]:
        raise KeysUnavailable(10)
    raise ValueError("the issuer has no key with this id")
""",
    explanation=(
        "Old keys are better than none, for a while: the issuer's outage does not become yours. Not forever, though, or a key that was withdrawn"
        " because it was stolen would serve on. What cannot be known is a 503 (RFC 9110 section 15.6.4): a 401 would tell the client to throw away a"
        " token that may be good."
    ),
    equal={
        "return keys.get(kid, next(iter(keys.values()), None))": "by then the id is among the keys",
        "keys, fetched = (cache.get('keys'), cache.get('fetched', -math.inf))": "without keys, nothing looks into them",
        "keys, fetched = (cache.get('keys', next(iter(cache.values()), None)), cache.get('fetched', -math.inf))": "without keys, nothing looks into them",
        "if cache.get('down', next(iter(cache.values()), None)):": "by then it is in the cache",
        "fresh = now - fetched <= 600": "at exactly 600 seconds either is right",
        "if now - failed > 10 and now - sought >= 10:": "at exactly 10 seconds either is right",
        "if now - failed >= 10 and now - sought > 10:": "at exactly 10 seconds either is right",
        "if now - fetched > 4200:": "at exactly 4,200 seconds either is right",
    },
)
