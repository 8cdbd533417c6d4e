"""See to it that the browser tests find a browser, where that can be done without asking anybody.

In this order: a Chromium or Chrome that is there; the package of Debian and Ubuntu, as root or with a sudo that needs
no password; Playwright's own build. When none comes of it the browser tests are skipped, and this says so. It never
fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from jupyter_page import launch, system_browser
from playwright.sync_api import Error, sync_playwright

SECONDS = 300
PACKAGES = ("chromium", "fonts-noto-cjk")


def main() -> None:
    """Find a browser or install one."""
    if found := system_browser():
        print(f"Browser tests: with {found}")
    elif starts():
        print("Browser tests: with the browser that Playwright installed")
    elif (_from_debian() and system_browser()) or (_from_playwright() and starts()):
        print("Browser tests: with the browser just installed")
    else:
        print(
            "=" * 100,
            "THE BROWSER TESTS WILL BE SKIPPED: there is no Chromium or Chrome, and none could be installed.",
            "Install one, or run: python -m playwright install --with-deps chromium",
            "=" * 100,
            sep="\n",
        )


def starts() -> bool:
    """Tell whether a browser can be started at all."""
    try:
        with sync_playwright() as playwright:
            launch(playwright).close()
    except Error:
        return False
    return True


def _from_debian() -> bool:
    if not shutil.which("apt-get"):
        return False
    before: tuple[str, ...] = ()
    if os.geteuid() != 0:
        if not shutil.which("sudo") or not _run(["sudo", "--non-interactive", "true"]):
            return False
        before = ("sudo", "--non-interactive", "env")
    command = (
        [*before, "DEBIAN_FRONTEND=noninteractive"] if before else ["env", "DEBIAN_FRONTEND=noninteractive"]
    )
    _run([*command, "apt-get", "update", "--quiet"])
    return _run([*command, "apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *PACKAGES])


def _from_playwright() -> bool:
    return _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _run(command: Sequence[str]) -> bool:
    print("$", *command, flush=True)
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, timeout=SECONDS).returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error)
        return False


if __name__ == "__main__":
    main()
