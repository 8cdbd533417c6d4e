"""Run the notebooks from top to bottom, each on a fresh kernel, and store their outputs.

    python tools/run_notebooks.py                    all of them, in order
    python tools/run_notebooks.py 02                 those whose names begin so

A notebook whose outputs came out as stored, by the sanitizing rules of the tests, is left as it is: a change then shows
in the pages that it touched, and in no others. A page is written whole or not at all, since its tokens belong together.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from notebook_outputs import comparable

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
COURSE_VARIABLES = ("ISSUER", "AUDIENCE", "CLIENT_ID", "CLIENT_SECRET")
CELL_SECONDS = 60
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Slides and tags are written by authors; everything else in a cell's metadata is left there by editors.
CELL_METADATA = ("slideshow", "tags")
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def main() -> int:
    """Run the notebooks that the command line names; the exit code is 1 when one of them failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="beginnings of file names; none: every notebook")
    names = tuple(Path(name).name for name in parser.parse_args().names)
    paths = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if not names or path.name.startswith(names)]
    if not paths:
        sys.exit(f"No notebook in {NOTEBOOKS.name}/ begins with {', '.join(names) or 'any name'}.")
    failed = False
    for path in paths:
        print(f"{path.name} … ", end="", flush=True)
        started = time.monotonic()
        try:
            outcome = refresh(path)
        except CellExecutionError as error:
            failed, outcome = True, f"stopped, and was not stored:\n{_COLOURS.sub('', str(error))}"
        print(f"{outcome} ({time.monotonic() - started:.1f} s)", flush=True)
    return int(failed)


def refresh(path: Path) -> str:
    """Run one notebook and store it, if anything in it came out otherwise.

    :raises nbclient.exceptions.CellExecutionError: a cell without the tag raises-exception raised.
    """
    stored_text = path.read_text(encoding="utf-8")
    stored = nbformat.reads(stored_text, as_version=4)
    fresh = execute(path)
    if _same(stored, fresh):
        fresh.cells = stored.cells
    clean(fresh)
    text = nbformat.writes(fresh) + "\n"
    if text == stored_text:
        return "as stored"
    path.write_text(text, encoding="utf-8", newline="\n")
    return "stored"


def execute(path: Path) -> nbformat.NotebookNode:
    """Read a notebook and :func:`run` it in its own folder."""
    notebook = nbformat.read(path, as_version=4)
    run(notebook, path.parent)
    return notebook


def run(
    notebook: nbformat.NotebookNode, working_directory: Path, settings: Mapping[str, str] | None = None
) -> None:
    """Run a notebook in place, as somebody would who has just arrived: a fresh kernel, no progress, no .env.

    :param settings: the course's four variables, for another issuer than the local one.
    :raises nbclient.exceptions.CellExecutionError: a cell without the tag raises-exception raised.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(working_directory)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # a line may come in two messages: an accident, and not for the diff
        extra_arguments=["--log-level=ERROR"],  # a kernel warns that it talks over TCP, each time
    )
    with tempfile.TemporaryDirectory() as folder:
        # A widget is nothing to store: it is dead without its kernel.
        client.execute(env=newcomer(Path(folder)) | {"COURSE_WIDGETS": "off"} | dict(settings or {}))


def newcomer(folder: Path) -> dict[str, str]:
    """This process's environment, less what points the course at another issuer or at somebody's progress."""
    environment = {name: value for name, value in os.environ.items() if name not in COURSE_VARIABLES}
    return environment | {
        "COURSE_STATE_DIR": str(folder / "state"),
        "COURSE_ENV_FILE": str(folder / "no.env"),
    }


def clean(notebook: nbformat.NotebookNode) -> None:
    """Drop the metadata that no author wrote."""
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
        )
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                # Without the frames: they show paths of this machine, and are not compared.
                output.traceback = [f"{output.ename}: {output.evalue}"]


def _same(stored: nbformat.NotebookNode, fresh: nbformat.NotebookNode) -> bool:
    pairs = [
        (old, new) for old, new in zip(stored.cells, fresh.cells, strict=True) if old.cell_type == "code"
    ]
    return all(
        old.execution_count == new.execution_count and comparable(old) == comparable(new)
        for old, new in pairs
    )


if __name__ == "__main__":
    sys.exit(main())
