"""Lesson 05: the holes that a verifier has, one exercise each, and the whole battery at the end."""

from helpers.exercises.lesson_05.algorithm import algorithm_for, unsigned
from helpers.exercises.lesson_05.claims import check_forms, check_lifetime, check_type
from helpers.exercises.lesson_05.door import bearer_token, replayed
from helpers.exercises.lesson_05.form import decode_strictly, read_object, respelled
from helpers.exercises.lesson_05.keys import trusted_key, usable_keys
from helpers.exercises.lesson_05.whole import carried_over, strict_verify

__all__ = [
    "algorithm_for",
    "bearer_token",
    "carried_over",
    "check_forms",
    "check_lifetime",
    "check_type",
    "decode_strictly",
    "read_object",
    "replayed",
    "respelled",
    "strict_verify",
    "trusted_key",
    "unsigned",
    "usable_keys",
]
