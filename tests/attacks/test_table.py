"""The table in the documents follows from the attacks."""

import list_attacks

from helpers.attacks import ATTACKS


def test_it_is_as_the_attacks_are() -> None:
    assert list_attacks.FILE.read_text(encoding="utf-8") == list_attacks.table(), (
        "run `python tools/list_attacks.py`"
    )


def test_every_attack_has_its_row() -> None:
    rows = [line for line in list_attacks.table().splitlines() if line.startswith("| ")]
    assert all(any(line.startswith(f"| {attack.name} |") for line in rows) for attack in ATTACKS)
