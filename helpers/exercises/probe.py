"""What a check asks: probes, each of one rule and the cases it is tried with, and how an answer is called."""

from __future__ import annotations

import copy
import dis
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import CodeType, FunctionType
from typing import Any

from helpers.bounded import Misbehaved, WrongKind, call
from helpers.exercises.undisturbed import undisturbed
from helpers.todo_api.learner import REFUSALS

SHOWN_AT_MOST = 70  # characters of a value in a message

ONLY_VALUE_ERRORS = {"every exception but a ValueError swallowed": "the solution raises nothing else"}
RAISES_NOTHING = {
    **ONLY_VALUE_ERRORS,
    "every exception swallowed": "the solution raises nothing",
    "every exception swallowed, and the argument returned": "the solution raises nothing",
}
"""Mutants that mean the same for solutions that raise nothing else, or nothing at all."""


class NotYet(Exception):
    """A check found a fault. The message names the input, what came out, and the rule; never the answer.

    :param sentence: one or more whole sentences, with named places in braces where places are given.
    :param places: what goes into them.
    """

    def __init__(self, sentence: str, **places: object) -> None:
        self.sentence = sentence
        super().__init__(sentence.format(**places) if places else sentence)


@dataclass(frozen=True)
class Case:
    """One input.

    :param what: what it is, so that "For {what}, your function …" reads well.
    """

    what: str
    arguments: tuple[Any, ...]


def case(what: str, *arguments: Any) -> Case:
    """A case; :class:`helpers.bounded.Shared` arguments are passed on as they are, others as copies."""
    return Case(what, arguments)


class Attempt:
    """The learner's answer as a probe sees it: calling it runs the function safely.

    The function runs with copies of its arguments and of the lists and dicts of its page that it uses, so that nothing
    it changes reaches the check or the page.

    :param answer: the function, or a plain value where the exercise asks for one.
    """

    timeout = 2.0
    """Seconds after which the function is stopped."""

    def __init__(self, answer: Any) -> None:
        self.answer = _twin(answer)
        self.printed: list[str] = []

    def outcome(self, what: str, *arguments: Any) -> tuple[Any, BaseException | None, str]:
        """What the function returned; or the exception that it raised; and what it did, in words.

        :raises NotYet: it neither returned nor raised, such as one that never ends.
        """
        if not callable(self.answer):
            raise NotYet("This exercise asks for a function. Keep the `def` line and the line above it.")
        try:
            with undisturbed():
                result = call(self.answer, *arguments, timeout=self.timeout, printed=self.printed)
        except WrongKind as fault:
            raise NotYet("Your function {did}", did=fault.did) from None
        except Misbehaved as fault:
            if fault.raised is None:
                raise NotYet("For {what}, your function {did}", what=what, did=fault.did) from None
            return None, fault.raised, fault.did
        return result, None, f"returned {shown(result)}."

    def result(self, what: str, *arguments: Any) -> Any:
        """What the function returned, ``None`` included.

        :raises NotYet: it raised.
        """
        result, raised, did = self.outcome(what, *arguments)
        if raised is not None:
            raise NotYet("For {what}, your function {did}", what=what, did=did)
        return result

    def value(self, what: str, *arguments: Any) -> Any:
        """What the function returned.

        :raises NotYet: it raised, or returned ``None``.
        """
        result = self.result(what, *arguments)
        if result is None:
            raise NotYet(
                "For {what}, your function returned `None`. Is a `return` missing on one of its paths?",
                what=what,
            )
        return result


@dataclass(frozen=True)
class Probe:
    """One thing that a check asks.

    :param name: short, and no other of the exercise has it.
    :param ask: takes an :class:`Attempt` and raises :class:`NotYet` when the answer does not do what is asked.
    :param net: it asks again what the others ask, in combinations that nobody wrote down.
    """

    name: str
    ask: Callable[[Attempt], None]
    net: bool = False


def probe(ask: Callable[[Attempt], None]) -> Probe:
    """A probe out of a function, under the function's name."""
    return Probe(ask.__name__, ask)


def accepts(name: str, *cases: Case, rule: str = "") -> Probe:
    """The function lets every case pass, whatever it returns.

    :param rule: why they are good, as whole sentences.
    """

    def ask(attempt: Attempt) -> None:
        for each in cases:
            _, raised, did = attempt.outcome(each.what, *each.arguments)
            if raised is not None:
                raise NotYet("For {what}, your function {did} {rule}", what=each.what, did=did, rule=rule)

    return Probe(name, ask)


