"""Lesson 06: a key cache in three steps, the cost, and a proof of possession."""

from helpers.exercises.lesson_06.cache import calm, refetching
from helpers.exercises.lesson_06.cost import (
    grant_withdrawn,
    issuer_load,
    keys_out_of_reach,
    rotated_once,
    rotated_twice,
)
from helpers.exercises.lesson_06.lasting import lasting
from helpers.exercises.lesson_06.proof import check_proof

__all__ = [
    "calm",
    "check_proof",
    "grant_withdrawn",
    "issuer_load",
    "keys_out_of_reach",
    "lasting",
    "refetching",
    "rotated_once",
    "rotated_twice",
]
