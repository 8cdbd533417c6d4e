"""No test of the exercises reads or writes anybody's progress."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state directory of this test's own."""
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path))
