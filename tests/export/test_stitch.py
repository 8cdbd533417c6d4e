"""Modules put into one file: the order, the imports, and the names that mean two things."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from helpers.export.module import StitchError
from helpers.export.stitch import external_packages, stitch

Make = Callable[..., str]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """The file that `root` becomes, with these modules in its package."""

    def made(root: str, **modules: str) -> str:
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(dedent(text), encoding="utf-8")
        (tmp_path / "tool_command.py").write_text('"""The tool."""\n\n' + dedent(root), encoding="utf-8")
        return stitch(tmp_path / "tool_command.py", tmp_path, "shop.parts")

    return made


def run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "tool"}
    exec(compile(source, "tool.py", "exec"), names)
    return names


def test_modules_come_after_those_that_they_import_and_each_once(make: Make) -> None:
    source = make(
        "from shop.parts.roof import roof\nfrom shop.parts.base import BASE\n\nHOUSE = (BASE, roof())\n",
        roof='"""On top."""\nfrom .wall import wall\n\n\ndef roof():\n    return [*wall(), "roof"]\n',
        wall="from .base import BASE\n\n\ndef wall():\n    return [BASE, 'wall']\n",
        base="BASE = 'base'\n",
    )
    assert run(source)["HOUSE"] == ("base", ["base", "wall", "roof"])
    assert source.count("BASE = 'base'") == 1
    assert "shop" not in source and "from ." not in source
    assert source.startswith('"""The tool."""\n\nfrom __future__ import annotations\n')


def test_comments_and_docstrings_stay(make: Make) -> None:
    source = make(
        "from shop.parts.base import base\n",
        base='''
        """What it stands on.

        At length.
        """

        # Why it is so.
        SIZE = 1  # fmt: skip
        """Metres."""


        def base():
            """As it stands: "two"  spaces."""
            return SIZE  # at the end
        ''',
    )
    for text in (
        "# What it stands on.\n#\n# At length.\n\n# Why it is so.\n",
        'SIZE = 1  # fmt: skip\n"""Metres."""\n',
        '    """As it stands: "two"  spaces."""\n    return SIZE  # at the end\n',
    ):
        assert text in source


def test_imports_are_written_once_and_sorted(make: Make) -> None:
    source = make(
        """
        import sys
        import json
        from collections.abc import Mapping, Callable
        from shop.parts.base import X
        """,
        base="""
        import json
        import requests
        from collections.abc import Sequence, Callable
        from math import pi as PI
        X = PI
        """,
    )
    standard = [
        "import json",
        "import sys",
        "from collections.abc import Callable, Mapping, Sequence",
        "from math import pi as PI",
    ]
    assert "\n".join([*standard, "", "import requests", ""]) in source


def test_two_helpers_of_one_name_both_do_their_own(make: Make) -> None:
    source = make(
        "from shop.parts.left import left\nfrom shop.parts.right import right\n",
        left="""
        def _say(x):
            return f"left {x}"

        def left():
            return _say(1)
        """,
        right="""
        def _say(x):
            return f"right {x}"

        def right():
            return f"{_say('to say')} {[_say(n) for n in (1, 2)]}"
        """,
    )
    names = run(source)
    assert (names["left"](), names["right"]()) == ("left 1", "right to say ['right 1', 'right 2']")
    assert "def _right_say(x)" in source


def test_a_class_and_a_constant_are_renamed_with_their_annotations(make: Make) -> None:
    source = make(
        "from shop.parts.left import left\nfrom shop.parts.right import right\n",
        left="_SIZE = 1\n\n\nclass _Box:\n    pass\n\n\ndef left():\n    return _SIZE\n",
        right="""
        from __future__ import annotations
        _SIZE: int = 2


        class _Box:
            held: _Box | None = None

            def __init__(self, size: int = _SIZE) -> None:
                self._SIZE = size


        def right() -> _Box:
            return _Box()._SIZE
        """,
    )
    names = run(source)
    assert (names["left"](), names["right"]()) == (1, 2)
    assert "held: _right_Box | None" in source and "self._SIZE = size" in source


def test_one_that_is_imported_under_its_old_name_follows(make: Make) -> None:
    source = make(
        "from shop.parts.left import left\nfrom shop.parts.user import user\n",
        left="def _size():\n    return 1\n\n\ndef left():\n    return _size()\n",
        right="def _size():\n    return 2\n",
        user="from .right import _size\n\n\ndef user():\n    return _size()\n",
    )
    names = run(source)
    assert (names["left"](), names["user"]()) == (1, 2)


def test_an_import_that_would_hide_what_python_has(make: Make) -> None:
    source = make(
        "from shop.parts.left import left\nfrom shop.parts.right import right\n",
        left="""
        from concurrent.futures import BrokenExecutor as TimeoutError

        def left():
            return TimeoutError
        """,
        right="def right():\n    return TimeoutError\n",
    )
    names = run(source)
    assert names["right"]() is TimeoutError
    assert names["left"]() is not TimeoutError
    assert "from concurrent.futures import BrokenExecutor as _left_TimeoutError" in source


def test_two_imports_of_one_name(make: Make) -> None:
    source = make(
        "from shop.parts.left import left\nfrom shop.parts.right import right\n",
        left="import copy\n\n\ndef left():\n    return copy.copy([1])\n",
        right="from copy import copy\n\n\ndef right():\n    return copy([2])\n",
    )
    names = run(source)
    assert (names["left"](), names["right"]()) == ([1], [2])


def test_a_public_name_of_one_and_an_import_of_the_other(make: Make) -> None:
    source = make(
        "from shop.parts.left import left\nfrom shop.parts.parse import parse\n",
        left="from ast import parse\n\n\ndef left():\n    return parse('1')\n",
        parse="def parse():\n    return 'ours'\n",
    )
    names = run(source)
    assert names["parse"]() == "ours"
    assert names["left"]() != "ours"


def test_a_local_variable_is_nobody_s_concern(make: Make) -> None:
    source = make(
        "from shop.parts.left import left\nfrom shop.parts.right import right\n",
        left="def _say():\n    return 1\n\n\ndef left():\n    return _say()\n",
        right="def right():\n    _say = 2\n    return _say\n",
    )
    assert "_say = 2" in source
    assert (run(source)["left"](), run(source)["right"]()) == (1, 2)


BOTH = "from shop.parts.left import left\nfrom shop.parts.right import right\n"
LEFT = "def _say():\n    return 1\n\n\ndef left():\n    return _say()\n"


@pytest.mark.parametrize(
    ("root", "modules", "why"),
    [
        (
            BOTH,
            {"left": "def left(): ...\ndef same(): ...\n", "right": "def right(): ...\ndef same(): ...\n"},
            "same is",
        ),
        (
            BOTH,
            {"left": "def left(): ...\ndef print(): ...\n", "right": "def right(): print()\n"},
            "print is the name",
        ),
        (
            BOTH,
            {"left": LEFT, "right": "def _say(): ...\ndef right(_say): return _say\n"},
            "right uses _say for more than one thing",
        ),
        (
            BOTH,
            {"left": LEFT, "right": "def _say(): ...\ndef right(): return globals()['_say']\n"},
            "more than one",
        ),
        (
            BOTH,
            {"left": LEFT, "right": "def _say(): ...\ndef right(): return f'to _say {_say()}'\n"},
            "right: _say cannot be renamed",
        ),
        (
            BOTH,
            {"left": LEFT, "right": "_right_say = 1\ndef _say(): ...\ndef right(): ...\n"},
            "there is one already",
        ),
        (
            "from shop.parts.left import left\n",
            {"left": "from .left import left\n"},
            "import each other: tool_command",
        ),
        (BOTH, {"left": "def left(): import json\n", "right": "def right(): ...\n"}, "line 1, has an import"),
        (BOTH, {"left": "from . import right\n", "right": ""}, "not a module of the package"),
        (BOTH, {"left": "from ..other import left\n", "right": ""}, "not a module of the package"),
        (
            BOTH,
            {"left": "from .right import right as left\n", "right": "def right(): ...\n"},
            "as another one",
        ),
        (BOTH, {"left": "from .right import *\n", "right": "def right(): ...\n"}, "all of them"),
        (BOTH, {"left": "", "right": "def right(): ...\n"}, "left from left, which does not define it"),
        ("from shop.other import x\n", {}, "from outside of the package"),
        ("import shop.parts.left\n", {"left": ""}, "a whole module of ours"),
    ],
)
def test_what_is_refused(make: Make, root: str, modules: dict[str, str], why: str) -> None:
    with pytest.raises(StitchError, match=why):
        make(root, **modules)


def test_packages_that_a_file_needs() -> None:
    source = "import json, requests\nfrom . import x\ndef f():\n    from cryptography.x509 import Name\n"
    assert external_packages(source) == [".", "cryptography", "requests"]


def test_a_name_taken_from_a_module_that_took_it_itself(make: Make) -> None:
    source = make(
        "from shop.parts.middle import thing\n\nRESULT = thing()\n",
        middle="from .origin import thing\n",
        origin="def thing():\n    return 1\n",
    )
    assert run(source)["RESULT"] == 1


def test_the_file_is_clean_to_ruff(make: Make, tmp_path: Path) -> None:
    source = make(
        "from shop.parts.left import left\nfrom shop.parts.right import right\n\nRESULT = left() + right()\n",
        left='"""Left."""\n\nfrom math import pi\n\n\ndef _say():\n    return pi\n\n\ndef left():\n    return _say()\n',
        right='"""Right."""\n\n_say = 1\n\n\ndef right():\n    return _say\n',
    )
    file = tmp_path / "tool.py"
    file.write_text(source, encoding="utf-8")
    root = Path(__file__).parents[2]
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--config", str(root / "pyproject.toml"), str(file)]
        answer = subprocess.run(ruff, capture_output=True, text=True)
        assert answer.returncode == 0, answer.stdout + answer.stderr
