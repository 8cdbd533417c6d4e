"""The engine of the exercises: three outcomes, and no answer of a learner's that breaks the page."""

import signal
import sys
import textwrap
import threading
from collections.abc import Callable
from typing import Any

import pytest

from helpers.bounded import PRINTED_AT_MOST, Misbehaved, call
from helpers.display.card import Note
from helpers.exercises import engine, progress
from helpers.exercises.engine import Attempt, Exercise, NotYet, Outcome, untouched

SOLUTION = """
def double(number):
    return 2 * number
"""


def check_double(attempt: Attempt) -> str:
    if attempt(3) != 6:
        raise NotYet(f"For 3 it returned {attempt(3)}.")
    return "Twice as much."


@pytest.fixture
def double() -> Exercise:
    return Exercise(
        "double", "00", check_double, ("Add.", "Add it to itself.", "Use `2 *`."), SOLUTION, "2n = n + n."
    )


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Note]:
    """What the page shows."""
    notes: list[Note] = []
    monkeypatch.setattr(engine, "display", notes.append)
    return notes


def defined(source: str) -> Callable[..., Any]:
    """The function that a cell of this source defines last."""
    names: dict[str, Any] = {}
    exec(compile(textwrap.dedent(source), "<a cell>", "exec"), names)
    return next(value for value in reversed(names.values()) if callable(value))


def function(body: str) -> Callable[..., Any]:
    """A function of one parameter with this body."""
    return defined("def double(number):\n" + textwrap.indent(textwrap.dedent(body), "    "))


# --- the three outcomes


def test_correct(double: Exercise, shown: list[Note]) -> None:
    def answer(number: int) -> int:
        return number + number

    assert double(answer) is answer
    assert [str(note) for note in shown] == ["Correct. Twice as much."]
    assert shown[0].tone == "good"
    assert progress.load() == {"00": {"double": "CORRECT"}}


def test_not_yet_names_the_fault(double: Exercise, shown: list[Note]) -> None:
    def answer(number: int) -> int:
        return number

    assert double(answer) is answer
    assert [str(note) for note in shown] == ["Not yet. For 3 it returned 3."]
    assert shown[0].tone == "warn"
    assert progress.load() == {"00": {"double": "NOT_YET"}}


def test_not_attempted_says_how_to_begin(double: Exercise, shown: list[Note]) -> None:
    @double
    def answer(number: int) -> int:
        return ...

    (note,) = shown
    assert (
        str(note)
        == "Not attempted yet. Replace `...` and run the cell again. Stuck? `exercises.double.hint()`"
    )
    assert note.tone == "plain"
    assert progress.load() == {}
    assert callable(answer)


def test_a_value_is_judged_like_a_function_and_leaves_nothing_behind_the_cell(shown: list[Note]) -> None:
    def check(attempt: Attempt) -> str:
        if attempt.answer != {"A": 1}:
            raise NotYet("Look at A.")
        return "A is 1."

    letters = Exercise("letters", "00", check, ("Count.",), 'letters = {"A": 1}', "It is the first.")
    assert [letters({"A": ...}), letters({"A": 2}), letters({"A": 1})] == [None] * 3
    assert [note.headline for note in shown] == ["Not attempted yet.", "Not yet.", "Correct."]
    assert letters.working == {"A": 1}


def test_judging_alone_shows_and_records_nothing(double: Exercise, shown: list[Note]) -> None:
    assert double.attempt(lambda number: number * 2).outcome is Outcome.CORRECT
    assert (shown, progress.load()) == ([], {})


def test_a_check_that_stumbles_is_not_the_learners_problem(shown: list[Note]) -> None:
    exercise = Exercise("odd", "00", lambda attempt: attempt(1)["a"]["b"], ("x",), "", "")
    exercise(lambda number: 7)
    assert "another form" in str(shown[0]) and shown[0].headline == "Not yet."


# --- what stands there before anybody begins

