"""What to say when the lab cannot work with the issuer that ISSUER names: where that is set, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from helpers.lab import LabError
from helpers.settings import Settings, is_in_environment
from helpers.tokens.discovery import Metadata

PREFLIGHT = (
    "To see which step is missing, run `from helpers.preflight import preflight` and then `preflight()`,"
    " as page 07 does."
)


def unfilled(settings: Settings) -> list[str]:
    """The names of the variables that still have the value of .env.example."""
    # Imported when an issuer is named: most learners use the local one, and need none of it.
    from helpers.preflight.variables import is_template

    values = {
        "ISSUER": settings.issuer,
        "CLIENT_ID": settings.client_id,
        "CLIENT_SECRET": settings.client_secret and settings.client_secret.get_secret_value(),
    }
    return [name for name, value in values.items() if value and is_template(value)]


def check(settings: Settings, metadata: Metadata, clock: Callable[[], float]) -> None:
    """That the lessons can be read with this issuer: its tokens are got, read and judged as theirs are.

    :raises LabError: it gives none to them, or others; the message says what is missing, and how to read on.
    """
    from helpers.preflight.steps import IssuerCheck
    from helpers.preflight.variables import Missing

    with IssuerCheck(settings, clock, timeout=5.0) as issuer:
        issuer.metadata = metadata
        try:
            issuer.jwks()
            issuer.token_request()
            issuer.form()
            issuer.verification()
            if issuer.holds_all():
                issuer.narrower()
        except Missing as missing:
            todo = " ".join(missing.todo(issuer.is_auth0))
            raise LabError(
                advice(f"This issuer cannot be used for the lessons. {missing.finding} {todo}")
            ) from None


def advice(found: str) -> str:
    """What was found, where ISSUER is set, how to find the fault, and how to do without an issuer of one's own.

    :param found: a sentence.
    """
    if is_in_environment("ISSUER"):
        where, back = (
            "the environment of this kernel",
            "run `%env ISSUER=` in a cell, or empty all four variables there",
        )
    else:
        where, back = "the file .env", "empty the four variables in .env, or delete that file"
    return (
        f"{found.rstrip('.')}. ISSUER comes from {where}. {PREFLIGHT}"
        f" To go back to the local authorization server, {back}, and run lab.start() again."
    )
