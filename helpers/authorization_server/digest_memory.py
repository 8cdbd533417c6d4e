"""A bounded memory for what must be known until a certain time: revoked tokens, assertions already used."""

import hashlib
import heapq
import math
import threading


class MemoryFull(Exception):
    """There is no room for more until something is forgotten."""


class DigestMemory:
    """Texts, each remembered until a time of its own at least. Only digests are kept: nobody can use what is in here.

    Safe to use from several threads.

    :param limit: texts that are remembered at most. Beyond it nothing is forgotten early, which would undo it.
    """

    # A clock can be set back: a lab's is, by lab.clock.reset(). What had expired is good again then, and must still be
    # known. So a text is forgotten only when another one needs its room, and from then on each text whose time ends no
    # later than its time did counts as known. While the clock goes on, such a text has expired anyway.

    def __init__(self, limit: int = 100_000) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._known: set[bytes] = set()
        self._by_time: list[tuple[float, bytes]] = []  # a heap: the first to be forgotten is on top
        self._forgotten_until = -math.inf

    def add(self, text: str, *, until: float, now: float) -> bool:
        """Remember a text.

        :param until: when it may be forgotten, and ``now``: seconds since the epoch.
        :return: False when it was known already.
        :raises MemoryFull: when there is no room for it.
        """
        digest = _digest(text)
        with self._lock:
            if digest in self._known or until <= self._forgotten_until:
                return False
            if len(self._known) >= self._limit:
                self._forget(now)
            if len(self._known) >= self._limit:
                raise MemoryFull
            self._known.add(digest)
            heapq.heappush(self._by_time, (until, digest))
            return True

    def knows(self, text: str, *, until: float) -> bool:
        """Whether the text was added, with this ``until``; also when that can no longer be told."""
        return _digest(text) in self._known or until <= self._forgotten_until

    def _forget(self, now: float) -> None:
        """Forget the texts whose time is over."""
        while self._by_time and self._by_time[0][0] <= now:
            self._forgotten_until, digest = heapq.heappop(self._by_time)
            self._known.discard(digest)

    def __len__(self) -> int:
        return len(self._known)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
