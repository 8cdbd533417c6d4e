"""Lesson 05 in JupyterLab in a browser: the scoreboards are there, and a learner's own verifier moves them."""

from pathlib import Path

import pytest
from jupyter_page import jupyterlab, open_notebook, run_all, run_code
from playwright.sync_api import Browser

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"

pytestmark = pytest.mark.slow

MINE = """
def mine_again(token):
    return exercises.strict_verify.working(token, jwks, lab.issuer, "https://another.example", lab.clock())

lab.use_verifier(mine_again)
lab.attack()
"""


def test_the_scoreboards_in_the_page(chromium: Browser) -> None:
    with jupyterlab(NOTEBOOKS) as server:
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        open_notebook(page, server.address("05_attacking_your_verifier.ipynb"))
        run_all(page)
        shown = page.locator(".jp-Notebook").inner_text()
        assert "attacks get in through" in shown
        assert "None of" in shown and "all 16 good tokens get in" in shown
        boards = page.locator(".jp-OutputArea img[alt*='of']")
        assert boards.count() >= 5
        assert all(
            boards.nth(index).evaluate("image => image.complete && image.naturalWidth > 200")
            for index in range(boards.count())
        )
        # A verifier that turns everybody away does not win.
        assert "None of 16 good tokens gets in" in run_code(page, MINE)
        page.close()
