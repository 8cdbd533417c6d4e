"""The engine of the exercises: three outcomes, and no answer of a learner's that breaks the page."""

import signal
import sys
import textwrap
import threading
from collections.abc import Callable
from typing import Any

import pytest

from helpers.bounded import PRINTED_AT_MOST, Misbehaved, Shared, call
from helpers.display.card import Note
from helpers.exercises import engine, progress, whose
from helpers.exercises.engine import Exercise, Outcome, untouched
from helpers.exercises.probe import Attempt, NotYet, case, probe, refuses

SOLUTION = """
def double(number):
    return 2 * number
"""


@probe
def three(attempt: Attempt) -> None:
    if (result := attempt.value("3", 3)) != 6:
        raise NotYet("For 3, your function returned {result}.", result=result)


@pytest.fixture
def double() -> Exercise:
    return Exercise(
        "double",
        "00",
        (three,),
        "Twice as much.",
        ("Add.", "Add it to itself.", "Use `2 *`."),
        SOLUTION,
        "2n = n + n.",
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
    assert [str(note) for note in shown] == ["Not yet. For 3, your function returned 3."]
    assert shown[0].tone == "warn"
    assert progress.load() == {"00": {"double": "NOT_YET"}}


def test_not_attempted_says_how_to_begin(double: Exercise, shown: list[Note]) -> None:
    @double
    def answer(number: int) -> int:
        return ...

    (note,) = shown
    assert (
        str(note)
        == "Not attempted yet. Replace `...` and run the cell again. Stuck? Open a hint below, or run"
        " `exercises.double.hint()` in a cell of its own."
    )
    assert note.tone == "plain"
    assert progress.load() == {}
    assert callable(answer)


def test_a_value_is_judged_like_a_function_and_leaves_nothing_behind_the_cell(shown: list[Note]) -> None:
    @probe
    def check(attempt: Attempt) -> None:
        if attempt.answer != {"A": 1}:
            raise NotYet("Look at A.")

    letters = Exercise(
        "letters", "00", (check,), "A is 1.", ("Count.",), 'letters = {"A": 1}', "It is the first."
    )
    assert [letters({"A": ...}), letters({"A": 2}), letters({"A": 1})] == [None] * 3
    assert [note.headline for note in shown] == ["Not attempted yet.", "Not yet.", "Correct."]
    assert letters.working == {"A": 1}


def test_judging_alone_shows_and_records_nothing(double: Exercise, shown: list[Note]) -> None:
    assert double.attempt(lambda number: number * 2).outcome is Outcome.CORRECT
    assert (shown, progress.load()) == ([], {})


def test_a_check_that_stumbles_is_not_the_learners_problem(shown: list[Note]) -> None:
    stumbling = probe(lambda attempt: attempt.value("1", 1)["a"]["b"])
    exercise = Exercise("odd", "00", (stumbling,), "", ("x",), "", "")
    exercise(lambda number: 7)
    assert "a fault of the check" in str(shown[0]) and shown[0].headline == "Not yet."


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
    assert (
        result.message
        == "For 3, your function did not return within 0.1 seconds. Is there a loop that never ends?"
    )
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()


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
        ("raise ValueError('boom')", "For 3, your function raised ValueError: boom (line 2 of the cell)."),
        (
            "x = 1\n\nreturn {}['audience']",
            "For 3, your function raised KeyError: 'audience' (line 4 of the cell).",
        ),
        ("raise ValueError", "For 3, your function raised ValueError (line 2 of the cell)."),
        (
            "raise ValueError('first\\nsecond')",
            "For 3, your function raised ValueError: first (line 2 of the cell).",
        ),
        (
            "return int('x')",
            "For 3, your function raised ValueError: invalid literal for int() with base 10: 'x' (line 2 of",
        ),
        ("import sys\nsys.exit(3)", "For 3, your function raised SystemExit: 3 (line 3 of the cell)."),
        ("raise KeyboardInterrupt", "For 3, your function raised KeyboardInterrupt (line 2 of the cell)."),
        (
            "return double(number)",
            "For 3, your function raised RecursionError: maximum recursion depth exceeded",
        ),
        (
            "return nobody",
            "For 3, your function raised NameError: name 'nobody' is not defined (line 2 of the cell).",
        ),
        (
            "def inner():\n    raise ValueError('in')\nreturn inner()",
            "For 3, your function raised ValueError: in (line 3 of the cell).",
        ),
        ("import json\nreturn json.loads('{')", "(line 3 of the cell)."),
        (
            "class Odd(Exception):\n    def __str__(self):\n        return 1 / 0\nraise Odd",
            "For 3, your function raised Odd (line 5 of the",
        ),
        ("raise ValueError('x' * 10_000)", "x" * 200 + " (line 2 of the cell)."),
        (
            "pass\nprint(number)",
            "For 3, your function returned `None`. Is a `return` missing on one of its paths?",
        ),
        ("yield number", "Your function uses `yield`. Let it `return` its result."),
    ],
)
def test_what_it_did_instead_is_said(double: Exercise, body: str, message: str) -> None:
    result = double.attempt(function(body))
    assert result.outcome is Outcome.NOT_YET
    assert message in result.message and len(result.message) < 320


