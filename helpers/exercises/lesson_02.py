"""Lesson 02: the request, its errors, scope, the secret's place, and reusing a token."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.predict import Prediction

CREDENTIALS, AUDIENCE, GRANT, SCOPE, WAIT = "credentials", "audience", "grant", "scope", "wait"

without_grant = Prediction(
    name="without_grant",
    lesson="02",
    options=(200, 401, 403),
    answer=403,
    because="The id and the secret are right, so it is not 401. But nobody has said that this application may use this API.",
    otherwise={
        200: "200 would mean that every registered application gets a token for every API.",
        401: "401 would mean that the authorization server does not know this application, or its secret is wrong.",
    },
)

unknown_client = Prediction(
    name="unknown_client",
    lesson="02",
    options=("the same answer", "another answer"),
    answer="the same answer",
    because="Two different answers would tell a stranger which client ids exist, and half the guessing would be done.",
    otherwise={
        "another answer": "That would be friendlier to debug, for you and for whoever tries client ids one by one."
    },
)


def _check_token_request(attempt: Attempt) -> str:
    given = ("the-client-id", "the-client-secret", "https://api.example")
    fields = attempt(*given)
    if isinstance(fields, str):
        raise NotYet(
            "It returned a string. Return a dict of the four fields; `requests` writes the body from it."
        )
    if not isinstance(fields, dict):
        raise NotYet(f"It returned a {type(fields).__name__}; a dict of the fields is asked for.")
    if "grant_type" not in fields:
        raise NotYet("The field that says which flow this is does not stand there.")
    if fields["grant_type"] != "client_credentials":
        raise NotYet(
            f"The grant type is {fields['grant_type']!r}. RFC 6749 section 4.4.2 fixes the value, letter by letter."
        )
    for name, value in zip(("client_id", "client_secret", "audience"), given, strict=True):
        if name not in fields:
            close = [
                key
                for key in fields
                if key.replace("-", "_").lower() in (name, name.replace("_", ""), name.split("_")[-1], "aud")
            ]
            raise NotYet(
                f"There is no field {name}."
                + (f" There is {close[0]!r}: names count letter by letter." if close else "")
            )
        if fields[name] == name:
            raise NotYet(
                f"The value of {name} is the word itself. Take the quotes off the value, so that it is the parameter."
            )
        if fields[name] != value:
            raise NotYet(f"The value of {name} is not the parameter of that name.")
    extra = sorted(set(fields) - {"grant_type", "client_id", "client_secret", "audience"})
    if extra:
        raise NotYet(
            f"{', '.join(map(str, extra))} does not belong to the plainest request. Leave it out for now."
        )
    return "Four fields: which flow, who asks, the proof, and for which API. Only `audience` is not in RFC 6749; Auth0 asks for it."


token_request = Exercise(
    name="token_request",
    lesson="02",
    check=_check_token_request,
    hints=(
        "The raw request above shows all four fields of the body.",
        "The names are `grant_type`, `client_id`, `client_secret` and `audience`; the last three get the parameters.",
        "The value of `grant_type` is the fixed string `client_credentials`.",
    ),
    solution_code="""
def token_request(client_id, client_secret, audience):
    return {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "audience": audience,
    }
