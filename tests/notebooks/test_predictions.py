"""No page gives an answer away before the guess: not in its stored outputs, not in its text, not in its headings."""

from __future__ import annotations

import html
import re
from pathlib import Path

import nbformat
import pytest

from helpers.exercises.predict import Prediction
from helpers.exercises.report import LESSONS, tasks

FOLD = re.compile(r"<details>.*?</details>", re.DOTALL)
PREDICTIONS = [task for lesson in LESSONS for task in tasks(lesson) if isinstance(task, Prediction)]


@pytest.fixture(params=PREDICTIONS, ids=lambda prediction: prediction.name)
def prediction(request: pytest.FixtureRequest) -> Prediction:
    return request.param


@pytest.fixture
def after_the_guess(prediction: Prediction, pages: list[Path]) -> list[nbformat.NotebookNode]:
    """The cells from the guess to the next heading or the next guess."""
    (path,) = [path for path in pages if path.name.startswith(prediction.lesson)]
    cells = nbformat.read(path, as_version=4).cells
    asked = [i for i, cell in enumerate(cells) if f"exercises.{prediction.name}.guess(" in cell.source]
    assert len(asked) == 1, "a prediction is asked once"
    found = []
    for cell in cells[asked[0] :]:
        if found and (".guess(" in cell.source or re.search(r"^#+ ", unfolded(cell.source), re.MULTILINE)):
            break
        found.append(cell)
    return found


def unfolded(text: str) -> str:
    """What a reader sees who opens no fold-out, on GitHub, in an untrusted JupyterLab or in print."""
    return FOLD.sub("", text)


def seen(cell: nbformat.NotebookNode) -> str:
    """What a cell shows to a reader: its text or its outputs, folds closed."""
    if cell.cell_type == "markdown":
        return unfolded(cell.source)
    shown = []
    for output in cell.outputs:
        data = output.get("data", {})
        shown.append(data.get("text/html") or data.get("text/plain") or output.get("text", ""))
    return html.unescape(unfolded("\n".join(shown)))


def test_the_answer_waits_in_a_closed_fold_out(
    prediction: Prediction, after_the_guess: list[nbformat.NotebookNode]
) -> None:
    (reveal,) = [cell for cell in after_the_guess if f"{prediction.name}.reveal(" in cell.source]
    whole = "".join(output.get("data", {}).get("text/html", "") for output in reveal.outputs)
    assert f"It was {prediction.answer}." in html.unescape(whole)
    assert "The answer waits for your guess." in seen(reveal)


def test_nothing_gives_it_away_until_the_next_heading(
    prediction: Prediction, after_the_guess: list[nbformat.NotebookNode]
) -> None:
    for cell in after_the_guess[1:]:
        text = seen(cell)
        asks = cell.cell_type == "markdown" and "?" in text  # a new question names its own options
        assert asks or not re.search(rf"\b{re.escape(str(prediction.answer))}\b", text), cell.id
        assert "<details open" not in text
        assert prediction.because not in text


def test_no_heading_gives_it_away(prediction: Prediction, pages: list[Path]) -> None:
    for path in pages:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for heading in re.findall(r"^#+ (.*)$", cell.source, re.MULTILINE):
                    assert not isinstance(prediction.answer, int) or str(prediction.answer) not in heading
                    assert not re.search(r"too early|ask again$|cannot stop|refused", heading), heading


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_series_has_no_pattern(lesson: str) -> None:
    answers = [task.answer for task in PREDICTIONS if task.lesson == lesson]
    if len(answers) > 2:
        assert len(set(answers)) > len(answers) // 2, "one learns to give the same answer each time"
        assert all(answers.count(answer) <= (len(answers) + 1) // 2 for answer in answers)
