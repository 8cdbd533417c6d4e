"""What a learner does in lessons 03 and 04, in JupyterLab in a browser: types, runs, and watches the live API."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_page import jupyterlab, open_notebook, run_all, run_code
from playwright.sync_api import Browser, Page

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"

pytestmark = pytest.mark.slow

BROKEN = {
    "return None": "returned None",
    "return True": "returned True",
    "raise KeyError('exp')": "raised KeyError",
    "raise ValueError('no')": "raised ValueError",
    "while True: pass": "did not return within 2 seconds",
}


@pytest.fixture(scope="module")
def server() -> Iterator[object]:
    with jupyterlab(NOTEBOOKS) as running:
        yield running


def opened(chromium: Browser, server, lesson: str) -> Page:
    page = chromium.new_page(viewport={"width": 1400, "height": 1000})
    open_notebook(page, server.address(lesson))
    run_all(page)
    return page


def test_the_learners_verifier_stands_in_the_live_api(chromium: Browser, server) -> None:
    page = opened(chromium, server, "04_implementing_verification.ipynb")
    shown = page.locator(".jp-Notebook").inner_text()
    assert "Your my_verify stands in the door." in shown
    assert "200 OK: the door opens. Your my_verify returned claims" in shown
    assert "401 Unauthorized: the door stays shut" in shown
    assert "0 of 10 bad tokens get in; the good one gets in." in shown

    # A function of the learner's own, typed and run, and every way in which such a function can fail.
    good = "def mine(token):\n    return with_pyjwt(token)\nlab.use_verifier(mine)\nlab.knock(token)"
    assert "200 OK: the door opens. Your mine returned claims" in run_code(page, good)
    for body, did in BROKEN.items():
        said = run_code(page, f"def mine(token):\n    {body}\nlab.use_verifier(mine)\nlab.knock(token)")
        assert "the door stays shut" in said and did in said, body
        assert "200 OK" not in said
    page.close()


def test_the_inspector_answers_while_the_learner_types(chromium: Browser, server) -> None:
    page = opened(chromium, server, "03_dissecting_the_jwt.ipynb")
    cell = page.locator(".jp-CodeCell").filter(has_text="inspector.show()").first
    assert "Yes: the issuer signed exactly this" in cell.inner_text()
    field = cell.locator("textarea").nth(1)
    field.fill(field.input_value().replace("read:todos", "read:everything"))
    field.blur()
    verdict = cell.locator("text=No: The signature does not match")
    verdict.wait_for(timeout=10_000)
    assert "Yes: anyone can, with no key at all." in cell.inner_text()
    cell.locator("button", has_text="as it was").click()
    cell.locator("text=Yes: the issuer signed exactly this").wait_for(timeout=10_000)
    page.close()