def test_the_line_is_the_one_that_the_learner_sees_in_the_cell(double: Exercise, shown: list[Note]) -> None:
    source = "import math\n\n\n@double\ndef answer(number):\n    number += 1\n    raise ValueError('boom')\n"
    exec(compile(source, "<a cell>", "exec"), {"double": double})
    assert str(shown[0]) == "Not yet. For 3, your function raised ValueError: boom (line 7 of the cell)."


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "def f(): return 1",
            "Your function takes 0 arguments, and it is called with 1. Keep the first line as it was.",
        ),
        (
            "def f(a, b): return 1",
            "Your function takes 2 arguments, and it is called with 1. Keep the first line as it was.",
        ),
        (
            "def f(a, *, b): return 1",
            "Your function takes 2 arguments, and it is called with 1. Keep the first line as it was.",
        ),
        ("async def f(a): return a", "Your function is an `async def`. Write it as a plain `def`."),
        ("async def f(a): yield a", "Your function is an `async def`. Write it as a plain `def`."),
        ("f = lambda a: (yield)", "Your function uses `yield`. Let it `return` its result."),
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
        Attempt(42).value("1", 1)


def test_every_argument_is_copied_before_the_function_gets_it() -> None:
    given = [{"a": 1}, (["b"],)], {"keys": [{"kid": "a"}]}, {"x"}
    body = "a[0].clear()\na[1][0].append('c')\nb['keys'].pop()\nc.clear()\nreturn 1"
    answer = defined("def answer(a, b, c):\n" + textwrap.indent(body, "    "))
    for _ in range(2):
        assert Attempt(answer).value("it", *given) == 1
    assert given == ([{"a": 1}, (["b"],)], {"keys": [{"kid": "a"}]}, {"x"})


def test_no_string_that_a_function_gets_is_one_of_ours() -> None:
    """An answer that compares with `is` must not pass since the interpreter shares the check's strings."""
    header = {"alg": "RS256", "list": ["RS256"]}
    answer = function("ours = 'RS256'\nreturn number['alg'] is ours or number['list'][0] is ours")
    assert Attempt(answer).value("it", header) is False
    assert Attempt(function("ours = 'RS256'\nreturn number is ours")).value("it", "RS256") is False
    assert (
        Attempt(function("ours = 'RS256'\nreturn number[0][0] is ours")).value("it", [("RS256", 1)]) is False
    )


def test_a_shared_argument_is_the_functions_to_change() -> None:
    cache: dict[str, int] = {}
    Attempt(function("number['kept'] = 1\nreturn 1")).value("it", Shared(cache))
    assert cache == {"kept": 1}


