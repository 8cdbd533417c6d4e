"""How far the learner has come, as a card."""

import importlib

from helpers.display.card import Card
from helpers.exercises import progress
from helpers.exercises.engine import Exercise
from helpers.exercises.predict import Prediction

LESSONS = ("00", "01", "02", "03", "04", "05", "06", "07")


def tasks(lesson: str) -> list[Exercise | Prediction]:
    """The exercises and predictions of a lesson, in the order of its module."""
    module = importlib.import_module(f"helpers.exercises.lesson_{lesson}")
    return [value for value in vars(module).values() if isinstance(value, Exercise | Prediction)]


def progress_card() -> Card:
    """One row for each lesson: exercises done, and predictions that came true."""
    known = progress.load()
    rows = []
    for lesson in LESSONS:
        parts = []
        for kind, label in ((Exercise, "exercises done"), (Prediction, "predictions right")):
            names = [task.name for task in tasks(lesson) if isinstance(task, kind)]
            done = sum(known.get(lesson, {}).get(name) == progress.DONE for name in names)
            if names:
                parts.append(f"{done} of {len(names)} {label}")
        rows.append((f"Lesson {lesson}", ", ".join(parts)))
    return Card("Your progress", rows)
