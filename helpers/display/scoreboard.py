"""The scoreboard of a battery: what got in, what that means, and what was stopped, family by family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Literal, NamedTuple

from helpers.display.picture import BAD, BORDER, GOOD, INK, MUTED, WARN, Canvas, Picture

Verdict = Literal["stopped", "let in", "broke", "called", "echoed"]

MEANINGS: Mapping[Verdict, str] = {
    "let in": "got in",
    "called": "was stopped too late: your verifier had called the attacker's server",
    "echoed": "was stopped, and its text came back in the answer",
    "broke": "was refused by accident: something broke",
}
"""What a verdict other than "stopped" means, after the attack's name."""

_WIDTH, _LEFT, _RIGHT, _STEP, _BAR = 760, 190, 590, 30, 16
_OPEN_AT_MOST = 12
"""So many attacks of a family that were not stopped are shown at once; more of them are folded up."""
_RAW_AT_MOST = 3_000  # characters


@dataclass(frozen=True)
class Row:
    """One attack, and what came of it.

    :param family: the title of its family.
    :param story: what the attacker does, in one clause.
    :param gain: what they could do now, in one sentence.
    :param clause: the rule that it breaks, and where that can be read; "policy" can be read nowhere.
    :param source: a CVE, where there is one.
    :param said: how it broke.
    :param answer: what was wrong about the answer, of one that was stopped: "answered 403, and 401 is right".
    """

    name: str
    family: str
    story: str
    gain: str
    clause: str
    clause_url: str
    source: str
    verdict: Verdict
    said: str = ""
    answer: str = ""


class Before(NamedTuple):
    """What came of an attack when it was last run.

    :param through: what it was tried on, in short: "with_pyjwt".
    """

    verdict: Verdict
    through: str


@dataclass(frozen=True)
class GoodRow:
    """One good token, and whether it got in.

    :param story: what is unusual about it, in one clause.
    :param said: why it did not get in.
    """

    name: str
    story: str
    let_in: bool
    said: str = ""


@dataclass(frozen=True)
class Raw:
    """One row raw: what was shown, and what came of it; shows itself at the end of a cell.

    :param asked: who was asked: "Todo API".
    """

    name: str
    asked: str
    sent: str
    answer: str

    def __str__(self) -> str:
        return f"{_cut(self.sent)}\n\n{_cut(self.answer)}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        wrap = "white-space:pre-wrap;overflow-wrap:anywhere"
        html = (
            f"<p><b>{escape(self.name)}: {escape(self.asked)} is shown</b></p>"
            f'<pre style="{wrap}">{escape(_cut(self.sent))}</pre>'
            f'<p><b>{escape(self.asked)} answers</b></p><pre style="{wrap}">{escape(_cut(self.answer))}</pre>'
        )
        return {"text/html": html, "text/plain": str(self)}


def _cut(text: str) -> str:
    return text if len(text) <= _RAW_AT_MOST else f"{text[:_RAW_AT_MOST]}… (cut here)"


