"""A line-up: one verifier, several tokens, and who of them gets in."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from helpers.display.picture import BAD, GOOD, MUTED, WARN

Outcome = Literal["let in", "refused", "broke", "not tried"]


@dataclass(frozen=True)
class Suspect:
    """One token in the line-up.

    :param good: whether it ought to get in.
    :param said: the verifier's reason, when it refused; what it did, when it broke.
    """

    name: str
    story: str
    good: bool
    outcome: Outcome
    said: str = ""

    @property
    def let_in(self) -> bool:
        return self.outcome == "let in"


class LineUp:
    """The outcome of a line-up, as a table; reads as plain HTML, with no style.

    :param left_out: how many bad tokens could not be made, since that takes the issuer's private key.
    """

    def __init__(self, suspects: Sequence[Suspect], left_out: int = 0) -> None:
        self.suspects = suspects
        self.left_out = left_out

    @property
    def headline(self) -> str:
        """How many bad tokens get in, and whether the good one does; this comes first if it does not."""
        if not self.left_out:
            return self._outcome
        return f"{self._outcome} {self.left_out} more take the issuer's private key, which this issuer keeps to itself."

    @property
    def _outcome(self) -> str:
        good = {suspect.outcome for suspect in self.suspects if suspect.good}
        if "broke" in good:
            return f"The good token does not get in: your function broke. {self._bad_ones}."
        if "refused" in good:
            return f"The good token is refused, and {self._bad_ones}."
        return f"{self._bad_ones}; the good one gets in."

    @property
    def _bad_ones(self) -> str:
        bad = [suspect for suspect in self.suspects if not suspect.good]
        inside = [suspect.name for suspect in bad if suspect.let_in]
        names = f" ({', '.join(inside)})" if 0 < len(inside) < len(bad) else ""
        said = [f"{len(inside)} of {len(bad)} bad tokens get in{names}"]
        broke, untried = (
            sum(suspect.outcome == outcome for suspect in bad) for outcome in ("broke", "not tried")
        )
        if broke:
            said.append(f"{broke} broke your function")
        if untried:
            said.append(f"{untried} {'was' if untried == 1 else 'were'} not tried")
        return ", ".join(said)

    def __str__(self) -> str:
        rows = [f"{s.outcome:<7}  {s.name}: {s.said or s.story}" for s in self.suspects]
        return "\n".join([self.headline, *rows])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        cell = "text-align:left;vertical-align:top"
        head = "".join(
            f'<th style="{cell}">{title}</th>'
            for title in ("token", "what it does", "outcome", "the verifier says")
        )
        rows = "".join(
            f'<tr><td style="{cell}">{escape(s.name)}</td><td style="{cell}">{escape(s.story)}</td>'
            f'<td style="{cell}">{_outcome(s)}</td><td style="{cell}">{escape(s.said)}</td></tr>'
            for s in self.suspects
        )
        html = f"<p><b>{escape(self.headline)}</b></p><table><tr>{head}</tr>{rows}</table>"
        return {"text/html": html, "text/plain": str(self)}


def _outcome(suspect: Suspect) -> str:
    colour = GOOD if suspect.outcome == ("let in" if suspect.good else "refused") else BAD
    if suspect.outcome == "not tried":
        colour = MUTED
    elif suspect.outcome == "broke" and not suspect.good:
        colour = WARN  # it did not get in, by accident
    return f'<b style="color:{colour};white-space:nowrap">{suspect.outcome}</b>'
