"""A bounded memory for what must be known until a certain time: revoked tokens, assertions already used."""

import hashlib
import heapq
import threading


class MemoryFull(Exception):
    """There is no room for more until something is forgotten."""


class DigestMemory:
    """Texts, each remembered until a time of its own. Only digests are kept: nobody can use what is in here.

    Safe to use from several threads.

    :param limit: texts that are remembered at most. Beyond it nothing is forgotten early, which would undo it.
    """

    def __init__(self, limit: int = 100_000) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._known: set[bytes] = set()
        self._by_time: list[tuple[float, bytes]] = []  # a heap: the first to be forgotten is on top

    def add(self, text: str, *, until: float, now: float) -> bool:
        """Remember a text, and forget those whose time is over.

        :param until: when to forget it, and ``now``: seconds since the epoch.
        :return: False when it was known already.
        :raises MemoryFull: when there is no room for it.
        """
        digest = _digest(text)
        with self._lock:
            while self._by_time and self._by_time[0][0] <= now:
                self._known.discard(heapq.heappop(self._by_time)[1])
            if digest in self._known:
                return False
            if len(self._known) >= self._limit:
                raise MemoryFull
            self._known.add(digest)
            heapq.heappush(self._by_time, (until, digest))
            return True

    def __contains__(self, text: str) -> bool:
        return _digest(text) in self._known

    def __len__(self) -> int:
        return len(self._known)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