class Scoreboard:
    """What came of a run; shows itself at the end of a cell.

    :param through: what was tried: "your verify in the door".
    :param before: what came of the attacks when they were last run, by name.
    :param left_out: what was not tried: how many, and why.
    :param raw: what was shown and what came of it, of attacks and good tokens.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        goods: Sequence[GoodRow],
        *,
        through: str,
        before: Mapping[str, Before] | None = None,
        left_out: Sequence[tuple[int, str]] = (),
        raw: Iterable[Raw] = (),
    ) -> None:
        self.rows = tuple(rows)
        self.goods = tuple(goods)
        self.through = through
        self.left_out = tuple(left_out)
        self._before = before or {}
        self._raw = {row.name: row for row in raw}

    @property
    def let_in(self) -> list[str]:
        """The names of the attacks that got in."""
        return [row.name for row in self.rows if row.verdict == "let in"]

    @property
    def stopped(self) -> list[str]:
        """The names of the attacks that were stopped."""
        return [row.name for row in self.rows if row.verdict == "stopped"]

    @property
    def broke(self) -> list[str]:
        """The names of the attacks that were refused by accident."""
        return [row.name for row in self.rows if row.verdict == "broke"]

    @property
    def misanswered(self) -> list[str]:
        """The names of the attacks that were stopped with another answer than they deserve."""
        return [row.name for row in self.rows if row.answer]

    @property
    def turned_away(self) -> list[str]:
        """The names of the good tokens that did not get in."""
        return [good.name for good in self.goods if not good.let_in]

    @property
    def full(self) -> bool:
        """Whether every attack was stopped, and every good token got in."""
        return bool(self.rows) and len(self.stopped) == len(self.rows) and not self.turned_away

    @property
    def headline(self) -> str:
        """How many attacks got in, and how many good tokens; these come first if one of them did not."""
        good, total = len(self.goods) - len(self.turned_away), len(self.goods)
        if not self.turned_away:
            return f"{self._fate_of_attacks(f' through {self.through}')}; all {good} good tokens get in."
        of_good = f"Only {good} of {total}" if good else f"None of {total}"
        attacks = self._fate_of_attacks()
        return (
            f"{of_good} good tokens {'gets' if good < 2 else 'get'} in through {self.through};"
            f" {attacks[0].lower()}{attacks[1:]}."
        )

    def _fate_of_attacks(self, through: str = "") -> str:
        count, inside = len(self.rows), len(self.let_in)
        if not count:
            return "No attack was tried"
        if inside:
            attacks = f"{inside} of {count} attacks {'gets' if inside == 1 else 'get'} in{through}"
        else:
            attacks = f"None of {count} attacks gets in{through}"
        others = [
            f"{number} {one if number == 1 else more}"
            for verdict, one, more in (
                ("broke", "is refused by accident", "are refused by accident"),
                ("called", "makes it call the attacker", "make it call the attacker"),
                ("echoed", "comes back in the answer", "come back in the answer"),
            )
            if (number := sum(row.verdict == verdict for row in self.rows))
        ]
        return ", ".join([attacks, *others])

    @property
    def difference(self) -> str:
        """How many fare otherwise than when they were last run; nothing if none of them was run before."""
        runs = dict.fromkeys(self._before[row.name].through for row in self.rows if row.name in self._before)
        if not runs:
            return ""
        said = ", ".join(f"{len(names)} more {do}" for do, names in self._changed()) or "the same are stopped"
        return f"Compared with the run{'s' if len(runs) > 1 else ''} before ({'; '.join(runs)}): {said}."

    def _changed(self) -> list[tuple[str, list[str]]]:
        """What some attacks do now and did not do when they were last run, and their names."""
        into: list[str] = []
        otherwise: list[str] = []
        stopped: list[str] = []
        for row in self.rows:
            before = self._before.get(row.name)
            if before and (before.verdict == "stopped") != (row.verdict == "stopped"):
                names = {"stopped": stopped, "let in": into}.get(row.verdict, otherwise)
                names.append(row.name)
        said = (
            (into, "gets in", "get in"),
            (otherwise, "goes wrong otherwise", "go wrong otherwise"),
            (stopped, "is stopped", "are stopped"),
        )
        return [(one if len(names) == 1 else more, names) for names, one, more in said if names]

    def raw(self, name: str) -> Raw:
        """The request of one row as it was written, and the answer as it came.

        :raises ValueError: there is no such row.
        """
        if name not in self._raw:
            raise ValueError(f"There is no {name!r} on this board. Take the name as it stands there.")
        return self._raw[name]

    @property
    def _open(self) -> list[Row]:
        return [row for row in self.rows if row.verdict != "stopped"]

    def __str__(self) -> str:
        lines = [self.headline, *filter(None, [self.difference])]
        lines += [f"{title}: {_tally(rows)}" for title, rows in self._families()]
        lines += [f"{row.verdict}  {row.name}: {row.said or row.story} ({row.clause})" for row in self._open]
        lines += [
            f"turned away  {good.name}: {good.said or good.story}" for good in self.goods if not good.let_in
        ]
        lines += [f"other answer  {row.name}: {row.answer}" for row in self.rows if row.answer]
        lines += [f"left out  {number}: {why}" for number, why in self.left_out]
        return "\n".join(lines)

    def _families(self) -> list[tuple[str, list[Row]]]:
        return [(title, list(rows)) for title, rows in groupby(self.rows, lambda row: row.family)]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        picture = self.picture()._repr_mimebundle_()["text/html"]
        parts = [f"<p><b>{escape(self.headline)}</b></p>"]
        if self.difference:
            parts.append(_difference(self.difference, self._changed()))
        parts.append(picture)
        parts += [_family(title, rows) for title, rows in self._families()]
        if self.turned_away:
            items = "".join(
                f"<li><b>{escape(good.name)}</b> {escape(good.story)}: {escape(good.said)}</li>"
                for good in self.goods
                if not good.let_in
            )
            parts.append(f"<p><b>Good tokens that were turned away:</b></p><ul>{items}</ul>")
        if self.misanswered:
            items = "".join(
                f"<li><b>{escape(row.name)}</b> {escape(row.story)}: {escape(row.answer)}</li>"
                for row in self.rows
                if row.answer
            )
            parts.append(f"<p><b>Stopped, with another answer than they deserve:</b></p><ul>{items}</ul>")
        parts += [f"<p>{number} left out: {escape(why)}.</p>" for number, why in self.left_out]
        return {"text/html": "".join(parts), "text/plain": str(self)}

    def picture(self) -> Picture:
        """A bar for each family and one for all: how many were stopped."""
        families = self._families()
        bars = [*families, ("all", list(self.rows))] if len(families) > 1 else families
        canvas = Canvas(_WIDTH)
        y = 16.0
        for title, rows in bars:
            middle = y + _STEP / 2
            canvas.text(_LEFT - 14, middle + 5, title, anchor="end", bold=title == "all")
            x = float(_LEFT)
            for counted, colour in (
                (lambda row: row.verdict == "stopped", GOOD),
                (lambda row: row.verdict == "broke", WARN),
                (lambda row: row.verdict not in ("stopped", "broke"), BAD),
            ):
                length = _share(rows, counted) * (_RIGHT - _LEFT)
                if length:
                    canvas.rect(x, middle - _BAR / 2, length, _BAR, colour, radius=2)
                x += length
            stopped = sum(row.verdict == "stopped" for row in rows)
            colour = GOOD if stopped == len(rows) else INK
            canvas.text(_RIGHT + 14, middle + 5, f"{stopped} of {len(rows)}", colour=colour, bold=True)
            canvas.text(_RIGHT + 98, middle + 5, "stopped", colour=MUTED)
            if title == "all":
                canvas.line(24, y, _WIDTH - 24, y, BORDER)
            y += _STEP
        alt = " ".join(f"{title}: {_tally(rows)}." for title, rows in bars)
        return canvas.picture(y + 14, alt)


def _share(rows: Sequence[Row], counted: Callable[[Row], bool]) -> float:
    return sum(map(counted, rows)) / len(rows)


def _tally(rows: Sequence[Row]) -> str:
    return f"{sum(row.verdict == 'stopped' for row in rows)} of {len(rows)} stopped"


def _difference(sentence: str, changed: Iterable[tuple[str, Sequence[str]]]) -> str:
    """The sentence, and folded up beneath it the names that it counts."""
    lines = "".join(f"<p>{do.capitalize()}: {escape(', '.join(names))}.</p>" for do, names in changed)
    if not lines:
        return f"<p>{escape(sentence)}</p>"
    return f"<details><summary>{escape(sentence)}</summary>{lines}</details>"


def _family(title: str, rows: Sequence[Row]) -> str:
    """A family's rows: those not stopped, by what they mean for the API, then the names of the others."""
    wrong = [row for row in rows if row.verdict != "stopped"]
    stopped = [row for row in rows if row.verdict == "stopped"]
    parts = []
    if wrong:
        groups = dict.fromkeys(row.gain for row in wrong)
        items = ["".join(_item(row) for row in wrong if row.gain == gain) for gain in groups]
        lists = [f"<li>{escape(gain)}<ul>{item}</ul></li>" for gain, item in zip(groups, items, strict=True)]
        parts.append(f"<ul>{''.join(lists)}</ul>")
    names = ", ".join(escape(row.name) for row in stopped)
    if names:
        parts.append(f"<p>Stopped: {names}.</p>")
    fate = f"{len(wrong)} of {len(rows)} not stopped" if wrong else f"all {len(rows)} stopped"
    head = f"<summary><b>{escape(title)}</b>: {fate}</summary>"
    return f"<details{' open' if 0 < len(wrong) <= _OPEN_AT_MOST else ''}>{head}{''.join(parts)}</details>"


def _item(row: Row) -> str:
    clause = escape(row.clause)
    link = f'<a href="{escape(row.clause_url)}">{clause}</a>' if row.clause_url else clause
    source = f", {escape(row.source)}" if row.source else ""
    fate = (
        ""
        if row.verdict == "let in"
        else f" It {MEANINGS[row.verdict]}{f' ({escape(row.said)})' if row.said else ''}."
    )
    return f"<li><b>{escape(row.name)}</b> {escape(row.story)}. {link}{source}.{fate}</li>"
