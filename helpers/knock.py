"""Shows a token to the live API, and says what came of it and what the learner's function in the door did."""

import re
from collections.abc import Callable
from typing import Any

import requests

from helpers.bounded import Misbehaved, check_kind
from helpers.display.card import Note
from helpers.gone import is_gone, old_address
from helpers.lab import LabError
from helpers.todo_api.learner import LearnersTokenFinder, LearnersVerifier

MEANINGS = {
    400: "the request is malformed",
    401: "the door stays shut, since this token does not tell the API who is calling",
    403: "the token is good, and does not hold the scope that this takes",
    500: "the door stays shut, since what stands in it broke",
    503: "the door stays shut until the issuer's keys can be fetched",
}
MISSING_TOKEN = "the door stays shut, since no token was shown"  # noqa: S105


def knock(
    api: str, token: str | None, *, method: str, path: str, json: Any, learner: LearnersVerifier | None
) -> Note:
    """Send one request and tell what happened.

    :param api: URL of the API.
    :param token: goes into the Authorization header; None sends none.
    :param learner: what stands in the door, unless it is the finished verifier.
    :raises LabError: the request cannot be sent, or nobody answers where it goes or where the function asks.
    """
    if not path.startswith("/"):
        raise LabError('A path begins with a slash: path="/todos".')
    if token is not None and not isinstance(token, str):
        return _unsent(f"A token is a string, and this is a {type(token).__name__}.")
    if token and not (token.isascii() and token.isprintable()):
        return _unsent("A header holds one line of plain characters, and this token is not.")
    # HTTP leaves the spaces around a header's value out (RFC 9110 §5.5): the door is asked about what is left.
    received = token.strip(" ") if token else ""
    before = learner.last_call(received) if learner and received else None
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    try:
        response = requests.request(
            method, api + path, headers=headers, json=json, timeout=10, allow_redirects=False
        )
    except requests.RequestException:
        raise LabError("The Todo API does not answer. Run lab.reset() to start afresh.") from None

    call = learner.last_call(received) if learner and received else None
    if call is before:
        call = None
    if learner and call and is_gone(call.did):
        raise old_address(f"your {learner.name}")
    if learner is None:
        sentences = _the_api_says(response)
    elif call is None:
        sentences = [_not_asked(learner.name, response.status_code)]
    else:
        sentences = [f"Your `{learner.name}` {call.did}"]
    printed = f"It printed:\n{call.printed.rstrip()}" if call and call.printed else ""
    return Note(
        _headline(response, token), [*sentences, *_it_takes(response)], _tone(response.status_code), printed
    )


def standing(learner: LearnersVerifier | None) -> Note:
    """Says what stands in the door now."""
    if learner is None:
        return Note("The finished verifier stands in the door.", ["Your own function is out of it."])
    sentences = [
        "It judges every request to the Todo API from now on. When you change it, put it in again.",
        "`lab.use_verifier(None)` brings the finished verifier back.",
    ]
    return _put_in(learner.function, ("the token",), f"Your {learner.name} stands in the door.", sentences)


def found_by(finder: LearnersTokenFinder | None) -> Note:
    """Says what finds the token in a request now."""
    if finder is None:
        return Note("The API's own door finds the token.", ["Your own function is out of it."])
    sentences = [
        "It looks for the token in every request to the Todo API from now on.",
        "`lab.use_door(None)` brings the API's own back.",
    ]
    return _put_in(finder.function, ("headers", "query"), f"Your {finder.name} finds the token.", sentences)


def _put_in(
    function: Callable[..., Any], arguments: tuple[str, ...], headline: str, sentences: list[str]
) -> Note:
    """The headline and the sentences; or the headline with a warning that the door cannot call this function."""
    try:
        check_kind(function, len(arguments))
    except Misbehaved as fault:
        number = {1: "one argument", 2: "two arguments"}[len(arguments)]
        said = (
            f"The door calls it with {number}, {' and '.join(arguments)}, and will answer 500: it {fault.did}"
        )
        return Note(headline, [said], "warn")
    return Note(headline, sentences)


def _not_asked(name: str, status: int) -> str:
    """An open path asks nobody, and a door of the learner's own may ask about another token."""
    if status in MEANINGS:
        return f"Your `{name}` was not asked: the door refused the request before that."
    return f"Your `{name}` was not asked about this token."


def _unsent(why: str) -> Note:
    return Note("Nothing was sent.", [why], "warn")


def _headline(response: requests.Response, token: str | None) -> str:
    status = response.status_code
    meaning = MISSING_TOKEN if token is None and status == 401 else MEANINGS.get(status)
    if response.ok:
        meaning = "the door opens"
    return f"{status} {response.reason}: {meaning}." if meaning else f"{status} {response.reason}."


def _tone(status: int) -> str:
    return "good" if status < 400 else "warn" if status < 500 else "bad"


def _the_api_says(response: requests.Response) -> list[str]:
    """The sentence in the body of a refusal; the headline says that of a 403."""
    try:
        said = response.json()["error_description"]
    except (ValueError, LookupError, TypeError):
        return []
    return [f"The API says: {said}"] if response.status_code != 403 else []


def _it_takes(response: requests.Response) -> list[str]:
    scope = re.search(r'scope="([^"]*)"', response.headers.get("WWW-Authenticate", ""))
    return [f"This request takes the scope `{scope[1]}`."] if scope else []
