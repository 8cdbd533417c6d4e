"""Lesson 02: the least scope for a job, and loading its secret."""

from helpers.exercises.engine import Exercise
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, Probe, case, probe, shown
from helpers.exercises.raising import raises

READ, WRITE = "read:todos", "write:todos"
Calls = list[tuple[str, str]]


def _job(calls: Calls) -> str:
    if not calls:
        return "a job without calls (an empty list)"
    return f"the job {', '.join(f'`{method} {path}`' for method, path in calls)}"


def _scope(attempt: Attempt, calls: Calls) -> str:
    scope = attempt.result(_job(calls), calls)
    if isinstance(scope, str):
        return scope
    raise NotYet(
        "For {job}, your function returned {scope}. The parameter is one string of scopes separated by spaces (RFC 6749"
        " section 3.3), and an empty string when the job needs none.",
        job=_job(calls),
        scope=shown(scope),
    )


def _covers(name: str, *jobs: tuple[Calls, set[str]]) -> Probe:
    """The scopes of these jobs, however they are written into the string."""

    def ask(attempt: Attempt) -> None:
        for calls, right in jobs:
            scope = _scope(attempt, calls)
            words = set(scope.replace(",", " ").split())
            if strange := sorted(words - {READ, WRITE}):
                raise NotYet(
                    "For {job}, your function returned {scope}. {strange} is not a scope of this API. The table above has both.",
                    job=_job(calls),
                    scope=shown(scope),
                    strange=shown(strange[0]),
                )
            if right - words:
                raise NotYet(
                    "For {job}, your function returned {scope}. A scope is missing, so one of these calls would end in a 403.",
                    job=_job(calls),
                    scope=shown(scope),
                )
            if words and not right:
                raise NotYet(
                    "For {job}, your function returned {scope}. No call of this job needs a scope. Return an empty string.",
                    job=_job(calls),
                    scope=shown(scope),
                )
            if extra := sorted(words - right):
                raise NotYet(
                    "For {job}, your function returned {scope}. None of these calls needs {extra}, and a thief of the token"
                    " could use it.",
                    job=_job(calls),
                    scope=shown(scope),
                    extra=shown(extra[0]),
                )

    return Probe(name, ask)


@probe
def one_space_between(attempt: Attempt) -> None:
    for calls in (
        [("PATCH", "/todos/2"), ("GET", "/todos")],
        [("GET", "/todos")],
        [("POST", "/todos")],
        [("GET", "/health")],
        [],
    ):
        scope = _scope(attempt, calls)
        if "," in scope:
            raise NotYet(
                "For {job}, your function returned {scope}. Scopes are separated by spaces (RFC 6749 section 3.3): a comma"
                " would be part of a name.",
                job=_job(calls),
                scope=shown(scope),
            )
        if scope != " ".join(scope.split()):
            raise NotYet(
                "For {job}, your function returned {scope}. Put exactly one space between two scopes, and nothing else"
                " around them.",
                job=_job(calls),
                scope=shown(scope),
            )


@probe
def each_scope_once(attempt: Attempt) -> None:
    for calls in (
        [("GET", "/todos"), ("GET", "/todos/1")],
        [("POST", "/todos"), ("DELETE", "/todos/2"), ("PATCH", "/todos/1")],
        [("GET", "/todos"), ("POST", "/todos"), ("GET", "/todos/3"), ("DELETE", "/todos/3")],
    ):
        scope = _scope(attempt, calls)
        if len(scope.split()) != len(set(scope.split())):
            raise NotYet(
                "For {job}, your function returned {scope}, which names a scope twice. However many calls need a scope, name"
                " it once.",
                job=_job(calls),
                scope=shown(scope),
            )


@probe
def one_job_after_another(attempt: Attempt) -> None:
    """Nothing is kept of an earlier job."""
    calls = [("GET", "/todos/1")]
    alone = _scope(attempt, calls)
    _scope(attempt, [("GET", "/todos"), ("DELETE", "/todos/3")])
    scope = _scope(attempt, calls)
    if WRITE in scope and WRITE not in alone:
        raise NotYet(
            "Your function was called for several jobs. For the last, {job}, it returned {scope}, which has a scope of an earlier"
            " job. Begin with an empty collection in each call.",
            job=_job(calls),
            scope=shown(scope),
        )


