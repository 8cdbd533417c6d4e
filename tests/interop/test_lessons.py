"""Lessons 00 to 04 with another issuer: they run without an error, or the lab says first what this issuer lacks."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from issuers import OTHER_HABITS, Issuer, ours
from run_notebooks import NOTEBOOKS, run

from helpers import lab
from helpers.authorization_server import Habits
from helpers.lab import LabError
from helpers.preflight import preflight

pytestmark = pytest.mark.slow

PAGES = [
    path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name.startswith(("00", "01", "02", "03", "04"))
]
MAY_RAISE = "raises-exception"


TOKEN = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{40,}")


@pytest.fixture(scope="module")
def unlike_auth0() -> Iterator[Issuer]:
    """An issuer with everything that the lessons bear."""
    habits = Habits(token_lifetime=3_600, scope_in_answer=False, aud_as_list=True)
    with ours(habits=habits) as issuer:
        yield issuer


@pytest.fixture(params=["oidc-provider", "oidc-provider, no default scope", "ours, unlike Auth0"])
def issuer(request: pytest.FixtureRequest, need) -> Issuer:
    if request.param == "ours, unlike Auth0":
        return request.getfixturevalue("unlike_auth0")
    return need(request.param)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_lesson_runs_with_four_variables_set(issuer: Issuer, path: Path) -> None:
    page = nbformat.read(path, as_version=4)
    wanted = {cell.id for cell in page.cells if MAY_RAISE in cell.metadata.get("tags", [])}
    for cell in page.cells:  # run to the end, so that every failure is told at once
        cell.metadata.tags = [*cell.metadata.get("tags", []), MAY_RAISE]
    settings = {
        "ISSUER": issuer.issuer,
        "AUDIENCE": issuer.audience,
        "CLIENT_ID": issuer.client_id,
        "CLIENT_SECRET": issuer.client_secret,
    }
    run(page, path.parent, settings)
    assert issuer.issuer in shown(page.cells, "start-lab"), "the lesson did not use this issuer"
    errors = {
        cell.id: f"{output.ename}: {output.evalue}"
        for cell in page.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error" and cell.id not in wanted
    }
    assert errors == {}
    written = nbformat.writes(page)
    assert issuer.client_secret not in written
    # The lab's own tokens are worth nothing when the page has ended; this issuer's live on.
    foreign = [token for token in TOKEN.findall(written) if issuer.issuer in issuer_of(token)]
    assert foreign == []


def issuer_of(token: str) -> str:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["iss"]


LACKS = {
    "no token without a named scope": "only when the scopes are named",
    "more scope than asked": "it grants write:todos too",
    "resource only": "named as resource",
    "ES256": "no key that can be used: none is for RS256",
    "no typ": "not of a type that access tokens have",
    "no sub": "no sub claim",
    "no aud": "no aud claim",
}


@pytest.mark.parametrize(("habit", "said"), LACKS.items())
def test_the_lab_says_first_what_an_issuer_lacks(
    habit: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OTHER_HABITS[habit]() as issuer:
        for name in ("issuer", "audience", "client_id", "client_secret"):
            monkeypatch.setenv(name.upper(), getattr(issuer, name))
        with pytest.raises(LabError) as caught:
            lab.start()
        message = str(caught.value)
        assert said in message and "cannot be used for the lessons" in message
        assert (
            "To go back to the local authorization server" in message and issuer.client_secret not in message
        )
        assert said in str(preflight())


def shown(cells: list[nbformat.NotebookNode], name: str) -> str:
    """What the cell of this name printed and showed."""
    return next(str(cell.outputs) for cell in cells if cell.id == name)
