"""Every exercise of every lesson, three ways: untouched, solved, and wrong in the ways that people really are."""

import ast
import importlib
import re

import pytest
import wrong_answers
import wrong_answers_05
import wrong_answers_06
import wrong_answers_07
from cells import answer_in, cell_of, run

from helpers.exercises.engine import Attempt, Exercise, Outcome
from helpers.exercises.report import LESSONS, tasks

WRONG = wrong_answers.WRONG | wrong_answers_05.WRONG | wrong_answers_06.WRONG | wrong_answers_07.WRONG
EXERCISES = [task for lesson in LESSONS for task in tasks(lesson) if isinstance(task, Exercise)]


def module(exercise: Exercise):
    return importlib.import_module(f"helpers.exercises.lesson_{exercise.lesson}")


def each(*exercises: Exercise):
    return pytest.mark.parametrize("exercise", exercises or EXERCISES, ids=lambda exercise: exercise.name)


@each()
def test_untouched(exercise: Exercise) -> None:
    result = run(exercise, cell_of(exercise), module(exercise))
    assert result.outcome is Outcome.NOT_ATTEMPTED
    assert f"exercises.{exercise.name}.hint()" in result.message


@each()
def test_the_solution_is_correct(exercise: Exercise) -> None:
    result = answer_in(exercise, exercise.solution_code, module(exercise))
    assert (result.outcome, result.printed) == (Outcome.CORRECT, ""), result.message


@each()
def test_the_solution_answers_the_stub_as_it_stands_on_the_page(exercise: Exercise) -> None:
    """The `def` line on the page is the solution's, letter by letter."""
    stub = [line for line in cell_of(exercise).splitlines() if line.startswith("def ")]
    assert all(line in exercise.solution_code.splitlines() for line in stub)


WRONG_CASES = [
    (exercise, source, fragment) for exercise in EXERCISES for source, fragment in WRONG[exercise.name]
]


@pytest.mark.parametrize(
    ("exercise", "source", "fragment"),
    WRONG_CASES,
    ids=[f"{e.name}-{i}" for i, (e, _, _) in enumerate(WRONG_CASES)],
)
def test_wrong(exercise: Exercise, source: str, fragment: str) -> None:
    result = answer_in(exercise, source, module(exercise))
    assert result.outcome is Outcome.NOT_YET, result.message
    assert fragment in result.message


@each()
def test_wrong_answers_are_told_apart(exercise: Exercise) -> None:
    messages = {answer_in(exercise, source, module(exercise)).message for source, _ in WRONG[exercise.name]}
    assert len(messages) == len(WRONG[exercise.name]) >= 3


@each()
def test_no_message_gives_the_answer_away(exercise: Exercise) -> None:
    """A whole line of the solution never stands in what is said about a wrong answer."""
    lines = [line.strip() for line in exercise.solution_code.splitlines() if len(line.strip()) > 20]
    for source, _ in WRONG[exercise.name]:
        message = answer_in(exercise, source, module(exercise)).message
        assert not any(line in message for line in lines if not line.startswith("def "))


@each()
def test_the_solution_is_plain_code_and_short(exercise: Exercise) -> None:
    ast.parse(exercise.solution_code)
    assert len(exercise.solution_code.strip().splitlines()) <= 40
    assert exercise.explanation and len(exercise.hints) >= 3


@each(*(e for e in EXERCISES if "def " in e.solution_code))
@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        ("while True: pass", "loop that never ends"),
        ("raise ValueError('boom')", "raised ValueError: boom"),
        ("return None", ""),
        ("print('x' * 100_000); return None", ""),
        ("import sys; sys.exit(3)", "SystemExit"),
        ("yield 1", "`yield`"),
        ("return object()", ""),
        ("return float('nan')", ""),
        ("return lambda: 1", ""),
        ("return b''", ""),
        ("return [[]]", ""),
    ],
)
def test_odd_functions_never_break_the_page(
    exercise: Exercise, body: str, fragment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Attempt, "timeout", 0.3)
    signature = re.search(rf"^def {exercise.name}\(.*:$", exercise.solution_code, re.MULTILINE)
    result = answer_in(exercise, f"{signature[0]}\n    {body}", module(exercise))
    assert result.outcome in (Outcome.NOT_YET, Outcome.NOT_ATTEMPTED)
    assert fragment in result.message
    assert len(result.printed) <= 2_000 * 8


@each()
@pytest.mark.parametrize("answer", [None, 3, "text", {}, [], object(), len, print, int, lambda: 1])
def test_odd_values_never_break_the_page(exercise: Exercise, answer: object) -> None:
    assert exercise.attempt(answer).outcome is not Outcome.CORRECT