least_scope = Exercise(
    name="least_scope",
    lesson="02",
    probes=(
        one_job_after_another,  # first, since the others would blame the job for what is left of an earlier one
        _covers(
            "reading",
            ([("GET", "/todos")], {READ}),
            ([("GET", "/todos/1")], {READ}),
            ([("GET", "/todos/17/notes")], {READ}),
            ([("GET", "/todos/2"), ("GET", "/todos")], {READ}),
        ),
        _covers(
            "creating",
            ([("POST", "/todos")], {WRITE}),
            ([("POST", "/todos/1/notes")], {WRITE}),
            ([("POST", "/todos"), ("GET", "/health")], {WRITE}),
        ),
        _covers("changing", ([("PATCH", "/todos/2")], {WRITE}), ([("PATCH", "/todos/1/notes/3")], {WRITE})),
        _covers("deleting", ([("DELETE", "/todos/2")], {WRITE}), ([("DELETE", "/todos")], {WRITE})),
        _covers(
            "reading_and_writing",
            ([("GET", "/todos"), ("PATCH", "/todos/2")], {READ, WRITE}),
            ([("DELETE", "/todos/2"), ("GET", "/todos/1")], {READ, WRITE}),
            ([("POST", "/todos"), ("GET", "/health"), ("GET", "/todos")], {READ, WRITE}),
        ),
        _covers(
            "no_more_than_that",
            ([("GET", "/health")], set()),
            ([], set()),
            ([("GET", "/health"), ("GET", "/todos")], {READ}),
        ),
        one_space_between,
        each_scope_once,
    ),
    notice="Least privilege in one line: a token of this job has no scope that the job does not need.",
    hints=(
        "Go through the calls and collect what each of them needs; a set keeps a scope once, however often you add it.",
        "`GET` needs `read:todos`, every other method `write:todos`, and `/health` needs nothing.",
        'At the end, `" ".join(sorted(scopes))` makes the string.',
    ),
    solution_code="""
NEEDS = {"GET": "read:todos", "POST": "write:todos", "PATCH": "write:todos", "DELETE": "write:todos"}

def least_scope(calls):
    scopes = {NEEDS[method] for method, path in calls if path.startswith("/todos")}
    return " ".join(sorted(scopes))
""",
    explanation=(
        "RFC 6749 section 3.3: the scope parameter is a list of words separated by spaces, and their order does not matter."
        " RFC 9700 section 2.3 asks for tokens with the least privileges that the job needs."
    ),
    equal={
        **RAISES_NOTHING,
        "return ' '.join(scopes)": "the order of scopes does not matter (RFC 6749 section 3.3)",
        "scopes = {NEEDS.get(method, next(iter(NEEDS.values()), None)) for method, path in calls if path.startswith('/todos')}": (
            "every method of the table is in the dict"
        ),
    },
)

_OTHERS = {"CLIENT_ID": "an-id-of-ours", "DATABASE_PASSWORD": "hunter2-and-more"}
_NEARLY = {
    "CLIENT_SECRET_FILE": "/run/secrets/job",
    "MY_CLIENT_SECRET": "not-this-one",
    "client_secret": "nor-this-one",
}
_MISSING: list[tuple[str, dict[str, str]]] = [
    ("an environment without `CLIENT_SECRET`", {}),
    ("an environment without `CLIENT_SECRET`, in which other names are nearly the same", _NEARLY),
]
_EMPTY: list[tuple[str, dict[str, str]]] = [
    ("an environment in which `CLIENT_SECRET` is empty", {"CLIENT_SECRET": ""})
]
_BLANK: list[tuple[str, dict[str, str]]] = [
    (f"an environment in which `CLIENT_SECRET` is {shown(value)}", {"CLIENT_SECRET": value})
    for value in (" ", "\n", " \t\r\n")
]
_AT_ONCE = "A job without its secret would go on, and fail later, far from the cause."


def _returns(name: str, *entries: tuple[str, str, str], rule: str) -> Probe:
    """For each entry: what it is, the value of the variable, and the secret."""

    def ask(attempt: Attempt) -> None:
        for what, value, secret in entries:
            result = attempt.value(what, {"CLIENT_SECRET": value, **_OTHERS})
            if not isinstance(result, str):
                raise NotYet(
                    "For {what}, your function returned a `{kind}`. Return the secret as a plain string, the value of"
                    " `CLIENT_SECRET` itself.",
                    what=what,
                    kind=type(result).__name__,
                )
            if result != secret:
                raise NotYet(
                    "For {what}, your function returned {result}. {rule}",
                    what=what,
                    result=shown(result),
                    rule=rule,
                )

    return Probe(name, ask)


