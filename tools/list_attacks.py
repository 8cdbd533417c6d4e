"""Write the table of all attacks, helpers/attacks/README.md, from the attacks themselves.

    python tools/list_attacks.py

A test holds the file to them. Run this when an attack was added, or when tools/measure_libraries.py has measured anew.
"""

from __future__ import annotations

from pathlib import Path

from helpers.attacks import ATTACKS, GOODS, Attack, Family
from helpers.attacks.measured import LibraryScore, library_scores

FILE = Path(__file__).parent.parent / "helpers" / "attacks" / "README.md"


def table() -> str:
    """The whole document."""
    scores = library_scores()
    columns = "".join(f" {score.name} {number} |" for number, score in enumerate(scores, start=1))
    lines = [
        "# The battery",
        "",
        f"{len(ATTACKS)} forged tokens and requests, {len(GOODS)} good ones. Made by `python tools/list_attacks.py`.",
        "",
        "The last columns say what becomes of a token when a library judges it: **in** is let in, *broke* is an",
        "exception that is no refusal, and nothing means that it is refused. A library sees no requests, so the last",
        "family has no such columns.",
        "",
        *(f"{number}. {score}" for number, score in enumerate(scores, start=1)),
        "",
    ]
    for family in Family:
        judged = family is not Family.DOOR
        lines += [f"## {family.title[0].upper()}{family.title[1:]}", "", family.sentence, ""]
        lines += [f"| name | what it does | rule | seen in |{columns if judged else ''}"]
        lines += [f"|---|---|---|---|{'---|' * len(scores) if judged else ''}"]
        attacks = [attack for attack in ATTACKS if attack.family is family]
        lines += [_row(attack, scores if judged else ()) for attack in attacks]
        lines += [""]
    lines += ["## Good ones", "", "| name | what is unusual about it |", "|---|---|"]
    lines += [f"| {_cell(good.name)} | {_cell(good.story)} |" for good in GOODS]
    return "\n".join([*lines, ""])


def _row(attack: Attack, scores: tuple[LibraryScore, ...] | tuple[()]) -> str:
    cells = [attack.name, attack.story, attack.clause, attack.source]
    fates = [
        "**in**" if attack.name in score.let_in else "*broke*" if attack.name in score.broke else ""
        for score in scores
    ]
    return f"| {' | '.join([*map(_cell, cells), *fates])} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8", newline="\n")
