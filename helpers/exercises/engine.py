"""One exercise: three outcomes, hints in steps, an explained solution.

The check runs when the cell that defines the function runs, since the exercise is the function's decorator.
"""

from __future__ import annotations

import dis
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import CodeType
from typing import Any

from IPython.display import display

from helpers.bounded import PRINTED_AT_MOST
from helpers.display.card import Fold, Note
from helpers.exercises import progress, whose
from helpers.exercises.probe import Attempt, NotYet, Probe

__all__ = ["Attempt", "Exercise", "NotYet", "Outcome", "Result", "untouched"]


class Outcome(Enum):
    """What an attempt came to."""

    NOT_ATTEMPTED = "Not attempted yet."
    NOT_YET = "Not yet."
    CORRECT = "Correct."


TONES = {Outcome.NOT_ATTEMPTED: "plain", Outcome.NOT_YET: "warn", Outcome.CORRECT: "good"}


@dataclass(frozen=True)
class Result:
    """An outcome, and what is said about it.

    :param probe: the name of the probe that found the fault, and the fault.
    :param stumbled: what the check itself stumbled over, when it could not judge the answer.
    """

    outcome: Outcome
    message: str
    printed: str = ""
    probe: str = ""
    fault: NotYet | None = None
    stumbled: BaseException | None = None


@dataclass(repr=False)
class Exercise:
    """An exercise; use it as the decorator of the function that answers it, or call it with the value that does.

    :param name: of the variable that holds it in the lesson's module.
    :param lesson: two digits, as in the notebook's name.
    :param probes: what the check asks, in this order, until one finds a fault. A probe keeps no state.
    :param notice: what a learner whose answer is correct should notice.
    :param hints: from a nudge to nearly everything.
    :param solution_code: source code that answers it, defining a function of the exercise's name.
    :param explanation: why it is the answer.
    :param equal: mutants of the solution that mean the same as it does: the changed line, and the reason.
    """

    name: str
    lesson: str
    probes: Sequence[Probe]
    notice: str
    hints: tuple[str, ...]
    solution_code: str
    explanation: str
    equal: Mapping[str, str] = field(default_factory=dict)
    _hinted: int = 0
    _latest: Callable[..., Any] | None = None
    _correct: Callable[..., Any] | None = None

    def __repr__(self) -> str:
        return f"the exercise `{self.name}`: call exercises.{self.name}.hint() or .solution(), with the parentheses"

    def attempt(self, answer: Any) -> Result:
        """Judge an answer without showing or recording anything."""
        if untouched(answer):
            nothing = isinstance(getattr(answer, "__code__", None), CodeType) and _empty(answer.__code__)
            do = "This function does nothing yet. Write its body" if nothing else "Replace `...`"
            return Result(
                Outcome.NOT_ATTEMPTED,
                f"{do} and run the cell again. Stuck? Open a hint below, or run"
                f" `exercises.{self.name}.hint()` in a cell of its own.",
            )
        attempt = Attempt(answer)
        said = functools.partial(self._result, attempt)
        for probe in self.probes:
            try:
                probe.ask(attempt)
            except NotYet as fault:
                return said(Outcome.NOT_YET, str(fault).strip(), probe.name, fault)
            except Exception as error:
                return said(
                    Outcome.NOT_YET,
                    f"The check could not judge this answer: it stumbled over what your function returned, with {type(error).__name__}."
                    " That is a fault of the check, so your answer may be right or wrong. Compare it with the solution below.",
                    probe.name,
                    stumbled=error,
                )
        return said(Outcome.CORRECT, self.notice)

    @staticmethod
    def _result(
        attempt: Attempt,
        outcome: Outcome,
        message: str,
        probe: str = "",
        fault: NotYet | None = None,
        stumbled: BaseException | None = None,
    ) -> Result:
        return Result(outcome, message, "".join(attempt.printed)[:PRINTED_AT_MOST], probe, fault, stumbled)

    def __call__(self, answer: Any) -> Any:
        """Judge the answer, show and record the outcome; a function is handed back, to be used further down."""
        result = self.attempt(answer)
        printed = f"Your function printed:\n{result.printed.rstrip()}" if result.printed else ""
        display(
            Note(
                result.outcome.value,
                [result.message],
                TONES[result.outcome],
                printed,
                self._folds(result.outcome),
            )
        )
        progress.record(self.lesson, self.name, result.outcome.name)
        if callable(answer):
            self._correct = answer if result.outcome is Outcome.CORRECT else None
            self._latest = None if result.outcome is Outcome.NOT_ATTEMPTED else answer
        return answer if callable(answer) else None

    def _folds(self, outcome: Outcome) -> list[Fold]:
        solution = Fold("One solution, explained", [self.explanation], self.solution_code.strip())
        if outcome is Outcome.CORRECT:
            return [solution]
        count = len(self.hints)
        return [*(Fold(f"Hint {i} of {count}", [hint]) for i, hint in enumerate(self.hints, 1)), solution]

    @property
    def working(self) -> Callable[..., Any]:
        """A function that answers the exercise: the learner's own once it is correct, until then the solution's.

        What comes later on a page uses it, so that the page runs on whatever stands in the exercise. The cell says
        whose function it was.
        """
        whose.note(self.name, whose.YOURS if self._correct else whose.SOLUTIONS)
        return self._correct or self._solution

    @property
    def latest(self) -> Callable[..., Any]:
        """The learner's own function as soon as there is one, however wrong; the solution's until then."""
        if self._latest is None or self._latest is self._correct:
            return self.working
        whose.note(self.name, whose.NOT_YET)
        return self._latest

    @property
    def owner(self) -> str:
        """Whose function :attr:`latest` is, for a heading: "yours" or "the solution's"."""
        return "the solution's" if self._latest is None else "yours"

    @functools.cached_property
    def _solution(self) -> Callable[..., Any]:
        names: dict[str, Any] = {}
        exec(compile(self.solution_code, f"<solution of {self.name}>", "exec"), names)  # noqa: S102  # our own text
        solution = names[self.name]
        return whose.unnoted(solution) if callable(solution) else solution

    def hint(self) -> Note:
        """The next hint; after the last one they begin again."""
        number = self._hinted % len(self.hints)
        self._hinted += 1
        more = f"`exercises.{self.name}.hint()` has another." if number + 1 < len(self.hints) else ""
        last = more or f"That was the last one; `exercises.{self.name}.solution()` shows an answer."
        return Note(f"Hint {number + 1} of {len(self.hints)}.", [self.hints[number], last])

    def solution(self) -> Note:
        """The explained solution."""
        return Note("One solution.", [self.explanation], code=self.solution_code.strip())


