"""How many token requests the server takes in a while, and the headers that say so, as Auth0 sends them."""

import math
import time
from dataclasses import dataclass

import limits
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter


@dataclass(frozen=True)
class Hit:
    """One request counted: whether it still fits, and the headers for its answer."""

    allowed: bool
    headers: dict[str, str]


class RateLimit:
    """A number of requests in a fixed window of real time, whoever sends them.

    :param rate: such as ``"600/minute"`` or ``"3 per 10 seconds"``.
    :raises ValueError: when the rate cannot be read.
    """

    def __init__(self, rate: str) -> None:
        try:
            self._item = limits.parse(rate)
        except ValueError:
            raise ValueError(f'Write a rate limit such as "600/minute", not {rate!r}.') from None
        self.rate = rate
        # A storage of its own, so that a new limit starts with a clean count.
        self._window = FixedWindowRateLimiter(MemoryStorage())

    def hit(self) -> Hit:
        """Count one request.

        X-RateLimit-Reset is a time in epoch seconds; Retry-After is a number of seconds (RFC 9110 §10.2.3).
        """
        allowed = self._window.hit(self._item)
        reset_time, remaining = self._window.get_window_stats(self._item)
        headers = {
            "X-RateLimit-Limit": str(self._item.amount),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": str(math.ceil(reset_time)),
        }
        if not allowed:
            headers["Retry-After"] = str(max(1, math.ceil(reset_time - time.time())))
        return Hit(allowed, headers)
