"""A page's cells run again, in any order, after ``lab.reset()``: they work, or one sentence says what comes first."""

from __future__ import annotations

import ast
import copy
import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import nbformat
import pytest
from run_notebooks import run

pytestmark = pytest.mark.slow

Cell = nbformat.NotebookNode
SEEDS = (1, 2)
# The measurement takes seconds, in processes of its own that no other cell can change, so it runs in one pass alone.
SLOW = ("measure", "thousandfold")
# A status alone or in a list or a tuple, and what a prediction says.
SHOWS_STATUSES = re.compile(r"[(\[]*'?[1-5]\d\d(?:[',)\]]| [A-Z]|$)|It was \d{3}\b")
# One sentence, which may name functions such as lab.reset().
SENTENCE = re.compile(r"[A-Z][^\n]*[^.\n]\.")
NAME_ERROR = re.compile(r"name '(\w+)' is not defined")


def code(page: nbformat.NotebookNode) -> list[Cell]:
    return [cell for cell in page.cells if cell.cell_type == "code"]


def defined_by(cells: Iterable[Cell]) -> set[str]:
    """Every name that these cells bind."""
    names: set[str] = set()
    for cell in cells:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.alias):
                names.add((node.asname or node.name).partition(".")[0])
    return names


def run_passes(path: Path, passes: Sequence[Sequence[Cell]]) -> list[dict[str, Cell]]:
    """Run the cells of every pass in one kernel, over all errors; for each pass its cells by their ids, run last."""
    page = nbformat.read(path, as_version=4)
    page.cells, results = [], []
    for number, cells in enumerate(passes):
        ran = {}
        for place, cell in enumerate(cells):
            fresh = copy.deepcopy(cell)
            fresh.id = f"{cell.id}-{number}-{place}"
            fresh.metadata["tags"] = ["raises-exception"]  # go on after an error
            ran[cell.id] = fresh
            page.cells.append(fresh)
        results.append(ran)
    run(page, path.parent)
    return results


def unexplained(cells: Sequence[Cell], results: Iterable[dict[str, Cell]]) -> list[str]:
    """Errors other than a sentence of the lab, and the name of a cell that was not run."""
    meant = {cell.id for cell in cells if "raises-exception" in cell.metadata.get("tags", [])}
    names = defined_by(cells)
    found = []
    for number, ran in enumerate(results, 1):
        for cell_id, cell in ran.items():
            for output in cell.outputs:
                if output.output_type != "error" or cell_id in meant:
                    continue
                missing = NAME_ERROR.match(output.evalue)
                if output.ename == "NameError" and missing and missing[1] in names:
                    continue
                if output.ename == "LabError" and SENTENCE.fullmatch(output.evalue):
                    continue
                found.append(f"pass {number}, {cell_id}: {output.ename}: {output.evalue[:300]}")
    return found


def statuses(cell: Cell) -> list[str]:
    """The HTTP statuses that a cell shows, when that is what it shows."""
    texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return [
        status
        for text in texts
        if SHOWS_STATUSES.match(text)
        for status in re.findall(r"\b[2-5]\d\d\b", text)
    ]


def other_statuses(stored: Sequence[Cell], ran: dict[str, Cell]) -> list[str]:
    """Cells that would now stand above words about another status."""
    return [
        f"{cell.id}: stored {statuses(cell)}, now {statuses(ran[cell.id])}"
        for cell in stored
        if statuses(cell) != statuses(ran[cell.id])
    ]


def shuffled(cells: Sequence[Cell], seed: int) -> list[Cell]:
    order = list(cells)
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    return order


def test_cells_run_again_in_any_order_and_after_a_reset(path: Path) -> None:
    """Four passes in one kernel: begin anywhere, read the page twice, reset the lab, and begin anywhere."""
    cells = code(nbformat.read(path, as_version=4))
    quick = [cell for cell in cells if cell.id not in SLOW]
    reset = nbformat.v4.new_code_cell("lab.reset()", id="the-reset")
    first, second = (shuffled(quick, seed) for seed in SEEDS)

    results = run_passes(path, [first, cells, quick, [reset, *second]])

    assert not unexplained(cells, results)
    for number, in_order in ((2, cells), (3, quick)):
        ran = results[number - 1]
        failed = {name: out.ename for name, cell in ran.items() for out in cell.outputs if "ename" in out}
        # After a shuffled pass something may have been left as it was, and a cell says what to put right first. When
        # the page has been read to its end, nothing has.
        assert set(failed.values()) <= ({"LabError"} if number != 3 else set()), (number, failed)
        worked = [cell for cell in in_order if cell.id not in failed]
        # No cell shows another status than the words below it speak of.
        assert not other_statuses(worked, ran), number
