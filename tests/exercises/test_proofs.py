"""Each check is proven by a machine: right answers, wrong ones, mutants of the solution, and what each probe decides.

``python tests/exercises/prove.py NAME`` prints the same for one exercise, with every message.
"""

from __future__ import annotations

import pytest
from answers import lesson_04
from prove import TABLE, TIMEOUT, Proof, answers, counted, exercises, judged, prove_all, table, unreached

from helpers.exercises.engine import Attempt, Outcome

pytestmark = pytest.mark.slow


WHOLES = {
    "verify": (
        lesson_04.PIECES,
        "exercises",
        ("check_header", "check_times", "check_audience", "check_issuer"),
    ),
}
"""Exercises that compose others: an answer made of the parts, what the parts are called with, and which they are."""


@pytest.fixture(scope="module")
def proofs() -> dict[str, Proof]:
    """The proof of every exercise, made once, on all processors."""
    return {proof.name: proof for proof in prove_all(list(exercises()))}


@pytest.mark.parametrize("name", exercises())
def test_every_exercise_is_proven(proofs: dict[str, Proof], name: str) -> None:
    assert proofs[name].faults == []


@pytest.mark.parametrize("name", WHOLES)
def test_the_whole_refuses_what_its_parts_refuse(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wrong answer to a part, put into an answer to the whole, is refused there too."""
    monkeypatch.setattr(Attempt, "timeout", TIMEOUT)
    source, module, parts = WHOLES[name]
    for part in parts:
        exercise = exercises()[part]
        assert f"{module}.{part}.working(" in source
        for wrong in answers(exercise.lesson, "WRONG")[part]:
            whole = f"{wrong}\n{source.replace(f'{module}.{part}.working(', f'{part}(')}"
            result = judged(exercises()[name], whole)
            assert result is not None and result.outcome is Outcome.NOT_YET, wrong


def test_every_message_is_reached(proofs: dict[str, Proof]) -> None:
    assert unreached(list(proofs.values())) == []


def test_the_table_says_how_much_is_proven(capsys: pytest.CaptureFixture[str]) -> None:
    counts = [counted(name) for name in exercises()]
    mutants, probes = (sum(getattr(each, what) for each in counts) for what in ("mutants", "probes"))
    with capsys.disabled():
        print(
            f"\n{len(counts)} exercises: {probes} probes, each decides alone; {mutants} mutants, each refused or equal"
        )
    assert TABLE.read_text(encoding="utf-8") == table(counts), "run `python tests/exercises/prove.py --table`"
