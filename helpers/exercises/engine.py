"""One exercise: three outcomes, hints in steps, an explained solution.

The check runs when the cell that defines the function runs, since the exercise is the function's decorator.
"""

import dis
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import CodeType
from typing import Any

from IPython.display import display

from helpers.bounded import Misbehaved, call
from helpers.display.card import Note
from helpers.exercises import progress


class Outcome(Enum):
    """What an attempt came to."""

    NOT_ATTEMPTED = "Not attempted yet."
    NOT_YET = "Not yet."
    CORRECT = "Correct."


TONES = {Outcome.NOT_ATTEMPTED: "plain", Outcome.NOT_YET: "warn", Outcome.CORRECT: "good"}


class NotYet(Exception):
    """A check found a fault; the message names it, and never the answer."""


@dataclass(frozen=True)
class Result:
    """An outcome, and what is said about it."""

    outcome: Outcome
    message: str
    printed: str = ""


class Attempt:
    """The learner's answer as a check sees it: calling it runs the function safely.

    :param answer: the function, or a plain value where the exercise asks for one.
    """

    timeout = 2.0
    """Seconds after which the function is stopped."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.printed: list[str] = []

    def __call__(self, *arguments: Any) -> Any:
        """The function's result.

        :raises NotYet: it gave none, or returned nothing.
        """
        result = self.or_none(*arguments)
        if result is None:
            raise NotYet("It returned `None`. Is a `return` missing?")
        return result

    def or_none(self, *arguments: Any) -> Any:
        """The function's result where ``None`` is a proper one."""
        if not callable(self.answer):
            raise NotYet("This exercise asks for a function. Keep the `def` line and the line above it.")
        try:
            return call(self.answer, *arguments, timeout=self.timeout, printed=self.printed)
        except Misbehaved as fault:
            raise NotYet(str(fault)) from fault

    def tried(self, *arguments: Any) -> tuple[Any, BaseException | None]:
        """The function's result and no exception, or no result and the exception with which it refused.

        :raises NotYet: it neither returned nor raised, such as one that never ends.
        """
        try:
            return self.or_none(*arguments), None
        except NotYet as fault:
            if isinstance(fault.__cause__, Misbehaved) and fault.__cause__.raised is not None:
                return None, fault.__cause__.raised
            raise

    def raised(self, *arguments: Any) -> BaseException | None:
        """The exception with which the function refused, or None when it returned.

        :raises NotYet: it neither returned nor raised.
        """
        return self.tried(*arguments)[1]

    def error(self, *arguments: Any) -> str | None:
        """What the function raised, in words, or None when it returned: for exercises that ask it to refuse."""
        try:
            self.or_none(*arguments)
        except NotYet as fault:
            return str(fault)
        return None


@dataclass
class Exercise:
    """An exercise; use it as the decorator of the function that answers it, or call it with the value that does.

    :param name: of the variable that holds it in the lesson's module.
    :param lesson: two digits, as in the notebook's name.
    :param check: takes an :class:`Attempt` and returns what to notice; raises :class:`NotYet` otherwise.
    :param hints: from a nudge to nearly everything.
    :param solution_code: source code that answers it, defining a function of the exercise's name.
    :param explanation: why it is the answer.
    """

    name: str
    lesson: str
    check: Callable[[Attempt], str]
    hints: tuple[str, ...]
    solution_code: str
    explanation: str
    _hinted: int = field(default=0, repr=False)
    _correct: Callable[..., Any] | None = field(default=None, repr=False)

    def attempt(self, answer: Any) -> Result:
        """Judge an answer without showing or recording anything."""
        if untouched(answer):
            return Result(
                Outcome.NOT_ATTEMPTED,
                f"Replace `...` and run the cell again. Stuck? `exercises.{self.name}.hint()`",
            )
        attempt = Attempt(answer)
        try:
            outcome, message = Outcome.CORRECT, self.check(attempt)
        except NotYet as fault:
            outcome, message = Outcome.NOT_YET, str(fault)
        except Exception:  # a check may stumble over what nobody thought of; the page must not
            outcome, message = (
                Outcome.NOT_YET,
                "The result has another form than this exercise asks for: read the text above once more.",
            )
        return Result(outcome, message, "".join(attempt.printed))

    def __call__(self, answer: Any) -> Any:
        """Judge the answer, show and record the outcome; a function is handed back, to be used further down."""
        result = self.attempt(answer)
        printed = f"Your function printed:\n{result.printed.rstrip()}" if result.printed else ""
        display(Note(result.outcome.value, [result.message], TONES[result.outcome], printed))
        progress.record(self.lesson, self.name, result.outcome.name)
        if callable(answer):
            self._correct = answer if result.outcome is Outcome.CORRECT else None
        return answer if callable(answer) else None

    @property
    def working(self) -> Callable[..., Any]:
        """A function that answers the exercise: the learner's own once it is correct, until then the solution's.

        What comes later on a page uses it, so that the page runs on whatever stands in the exercise.
        """
        if self._correct is not None:
            return self._correct
        names: dict[str, Any] = {}
        exec(compile(self.solution_code, f"<solution of {self.name}>", "exec"), names)  # noqa: S102  # our own text
        return names[self.name]

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
