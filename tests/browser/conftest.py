"""One browser for all tests of this room; without one they are skipped, and say so."""

from collections.abc import Iterator

import pytest
from jupyter_page import browser
from playwright.sync_api import Browser, Error


# Not for the whole session: while it is open, Playwright has an event loop running in this thread, and every
# asyncio.run of the tests after it would fail.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium or Chrome."""
    stack = browser()
    try:
        opened = stack.__enter__()
    except Error as error:
        reason = error.message.splitlines()[0]
        pytest.skip(f"no browser starts here; run `make test` to have one installed ({reason})")
    try:
        yield opened
    finally:
        stack.__exit__(None, None, None)
