"""Predict, then run: a guess is committed before the call, and compared with what really came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from IPython.display import display

from helpers.display.card import Note
from helpers.exercises import progress


@dataclass
class Prediction:
    """One question whose answer the next call gives.

    :param name: of the variable that holds it in the lesson's module.
    :param lesson: two digits, as in the notebook's name.
    :param options: what may be guessed.
    :param answer: what the call is expected to show.
    :param because: why it does.
    :param otherwise: for each wrong option, what it would have taken to see it.
    """

    name: str
    lesson: str
    options: tuple[Any, ...]
    answer: Any
    because: str
    otherwise: Mapping[Any, str]
    _guess: Any = field(default=..., repr=False)
    _revealed: bool = field(default=False, repr=False)

    @property
    def choices(self) -> str:
        """The options in words: ``200, 401 or 403``."""
        *first, last = (f"`{option!r}`" for option in self.options)
        return f"{', '.join(first)} or {last}"

    def guess(self, value: Any) -> None:
        """Commit a guess; it stands until the answer is revealed."""
        display(self._commit(value))

    def _commit(self, value: Any) -> Note:
        if value is ...:
            return Note(
                "No guess yet.",
                [f"Put {self.choices} in place of `...` and run this cell again, before the next one."],
            )
        if value not in self.options or isinstance(value, bool):
            return Note("That is not one of the choices.", [f"Choose {self.choices}."], "warn")
        if self._revealed and value != self._guess:
            return Note("The answer is known already.", ["A guess counts when it is made before the call."])
        self._guess = value
        return Note("Committed.", [f"Your guess: `{value}`. Now run the next cell."])

    def reveal(self, actual: Any) -> Note:
        """Compare the guess with what came."""
        self._revealed = True
        if actual != self.answer:
            return Note(
                f"It was {actual}.",
                [
                    f"This page expected {self.answer}. Something else is in the way: `lab.status()` says whether the lab is well."
                ],
                "bad",
            )
        if self._guess is ...:
            return Note(f"It was {actual}.", [self.because, "You made no guess this time."])
        right = self._guess == actual
        progress.record(self.lesson, self.name, progress.DONE if right else "NOT_YET")
        if right:
            return Note(f"It was {actual}, as you predicted.", [self.because], "good")
        return Note(
            f"It was {actual}; you predicted {self._guess}.",
            [self.otherwise[self._guess], self.because],
            "warn",
        )
