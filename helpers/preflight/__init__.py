"""Says which step of setting up an issuer of your own is missing, from the error that it gives.

In a cell: ``preflight()``. In a terminal: ``python -m helpers.preflight``; its exit code is 0 when nothing is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from pydantic import ValidationError

from helpers.preflight.result import Preflight, Step, report
from helpers.preflight.steps import IssuerCheck
from helpers.preflight.variables import FOUR, WHERE, Missing, check_variables, misnamed_file
from helpers.settings import Settings, reach_loopback_directly

__all__ = ["Preflight", "Step", "preflight"]

STEPS = (
    "The four variables",
    "The issuer",
    "Its keys",
    "A token",
    "It is a JWT",
    "The API takes it",
    "Its scopes",
)

NEXT = "Lessons 00 to 04 run against it: open one, restart its kernel, and run all cells."


def preflight(
    settings: Settings | None = None, *, clock: Callable[[], float] = time.time, timeout: float = 5.0
) -> Preflight:
    """Go the way from the four variables to a token that the API would let in, as far as it leads.

    It asks the issuer for its metadata, its keys and a token, and nothing else; neither the secret nor the token is in
    what it returns.

    :param settings: those of the environment and ``.env`` when left out.
    :param clock: seconds since the epoch.
    :param timeout: seconds to wait for each answer.
    """
    reach_loopback_directly()
    of_the_course = settings is None
    if settings is None:
        try:
            settings = Settings()
        except (ValidationError, OSError, UnicodeError) as error:
            finding = f"The file .env cannot be read ({type(error).__name__})."
            return report(
                STEPS, [Missing(finding, "Save it as plain text in UTF-8, one variable on a line.")]
            )
    if len(settings.missing) == len(FOUR):
        return Preflight(
            "No issuer of your own is set, and this page goes on with the local one.",
            (),
            (f"{WHERE}. Then run this again.", *misnamed_file()),
        )
    secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
    with IssuerCheck(settings, clock, timeout) as issuer:
        steps = (
            lambda: check_variables(settings),
            issuer.discovery,
            issuer.jwks,
            issuer.token_request,
            issuer.form,
            issuer.verification,
            issuer.scopes,
        )
        found: list[str | Missing] = []
        for step in steps:
            try:
                found.append(step())
            except Missing as missing:
                found.append(missing)
                break
    result = report(STEPS, found, secret, issuer.is_auth0)
    return replace(result, todo=(NEXT,)) if result.passed and of_the_course else result
