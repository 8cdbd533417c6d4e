"""Tokens verified before: a client sends the same one for hours, and its signature does not change."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

from .compact import Header
from .keys import Key


@dataclass(slots=True)
class Verified:
    """What a verification found out, for as long as it is true.

    It is true while the key set still gives this very key for the kid, and from `since` until `until` (seconds since
    1970): a token that has begun goes on being valid until it ends. A clock that was set back has to ask again.
    Not frozen, for the time that this takes: nobody but the verifier sees it, and nothing changes it.
    """

    header: Header
    key: Key
    since: float
    until: float
    claims: dict[str, Any]
    nested: bool

    def recall(self, key: Key, now: float) -> dict[str, Any] | None:
        """The claims, if all that still holds. They are a copy: the caller may change it."""
        if key is not self.key or not self.since <= now < self.until:
            return None
        return copy.deepcopy(self.claims) if self.nested else self.claims.copy()


class VerifiedCache:
    """The tokens that were verified last, at most `size` of them; 0 turns it off.

    It holds the digest of a token, never the token: nobody who reads this memory can use what is in it.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: dict[bytes, Verified] = {}
        self._lock = Lock()

    def look_up(self, token: bytes) -> tuple[bytes, Verified | None]:
        """The digest that a token is filed under, and what is known of it. That may have stopped being true."""
        if not self._size:
            return b"", None
        digest = sha256(token).digest()
        return digest, self._entries.get(digest)

    def put(self, digest: bytes, verified: Verified) -> None:
        """Remember this token, and forget the one that was verified longest ago if there are too many."""
        with self._lock:
            self._entries[digest] = verified
            if len(self._entries) > self._size:
                del self._entries[next(iter(self._entries))]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)
