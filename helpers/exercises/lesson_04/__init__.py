"""Lesson 04: the pieces of a verifier, and the verifier."""

from helpers.exercises.lesson_04.header import check_header, key_for  # isort: split

from helpers.exercises.lesson_04.block import expected_block  # isort: split

from helpers.exercises.lesson_04.claims import check_audience, check_issuer, check_times, holds_scope
from helpers.exercises.lesson_04.whole import other_scope, verify

__all__ = [
    "check_audience",
    "check_header",
    "check_issuer",
    "check_times",
    "expected_block",
    "holds_scope",
    "key_for",
    "other_scope",
    "verify",
]
