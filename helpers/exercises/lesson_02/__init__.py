"""Lesson 02: the request, its errors, scope, the secret's place, reusing a token, and a job."""

from helpers.exercises.lesson_02.request import (  # isort: split
    AUDIENCE,
    CREDENTIALS,
    GRANT,
    SCOPE,
    WAIT,
    token_request,
    unknown_client,
    what_to_mend,
    without_grant,
)

from helpers.exercises.lesson_02.secret import least_scope, load_secret  # isort: split

from helpers.exercises.lesson_02.reuse import reuse  # isort: split

from helpers.exercises.lesson_02.batch import nightly_batch

__all__ = [
    "AUDIENCE",
    "CREDENTIALS",
    "GRANT",
    "SCOPE",
    "WAIT",
    "least_scope",
    "load_secret",
    "nightly_batch",
    "reuse",
    "token_request",
    "unknown_client",
    "what_to_mend",
    "without_grant",
]
