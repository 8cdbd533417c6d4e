"""How often a wrong secret may be sent for a client: the protection against guessing that RFC 6749 §2.3.1 demands."""

import asyncio
import hashlib
import time
from dataclasses import dataclass
from weakref import WeakValueDictionary

from .rate_limit import read_rate

MAX_CLIENTS = 10_000
"""Client ids whose wrong secrets are counted at once, some 2 MB. Beyond it the count that began first is forgotten."""


@dataclass(slots=True)
class _Count:
    """Wrong secrets since the window opened, and when it ends, on the monotonic clock."""

    tries: int
    ends: float


class WrongSecrets:
    """Counts the wrong secrets of each client id in a fixed window of real time; the first one opens the window.

    The key of the limit is the client id, whether a client has it or not, and the same at each endpoint. A guesser
    guesses at the secret of one client, so wrong secrets for one client lock out no other. An address is a poor key: on
    this machine all clients have the same one, and a header can name any. The price: anybody who knows a client id can
    lock that client out for a window, so the window should be short.

    A right secret does not set the count back. The client's own requests would then give a guesser unlimited tries.

    Used in the event loop's thread alone.

    :param rate: such as ``"30/minute"``.
    :param clients: client ids that are counted at once.
    :raises ValueError: when the rate cannot be read.
    """

    def __init__(self, rate: str, *, clients: int = MAX_CLIENTS) -> None:
        self.rate = rate
        self._limit, self._window = read_rate(rate)
        self._clients = clients
        # By digest of the id. The window that opened first comes first.
        self._counts: dict[bytes, _Count] = {}
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    def seconds_to_wait(self, client_id: str) -> float:
        """Seconds until a secret of this client is looked at again; 0 if it is looked at now."""
        count = self._counts.get(_digest(client_id))
        if count is None or count.tries < self._limit:
            return 0.0
        return max(0.0, count.ends - time.monotonic())

    def count(self, client_id: str) -> None:
        """Count one wrong secret."""
        key, now = _digest(client_id), time.monotonic()
        count = self._counts.get(key)
        if count is not None and now < count.ends:
            count.tries += 1
            return
        self._counts.pop(key, None)
        if len(self._counts) >= self._clients:
            del self._counts[next(iter(self._counts))]
        self._counts[key] = _Count(1, now + self._window)

    def turn(self, client_id: str) -> asyncio.Lock:
        """The lock to hold while a secret of this client is hashed.

        Without it, many tries at once would all be looked at before the first one counts.
        """
        return self._turns.setdefault(_digest(client_id), asyncio.Lock())


def _digest(client_id: str) -> bytes:
    """Short, however long a client id somebody makes up."""
    return hashlib.sha256(client_id.encode()).digest()
