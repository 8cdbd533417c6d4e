"""A line-up: one verifier, several tokens, and who of them gets in."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from helpers.display.picture import BAD, GOOD


@dataclass(frozen=True)
class Suspect:
    """One token in the line-up.

    :param good: whether it ought to get in.
    :param let_in: whether it did.
    :param said: the verifier's reason, when it refused.
    """

    name: str
    story: str
    good: bool
    let_in: bool
    said: str = ""


class LineUp:
    """The outcome of a line-up, as a table; reads as plain HTML, with no style.

    :param left_out: how many bad tokens could not be made, since that takes the issuer's private key.
    """

    def __init__(self, suspects: Sequence[Suspect], left_out: int = 0) -> None:
        self.suspects = suspects
        self.left_out = left_out

    @property
    def headline(self) -> str:
        """How many bad tokens get in, which ones, whether the good one does, and how many could not be made."""
        bad = [suspect for suspect in self.suspects if not suspect.good]
        inside = [suspect.name for suspect in bad if suspect.let_in]
        names = f" ({', '.join(inside)})" if 0 < len(inside) < len(bad) else ""
        good = all(suspect.let_in for suspect in self.suspects if suspect.good)
        fate = "gets in" if good else "is refused"
        outcome = f"{len(inside)} of {len(bad)} bad tokens get in{names}; the good one {fate}."
        if not self.left_out:
            return outcome
        return f"{outcome} {self.left_out} more take the issuer's private key, which this issuer keeps to itself."

    def __str__(self) -> str:
        rows = [
            f"{'let in ' if s.let_in else 'refused'}  {s.name}: {s.said or s.story}" for s in self.suspects
        ]
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
    colour = GOOD if suspect.let_in is suspect.good else BAD
    word = "let in" if suspect.let_in else "refused"
    return f'<b style="color:{colour};white-space:nowrap">{word}</b>'
