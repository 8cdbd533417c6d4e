"""The cells in which exercises are answered, and answers run as a cell runs them."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from helpers.exercises.engine import Exercise, Result

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def cells(lesson: str) -> list[str]:
    """The sources of a lesson's code cells."""
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def cell_of(exercise: Exercise) -> str:
    """The source of the one cell in which an exercise is answered."""
    (source,) = [
        cell
        for cell in cells(exercise.lesson)
        if f"exercises.{exercise.name}\n" in cell or f"exercises.{exercise.name}(" in cell
    ]
    return source


def run(exercise: Exercise, source: str, module: ModuleType) -> Result:
    """Run a cell's code with a stand-in for the exercise that judges without showing, and return its result."""
    results: list[Result] = []

    class Judge:
        def __getattr__(self, name: str) -> Callable[[Any], Any]:
            def judge(answer: Any) -> Any:
                assert name == exercise.name
                results.append(exercise.attempt(answer))
                return answer

            return judge

    source = "\n".join(
        line for line in source.splitlines() if not line.startswith("from helpers.exercises import lesson_")
    )
    exec(compile(source, "<cell>", "exec"), {**vars(module), "exercises": Judge()})
    (result,) = results
    return result


def answer_in(exercise: Exercise, source: str, module: ModuleType) -> Result:
    """The result of a bare answer: code that defines a name, the exercise's own."""
    names = dict(vars(module))
    exec(compile(source, "<answer>", "exec"), names)
    return exercise.attempt(names[exercise.name])


def function(signature: str, *lines: str) -> str:
    """The source of a function with this first line and body, for an answer."""
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in lines)
