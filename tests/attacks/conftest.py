"""An issuer with its battery, every token of it made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from mutants import Setting

from helpers.attacks import Battery, Issuer, Request, Workshop

AUDIENCE = "http://localhost:3001"


def fixed(made: str | Request) -> Callable[[Workshop], str | Request]:
    return lambda workshop: made


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with Issuer(AUDIENCE, claims={"scope": "read:todos write:todos"}) as issuer:
        yield issuer


@pytest.fixture(scope="session")
def battery(issuer: Issuer) -> Battery:
    """Signing is most of the work, and a token does not change."""
    fresh = issuer.battery()
    attacks = [replace(attack, make=fixed(attack.make(fresh.workshop))) for attack in fresh.attacks]
    goods = [replace(good, make=fixed(good.make(fresh.workshop))) for good in fresh.goods]
    return Battery(fresh.workshop, fresh.trap, attacks=attacks, goods=goods)


@pytest.fixture(scope="session")
def setting(issuer: Issuer, battery: Battery) -> Setting:
    return Setting(issuer.issuer, AUDIENCE, issuer.jwks, battery.workshop.now)