""",
    explanation=(
        "RFC 6749 section 4.4.2 asks for `grant_type`; section 2.3.1 lets the client authenticate with id and secret in the"
        " body. `audience` is how Auth0 learns for which API the token is; RFC 8707 calls the same idea `resource`."
    ),
)


_ANSWERS = (
    ((401, "access_denied", "Unauthorized"), CREDENTIALS),
    ((401, "invalid_client", "Missing client_id"), CREDENTIALS),
    (
        (
            403,
            "access_denied",
            "No audience parameter was provided, and no default audience has been configured",
        ),
        AUDIENCE,
    ),
    ((403, "access_denied", "Service not enabled within domain: https://reports.example"), AUDIENCE),
    (
        (
            403,
            "access_denied",
            'Client is not authorized to access "https://api.example". You need to create a "client-grant"'
            " associated to this API.",
        ),
        GRANT,
    ),
    ((403, "access_denied", "Client has not been granted scopes: delete:todos"), SCOPE),
    ((429, "too_many_requests", "Global limit has been reached"), WAIT),
)


def _check_what_to_mend(attempt: Attempt) -> str:
    choices = (CREDENTIALS, AUDIENCE, GRANT, SCOPE, WAIT)
    results = [(case, right, attempt.or_none(*case)) for case, right in _ANSWERS]
    if len({result for _, _, result in results}) == 1:
        raise NotYet(
            f"It returns {results[0][2]!r} for every answer. Seven answers, five different things to mend."
        )
    for case, right, result in results:
        status, error, description = case
        if result == right:
            continue
        shown = (
            f"For {status} {error}, “{description[:60]}…”"
            if len(description) > 60
            else f"For {status} {error}, “{description}”"
        )
        if result is None:
            raise NotYet(f"{shown} it returned None. Which case is missing?")
        if result not in choices:
            raise NotYet(f"{shown} it returned {result!r}. Return one of the five names imported above.")
        if error == "access_denied" and status == 403 and result == CREDENTIALS:
            raise NotYet(
                f"{shown} it says CREDENTIALS. They were right here: a wrong secret gets another status."
            )
        if right == GRANT and result == SCOPE:
            raise NotYet(
                f"{shown} it says SCOPE. No scope is named there; something between the application and the API is missing."
            )
        raise NotYet(
            f"{shown} it says {result.upper()}. Read the description once more: what does it complain about?"
        )
    return "One error code, `access_denied`, stands for five different faults here. Program against the status; read the words yourself."


what_to_mend = Exercise(
    name="what_to_mend",
    lesson="02",
    check=_check_what_to_mend,
    hints=(
        "Begin with what the status alone decides: 401 is one thing, 429 another. Only 403 needs a closer look.",
        "For 403, look for a word in the description: audience or Service, client-grant, scopes.",
        "Four `if` lines do it: status 401, status 429, `client-grant` in description, `scopes` in description. What is left?",
    ),
    solution_code="""
from helpers.exercises.lesson_02 import AUDIENCE, CREDENTIALS, GRANT, SCOPE, WAIT

def what_to_mend(status, error, description):
    if status == 401:
        return CREDENTIALS
    if status == 429:
        return WAIT
    if "client-grant" in description:
        return GRANT
    if "scopes" in description:
        return SCOPE
    if "audience" in description or "Service" in description:
        return AUDIENCE
""",
    explanation=(
        "The status parts who you are (401) from what you may have (403) and from too much at once (429). Within 403 the"
        " description is for people; it can change its wording, so log it, and do not build a program's decisions on it."
    ),
)


_CALLS = (
    ([("GET", "/todos")], "read:todos"),
    ([("GET", "/todos"), ("GET", "/todos/1")], "read:todos"),
    ([("POST", "/todos")], "write:todos"),
    ([("GET", "/todos"), ("PATCH", "/todos/2")], "read:todos write:todos"),
    ([("DELETE", "/todos/2"), ("PATCH", "/todos/1"), ("POST", "/todos")], "write:todos"),
    ([("GET", "/health")], ""),
)


def _check_least_scope(attempt: Attempt) -> str:
    for calls, right in _CALLS:
        scope = attempt(calls)
        plan = ", ".join(f"{method} {path}" for method, path in calls)
        if not isinstance(scope, str):
            kind = type(scope).__name__
            raise NotYet(
                f"It returned a {kind}. The parameter is one string, the scopes apart by spaces (RFC 6749 section 3.3)."
            )
        if "," in scope:
            raise NotYet(
                "A comma stands in the result. RFC 6749 section 3.3 parts scopes with spaces, and a comma would be part of a name."
            )
        words = scope.split()
        if len(words) != len(set(words)):
            raise NotYet(f"For {plan} a scope comes twice. Once is enough, however many calls need it.")
        if strange := set(words) - {"read:todos", "write:todos"}:
            raise NotYet(f"{sorted(strange)[0]!r} is no scope of this API. The table above has both.")
        if not right and words:
            raise NotYet(
                f"For {plan} it asks for {scope!r}. What does that page take? Lesson 01 asked it with no token at all."
            )
        if missing := set(right.split()) - set(words):
            raise NotYet(f"For {plan} it leaves out {sorted(missing)[0]}: a call would end in a 403.")
        if extra := set(words) - set(right.split()):
            raise NotYet(
                f"For {plan} it asks for {sorted(extra)[0]} too, which no call needs. A stolen token could use it."
            )
        if scope != " ".join(words):
            raise NotYet(
                "There is a space too many in the result. Join the scopes with exactly one between them."
            )
    return "Least privilege in one line: a token that leaks can do what the job does, and nothing else."


least_scope = Exercise(
    name="least_scope",
    lesson="02",
    check=_check_least_scope,
    hints=(
        "Go through the calls and collect what each of them takes; a set forgets what comes twice.",
        "`GET` takes `read:todos`, every other method `write:todos`, and `/health` takes nothing.",
        'At the end, `" ".join(sorted(scopes))` makes the string.',
    ),
    solution_code="""
