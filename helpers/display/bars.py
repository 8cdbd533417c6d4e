"""A measurement as a bar chart; the numbers stand in the picture alone, since no run gives the same ones twice."""

import math
import textwrap
from collections.abc import Mapping, Sequence

from helpers.display.picture import CLIENT, INK, MUTED, Canvas, Picture

_WIDTH, _MARGIN, _END = 720, 24, 610
_STEP, _BAR, _LINE = 40, 22, 17
_COLUMN = 84
_LABEL_AT_MOST = 26  # characters on one line


def bars(
    title: str,
    unit: str,
    rows: Sequence[tuple[str, float]],
    *,
    alt: str,
    note: str = "",
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Picture:
    """One horizontal bar for each row, all from zero and on one scale.

    :param title: what was measured.
    :param unit: of every value, such as ``requests per second``.
    :param rows: a label and a value each, in the order in which they are drawn.
    :param alt: what the chart shows, in words that are the same for every run.
    :param note: stands beneath the bars, in the picture alone.
    :param columns: what else was measured, to the right of the bars: a short heading, and a text for each row.
    :raises ValueError: there is no row, a column is not as long, or a value is negative or no number.
    """
    if not rows:
        raise ValueError("A bar chart takes at least one row.")
    if not all(math.isfinite(value) and value >= 0 for _, value in rows):
        raise ValueError("A bar takes a number that is not negative.")
    columns = columns or {}
    if any(len(texts) != len(rows) for texts in columns.values()):
        raise ValueError("A column takes a text for each row.")
    labels = [textwrap.wrap(label, _LABEL_AT_MOST)[:2] for label, _ in rows]
    left = _MARGIN + 16 + 7.4 * max((len(line) for lines in labels for line in lines), default=0)
    end = _END - _COLUMN * len(columns)
    longest = max(value for _, value in rows) or 1.0

    canvas = Canvas(_WIDTH)
    canvas.text(_MARGIN, 36, title, size=16, bold=True)
    canvas.text(_MARGIN, 58, unit, colour=MUTED)
    edges = {heading: _WIDTH - _MARGIN - _COLUMN * place for place, heading in enumerate(reversed(columns))}
    for heading, edge in edges.items():
        canvas.text(edge, 58, heading, colour=MUTED, anchor="end")
    y = 78.0
    for index, (lines, (_, value)) in enumerate(zip(labels, rows, strict=True)):
        middle = y + _STEP / 2
        for place, line in enumerate(lines):
            baseline = middle + 5 + (place - (len(lines) - 1) / 2) * _LINE
            canvas.text(left - 12, baseline, line, size=14, anchor="end")
        length = value / longest * (end - left)
        canvas.rect(left, middle - _BAR / 2, max(2.0, length), _BAR, CLIENT, radius=3)
        canvas.text(left + max(2.0, length) + 10, middle + 5, number(value), colour=INK, size=14, bold=True)
        for heading, edge in edges.items():
            canvas.text(edge, middle + 5, columns[heading][index], size=14, anchor="end")
        y += _STEP
    for line in textwrap.wrap(note, 96):
        y += _LINE + 3
        canvas.text(_MARGIN, y, line, colour=MUTED, size=13)
    return canvas.picture(y + 20, alt)


def number(value: float) -> str:
    """Three digits, which is as much as a measurement can say: ``0.042``, ``1.25``, ``48.1``, ``12,300``."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(value)))
    text = f"{float(f'{value:.3g}'):,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text