UNTOUCHED = [
    "return ...",
    "...",
    "pass",
    "return",
    "return None",
    '"""Only a docstring."""',
    '"""A docstring."""\n...',
    "x = ...\nreturn x",
    "x: int = ...\nreturn x",
    "number = number + 1\nreturn ...",
    "if number == ...:\n    return 1\nreturn 2",
    "if ...:\n    return 1\nreturn 2",
    "for each in ...:\n    return each",
    "return number + ...",
    "return [number, ...]",
    "return [..., 1, 2, 3]",
    "return (..., 1)",
    "return ((1, ...), 2)",
    "return {1, 2, ...}",
    "return number in {1, ...}",
    'return {"a": number, "b": ...}',
    'return {"a": ..., "b": ..., "c": ...}',
    "return print(number, end=...)",
    "def inner():\n    return ...\nreturn inner()",
    "def inner():\n    def innermost():\n        return [..., 1, 2]\n    return innermost\nreturn inner()()",
    "return [... for each in range(number)]",
    "return (lambda: ...)()",
    "class Inner:\n    value = ...\nreturn Inner",
    "with open(...) as file:\n    return file",
    'return f"{...}"',
]


@pytest.mark.parametrize("body", UNTOUCHED)
def test_untouched(double: Exercise, body: str) -> None:
    assert untouched(function(body))
    assert double.attempt(function(body)).outcome is Outcome.NOT_ATTEMPTED


@pytest.mark.parametrize(
    "value", [..., [1, ...], (...,), {1, ...}, frozenset({...}), {"a": 1, "b": ...}, {"a": {"b": [...]}}]
)
def test_untouched_values(double: Exercise, value: object) -> None:
    assert untouched(value)
    assert double.attempt(value).outcome is Outcome.NOT_ATTEMPTED


def test_untouched_lambdas_and_closures() -> None:
    around = 1
    assert untouched(lambda number: ...)
    assert untouched(lambda: None)
    assert untouched(lambda: [around, ...])


@pytest.mark.parametrize(
    "body",
    [
        "return number",
        "return 0",
        "return False",
        'return "..."',
        "return '''\n...\n'''",
        'return ["...", "…"]',
        "raise ValueError",
        "raise NotImplementedError",
        "print(number)",
        "x = None\nreturn x or number",
        "return Ellipsis",
        "if number:\n    return None",
        "def inner():\n    return 1\nreturn inner",
        "import os",
    ],
)
def test_touched(double: Exercise, body: str) -> None:
    assert not untouched(function(body))
    assert double.attempt(function(body)).outcome is Outcome.NOT_YET


@pytest.mark.parametrize("value", [None, 0, "", "...", [], {}, {"a": None}, print, int, object(), "…"])
def test_touched_values(double: Exercise, value: object) -> None:
    assert not untouched(value)
    assert double.attempt(value).outcome is Outcome.NOT_YET


# --- the rest of the page


def test_the_page_works_with_the_solution_until_the_learner_has_one(
    double: Exercise, shown: list[Note]
) -> None:
    assert double.working(4) == 8

    double(lambda number: ...)
    assert double.working(4) == 8

    mine = double(lambda number: number + number)
    assert double.working is mine

    double(lambda number: number)
    assert double.working is not mine and double.working(4) == 8

    double(mine)
    double(lambda number: ...)
    assert double.working is not mine and double.working(4) == 8


def test_hints_go_on_and_begin_again(double: Exercise) -> None:
    hints = [str(double.hint()) for _ in range(4)]
    assert hints == [
        "Hint 1 of 3. Add. `exercises.double.hint()` has another.",
        "Hint 2 of 3. Add it to itself. `exercises.double.hint()` has another.",
        "Hint 3 of 3. Use `2 *`. That was the last one; `exercises.double.solution()` shows an answer.",
        hints[0],
    ]


def test_the_solution_is_explained(double: Exercise) -> None:
    assert str(double.solution()) == "One solution. 2n = n + n.\ndef double(number):\n    return 2 * number"


# --- what is printed


def test_what_the_function_printed_is_shown_beneath(
    double: Exercise, shown: list[Note], capsys: pytest.CaptureFixture
) -> None:
    def answer(number: int) -> int:
        print("got", number)
        print("to the other stream", file=sys.stderr)
        return 2 * number

    double(answer)
    assert shown[0].code == "Your function printed:\ngot 3\nto the other stream"
    assert "got" not in str(shown[0].sentences)
    assert capsys.readouterr() == ("", "")


