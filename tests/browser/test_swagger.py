"""The Todo API's own page, offline, directly and through JupyterLab: Authorize gets a token, or says why not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_page import jupyterlab
from playwright.sync_api import Browser, Page

from helpers import lab

ROOT = Path(__file__).parents[2]
WRONG = "The client id or the client secret is wrong"

pytestmark = pytest.mark.slow


@pytest.fixture
def running_lab() -> Iterator[None]:
    lab.stop()
    lab.start()
    yield
    lab.stop()


def authorize(page: Page, secret: str) -> None:
    """Press Authorize, fill in the id and this secret, and send them with all scopes."""
    page.reload()
    page.click("button.authorize")
    page.fill("#client_id_clientCredentials", lab.client_id)
    page.fill("#client_secret_clientCredentials", secret)
    for label in page.query_selector_all(".modal-ux .scopes label"):
        label.click()
    page.click(".modal-ux .auth-btn-wrapper button.authorize")


def refused(page: Page) -> str:
    """What the dialog says about a wrong secret."""
    authorize(page, "wrong: 1 + 1 = 2 & ü")
    return page.locator(".modal-ux .errors").inner_text()


def authorize_and_list(page: Page) -> list[str]:
    """Authorize, and try `GET /todos`; returns the URLs that were asked."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    authorize(page, lab.client_secret.get_secret_value())
    page.wait_for_selector(".modal-ux h6:has-text('Authorized')")
    page.click(".modal-ux .btn-done")
    page.click("text=List Todos")
    page.click(".try-out__btn")
    page.click("button.execute")
    page.wait_for_selector(".responses-table.live-responses-table .response-col_status:has-text('200')")
    return asked


def test_it_works_directly(chromium: Browser, running_lab: None) -> None:
    page = chromium.new_page()
    page.goto(f"{lab.api}/docs")
    assert WRONG in refused(page)
    asked = authorize_and_list(page)
    assert lab.token_endpoint in asked and f"{lab.api}/todos" in asked
    assert all(url.startswith((lab.api, lab.issuer, "data:")) for url in asked)


def test_it_works_behind_jupyter_server_proxy(chromium: Browser, running_lab: None) -> None:
    api_port, server_port = (url.rstrip("/").rpartition(":")[2] for url in (lab.api, lab.issuer))
    with jupyterlab(ROOT / "notebooks") as server:
        page = chromium.new_page()
        page.goto(f"{server.origin}/lab?token={server.token}")  # sets the cookie that opens the proxy
        page.goto(f"{server.origin}/proxy/{api_port}/docs")
        assert WRONG in refused(page)
        asked = authorize_and_list(page)
    assert f"{server.origin}/proxy/{server_port}/oauth/token" in asked
    assert f"{server.origin}/proxy/{api_port}/todos" in asked
    assert all(url.startswith((server.origin, "data:")) for url in asked)
