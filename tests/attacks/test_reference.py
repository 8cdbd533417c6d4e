"""The finished verifier and the Todo API's door stop every attack for its own reason, and let every good token in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from mutants import Setting

from helpers import todo_api
from helpers.attacks import ATTACKS, CHECKS, GOODS, Attack, Battery, Family, Outcome, Request, Result
from helpers.attacks.checks import SILENCE
from helpers.services import Service, listen
from helpers.tokens.errors import TokenError

ERRORS = {400: 'error="invalid_request"', 401: 'error="invalid_token"', 403: 'error="insufficient_scope"'}
TOKENS = [attack for attack in ATTACKS if attack.family is not Family.DOOR]


@pytest.fixture(scope="module")
def over_http(battery: Battery, setting: Setting) -> Iterator[Result]:
    app = todo_api.create_app(
        setting.verifier(cache_size=64).verify_async,
        audience=setting.audience,
        token_endpoint=f"{setting.issuer}oauth/token",
    )
    service = Service("The Todo API", app, listen()).start()
    yield battery.try_api(f"{service.url}/todos")
    service.stop()


@pytest.fixture(scope="module")
def outcomes(over_http: Result) -> dict[str, Outcome]:
    return {outcome.name: outcome for outcome in over_http.attacks}


def test_there_are_enough_of_both() -> None:
    assert len(TOKENS) >= 60 and len(ATTACKS) >= 100
    assert len(GOODS) >= 8


def test_no_two_have_one_name() -> None:
    names = [each.name for each in (*ATTACKS, *GOODS)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("attack", TOKENS, ids=lambda attack: attack.name)
def test_a_forged_token_is_refused_for_its_own_reason(
    attack: Attack, battery: Battery, setting: Setting
) -> None:
    token = next(each for each in battery.attacks if each.name == attack.name).make(battery.workshop)
    with pytest.raises(TokenError) as caught:
        setting.verifier().verify(str(token))
    assert caught.value.code == attack.code
    assert (caught.value.status, caught.value.error) == (401, "invalid_token")
    said = caught.value.www_authenticate() + caught.value.message
    # Nothing of the token is repeated (RFC 6750 §3): it is the attacker's text.
    assert said.isascii() and said.isprintable()
    assert "nightly-batch" not in said and "evil" not in said


def test_every_good_token_is_accepted(battery: Battery, setting: Setting) -> None:
    tokens = {good.name: good.make(battery.workshop) for good in battery.goods}
    plain = {name: token for name, token in tokens.items() if not isinstance(token, Request)}
    assert len(plain) >= 8
    for token in plain.values():
        assert setting.verifier().verify(str(token))["iss"] == setting.issuer


def test_as_a_function_everything_is_judged_rightly(battery: Battery, setting: Setting) -> None:
    result = battery.try_function(setting.verifier(cache_size=64).verify, refusals=(TokenError,))
    assert (result.full, result.stopped) == (True, [attack.name for attack in TOKENS])
    assert str(result).endswith(
        f" attacks stopped, {len(result.goods)} of {len(result.goods)} good tokens let in."
    )


def test_over_http_everything_is_judged_rightly(over_http: Result) -> None:
    assert over_http.full, over_http
    assert over_http.stopped == [attack.name for attack in ATTACKS if not attack.function_only]
    assert len(over_http.goods) == len(GOODS)


@pytest.mark.parametrize(
    "attack", [attack for attack in ATTACKS if not attack.function_only], ids=lambda attack: attack.name
)
def test_over_http_an_attack_is_answered_as_it_deserves(attack: Attack, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[attack.name]
    if outcome.status is None:
        assert attack.name == "1 MB"  # the server hangs up on a header that is never going to end
        return
    assert outcome.right and outcome.status in attack.answers
    challenge = re.search(r"(?im)^www-authenticate: (.*)$", outcome.answer)
    if attack.code == "token_missing" and outcome.status == 401:
        assert challenge and challenge[1] == 'Bearer realm="api"'
    elif outcome.status in ERRORS:
        # What is too large for the server gets no answer of ours.
        assert attack.name == "1 MB" or (challenge and ERRORS[outcome.status] in challenge[1])
    assert not attack.echo or attack.echo not in outcome.answer


def test_the_whole_battery_over_http_takes_less_than_three_seconds(over_http: Result) -> None:
    assert over_http.seconds < 3


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_told_in_full(attack: Attack) -> None:
    assert re.fullmatch(r"[a-z].*[^.]", attack.story), "a clause"
    assert re.fullmatch(r"[A-Z].*\.", attack.gain), "sentences"
    assert re.fullmatch(r"RFC \d{4} §\d+(\.\d+)*|policy(; [A-Z].*[^.])?", attack.clause)
    if "RFC" in attack.clause:
        assert re.fullmatch(r"https://www\.rfc-editor\.org/rfc/rfc\d{4}#section-[\d.]+", attack.clause_url)
    else:
        assert attack.clause.startswith("policy") and attack.clause_url == ""
    assert re.fullmatch(r"(CVE-\d{4}-\d{4,})?", attack.source)
    assert bool(attack.echo) == (attack.check is SILENCE)


def test_families_and_checks_are_in_order() -> None:
    families = [check.family for check in CHECKS]
    assert families == sorted(families, key=list(Family).index)
    assert [attack.family for attack in ATTACKS] == sorted(
        (a.family for a in ATTACKS), key=list(Family).index
    )
