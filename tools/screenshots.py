"""Take pictures of notebooks as JupyterLab shows them, to be looked at: light and dark, wide and narrow.

    python tools/screenshots.py notebooks/00_start_here.ipynb SOME_FOLDER

Each page is run from top to bottom first; with --as-stored it is shown as it lies in the repository, before anybody ran
or trusted it. A page is cut into pictures of --height pixels; --height 0 makes one long picture.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from jupyter_page import browser, jupyterlab, open_notebook, run_all
from playwright.sync_api import Browser, Page

THEMES = ("light", "dark")
WIDTHS = (1400, 600)
MARGIN = 40  # pixels below the last cell
LONGEST = 16_000  # Chromium draws no larger surface
# Where the last cell ends, in a window that is at its top.
_HEIGHT = """() => {
    const page = document.querySelector('.jp-WindowedPanel-outer');
    page.scrollTo(0, 0);
    const cells = page.querySelectorAll('.jp-Cell');
    return Math.ceil(cells[cells.length - 1].getBoundingClientRect().bottom);
}"""
# What surrounds the page is not the page.
_HIDE = ".jp-Toolbar, .jp-cell-toolbar, .jp-Notebook-footer, #jp-top-panel, #jp-bottom-panel, #jp-menu-panel"


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--as-stored", action="store_true", help="do not run the page")
    parser.add_argument(
        "--height", type=int, default=1600, help="pixels of one picture; 0: the whole page in one"
    )
    parser.add_argument("--theme", choices=THEMES, action="append", help="default: both")
    parser.add_argument("--width", type=int, action="append", help=f"pixels; default: {WIDTHS}")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with browser() as opened:
        for theme in options.theme or THEMES:
            for notebook in options.notebooks:
                with jupyterlab(notebook.resolve().parent, dark=theme == "dark") as server:
                    for width in options.width or WIDTHS:
                        address = server.address(notebook.name, alone=True)
                        page = _show(opened, address, width, run=not options.as_stored)
                        _save(page, options.folder, f"{notebook.stem}-{theme}-{width}", options.height)
                        page.close()


def _show(opened: Browser, address: str, width: int, *, run: bool) -> Page:
    page = opened.new_page(viewport={"width": width, "height": 1200}, reduced_motion="reduce")
    open_notebook(page, address)
    if run:
        run_all(page)
    page.add_style_tag(content=f"{_HIDE} {{ display: none !important; }}")
    page.mouse.move(0, 0)
    # JupyterLab scrolls inside a panel: make the window as tall as the page in it.
    for _ in range(2):  # the cells move a little when the window changes
        height = min(page.evaluate(_HEIGHT) + MARGIN, LONGEST)
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
    return page


def _save(page: Page, folder: Path, name: str, height: int) -> None:
    window = page.viewport_size
    assert window is not None  # noqa: S101 - _show has set it
    step = height or window["height"]
    for number, top in enumerate(range(0, window["height"], step), start=1):
        clip = {"x": 0, "y": top, "width": window["width"], "height": min(step, window["height"] - top)}
        path = folder / (f"{name}-{number:02}.png" if height else f"{name}.png")
        page.screenshot(path=path, clip=clip)
        print(path, flush=True)


if __name__ == "__main__":
    main()
