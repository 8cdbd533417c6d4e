"""Lesson 02: the nightly batch job."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import Timeout

from helpers.bounded import Shared
from helpers.exercises.engine import Exercise
from helpers.exercises.probe import Attempt, NotYet, Probe, probe, shown

API, ANOTHER_API = "https://api.example", "https://todos.example/v1"
FAILURES = (401, 403, 404, 429, 500, 503)
Todos = dict[int, bool]
"""For the id of each todo, whether it is done."""


class _Api(BaseAdapter):
    """Answers a real `requests.Session` like the Todo API, remembers the calls, and fails where it is told to.

    :param fails: the method and the address that fail, and the status; None for a good night.
    """

    def __init__(self, api: str, todos: Todos, fails: tuple[str, str, int] | None = None) -> None:
        super().__init__()
        self.address, self.todos, self.fails = api, dict(todos), fails
        self.calls: list[tuple[str, str, Any]] = []
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy and no .netrc of this machine
        self.session.mount("https://", self)
        self.session.mount("http://", self)

    @property
    def list_url(self) -> str:
        """The address of the list."""
        return f"{self.address}/todos"

    def sent(self, method: str) -> list[tuple[str, Any]]:
        """The addresses and bodies of the requests with this method."""
        return [(url, body) for sent, url, body in self.calls if sent == method]

    def url(self, number: int) -> str:
        return f"{self.address}/todos/{number}"

    def send(
        self, request: requests.PreparedRequest, timeout: Any = None, **options: Any
    ) -> requests.Response:
        connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        Timeout(connect=connect, read=read)  # refuses what is no time
        url, method = str(request.url), str(request.method)
        path = urlsplit(url).path
        if path.endswith("/") and path != "/":  # `requests` follows the redirection, and that request counts
            return self._answer(request, 307, None, Location=url.replace(path, path.rstrip("/")))
        self.calls.append((method, url, _body(request)))
        address = url.partition("?")[0]
        if self.fails and self.fails[:2] == (method, address):
            return self._answer(request, self.fails[2], [])
        if method == "GET" and address == self.list_url:
            return self._answer(request, 200, [self._todo(number) for number in self.todos])
        number = next((number for number in self.todos if url == self.url(number)), None)
        if number is None:
            return self._answer(request, 404, {"detail": "There is no todo with this id."})
        if method == "GET":
            return self._answer(request, 200, self._todo(number))
        if method != "PATCH":
            return self._answer(request, 405, {"detail": "Method Not Allowed"})
        body = self.calls[-1][2]
        if not isinstance(body, dict):
            return self._answer(request, 422, {"detail": "Input should be a valid dictionary"})
        self.todos[number] = body.get("done", self.todos[number])
        return self._answer(request, 200, self._todo(number))

    def close(self) -> None:
        """Nothing is open."""

    def _todo(self, number: int) -> dict[str, Any]:
        return {"id": number, "title": f"done {number}", "done": self.todos[number]}

    @staticmethod
    def _answer(
        request: requests.PreparedRequest, status: int, body: Any, **headers: str
    ) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = status, str(request.url), request
        answer.reason, answer.encoding = HTTPStatus(status).phrase, "utf-8"
        answer.headers.update({"Content-Type": "application/json", **headers})
        answer._content = json.dumps(body).encode()
        return answer


def _body(request: requests.PreparedRequest) -> Any:
    """What the API reads out of the body: plain data out of JSON, otherwise the text itself."""
    body = request.body if isinstance(request.body, str | bytes) else b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    if "json" not in str(request.headers.get("Content-Type", "")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


NIGHTS: list[tuple[str, str, Todos]] = [
    ("a list of four todos, two of which are done", API, {14: False, 17: True, 19: False, 23: True}),
    ("a list whose open todo comes last", ANOTHER_API, {31: True, 40: False}),
]
QUIET: list[tuple[str, str, Todos]] = [
    ("an empty list", API, {}),
    ("a list in which every todo is done", API, {14: True, 17: True}),
]


def _night(attempt: Attempt, what: str, address: str, todos: Todos) -> tuple[_Api, Any]:
    """The job's requests and what it returned, after a night without failures.

    :raises NotYet: it raised; what it sent says why.
    """
    api = _Api(address, todos)
    result, raised, did = attempt.outcome(what, Shared(api.session), address)
    if raised is None:
        return api, result
    if isinstance(raised, requests.exceptions.MissingSchema) and "{" in str(raised):
        raise NotYet(
            "For {what}, your function {did} An address began with a brace: is the `f` before the quotes missing?",
            what=what,
            did=did,
        )
    if isinstance(raised, requests.RequestException) and not api.calls:
        raise NotYet("For {what}, your function {did} {rule}", what=what, did=did, rule=_THROUGH_THE_SESSION)
    _addresses(api, what)
    _methods(api, what)
    _bodies(api, what)
    raise NotYet("For {what}, your function {did} The API answered without any error.", what=what, did=did)


_THROUGH_THE_SESSION = "No request went through `session`. It is the first parameter, and the only one that knows how to get a token."


def _addresses(api: _Api, what: str) -> None:
    """Every request went to an address that the API has.

    :raises NotYet: one went elsewhere.
    """
    for method, url, _ in api.calls:
        address = unquote(url.partition("?")[0])
        if re.search(r"\{\w", address):
            raise NotYet(
                "For {what}, your function sent a {method} to `{address}`, with the braces in it. Is the `f` before the quotes"
                " missing?",
                what=what,
                method=method,
                address=address,
            )
        if address in map(api.url, api.todos) or (method == "GET" and address == api.list_url):
            continue
        if method == "GET":
            raise NotYet(
                "For {what}, your function sent a GET to `{address}`. The list is at `/todos`, below the address in `api`.",
                what=what,
                address=address,
            )
        last = address.removeprefix(f"{api.address}/todos/")
        if last.isdigit():
            raise NotYet(
                "For {what}, your function sent a {method} to `{address}`, and no todo has the id {last}. The address of a todo"
                " ends with its own `id`, not with its place in the list.",
                what=what,
                method=method,
                address=address,
                last=last,
            )
        if method == "PATCH":
            raise NotYet(
                "For {what}, your function sent a PATCH to `{address}`. The address of one todo is that of the list, a slash,"
                " and the todo's `id`.",
                what=what,
                address=address,
            )


def _methods(api: _Api, what: str) -> None:
    """Every request was a GET or a PATCH.

    :raises NotYet: one was not.
    """
    for method, url, _ in api.calls:
        if method not in ("GET", "PATCH"):
            raise NotYet(
                "For {what}, your function sent a {method} to `{url}`. The job reads with GET and changes with PATCH only.",
                what=what,
                method=method,
                url=url,
            )


def _bodies(api: _Api, what: str) -> None:
    """Every PATCH said what it should.

    :raises NotYet: one did not.
    """
    for url, body in api.sent("PATCH"):
        if body == "":
            raise NotYet(
                "For {what}, your function sent a PATCH to `{url}` without a body. Its JSON body says what changes.",
                what=what,
                url=url,
            )
        if isinstance(body, str):
            raise NotYet(
                "For {what}, your function sent a PATCH to `{url}` with the body {body}, which is not sent as JSON.",
                what=what,
                url=url,
                body=shown(body),
            )
        if body != {"done": True} or body["done"] is not True:
            raise NotYet(
                "For {what}, your function sent a PATCH to `{url}` with the JSON body {body}. It should say that the todo is"
                " done, and nothing else.",
                what=what,
                url=url,
                body=shown(body),
            )


@probe
def bodies(attempt: Attempt) -> None:
    for what, address, todos in NIGHTS:
        _bodies(_night(attempt, what, address, todos)[0], what)


@probe
def every_open_todo_once(attempt: Attempt) -> None:
    for what, address, todos in (*NIGHTS, *QUIET):
        api, _ = _night(attempt, what, address, todos)
        if not api.calls:
            raise NotYet(
                "For {what}, your function sent no request. {rule}", what=what, rule=_THROUGH_THE_SESSION
            )
        _addresses(api, what)
        for number, done in sorted(todos.items(), key=lambda todo: not todo[1]):
            count = [url for url, _ in api.sent("PATCH")].count(api.url(number))
            if done and count:
                raise NotYet(
                    "For {what}, your function sent a PATCH for the todo {number}, which is done already. Leave such todos"
                    " alone.",
                    what=what,
                    number=number,
                )
            if not done and not count:
                early = " Does it return before the loop is over?" if api.sent("PATCH") else ""
                raise NotYet(
                    "For {what}, your function sent no PATCH for the todo {number}, which is not done.{early}",
                    what=what,
                    number=number,
                    early=early,
                )
            if count > 1:
                raise NotYet(
                    "For {what}, your function sent {count} PATCH requests for the todo {number}. One is enough.",
                    what=what,
                    count=count,
                    number=number,
                )


@probe
def nothing_else(attempt: Attempt) -> None:
    for what, address, todos in (*NIGHTS, *QUIET):
        _methods(_night(attempt, what, address, todos)[0], what)


@probe
def how_many(attempt: Attempt) -> None:
    for what, address, todos in (*NIGHTS, *QUIET):
        api, result = _night(attempt, what, address, todos)
        right = list(todos.values()).count(False)
        if isinstance(result, bool) or not isinstance(result, int | float):
            raise NotYet(
                "For {what}, your function returned {result}. Return how many todos it finished, as a number.",
                what=what,
                result=shown(result),
            )
        if result != right:
            raise NotYet(
                "For {what}, your function returned {result}. Return how many todos this run has finished.",
                what=what,
                result=shown(result),
            )
        again = f"{what}, and the same job once more"
        result = attempt.result(again, Shared(api.session), address)
        if result != 0 or result is False:
            raise NotYet(
                "For {what}, your function returned {result} the second time. Nothing was left to finish: count anew in each"
                " run.",
                what=again,
                result=shown(result),
            )


def _notices(name: str, method: str, path: str, what: str) -> Probe:
    """The job raises when this request of it fails."""

    def ask(attempt: Attempt) -> None:
        for status in FAILURES:
            api = _Api(API, NIGHTS[0][2], (method, API + path, status))
            case = f"a night in which the API answers {status} to {what}"
            result, raised, _ = attempt.outcome(case, Shared(api.session), API)
            if API + path not in [url for url, _ in api.sent(method)]:
                return  # what the other probes say
            if isinstance(raised, SystemExit) and raised.code in (None, 0):
                raise NotYet(
                    "For {case}, your function ended the program with the exit code of success. The scheduler would believe"
                    " that all is well.",
                    case=case,
                )
            if raised is None:
                raise NotYet(
                    "For {case}, your function returned {result}, as if all were well. Who would find out in the morning? Let"
                    " it raise.",
                    case=case,
                    result=shown(result),
                )

    return Probe(name, ask)


_NO_TIMEOUT = "the text asks for no timeout, and any positive one is as good"
_WHOLE_TODOS = "every todo of the API has these members"

nightly_batch = Exercise(
    name="nightly_batch",
    lesson="02",
    probes=(
        every_open_todo_once,
        bodies,
        nothing_else,
        how_many,
        _notices("the_list_fails", "GET", "/todos", "the GET of the list"),
        _notices("the_first_change_fails", "PATCH", "/todos/14", "the PATCH of the first open todo"),
        _notices("the_last_change_fails", "PATCH", "/todos/19", "the PATCH of the last open todo"),
    ),
    notice="The job knows nothing of tokens or secrets: the session brings them. That is where they belong.",
    hints=(
        'Read the list with `session.get(f"{api}/todos")`, call `raise_for_status()` on the answer, then take its `.json()`.',
        'Go through the todos that are not `done`, and send each a `session.patch(...)` with `json={"done": True}`.',
        "The address of one todo is `f\"{api}/todos/{todo['id']}\"`. Count as you go, and return the count.",
    ),
    solution_code="""
