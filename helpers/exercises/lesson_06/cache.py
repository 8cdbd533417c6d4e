"""Lesson 06: a key cache that survives rotation, a flood of unknown key ids, and an outage."""

from collections.abc import Callable
from typing import Any

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.refusals import REFUSALS, refuses
from helpers.tokens.errors import KeysUnavailable

TTL, MAX_STALE, COOLDOWN = 600, 3_600, 10
"""Seconds: how long keys are fresh, how long old ones serve on in an outage, and between two fetches for nothing."""


class _Issuer:
    """A key server in a few lines: which keys it lists, how often it was asked, and whether it answers."""

    def __init__(self, *kids: str) -> None:
        self.kids = list(kids)
        self.fetches = 0
        self.answer: Callable[[], Any] | None = None

    def key(self, kid: str) -> dict[str, str]:
        return {"kid": kid, "kty": "RSA", "n": f"n-of-{kid}", "e": "AQAB"}

    def fetch(self) -> Any:
        self.fetches += 1
        return self.answer() if self.answer else {kid: self.key(kid) for kid in self.kids}

    def fail_with(self, error: Exception) -> None:
        """From now on a fetch raises this."""

        def fail() -> None:
            raise error

        self.answer = fail


class _Scene:
    """One cache, one issuer, and a learner's function that is asked for keys at chosen moments."""

    def __init__(self, attempt: Attempt, issuer: _Issuer, timed: bool) -> None:
        self.attempt, self.issuer, self.timed = attempt, issuer, timed
        self.cache: dict[str, Any] = {}
        self.now = 1_700_000_000.0

    def _arguments(self, kid: Any) -> tuple[Any, ...]:
        arguments = (kid, self.cache, self.issuer.fetch)
        return (*arguments, self.now) if self.timed else arguments

    def finds(self, kid: str, when: str) -> None:
        """The key is given out; says what is wrong otherwise."""
        key, raised = self.attempt.tried(*self._arguments(kid))
        if raised is not None:
            raise NotYet(f"{when}, a good key was not found: it raised {type(raised).__name__}: {raised}")
        if key != self.issuer.key(kid):
            shown = {type(None): "None", str: "a text"}.get(type(key), "something else")
            raise NotYet(f"{when}, it returned {shown}. Return the key, the dict with this `kid`.")

    def refuses(self, kid: Any, what: str) -> None:
        refuses(self.attempt, self._arguments(kid), what)

    def cannot_say(self, kid: str, when: str) -> None:
        """The function says that keys cannot be had, which the door answers with 503."""
        raised = self.attempt.raised(*self._arguments(kid))
        if isinstance(raised, KeysUnavailable):
            if raised.retry_after != COOLDOWN:
                raise NotYet(
                    f"It tells the client to come back in {raised.retry_after} seconds. The next try is due in {COOLDOWN}."
                )
            return
        if raised is None:
            raise NotYet(f"{when}, it still gave out a key.")
        if isinstance(raised, REFUSALS):
            raise NotYet(
                f"{when}, it refused the token, and the client would read 401. The token may be good: raise KeysUnavailable, which is a 503."
            )
        raise NotYet(
            f"{when}: {self.attempt.error(*self._arguments(kid))} Raise KeysUnavailable, which is a 503."
        )

    def fetches(self, count: int, why: str) -> None:
        if self.issuer.fetches > count:
            raise NotYet(f"{why} It has fetched {self.issuer.fetches} times by now, where {count} would do.")
        if self.issuer.fetches < count:
            raise NotYet(f"{why} It has fetched {self.issuer.fetches} times by now, and {count} are needed.")


def _first_use_and_rotation(scene: _Scene) -> None:
    issuer = scene.issuer
    scene.finds("one", "At first use")
    if not scene.cache:
        raise NotYet(
            "`cache` is as empty as before. Put the keys into it; `cache = ...` only makes another dict."
        )
    scene.finds("one", "The second time")
    scene.fetches(1, "The same key was asked for twice.")
    issuer.kids = ["two", "one"]
    scene.finds("two", "After a rotation, for the new key's first token")
    scene.fetches(2, "A new key appeared, and one fetch finds it.")
    scene.finds("one", "After a rotation, for a token of the old key, which is still listed")
    scene.fetches(2, "The old key is still listed.")


def _withdrawn(scene: _Scene) -> None:
    scene.issuer.kids = ["three", "two"]
    scene.finds("three", "After a second rotation")
    scene.issuer.kids = ["three", "two"]
    scene.refuses("one", "a withdrawn key, which the set that was fetched last does not list,")


def _odd_kids(scene: _Scene) -> None:
    before = scene.issuer.fetches
    for kid in (None, 7, ["one"], {"one": 1}):
        scene.refuses(kid, f"a key id that is no text, {kid!r},")
    scene.fetches(before, "A key id that is no text is no reason to ask the issuer.")


