"""Each check is needed, and each attack is real: without its check, and with all others, it gets in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from door_mutants import DOOR_MUTANTS, DoorMutant
from mutants import MUTANTS, Mutant, Setting

from helpers import todo_api
from helpers.attacks import ATTACKS, CHECKS, Battery, Check, Family, Result, Verdict
from helpers.services import Service, listen

ALL: list[Mutant | DoorMutant] = [*MUTANTS, *DOOR_MUTANTS]


@pytest.fixture(scope="module")
def caught() -> Iterator[dict[str, set[str]]]:
    """The attacks that were not stopped, by the name of the mutant that did not stop them."""
    yield {}


def not_stopped(result: Result) -> set[str]:
    assert result.turned_away == [] and result.left_out == []
    return {outcome.name for outcome in result.attacks if outcome.verdict != Verdict.STOPPED}


def of(check: Check) -> set[str]:
    return {attack.name for attack in ATTACKS if attack.check is check}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_verifier_without_a_check_is_caught_by_the_attacks_of_that_check_and_no_other(
    mutant: Mutant,
    battery: Battery,
    setting: Setting,
    monkeypatch: pytest.MonkeyPatch,
    caught: dict[str, set[str]],
) -> None:
    caught[mutant.name] = not_stopped(battery.try_function(mutant.build(monkeypatch, setting)))
    assert caught[mutant.name]
    assert caught[mutant.name] <= of(mutant.check)


@pytest.mark.parametrize("mutant", DOOR_MUTANTS, ids=lambda mutant: mutant.name)
def test_a_door_without_a_check_is_caught_by_the_attacks_of_that_check_and_no_other(
    mutant: DoorMutant,
    battery: Battery,
    setting: Setting,
    monkeypatch: pytest.MonkeyPatch,
    caught: dict[str, set[str]],
) -> None:
    app = todo_api.create_app(
        setting.verifier().verify_async,
        audience=setting.audience,
        token_endpoint=f"{setting.issuer}oauth/token",
    )
    mutant.change(monkeypatch, app)
    service = Service("The Todo API", app, listen()).start()
    try:
        result = battery.of_family(Family.DOOR).try_api(f"{service.url}/todos")
    finally:
        service.stop()
    caught[mutant.name] = not_stopped(result)
    assert caught[mutant.name]
    assert caught[mutant.name] <= of(mutant.check)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_attack_on_a_check_gets_in_when_that_check_alone_is_missing(
    check: Check, caught: dict[str, set[str]]
) -> None:
    mutants = [mutant.name for mutant in ALL if mutant.check is check]
    assert mutants, "there is no mutant without this check"
    if not caught.keys() >= set(mutants):
        pytest.skip("the mutants were not tried in this run")
    assert set().union(*(caught[name] for name in mutants)) == of(check)


def test_there_are_enough_of_each() -> None:
    assert len(ALL) >= 20
    assert len({mutant.name for mutant in ALL}) == len(ALL)
    assert [check.name for check in CHECKS if not of(check)] == []
