"""Lets tokens try a function one after the other: the asking behind ``lab.line_up()``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from helpers.attacks.battery import PATIENCE, no_answer
from helpers.bounded import Misbehaved, call
from helpers.display.lineup import Suspect
from helpers.gone import is_gone, old_address
from helpers.todo_api.learner import REFUSALS
from helpers.tokens.errors import TokenError

TIMEOUT = 2.0
"""Seconds that a function has for one token."""


class Shown(NamedTuple):
    """A token that is shown to the function."""

    token: str
    name: str
    story: str
    good: bool = False


def ask_about(verify: Callable[[str], Any], shown: Iterable[Shown], name: str) -> list[Suspect]:
    """What the function does with each token. One that hangs is asked :data:`PATIENCE` times, and then no more.

    :param name: of the function.
    :raises LabError: it asks the address of a lab that is gone about a good token.
    """
    suspects = []
    hung = 0
    for one in shown:
        if hung >= PATIENCE:
            said = f"it was not asked, since it did not return {PATIENCE} times"
            suspects.append(Suspect(one.name, one.story, one.good, "not tried", said))
            continue
        printed: list[str] = []
        try:
            result = call(verify, one.token, timeout=TIMEOUT, printed=printed)
        except Misbehaved as fault:
            # Only a call that was given up ends without an exception: the kind of the function is checked before.
            hung += fault.raised is None
            if one.good and is_gone(fault.did):
                raise old_address(f"your {name}") from None
            suspects.append(_failed(one, fault))
        else:
            said = no_answer(result)
            suspects.append(Suspect(one.name, one.story, one.good, "broke" if said else "let in", said))
        finally:
            print("".join(printed), end="")
    return suspects


def _failed(shown: Shown, fault: Misbehaved) -> Suspect:
    if isinstance(fault.raised, (*REFUSALS, TokenError)):
        return Suspect(shown.name, shown.story, shown.good, "refused", _reason(fault.raised))
    return Suspect(shown.name, shown.story, shown.good, "broke", fault.did)


def _reason(refusal: BaseException) -> str:
    try:
        said = str(refusal)
    except Exception:  # an exception class of the learner's own
        said = ""
    return said or type(refusal).__name__
