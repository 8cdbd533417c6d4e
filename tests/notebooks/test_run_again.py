"""A page comes out as stored, also when somebody else is on its ports; nbval runs it on the preferred ones."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebook_outputs import comparable
from run_notebooks import execute

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


@pytest.mark.usefixtures("preferred_ports_taken")
def test_with_both_preferred_ports_taken(path: Path) -> None:
    assert outcome(execute(path)) == outcome(nbformat.read(path, as_version=4))
