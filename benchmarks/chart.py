"""A measurement as a Markdown table and as a bar chart in SVG, with nothing but the standard library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results"


class Row(NamedTuple):
    """One contender: its rate per second, and that as a part of the reference's, both medians over the rounds.

    more: what else stands in its row of the table.
    """

    name: str
    rate: float
    ratio: float
    more: tuple[str, ...] = ()


def save(
    name: str,
    title: str,
    unit: str,
    reference: str,
    note: str,
    rows: Sequence[Row],
    more: Sequence[str] = (),
) -> str:
    """Write results/NAME.md and results/NAME.svg; returns the table.

    more: headings for what else stands in each row.
    """
    RESULTS.mkdir(exist_ok=True)
    lines = [_line("", unit, f"of {reference}", *more), "|---|---:|---:|" + "---:|" * len(more)]
    lines += [_line(row.name, f"{row.rate:,.0f}", _ratio(row.ratio), *row.more) for row in rows]
    table = "\n".join(lines)
    (RESULTS / f"{name}.md").write_text(f"# {title}\n\n{note}\n\n{table}\n", encoding="utf-8")
    (RESULTS / f"{name}.svg").write_text(_svg(title, unit, rows), encoding="utf-8")
    return f"{title}\n{note}\n\n{table}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |")


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def _svg(title: str, unit: str, rows: Sequence[Row]) -> str:
    left, bar, step, top = 330, 380, 34, 64
    height = top + step * len(rows) + 16
    # A bar far longer than the others would flatten them: it is cut, and its number says how long it is.
    second, longest = sorted(row.rate for row in rows)[-2:]
    if longest > 2 * second:
        longest = second * 1.25
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="14">',
        f"<title>{escape(title)}</title>",
        f'<rect width="900" height="{height}" rx="8" fill="#fbfaf7"/>',
        f'<text x="24" y="30" font-size="17" font-weight="600" fill="#222">{escape(title)}</text>',
        f'<text x="24" y="50" fill="#666">{escape(unit)}</text>',
    ]
    for number, row in enumerate(rows):
        y = top + step * number
        width = bar * min(1.0, row.rate / longest)
        colour = "#2f6f9f" if row.name.startswith("this") else "#9aa5ad"
        parts += [
            f'<text x="{left - 12}" y="{y + 17}" text-anchor="end" fill="#222">{escape(row.name)}</text>',
            f'<rect x="{left}" y="{y + 2}" width="{width:.0f}" height="22" rx="3" fill="{colour}"/>',
            f'<text x="{left + width + 10:.0f}" y="{y + 18}" fill="#222">'
            f"{row.rate:,.0f}  ({_ratio(row.ratio)})</text>",
        ]
        if row.rate > longest:
            parts.append(
                f'<path d="M {left + bar - 40} {y + 28} l 8 -28" stroke="#fbfaf7" stroke-width="5" fill="none"/>'
            )
    return "\n".join([*parts, "</svg>", ""])


class Line(NamedTuple):
    """One line of a table that compares several contenders, and what to draw of it, if anything.

    texts: one for each contender.
    seconds: for each, on a logarithmic scale.
    """

    scene: str
    what: str
    texts: Sequence[str]
    seconds: Sequence[float] = ()


def save_lines(name: str, title: str, note: str, contenders: Sequence[str], lines: Sequence[Line]) -> str:
    """Write results/NAME.md and results/NAME.svg; returns the table."""
    RESULTS.mkdir(exist_ok=True)
    table = [_line("scene", "", *contenders), "|---|---|" + "---:|" * len(contenders)]
    scene = ""
    for line in lines:
        table.append(_line("" if line.scene == scene else line.scene, line.what, *line.texts))
        scene = line.scene
    body = "\n".join(table)
    (RESULTS / f"{name}.md").write_text(f"# {title}\n\n{note}\n\n{body}\n", encoding="utf-8")
    drawn = [line for line in lines if line.seconds]
    (RESULTS / f"{name}.svg").write_text(_grouped(title, contenders, drawn), encoding="utf-8")
    return f"{title}\n{note}\n\n{body}"


SHADES = ("#2f6f9f", "#9aa5ad", "#bcc4ca", "#d8dde1")
LEAST, MOST = 1e-4, 100.0
"""Seconds at the ends of the logarithmic scale."""


def _grouped(title: str, contenders: Sequence[str], lines: Sequence[Line]) -> str:
    left, wide, bar, gap, top = 330, 440, 14, 16, 96
    height = top + len(lines) * (bar * len(contenders) + gap) + 16
    what = lines[0].what if lines else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="900" height="{height}" rx="8" fill="#fbfaf7"/>',
        f'<text x="24" y="30" font-size="17" font-weight="600" fill="#222">{escape(title)}</text>',
        f'<text x="24" y="50" fill="#666">{escape(what)}; each step of the scale is ten times the one before</text>',
    ]
    for number, contender in enumerate(contenders):
        x = 24 + 210 * number
        parts.append(f'<rect x="{x}" y="62" width="12" height="12" rx="2" fill="{SHADES[number]}"/>')
        parts.append(f'<text x="{x + 18}" y="73" fill="#222">{escape(contender)}</text>')
    steps = round(math.log10(MOST / LEAST))
    for step in range(steps + 1):
        x = left + wide * step / steps
        parts.append(f'<path d="M {x:.0f} {top - 8} V {height - 12}" stroke="#e4e2dc"/>')
    y = top
    for line in lines:
        middle = y + bar * len(contenders) / 2 + 5
        parts.append(
            f'<text x="{left - 12}" y="{middle:.0f}" text-anchor="end" fill="#222">{escape(line.scene)}</text>'
        )
        for number, (seconds, text) in enumerate(zip(line.seconds, line.texts, strict=True)):
            place = math.log10(min(MOST, max(LEAST, seconds)) / LEAST) / steps
            width = max(2.0, wide * place)
            parts.append(
                f'<rect x="{left}" y="{y}" width="{width:.0f}" height="{bar - 2}" rx="2" fill="{SHADES[number]}"/>'
            )
            parts.append(
                f'<text x="{left + width + 8:.0f}" y="{y + 10}" font-size="11" fill="#222">{text}</text>'
            )
            y += bar
        y += gap
    return "\n".join([*parts, "</svg>", ""])