def refuses(
    name: str, *cases: Case, rule: str, with_: type[Exception] | tuple[type[BaseException], ...] = REFUSALS
) -> Probe:
    """The function refuses every case by raising.

    :param rule: why they are bad, as whole sentences.
    :param with_: what counts as a refusal; the exceptions that the API's door takes for one when left out.
    """

    def ask(attempt: Attempt) -> None:
        for each in cases:
            refused(attempt, each, rule, with_)

    return Probe(name, ask)


def refused(
    attempt: Attempt,
    each: Case,
    rule: str,
    with_: type[Exception] | tuple[type[BaseException], ...] = REFUSALS,
) -> None:
    """That the function refuses one case.

    :raises NotYet: it returned, or raised something that looks like a bug.
    """
    _, raised, did = attempt.outcome(each.what, *each.arguments)
    wanted = with_.__name__ if isinstance(with_, type) else with_[0].__name__
    if raised is None:
        forgot = _forgotten_raise(attempt.answer)
        ask = f"Is a `raise` missing before `{forgot}`?" if forgot else f"Raise a `{wanted}`."
        raise NotYet(
            "For {what}, your function {did} {rule} {ask}", what=each.what, did=did, rule=rule, ask=ask
        )
    if not isinstance(raised, with_):
        raise NotYet(
            "For {what}, your function {did} That looks like a bug in the function{answered}."
            " Refuse it on purpose, with a `{wanted}`: {rule}",
            what=each.what,
            did=did,
            answered=", which the API answers with 500" if with_ is REFUSALS else "",
            wanted=wanted,
            rule=rule,
        )


def gives(name: str, *pairs: tuple[Case, Any], rule: str) -> Probe:
    """The function returns exactly this value for every case, type included.

    :param rule: what is right, as whole sentences, without the answer.
    """

    def ask(attempt: Attempt) -> None:
        for each, right in pairs:
            result, raised, did = attempt.outcome(each.what, *each.arguments)
            if raised is not None:
                raise NotYet("For {what}, your function {did} {rule}", what=each.what, did=did, rule=rule)
            if type(result) is not type(right) or result != right:
                raise NotYet(
                    "For {what}, your function returned {result}. {rule}",
                    what=each.what,
                    result=shown(result),
                    rule=rule,
                )

    return Probe(name, ask)


def shown(value: Any) -> str:
    """A value in a message: its repr, as code, cut where it is long."""
    try:
        text = repr(value)
    except Exception:
        return f"a {type(value).__name__}"
    if len(text) > SHOWN_AT_MOST:
        text = f"{text[:SHOWN_AT_MOST]}…"
    return f"`{text}`" if "`" not in text else text


def _twin(answer: Any) -> Any:
    """The same function with copies of the plain data of its page, and with its own name bound to itself.

    A cell binds the name only after the decorator has run, so that a function that calls itself would not be found.
    """
    if not isinstance(answer, FunctionType):
        return answer
    names = set(_names(answer.__code__))
    around = dict(answer.__globals__)
    for name in names & around.keys():
        if type(around[name]) in (dict, list, set, bytearray):
            around[name] = _copied(around[name])
    twin = FunctionType(
        answer.__code__, around, answer.__name__, _copied(answer.__defaults__), answer.__closure__
    )
    twin.__kwdefaults__ = _copied(answer.__kwdefaults__)
    twin.__dict__.update(answer.__dict__)
    if "__wrapped__" not in answer.__dict__:
        around[answer.__name__] = twin
    return twin


def _copied(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # such as a lock inside
        return value


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _forgotten_raise(answer: Any) -> str:
    """The exception that a function makes in a line of its own, such as ``ValueError(…)``; empty when there is none."""
    code = getattr(answer, "__code__", None)
    if not isinstance(code, CodeType):
        return ""
    steps = list(dis.get_instructions(code))
    made = {
        step.positions[::2]: step.argval  # the line and the column where it begins
        for step in steps
        if step.opname == "LOAD_GLOBAL"
        and step.argval in ("ValueError", "LookupError", "RuntimeError")
        and step.positions
    }
    thrown_away = [
        step.positions[::2]
        for step, after in pairwise(steps)
        if step.opname.startswith("CALL") and after.opname == "POP_TOP" and step.positions
    ]
    return next((f"{made[place]}(…)" for place in thrown_away if place in made), "")
