"""A measurement as a Markdown table and as a bar chart in SVG, with nothing but the standard library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results"


class Row(NamedTuple):
    """One contender: its rate per second, and that as a part of the reference's, both medians over the rounds."""

    name: str
    rate: float
    ratio: float


def save(name: str, title: str, unit: str, reference: str, note: str, rows: Sequence[Row]) -> str:
    """Write results/NAME.md and results/NAME.svg; returns the table."""
    RESULTS.mkdir(exist_ok=True)
    lines = [f"| | {unit} | of {reference} |", "|---|---:|---:|"]
    lines += [f"| {row.name} | {row.rate:,.0f} | {_ratio(row.ratio)} |" for row in rows]
    table = "\n".join(lines)
    (RESULTS / f"{name}.md").write_text(f"# {title}\n\n{note}\n\n{table}\n", encoding="utf-8")
    (RESULTS / f"{name}.svg").write_text(_svg(title, unit, rows), encoding="utf-8")
    return f"{title}\n{note}\n\n{table}"


def _ratio(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def _svg(title: str, unit: str, rows: Sequence[Row]) -> str:
    left, bar, step, top = 330, 380, 34, 64
    height = top + step * len(rows) + 16
    # A bar far longer than the others would flatten them: it is cut, and its number says how long it is.
    longest = sorted(row.rate for row in rows)[-2] * 1.25
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