def _raised(attempt: Attempt) -> list[tuple[str, dict[str, str], BaseException]]:
    """What it raised wherever there is no secret."""
    found = []
    for what, changes in (*_MISSING, *_EMPTY, *_BLANK):
        environment = {**_OTHERS, **changes}
        _, raised, _ = attempt.outcome(what, environment)
        if raised is not None:
            found.append((what, environment, raised))
    return found


@probe
def says_which_variable(attempt: Attempt) -> None:
    for what, _, raised in _raised(attempt):
        if isinstance(raised, RuntimeError) and "CLIENT_SECRET" not in str(raised):
            raise NotYet(
                "For {what}, your function raised an error that says {said}. Name the variable, so that whoever runs the job"
                " knows what to set.",
                what=what,
                said=shown(str(raised)),
            )


@probe
def shows_no_other_value(attempt: Attempt) -> None:
    for what, environment, raised in _raised(attempt):
        said = f"{raised} {raised!r} {raised.__cause__!r} {raised.__context__!r} {getattr(raised, '__notes__', '')}"
        shows = [name for name, value in environment.items() if value.strip() and value in said]
        if shows:
            raise NotYet(
                "For {what}, your function raised an error that contains the value of `{name}`. Errors end up in logs: name"
                " variables there, and never show what is in them.",
                what=what,
                name=shows[0],
            )


@probe
def prints_nothing(attempt: Attempt) -> None:
    attempt.outcome("an environment that has a secret", {**_OTHERS, "CLIENT_SECRET": "s3cr3t"})
    _raised(attempt)
    if attempt.printed:
        raise NotYet(
            "Your function prints something. A notebook saves what a cell prints, so a secret is never printed."
        )


def _no_secret(name: str, entries: list[tuple[str, dict[str, str]]], rule: str) -> Probe:
    cases = [case(what, {**_OTHERS, **changes}) for what, changes in entries]
    return raises(name, *cases, error=RuntimeError, rule=rule)


load_secret = Exercise(
    name="load_secret",
    lesson="02",
    probes=(
        _returns(
            "the_secret_as_it_is",
            ("an environment in which `CLIENT_SECRET` is `s3cr3t`", "s3cr3t", "s3cr3t"),
            (
                "an environment in which `CLIENT_SECRET` is `Other_Secret-7=`",
                "Other_Secret-7=",
                "Other_Secret-7=",
            ),
            ("an environment whose secret has a space in it, `n0 w0rd r`", "n0 w0rd r", "n0 w0rd r"),
            rule="Return the value that the parameter `environment` has under `CLIENT_SECRET`, as it is.",
        ),
        _returns(
            "without_the_newline",
            ("a secret with a newline behind it", "n3ver-r\n", "n3ver-r"),
            ("a secret with a newline of Windows behind it, `\\r\\n`", "n3ver-r\r\n", "n3ver-r"),
            rule="The newline at the end of a file is not part of the secret. Everything before it is.",
        ),
        _no_secret("not_set", _MISSING, _AT_ONCE),
        _no_secret("empty", _EMPTY, _AT_ONCE),
        _no_secret("blank", _BLANK, "A value of nothing but white space is no secret."),
        says_which_variable,
        shows_no_other_value,
        prints_nothing,
    ),
    notice="The page says where the secret is, and not what it is. Such a page may be committed, shared and shown on a screen.",
    hints=(
        "`environment` is a dict like `os.environ`. `environment.get(name)` is None for a variable that is not set.",
        "Take the value, `.strip()` it, and if nothing is left, raise a `RuntimeError` that names the variable.",
        'Avoid None before you strip: `environment.get("CLIENT_SECRET", "").strip()`.',
    ),
    solution_code="""
def load_secret(environment):
    secret = environment.get("CLIENT_SECRET", "").strip()
    if not secret:
        raise RuntimeError("Set CLIENT_SECRET in the environment or in .env.")
    return secret
""",
    explanation=(
        "There is no default, since a default is a secret in the code. The function fails at once and says which variable is"
        " missing, without ever showing the value of another one."
    ),
)
