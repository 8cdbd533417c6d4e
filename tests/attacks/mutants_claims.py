"""Verifiers without a check of a claim."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mutant import MUTANTS, Build, Mutant, Setting, Verify

from helpers.attacks import checks
from helpers.attacks.checks import THERE, WELL_FORMED, Check
from helpers.tokens import verifier
from helpers.tokens.claims import REQUIRED, RULES, check_claims


def _checks_claims(check: Check, name: str, **changes: Any) -> None:
    def build(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
        def checked(claims: Any, expected: Any, now: float, *, required: Any = REQUIRED) -> None:
            check_claims(claims, expected, now, **{"required": required, **changes})

        patch.setattr(verifier, "check_claims", checked)
        return setting.verifier().verify

    MUTANTS.append(Mutant(name, check, build))


for _check in (
    checks.ISSUER,
    checks.AUDIENCE,
    checks.EXPIRY,
    checks.START,
    checks.ISSUED,
    checks.LIFETIME,
    checks.SUBJECT,
    checks.ID_TOKEN,
    checks.EVENT,
    checks.BEARER,
):
    _rules = [replace(rule, holds=None) if rule.refusal.code == _check.code else rule for rule in RULES]
    _checks_claims(_check, f"does not ask whether {_check.name}", rules=_rules)

for _claim, _check in THERE.items():
    _required = [claim for claim in REQUIRED if claim != _claim]
    _checks_claims(_check, f"looks at {_claim} only if it is there", required=_required)


def _tolerates(claim: str) -> Build:
    types = next(rule.types for rule in RULES if rule.claim == claim)

    def build(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
        def checked(claims: Any, expected: Any, now: float, *, required: Any = REQUIRED) -> None:
            if claim in claims and type(claims[claim]) not in types:
                claims = {name: value for name, value in claims.items() if name != claim}
                required = [name for name in required if name != claim]
            check_claims(claims, expected, now, required=required)

        patch.setattr(verifier, "check_claims", checked)
        return setting.verifier().verify

    return build


for _claim, _check in WELL_FORMED.items():
    MUTANTS.append(Mutant(f"looks at {_claim} only if it has the right type", _check, _tolerates(_claim)))
