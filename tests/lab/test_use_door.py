"""A learner's function that finds the token, in the live API's door."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from helpers import lab
from helpers.exercises import lesson_05
from helpers.lab import LabError


@pytest.fixture(scope="module", autouse=True)
def running() -> Iterator[None]:
    lab.stop()
    lab.start()
    yield
    lab.stop()


@pytest.fixture(autouse=True)
def back() -> Iterator[None]:
    yield
    lab.use_door(None)


def get(query: str = "", **headers: str) -> int:
    return requests.get(f"{lab.api}/todos{query}", headers=headers, timeout=5).status_code


def bearer() -> str:
    return f"Bearer {lab.token()}"


def test_a_good_function_finds_it_and_nothing_else() -> None:
    assert str(lab.use_door(lesson_05.bearer_token.working)).startswith("Your bearer_token finds the token.")
    assert get(Authorization=bearer()) == 200
    assert get(Authorization=bearer().replace("Bearer", "bearer  ")) == 200
    assert get() == 401
    assert get(f"?access_token={lab.token()}") == 401
    assert get(f"?access_token={lab.token()}", Authorization=bearer()) == 400
    assert get(Authorization="Bearer a b") == 400


def test_a_careless_one_takes_it_from_the_address() -> None:
    def careless(headers: list[tuple[str, str]], query: list[tuple[str, str]]) -> str | None:
        return dict(query).get("access_token") or dict(headers).get("authorization", " ").split()[-1]

    lab.use_door(careless)
    assert get(f"?access_token={lab.token()}") == 200
    assert str(lab.use_door(None)) == "The API's own door finds the token. Your own function is out of it."
    assert get(f"?access_token={lab.token()}") == 401


def broken(headers: Any, query: Any) -> None:
    raise KeyError("authorization")


def endless(headers: Any, query: Any) -> None:
    while True:
        pass


@pytest.mark.parametrize("function", [broken, endless, lambda headers, query: 5, lambda headers, query: True])
def test_whatever_it_does_the_door_stays_shut(function: Callable[..., Any]) -> None:
    lab.use_door(function)
    assert get(Authorization=bearer()) == 500


def test_what_is_found_still_has_to_verify() -> None:
    lab.use_door(lambda headers, query: "a.b.c")
    assert get() == 401


def test_what_it_cannot_take_is_said_at_once() -> None:
    assert "It is called" not in str(lab.use_door(lambda token: token))
    assert "takes 1 argument, and it is called with 2" in str(lab.use_door(lambda token: token))
    with pytest.raises(LabError, match="function of headers and query"):
        lab.use_door(5)
