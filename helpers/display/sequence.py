"""The wire view: a sequence diagram of exchanges that really happened."""

import json
import textwrap
from collections.abc import Sequence
from html import escape
from http.client import responses
from typing import Any
from urllib.parse import parse_qsl

from helpers.display.exchange import Exchange, raw_html
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

PARTICIPANTS = {"Client": CLIENT, "Authorization server": SERVER, "Todo API": API}
SHOWN_FIELDS = (
    "grant_type",
    "client_id",
    "client_secret",
    "audience",
    "access_token",
    "token_type",
    "expires_in",
    "scope",
)

AT_MOST = 10  # exchanges in one picture

_WIDTH, _MARGIN, _LINE = 860, 100, 17


def wire_view(exchanges: Sequence[Exchange]) -> Picture:
    """Draw the exchanges in the order in which their requests and responses happened.

    :param exchanges: at least one; of very many only the last are drawn.
    """
    left_out, exchanges = max(0, len(exchanges) - AT_MOST), exchanges[-AT_MOST:]
    involved = {name for exchange in exchanges for name in (exchange.source, exchange.target)}
    names = [name for name in PARTICIPANTS if name in involved] + sorted(involved - set(PARTICIPANTS))
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(names) - 1)
    columns = {name: _MARGIN + index * step for index, name in enumerate(names)}

    canvas, y = Canvas(_WIDTH), 72.0
    arrows = Canvas(_WIDTH)  # drawn after the lifelines, whose length is known only at the end
    for number, exchange, answered in _in_order(exchanges):
        x1, x2 = columns[exchange.source], columns[exchange.target]
        room = max(24, int((abs(x2 - x1) - 30) / 6.7))
        title, colour, dash = (
            _answer(exchange) if answered else (f"{exchange.method} {exchange.path}", INK, "")
        )
        if answered:
            x1, x2 = x2, x1
        middle = (x1 + x2) / 2
        y += 18
        arrows.text(
            middle,
            y,
            shorten(f"{number}  {title}", room),
            colour=colour,
            bold=True,
            anchor="middle",
            halo=PANEL,
        )
        y += 8
        arrows.arrow(x1, y, x2, colour, dash=dash)
        notes = response_notes(exchange) if answered else request_notes(exchange)
        for line in _wrapped(notes, room):
            y += _LINE
            arrows.text(middle, y, line, colour=MUTED, size=11, mono=True, anchor="middle", halo=PANEL)
        y += 22 if answered else 12
    for name, x in columns.items():
        canvas.line(x, 58, x, y + 6, BORDER, dash="4 4")
        width = max(110, 9 * len(name))
        canvas.rect(x - width / 2, 18, width, 40, PARTICIPANTS.get(name, MUTED), radius=6)
        canvas.text(x, 43, name, colour="#ffffff", size=14, bold=True, anchor="middle")
    canvas.add(arrows)
    words = in_words(exchanges)
    if left_out:
        canvas.text(
            _WIDTH / 2, y + 24, f"{left_out} earlier ones are not drawn.", colour=MUTED, anchor="middle"
        )
        words += f"\n{left_out} earlier ones are not drawn."
    return canvas.picture(y + (44 if left_out else 24), words, _raw(exchanges))


def _in_order(exchanges: Sequence[Exchange]) -> list[tuple[int, Exchange, bool]]:
    """Each exchange twice, request and response, sorted by time: a fetch within a request is nested in it."""
    events = []
    for number, exchange in enumerate(exchanges, 1):
        events.append((exchange.started, number, exchange, False))
        events.append((exchange.ended, number, exchange, True))
    return [event[1:] for event in sorted(events, key=lambda event: event[0])]


def _answer(exchange: Exchange) -> tuple[str, str, str]:
    if exchange.status is None:
        return "no answer", BAD, "2 4"
    colour = GOOD if exchange.status < 300 else BAD if exchange.status >= 400 else WARN
    phrase = exchange.reason or responses.get(exchange.status, "")
    return f"{exchange.status} {phrase}".rstrip(), colour, "6 4"


def request_notes(exchange: Exchange) -> list[str]:
    """The fields of a request that matter to the flow, one string each."""
    notes = []
    for name, value in exchange.request_headers:
        if name.lower() == "authorization":
            notes.append(f"Authorization: {_short_token(value)}")
    fields = _fields(exchange.request_body)
    shown = [name for name in SHOWN_FIELDS if isinstance(fields, dict) and name in fields]
    notes += [f"{name}={_short_token(fields[name])}" for name in shown]
    if exchange.request_body and not shown:
        notes.append(shorten(exchange.request_body, 80))
    return notes


def response_notes(exchange: Exchange) -> list[str]:
    """The fields of a response that matter to the flow, one string each."""
    if exchange.status is None:
        return [exchange.failure]
    notes = []
    for name, value in exchange.response_headers:
        if name.lower() in ("www-authenticate", "retry-after"):
            notes.append(f"{name}: {value}")
    fields = _fields(exchange.response_body)
    if isinstance(fields, list):
        notes.append("1 item" if len(fields) == 1 else f"{len(fields)} items")
    elif isinstance(fields, dict):
        shown = [f"{name}={_short_token(fields[name])}" for name in SHOWN_FIELDS if name in fields]
        if any("error_description=" in note for note in notes):
            shown = ["the same in JSON"]
        elif "error" in fields or "error_description" in fields:
            shown = [f"{fields.get('error', '')}: {fields.get('error_description', '')}".strip(": ")]
        elif isinstance(fields.get("keys"), list):
            shown = [f"{len(fields['keys'])} public keys"]
        elif "jwks_uri" in fields:
            shown = ["issuer, token_endpoint, jwks_uri …"]
        notes += shown or [shorten(exchange.response_body, 80)]
    elif exchange.response_body:
        notes.append(shorten(exchange.response_body, 80))
    return notes


def _fields(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return dict(parse_qsl(body)) if "=" in body and "\n" not in body.strip() else None


def _short_token(value: object) -> str:
    text = str(value)
    scheme, _, token = text.rpartition(" ")
    if token.startswith("eyJ"):
        return f"{scheme} {token[:10]}…".strip()
    return shorten(text, 34)


def _wrapped(notes: Sequence[str], room: int) -> list[str]:
    lines: list[str] = []
    for note in notes:
        if lines and len(lines[-1]) + len(note) + 3 <= room:
            lines[-1] += f" · {note}"
        else:
            lines += textwrap.wrap(note, room) or [""]
    return lines


def in_words(exchanges: Sequence[Exchange]) -> str:
    """What the picture shows, one line for each exchange."""
    lines = []
    for number, exchange in enumerate(exchanges, 1):
        asked = ", ".join(request_notes(exchange))
        answered = ", ".join(response_notes(exchange))
        lines.append(
            f"{number}. {exchange.source} to {exchange.target}: {exchange.method} {exchange.path}"
            f"{f' ({asked})' if asked else ''}. Answer: {_answer(exchange)[0]}{f' ({answered})' if answered else ''}."
        )
    return "\n".join(lines)


def _raw(exchanges: Sequence[Exchange]) -> str:
    parts = [f"<hr>{raw_html(exchange)}" for exchange in exchanges]
    return f"<details><summary>{escape('The raw exchange, as it crossed the wire')}</summary>{''.join(parts)}</details>"
