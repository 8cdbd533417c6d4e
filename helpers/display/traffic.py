"""Requests in a row on a line of time, each a dot in the lane of its status, and what happened meanwhile."""

import math
from collections.abc import Sequence
from http.client import responses
from itertools import groupby, pairwise
from typing import NamedTuple

from helpers.display.picture import (
    API,
    BAD,
    BORDER,
    CLIENT,
    GOOD,
    INK,
    MUTED,
    PANEL,
    SERVER,
    WARN,
    Canvas,
    Picture,
    shorten,
)


class Answer(NamedTuple):
    """One request and what came of it.

    sent: seconds from the start of the traffic to when the request left.
    status: of the HTTP response; None when none came.
    took: seconds until the answer was there.
    kid: the key id in the header of the token that was shown, if it has one.
    """

    sent: float
    status: int | None
    took: float
    kid: str | None = None


class Mark(NamedTuple):
    """Something that was done while the traffic went on; ``at`` is seconds from its start."""

    at: float
    label: str


_WIDTH, _LEFT, _RIGHT = 720, 180, 640
_LANE, _RADIUS = 46, 3.2
_ANYTHING_ELSE = -1
_ROWS = (0, -1, 1, -2, 2)  # in a lane, the middle first
_TINTS = {GOOD: "#b5d9c0", BAD: "#efb8b8", WARN: "#e8d3a6"}
_KEYS = (CLIENT, API, SERVER, "#6b4ba1")


def traffic_picture(answers: Sequence[Answer], marks: Sequence[Mark] = ()) -> Picture:
    """Draw the requests; a tail in front of a dot is the time for which its request waited.

    The words tell the phases between the marks, and neither times nor numbers: they are the same for every run in
    which the same happened.

    :param answers: in the order in which they were sent.
    :param marks: in the order in which they were set.
    """
    statuses = sorted({answer.status for answer in answers}, key=lambda status: status or math.inf)
    lanes = (
        statuses if set(statuses) - {200} else [200, _ANYTHING_ELSE]
    )  # an empty lane shows that nothing else came
    end = max([a.sent + a.took for a in answers] + [m.at for m in marks], default=0.0) or 1.0
    scale = (_RIGHT - _LEFT) / end

    canvas = Canvas(_WIDTH)
    labels = _label_rows([(_LEFT + mark.at * scale, mark.label) for mark in marks])
    top = 34 + 20 * max((row + 1 for row, *_ in labels), default=0)
    bottom = top + _LANE * len(lanes)
    _draw_lanes(canvas, lanes, answers, top)
    _draw_axis(canvas, end, scale, top, bottom)
    for row, x, *_ in labels:
        canvas.line(x, 30 + 20 * row, x, bottom + 6, INK, width=1.2, dash="4 3")
    for row, x, anchor, label in labels:
        shift = 6 if anchor == "start" else -6
        canvas.text(x + shift, 36 + 20 * row, label, size=13.5, bold=True, anchor=anchor, halo=PANEL)
    for index, status in enumerate(lanes):
        _draw_dots(canvas, [a for a in answers if a.status == status], scale, top + _LANE * (index + 0.5))
    y = bottom + 34
    if any(answer.kid for answer in answers):
        _draw_keys(canvas, answers, scale, end, y)
        y += 34
    canvas.text(_LEFT, y + 12, _summary(answers), colour=MUTED, size=13.5)
    return canvas.picture(y + 30, in_words(answers, marks))


def _label_rows(marks: Sequence[tuple[float, str]]) -> list[tuple[int, float, str, str]]:
    """For each mark the row of its label, its place, on which side of it the label stands, and the label."""
    taken: list[float] = []  # by row, up to where it is written on
    rows = []
    for x, label in marks:
        label = shorten(label, 40)
        width = 7.6 * len(label) + 12
        anchor = "start" if x + width < _WIDTH - 12 else "end"
        first, last = (x, x + width) if anchor == "start" else (x - width, x)
        row = next((row for row, until in enumerate(taken) if first > until), len(taken))
        taken[row : row + 1] = [last]
        rows.append((row, x, anchor, label))
    return rows


def _draw_lanes(canvas: Canvas, lanes: Sequence[int | None], answers: Sequence[Answer], top: float) -> None:
    canvas.text(_WIDTH - 16, top - 6, "requests", colour=MUTED, size=12, anchor="end")
    for index, status in enumerate(lanes):
        y = top + _LANE * index
        count = sum(answer.status == status for answer in answers)
        canvas.rect(_LEFT - 8, y + 3, _RIGHT - _LEFT + 16, _LANE - 6, "#f0f3f6" if count else PANEL, radius=6)
        colour = _colour(status) if count else MUTED
        title, phrase = _title(status)
        baseline = y + _LANE / 2 + (-2 if phrase else 5)
        canvas.text(_LEFT - 20, baseline, title, colour=colour, size=14, bold=True, anchor="end")
        canvas.text(_LEFT - 20, baseline + 16, phrase, colour=MUTED, size=12, anchor="end")
        canvas.text(_WIDTH - 16, y + _LANE / 2 + 5, f"{count:,}", colour=colour, bold=True, anchor="end")


