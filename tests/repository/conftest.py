"""The files of the repository, as git sees them: those that are or could be committed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """The text of every file, by its path from the root."""
    if not shutil.which("git") or git("rev-parse", "--show-toplevel").returncode:
        pytest.skip("not a git repository")
    names = git("ls-files", "--cached", "--others", "--exclude-standard", "-z").stdout.split("\0")
    files = {name: ROOT / name for name in names if name and (ROOT / name).is_file()}
    return {name: path.read_text(encoding="utf-8", errors="replace") for name, path in files.items()}
