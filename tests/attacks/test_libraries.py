"""What well-known libraries stop, measured again, is what lesson 05 says that they stop."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import measure_libraries
import pytest

from helpers.attacks import ATTACKS, Family
from helpers.attacks.measured import FILE, library_scores


@pytest.fixture(scope="module")
def measured() -> list[dict[str, Any]]:
    return measure_libraries.measure()


def test_the_stored_scores_are_those_of_this_battery() -> None:
    tokens = [attack.name for attack in ATTACKS if attack.family is not Family.DOOR]
    for score in library_scores():
        assert score.attacks == len(tokens)
        assert {*score.let_in, *score.broke} <= set(tokens)


def test_measured_again_they_are_the_same(measured: list[dict[str, Any]]) -> None:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    if any(score["version"] != version(score["name"]) for score in stored):
        pytest.skip("other releases of the libraries are installed: run tools/measure_libraries.py")
    assert measured == stored


def test_the_famous_attacks_are_stopped_by_every_library_and_the_quiet_ones_by_none(
    measured: list[dict[str, Any]],
) -> None:
    famous = {"alg none", "public key as secret", "its own jwk", "foreign key", "expired", "another API's"}
    quiet = {"another kind", "for a century", "the same claim twice", "alg twice", "byte-order mark", "12 kB"}
    for score in measured:
        assert not famous & set(score["let_in"])
        assert quiet <= set(score["let_in"])
        assert score["turned_away"] == []


def test_more_settings_stop_more(measured: list[dict[str, Any]]) -> None:
    defaults, required, joserfc = ({*score["let_in"]} for score in measured)
    assert defaults - required == {"no expiry", "no iat", "no sub"} and required <= defaults
    assert {"exp a text", "padding"} <= required - joserfc
    assert "empty crit" in joserfc - required


def test_a_score_is_one_line() -> None:
    first = library_scores()[0]
    assert (
        str(first)
        == f"pyjwt {first.version}, algorithm, issuer and audience: {first.stopped} of {first.attacks} stopped"
    )