def _check_refetching(attempt: Attempt) -> str:
    scene = _Scene(attempt, _Issuer("one"), timed=False)
    _first_use_and_rotation(scene)
    scene.refuses("made-up", "a key id that the issuer does not have")
    _withdrawn(scene)
    _odd_kids(scene)
    return "The new key's very first token gets in. And now look at what a made-up key id costs you: a request, each time."


refetching = Exercise(
    name="refetching",
    lesson="06",
    check=_check_refetching,
    hints=(
        "When `kid` is not in the cache, the issuer may have a new key: fetch, once, and look again.",
        "Put a new dict of keys in the place of the old one, so that a key that is not listed any more is gone. Adding to the old dict would keep it.",
        '`cache["keys"] = fetch()` puts it there. A `kid` that is no text is a ValueError before that.',
    ),
    solution_code="""
def refetching(kid, cache, fetch):
    if not isinstance(kid, str):
        raise ValueError("the key id is no text")
    if kid not in cache.get("keys", {}):
        cache["keys"] = fetch()
    if kid not in cache["keys"]:
        raise ValueError("the issuer has no key with this id")
    return cache["keys"][kid]
""",
    explanation=(
        "An unknown key id is the one sign of a rotation that a verifier gets, so it asks again at once. What comes back replaces what was there:"
        " the issuer's list is the truth, including what is missing from it."
    ),
)


def _flood(scene: _Scene) -> None:
    before = scene.issuer.fetches
    for number in range(200):
        scene.refuses(f"made-up-{number}", "a made-up key id")
        scene.now += 0.01
        if scene.issuer.fetches > before + 1:
            raise NotYet(
                f"{number + 1} made-up key ids within two seconds cost {scene.issuer.fetches - before} fetches."
                " After one that was in vain, wait ten seconds before the next."
            )
    if scene.issuer.fetches == before:
        raise NotYet("A key id that is not known made no fetch at all. The first one might be a new key.")


def _check_calm(attempt: Attempt) -> str:
    scene = _Scene(attempt, _Issuer("one"), timed=True)
    scene.finds("one", "At first use")
    scene.now += 1
    scene.issuer.kids = ["two", "one"]
    try:
        scene.finds("two", "One second after the first fetch, for a new key's first token")
    except NotYet:
        scene.now += COOLDOWN + 1
        scene.finds("two", "After a rotation, for the new key's first token")
        raise NotYet(
            "A key that appeared one second after the first fetch was found ten seconds later only. The first fetch is no reason to wait."
        ) from None
    scene.fetches(2, "A new key appeared, and one fetch finds it.")
    scene.now += COOLDOWN + 1
    sought = scene.now
    _flood(scene)
    before = scene.issuer.fetches
    scene.finds("one", "In the middle of a flood of made-up key ids")
    scene.finds("two", "In the middle of a flood of made-up key ids")
    scene.fetches(before, "A known key was asked for in the middle of the flood.")
    scene.issuer.kids = ["three", "two"]
    scene.now = sought + COOLDOWN - 0.1
    scene.refuses("made-up", "a made-up key id, 9.9 seconds after the fetch that the flood has caused,")
    scene.fetches(before, "9.9 seconds have passed since the fetch that the flood has caused.")
    scene.now = sought + COOLDOWN
    scene.finds("three", "Ten seconds after the fetch that the flood has caused, for a new key's first token")
    scene.refuses("one", "a withdrawn key, which the set that was fetched last does not list,")
    _odd_kids(scene)
    return "One fetch in ten seconds, whatever a stranger sends. The price: a key that appears right after a flood waits for those ten seconds."


calm = Exercise(
    name="calm",
    lesson="06",
    check=_check_calm,
    hints=(
        'Keep in the cache when you last fetched for an id that you did not know, say as `cache["sought"]`.',
        "The very first fetch does not count as one: a key that appears a second later must be found at once.",
        'So: no keys yet, fetch. Else, id unknown and `now - cache.get("sought", -math.inf) >= 10`: write down `now`, and fetch. Then look the key up.',
    ),
    solution_code="""
import math

def calm(kid, cache, fetch, now):
    if not isinstance(kid, str):
        raise ValueError("the key id is no text")
    unknown = "keys" in cache and kid not in cache["keys"]
    if "keys" not in cache or (unknown and now - cache.get("sought", -math.inf) >= 10):
        if unknown:
            cache["sought"] = now
        cache["keys"] = fetch()
    if kid not in cache["keys"]:
        raise ValueError("the issuer has no key with this id")
    return cache["keys"][kid]
""",
    explanation=(
        "Anyone can make up key ids, so what they cost must have a bound: Auth0's own advice is to limit the refetches. The cool-down counts"
        " from the last fetch that an unknown id has caused, not from just any fetch; otherwise a rotation right after the start would fail."
    ),
)


