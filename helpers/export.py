"""The learner's own copy: ``export(folder)`` copies ``helpers/tokens``, which runs without the course."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

from helpers import tokens
from helpers.display.card import Card
from helpers.lab import LabError

__all__ = ["NAME", "ORIGIN", "Exported", "export"]

NAME = "access_tokens"
"""Of the package that is written."""
ORIGIN = "ORIGIN.json"
"""Says which version a copy is, where it came from, and what its files were like then."""

_SOURCE = Path(tokens.__file__).parent


@dataclass(frozen=True)
class Exported:
    """What was written. Shows itself at the end of a cell.

    path: the folder of the package.
    """

    path: Path
    notes: tuple[str, ...]

    def _card(self) -> Card:
        rows = [
            (f"{self.path.as_posix()}/", f"version {tokens.__version__}, {len(_files(_SOURCE))} files"),
            (f"python -m {self.path.name}.get", "gets a token and calls an API with it"),
            (f"python -m {self.path.name}.check", "verifies a token"),
        ]
        return Card("Your own copy: a package that runs without this course.", rows, self.notes)

    def __str__(self) -> str:
        return str(self._card())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self._card()._repr_mimebundle_()


def export(folder: str | Path) -> Exported:
    """Copy the package into a folder, which is made if it is not there.

    A copy that nobody has changed is replaced by this version. One that was changed stays, and the new one is put
    beside it.

    :raises LabError: the folder cannot be written to.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = next(path for path in _places(folder / NAME) if not path.exists() or _is_as_exported(path))
        if not path.exists() or _files(path) != _files(_SOURCE):
            _copy(path)
    except OSError as error:
        raise LabError(
            f"{folder.as_posix()} cannot be written to ({error.strerror or type(error).__name__}). Name a folder of"
            " yours, such as export('my_copy')."
        ) from None
    notes = [
        "It takes Python 3.11 or later, and: pip install requests cryptography (and httpx for asyncio).",
        f"How to use it stands in {path.name}/__init__.py. To update it, export it again.",
    ]
    if path.name != NAME:
        notes.insert(
            0,
            f"You have changed {NAME}/ there, and it stays as it is. Compare the two, take over what you like, and"
            " delete the one that you do not want.",
        )
    return Exported(path, tuple(notes))


def _places(path: Path) -> Iterator[Path]:
    """Where it may go: its own place, then ``access_tokens_new``, ``access_tokens_new2`` and so on."""
    yield path
    for number in count(1):
        yield path.with_name(f"{path.name}_new{number if number > 1 else ''}")


def _files(folder: Path) -> Mapping[str, str]:
    """The names of the modules in a folder, each with the digest of its lines, whatever their ends."""
    return {
        path.name: sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        for path in sorted(folder.glob("*.py"))
    }


def _is_as_exported(path: Path) -> bool:
    """Whether nothing is lost by writing there."""
    try:
        written = json.loads((path / ORIGIN).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return written == _files(path)


def _copy(path: Path) -> None:
    """All of it or nothing: what was there stays until the new copy is whole."""
    made = path.with_name(f".{path.name}-{os.getpid()}")
    made.mkdir()
    try:
        for name in _files(_SOURCE):
            shutil.copyfile(_SOURCE / name, made / name)
        origin = {
            "version": tokens.__version__,
            "from": 'helpers/tokens of the course "OAuth 2.0 Client Credentials, hands on"',
            "license": "MIT",
            "files": _files(made),
        }
        (made / ORIGIN).write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8", newline="\n")
        aside = made.with_suffix(".old")
        if path.exists():
            os.rename(path, aside)
        os.rename(made, path)
        shutil.rmtree(aside, ignore_errors=True)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
