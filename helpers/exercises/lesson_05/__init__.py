"""Lesson 05: the holes that a verifier has, one exercise each, and the whole battery at the end."""

from helpers.exercises.lesson_05.algorithm import algorithm_for
from helpers.exercises.lesson_05.carried import carried_over
from helpers.exercises.lesson_05.claims import check_forms, check_lifetime, check_type
from helpers.exercises.lesson_05.door import bearer_token
from helpers.exercises.lesson_05.form import decode_strictly, read_object
from helpers.exercises.lesson_05.keys import usable_keys
from helpers.exercises.lesson_05.predictions import replayed, respelled, scope_in_a_list, unsigned
from helpers.exercises.lesson_05.trusted import trusted_key
from helpers.exercises.lesson_05.whole import strict_verify

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
    "scope_in_a_list",
    "strict_verify",
    "trusted_key",
    "unsigned",
    "usable_keys",
]
