"""How long a page takes: reading at 200 words a minute, twenty seconds for each cell that is run, and the exercises."""

from __future__ import annotations

import re

import nbformat

from helpers.exercises.engine import Exercise

WORDS_A_MINUTE = 200
MINUTES_A_CELL = 1 / 3
TO_BEGIN_AN_EXERCISE = 2
LONG = 40
"""Minutes over which a page has a resting place."""


def reading(page: nbformat.NotebookNode) -> int:
    """Minutes for the page without its exercises, to the next five."""
    text = "\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")
    words = len(re.findall(r"[\w'`./-]+", re.sub(r"\]\([^)]*\)", "]", text)))
    cells = sum(cell.cell_type == "code" for cell in page.cells)
    return _fives(words / WORDS_A_MINUTE + cells * MINUTES_A_CELL)


def with_exercises(page: nbformat.NotebookNode, exercises: list[Exercise]) -> int:
    """Minutes for the page with every exercise, to the next five."""
    return _fives(reading(page) + sum(map(solving, exercises)))


def solving(exercise: Exercise) -> float:
    """Minutes for one exercise: half a minute for each line of its solution, a quarter for a line of a table."""
    lines = [
        line
        for line in exercise.solution_code.splitlines()
        if line.strip() and not re.match(r"(from|import) ", line)
    ]
    return TO_BEGIN_AN_EXERCISE + len(lines) * (
        0.5 if f"def {exercise.name}(" in exercise.solution_code else 0.25
    )


def _fives(minutes: float) -> int:
    return 5 * max(1, round(minutes / 5))
