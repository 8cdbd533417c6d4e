"""What a mutant is: the finished verifier with one check taken out.

A mutant is not a verifier that anybody would write on purpose; it is what is left when one check was forgotten and all
the others were made. What it does in place of the check is what such verifiers do: read on, and make the best of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from helpers.attacks.checks import Check
from helpers.tokens import keys
from helpers.tokens.verifier import AccessTokenVerifier

Verify = Callable[[str], Any]


@dataclass(frozen=True)
class Setting:
    """What a verifier is set up with.

    :param jwks: the issuer's JWK Set; the first key signed the good token.
    :param now: seconds since 1970.
    """

    issuer: str
    audience: str
    jwks: Mapping[str, Any]
    now: float

    @property
    def kid(self) -> str:
        return self.jwks["keys"][0]["kid"]

    def verifier(self, **changes: Any) -> AccessTokenVerifier:
        settings = {
            "issuer": self.issuer,
            "audience": self.audience,
            "clock": lambda: self.now,
            "key_set": keys.read_key_set(self.jwks),
            "cache_size": 0,
        }
        return AccessTokenVerifier(**{**settings, **changes})


Build = Callable[[pytest.MonkeyPatch, Setting], Verify]


@dataclass(frozen=True)
class Mutant:
    """A verifier without a check.

    :param name: what it does in place of the check.
    """

    name: str
    check: Check
    build: Build


MUTANTS: list[Mutant] = []


def mutant(check: Check) -> Callable[[Build], Build]:
    """Add the mutant that a function builds; its docstring is the mutant's name."""

    def add(build: Build) -> Build:
        MUTANTS.append(Mutant(str(build.__doc__).rstrip("."), check, build))
        return build

    return add
