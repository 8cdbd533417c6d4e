"""Lessons 02 to 04 with another issuer: four variables are set, and no cell ends in an error that is not meant."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from issuers import Issuer
from run_notebooks import NOTEBOOKS, run

pytestmark = pytest.mark.slow

PAGES = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name.startswith(("02", "03", "04"))]
MAY_RAISE = "raises-exception"


@pytest.fixture(params=["oidc-provider", "oidc-provider, no default scope"])
def issuer(request: pytest.FixtureRequest, need) -> Issuer:
    return need(request.param)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_lesson_runs_with_four_variables_set(issuer: Issuer, path: Path) -> None:
    page = nbformat.read(path, as_version=4)
    wanted = {cell.id for cell in page.cells if MAY_RAISE in cell.metadata.get("tags", [])}
    for cell in page.cells:  # run to the end, so that every failure is told at once
        cell.metadata.tags = [*cell.metadata.get("tags", []), MAY_RAISE]
    settings = {
        "ISSUER": issuer.issuer,
        "AUDIENCE": issuer.audience,
        "CLIENT_ID": issuer.client_id,
        "CLIENT_SECRET": issuer.client_secret,
    }
    run(page, path.parent, settings)
    assert issuer.issuer in shown(page.cells, "start-lab"), "the lesson did not use this issuer"
    errors = {
        cell.id: f"{output.ename}: {output.evalue}"
        for cell in page.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error" and cell.id not in wanted
    }
    assert errors == {}
    assert issuer.client_secret not in nbformat.writes(page)


def shown(cells: list[nbformat.NotebookNode], name: str) -> str:
    """What the cell of this name printed and showed."""
    return next(str(cell.outputs) for cell in cells if cell.id == name)
