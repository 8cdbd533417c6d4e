"""The minutes that the pages, the map and the README promise are those that the pages take."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from minutes import LONG, reading, with_exercises

from helpers.exercises.engine import Exercise
from helpers.exercises.report import tasks

ROOT = Path(__file__).parents[2]


def exercises(path: Path) -> list[Exercise]:
    return [task for task in tasks(path.name[:2]) if isinstance(task, Exercise)]


def test_the_page_says_how_long_it_takes(path: Path) -> None:
    page = nbformat.read(path, as_version=4)
    said = f"*{reading(page)} minutes, {with_exercises(page, exercises(path))} with every exercise.*"
    assert said in page.cells[0].source


@pytest.mark.parametrize("document", ["notebooks/00_start_here.ipynb", "README.md"])
def test_the_map_says_the_same(document: str, path: Path) -> None:
    page = nbformat.read(path, as_version=4)
    if document.endswith(".md"):
        text = (ROOT / document).read_text(encoding="utf-8")
    else:
        cells = nbformat.read(ROOT / document, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    row = re.search(rf"^\|[^|]*{path.name[:2]}[^|]*\| *([^|]*?) *\|", text, re.MULTILINE)
    assert row, "no row of the map names this lesson"
    assert row[1] == f"{reading(page)} to {with_exercises(page, exercises(path))}"


def test_a_long_page_has_a_resting_place(path: Path) -> None:
    page = nbformat.read(path, as_version=4)
    if with_exercises(page, exercises(path)) <= LONG:
        return
    ids = [cell.id for cell in page.cells]
    rests = [name for name in ids if re.fullmatch(r"rest(-[a-z-]+)?", name) and not name.endswith("catch-up")]
    assert rests, "a page over 40 minutes has a place from which it can be taken up again"
    for name in rests:
        following = page.cells[ids.index(name) + 1]
        assert f'lab.catch_up("{path.name[:2]}", "{name}")' in following.source