def least_scope(calls):
    scopes = set()
    for method, path in calls:
        if path.startswith("/todos"):
            scopes.add("read:todos" if method == "GET" else "write:todos")
    return " ".join(sorted(scopes))
""",
    explanation=(
        "RFC 6749 section 3.3: the scope parameter is a list of words parted by spaces, and their order means nothing."
        " RFC 9700 section 2.3 asks for tokens with the least privileges that the job needs."
    ),
)


def _check_load_secret(attempt: Attempt) -> str:
    if attempt({"CLIENT_SECRET": "s3cr3t", "CLIENT_ID": "id"}) != "s3cr3t":
        raise NotYet(
            "With CLIENT_SECRET set, it does not return its value. Read it from the parameter, `environment`."
        )
    if attempt({"CLIENT_SECRET": "other", "CLIENT_ID": "id"}) != "other":
        raise NotYet("It returns the same secret whatever the environment holds. Is one written in the code?")

    def refuses(environment: dict[str, str], case: str) -> None:
        raised = attempt.raised(environment)
        if raised is None:
            returned = attempt.or_none(environment)
            raise NotYet(
                f"When CLIENT_SECRET {case} it returns {returned!r}. The job would go on, and fail later, far from the"
                " cause: let it raise."
            )
        if not isinstance(raised, RuntimeError):
            raise NotYet(
                f"When CLIENT_SECRET {case} it raises {type(raised).__name__}, which looks like a bug in the program. Raise a"
                " RuntimeError with a sentence that says what to do."
            )
        if "CLIENT_SECRET" not in str(raised):
            raise NotYet(
                f"When CLIENT_SECRET {case} it says {str(raised)!r}. Whoever reads that must learn which variable to set: name it."
            )
        if "an-id" in str(raised):
            raise NotYet(
                "Its message tells the value of another variable. The next one could be a secret: name, and never show."
            )

    refuses({"CLIENT_ID": "an-id"}, "is not set")
    refuses({"CLIENT_ID": "an-id", "CLIENT_SECRET": ""}, "is set to nothing")
    if "\n" in str(attempt({"CLIENT_SECRET": "s3cr3t\n"})):
        raise NotYet(
            "A secret read from a file often ends with a newline. It came back with it; the server would refuse it."
        )
    refuses({"CLIENT_ID": "an-id", "CLIENT_SECRET": " \n"}, "holds nothing but white space")
    if attempt.printed:
        raise NotYet("It prints. Whatever a cell prints is saved in the notebook: a secret is never printed.")
    return "The page says where the secret is, and not what it is. That is what may be committed, shared and shown on a screen."


load_secret = Exercise(
    name="load_secret",
    lesson="02",
    check=_check_load_secret,
    hints=(
        "`environment` is a dict like `os.environ`. `environment.get(name)` is None where nothing is set.",
        "Take the value, `.strip()` it, and if nothing is left raise a `RuntimeError` that names the variable.",
        'Guard against None before you strip: `environment.get("CLIENT_SECRET", "").strip()`.',
    ),
    solution_code="""
