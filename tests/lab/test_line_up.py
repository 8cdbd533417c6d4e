"""A learner's function in the line-up, whatever it does; and one that asks a lab that is gone."""

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests

from helpers import lab, lining_up
from helpers.services import listen, origin
from helpers.tokens.errors import BadSignature


@pytest.fixture(scope="module", autouse=True)
def running() -> Iterator[None]:
    lab.stop()
    lab.start()
    yield
    lab.stop()


def outcomes(line_up: Any) -> list[str]:
    return [suspect.outcome for suspect in line_up.suspects]


def refuses_with(error: Exception) -> Any:
    def verify(token: str) -> dict[str, Any]:
        raise error

    return verify


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("the token\nhas expired"), "the token\nhas expired"),
        (ValueError(), "ValueError"),
        (jwt.InvalidTokenError("no"), "no"),
        (BadSignature(), "The signature does not match: the token was changed, or another key signed it."),
    ],
)
def test_a_refusal_is_told_in_the_functions_own_words(error: Exception, said: str) -> None:
    line_up = lab.line_up(refuses_with(error))
    assert set(outcomes(line_up)) == {"refused"}
    assert {suspect.said for suspect in line_up.suspects} == {said}


@pytest.mark.parametrize(
    "error", [NameError("x"), TypeError("x"), KeyError("x"), SystemExit(), RecursionError()]
)
def test_an_error_is_no_refusal(error: Exception) -> None:
    """Every error once counted as a refusal: a function with a typing mistake stopped 9 of 9 bad tokens."""
    line_up = lab.line_up(refuses_with(error))
    assert set(outcomes(line_up)) == {"broke"}
    assert line_up.headline == (
        "The good token does not get in: your function broke. 0 of 10 bad tokens get in, 10 broke your function."
    )
    assert line_up.suspects[0].said.startswith(f"raised {type(error).__name__}")


@pytest.mark.parametrize("nothing", [None, False])
def test_nothing_is_no_answer(nothing: Any) -> None:
    line_up = lab.line_up(lambda token: nothing)
    assert set(outcomes(line_up)) == {"broke"}
    assert (
        line_up.suspects[0].said
        == f"returned {nothing}, which a caller easily overlooks. Raise an exception."
    )


def test_a_function_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It once froze the kernel."""
    monkeypatch.setattr(lining_up, "TIMEOUT", 0.1)
    asked = []

    def endless(token: str) -> None:
        asked.append(token)
        while True:
            pass

    began = time.monotonic()
    line_up = lab.line_up(endless)
    assert time.monotonic() - began < 5 and len(asked) == 3
    assert outcomes(line_up) == ["broke"] * 3 + ["not tried"] * 8
    assert line_up.suspects[0].said.startswith("did not return within 0.1 seconds.")
    assert line_up.headline.endswith("0 of 10 bad tokens get in, 2 broke your function, 8 were not tried.")


def test_what_the_function_prints_stands_in_the_cell(capsys: pytest.CaptureFixture[str]) -> None:
    lab.line_up(lambda token: print("asked") or {})
    assert capsys.readouterr().out == "asked\n" * 11


async def awaited(token: str) -> dict[str, Any]:
    return {}


@pytest.mark.parametrize("door", ["line_up", "attack"])
@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        (42, r"takes a function of the token, and this is a value of type int\."),
        (
            lambda: {},
            "calls your function with one argument, the token: it takes 0 arguments, and it is called with 1",
        ),
        (lambda token, key: {}, "the token: it takes 2 arguments, and it is called with 1"),
        (awaited, "calls your awaited with one argument, the token: it is an `async def`"),
    ],
)
def test_what_cannot_be_called_with_a_token_is_one_sentence(door: str, thing: Any, sentence: str) -> None:
    with pytest.raises(lab.LabError, match=sentence) as caught:
        getattr(lab, door)(thing)
    assert "\n" not in str(caught.value) and "first line" not in str(caught.value)


def test_a_family_where_a_function_is_expected_is_one_sentence() -> None:
    """It once printed a page of inspect's internals."""
    with pytest.raises(lab.LabError, match=r"write lab\.attack\(family='keys'\)\."):
        lab.attack("keys")
    with pytest.raises(lab.LabError, match="takes a function of the token, and this is a value of type str"):
        lab.line_up("keys")


# What is left of a lab that was reset


def gone() -> str:
    with listen() as dead:
        return origin(dead)


@pytest.fixture(params=["requests", "PyJWT"])
def left_over(request: pytest.FixtureRequest) -> Any:
    """A function that asks for keys where nobody listens any more."""
    address = f"{gone()}/.well-known/jwks.json"
    if request.param == "PyJWT":
        return lambda token: jwt.PyJWKClient(address).get_signing_key_from_jwt(token)
    return lambda token: requests.get(address, timeout=5).json()


def test_a_function_that_asks_a_lab_that_is_gone_is_one_sentence(left_over: Any) -> None:
    """A table full of HTTPConnectionPool errors once was what it gave."""
    sentence = (
        r"The lab was reset or stopped, and your .* asks an address .* from the one with lab\.start\(\)"
    )
    with pytest.raises(lab.LabError, match=sentence):
        lab.line_up(left_over)
    with pytest.raises(lab.LabError, match=sentence):
        lab.attack(left_over, family="signature")
    lab.use_verifier(left_over)
    try:
        with pytest.raises(lab.LabError, match=sentence):
            lab.attack(family="signature")
        with pytest.raises(lab.LabError, match=sentence):
            lab.knock(lab.token())
    finally:
        lab.use_verifier(None)


def test_an_issuer_that_is_gone_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab._running._attacks, "_jwks_uri", f"{gone()}/jwks.json")
    with pytest.raises(lab.LabError, match="authorization server does not answer: if the lab was reset"):
        lab.line_up(lambda token: {})


@pytest.mark.parametrize(
    "said", ["Read timed out. (read timeout=5)", "(Caused by ConnectTimeoutError('timed out'))"]
)
def test_an_issuer_that_is_slow_is_not_gone(said: str) -> None:
    slow = requests.ConnectionError(
        f"HTTPConnectionPool(host='127.0.0.1', port=9): Max retries exceeded {said}"
    )
    assert set(outcomes(lab.line_up(refuses_with(slow)))) == {"broke"}
