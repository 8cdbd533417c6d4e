"""Each check is proven by a machine: right answers, wrong ones, mutants of the solution, and what each probe decides.

``python tests/exercises/prove.py NAME`` prints the same for one exercise, with every message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from answers import lesson_04
from answers.lesson_05_parts import ASKED_AGAIN
from prove import TABLE, Proof, answers, counted, exercises, map_all, outcome_of, prove_all, table, unreached

from helpers.exercises.engine import Outcome
from helpers.exercises.lesson_05 import strict_verify

pytestmark = pytest.mark.slow


WHOLES = {
    "verify": (lesson_04.PIECES, {"key_for": ("",)}),
    "strict_verify": (strict_verify.solution_code, ASKED_AGAIN),
}
"""Exercises that compose others: an answer made of the parts, and by part the wrong answers that a whole may contain."""


@pytest.fixture(scope="module")
def proofs() -> dict[str, Proof]:
    """The proof of every exercise, made once, on all processors."""
    return {proof.name: proof for proof in prove_all(list(exercises()))}


@pytest.mark.parametrize("name", exercises())
def test_every_exercise_is_proven(proofs: dict[str, Proof], name: str) -> None:
    assert proofs[name].faults == []


@pytest.mark.parametrize("name", WHOLES)
def test_the_whole_refuses_what_its_parts_refuse(name: str) -> None:
    """Each wrong answer to a part, put into an answer to the whole, is refused there too."""
    wholes = list(_with_a_wrong_part(name))
    assert len(wholes) > 50
    outcomes = map_all(outcome_of, [(name, whole) for whole in wholes])
    accepted = [
        whole for whole, outcome in zip(wholes, outcomes, strict=True) if outcome is not Outcome.NOT_YET
    ]
    assert accepted == []


def _with_a_wrong_part(name: str) -> Iterator[str]:
    source, asked_again = WHOLES[name]
    for module, part in dict.fromkeys(re.findall(r"(\w+)\.(\w+)\.working\(", source)):
        for wrong in answers(exercises()[part].lesson, "WRONG")[part]:
            if not any(fragment in wrong for fragment in asked_again.get(part, ())):
                yield f"{wrong}\n{source.replace(f'{module}.{part}.working(', f'{part}(')}"


def test_every_message_is_reached(proofs: dict[str, Proof]) -> None:
    assert unreached(list(proofs.values())) == []


def test_the_table_says_how_much_is_proven() -> None:
    """Its last row is what CI prints: conftest.py."""
    counts = [counted(name) for name in exercises()]
    assert TABLE.read_text(encoding="utf-8") == table(counts), "run `python tests/exercises/prove.py --table`"