def _draw_axis(canvas: Canvas, end: float, scale: float, top: float, bottom: float) -> None:
    """Seconds, at four to nine round numbers."""
    exponent = math.floor(math.log10(end / 4))
    step = next(s for s in (1, 2, 5, 10) if end / (s * 10**exponent) < 9) * 10.0**exponent
    for number in range(int(end / step + 1e-9) + 1):
        x = _LEFT + number * step * scale
        canvas.line(x, bottom + 2, x, bottom + 7, BORDER)
        canvas.text(x, bottom + 21, f"{number * step:g} s", colour=MUTED, size=12, anchor="middle")


def _draw_dots(canvas: Canvas, answers: Sequence[Answer], scale: float, middle: float) -> None:
    """Dots side by side, never on top of each other while one of the rows has room."""
    last = dict.fromkeys(_ROWS, -math.inf)
    tails, dots = Canvas(_WIDTH), Canvas(_WIDTH)
    for answer in answers:
        x = _LEFT + (answer.sent + answer.took) * scale
        free = [row for row in _ROWS if x - last[row] > 2 * _RADIUS + 0.6]
        row = free[0] if free else min(_ROWS, key=lambda row: last[row])
        if not free and x - last[row] < _RADIUS:
            continue  # it would hide the one before, and the count says how many there are
        last[row], y, colour = x, middle + row * 7.2, _colour(answer.status)
        if answer.took * scale > 2.5 * _RADIUS:
            tails.line(_LEFT + answer.sent * scale, y, x, y, _TINTS[colour], width=3)
        dots.circle(round(x, 1), y, _RADIUS, colour)
    canvas.add(tails)
    canvas.add(dots)


def _draw_keys(canvas: Canvas, answers: Sequence[Answer], scale: float, end: float, y: float) -> None:
    """A strip that says which key signed the token shown; keys are numbered in the order in which they appeared."""
    numbers = {kid: index for index, kid in enumerate(dict.fromkeys(a.kid for a in answers if a.kid))}
    canvas.text(_LEFT - 20, y + 13, "token signed by", colour=MUTED, size=13, anchor="end")
    runs = [(kid, next(run).sent) for kid, run in groupby(answers, key=lambda answer: answer.kid)]
    for (kid, start), (_, until) in pairwise([*runs, (None, end)]):
        x, width = _LEFT + start * scale, (until - start) * scale
        if kid is None:
            continue
        canvas.rect(x, y, max(1.5, width - 1.5), 18, _KEYS[numbers[kid] % len(_KEYS)], radius=3)
        name = f"key {numbers[kid] + 1}"
        if width > 8 * len(name):
            canvas.text(x + width / 2, y + 13, name, colour="#ffffff", size=12, bold=True, anchor="middle")


def _summary(answers: Sequence[Answer]) -> str:
    if not answers:
        return "No request was sent."
    slowest = max(answer.took for answer in answers)
    took = f"{slowest:.1f} s" if slowest >= 1 else f"{slowest * 1000:.0f} ms" if slowest >= 0.001 else "1 ms"
    return f"The slowest answer took {took}."


def _title(status: int | None) -> tuple[str, str]:
    """A lane's name, and what its status means (RFC 9110 §15)."""
    if status == _ANYTHING_ELSE:
        return "anything else", ""
    return ("no answer", "") if status is None else (str(status), responses.get(status, ""))


def _colour(status: int | None) -> str:
    if status is None or status >= 400:
        return BAD
    return GOOD if status < 300 else WARN


def in_words(answers: Sequence[Answer], marks: Sequence[Mark]) -> str:
    """What was answered, one line for each phase; a request belongs to the phase in which it was sent."""
    if not marks:
        return _phase(answers).capitalize()
    edges = [-math.inf, *(mark.at for mark in marks), math.inf]
    names = [
        f"Before {_quoted(marks[0])}",
        *(f"From {_quoted(mark)} to {_quoted(following)}" for mark, following in pairwise(marks)),
        f"After {_quoted(marks[-1])}",
    ]
    return "\n".join(
        f"{name}: {_phase([answer for answer in answers if start <= answer.sent < until])}"
        for name, (start, until) in zip(names, pairwise(edges), strict=True)
    )


def _quoted(mark: Mark) -> str:
    return f"'{mark.label}'"


def _phase(answers: Sequence[Answer]) -> str:
    statuses = sorted({answer.status for answer in answers}, key=lambda status: status or math.inf)
    if not statuses:
        return "no request was sent."
    if statuses == [None]:
        return "no request was answered."
    if len(statuses) == 1:
        return f"every request was answered {statuses[0]}."
    *before, last = ("not at all" if status is None else str(status) for status in statuses)
    return f"requests were answered {', '.join(before)} and {last}."
