"""Every test here that takes a ``page`` runs once for each notebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_notebooks import NOTEBOOKS

PAGES = sorted(NOTEBOOKS.glob("*.ipynb"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "path" in metafunc.fixturenames:
        metafunc.parametrize("path", PAGES, ids=lambda path: path.stem)


@pytest.fixture
def pages() -> list[Path]:
    return PAGES
