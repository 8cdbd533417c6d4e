"""The secrets of a client as the authorization server keeps them: what scrypt makes of each, never a secret."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

MAX_SECRETS = 2
"""Secrets of one client that can be valid at once. Two are what it takes to change from one to the next."""

_PROCESS_KEY = secrets.token_bytes(32)


@dataclass(eq=False, slots=True)
class _Kept:
    """One secret: what scrypt (RFC 7914) makes of it and the salt, and a mark once it was found right."""

    digest: bytes = field(repr=False)
    mark: bytes = field(default=b"", repr=False)


class SecretHashes:
    """One or two secrets of a client, hashed with the same random salt, so that a try costs one scrypt for both.

    Each comparison takes as long for one secret as for two: the time does not tell who is changing secrets.
    """

    __slots__ = ("_compared", "_kept", "salt")

    def __init__(self, salt: bytes, kept: tuple[_Kept, ...]) -> None:
        self.salt = salt
        self._kept = kept  # the oldest first
        self._compared = (*kept, *(_Kept(secrets.token_bytes(64)) for _ in range(MAX_SECRETS - len(kept))))

    @classmethod
    def of(cls, secret: str) -> "SecretHashes":
        salt = secrets.token_bytes(16)
        return cls(salt, (_Kept(_scrypt(secret, salt)),))

    @classmethod
    def of_nothing(cls) -> "SecretHashes":
        """Hashes that no known secret has: what the secret of an unknown client is compared with."""
        return cls(secrets.token_bytes(16), ())

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def digests(self) -> tuple[bytes, ...]:
        """What is kept of each secret, the oldest first."""
        return tuple(kept.digest for kept in self._kept)

    def with_another(self, secret: str) -> "SecretHashes":
        """These, and one more.

        :raises ValueError: when there are MAX_SECRETS already.
        """
        if len(self) >= MAX_SECRETS:
            raise ValueError("There are as many secrets as there can be.")
        return SecretHashes(self.salt, (*self._kept, _Kept(_scrypt(secret, self.salt))))

    def newest(self) -> "SecretHashes":
        """The newest one alone."""
        return SecretHashes(self.salt, self._kept[-1:])

    def recognize(self, secret: str) -> bool:
        """Whether this is one of the secrets, and was found right before. Takes microseconds, and never hashes."""
        mark = self._mark(secret)
        return any([hmac.compare_digest(kept.mark, mark) for kept in self._compared])

    def match(self, secret: str) -> bool:
        """Whether this is one of the secrets. One that was found right before is recognized."""
        # scrypt is slow so that who steals the hashes cannot guess fast, and so that guessing over HTTP is slow. Both
        # hold: a wrong guess costs one scrypt as ever, and the short way needs a key that is in no copy of the hashes.
        # Who can read it out of this process can read the secrets too, as they arrive. It ends with the hash it stands
        # beside: when the secret is retired or replaced, or the application deleted.
        if self.recognize(secret):
            return True
        digest = _scrypt(secret, self.salt)
        right = [kept for kept in self._compared if hmac.compare_digest(kept.digest, digest)]
        for kept in right:
            kept.mark = self._mark(secret)
        return bool(right)

    def _mark(self, secret: str) -> bytes:
        return hmac.digest(_PROCESS_KEY, self.salt + secret.encode(), "sha256")


def _scrypt(secret: str, salt: bytes) -> bytes:
    # About 50 ms and 16 MiB for each guess; the caller keeps it off the event loop.
    return hashlib.scrypt(secret.encode(), salt=salt, n=2**14, r=8, p=1)
