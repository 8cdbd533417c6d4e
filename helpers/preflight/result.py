"""What a preflight found, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from helpers.display.card import Card
from helpers.preflight.variables import FOUR, Missing
from helpers.tokens.token_response import printable

FINDING_AT_MOST = 800  # characters


@dataclass(frozen=True)
class Step:
    """One step of the way, and what was found there."""

    title: str
    outcome: Literal["passed", "failed", "not reached"]
    finding: str = ""


@dataclass(frozen=True)
class Preflight:
    """The steps in their order, and what to do about the one that failed. Shows itself at the end of a cell.

    passed: nothing is missing.
    todo: sentences; empty when there is nothing to do.
    """

    headline: str
    steps: tuple[Step, ...]
    todo: tuple[str, ...] = ()
    passed: bool = False

    @property
    def missing(self) -> str | None:
        """The title of the step that failed."""
        return next((step.title for step in self.steps if step.outcome == "failed"), None)

    def _card(self) -> Card:
        rows = [
            (step.title, f"{step.outcome}: {step.finding}" if step.finding else step.outcome)
            for step in self.steps
        ]
        return Card(self.headline, rows or list(FOUR), self.todo)

    def __str__(self) -> str:
        return str(self._card())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self._card()._repr_mimebundle_()


def report(
    titles: Sequence[str], found: Sequence[str | Missing], secret: str = "", auth0: bool = False
) -> Preflight:
    """The result of the steps that were gone, the last of which may have failed.

    :param titles: of all the steps.
    :param found: what each of the first ones found.
    :param secret: is in nothing that is shown, whatever an issuer answers.
    :param auth0: whether the advice names the clicks in Auth0's dashboard.
    """
    last = found[-1]

    def clean(text: str) -> str:
        return printable(text.replace(secret, "**********") if len(secret) > 7 else text, FINDING_AT_MOST)

    steps = [
        Step(title, "failed", clean(result.finding))
        if isinstance(result, Missing)
        else Step(title, "passed", clean(result))
        for title, result in zip(titles, found, strict=False)
    ]
    steps += [Step(title, "not reached") for title in titles[len(found) :]]
    if isinstance(last, Missing):
        title = titles[len(found) - 1]
        headline = f"Step {len(found)} of {len(titles)} is missing: {title[0].lower()}{title[1:]}."
        return Preflight(headline, tuple(steps), tuple(map(clean, last.todo(auth0))))
    return Preflight(
        "Nothing is missing: this issuer gives tokens that the API lets in.", tuple(steps), passed=True
    )
