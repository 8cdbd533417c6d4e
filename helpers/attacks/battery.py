"""The battery: every attack and every good token, tried on a function or on an API over HTTP."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from helpers.attacks.algorithm import ATTACKS as ALGORITHM_ATTACKS
from helpers.attacks.attack import Attack, Good, Request, as_request
from helpers.attacks.checks import Family
from helpers.attacks.claims import ATTACKS as CLAIM_ATTACKS
from helpers.attacks.connection import SHOWN_AT_MOST, Answer, Connection
from helpers.attacks.door import ATTACKS as DOOR_ATTACKS
from helpers.attacks.form import ATTACKS as FORM_ATTACKS
from helpers.attacks.good import GOODS
from helpers.attacks.keys import ATTACKS as KEY_ATTACKS
from helpers.attacks.loopback import Trap
from helpers.attacks.result import Outcome, Result, Verdict
from helpers.attacks.workshop import Workshop
from helpers.bounded import Misbehaved, call

ATTACKS: tuple[Attack, ...] = (
    *ALGORITHM_ATTACKS,
    *KEY_ATTACKS,
    *CLAIM_ATTACKS,
    *FORM_ATTACKS,
    *DOOR_ATTACKS,
)
"""Every attack, family by family."""

BUGS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
)
"""What no function raises on purpose to say no."""

SLOW, PATIENCE = 1.5, 3
"""Seconds that no check takes, and how many such there may be until the rest is not tried: what is tested hangs."""


class Battery:
    """The attacks and the good tokens, ready to be tried.

    :param workshop: what they are made with.
    :param trap: the attacker's server, if calls there are to be noticed; the workshop points at it.
    :param attacks: those that are tried; all, unless you choose.
    :param goods: the good tokens, likewise.
    """

    def __init__(
        self,
        workshop: Workshop,
        trap: Trap | None = None,
        *,
        attacks: Sequence[Attack] = ATTACKS,
        goods: Sequence[Good] = GOODS,
    ) -> None:
        self.workshop = workshop
        self.attacks = tuple(attacks)
        self.goods = tuple(goods)
        self.trap = trap

    def of_family(self, family: str | Family) -> Battery:
        """The same with the attacks of one family alone; the good ones stay.

        :param family: or the beginning of its title: "keys".
        :raises ValueError: there is no such family.
        """
        chosen = family if isinstance(family, Family) else Family.named(family)
        attacks = [attack for attack in self.attacks if attack.family is chosen]
        return Battery(self.workshop, self.trap, attacks=attacks, goods=self.goods)

    def without(self, *names: str) -> Battery:
        """The same without some attacks or good tokens, for an API that has decided otherwise.

        :raises ValueError: there is none of that name.
        """
        if unknown := set(names) - {each.name for each in (*self.attacks, *self.goods)}:
            raise ValueError(f"The battery holds nothing called {', '.join(sorted(unknown))}.")
        attacks = [attack for attack in self.attacks if attack.name not in names]
        goods = [good for good in self.goods if good.name not in names]
        return Battery(self.workshop, self.trap, attacks=attacks, goods=goods)

    def try_function(
        self,
        verify: Callable[[str], Any],
        *,
        refusals: tuple[type[BaseException], ...] | None = None,
        false_refuses: bool = False,
        timeout: float = 2.0,
    ) -> Result:
        """Ask a function about each token. Whatever it returns lets the token in, unless that is None or False.

        Attacks on the door are left aside: a function sees no request.

        :param verify: takes a token.
        :param refusals: the exceptions by which it says no, if nothing else may count; any but :data:`BUGS` otherwise.
        :param false_refuses: whether None and False say no, too. They count as broken if not: a caller overlooks them.
        :param timeout: seconds for one token.
        """
        attacks = [attack for attack in self.attacks if attack.family is not Family.DOOR]
        return self._run([*self.goods, *attacks], _Function(verify, refusals, false_refuses, timeout).ask)

    def try_api(self, url: str, *, timeout: float = 5.0) -> Result:
        """Show each token to an API, in a request of its own over one connection.

        Tokens that no HTTP header can carry are left aside.

        :param url: of a resource that the good token may GET, such as ``http://127.0.0.1:3001/todos``.
        :param timeout: seconds for one answer.
        """
        attacks = [attack for attack in self.attacks if not attack.function_only]
        with Connection(url, timeout) as connection:

            def ask(subject: Attack | Good, made: str | Request) -> Outcome:
                return _judged(subject, connection.ask(as_request(made)))

            return self._run([*self.goods, *attacks], ask)

    def _run(
        self,
        subjects: Sequence[Attack | Good],
        ask: Callable[[Attack | Good, str | Request], Outcome | None],
    ) -> Result:
        began = time.perf_counter()
        outcomes: list[Outcome] = []
        slow = 0
        for subject in subjects:
            if slow >= PATIENCE:
                outcomes.append(Outcome(subject, Verdict.LEFT_OUT, f"{PATIENCE} others took too long"))
                continue
            try:
                made = subject.make(self.workshop)
            except LookupError as reason:
                outcomes.append(Outcome(subject, Verdict.LEFT_OUT, str(reason.args[0])))
                continue
            calls, asked = self.trap.total if self.trap else 0, time.perf_counter()
            outcome = ask(subject, made)
            slow += time.perf_counter() - asked > SLOW
            if outcome is not None:
                called = self.trap is not None and self.trap.total > calls and not outcome.let_in
                outcomes.append(replace(outcome, verdict=Verdict.CALLED) if called else outcome)
        return Result(outcomes, time.perf_counter() - began)


@dataclass(frozen=True)
class _Function:
    """The function that is tried, and how it says no."""

    verify: Callable[[str], Any]
    refusals: tuple[type[BaseException], ...] | None
    false_refuses: bool
    timeout: float

    def ask(self, subject: Attack | Good, made: str | Request) -> Outcome | None:
        """What came of a token; a request is nothing that a function can be asked about."""
        if isinstance(made, Request):
            return None
        verdict, said = self._call(made)
        return Outcome(subject, verdict, said, sent=made[:SHOWN_AT_MOST])

    def _call(self, token: str) -> tuple[Verdict, str]:
        try:
            result = call(self.verify, token, timeout=self.timeout)
        except Misbehaved as fault:
            return (Verdict.STOPPED if self._refuses(fault.raised) else Verdict.BROKE), fault.did
        if self.false_refuses and (result is None or result is False):
            return Verdict.STOPPED, f"returned {result}."
        said = no_answer(result)
        return (Verdict.BROKE if said else Verdict.LET_IN), said

    def _refuses(self, raised: BaseException | None) -> bool:
        if self.refusals is not None:
            return isinstance(raised, self.refusals)
        return isinstance(raised, Exception) and not isinstance(raised, BUGS)


def no_answer(result: Any) -> str:
    """Why a result says neither yes nor no to a token, as a sentence without its subject; empty if it lets it in."""
    if inspect.iscoroutine(result):
        result.close()
        return "returned a coroutine. Give it a plain function."
    if result is None or result is False:
        return f"returned {result}, which a caller easily overlooks. Raise an exception."
    return ""


def _judged(subject: Attack | Good, answer: Answer) -> Outcome:
    """What came of a request, by its answer."""
    outcome = Outcome(
        subject, _verdict(answer), answer.said, answer.status, sent=answer.sent, answer=answer.raw
    )
    if not isinstance(subject, Attack) or outcome.verdict != Verdict.STOPPED:
        return outcome
    if subject.echo and subject.echo in answer.raw:
        return replace(outcome, verdict=Verdict.ECHOED)
    return replace(outcome, right=answer.status is None or answer.status in subject.answers)


def _verdict(answer: Answer) -> Verdict:
    """A door that opened onto a body of another form than the resource takes has opened."""
    if answer.status is None:
        return Verdict.STOPPED if answer.too_large else Verdict.BROKE
    if answer.status < 300 or answer.status in (409, 415, 422):
        return Verdict.LET_IN
    return Verdict.STOPPED if answer.status < 500 else Verdict.BROKE
