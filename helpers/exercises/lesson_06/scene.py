"""Lesson 06: an issuer in a few lines, and the scenes in which a key cache is asked for keys."""

from collections.abc import Callable
from time import sleep
from typing import Any

from helpers.bounded import Shared
from helpers.exercises.probe import Attempt, NotYet, Probe, case, refused, shown
from helpers.tokens.errors import KeysUnavailable

START = 1_000_003.7  # seconds since 1970, far from the wall clock
LISTED = "The issuer lists a key with exactly this id. Return it, the whole dict."


class Issuer:
    """A key server: which keys it lists, how often it was asked, and whether it answers."""

    def __init__(self, *kids: str, n: str = "AQAB") -> None:
        self.kids, self.n = list(kids), n
        self.fetches = 0
        self.fault: Exception | None = None

    def key(self, kid: str) -> dict[str, str]:
        return {"kid": kid, "kty": "RSA", "n": f"{self.n}-{kid}", "e": "AQAB"}

    def fetch(self) -> dict[str, dict[str, str]]:
        self.fetches += 1
        sleep(0.0001)  # as with a real one, other threads run meanwhile
        if self.fault is not None:
            raise self.fault
        return {kid: self.key(kid) for kid in self.kids}


class _Made(Attempt):
    """An attempt that has been made; its outcome is told again."""

    def __init__(self, attempt: Attempt, told: tuple[Any, BaseException | None, str]) -> None:
        self.answer, self.printed, self._told = attempt.answer, attempt.printed, told

    def outcome(self, what: str, *arguments: Any) -> tuple[Any, BaseException | None, str]:
        return self._told


class Scene:
    """One empty cache, one issuer, and the function that is asked for keys at chosen moments.

    :param timed: whether the function takes ``now``.
    :param lasts: whether it goes on while the issuer is down.
    """

    def __init__(self, attempt: Attempt, issuer: Issuer, *, timed: bool, lasts: bool) -> None:
        self.attempt, self.issuer, self.timed, self.lasts = attempt, issuer, timed, lasts
        self.cache: dict[Any, Any] = {}
        self.now = START
        self._marked = 0

    def _arguments(self, kid: Any) -> tuple[Any, ...]:
        arguments = (kid, Shared(self.cache), self.issuer.fetch)
        return (*arguments, self.now) if self.timed else arguments

    def later(self, seconds: float) -> None:
        self.now += seconds

    def down(self) -> None:
        """From now on a fetch fails."""
        self.issuer.fault = OSError("the key server does not answer")

    def up(self) -> None:
        self.issuer.fault = None

    def ask(self, kid: Any) -> BaseException | None:
        """Set the scene: ask, whatever comes of it."""
        return self.attempt.outcome(f"the key id {shown(kid)}", *self._arguments(kid))[1]

    def flood(self, count: int) -> None:
        """So many made-up key ids within two seconds, each of them twice."""
        for number in range(count):
            self.ask(f"made-up-{number // 2}")
            self.later(2 / count)

    def finds(self, kid: str, what: str, rule: str = LISTED) -> None:
        """The key is returned."""
        key, raised, did = self.attempt.outcome(what, *self._arguments(kid))
        if raised is not None:
            raise NotYet("For {what}, your function {did} {rule}", what=what, did=did, rule=rule)
        if key != self.issuer.key(kid):
            raise NotYet(
                "For {what}, your function returned {key}, which is not the issuer's key with this id. {rule}",
                what=what,
                key=shown(key),
                rule=rule,
            )

    def refuses(self, kid: Any, what: str, rule: str) -> None:
        """A ValueError is raised, which the API answers with 401."""
        told = self.attempt.outcome(what, *self._arguments(kid))
        if isinstance(told[1], KeysUnavailable):
            raise NotYet(
                "For {what}, your function raised `KeysUnavailable`, which the API answers with 503. {rule}"
                " Raise a `ValueError`, which is a 401.",
                what=what,
                rule=rule,
            )
        refused(_Made(self.attempt, told), case(what), rule)

    def unavailable(self, kid: str, what: str, rule: str) -> None:
        """KeysUnavailable is raised, which the API answers with 503."""
        _, raised, did = self.attempt.outcome(what, *self._arguments(kid))
        if not isinstance(raised, KeysUnavailable):
            raise NotYet(
                "For {what}, your function {did} {rule} Raise `KeysUnavailable(10)`, which is a 503.",
                what=what,
                did=did,
                rule=rule,
            )

    def mark(self) -> None:
        """Count fetches from here."""
        self._marked = self.issuer.fetches

    def fetched(self, least: int, most: int, what: str, rule: str) -> None:
        """So many fetches were made since the mark."""
        made = self.issuer.fetches - self._marked
        if not least <= made <= most:
            times = {0: "did not call `fetch()`", 1: "called `fetch()` once"}.get(
                made, f"called `fetch()` {made} times"
            )
            raise NotYet("For {what}, your function {times}. {rule}", what=what, times=times, rule=rule)


New = Callable[..., Scene]
Play = Callable[[New], None]


def probes(*plays: Play, timed: bool = False, lasts: bool = False) -> tuple[Probe, ...]:
    """A probe for each play. A play gets a function that makes a new scene with these keys."""
    return tuple(Probe(play.__name__, _asking(play, timed, lasts)) for play in plays)


def _asking(play: Play, timed: bool, lasts: bool) -> Callable[[Attempt], None]:
    def ask(attempt: Attempt) -> None:
        play(lambda *kids, n="AQAB": Scene(attempt, Issuer(*kids, n=n), timed=timed, lasts=lasts))

    return ask
