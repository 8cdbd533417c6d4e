"""Lesson 02: keeping a token for as long as it is good."""

from __future__ import annotations

from typing import Any

from helpers.bounded import Shared
from helpers.exercises.clock import reads_the_clock
from helpers.exercises.engine import Exercise
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, probe, shown

PAST, FUTURE, EARLY = 1_700_000_000, 4_000_000_000, 5_000
"""Values of ``now``: before the machine's own time, after it, and soon after its clock began to count."""


class _Scene:
    """One cache, and one `ask` whose tokens live so many seconds."""

    def __init__(self, attempt: Attempt, start: float, lifetime: int = 3_600, name: str = "token") -> None:
        self.attempt, self.start, self.lifetime, self.name = attempt, start, lifetime, name
        self.cache: dict[str, Any] = {}
        self.asked = 0

    def _ask(self) -> dict[str, Any]:
        self.asked += 1
        return {
            "access_token": f"{self.name}-{self.asked}",
            "token_type": "Bearer",
            "expires_in": self.lifetime,
        }

    def at(self, seconds: float, what: str) -> Any:
        """What the function returns so many seconds after the start."""
        return self.attempt.result(what, Shared(self.cache), self._ask, self.start + seconds)

    def gets(self, number: int, seconds: float, what: str, rule: str) -> None:
        """The function returns the token of this number, and has asked as often."""
        token = self.at(seconds, what)
        right = f"{self.name}-{number}"
        if self.asked == number and token == right:
            return
        did = f"It called `ask()` {_times(self.asked)} in all." if self.asked else "It did not call `ask()`."
        if not str(token).startswith("token-"):
            rule = _no_token(token)
        elif reads_the_clock(self.attempt.answer):
            rule = (
                "Your function reads the clock of your computer. The time that counts is the parameter `now`."
            )
        raise NotYet(
            "For {what}, your function returned {token}. {did} {rule}",
            what=what,
            token=shown(token),
            did=did,
            rule=rule,
        )


def _no_token(value: Any) -> str:
    if isinstance(value, dict):
        return "That is the whole answer. Return the access token alone."
    if value is None:
        return "Is a `return` missing on one of its paths?"
    return "The token is in the answer of `ask()`, under `access_token`."


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


@probe
def first_use(attempt: Attempt) -> None:
    for start in (PAST, FUTURE, EARLY):
        scene = _Scene(attempt, start)
        scene.gets(
            1,
            0,
            "an empty cache",
            "With an empty cache, call `ask()` once, and return the access token of its answer.",
        )


def _why_not_kept(scene: _Scene) -> str:
    kept = [value for value in _inside(scene.cache) if type(value) in (int, float)]
    later = _Scene(scene.attempt, scene.start, scene.lifetime)
    later.at(0, "an empty cache")
    later.at(2 * scene.lifetime, "a call long after the token expired")
    if later.asked == 1:
        return "And long after the token expired, it did not ask. Which way round do you compare with `now`?"
    if not scene.cache:
        return "`cache` is still empty. Keep the token in it: the function forgets its own variables after each call."
    if kept and max(kept) <= scene.lifetime:
        return "`expires_in` is a number of seconds, and no moment. From when does it count?"
    return "A token that is in `cache` and has more than a minute left is used again, without another call of `ask()`."


def _inside(value: Any) -> list[Any]:
    """The values of a cache, and of what is in it."""
    if isinstance(value, dict):
        return [each for inner in value.values() for each in _inside(inner)]
    if isinstance(value, list | tuple):
        return [each for inner in value for each in _inside(inner)]
    return [value]


def _left(attempt: Attempt, seconds: float, number: int, rule: str) -> None:
    """With so many seconds left the function returns the token of this number."""
    for start, lifetime in ((PAST, 3_600), (FUTURE, 600)):
        scene = _Scene(attempt, start, lifetime)
        scene.at(0, "an empty cache")
        if scene.asked != 1:
            continue  # what `first_use` says
        left = (
            f"{seconds:g} seconds left"
            if seconds > 0
            else f"expired {-seconds:g} seconds ago"
            if seconds
            else "expired now"
        )
        what = f"a kept token with {left}" if seconds > 0 else f"a kept token that {left}"
        scene.gets(number, lifetime - seconds, what, rule)


@probe
def used_while_more_than_a_minute_is_left(attempt: Attempt) -> None:
    for start, lifetime in ((PAST, 3_600), (FUTURE, 86_400), (EARLY, 600)):
        scene = _Scene(attempt, start, lifetime)
        scene.at(0, "an empty cache")
        if scene.asked != 1:
            continue  # what `first_use` says
        what = f"a second call 10 seconds after the first, with a token that lives for {lifetime} seconds"
        scene.gets(1, 10, what, _why_not_kept(scene))
    for seconds in (120, 61, 60.5):
        _left(attempt, seconds, 1, "That is more than a minute, so the kept token is still used.")


