"""Back to a resting place of a page after a restart, in a real kernel."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import lab

ROOT = Path(__file__).parents[2]
PAGE = [
    ("code", "count-runs", "from pathlib import Path\nruns = Path('runs')\n_ = runs.open('a').write('x')"),
    (
        "code",
        "learner",
        "def mine(token):\n    return token.upper()\n\n\nprint('printed by a cell')\nmine('shown')",
    ),
    (
        "code",
        "shows",
        "from IPython.display import display\ndisplay('displayed')\nfor number in range(3):\n    pass",
    ),
    ("code", "raises", "1 / 0"),
    ("code", "first-rest", "from helpers import lab\n\nlab.catch_up('05', 'other')"),
    ("code", "tidy", "gone = later = 1\ndel gone\ntry:\n    {}['a']\nexcept KeyError as error:\n    pass"),
    ("code", "tidy-too", "del later"),
    ("markdown", "rest", "## A resting place\n\nGo and have a rest."),
    ("code", "catch-up", "from helpers import lab\n\nlab.catch_up('05', 'rest')"),
    ("code", "goes-on", "mine('a'), number, runs.read_text()"),
]
BACK = "You are back at “A resting place”: 5 cells were run."
ALREADY = "Everything above was already run in this kernel."


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return write(tmp_path / "05_a_page.ipynb", PAGE)


def write(path: Path, cells: list[tuple[str, str, str]]) -> Path:
    made = []
    for kind, name, source in cells:
        cell = new_code_cell(source) if kind == "code" else new_markdown_cell(source)
        cell.id = name
        if name == "raises":
            cell.metadata["tags"] = ["raises-exception"]
        made.append(cell)
    nbformat.write(new_notebook(cells=made), path)
    return path


def run(folder: Path, sources: list[str]) -> list[list[str]]:
    """What each of the cells shows in one new kernel, in a page that is not saved."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    client = NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        allow_errors=True,
        extra_arguments=["--log-level=ERROR"],
    )
    python_path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    client.execute(env=dict(os.environ) | {"PYTHONPATH": python_path})
    return [[shown(output) for output in cell.outputs] for cell in notebook.cells]


def shown(output: nbformat.NotebookNode) -> str:
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.get("text") or output.data["text/plain"]


def sources(*names: str) -> list[str]:
    return [source for _, name, source in PAGE if name in names]


def test_after_a_restart_the_cells_above_are_run_and_nothing_of_them_is_shown(page: Path) -> None:
    caught, on, again = run(page.parent, sources("catch-up", "goes-on") + sources("catch-up"))
    assert caught == [BACK]
    assert on == ["('A', 2, 'x')"]
    assert again == [ALREADY] and (page.parent / "runs").read_text() == "x"


def test_in_a_run_of_all_cells_it_does_nothing(page: Path) -> None:
    above = ["count-runs", "learner", "shows", "tidy", "tidy-too"]
    *_, caught, on = run(page.parent, sources(*above, "catch-up", "goes-on"))
    assert caught == [ALREADY]
    assert on == ["('A', 2, 'x')"]


def test_cells_that_were_changed_since_are_known_by_their_names(page: Path) -> None:
    above = ["count-runs", "learner", "shows", "tidy", "tidy-too"]
    changed = [f"{source}\n# changed, and not saved" for source in sources(*above)]
    *_, caught = run(page.parent, changed + sources("catch-up"))
    assert caught == [ALREADY]


def test_cells_of_which_some_were_run_are_run_again(page: Path) -> None:
    *_, caught, on = run(page.parent, sources("count-runs", "catch-up", "goes-on"))
    assert caught == [BACK]
    assert on == ["('A', 2, 'xx')"]


def test_without_a_name_to_know_it_by_the_page_is_run_once(tmp_path: Path) -> None:
    write(
        tmp_path / "03_x.ipynb",
        [
            ("code", "a", "print('a')"),
            ("markdown", "rest", "Here."),
        ],
    )
    call = "from helpers import lab\nlab.catch_up('03', 'rest')"
    assert run(tmp_path, [call, call]) == [["You are back at 03_x.ipynb: 1 cell was run."], [ALREADY]]


def test_after_a_reset_of_the_lab_the_cells_are_run_again_and_once(tmp_path: Path) -> None:
    above = ["from helpers import lab\nlab.start()", "key = lab.authorization_server.keys.current.kid"]
    cells = [
        *(("code", f"cell-{number}", source) for number, source in enumerate(above)),
        ("markdown", "rest", "# Rest"),
    ]
    write(tmp_path / "03_x.ipynb", cells)
    call, back = "lab.catch_up('03', 'rest')", "You are back at “Rest”: 2 cells were run."
    same = "key == lab.authorization_server.keys.current.kid"
    shows = run(
        tmp_path,
        [
            *above,
            call,
            "_ = lab.reset(), globals().pop('key', None)",
            call,
            same,
            call,
            "_ = lab.reset(), globals().pop('key', None)",
            call,
            same,
        ],
    )
    assert shows[2:] == [[ALREADY], [], [back], ["True"], [ALREADY], [], [back], ["True"]]


