"""Recognises what is left of a lab that was reset or stopped: a function or a client that asks its old address."""

import re

from helpers.lab import LabError

# requests, urllib and http.client each say it in their own words; of a long one only the beginning may be there.
_REFUSED = re.compile(
    r"Pool\(host='(?:127\.0\.0\.1|localhost)', port=\d+\): Max retries exceeded(?!.*(?:timed out|Timeout))"
    r"|Connection refused|WinError 10061",
    re.DOTALL,
)


def is_gone(said: str) -> bool:
    """Whether an exception says that nobody listens at an address of this machine.

    :param said: its words, or what a function did.
    """
    return _REFUSED.search(said) is not None


def old_address(who: str) -> LabError:
    """The one sentence for it.

    :param who: asks there: "your my_verify".
    """
    return LabError(
        f"The lab was reset or stopped, and {who} still asks an address where nobody answers: run the cells of this"
        " page again, from the one with lab.start() down to this one."
    )
