"""JupyterLab in a headless browser: a server of its own on a copy of the notebooks, and a page on one of them.

Nothing here touches the committed notebooks, the reader's Jupyter settings, .env or the progress file.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from run_notebooks import newcomer

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
SYSTEM_BROWSER_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 60
RUN_ALL_SECONDS = 120

# A prompt is "[3]:" when the cell has run, "[*]:" while it runs or waits, "[ ]:" when it was never run.
_UNFINISHED = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt')]
    .map(prompt => prompt.textContent.trim()).filter(text => !/^\\[\\d+\\]:$/.test(text))"""
# JupyterLab draws the page before it has a kernel, and forgets a command that comes too early.
_KERNEL_READY = """() => {
    const kernel = window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
    return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""
_IMAGES_LOADED = "() => [...document.images].every(image => image.complete)"


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: its origin, and the token that opens it."""

    origin: str
    token: str

    def address(self, notebook: str, *, alone: bool = False) -> str:
        """Where a notebook opens.

        :param alone: as a single document, without the side bars.
        """
        return f"{self.origin}/{'doc' if alone else 'lab'}/tree/{notebook}?token={self.token}&reset"


def system_browser() -> str | None:
    """Path of a Chromium or Chrome that this machine has, or None."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    places = [
        Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
        Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
        *(
            Path(os.environ[folder]) / "Google/Chrome/Application/chrome.exe"
            for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
            if folder in os.environ
        ),
    ]
    return next((str(place) for place in places if place.is_file()), None)


def launch(playwright: Playwright) -> Browser:
    """Start the machine's Chromium or Chrome, or else the one that Playwright installed.

    :raises playwright.sync_api.Error: there is neither.
    """
    if path := system_browser():
        return playwright.chromium.launch(executable_path=path, args=list(SYSTEM_BROWSER_ARGUMENTS))
    return playwright.chromium.launch()


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless browser for as long as the block lasts."""
    with sync_playwright() as playwright:
        opened = launch(playwright)
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def jupyterlab(notebooks: Path, *, dark: bool = False) -> Iterator[Server]:
    """Serve a copy of a folder of notebooks on a free loopback port, with empty Jupyter settings.

    :raises RuntimeError: it does not answer within ``START_SECONDS``.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.copytree(notebooks, folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
        _write_settings(folder / "settings", dark=dark)
        token, port = secrets.token_hex(16), _free_port()
        server = Server(f"http://127.0.0.1:{port}", token)
        log = folder / "log.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *(
                        sys.executable,
                        "-m",
                        "jupyterlab",
                        "--no-browser",
                        "--allow-root",
                        "--expose-app-in-browser",
                    ),
                    *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
                    *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder / 'notebooks'}"),
                ],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait(process, server, log)
            yield server
        finally:
            process.terminate()  # shuts the kernels down too
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def open_notebook(page: Page, address: str) -> None:
    """Load the page, and wait until the notebook and its kernel are there."""
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=START_SECONDS * 1000)
    page.wait_for_function(_KERNEL_READY, timeout=START_SECONDS * 1000)


def run_all(page: Page) -> None:
    """Run every cell on a fresh kernel, and wait until each has its number and the pictures are loaded.

    :raises AssertionError: some cells have none after ``RUN_ALL_SECONDS``; says which error stopped them.
    """
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    page.wait_for_function(_KERNEL_READY, timeout=START_SECONDS * 1000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.wait_for_function(f"() => ({_UNFINISHED})().length > 0")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    try:
        page.wait_for_function(f"() => ({_UNFINISHED})().length === 0", timeout=RUN_ALL_SECONDS * 1000)
    except PlaywrightTimeout:
        left = page.evaluate(_UNFINISHED)
        errors = page.locator('.jp-OutputArea-output[data-mime-type*="error"]').all_inner_texts()
        raise AssertionError(
            f"{len(left)} cells did not finish ({left[:5]}); error outputs: {errors}"
        ) from None
    page.wait_for_function(_IMAGES_LOADED)


def run_code(page: Page, code: str) -> str:
    """Run code in the page's kernel, as a cell at its end, and return the text of its output."""
    page.evaluate(
        """async code => {
            const app = window.jupyterapp, panel = app.shell.currentWidget;
            panel.content.activeCellIndex = panel.content.widgets.length - 1;
            await app.commands.execute('notebook:insert-cell-below');
            panel.content.activeCell.model.sharedModel.setSource(code);
            panel.content.activeCell.model.sharedModel.cell_type === 'code' ||
                await app.commands.execute('notebook:change-cell-to-code');
            await app.commands.execute('notebook:run-cell');
        }""",
        code,
    )
    return page.locator(".jp-CodeCell").last.locator(".jp-OutputArea").inner_text()


def _write_settings(folder: Path, *, dark: bool) -> None:
    settings = {
        "apputils-extension/themes": {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "docmanager-extension/plugin": {"autosave": False},
        # Every cell in the document, not only those in view.
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, values in settings.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")


def _environment(folder: Path) -> dict[str, str]:
    """A newcomer's environment, with Jupyter's own folders inside the folder too."""
    ours = {
        name: value
        for name, value in newcomer(folder).items()
        if not name.startswith(("JUPYTER", "JPY_", "COURSE_WIDGETS"))
    }
    return ours | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.origin}/api?token={server.token}", timeout=5):  # noqa: S310 - http
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(
        f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}"
    )