def test_a_reset_that_belongs_to_the_page_is_no_reason_to_run_it_again(tmp_path: Path) -> None:
    above = [
        "from helpers import lab\nkept = lab.start()",
        "_ = lab.reset(), globals().pop('kept', None)",
        "later = 1",
    ]
    cells = [
        *(("code", f"cell-{number}", source) for number, source in enumerate(above)),
        ("markdown", "rest", "# Rest"),
    ]
    write(tmp_path / "03_x.ipynb", cells)
    assert run(tmp_path, [*above, "lab.catch_up('03', 'rest')"])[-1] == [ALREADY]


def test_what_is_said_beneath_a_cell_is_not_said_of_those_that_were_run(tmp_path: Path) -> None:
    hook = (
        "from IPython import get_ipython\nused = []\n"
        "def say(result):\n    print(used) if used else None\n    used.clear()\n"
        "get_ipython().events.register('post_run_cell', say)"
    )
    cells = [("code", "a", hook), ("code", "b", "used.append('b')"), ("markdown", "rest", "# Rest")]
    write(tmp_path / "03_x.ipynb", cells)
    assert run(tmp_path, ["from helpers import lab\nlab.catch_up('03', 'rest')", "used.append('c')"]) == [
        ["You are back at “Rest”: 2 cells were run."],
        ["['c']\n"],
    ]


@pytest.mark.parametrize(
    ("source", "raised"),
    [
        ("{}['exp']", "KeyError: 'exp'"),
        ("raise ValueError", "ValueError"),
        ("def mine(:", "SyntaxError: invalid syntax"),
        ("raise __import__('helpers.lab').lab.LabError('No.')", "LabError: No"),
    ],
)
def test_a_cell_that_raises_is_named_in_one_sentence(tmp_path: Path, source: str, raised: str) -> None:
    cells = [(kind, name, source if name == "learner" else text) for kind, name, text in PAGE]
    write(tmp_path / "05_a_page.ipynb", cells)
    (caught, after) = run(tmp_path, [*sources("catch-up"), "'number' in globals()"])
    assert len(caught) == 1 and caught[0].startswith(
        f"LabError: The cell 'learner' of 05_a_page.ipynb raised {raised}"
    )
    assert caught[0].endswith(
        ", so the cells from there on were not run: go to it, put it right, save the page, and run this again."
    )
    assert after == ["False"]


def test_a_traceback_is_shown_again_afterwards(page: Path) -> None:
    _, after = run(page.parent, [*sources("catch-up"), "1 / 0"])
    assert after == ["ZeroDivisionError: division by zero"]


def test_the_page_of_the_course_is_found_from_anywhere_and_a_copy_is_passed_over(tmp_path: Path) -> None:
    call = "from helpers import catching_up\ncatching_up._find({!r}).name"
    assert run(tmp_path, [call.format("05")]) == [["'05_attacking_your_verifier.ipynb'"]]
    for name in ("05_mine.ipynb", "05_mine-Copy1.ipynb"):
        write(tmp_path / name, PAGE)
    copy = "import os\nos.environ['JPY_SESSION_NAME'] = '/a/b/05_mine-Copy1.ipynb'\n" + call.format("05")
    assert run(tmp_path, [call.format("05"), copy]) == [["'05_mine.ipynb'"], ["'05_mine-Copy1.ipynb'"]]


def test_what_is_not_there_is_one_sentence(page: Path) -> None:
    (page.parent / "08_broken.ipynb").write_text("{", encoding="utf-8")
    calls = [
        "from helpers import lab\nlab.catch_up('05', 'nowhere')",
        "lab.catch_up('99', 'rest')",
        "lab.catch_up('08', 'rest')",
    ]
    assert run(page.parent, calls) == [
        ["LabError: The page 05_a_page.ipynb has no Markdown cell with the id 'nowhere'."],
        ["LabError: There is no page 99_….ipynb, neither here nor in the notebooks folder of the course."],
        [
            "LabError: The file 08_broken.ipynb is no notebook that can be read: save the page, and run this again."
        ],
    ]


def test_outside_of_a_notebook_it_says_where_it_works() -> None:
    with pytest.raises(lab.LabError, match="call it in a notebook"):
        lab.catch_up("05", "rest")
