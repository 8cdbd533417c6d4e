"""How many token requests the server takes in a while, and the headers that say so, as Auth0 sends them.

By hand, since the library for it takes a tenth of a second to import and keeps a timer that wakes a hundred times a
second, and a lab has one second to start in.
"""

import math
import re
import threading
import time
from dataclasses import dataclass

SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}

_RATE = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(SECONDS)})")


@dataclass(frozen=True)
class Hit:
    """One request counted: whether it still fits, and the headers for its answer."""

    allowed: bool
    headers: dict[str, str]


class RateLimit:
    """A number of requests in a fixed window of real time, whoever sends them; the first request opens the window.

    :param rate: such as ``"600/minute"``.
    :raises ValueError: when the rate cannot be read.
    """

    def __init__(self, rate: str) -> None:
        self.rate = rate
        self._limit, self._window = read_rate(rate)
        self._lock = threading.Lock()
        self._count, self._ends = 0, 0.0

    def hit(self) -> Hit:
        """Count one request.

        X-RateLimit-Reset is a time in epoch seconds; Retry-After is a number of seconds (RFC 9110 §10.2.3).
        """
        now = time.time()
        with self._lock:
            if not self._ends - self._window <= now < self._ends:
                self._count, self._ends = 0, now + self._window
            self._count += 1
            count, ends = self._count, self._ends
        headers = {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(max(0, self._limit - count)),
            "X-RateLimit-Reset": str(math.ceil(ends)),
        }
        if count > self._limit:
            headers["Retry-After"] = str(max(1, math.ceil(ends - now)))
        return Hit(count <= self._limit, headers)


def read_rate(rate: str) -> tuple[int, int]:
    """How many, in how many seconds.

    :raises ValueError: when the rate cannot be read.
    """
    match = _RATE.fullmatch(rate) if isinstance(rate, str) else None
    if match is None:
        raise ValueError(f'Write a rate limit such as "600/minute", not {rate!r}.')
    return int(match[1]), SECONDS[match[2]]