@probe
def replaced_in_the_last_minute(attempt: Attempt) -> None:
    for seconds in (60, 59.5, 59, 1):
        _left(
            attempt,
            seconds,
            2,
            "That is not more than a minute: it could expire on its way. Ask for a new one.",
        )


@probe
def replaced_once_it_has_expired(attempt: Attempt) -> None:
    for seconds in (0, -1, -100_000):
        _left(attempt, seconds, 2, "Ask for a new one. When does a kept token end?")


@probe
def the_new_one_lives_as_long_as_it_says(attempt: Attempt) -> None:
    for first, second in ((3_600, 3_600), (3_600, 300), (300, 86_400)):
        scene = _Scene(attempt, PAST, first)
        scene.at(0, "an empty cache")
        scene.lifetime = second
        scene.at(first, "a kept token that expired now")
        if scene.asked != 2:
            continue  # what the probes before this one say
        rule = "When a new token is kept, its own end is kept with it: the `expires_in` of the answer that brought it."
        what = f"a second token that lives for {second} seconds, after one that lived for {first}"
        scene.gets(2, first + second - 120, f"{what}, with 120 seconds left", rule)
        scene.gets(3, first + second, f"{what}, at its end", rule)


@probe
def short_lives(attempt: Attempt) -> None:
    """A token that never has more than a minute left is handed out once."""
    scene = _Scene(attempt, PAST, 30)
    scene.at(0, "an empty cache")
    if scene.asked == 2:
        return  # what `first_use` says, unless it asks for as long as it takes
    rule = "It never has more than a minute left, so each call asks for a new one, once, and returns that."
    scene.gets(2, 1, "a second call, one second after a token that lives for 30 seconds", rule)


@probe
def another_cache(attempt: Attempt) -> None:
    """Everything that is kept is in the cache."""
    alone = _Scene(attempt, PAST)
    for seconds, token in ((0, "token-1"), (10, "token-1"), (3_600, "token-2")):
        if alone.at(seconds, "a cache that is empty at first") != token or alone.asked != int(token[-1]):
            return  # what the other probes say
    rule = (
        "Keep everything in `cache`: what a global variable or a default value keeps belongs to every cache."
    )
    one = _Scene(attempt, PAST, 3_600, "token-of-one")
    one.gets(1, 0, "another cache, which is empty", rule)
    other = _Scene(attempt, PAST, 86_400, "token-of-another")
    other.gets(1, 5, "a third cache, which is empty", rule)
    one.gets(1, 10, "the second cache again, 10 seconds after its token came", rule)
    one.gets(
        2, 3_600, "the second cache again, when its token has expired and the one in the third has not", rule
    )


reuse = Exercise(
    name="reuse",
    lesson="02",
    probes=(
        another_cache,  # first, since the others would blame something else for what is kept outside the cache
        first_use,
        used_while_more_than_a_minute_is_left,
        replaced_in_the_last_minute,
        replaced_once_it_has_expired,
        the_new_one_lives_as_long_as_it_says,
        short_lives,
    ),
    notice="One request for a whole day of calls. It spares the server, and the secret crosses the wire once.",
    hints=(
        "Two things have to be kept in `cache`: the token, and the time until which it may be used.",
        '`expires_in` counts seconds from now: the time is `now + answer["expires_in"]`, less a minute to be safe.',
        "Ask when the cache is empty or `now` has reached that time; in both cases keep both values, then return the token.",
    ),
    solution_code="""
def reuse(cache, ask, now):
    if not cache or now >= cache["until"]:
        answer = ask()
        cache["token"] = answer["access_token"]
        cache["until"] = now + answer["expires_in"] - 60
    return cache["token"]
""",
    explanation=(
        "RFC 6749 section 5.1: `expires_in` is the lifetime in seconds from when the answer was made. The minute covers the"
        " way, and two clocks that differ a little. The finished client in `helpers/tokens/client.py` adds threads and retries."
    ),
    equal={
        **RAISES_NOTHING,
        "cache['token'] = answer.get('access_token', next(iter(answer.values()), None))": "every answer has an access token",
        "cache['until'] = now + answer.get('expires_in', next(iter(answer.values()), None)) - 60": "every answer has a lifetime",
        "if not cache or now >= cache.get('until', next(iter(cache.values()), None)):": "both are kept together",
        "return cache.get('token', next(iter(cache.values()), None))": "by then a token is in the cache",
    },
)
