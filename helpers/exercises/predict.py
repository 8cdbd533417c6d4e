"""Predict, then run: a guess is committed before the call, and compared with what really came.

Until there is a guess, the outcome waits in a closed fold-out: in the stored page, after Run All, on GitHub and in print.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from IPython.display import display

from helpers.display.card import Fold, Note
from helpers.exercises import progress


@dataclass(repr=False)
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
    _guess: Any = ...
    _told: bool = False

    def __repr__(self) -> str:
        return f"the prediction `{self.name}`: call exercises.{self.name}.guess(…) with {self.choices}"

    @property
    def choices(self) -> str:
        """The options in words: ``200, 401 or 403``."""
        *first, last = (f"`{option!r}`" for option in self.options)
        return f"{', '.join(first)} or {last}"

    def guess(self, value: Any) -> None:
        """Commit a guess; it stands once the answer was told."""
        display(self._commit(value))

    def _commit(self, value: Any) -> Note:
        if value is ...:
            return Note(
                "No guess yet.",
                [
                    f"Replace `...` with {self.choices} and run this cell again, before you open the answer below."
                ],
            )
        # A status in quotes is the same guess.
        chosen = [
            option for option in self.options if str(option) == str(value) and not isinstance(value, bool)
        ]
        if not chosen:
            return Note("That is not one of the choices.", [f"Choose {self.choices}."], "warn")
        if self._told and chosen[0] != self._guess:
            return Note(
                "You know the answer already.",
                [f"Your guess was `{self._guess}`. A guess counts when it is made before the answer."],
            )
        self._guess = chosen[0]
        return Note("Committed.", [f"Your guess: `{chosen[0]}`. Now run the next cell."])

    def reveal(self, actual: Any, *evidence: Any) -> Note:
        """Compare the guess with what came.

        :param actual: what the call showed.
        :param evidence: more of what came, shown beneath the answer: a header, an error, a picture.
        """
        as_expected = actual == self.answer
        why = (
            [self.because]
            if as_expected
            else [
                f"This page expected {self.answer}. Something else is in the way: run this page's cells from the top"
                " again, and `lab.status()` says whether the lab is well."
            ]
        )
        shown = "\n".join(
            each if isinstance(each, str) else repr(each) for each in evidence if not _is_drawn(each)
        )
        drawn = "".join(each._repr_mimebundle_()["text/html"] for each in evidence if _is_drawn(each))
        if self._guess is ...:
            answer = Fold(f"The answer to “{self.question}”", [f"It was {actual}.", *why], shown, drawn)
            return Note("The answer waits for your guess.", [], folds=[answer])
        self._told = True
        if not as_expected:
            return Note(f"It was {actual}.", why, "bad", shown, more=drawn)
        right = self._guess == actual
        progress.record(self.lesson, self.name, progress.DONE if right else "NOT_YET")
        if right:
            return Note(f"It was {actual}, as you predicted.", why, "good", shown, more=drawn)
        return Note(
            f"It was {actual}; you predicted {self._guess}.",
            [self.otherwise[self._guess], *why],
            "warn",
            shown,
            more=drawn,
        )

    @property
    def question(self) -> str:
        """The choices, as a short question."""
        *first, last = map(str, self.options)
        return f"{', '.join(first)} or {last}?"


def _is_drawn(evidence: Any) -> bool:
    return hasattr(evidence, "_repr_mimebundle_")