def test_it_is_shown_also_when_the_function_fails(double: Exercise, shown: list[Note]) -> None:
    double(function("print('so far')\nraise ValueError('boom')"))
    assert shown[0].code == "Your function printed:\nso far"


@pytest.mark.parametrize(
    "body", ["print('x' * 1_000_000)", "while True: print('x' * 99)", "for _ in range(9_999): print('x')"]
)
def test_of_very_much_only_the_beginning_is_shown(body: str) -> None:
    printed: list[str] = []
    try:
        call(function(body), 1, timeout=0.2, printed=printed)
    except Misbehaved as fault:
        assert "did not return" in str(fault)
    assert [len(text) for text in printed] == [PRINTED_AT_MOST]


def test_what_others_print_meanwhile_is_not_the_functions(capsys: pytest.CaptureFixture) -> None:
    inside, printed = threading.Event(), threading.Event()

    def other() -> None:
        inside.wait(5)
        print("from elsewhere")
        printed.set()

    def answer() -> None:
        inside.set()
        printed.wait(5)
        print("from the function")

    thread = threading.Thread(target=other)
    thread.start()
    output: list[str] = []
    call(answer, timeout=5, printed=output)
    thread.join()
    assert output == ["from the function\n"]
    assert capsys.readouterr().out == "from elsewhere\n"


def test_a_function_that_prints_nothing_says_nothing(double: Exercise, shown: list[Note]) -> None:
    double(lambda number: number)
    assert shown[0].code == ""


