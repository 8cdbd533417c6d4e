"""Lesson 05: the verifier that comes along from lesson 04."""

import functools
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from IPython.display import display

from helpers import bounded
from helpers.bounded import Misbehaved
from helpers.display.card import Note
from helpers.exercises import lesson_04
from helpers.exercises.lesson_04.tokens import arguments, payload_of, workshop
from helpers.exercises.probe import shown

FILE = "my_verifier.py"
TIMEOUT = 2.0
"""Seconds after which a call of the function is given up."""

INSTEAD = "The page goes on with the solution of lesson 04. Correct the file and run this cell again."
TITLE = f"{FILE} cannot be used."


class _Unusable(Exception):
    """Why the file's function cannot be used, as a sentence."""


def carried_over() -> Callable[..., Any]:
    """``verify(token, jwks, issuer, audience, now)`` out of the file my_verifier.py beside the page, shown with a note.

    It is tried with one good token. Without the file, or when it cannot be used, lesson 04's solution.
    """
    file = Path(FILE)
    if not file.is_file():
        display(
            Note(
                "Lesson 04's solution.",
                [f"There is no `{FILE}` beside this page, so the page uses the solution of lesson 04."],
            )
        )
        return lesson_04.verify.working
    try:
        function = _from_file(file)
        _try(function)
    except _Unusable as fault:
        display(Note(TITLE, [str(fault), INSTEAD], "warn"))
        return lesson_04.verify.working
    said = f"`verify` comes from `{FILE}` beside this page. It let a good token in, which the checker made, and returned its claims."
    display(Note("Your own.", [said], "good"))
    return _in_time(function)


def _from_file(file: Path) -> Callable[..., Any]:
    names: dict[str, Any] = {"__name__": file.stem}
    printed: list[str] = []

    def run() -> None:
        exec(compile(file.read_text(encoding="utf-8"), file.name, "exec"), names)  # noqa: S102 - the learner's own file

    try:
        bounded.call(run, timeout=TIMEOUT, printed=printed)
    except Misbehaved as fault:
        raise _Unusable(f"Running it {_where(fault)}") from None
    function = names.get("verify")
    if not callable(function):
        raise _Unusable("It does not define a function `verify(token, jwks, issuer, audience, now)`.")
    try:
        bounded.check_kind(function, 5)
    except Misbehaved as fault:
        raise _Unusable(
            f"Its `verify` {fault.did} The first line is `def verify(token, jwks, issuer, audience, now):`."
        ) from None
    return function


def _where(fault: Misbehaved) -> str:
    """What running the file did; a syntax error has its line in itself."""
    error = fault.raised
    if isinstance(error, SyntaxError):
        return f"raised {type(error).__name__}: {error.msg} (line {error.lineno} of {FILE})."
    if error is not None:
        lines = [
            frame.lineno
            for frame in inspect.getinnerframes(error.__traceback__)
            if Path(frame.filename).name == FILE
        ]
        place = f" (line {lines[-1]} of {FILE})" if lines else ""
        return f"raised {type(error).__name__}: {error}{place}."
    return fault.did


def _try(function: Callable[..., Any]) -> None:
    """That it lets one good token in.

    :raises _Unusable: it does not.
    """
    token = workshop().good
    try:
        result = bounded.call(function, *arguments(token), timeout=TIMEOUT)
    except Misbehaved as fault:
        raise _Unusable(f"For a good token, its `verify` {fault.did}") from None
    if not isinstance(result, dict) or result != json.loads(payload_of(token)):
        raise _Unusable(
            f"For a good token, its `verify` returned {shown(result)}. It must return the token's claims."
        )


def _in_time(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which a cell can call without ever hanging; what it raises reaches the caller."""

    @functools.wraps(function)
    def verify(*given: Any, **named: Any) -> Any:
        printed: list[str] = []
        asked = functools.partial(function, **named) if named else function
        try:
            return bounded.call(asked, *map(bounded.Shared, given), timeout=TIMEOUT, printed=printed)
        except Misbehaved as fault:
            raised = fault.raised or TimeoutError(f"`verify` of {FILE} {fault.did}")
        finally:
            print("".join(printed), end="")
        raise raised  # not within the except, which would change what its traceback says

    return verify
