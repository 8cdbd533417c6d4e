"""Brings a kernel that was restarted back to a resting place of a long page: what ``lab.catch_up()`` does.

The cells above it are run from the saved page, so that what a learner has written and saved counts.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from IPython import get_ipython
from IPython.utils.capture import capture_output

from helpers import lab
from helpers.display.card import Note
from helpers.lab import LabError
from helpers.settings import ROOT

_reached: dict[tuple[Path, str], object] = {}
"""The resting places that this kernel was brought to, with the lab that ran then: a reset forgets what a page kept."""
_RESET = re.compile(r"\blab\.(?:reset|stop)\(")


class Cell(NamedTuple):
    """A code cell that is to be run."""

    name: str
    source: str


def catch_up(page: str, cell: str) -> Note:
    """Run the code cells of a page that stand above a cell, unless this kernel has run them.

    :param page: the number at the beginning of its file's name: "05".
    :param cell: the id of a Markdown cell.
    :raises LabError: there is no such page or cell, or a cell above it raises.
    """
    shell = get_ipython()
    if shell is None:
        raise LabError("lab.catch_up() runs the cells of a page, so call it in a notebook.")
    path = _find(page)
    cells, place = _above(path, cell)
    key = (path, cell)
    if _reached.get(key, ...) is lab._running or _were_run(shell, cells):
        return Note("Everything above was already run in this kernel.")
    for one in cells:
        _run(shell, one, path)
    _reached[key] = lab._running
    count = len(cells)
    said = "1 cell was run." if count == 1 else f"{count} cells were run."
    return Note(f"You are back at {place}: {said}", tone="good")


def _find(page: str) -> Path:
    """The page in the working directory, else the one of the course."""
    for folder in (Path.cwd(), ROOT / "notebooks"):
        found = sorted(folder.glob(f"{page}_*.ipynb"))
        # Jupyter says which page a kernel belongs to: a copy of a page begins with the same number.
        running = Path(os.environ.get("JPY_SESSION_NAME") or "").name
        for path in sorted(found, key=lambda path: (path.name != running, len(path.name))):
            return path.resolve()
    raise LabError(
        f"There is no page {page}_….ipynb, neither here nor in the notebooks folder of the course."
    )


def _above(path: Path, place: str) -> tuple[list[Cell], str]:
    """The cells to run, and what the place is called."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, LookupError, TypeError):
        raise LabError(
            f"The file {path.name} is no notebook that can be read: save the page, and run this again."
        ) from None
    found: list[Cell] = []
    for number, cell in enumerate(cells, 1):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and cell.get("id") == place:
            heading = source.split("\n")[0]
            return found, f"“{heading.lstrip('# ')}”" if heading.startswith("#") else path.name
        # Another resting place's own call would run the same cells once more.
        if (
            cell["cell_type"] == "code"
            and source.strip()
            and "raises-exception" not in cell["metadata"].get("tags", ())
            and "lab.catch_up(" not in source
        ):
            found.append(Cell(str(cell.get("id") or number), source))
    raise LabError(f"The page {path.name} has no Markdown cell with the id {place!r}.")


def _were_run(shell: Any, cells: Sequence[Cell]) -> bool:
    """Whether this kernel has run the cells: as they are, or, if they were changed since, others with their names.

    A reset of the lab by one of them is part of the page; after a later one they are to be run again.
    """
    history = [source.strip() for source in shell.history_manager.input_hist_raw]
    numbers = {source: number for number, source in enumerate(history)}
    latest = [numbers.get(cell.source.strip(), -1) for cell in cells]
    if -1 not in latest and not any(map(_RESET.search, history[max(latest, default=0) + 1 :])):
        return True
    names: set[str] = set()
    for cell in cells:
        assigned, deleted = _names(shell.transform_cell(cell.source))
        names = (names | assigned) - deleted
    names.discard("lab")  # which the cell that calls this imports too
    return bool(names) and names <= shell.user_ns.keys()


def _names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell assigns, and those that it deletes; none if it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set(), set()
    found: set[str] = set()
    inner: list[ast.AST] = [tree]
    while inner:
        node = inner.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names} - {"*"}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            inner += ast.iter_child_nodes(node)
    deleted = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)
    }
    return found, deleted


def _run(shell: Any, cell: Cell, path: Path) -> None:
    """Run one cell and show nothing of it."""
    with _no_tracebacks(shell), capture_output():
        result = shell.run_cell(cell.source, silent=True)
        # What the course shows beneath a cell would else gather, and stand beneath the one that calls this.
        shell.events.trigger("post_run_cell", result)
    error = result.error_before_exec or result.error_in_exec
    if error is None:
        return
    if isinstance(error, KeyboardInterrupt):
        raise error.with_traceback(None)
    said = str(error).strip().split("\n")[0][:200].rstrip(".")
    raise LabError(
        f"The cell {cell.name!r} of {path.name} raised {type(error).__name__}{said and f': {said}'}, so the cells from"
        " there on were not run: go to it, put it right, save the page, and run this again."
    )


@contextlib.contextmanager
def _no_tracebacks(shell: Any) -> Iterator[None]:
    """A kernel sends a traceback to the page by a way of its own, which capturing the output does not close."""
    shell._showtraceback = lambda *_: None
    try:
        yield
    finally:
        del shell._showtraceback