def nightly_batch(session, api):
    answer = session.get(f"{api}/todos", timeout=10)
    answer.raise_for_status()
    open_todos = [todo for todo in answer.json() if not todo["done"]]
    for todo in open_todos:
        session.patch(f"{api}/todos/{todo['id']}", json={"done": True}, timeout=10).raise_for_status()
    return len(open_todos)
""",
    explanation=(
        "Every answer is checked, so a failure stops the job with the status that caused it. Authentication is the session's"
        " affair: `session.auth` asks for the token once and adds it to each request."
    ),
    equal={
        "answer = session.get(f'{api}/todos')": _NO_TIMEOUT,
        "answer = session.get(f'{api}/todos', timeout=11)": _NO_TIMEOUT,
        "answer = session.get(f'{api}/todos', timeout=9)": _NO_TIMEOUT,
        "session.patch(f\"{api}/todos/{todo['id']}\", json={'done': True}).raise_for_status()": _NO_TIMEOUT,
        "session.patch(f\"{api}/todos/{todo['id']}\", json={'done': True}, timeout=11).raise_for_status()": _NO_TIMEOUT,
        "session.patch(f\"{api}/todos/{todo['id']}\", json={'done': True}, timeout=9).raise_for_status()": _NO_TIMEOUT,
        "if isinstance(session, (dict, list)) and session: | session.pop(*(list(session)[:1] if isinstance(session, dict) else []))": (
            "a session is neither a dict nor a list"
        ),
        "open_todos = [todo for todo in answer.json() if not todo.get('done', next(iter(todo.values()), None))]": _WHOLE_TODOS,
        "session.patch(f\"{api}/todos/{todo.get('id', next(iter(todo.values()), None))}\", json={'done': True}, timeout=10).raise_for_status()": _WHOLE_TODOS,
    },
)
