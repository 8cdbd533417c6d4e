"""What well-known libraries stop of the battery: measured by tools/measure_libraries.py, held to it by a test."""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("measured.json")


@dataclass(frozen=True)
class LibraryScore:
    """One library with one way of setting it up.

    :param name: of its package.
    :param settings: what it was told.
    :param attacks: how many were tried.
    :param let_in: the names of those that got in.
    :param broke: the names of those that made it fail in a way that is no refusal.
    :param turned_away: the names of good tokens that did not get in.
    """

    name: str
    version: str
    settings: str
    attacks: int
    let_in: tuple[str, ...]
    broke: tuple[str, ...]
    turned_away: tuple[str, ...]

    @property
    def stopped(self) -> int:
        """How many attacks it stopped."""
        return self.attacks - len(self.let_in) - len(self.broke)

    def __str__(self) -> str:
        return f"{self.name} {self.version}, {self.settings}: {self.stopped} of {self.attacks} stopped"


def library_scores() -> tuple[LibraryScore, ...]:
    """The scores as they were measured last."""
    scores = json.loads(FILE.read_text(encoding="utf-8"))
    lists = ("let_in", "broke", "turned_away")
    return tuple(
        LibraryScore(**{**score, **{name: tuple(score[name]) for name in lists}}) for score in scores
    )
