"""A learner's function in the live API, and what the notebook says about it."""

import base64
import re
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests

from helpers import lab
from helpers.display.card import Note
from helpers.services import listen, origin


@pytest.fixture(scope="module", autouse=True)
def running() -> Iterator[None]:
    lab.stop()
    lab.start()
    yield
    lab.stop()


@pytest.fixture(autouse=True)
def finished() -> Iterator[None]:
    lab.use_verifier(None)
    yield


def said(note: Note) -> tuple[str, str]:
    return note.tone, str(note)


def edited(token: str) -> str:
    header, payload, signature = token.split(".")
    claims = base64.urlsafe_b64decode(payload + "==").replace(b"read:todos", b"rule:todos")
    return f"{header}.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}"


def my_verify(token: str) -> dict[str, Any]:
    """What lesson 04 comes to, with a library."""
    key = jwt.PyJWKClient(f"{lab.issuer}.well-known/jwks.json").get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, ["RS256"], audience=lab.audience, issuer=lab.issuer)


def opens(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def forgetful(token: str) -> None:
    jwt.decode(token, options={"verify_signature": False})


def careless(token: str) -> dict[str, Any]:
    print("so far so good")
    return opens(token)["nobody"]


def endless(token: str) -> None:
    while True:
        pass


def test_a_good_function_opens_for_good_tokens_alone() -> None:
    assert str(lab.use_verifier(my_verify)) == (
        "Your my_verify stands in the door."
        " It judges every request to the Todo API from now on. When you change it, put it in again."
        " `lab.use_verifier(None)` brings the finished verifier back."
    )
    claims = "Your `my_verify` returned claims (aud, azp, exp, gty, iat, iss, scope, sub)."
    token, reader = lab.token(), lab.token("read:todos")
    assert said(lab.knock(token)) == ("good", f"200 OK: the door opens. {claims}")
    assert said(lab.knock(reader, "POST", json={"title": "x"})) == (
        "warn",
        f"403 Forbidden: the token is good, and does not hold the scope that this takes. {claims}"
        " This request takes the scope `write:todos`.",
    )
    tone, words = said(lab.knock(edited(token)))
    assert tone == "warn"
    assert words.startswith("401 Unauthorized: the door stays shut, ")
    assert "Your `my_verify` raised InvalidSignatureError: Signature verification failed (line 4" in words


def test_a_broken_one_leaves_the_door_shut_and_the_note_says_how_it_broke() -> None:
    broke = "500 Internal Server Error: the door stays shut, since what stands in it broke. "
    token = lab.token()
    lab.use_verifier(forgetful)
    assert said(lab.knock(token)) == (
        "bad",
        f"{broke}Your `forgetful` returned None. The door takes a dict of claims.",
    )
    lab.use_verifier(careless)
    tone, words = said(lab.knock(token))
    where = r"\(line \d+ of test_use_verifier\.py\)\."
    assert tone == "bad" and re.fullmatch(
        rf"{re.escape(broke)}Your `careless` raised KeyError: 'nobody' {where}\nIt printed:\nso far so good",
        words,
    )
    lab.use_verifier(endless)
    assert said(lab.knock(token)) == (
        "bad",
        f"{broke}Your `endless` did not return within 2 seconds. Is there a loop that never ends?",
    )


def test_it_is_the_live_api_that_changed_and_none_brings_the_finished_verifier_back() -> None:
    headers = {"Authorization": f"Bearer {edited(lab.token())}"}
    assert requests.get(f"{lab.api}/todos", headers=headers, timeout=5).status_code == 401
    lab.use_verifier(lambda token: {"scope": "read:todos"})
    assert requests.get(f"{lab.api}/todos", headers=headers, timeout=5).status_code == 200
    assert "The finished verifier stands in the door." in str(lab.use_verifier(None))
    assert requests.get(f"{lab.api}/todos", headers=headers, timeout=5).status_code == 401
    assert said(lab.knock(lab.token())) == ("good", "200 OK: the door opens.")


def test_one_function_after_another_and_the_same_twice() -> None:
    lab.use_verifier(forgetful)
    lab.use_verifier(opens)
    lab.use_verifier(opens)
    assert "Your `opens` returned claims" in str(lab.knock(lab.token()))
    lab.use_verifier(None)
    lab.use_verifier(None)
    assert "Your" not in str(lab.knock(lab.token()))


def test_status_says_what_stands_in_the_door_and_reset_brings_the_finished_one_back() -> None:
    assert "In its door                   the finished verifier" in str(lab.status())
    lab.use_verifier(opens)
    assert "In its door                   your opens" in str(lab.status())
    lab.reset()
    assert "the finished verifier" in str(lab.status())
    assert lab.knock("a.b.c").tone == "warn"


def test_a_function_that_cannot_work_is_told_at_once_and_the_door_is_shut() -> None:
    async def awaited(token: str) -> dict[str, Any]:
        return {"scope": "read:todos"}

    for function, fault in ((awaited, "it is an `async def`"), (lambda: {}, "it takes 0 arguments")):
        note = lab.use_verifier(function)
        assert note.tone == "warn" and fault in str(note)
        assert lab.knock(lab.token()).headline.startswith("500")


def test_what_is_no_function_changes_nothing() -> None:
    lab.use_verifier(opens)
    for thing in (42, ..., my_verify.__name__):
        with pytest.raises(lab.LabError, match="takes a function"):
            lab.use_verifier(thing)
    assert "your opens" in str(lab.status())


def test_what_the_finished_verifier_and_the_door_say_themselves() -> None:
    assert said(lab.knock(None)) == (
        "warn",
        "401 Unauthorized: the door stays shut, since no token was shown."
        " The API says: This resource takes an access token.",
    )
    assert said(lab.knock("two words"))[1].startswith(
        "400 Bad Request: the request is malformed. The API says:"
    )
    assert "The API says: " in str(lab.knock("a.b.c"))
    lab.use_verifier(opens)
    assert "Your `opens` was not asked" in str(lab.knock("two words"))
    assert "Your `opens` was not asked" in str(lab.knock(None))


def test_other_requests_of_the_api() -> None:
    token = lab.token()
    made = lab.knock(token, "POST", json={"title": "Paint the door"})
    assert said(made) == ("good", "201 Created: the door opens.")
    assert said(lab.knock(token, path="/todos/999")) == ("warn", "404 Not Found.")
    assert lab.knock(None, path="/health").tone == "good"


@pytest.mark.parametrize("token", ["a\nb", "日本", {"access_token": "x"}, 7, b"x"])
def test_what_is_no_token_is_not_sent(token: object) -> None:
    sent = len(lab.exchanges)
    note = lab.knock(token)
    assert note.headline == "Nothing was sent." and len(lab.exchanges) == sent


def test_a_path_cannot_lead_to_another_host() -> None:
    with pytest.raises(lab.LabError, match="begins with a slash"):
        lab.knock(lab.token(), path="@example.org/")


def test_an_api_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with listen() as dead:
        monkeypatch.setattr(lab._running, "api", origin(dead))
    with pytest.raises(lab.LabError, match=r"lab\.reset\(\)"):
        lab.knock("a.b.c")


def test_a_knock_crosses_the_wire() -> None:
    before = len(lab.exchanges)
    lab.knock(lab.token())
    crossed = [(exchange.method, exchange.path, exchange.status) for exchange in lab.exchanges[before:]]
    assert crossed.count(("GET", "/todos", 200)) == 1


def test_the_clock_is_the_functions_own_business() -> None:
    lab.use_verifier(opens)
    token = lab.token()
    lab.clock.advance(100_000)
    assert lab.knock(token).tone == "good"
    lab.use_verifier(None)
    assert "expired" in str(lab.knock(token))


def test_the_lab_stops_while_a_function_hangs() -> None:
    lab.use_verifier(lambda token: time.sleep(0.5))
    lab.knock(lab.token())
    lab.reset()
    assert lab.knock(lab.token()).tone == "good"


@pytest.mark.parametrize("spaces", ["{} ", "{}   ", " {}"])
def test_spaces_around_a_token_get_lost_on_the_way(spaces: str) -> None:
    """HTTP leaves them out; 'the door refused the request before that' once stood beside 200."""
    lab.use_verifier(opens)
    tone, words = said(lab.knock(spaces.format(lab.token())))
    assert tone == "good" and words.startswith("200 OK: the door opens. Your `opens` returned claims")


def test_nothing_is_called_refused_that_was_not() -> None:
    lab.use_verifier(opens)
    expected = "200 OK: the door opens. Your `opens` was not asked about this token."
    assert str(lab.knock("a.b.c", path="/health")) == expected
    other = lab.token()
    lab.use_door(lambda headers, query: other)
    try:
        assert str(lab.knock("a.b.c")) == expected
    finally:
        lab.use_door(None)
    assert str(lab.knock("a.b.c", path="/nowhere")).endswith("was not asked about this token.")
    assert "the door refused the request before that" in str(lab.knock("two words"))
    assert "the door refused the request before that" in str(lab.knock(" "))
