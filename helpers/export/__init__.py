"""The learner's own copy: ``export(folder)`` writes ``client.py`` and ``verifier.py``, which run without the course."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path

from helpers.display.card import Card
from helpers.export.module import StitchError
from helpers.export.stitch import external_packages, stitch
from helpers.lab import LabError

__all__ = ["Exported", "StitchError", "export", "source"]

FILES = {"client.py": "gets tokens", "verifier.py": "verifies them"}
PACKAGES = ("cryptography", "requests", "urllib3")
"""What the files may import beside the standard library; requests brings urllib3."""

_HERE = Path(__file__).parent
_TOKENS = _HERE.parent / "tokens"
_SEAL = "# As exported (sha256 of the lines above): "


@dataclass(frozen=True)
class Exported:
    """What was written, and what was there already. Shows itself at the end of a cell.

    paths: the files that hold what was exported, the client's first.
    """

    paths: tuple[Path, ...]
    findings: tuple[str, ...]
    notes: tuple[str, ...]

    def _card(self) -> Card:
        rows = [(path.as_posix(), finding) for path, finding in zip(self.paths, self.findings, strict=True)]
        return Card("Your own copy: two files that run without this course.", rows, self.notes)

    def __str__(self) -> str:
        return str(self._card())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self._card()._repr_mimebundle_()


def source(name: str) -> str:
    """The text of ``client.py`` or ``verifier.py``, with a last line by which a change to it can be seen.

    :raises StitchError: the course's modules cannot be put into one file.
    """
    text = stitch(_HERE / name.replace(".py", "_command.py"), _TOKENS, "helpers.tokens")
    foreign = set(external_packages(text)) - set(PACKAGES)
    if foreign:
        raise StitchError(f"{name} would need {', '.join(sorted(foreign))} too.")
    return f"{text}\n{_SEAL}{sha256(text.encode()).hexdigest()}\n"


def export(folder: str | Path) -> Exported:
    """Write both files; a folder that is not there is made.

    A file of yours is never written over: one that was changed since it was exported stays, and the new one is put
    beside it.

    :raises LabError: the folder cannot be written to.
    """
    folder = Path(folder)
    paths, findings, notes = [], [], []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, purpose in FILES.items():
            text = source(name)
            path = next(path for path in _places(folder / name) if _is_free(path))
            if not path.is_file() or path.read_bytes() != text.encode():
                _write(path, text)
            if path.name != name:
                purpose += f"; beside your {name}, which stays as it was"
                notes.append(
                    f"You have a {name} of your own there. Compare the two, take over what you like, and delete the"
                    f" one that you do not want: programs import the file that is called {name}."
                )
            paths.append(path)
            findings.append(purpose)
    except OSError as error:
        raise LabError(
            f"{folder.as_posix()} cannot be written to ({error.strerror or type(error).__name__}). Name a folder of"
            " yours, such as export('my_copy')."
        ) from None
    notes.append("They take Python 3.11 or later, and: pip install requests cryptography")
    notes.append("How to use each of them stands at its top. Try: python client.py --help")
    return Exported(tuple(paths), tuple(findings), tuple(notes))


def _places(path: Path) -> Iterator[Path]:
    """Where a file may go: its own place, then ``client_new.py``, ``client_new2.py`` and so on."""
    yield path
    for number in count(1):
        yield path.with_name(f"{path.stem}_new{number if number > 1 else ''}{path.suffix}")


def _is_free(path: Path) -> bool:
    """Whether nothing is lost by writing there: no file, or one that is as it was exported."""
    if not path.exists():
        return not path.is_symlink()
    if not path.is_file():
        return False
    # A checkout or an editor may have changed the line ends alone.
    text, separator, digest = path.read_bytes().replace(b"\r\n", b"\n").rpartition(f"\n{_SEAL}".encode())
    return bool(separator) and sha256(text).hexdigest().encode() == digest.strip()


def _write(path: Path, text: str) -> None:
    """All of it or nothing: what was there stays until the new file is whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".tmp")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
