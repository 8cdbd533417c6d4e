"""The tables of README.md about interop: made from what was tried, written between two marks, and read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import jwt
import requests
from clients import CLIENTS, METHODS
from issuers import Issuer
from verifiers import VERIFIERS

from helpers.tokens.discovery import Metadata

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN = "<!-- interop: made by pytest tests/interop --write-matrix -->"
END = "<!-- interop: end -->"
YES = "✓"

TRIED = (
    "issuer",
    "client",
    *(f"token by {method}" for method in METHODS),
    *(f"verified by {verifier}" for verifier in VERIFIERS),
)
SEEN = ("issuer", "`typ`", "`aud`", "client id in", "JSON request", "no scope asked", "wrong secret")

Token = Callable[[str, str, str], str]
Verify = Callable[[str, str, str], Any]


def tried(issuer: str, token: Token, verify: Verify) -> list[str]:
    """The rows of an issuer in the first table, one for each client.

    A verifier has its tick when it takes every token that the client got, by the form and by Basic.
    """
    rows = []
    for client in CLIENTS:
        got = [outcome(token, issuer, client, method) for method in METHODS]
        tokens = [
            token(issuer, client, method) for method, said in zip(METHODS, got, strict=True) if said == YES
        ]
        taken = [
            _all(outcome(verify, issuer, verifier, token) for token in tokens) if tokens else "-"
            for verifier in VERIFIERS
        ]
        rows.append(_row(issuer, client, *got, *taken))
    return rows


def seen(name: str, issuer: Issuer, metadata: Metadata, token: str) -> list[str]:
    """The row of an issuer in the second table: how it differs, as seen from outside."""
    form = {
        "grant_type": "client_credentials",
        "client_id": issuer.client_id,
        "client_secret": issuer.client_secret,
        "audience": issuer.audience,
    }
    scope = {"scope": issuer.scope} if issuer.scope else {}

    def ask(**sent: Any) -> requests.Response:
        return requests.post(metadata.token_endpoint, timeout=10, **sent)

    claims = jwt.decode(token, options={"verify_signature": False})
    return [
        _row(
            name,
            f"`{jwt.get_unverified_header(token)['typ']}`",
            "what was asked for" if claims["aud"] == "http://localhost:3001" else f"`{claims['aud']}`",
            ", ".join(f"`{claim}`" for claim in claims if claims[claim] == issuer.client_id),
            _said(ask(json=form | scope)),
            _granted(ask(data=form)),
            _said(ask(data=form | scope | {"client_secret": "wrong"})),
        )
    ]


def outcome(call: Callable[..., object], *arguments: str) -> str:
    """A tick, or the name of what was raised."""
    try:
        call(*arguments)
    except Exception as error:
        return f"no: {type(error).__name__}"
    return YES


def tables(rows: Mapping[str, tuple[list[str], list[str]]]) -> str:
    """Both tables as Markdown; rows holds those of the first and of the second, by issuer."""
    first = [row for of_issuer, _ in rows.values() for row in of_issuer]
    second = [row for _, of_issuer in rows.values() for row in of_issuer]
    return "\n".join([_row(*TRIED), _rule(TRIED), *first, "", _row(*SEEN), _rule(SEEN), *second])


def of_issuer(name: str, text: str) -> list[str]:
    """The rows that a text with both tables has about this issuer."""
    return [line for line in text.splitlines() if line.startswith(f"| {name} |")]


def read() -> str:
    """What stands between the marks."""
    return README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()


def write(text: str) -> None:
    """Put both tables between the marks."""
    readme = README.read_text(encoding="utf-8")
    before, _, rest = readme.partition(BEGIN)
    README.write_text(
        f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8", newline="\n"
    )


def _granted(answer: requests.Response) -> str:
    scope = answer.json().get("scope") if answer.ok else None
    return f"all: `{scope}`" if scope else "a token with none" if answer.ok else _said(answer)


def _said(answer: requests.Response) -> str:
    if answer.ok:
        return "taken"
    return (
        f"{answer.status_code} `{answer.json()['error']}`"
        if answer.content
        else f"{answer.status_code}, no words"
    )


def _all(outcomes: Iterable[str]) -> str:
    return next((said for said in outcomes if said != YES), YES)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(header: tuple[str, ...]) -> str:
    return _row(*("---" for _ in header))
