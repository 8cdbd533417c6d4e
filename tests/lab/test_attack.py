"""The battery in the lab: through the live door, through a function, and what the page is told."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests

from helpers import attacking, lab
from helpers.attacks import ATTACKS, Family
from helpers.attacks.workshop import decode


@pytest.fixture(scope="module", autouse=True)
def running() -> Iterator[None]:
    lab.stop()
    lab.start()
    yield
    lab.stop()


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody ran anything before, and the finished verifier and door stand where they belong."""
    monkeypatch.setattr(attacking, "_before", {})
    lab.use_verifier(None)
    lab.use_door(None)
    yield


def unchecked(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def of(family: Family) -> list[str]:
    return [attack.name for attack in ATTACKS if attack.family is family and not attack.function_only]


def test_the_finished_door_stops_everything() -> None:
    board = lab.attack()
    assert board.full and board.difference == ""
    assert board.headline == (
        f"None of {len(board.stopped)} attacks gets in through the finished verifier in the door;"
        f" all {len(board.goods)} good tokens get in."
    )
    assert board.stopped == [attack.name for attack in ATTACKS if not attack.function_only]


def test_a_learners_function_stands_in_the_live_door() -> None:
    lab.use_verifier(unchecked)
    board = lab.attack()
    assert "attacks get in through your unchecked in the door" in board.headline
    assert {"alg none", "foreign key", "expired", "its own jwk"} <= set(board.let_in)
    # The door itself is still ours.
    assert {"no token", "token in the query", "no scope"} <= set(board.stopped)


def test_a_learners_own_door_is_named_too() -> None:
    def first_header(headers: list[tuple[str, str]], query: list[tuple[str, str]]) -> str | None:
        return next((value.split()[-1] for name, value in headers if name == "authorization"), None)

    lab.use_door(first_header)
    board = lab.attack(family="door")
    assert "through your first_header in the door" in board.headline
    assert {"scheme Basic", "two headers with the good one first"} <= set(board.let_in)
    lab.use_verifier(unchecked)
    found = "get in through the door (token found by first_header, judged by unchecked); all"
    assert found in lab.attack(family="door").headline


def test_a_door_that_answers_with_the_wrong_status_is_told() -> None:
    def strict(headers: list[tuple[str, str]], query: list[tuple[str, str]]) -> str | None:
        values = [value for name, value in headers if name == "authorization"]
        if len(values) != 1 or query or not re.fullmatch(r"(?i)bearer +[\w.-]+", values[0]):
            raise ValueError("no")
        return values[0].split()[-1]

    lab.use_door(strict)
    board = lab.attack(family="door")
    assert board.full
    assert {"no token", "scheme Basic"} <= set(board.misanswered)
    assert "other answer  scheme Basic: answered 400 Bad Request, and 401 is right" in str(board)
    lab.use_door(None)
    assert lab.attack(family="door").misanswered == []


def test_a_function_is_tried_without_the_door() -> None:
    board = lab.attack(lab.verifier.verify)
    assert board.full and "through your verify;" in board.headline
    assert not set(of(Family.DOOR)) & set(board.stopped)
    assert {"a line break at the end", "half of a surrogate pair outside"} <= set(board.stopped)
    assert "through your function;" in lab.attack(lambda token: {}).headline


def test_a_function_refuses_by_what_the_door_takes_for_a_refusal() -> None:
    class NotMine(Exception):
        """Which the door does not know."""

    def verify(token: str) -> Any:
        raise NotMine

    board = lab.attack(verify, "signature")
    assert board.broke == of(Family.SIGNATURE)
    lab.use_verifier(verify)
    board = lab.attack(family="signature")
    assert board.broke == of(Family.SIGNATURE)
    said = r"broke  alg none: raised NotMine \(line \d+ of test_attack\.py\) \(RFC 8725 §3\.1\)"
    assert re.search(said, str(board))


def test_what_an_exception_says_does_not_hang_on_the_release_of_python() -> None:
    def verify(token: str) -> Any:
        return lab.authorization_server.keys.current.private_key.verify(token)

    lab.use_verifier(verify)
    said = r"raised AttributeError: an object has no attribute 'verify' \(line \d+ of test_attack\.py\)"
    assert re.search(f"broke  alg none: {said}", str(lab.attack(family="signature")))


def test_json_nested_too_deeply_breaks_a_function_and_not_the_kernel() -> None:
    def verify(token: str) -> Any:
        copy.deepcopy(json.loads(decode(token.split(".")[1])))
        raise ValueError("never")

    for board in (lab.attack(verify, "form"), lab.use_verifier(verify) and lab.attack(family="form")):
        assert "objects 500 deep" in board.broke and not board.let_in
    assert "arrays 60000 deep" in lab.attack(verify, "form").broke


@pytest.mark.parametrize(
    ("family", "names"), [("keys", Family.KEYS), ("Signature and algorithm", Family.SIGNATURE)]
)
def test_one_family_alone(family: str, names: Family) -> None:
    assert lab.attack(family=family).stopped == of(names)


def test_the_difference_is_that_to_what_came_of_each_attack_last() -> None:
    assert lab.attack(unchecked).difference == ""
    again = lab.attack(unchecked, "signature").difference
    assert again == "Compared with the run before (unchecked): the same are stopped."
    better = lab.attack(lab.verifier.verify, "keys").difference
    assert re.fullmatch(r"Compared with the run before \(unchecked\): 2\d more are stopped\.", better)
    worse = lab.attack(unchecked, "keys").difference
    assert re.fullmatch(r"Compared with the run before \(verify\): 2\d more get in\.", worse)
    lab.use_verifier(unchecked)
    assert lab.attack(family="keys").difference == again
    lab.attack(lab.verifier.verify, "keys")
    several = lab.attack(lab.verifier.verify).difference
    assert re.match(r"Compared with the runs before \(unchecked; verify\): \d+ more are stopped\.", several)


def test_the_board_is_the_same_each_time_and_small() -> None:
    lab.use_verifier(unchecked)
    boards = [lab.attack()._repr_mimebundle_() for _ in range(3)]
    assert boards[1] == boards[2]
    for text in boards[0].values():
        assert not re.search(r"eyJ|127\.0\.0\.1:\d|\b1[789]\d{8}\b", re.sub(r"base64,[\w+/=]+", "", text))
        assert len(text) < 40_000


def test_the_raw_request_of_a_row() -> None:
    board = lab.attack(family="door")
    raw = board.raw("token in the query")
    assert re.match(r"GET /todos\?access_token=eyJ[\w.-]+ HTTP/1\.1\nHost: 127\.0\.0\.1:\d+\n", raw.sent)
    assert raw.answer.startswith("HTTP/1.1 401 Unauthorized\n") and "Bearer" in raw.answer
    assert board.raw("as issued").answer.startswith("HTTP/1.1 200 OK\n")
    board = lab.attack(unchecked, "signature")
    assert board.raw("alg none").sent == lab.forge("alg none") and board.raw("alg none").answer == "let it in"
    with pytest.raises(ValueError, match="no 'alg some'"):
        board.raw("alg some")


def test_the_batterys_own_traffic_is_not_on_the_wire() -> None:
    lab.token()
    before = len(lab.exchanges)
    lab.attack()
    paths = [exchange.path for exchange in lab.exchanges[before:]]
    assert (
        set(paths) <= {"/.well-known/jwks.json"} and len(paths) <= 1
    )  # the API's own look for an unknown key


def test_a_forged_token_to_look_at() -> None:
    header, claims, signature = lab.forge("alg none").split(".")
    assert json.loads(decode(header))["alg"] == "none" and signature == ""
    assert json.loads(decode(claims)) == unchecked(lab.token())
    assert lab.knock(lab.forge("512 bits")).tone == "warn"
    assert lab.forge("two headers with the bad one first").count("Authorization: Bearer ") == 2
    with pytest.raises(lab.LabError, match="No attack is called 'alg some'"):
        lab.forge("alg some")


def test_the_bad_keys_are_published_when_they_are_needed_and_good_tokens_stay_good() -> None:
    lab.reset()
    assert published() == 2
    lab.attack(family="form")
    assert published() == 2
    lab.attack(family="keys")
    assert published() > 10
    assert "`bits-512`" in str(lab.publish_bad_keys())
    count = published()
    assert str(lab.publish_bad_keys()) and published() == count
    assert lab.knock(lab.token()).tone == "good"


def published() -> int:
    return len(requests.get(f"{lab.issuer}.well-known/jwks.json", timeout=5).json()["keys"])


def test_what_cannot_be_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(lab.LabError, match="Choose a family out of 'signature and algorithm', 'keys'"):
        lab.attack(family="locks")
    monkeypatch.setattr(lab._running._attacks, "_resource", "http://127.0.0.1:9/todos")
    with pytest.raises(lab.LabError, match=r"lab\.reset\(\)"):
        lab.attack(family="door")


def test_with_another_issuer_what_only_it_can_sign_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The local server plays the other issuer: the lab has no key of it then."""
    lab.authorization_server.keys.publish(())
    monkeypatch.setattr(lab._running, "is_local", False)
    monkeypatch.setattr(lab._running, "_attacker", None)
    board = lab.attack(unchecked)
    assert {"alg none", "public key as secret", "foreign key"} <= set(board.let_in)
    left = [line for line in str(board).splitlines() if line.startswith("left out")]
    assert [re.sub(r"\d+", "N", line) for line in left] == [
        "left out  N: it takes the issuer's private key",
        "left out  N: the issuer does not publish our bad keys",
    ]
    assert "No bad keys are published." in str(lab.publish_bad_keys())
    with pytest.raises(lab.LabError, match="it takes the issuer's private key"):
        lab.forge("expired")
    lab._running._attacker.close()


def test_the_clock_of_the_lab_is_the_batterys() -> None:
    lab.clock.advance(3 * 86_400)
    assert lab.attack().full
    lab.reset()


def test_the_attackers_server_ends_with_the_lab() -> None:
    lab.attack(family="keys")
    trap = lab._running._attacks._trap.url
    assert requests.get(f"{trap}jwks.json", timeout=5).status_code == 200
    lab.reset()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{trap}jwks.json", timeout=5)
