"""Pages with every exercise solved, and pages in an environment that names an issuer which does not answer."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from run_notebooks import run

from helpers.exercises.engine import Exercise
from helpers.exercises.report import tasks

pytestmark = pytest.mark.slow

COMMANDING = ("05", "06", "07")
"""Lessons that use the local authorization server whatever the environment says."""


def solved(exercise: Exercise, source: str) -> str:
    """The cell in which the solution stands in the place of the stub."""
    imports = "\n".join(line for line in source.splitlines() if re.match(r"(from|import) ", line))
    name, code = exercise.name, exercise.solution_code.strip()
    if f"@exercises.{name}\n" in source:
        code = re.sub(rf"^def {name}\(", f"@exercises.{name}\ndef {name}(", code, flags=re.MULTILINE)
    else:
        code = f"{code}\n\nexercises.{name}({name})"
    return f"{imports}\n\n{code}"


def outputs(page: nbformat.NotebookNode, cell_id: str) -> str:
    (cell,) = [cell for cell in page.cells if cell.id == cell_id]
    return "\n".join(
        output.get("data", {}).get("text/plain", output.get("text", "")) for output in cell.outputs
    )


def test_with_every_exercise_solved(path: Path) -> None:
    page = nbformat.read(path, as_version=4)
    answered = {}
    for exercise in (task for task in tasks(path.name[:2]) if isinstance(task, Exercise)):
        (cell,) = [
            cell
            for cell in page.cells
            if cell.cell_type == "code" and re.search(rf"exercises\.{exercise.name}(\n|\()", cell.source)
        ]
        cell.source = solved(exercise, cell.source)
        answered[exercise.name] = cell.id

    run(page, path.parent)

    for name, cell_id in answered.items():
        assert "Correct." in outputs(page, cell_id), (name, outputs(page, cell_id))
    if path.name.startswith("05"):
        assert re.match(r"None of \d+ attacks gets in .*; all \d+ good tokens get in", outputs(page, "live"))


def test_with_an_issuer_that_does_not_answer(path: Path) -> None:
    if not path.name.startswith(COMMANDING):
        pytest.skip("this page uses the issuer that the environment names")
    page = nbformat.read(path, as_version=4)
    settings = {
        "ISSUER": "http://127.0.0.1:9/",
        "AUDIENCE": "http://localhost:3001",
        "CLIENT_ID": "nobody",
        "CLIENT_SECRET": "made-up",
    }
    run(page, path.parent, settings)
    assert "your ISSUER, http://127.0.0.1:9/, is left alone" in outputs(page, "start-lab")
    if path.name.startswith("07"):
        assert "Step 2 of 7 is missing: the issuer." in outputs(page, "preflight")
