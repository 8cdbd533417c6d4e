"""The issuers that were started, what was tried with them, and a loud word about those that could not be."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from issuers import STARTERS, Issuer, Unavailable
from running import Running

_missing = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-matrix",
        action="store_true",
        help="write the interop tables into README.md: pytest tests/interop",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say in the end what nobody reads among a thousand dots."""
    for name, reason in config.stash.get(_missing, {}).items():
        terminalreporter.section(f"INTEROP WITH {name.upper()} WAS NOT TESTED", sep="=", red=True, bold=True)
        terminalreporter.line(reason)


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    with ExitStack() as stack:
        yield Running(stack)


@pytest.fixture(scope="session")
def available(running: Running, pytestconfig: pytest.Config) -> Callable[[str], bool]:
    """Whether an issuer runs here; the first no is kept for the summary."""
    missing = pytestconfig.stash.setdefault(_missing, {})

    @functools.cache
    def ask(name: str) -> bool:
        try:
            running.issuer(name)
        except Unavailable as reason:
            missing[name] = str(reason)
        return name not in missing

    return ask


@pytest.fixture(scope="session")
def need(
    running: Running, available: Callable[[str], bool], pytestconfig: pytest.Config
) -> Callable[[str], Issuer]:
    """A running issuer. Without it the test is skipped, or fails where it could have been had."""

    def get(name: str) -> Issuer:
        if not available(name):
            reason = f"{name} does not run here: {pytestconfig.stash[_missing][name]}"
            (pytest.fail if can_be_had(name) else pytest.skip)(reason)
        return running.issuer(name)

    return get


def can_be_had(name: str) -> bool:
    """On a CI machine with Linux everything is, glewlwyd's package for certain only as root."""
    ci = os.environ.get("CI", "").lower() not in ("", "0", "false") and sys.platform == "linux"
    return ci and (name != "glewlwyd" or os.geteuid() == 0)


@pytest.fixture(params=STARTERS)
def name(request: pytest.FixtureRequest, need: Callable[[str], Issuer]) -> str:
    """The name of each issuer, one after the other; it runs."""
    need(request.param)
    return request.param
