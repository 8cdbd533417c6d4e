"""What the stored outputs of a notebook come to, once nbval's sanitizing rules were applied."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbval.plugin import coalesce_streams, get_sanitize_patterns

RULES = Path(__file__).parent.parent / "tests" / "notebooks" / "sanitize.cfg"
# As in nbval: not compared. The ids of widgets are random, pixels differ from machine to machine.
NOT_COMPARED = ("application/vnd.jupyter.widget-view+json", "image/png", "image/jpeg")


def sanitized(value: Any) -> Any:
    """Apply the rules to a string, or to every string inside a list or a dict."""
    if isinstance(value, str):
        for pattern, replacement in _patterns():
            value = re.sub(pattern, replacement, value)
        return value
    if isinstance(value, list):
        return [sanitized(item) for item in value]
    if isinstance(value, dict):
        return {key: sanitized(item) for key, item in value.items()}
    return value


def comparable(cell: Any) -> list[dict[str, Any]]:
    """A code cell's outputs as nbval compares them: without counts, tracebacks, and what is random."""
    return [
        sanitized({
            "text": output.get("text"),
            "error": [output.get("ename"), output.get("evalue")],
            "data": {mime: data for mime, data in output.get("data", {}).items() if mime not in NOT_COMPARED},
        })
        for output in coalesce_streams([output.copy() for output in cell.outputs])
    ]  # fmt: skip


def _patterns(cache: list[tuple[str, str]] = []) -> list[tuple[str, str]]:  # noqa: B006 - read once
    if not cache:
        cache += get_sanitize_patterns(RULES.read_text(encoding="utf-8"))
    return cache
