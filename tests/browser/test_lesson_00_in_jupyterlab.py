"""Lesson 00 as somebody meets it who has just arrived: opened in JupyterLab in a browser, and run from the menu."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from jupyter_page import jupyterlab, open_notebook, run_all
from playwright.sync_api import Browser, Page

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSON = "00_start_here.ipynb"
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
NO_NETWORK = ("data", "blob", "about")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def requested() -> list[str]:
    """Every address that the page asked for."""
    return []


@pytest.fixture(scope="module")
def lesson(chromium: Browser, requested: list[str]) -> Iterator[Page]:
    """The lesson in JupyterLab, after Run All."""
    with jupyterlab(NOTEBOOKS) as server:
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        page.on("request", lambda request: requested.append(request.url))
        page.on("websocket", lambda socket: requested.append(socket.url))
        open_notebook(page, server.address(LESSON))
        run_all(page)
        yield page
        page.close()


def test_every_cell_ran(lesson: Page) -> None:
    prompts = lesson.locator(".jp-CodeCell .jp-InputArea-prompt").all_inner_texts()
    assert [prompt.strip() for prompt in prompts] == [f"[{number}]:" for number in range(1, len(prompts) + 1)]


def test_no_cell_shows_an_error_or_writes_to_stderr(lesson: Page) -> None:
    for kind in ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr"):
        assert lesson.locator(f'[data-mime-type="{kind}"]').all_inner_texts() == []


def test_the_card_says_where_both_servers_are(lesson: Page) -> None:
    card = lesson.locator(".jp-CodeCell").filter(has_text="lab.start()").first.locator(".jp-OutputArea")
    shown = card.inner_text()
    assert "Authorization server" in shown
    assert "Todo API" in shown
    assert "http://127.0.0.1:" in shown


def test_the_wire_view_is_a_picture_that_is_drawn_and_says_in_words_what_it_shows(lesson: Page) -> None:
    view = (
        lesson.locator(".jp-CodeCell").filter(has_text="lab.wire()").first.locator(".jp-OutputArea img").first
    )
    assert (view.get_attribute("src") or "").startswith("data:image/svg+xml;base64,")
    assert "/oauth/token" in (view.get_attribute("alt") or "")
    assert view.evaluate("image => image.complete && image.naturalWidth > 200")
    box = view.bounding_box()
    assert box is not None
    assert box["width"] > 200


def test_no_request_leaves_the_machine(lesson: Page, requested: list[str]) -> None:
    assert requested
    away = [
        address
        for address in requested
        if urlsplit(address).scheme not in NO_NETWORK and urlsplit(address).hostname not in THIS_MACHINE
    ]
    assert away == []
