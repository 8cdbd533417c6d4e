"""Which exercises are done: a small file of the learner's own, which git ignores."""

import contextlib
import json
import os
import tempfile
from pathlib import Path

from helpers.settings import state_dir

DONE = "CORRECT"


def _file() -> Path:
    return state_dir() / "progress.json"


def load() -> dict[str, dict[str, str]]:
    """For each lesson the last outcome of each exercise; empty when there is no file, or a damaged one."""
    with contextlib.suppress(OSError, ValueError):
        loaded = json.loads(_file().read_text(encoding="utf-8"))
        if isinstance(loaded, dict) and all(isinstance(value, dict) for value in loaded.values()):
            return loaded
    return {}


def record(lesson: str, name: str, outcome: str) -> None:
    """Keep an outcome; what was once done stays done. A disk that cannot be written never breaks the page."""
    known = load()
    if outcome == "NOT_ATTEMPTED" or known.get(lesson, {}).get(name) == DONE:
        return
    known.setdefault(lesson, {})[name] = outcome
    with contextlib.suppress(OSError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        # Written beside and moved over, so that an interrupt leaves the old file whole.
        handle, temporary = tempfile.mkstemp(dir=_file().parent)
        try:
            with open(handle, "w", encoding="utf-8") as stream:
                json.dump(known, stream, indent=1, sort_keys=True)
            os.replace(temporary, _file())
        finally:
            Path(temporary).unlink(missing_ok=True)  # still there only when it could not be moved


def forget() -> None:
    """Begin again."""
    with contextlib.suppress(OSError):
        _file().unlink(missing_ok=True)