def load_secret(environment):
    secret = environment.get("CLIENT_SECRET", "").strip()
    if not secret:
        raise RuntimeError("Set CLIENT_SECRET in the environment or in .env.")
    return secret
""",
    explanation=(
        "No default, since a default is a secret in the code. It fails at once and says which variable is missing, without"
        " ever saying what another one holds."
    ),
)


_NOON = 1_700_000_000.0


def _check_reuse(attempt: Attempt) -> str:
    asked: list[int] = []

    def ask(lifetime: int = 3600) -> dict[str, Any]:
        asked.append(1)
        return {"access_token": f"token-{len(asked)}", "token_type": "Bearer", "expires_in": lifetime}

    cache: dict[str, Any] = {}
    first = attempt(cache, ask, _NOON)
    if isinstance(first, dict):
        raise NotYet("It returned the whole answer. Return the access token alone.")
    if not asked:
        raise NotYet("With an empty cache it has to call `ask()` once. It did not.")
    if len(asked) > 1:
        raise NotYet(f"The first call asked {len(asked)} times. Call `ask()` once and keep what it returns.")
    if first != "token-1":
        raise NotYet(f"It returned {first!r}; the answer of `ask()` held the token under `access_token`.")
    attempt(cache, ask, _NOON + 10)
    if len(asked) == 2:
        if cache and 3600 in cache.values():
            raise NotYet("It treats `expires_in` as a moment. It is a number of seconds: counted from when?")
        raise NotYet(
            "Ten seconds later it asked again. Is the token kept in `cache`? A local variable forgets it after each call."
        )

    def asks_at(seconds: float) -> bool:
        return (
            attempt(dict(cache), lambda: {"access_token": "new", "expires_in": 3600}, _NOON + seconds)
            == "new"
        )

    if not asks_at(7200):
        raise NotYet(
            "An hour after the token had run out it was still handed out. Keep the moment it runs out beside the token."
        )
    if not asks_at(3599):
        raise NotYet(
            "One second before the end it was still handed out. It would expire on its way: stop a minute early."
        )
    if not asks_at(3600 - 59):
        raise NotYet("With 59 seconds left it was still handed out. The text asks for more than a minute.")
    if asks_at(3600 - 61):
        raise NotYet("With 61 seconds left it was thrown away. That is more than a minute: use it.")
    attempt(cache, ask, _NOON + 3599)
    if len(asked) != 2:
        raise NotYet("After the token had run out it did not ask exactly once for a new one.")
    if attempt(cache, ask, _NOON + 3599 + 60) != "token-2" or len(asked) != 2:
        raise NotYet(
            "The second token was thrown away at once. When a new token is kept, keep its own end with it."
        )
    day: dict[str, Any] = {}
    attempt(day, lambda: ask(86400), _NOON)
    if len(asked) != 3:
        raise NotYet(
            "With another, empty cache it did not ask. Keep everything in `cache`, nothing in a global variable."
        )
    attempt(day, lambda: ask(86400), _NOON + 7200)
    if len(asked) != 3:
        raise NotYet(
            "A token that lives for a day was thrown away after two hours. How long it lives stands in `expires_in`."
        )
    return (
        "One request for a whole day of calls. The server is spared, and so is the secret: it travels once."
    )


reuse = Exercise(
    name="reuse",
    lesson="02",
    check=_check_reuse,
    hints=(
        "Two things have to be kept in `cache`: the token, and the time until which it may be used.",
        '`expires_in` counts seconds from now: the time is `now + answer["expires_in"]`, less a minute to be safe.',
        "Ask when the cache is empty or `now` has reached that time; in both cases keep both values, then return the token.",
    ),
    solution_code="""