def untouched(answer: Any) -> bool:
    """Whether a ``...`` still stands where the answer belongs, or a function's body is empty."""
    if answer is ...:
        return True
    if isinstance(answer, Mapping):
        return any(untouched(value) for value in answer.values())
    if isinstance(answer, list | tuple | set | frozenset):
        return any(untouched(value) for value in answer)
    code = getattr(answer, "__code__", None)
    return isinstance(code, CodeType) and (_mentions_ellipsis(code.co_consts) or _empty(code))


def _mentions_ellipsis(constants: Iterable[Any]) -> bool:
    """Whether ``...`` is among a function's constants, those of inner functions and of written-out lists included."""
    return any(
        constant is ...
        or (isinstance(constant, CodeType) and _mentions_ellipsis(constant.co_consts))
        or (isinstance(constant, tuple | frozenset) and _mentions_ellipsis(constant))
        for constant in constants
    )


def _empty(code: CodeType) -> bool:
    """A body of nothing but ``pass``, ``...`` or a docstring."""
    steps = [
        step for step in dis.get_instructions(code) if step.opname not in ("RESUME", "NOP", "COPY_FREE_VARS")
    ]
    names = [step.opname for step in steps]
    return names in (["LOAD_CONST", "RETURN_VALUE"], ["RETURN_CONST"]) and steps[0].argval is None