def test_the_lists_and_dicts_of_the_page_stay_as_they_were() -> None:
    names: dict[str, Any] = {"form": {"a": 1}, "rows": [1]}
    exec("def answer(x):\n    form['a'] = x\n    rows.append(x)\n    return form", names)
    attempt = Attempt(names["answer"])
    assert attempt.value("it", 2) is attempt.value("it", 3)
    assert (names["form"], names["rows"]) == ({"a": 1}, [1])


def test_a_function_that_calls_itself_finds_itself_before_its_cell_has_bound_the_name() -> None:
    names: dict[str, Any] = {}
    exec("def answer(x):\n    return 0 if x == 0 else 1 + answer(x - 1)", names)
    function = names.pop("answer")
    assert Attempt(function).value("it", 3) == 3


@pytest.mark.parametrize(
    "body",
    [
        "import json\njson.loads = None",
        "import base64\nbase64.urlsafe_b64decode = lambda *a: b''",
        "import time\ntime.time = lambda: 0",
        "import sys\nsys.stdout = None",
        "import os\nos.environ['COURSE_STATE_DIR'] = 'elsewhere'\ndel os.environ['PATH']",
        "import sys\nsys.setrecursionlimit(300)",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(1,), daemon=True).start()",
        "global SOLUTION\nSOLUTION = None",
    ],
)
def test_nothing_that_a_function_does_changes_a_later_verdict(double: Exercise, body: str) -> None:
    import json
    import os
    import time

    before = json.loads, time.time, sys.stdout, dict(os.environ), sys.getrecursionlimit()
    assert double.attempt(function(f"{body}\nreturn 0")).outcome is Outcome.NOT_YET
    assert double.attempt(lambda number: number * 2).outcome is Outcome.CORRECT
    assert (json.loads, time.time, sys.stdout, dict(os.environ), sys.getrecursionlimit()) == before


def test_what_is_made_and_not_raised_is_asked_about(double: Exercise) -> None:
    exercise = Exercise(
        "double", "00", (refuses("odd", case("3", 3), rule="It is odd."),), "", ("x",), "", ""
    )
    said = exercise.attempt(function("if number % 2: ValueError('odd')")).message
    assert (
        said
        == "For 3, your function returned `None`. It is odd. Is a `raise` missing before `ValueError(…)`?"
    )
    said = exercise.attempt(function("if number % 2: raise KeyError('odd')")).message
    assert "looks like a bug" in said and "with a `ValueError`" in said
    assert exercise.attempt(function("if number % 2: raise ValueError('odd')")).outcome is Outcome.CORRECT


def test_hints_and_the_solution_are_folded_beneath_the_feedback(double: Exercise, shown: list[Note]) -> None:
    double(lambda number: number)
    html = shown[0]._repr_mimebundle_()["text/html"]
    assert html.count("<details><summary>") == 4 and "<details open" not in html
    assert "Hint 1 of 3" in html and "One solution, explained" in html
    assert "Add." not in str(shown[0])
    double(lambda number: number * 2)
    assert [fold.summary for fold in shown[1].folds] == ["One solution, explained"]


def test_the_latest_is_the_learners_own_however_wrong(double: Exercise, shown: list[Note]) -> None:
    assert (double.latest(4), double.owner) == (8, "the solution's")
    wrong = double(lambda number: number)
    assert double.latest is wrong and double.owner == "yours"
    double(lambda number: ...)
    assert (double.latest(4), double.owner) == (8, "the solution's")


def test_whose_function_ran_is_said_once_for_each_cell(double: Exercise, shown: list[Note]) -> None:
    whose.said()
    double.working(1)
    assert "The solution's, until yours is correct: `double`." in str(whose.said())
    assert whose.said() is None
    wrong = double(lambda number: number)
    assert double.latest is wrong
    assert "Yours, and not correct yet: `double`." in str(whose.said())
    double(lambda number: number * 2)
    double.working(1)
    assert "Yours: `double`." in str(whose.said())


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
