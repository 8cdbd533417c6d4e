"""What came of a run: plain data, one outcome for each attack and each good token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from helpers.attacks.attack import Attack, Good


class Verdict(StrEnum):
    """What came of one attack or one good token."""

    STOPPED = "stopped"
    LET_IN = "let in"
    BROKE = "broke"
    """Refused by accident: an error 500, no answer in time, an exception that is no refusal."""
    CALLED = "called"
    """It was refused, and the attacker's server had been called by then."""
    ECHOED = "echoed"
    """It was refused, in words of its own."""
    LEFT_OUT = "left out"
    """It could not be made, or was not tried."""


@dataclass(frozen=True)
class Outcome:
    """What came of one.

    :param said: how it broke, or why it was left out; else what the verifier says, if it is a function.
    :param status: of the API's answer, if it is an API that gave one.
    :param right: whether the answer to an attack is the one that it deserves; a 403 for an expired token is not.
    :param sent: the request as it was written, or the token, if a function was asked.
    :param answer: the API's answer as it came.
    """

    subject: Attack | Good
    verdict: Verdict
    said: str = ""
    status: int | None = None
    right: bool = True
    sent: str = ""
    answer: str = ""

    @property
    def name(self) -> str:
        return self.subject.name

    @property
    def let_in(self) -> bool:
        return self.verdict == Verdict.LET_IN

    def __str__(self) -> str:
        clause = f" ({self.subject.clause})" if isinstance(self.subject, Attack) else ""
        how = f": {self.said}" if self.verdict == Verdict.BROKE else ""
        return f"{self.verdict}: {self.name}, which {self.subject.story}{clause}{how}"


class Result:
    """What came of a run.

    :param outcomes: one for each attack and each good token.
    :param seconds: that it took.
    """

    def __init__(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        self.outcomes = tuple(outcomes)
        self.seconds = seconds

    @property
    def attacks(self) -> list[Outcome]:
        """Those of the attacks that were tried."""
        return [o for o in self.outcomes if isinstance(o.subject, Attack) and o.verdict != Verdict.LEFT_OUT]

    @property
    def goods(self) -> list[Outcome]:
        """Those of the good tokens that were tried."""
        return [o for o in self.outcomes if isinstance(o.subject, Good) and o.verdict != Verdict.LEFT_OUT]

    @property
    def left_out(self) -> list[Outcome]:
        """What could not be made, or was not tried."""
        return [o for o in self.outcomes if o.verdict == Verdict.LEFT_OUT]

    @property
    def let_in(self) -> list[str]:
        """The names of the attacks that got in."""
        return self._named(Verdict.LET_IN)

    @property
    def broke(self) -> list[str]:
        """The names of the attacks that were refused by accident."""
        return self._named(Verdict.BROKE)

    @property
    def called(self) -> list[str]:
        """The names of the attacks that had the attacker's server called."""
        return self._named(Verdict.CALLED)

    @property
    def echoed(self) -> list[str]:
        """The names of the attacks that the answer repeats."""
        return self._named(Verdict.ECHOED)

    @property
    def stopped(self) -> list[str]:
        """The names of the attacks that were stopped."""
        return self._named(Verdict.STOPPED)

    @property
    def misanswered(self) -> list[str]:
        """The names of those that were stopped with another HTTP status than they deserve."""
        return [outcome.name for outcome in self.attacks if not outcome.right]

    @property
    def turned_away(self) -> list[str]:
        """The names of the good tokens that did not get in."""
        return [outcome.name for outcome in self.goods if not outcome.let_in]

    @property
    def full(self) -> bool:
        """Whether every attack that was tried was stopped, with whatever answer, and every good token got in."""
        return bool(self.attacks) and len(self.stopped) == len(self.attacks) and not self.turned_away

    def __str__(self) -> str:
        good = len(self.goods) - len(self.turned_away)
        stopped = f"{len(self.stopped)} of {len(self.attacks)} attacks stopped"
        lines = [f"{stopped}, {good} of {len(self.goods)} good tokens let in."]
        lines += [str(outcome) for outcome in self.attacks if outcome.verdict != Verdict.STOPPED]
        lines += [
            f"turned away: {o.name}, which {o.subject.story}: {o.said}" for o in self.goods if not o.let_in
        ]
        return "\n".join(lines)

    def _named(self, verdict: Verdict) -> list[str]:
        return [outcome.name for outcome in self.attacks if outcome.verdict == verdict]