def reuse(cache, ask, now):
    if not cache or now >= cache["until"]:
        answer = ask()
        cache["token"] = answer["access_token"]
        cache["until"] = now + answer["expires_in"] - 60
    return cache["token"]
""",
    explanation=(
        "RFC 6749 section 5.1: `expires_in` is the lifetime in seconds from when the answer was made. The minute covers the"
        " way, and two clocks that differ a little. The finished client in `helpers/tokens/client.py` adds threads and retries."
    ),
)


@dataclass
class _Answer:
    status_code: int
    body: Any = None

    def json(self) -> Any:
        return self.body

    @property
    def ok(self) -> bool:
        return self.status_code < 400

    def raise_for_status(self) -> None:
        if not self.ok:
            raise RuntimeError(f"HTTP status {self.status_code}")


@dataclass
class _Session:
    """Stands in for a `requests.Session` whose auth is set: answers like the Todo API, and remembers the calls."""

    fails: str = ""  # the method that is answered with 503
    todos: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"id": 4, "title": "a", "done": False},
            {"id": 7, "title": "b", "done": True},
            {"id": 9, "title": "c", "done": False},
        ]
    )
    calls: list[tuple[str, str]] = field(default_factory=list)

    def get(self, url: str, **options: Any) -> _Answer:
        self.calls.append(("GET", url))
        return _Answer(503, []) if self.fails == "GET" else _Answer(200, [dict(todo) for todo in self.todos])

    def patch(self, url: str, json: Any = None, **options: Any) -> _Answer:
        self.calls.append(("PATCH", url))
        if self.fails == "PATCH":
            return _Answer(503, {})
        for todo in self.todos:
            if url == f"https://api.example/todos/{todo['id']}":
                todo.update(json or {})
                return _Answer(200, dict(todo))
        return _Answer(404)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in ("post", "put", "delete", "head", "request"):
            raise AttributeError(f"session.{name} is not there; the job needs session.get and session.patch")
        raise AttributeError(name)


def _check_nightly_batch(attempt: Attempt) -> str:
    session = _Session()
    result = attempt(session, "https://api.example")
    if not session.calls:
        raise NotYet("It sent no request. The session is the first parameter: `session.get(...)`.")
    if session.calls[0] != ("GET", "https://api.example/todos"):
        raise NotYet(
            f"Its first request was {' '.join(session.calls[0])}; the job begins by reading the list at {{api}}/todos."
        )
    changed = [url for method, url in session.calls if method == "PATCH"]
    if not changed:
        raise NotYet("It changed no todo. Each one that is not done gets a PATCH.")
    if "https://api.example/todos/7" in changed:
        raise NotYet("It also changed a todo that was done already. Leave those alone.")
    if strange := [url for url in changed if not url.removeprefix("https://api.example/todos/").isdigit()]:
        raise NotYet(f"It sent a PATCH to {strange[0]}. The address of one todo ends with its `id`.")
    if set(changed) != {"https://api.example/todos/4", "https://api.example/todos/9"}:
        raise NotYet(
            "Not every todo that was open got its PATCH. Use the `id` of each, not its place in the list."
        )
    if not all(todo["done"] is True for todo in session.todos):
        raise NotYet(
            'The PATCH went out, and the todos are still open. Its JSON body says what to change: `{"done": True}`.'
        )
    if isinstance(result, bool) or not isinstance(result, int):
        raise NotYet(f"It returned {type(result).__name__}. Return how many todos it finished, as a number.")
    if result != 2:
        raise NotYet(f"It finished 2 todos and returned {result}.")
    for method in ("GET", "PATCH"):
        if attempt.error(_Session(fails=method), "https://api.example") is None:
            raise NotYet(
                f"When the API answers 503 to a {method}, the job ends as if all were well. Who would find out in the morning?"
            )
    return "The job knows nothing of tokens or secrets: the session brings them. That is where they belong."


nightly_batch = Exercise(
    name="nightly_batch",
    lesson="02",
    check=_check_nightly_batch,
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
)