# --- functions that misbehave


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions are stopped after a tenth of a second."""
    monkeypatch.setattr(Attempt, "timeout", 0.1)


ENDLESS = [
    "while True: pass",
    "while True:\n    number += 1",
    "import itertools\nfor each in itertools.count():\n    number = each",
    "while True:\n    try:\n        number = int('x')\n    except Exception:\n        pass",
    "import time\nwhile True:\n    try:\n        time.sleep(0.001)\n    except Exception:\n        pass",
    "while True:\n    try:\n        number += 1\n    finally:\n        number -= 1",
    "def inner():\n    while True: pass\nreturn inner()",
    "import time\nwhile True: time.sleep(0.01)",
    "import time\ntime.sleep(0.4)",
    "try:\n    while True: pass\nexcept BaseException:\n    return 6",
    "try:\n    while True: pass\nfinally:\n    raise ValueError('late')",
]


@pytest.mark.parametrize("body", ENDLESS)
def test_a_function_that_does_not_end_is_stopped(double: Exercise, hurried: None, body: str) -> None:
    before = set(threading.enumerate())
    result = double.attempt(function(body))
    assert result.outcome is Outcome.NOT_YET
    assert result.message == "It did not return within 0.1 seconds. Is there a loop that never ends?"
    assert set(threading.enumerate()) <= before


def test_one_that_cannot_be_stopped_is_said_to_be_running_and_ends_when_it_can() -> None:
    gate = threading.Lock()
    gate.acquire()
    with pytest.raises(Misbehaved, match="It is still running: restart the kernel") as caught:
        call(lambda: gate.acquire(timeout=30), timeout=0.1)
    thread = caught.value.thread
    assert thread.is_alive() and thread.daemon
    gate.release()
    thread.join(10)
    assert not thread.is_alive()


def test_the_next_call_is_not_hit_by_what_stopped_the_one_before() -> None:
    for _ in range(3):
        with pytest.raises(Misbehaved):
            call(function("while True: pass"), 1, timeout=0.02)
        assert call(function("return sum(range(100_000)) and number"), 7, timeout=5) == 7


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise ValueError('boom')", "It raised ValueError: boom (line 2 of the cell's function)."),
        ("x = 1\n\nreturn {}['audience']", "It raised KeyError: 'audience' (line 4 of the cell's function)."),
        ("raise ValueError", "It raised ValueError (line 2 of the cell's function)."),
        (
            "raise ValueError('first\\nsecond')",
            "It raised ValueError: first (line 2 of the cell's function).",
        ),
        ("return int('x')", "It raised ValueError: invalid literal for int() with base 10: 'x' (line 2 of"),
        ("import sys\nsys.exit(3)", "It raised SystemExit: 3 (line 3 of the cell's function)."),
        ("raise KeyboardInterrupt", "It raised KeyboardInterrupt (line 2 of the cell's function)."),
        ("return double(number)", "It raised RecursionError: maximum recursion depth exceeded"),
        (
            "return nobody",
            "It raised NameError: name 'nobody' is not defined (line 2 of the cell's function).",
        ),
        (
            "def inner():\n    raise ValueError('in')\nreturn inner()",
            "It raised ValueError: in (line 3 of the cell's function).",
        ),
        ("import json\nreturn json.loads('{')", "(line 3 of the cell's function)."),
        (
            "class Odd(Exception):\n    def __str__(self):\n        return 1 / 0\nraise Odd",
            "It raised Odd (line 5 of the",
        ),
        ("raise ValueError('x' * 10_000)", "x" * 200 + " (line 2 of the cell's function)."),
        ("pass\nprint(number)", "It returned `None`. Is a `return` missing?"),
        ("yield number", "It uses `yield`. Let it `return` its result."),
    ],
)
def test_what_it_did_instead_is_said(double: Exercise, body: str, message: str) -> None:
    result = double.attempt(function(body))
    assert result.outcome is Outcome.NOT_YET
    assert message in result.message and len(result.message) < 320


def test_the_line_is_counted_from_the_first_of_the_function_decorator_included(
    double: Exercise, shown: list[Note]
) -> None:
    source = "@double\ndef answer(number):\n    number += 1\n    raise ValueError('boom')\n"
    exec(compile(source, "<a cell>", "exec"), {"double": double})
    assert str(shown[0]) == "Not yet. It raised ValueError: boom (line 4 of the cell's function)."


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "def f(): return 1",
            "It takes 0 arguments, and it is called with 1. Keep the first line as it was.",
        ),
        (
            "def f(a, b): return 1",
            "It takes 2 arguments, and it is called with 1. Keep the first line as it was.",
        ),
        (
            "def f(a, *, b): return 1",
            "It takes 2 arguments, and it is called with 1. Keep the first line as it was.",
        ),
        ("async def f(a): return a", "It is an `async def`. Write it as a plain `def`."),
        ("async def f(a): yield a", "It is an `async def`. Write it as a plain `def`."),
        ("f = lambda a: (yield)", "It uses `yield`. Let it `return` its result."),
    ],
)
def test_a_function_of_another_kind_is_not_called_at_all(double: Exercise, source: str, message: str) -> None:
    assert double.attempt(defined(source)).message == message


@pytest.mark.parametrize(
    "source", ["def f(a, b=1): return 2 * a", "def f(*a): return 2 * a[0]", "def f(a, **b): return 2 * a"]
)
def test_a_function_may_take_more_than_it_is_given(double: Exercise, source: str) -> None:
    assert double.attempt(defined(source)).outcome is Outcome.CORRECT


def test_what_is_no_function_cannot_be_called() -> None:
    with pytest.raises(NotYet, match="asks for a function"):
        Attempt(42)(1)


def test_lists_are_copied_before_the_function_gets_them() -> None:
    given = [{"a": 1}, (["b"],)]
    Attempt(function("number[0].clear()\nnumber[1][0].append('c')\nnumber.clear()\nreturn 1"))(given)
    assert given == [{"a": 1}, (["b"],)]


def test_a_dict_is_the_functions_to_change() -> None:
    """An exercise hands one in to be filled."""
    cache: dict[str, int] = {}
    Attempt(function("number['kept'] = 1\nreturn 1"))(cache)
    assert cache == {"kept": 1}


def test_a_check_may_ask_for_none_and_for_an_error() -> None:
    attempt = Attempt(lambda number: None if number else 1 / 0)
    assert attempt.or_none(1) is None
    assert attempt.error(1) is None
    assert attempt.error(0).startswith("It raised ZeroDivisionError: division by zero")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send a signal to one thread")
def test_an_interrupt_of_the_kernel_ends_the_function_too() -> None:
    running = threading.Event()
    ticks = 0

    def counts() -> None:
        nonlocal ticks
        running.set()
        while True:
            ticks += 1

    def interrupt() -> None:
        running.wait(5)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        call(counts, timeout=30)
    before = ticks
    threading.Event().wait(0.05)
    assert ticks == before