def _check_lasting(attempt: Attempt) -> str:
    scene = _Scene(attempt, _Issuer("one"), timed=True)
    issuer = scene.issuer
    scene.finds("one", "At first use")
    scene.now += TTL - 1
    scene.finds("one", "One second before the keys are 600 seconds old")
    scene.fetches(1, "The keys are still fresh.")
    scene.now += 1
    scene.finds("one", "When the keys are 600 seconds old")
    scene.fetches(2, "The keys were no longer fresh.")
    issuer.kids = ["two"]
    scene.now += TTL
    scene.refuses("one", "a withdrawn key, 600 seconds after its last fetch,")
    scene.finds("two", "After that")

    scene.now += COOLDOWN + 1
    _flood(scene)
    scene.now += TTL + 1
    scene.finds("two", "After the flood")

    issuer.fail_with(OSError("the key server does not answer"))
    scene.now += TTL
    fetched = scene.now - TTL
    before = issuer.fetches
    scene.finds("two", "With the key server down, and keys that are 600 seconds old")
    scene.finds("two", "With the key server down, a moment later")
    scene.fetches(before + 1, "The key server is down, and was asked a moment ago.")
    scene.cannot_say("new", "With the key server down, for a key id that is not known")
    scene.now += COOLDOWN + 1
    scene.finds("two", "Eleven seconds into the outage")
    scene.fetches(before + 2, "Ten seconds after a failure it is time to try again.")
    for error in (ValueError("not JSON"), KeyError("keys"), TypeError("not a key set")):
        issuer.fail_with(error)
        scene.now += COOLDOWN + 1
        scene.finds(
            "two", f"With a key server that sends nonsense, so that `fetch()` raises {type(error).__name__}"
        )
    issuer.fail_with(OSError("the key server does not answer"))
    scene.now = fetched + TTL + MAX_STALE - 1
    scene.finds("two", "One second before the keys are 600 + 3,600 seconds old, with the key server down")
    scene.now += 1
    scene.cannot_say("two", "When the keys are 600 + 3,600 seconds old")
    issuer.answer = None
    scene.now += COOLDOWN + 1
    scene.finds("two", "When the key server is back")

    cold = _Scene(attempt, _Issuer("one"), timed=True)
    cold.issuer.fail_with(OSError("the key server does not answer"))
    cold.cannot_say("one", "With the key server down from the beginning")
    for _ in range(5):
        cold.cannot_say("one", "With the key server down from the beginning, a moment later")
    cold.fetches(1, "The key server was down from the beginning.")
    cold.issuer.answer = None
    cold.now += COOLDOWN + 1
    cold.finds("one", "When the key server comes up")
    cold.now += 1
    cold.issuer.kids = ["two", "one"]
    cold.finds("two", "One second after the key server came up, for a new key's first token")
    _odd_kids(cold)
    return "It takes new keys at once, drops withdrawn ones within ten minutes, and an outage of an hour goes by unnoticed."


lasting = Exercise(
    name="lasting",
    lesson="06",
    check=_check_lasting,
    hints=(
        "Write down three moments: when the keys were fetched, when a fetch last failed, and when you last sought an unknown id. They start at minus"
        " infinity.",
        "Fresh keys that hold the id: return it. Otherwise fetch, if ten seconds have passed since the last failure, and for fresh keys also since the last"
        " search. A fetch that raises is a failure, whatever it raises, and leaves the old keys alone.",
        "Then answer: keys older than 600 + 3,600 seconds, or none: KeysUnavailable(10). The id is there: return it. The last fetch failed:"
        " KeysUnavailable(10). Otherwise a ValueError.",
    ),
    solution_code="""
from helpers.tokens.errors import KeysUnavailable

TTL, MAX_STALE, COOLDOWN, NEVER = 600, 3600, 10, float("-inf")

def lasting(kid, cache, fetch, now):
    if not isinstance(kid, str):
        raise ValueError("the key id is no text")
    fresh = now < cache.get("fetched", NEVER) + TTL
    if fresh and kid in cache["keys"]:
        return cache["keys"][kid]
    last = max(cache.get("failed", NEVER), cache.get("sought", NEVER) if fresh else NEVER)
    if now >= last + COOLDOWN:
        if fresh:
            cache["sought"] = now
        try:
            cache.update(keys=fetch(), fetched=now, failed=NEVER)
        except Exception:
            cache["failed"] = now
    if now >= cache.get("fetched", NEVER) + TTL + MAX_STALE:
        raise KeysUnavailable(COOLDOWN)
    if kid in cache["keys"]:
        return cache["keys"][kid]
    if cache["failed"] > NEVER:
        raise KeysUnavailable(COOLDOWN)
    raise ValueError("the issuer has no key with this id")
""",
    explanation=(
        "Old keys are better than none, for a while: the issuer's outage does not become yours. Not for ever, though, or a key that was withdrawn"
        " because it was stolen would serve on. What cannot be known is a 503 (RFC 9110 section 15.6.4): a 401 would tell the client to throw away a"
        " token that may be good."
    ),
)
