"""A learner's function in the bearer door, over real HTTP: whatever it does, the door opens for claims alone."""

import asyncio
import binascii
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import jwt
import pytest
import requests
from cryptography.exceptions import InvalidSignature

from helpers import todo_api
from helpers.services import Service, listen
from helpers.todo_api.learner import LearnersVerifier
from helpers.tokens.errors import InvalidToken, KeysUnavailable, MissingToken, Reason, TokenError

CLAIMS = {"sub": "batch", "scope": "read:todos"}
SECRET = "what-the-token-holds"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    app = todo_api.create_app(None, audience="the-api", token_endpoint="http://127.0.0.1:9000/oauth/token")
    service = Service("The Todo API", app, listen()).start()
    service.door = app.state.door
    yield service
    service.stop()


def put_in(service: Service, function: Callable[..., Any], **options: Any) -> LearnersVerifier:
    service.door.verify = LearnersVerifier(function, **{"timeout": 0.2, **options})
    return service.door.verify


def get(service: Service, token: str = SECRET, method: str = "GET") -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(method, f"{service.url}/todos", headers=headers, json={"title": "x"}, timeout=10)


def raising(error: BaseException | type[BaseException]) -> Callable[[str], NoReturn]:
    def verify(token: str) -> NoReturn:
        raise error

    return verify


# --- refusals of the token


class OwnError(ValueError):
    """A learner's own."""


@pytest.mark.parametrize(
    "error",
    [
        ValueError(SECRET),
        OwnError(f"line\r\nSet-Cookie: {SECRET}"),
        json.JSONDecodeError("no", SECRET, 0),
        UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, "no"),
        binascii.Error(SECRET),
        jwt.ExpiredSignatureError(SECRET),
        jwt.InvalidTokenError(SECRET),
        InvalidSignature(SECRET),
    ],
    ids=repr,
)
def test_what_says_no_is_401_with_a_fixed_sentence(service: Service, error: Exception) -> None:
    put_in(service, raising(error))
    answer = get(service)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer error="invalid_token", error_description="The function in the door refused the token."'
    )
    assert SECRET not in answer.text + str(answer.headers)


def test_a_token_error_of_the_course_is_answered_as_it_is(service: Service) -> None:
    expired = InvalidToken("expired", "It has expired.", reason=Reason.CHECK_FAILED, clause="RFC 7519 §4.1.4")
    put_in(service, raising(expired))
    assert get(service).headers["WWW-Authenticate"].endswith('error_description="It has expired."')
    put_in(service, raising(MissingToken()))
    assert get(service).headers["WWW-Authenticate"] == 'Bearer realm="api"'
    put_in(service, raising(KeysUnavailable(7)))
    assert (get(service).status_code, get(service).headers["Retry-After"]) == (503, "7")


def test_a_token_error_of_the_learners_own_cannot_choose_its_status(service: Service) -> None:
    class Fine(TokenError):
        status = 200

    for error in (Fine, TokenError):
        put_in(service, raising(error("fine", SECRET, reason=Reason.INVALID, clause="RFC 6750 §3.1")))
        answer = get(service)
        assert answer.status_code == 401 and SECRET not in answer.text + str(answer.headers)


# --- functions that break


def for_ever(token: str) -> dict[str, str]:
    while True:
        pass


def stubborn(token: str) -> dict[str, str]:
    """Returns claims in the end, long after the door has stopped waiting."""
    try:
        while True:
            pass
    except BaseException:
        return CLAIMS


def asleep(token: str) -> dict[str, str]:
    time.sleep(2)
    return CLAIMS


def deep(token: str) -> dict[str, str]:
    return deep(token)


def made(token: str) -> Any:
    yield CLAIMS


async def awaited(token: str) -> dict[str, str]:
    return CLAIMS


def names_what_is_not_there(token: str) -> dict[str, str]:
    return claims  # type: ignore[name-defined]  # noqa: F821


class Awaited:
    async def __call__(self, token: str) -> dict[str, str]:
        return CLAIMS


class SaysNothing(Exception):
    def __str__(self) -> str:
        raise RuntimeError


