"""Says under each cell whose functions it ran: the learner's own, or a solution's."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable
from typing import Any

from IPython import get_ipython
from IPython.display import display

from helpers.display.card import Note

YOURS, NOT_YET, SOLUTIONS = "Yours", "Yours, and not correct yet", "The solution's, until yours is correct"

_used: dict[str, str] = {}
_quiet = threading.local()


def note(name: str, owner: str) -> None:
    """Remember, until the cell ends, whose function answered an exercise."""
    if not getattr(_quiet, "depth", 0):
        _used[name] = owner


def unnoted(solution: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; which others a solution is made of need not be said."""

    @functools.wraps(solution)
    def run(*arguments: Any, **named: Any) -> Any:
        _quiet.depth = getattr(_quiet, "depth", 0) + 1
        try:
            return solution(*arguments, **named)
        finally:
            _quiet.depth -= 1

    return run


def said() -> Note | None:
    """What was remembered since the last time, in one line; None when nothing was."""
    used = dict(_used)
    _used.clear()
    parts = [
        f"{owner}: {', '.join(f'`{name}`' for name, whose in used.items() if whose == owner)}."
        for owner in (YOURS, NOT_YET, SOLUTIONS)
        if owner in used.values()
    ]
    return Note("Whose function ran here?", parts) if parts else None


def _after_a_cell(result: object = None) -> None:
    with contextlib.suppress(Exception):  # a page must not stumble over this
        if line := said():
            display(line)


def _register() -> None:
    shell = get_ipython()
    if shell is not None:
        shell.events.register("post_run_cell", _after_a_cell)


_register()
