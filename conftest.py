"""Keeps every test, nbval's cells among them, away from what belongs to whoever runs it: progress, .env, variables."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from helpers.settings import reach_loopback_directly

COURSE_VARIABLES = ("ISSUER", "AUDIENCE", "CLIENT_ID", "CLIENT_SECRET")
_folder = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before anything is collected: kernels and servers that the tests start inherit it."""
    # A run in the background begins with interrupts ignored, and what it starts would ignore them too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = config.stash[_folder] = tempfile.mkdtemp(prefix="course-tests-")
    os.environ["COURSE_STATE_DIR"] = str(Path(folder, "state"))
    os.environ["COURSE_ENV_FILE"] = str(Path(folder, "no.env"))
    os.environ["COURSE_WIDGETS"] = "off"  # as in tools/run_notebooks.py
    for name in COURSE_VARIABLES:
        os.environ.pop(name, None)
    # urllib remembers for ever a proxy that one test sets; it asks each time who is to be reached without.
    reach_loopback_directly()
    # The sanitizing rules are found from every working directory, not from the root alone.
    rules = getattr(config.option, "nbval_sanitize_with", None)
    if rules and not Path(rules).exists():
        config.option.nbval_sanitize_with = str(config.rootpath / rules)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each notebook its own progress file before its kernel starts: the order of the pages is free."""
    if item.path.suffix == ".ipynb":
        os.environ["COURSE_STATE_DIR"] = str(Path(item.config.stash[_folder], item.path.stem))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much the exercises' checks are proven with, where that was tested."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", [])]
    if any(name.endswith("::test_the_table_says_how_much_is_proven") for name in passed):
        table = (Path(__file__).parent / "docs" / "exercises.md").read_text(encoding="utf-8")
        row = next(line for line in table.splitlines() if "**all**" in line)
        probes, _, _, mutants, refused, equal = [cell.strip() for cell in row.split("|")][3:9]
        terminalreporter.section("The exercises' checks")
        terminalreporter.line(
            f"{probes} probes, each decides alone; {mutants} mutants: {refused} refused, {equal} equal"
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(config.stash[_folder], ignore_errors=True)