BROKEN: list[tuple[Callable[..., Any], str]] = [
    (lambda token: None, "returned None. The door takes a dict of claims."),
    (lambda token: ..., "returned a value of type ellipsis."),
    (lambda token: True, "returned True."),
    (lambda token: 1, "returned a value of type int."),
    (lambda token: "read:todos", "returned a value of type str."),
    (lambda token: [CLAIMS], "returned a value of type list."),
    (lambda token: iter([CLAIMS]), "returned a value of type list_iterator."),
    (lambda token: Exception(), "returned a value of type Exception."),
    (lambda token: awaited(token), "returned a value of type coroutine."),
    (lambda token: {"scope": "read:todos", "lock": threading.Lock()}, "holds more than plain claims."),
    (raising(KeyError("exp")), "raised KeyError: 'exp' (line "),
    (raising(TypeError), "raised TypeError (line "),
    (raising(AssertionError(SECRET)), f"raised AssertionError: {SECRET} (line "),
    (raising(requests.ConnectionError("refused")), "raised ConnectionError: refused"),
    (raising(SystemExit(0)), "raised SystemExit: 0"),
    (raising(KeyboardInterrupt), "raised KeyboardInterrupt"),
    (raising(GeneratorExit), "raised GeneratorExit"),
    (raising(StopIteration), "raised StopIteration"),
    (raising(MemoryError), "raised MemoryError"),
    (raising(SaysNothing), "raised SaysNothing (line "),
    (names_what_is_not_there, "raised NameError: name 'claims' is not defined (line "),
    (deep, "raised RecursionError: maximum recursion depth exceeded"),
    (for_ever, "did not return within 0.2 seconds."),
    (stubborn, "did not return within 0.2 seconds."),
    (asleep, "It is still running: restart the kernel if the page has become slow."),
    (awaited, "is an `async def`. Write it as a plain `def`."),
    (Awaited(), "returned a value of type coroutine."),
    (made, "uses `yield`."),
    (lambda: CLAIMS, "takes 0 arguments, and it is called with 1."),
    (lambda token, scope: CLAIMS, "takes 2 arguments, and it is called with 1."),
]


@pytest.mark.parametrize(("function", "did"), BROKEN, ids=[did[:40] for _, did in BROKEN])
def test_a_function_that_breaks_leaves_the_door_shut(service: Service, function: Any, did: str) -> None:
    learner = put_in(service, function)
    answer = get(service)
    assert answer.status_code == 500
    assert answer.json() == {
        "error_description": "The function in the door did not say whether the token is good."
    }
    assert "WWW-Authenticate" not in answer.headers
    assert SECRET not in answer.text + str(answer.headers)
    (call,) = learner.calls
    assert did in call.did and learner.last_call(SECRET) is call


def test_what_is_no_function_is_refused_at_once() -> None:
    for thing in (None, 42, CLAIMS, ...):
        with pytest.raises(TypeError, match="a function is needed"):
            LearnersVerifier(thing)  # type: ignore[arg-type]


# --- functions that work


def test_claims_open_the_door_and_the_scope_is_the_doors_own_question(service: Service) -> None:
    asked = []

    def verify(token: str) -> dict[str, str]:
        asked.append(token)
        return CLAIMS

    learner = put_in(service, verify)
    assert get(service).status_code == 200
    refused = get(service, method="POST")
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    assert asked == [SECRET] * 2
    assert [call.did for call in learner.calls] == ["returned claims (scope, sub)."] * 2


@pytest.mark.parametrize("default", [(), ("x",)], ids=["rest", "default"])
def test_arguments_that_may_be_left_out_do_no_harm(service: Service, default: tuple[str, ...]) -> None:
    put_in(service, lambda token, scopes=default, *more, **options: CLAIMS)
    assert get(service).status_code == 200


@pytest.mark.parametrize(
    "scope",
    [
        None,
        7,
        True,
        ["read:todos"],
        {"read:todos": 1},
        frozenset({"read:todos"}),
        "",
        "read:todosX",
        "read:todos\twrite:todos",
        float("nan"),
    ],
)
def test_an_odd_scope_opens_nothing(service: Service, scope: object) -> None:
    put_in(service, lambda token: {"scope": scope})
    assert get(service).status_code == 403


@pytest.mark.parametrize(
    "claims", [{}, {1: 2}, {"sub": object}, {None: None}, {"x" * 9_999: 1}, dict.fromkeys(range(99))]
)
def test_odd_claims_open_nothing(service: Service, claims: dict[Any, Any]) -> None:
    learner = put_in(service, lambda token: claims)
    assert get(service).status_code == 403
    assert len(learner.calls[0].did) < 700


def test_what_is_told_about_claims_names_them_and_not_their_values(service: Service) -> None:
    learner = put_in(service, lambda token: {"sub": SECRET, "scope": [SECRET]})
    get(service)
    assert learner.calls[0].did == (
        "returned claims (scope, sub)."
        " Their `scope` is a list; the door reads a string, the scopes apart by spaces."
    )


def test_the_door_gets_a_copy_of_the_claims() -> None:
    kept = {"scope": "read:todos", "deep": [1]}
    claims = asyncio.run(LearnersVerifier(lambda token: kept)("token"))  # type: ignore[arg-type]
    assert claims == kept and claims is not kept and claims["deep"] is not kept["deep"]


def test_claims_too_deep_to_copy_are_claims_all_the_same() -> None:
    deep: list[Any] = []
    for _ in range(2_000):
        deep = [deep]
    claims = asyncio.run(LearnersVerifier(lambda token: {"scope": "read:todos", "deep": deep})("token"))
    assert claims["scope"] == "read:todos" and claims["deep"] is deep


