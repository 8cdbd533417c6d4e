"""Lesson 03: decode a segment, read the time, edit a token, find the key."""

from helpers.exercises.lesson_03.token import decode_segment, edited_at_the_door, seconds_left  # isort: split

from helpers.exercises.lesson_03.edit import edited_token  # isort: split

from helpers.exercises.lesson_03.key import find_key

__all__ = ["decode_segment", "edited_at_the_door", "edited_token", "find_key", "seconds_left"]
