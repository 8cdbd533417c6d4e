"""The verifier that lesson 05 begins with: from the learner's file, tried with one good token; else lesson 04's."""

import time
from pathlib import Path

import pytest

from helpers.attacks.battery import ATTACKS
from helpers.attacks.checks import Family
from helpers.display.card import Note
from helpers.exercises import lesson_04
from helpers.exercises.lesson_04.tokens import arguments, payload_of, workshop
from helpers.exercises.lesson_04.whole import PROMISED
from helpers.exercises.lesson_05 import carried
from helpers.exercises.lesson_05.whole import GROUPS

FIRST_LINE = "def verify(token, jwks, issuer, audience, now):\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(carried, "TIMEOUT", 0.4)


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> list[Note]:
    """What is shown."""
    shown: list[Note] = []
    monkeypatch.setattr(carried, "display", shown.append)
    return shown


def write(source: str) -> None:
    Path(carried.FILE).write_text(source, encoding="utf-8")


def solution() -> str:
    return lesson_04.verify.solution_code


def test_without_the_file_lesson_04s_solution_is_used(notes: list[Note]) -> None:
    verify = carried.carried_over()
    assert verify(*arguments(workshop().good))["sub"] == "job@clients"
    assert (notes[0].tone, notes[0].headline) == ("plain", "Lesson 04's solution.")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "import json\ndef verify(\n",
            "raised SyntaxError: '(' was never closed (line 2 of my_verifier.py).",
        ),
        ("import json\n1 / 0\n", "raised ZeroDivisionError: division by zero (line 2 of my_verifier.py)."),
        (
            "import nowhere_at_all\n",
            "raised ModuleNotFoundError: No module named 'nowhere_at_all' (line 1 of",
        ),
        ("raise SystemExit(3)\n", "raised SystemExit: 3 (line 1 of my_verifier.py)."),
        ("while True: pass\n", "did not return within 0.4 seconds."),
        ("verify = 5\n", "does not define a function `verify(token, jwks, issuer, audience, now)`."),
        ("", "does not define a function `verify(token, jwks, issuer, audience, now)`."),
        ("def verify(token):\n    return {}\n", "takes 1 argument, and it is called with 5."),
        ("async " + FIRST_LINE + "    return {}\n", "is an `async def`."),
        (
            FIRST_LINE + "    while True: pass\n",
            "For a good token, its `verify` did not return within 0.4 seconds.",
        ),
        (
            FIRST_LINE + "    return json.loads(token)\n",
            "raised NameError: name 'json' is not defined (line 2 of my_verifier.py).",
        ),
        (
            FIRST_LINE + "    raise ValueError('expired')\n",
            "For a good token, its `verify` raised ValueError: expired (line 2 of my_verifier.py).",
        ),
        (FIRST_LINE + "    return True\n", "For a good token, its `verify` returned `True`."),
        (FIRST_LINE + "    return {'sub': 'x'}\n", "its `verify` returned `{'sub': 'x'}`."),
    ],
)
def test_what_is_wrong_with_the_file_is_said_first(source: str, said: str, notes: list[Note]) -> None:
    write(source)
    verify = carried.carried_over()
    (note,) = notes
    assert (note.tone, note.headline) == ("warn", "my_verifier.py cannot be used.")
    assert said in note.sentences[0], note.sentences
    assert "solution of lesson 04" in note.sentences[1]
    assert verify(*arguments(workshop().good))["sub"] == "job@clients"


def test_bytes_that_are_no_text_are_told(notes: list[Note]) -> None:
    Path(carried.FILE).write_bytes(b"\xff\xfe")
    carried.carried_over()
    assert "raised UnicodeDecodeError" in notes[0].sentences[0]


def test_a_good_one_is_used(notes: list[Note]) -> None:
    write(solution())
    verify = carried.carried_over()
    (note,) = notes
    assert (note.tone, note.headline) == ("good", "Your own.")
    assert verify(*arguments(workshop().good)) == __import__("json").loads(payload_of(workshop().good))
    assert verify.__wrapped__.__code__.co_filename == "my_verifier.py"


def test_what_it_raises_reaches_the_caller_as_it_is(notes: list[Note]) -> None:
    write(solution())
    verify = carried.carried_over()
    with pytest.raises(ValueError, match="this API takes RS256") as caught:
        verify(*arguments(workshop().issued(alg="none")))
    assert caught.value.__cause__ is None and not caught.value.__suppress_context__
    assert caught.traceback[-1].path.name == "my_verifier.py"


def test_its_own_cause_is_kept(notes: list[Note]) -> None:
    source = solution() + "\nsolved = verify\n" + FIRST_LINE
    source += "    try:\n        return solved(token, jwks, issuer, audience, now)\n"
    source += "    except ValueError as error:\n        raise LookupError('mine') from error\n"
    write(source)
    with pytest.raises(LookupError) as caught:
        carried.carried_over()(*arguments("x"))
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_page_cell_that_calls_it_never_hangs(notes: list[Note]) -> None:
    source = solution() + "\nsolved = verify\n" + FIRST_LINE
    source += "    while token == 'x': pass\n    return solved(token, jwks, issuer, audience, now)\n"
    write(source)
    verify = carried.carried_over()
    began = time.perf_counter()
    with pytest.raises(TimeoutError, match=r"`verify` of my_verifier.py did not return within 0\.4 seconds"):
        verify(*arguments("x"))
    assert time.perf_counter() - began < 3


def test_it_gets_its_arguments_themselves_and_by_name(notes: list[Note]) -> None:
    write(solution())
    token, jwks, issuer, audience, now = arguments(workshop().good)
    verify = carried.carried_over()
    assert verify(token, jwks, issuer, audience=audience, now=now)["sub"] == "job@clients"


def test_what_it_prints_is_seen(notes: list[Note], capsys: pytest.CaptureFixture[str]) -> None:
    write(solution().replace("    claims = json", "    print('seen')\n    claims = json"))
    verify = carried.carried_over()
    capsys.readouterr()
    verify(*arguments(workshop().good))
    assert capsys.readouterr().out == "seen\n"


def test_each_attack_that_a_function_can_stop_is_tried_on_the_last_exercise() -> None:
    asked = {*PROMISED, *(check for _, of in GROUPS.values() for check in of)}
    assert {attack.check for attack in ATTACKS if attack.family is not Family.DOOR} <= asked