def test_what_the_function_prints_is_kept_bounded_and_lands_nowhere_else(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    def verify(token: str) -> dict[str, str]:
        print("looking at it")
        print("x" * 10_000, file=sys.stderr)
        return CLAIMS

    learner = put_in(service, verify)
    assert get(service).status_code == 200
    (call,) = learner.calls
    assert call.printed.startswith("looking at it\nxxx") and len(call.printed) == 2_000
    assert capsys.readouterr() == ("", "")


def test_prints_of_other_threads_stay_theirs(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def verify(token: str) -> dict[str, str]:
        inside.set()
        go_on.wait(5)
        print("the function's")
        return CLAIMS

    learner = put_in(service, verify, timeout=5)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(get, service)
        inside.wait(5)
        print("the cell's")
        go_on.set()
        assert answer.result().status_code == 200
    assert learner.calls[0].printed == "the function's\n"
    assert capsys.readouterr().out == "the cell's\n"


def test_only_the_latest_calls_are_remembered(service: Service) -> None:
    learner = put_in(service, lambda token: CLAIMS, keep=3)
    for number in range(5):
        get(service, f"t{number}")
    assert len(learner.calls) == 3
    assert learner.last_call("t4") and learner.last_call("t1") is None


def test_a_request_that_the_door_refuses_itself_asks_nobody(service: Service) -> None:
    learner = put_in(service, lambda token: CLAIMS)
    assert requests.get(f"{service.url}/todos", timeout=5).status_code == 401
    assert get(service, "two words").status_code == 400
    assert learner.calls == []


# --- side by side


def hangs_for_some(token: str) -> dict[str, str]:
    while token.startswith("hang"):
        time.sleep(0.001)
    return {**CLAIMS, "sub": token}


def test_others_are_answered_while_one_call_hangs(service: Service) -> None:
    inside = threading.Event()

    def verify(token: str) -> dict[str, str]:
        if token == "hang":
            inside.set()
        return hangs_for_some(token)

    learner = put_in(service, verify, timeout=3)
    with ThreadPoolExecutor(21) as pool:
        hanging = pool.submit(get, service, "hang")
        inside.wait(5)
        assert requests.get(f"{service.url}/health", timeout=2).json() == {"status": "ok"}
        good = [pool.submit(get, service, f"t{number}") for number in range(20)]
        assert [answer.result().status_code for answer in good] == [200] * 20
        assert not hanging.done()
        assert hanging.result().status_code == 500
    assert {learner.last_call(f"t{number}").did for number in range(20)} == {"returned claims (scope, sub)."}
    assert "did not return" in learner.last_call("hang").did


def test_twenty_that_hang_at_once_are_all_refused_and_all_ended(service: Service) -> None:
    put_in(service, hangs_for_some)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(get, [service] * 20, [f"hang{number}" for number in range(20)]))
    assert [answer.status_code for answer in answers] == [500] * 20
    assert not [thread for thread in threading.enumerate() if "learner" in thread.name]


def test_calls_that_cannot_be_ended_are_bounded(service: Service) -> None:
    wake = threading.Event()

    def verify(token: str) -> dict[str, str]:
        wake.wait(60)
        return CLAIMS

    learner = put_in(service, verify, at_once=3, timeout=0.1)
    with ThreadPoolExecutor(10) as pool:
        assert [answer.status_code for answer in pool.map(get, [service] * 10)] == [500] * 10
    assert get(service).status_code == 500
    assert learner.calls[-1].did == "was not called: 3 calls of it are still running."
    assert sum(thread.name == "a learner's function" for thread in threading.enumerate()) == 3
    wake.set()
    while [thread for thread in threading.enumerate() if thread.name == "a learner's function"]:
        time.sleep(0.01)
    learner.function = lambda token: CLAIMS
    assert get(service).status_code == 200


def test_a_call_that_hangs_does_not_keep_the_process() -> None:
    code = """
import threading, time, requests
from helpers import todo_api
from helpers.services import Service, listen
from helpers.todo_api.learner import LearnersVerifier

inside = threading.Event()

def verify(token):
    inside.set()
    time.sleep(600)

verifier = LearnersVerifier(verify, timeout=600)
app = todo_api.create_app(verifier, audience="the-api", token_endpoint="http://127.0.0.1:9000/oauth/token")
service = Service("The Todo API", app, listen()).start()
send = lambda: requests.get(service.url + "/todos", headers={"Authorization": "Bearer x"}, timeout=600)
threading.Thread(target=send, daemon=True).start()
assert inside.wait(10)
print("about to end")
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "about to end\n", "")


def test_an_api_that_stops_while_a_call_hangs_stops() -> None:
    verifier = LearnersVerifier(hangs_for_some, timeout=1.5)
    app = todo_api.create_app(
        verifier, audience="the-api", token_endpoint="http://127.0.0.1:9000/oauth/token"
    )
    service = Service("The Todo API", app, listen()).start()

    def send() -> int | None:
        try:
            return get(service, "hang").status_code
        except requests.RequestException:
            return None

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(send)
        while not [thread for thread in threading.enumerate() if thread.name == "a learner's function"]:
            time.sleep(0.01)
        service.stop()
        assert answer.result() in (None, 500)
    while [thread for thread in threading.enumerate() if "learner" in thread.name]:
        time.sleep(0.01)
