"""What the checks of lessons 04 to 06 ask of a function that is to let some things pass and to refuse others."""

from typing import Any

from helpers.exercises.probe import Attempt, NotYet
from helpers.todo_api.learner import REFUSALS

__all__ = ["REFUSALS", "accepts", "refuses"]


def refuses(attempt: Attempt, arguments: tuple[Any, ...], what: str) -> None:
    """The function refuses this by raising one of :data:`REFUSALS`, which the door takes for a no.

    :raises NotYet: it returned, or raised something that looks like a bug.
    """
    result, raised = attempt.tried(*arguments)
    if raised is None:
        hint = " Returning False is easily overlooked: raise a ValueError." if result is False else ""
        raise NotYet(f"It let {what} pass.{hint}")
    if not isinstance(raised, REFUSALS):
        raise NotYet(
            f"For {what.rstrip(',')}: {attempt.error(*arguments)} At the door that is a bug, and a 500. A refusal is a ValueError."
        )


def accepts(attempt: Attempt, arguments: tuple[Any, ...], what: str) -> None:
    """The function lets this pass.

    :raises NotYet: it raised.
    """
    if said := attempt.error(*arguments):
        raise NotYet(f"It refused {what}. {said}")
