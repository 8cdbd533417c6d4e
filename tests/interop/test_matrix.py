"""Every client gets a token from every issuer, and every verifier takes it; the README shows that."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import matrix
import pytest
from clients import CLIENTS, METHODS, Method
from issuers import STARTERS, Issuer
from running import Running
from verifiers import VERIFIERS

ELSEWHERE = ({"audience": "https://reports.example"}, {"issuer": "http://127.0.0.1:9/"})


@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("client", CLIENTS)
def test_the_verifier_takes_the_token_that_the_client_got(
    running: Running, name: str, client: str, method: Method, verifier: str
) -> None:
    claims = running.verify(name, verifier, running.token(name, client, method))
    assert claims["iss"] == running.issuer(name).issuer
    assert claims["scope"].split() == ["read:todos", "write:todos"]


@pytest.mark.parametrize("verifier", VERIFIERS)
@pytest.mark.parametrize("changed", ELSEWHERE, ids=str)
def test_no_verifier_takes_it_for_another_api_or_from_another_issuer(
    running: Running, name: str, verifier: str, changed: dict[str, str]
) -> None:
    """So that a tick in the table means something."""
    token = running.token(name, "the course's", "form")
    elsewhere = dataclasses.replace(running.issuer(name), **changed)
    with pytest.raises(Exception):  # noqa: B017 - each has errors of its own
        VERIFIERS[verifier](token, elsewhere, running.metadata(name).jwks_uri)


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_no_verifier_takes_it_with_another_signature(running: Running, name: str, verifier: str) -> None:
    start, _, signature = running.token(name, "the course's", "form").rpartition(".")
    with pytest.raises(Exception):  # noqa: B017
        running.verify(name, verifier, f"{start}.{signature[::-1]}")


def test_the_readme_shows_what_just_ran(
    running: Running,
    available: Callable[[str], bool],
    need: Callable[[str], Issuer],
    pytestconfig: pytest.Config,
) -> None:
    """Rows of an issuer that does not run here are let be; writing takes them all."""
    writing = pytestconfig.getoption("--write-matrix", default=False)
    names = [name for name in STARTERS if (need(name) if writing else available(name))]
    rows = {name: rows_of(running, name) for name in names}
    if writing:
        matrix.write(matrix.tables(rows))
    shown = matrix.read()
    for name, (tried, seen) in rows.items():
        assert matrix.of_issuer(name, shown) == tried + seen, "run pytest tests/interop --write-matrix"
    assert {name for name in STARTERS if matrix.of_issuer(name, shown)} == set(STARTERS)
    assert len(shown.splitlines()) == len(STARTERS) * (len(CLIENTS) + 1) + 5, "a row is about no issuer"


def rows_of(running: Running, name: str) -> tuple[list[str], list[str]]:
    token = running.token(name, "the course's", "form")
    return (
        matrix.tried(name, running.token, running.verify),
        matrix.seen(name, running.issuer(name), running.metadata(name), token),
    )
