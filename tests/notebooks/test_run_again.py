"""A page comes out the same however often it is run, and whoever else is on its ports."""

from __future__ import annotations

import contextlib
import copy
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebook_outputs import comparable
from run_notebooks import execute, run

pytestmark = pytest.mark.slow


def outcome(page: nbformat.NotebookNode) -> dict[str, Any]:
    """What nbval would compare, by the name of the cell."""
    return {cell.id: comparable(cell) for cell in page.cells if cell.cell_type == "code"}


@pytest.fixture
def preferred_ports_taken() -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for port in (9000, 3001):
            with contextlib.suppress(OSError):  # somebody else has it: that will do
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
        yield


def test_twice_in_a_row(path: Path) -> None:
    assert outcome(execute(path)) == outcome(execute(path))


@pytest.mark.usefixtures("preferred_ports_taken")
def test_with_both_preferred_ports_taken(path: Path) -> None:
    assert outcome(execute(path)) == outcome(nbformat.read(path, as_version=4))


def test_every_cell_can_be_run_a_second_time(path: Path) -> None:
    """Shift and Enter twice on the same cell: no error that the page does not mean to show."""
    page = nbformat.read(path, as_version=4)
    doubled = []
    for cell in page.cells:
        doubled.append(cell)
        if cell.cell_type == "code":
            again = copy.deepcopy(cell)
            again.id = f"{cell.id}-again"
            doubled.append(again)
    page.cells = doubled
    run(page, path.parent)
