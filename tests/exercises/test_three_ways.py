"""Every exercise of every lesson: untouched, solved, and answered with what is hardly an answer at all."""

import ast
import importlib
import re

import pytest
from cells import answer_in, cell_of, run

from helpers.exercises.engine import Attempt, Exercise, Outcome
from helpers.exercises.report import LESSONS, tasks

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


@each()
def test_the_solution_is_plain_code_and_short(exercise: Exercise) -> None:
    ast.parse(exercise.solution_code)
    assert len(exercise.solution_code.strip().splitlines()) <= 45
    assert exercise.explanation and len(exercise.hints) >= 3


@each(*(e for e in EXERCISES if "def " in e.solution_code))
@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        ("while True: pass", "loop that never ends"),
        ("raise ValueError('boom')", ""),
        ("return None", ""),
        ("print('x' * 100_000); return None", ""),
        ("import sys; sys.exit(3)", ""),
        ("import sys; sys.stdout = None; return 1", ""),
        ("import json; json.loads = None; return 1", ""),
        ("import os; os.environ.clear(); return 1", ""),
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
    assert result.stumbled is None
    assert len(result.printed) <= 2_000


@each()
@pytest.mark.parametrize("answer", [None, 3, "text", {}, [], object(), len, print, int, lambda: 1])
def test_odd_values_never_break_the_page(exercise: Exercise, answer: object) -> None:
    assert exercise.attempt(answer).outcome is not Outcome.CORRECT


@each(*(e for e in EXERCISES if "def " in e.solution_code))
def test_a_reference_is_not_a_call(exercise: Exercise) -> None:
    """`exercises.reuse.hint` without its parentheses does not print the solution."""
    shown = f"{exercise.hint!r} {exercise.solution!r} {exercise!r}"
    assert exercise.solution_code.strip().splitlines()[-1] not in shown
    assert "with the parentheses" in shown
