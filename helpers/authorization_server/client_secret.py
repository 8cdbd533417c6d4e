"""A client secret as the authorization server keeps it: what scrypt makes of it, never the secret."""

import hashlib
import hmac
import secrets

_PROCESS_KEY = secrets.token_bytes(32)


class SecretHash:
    """A random salt, what scrypt (RFC 7914) makes of it and a secret, and whether that secret was seen lately."""

    __slots__ = ("_seen", "digest", "salt")

    def __init__(self, salt: bytes, digest: bytes) -> None:
        self.salt = salt
        self.digest = digest
        self._seen = b""

    @classmethod
    def of(cls, secret: str) -> "SecretHash":
        salt = secrets.token_bytes(16)
        return cls(salt, _scrypt(secret, salt))

    @classmethod
    def of_nothing(cls) -> "SecretHash":
        """A hash that no known secret has: what an unknown client is compared with."""
        return cls(secrets.token_bytes(16), secrets.token_bytes(64))

    def matches(self, secret: str) -> bool:
        """Whether this is the hash of ``secret``; takes as long when it is not.

        A secret that was right once is known again in microseconds.
        """
        # scrypt is slow so that who steals the hashes cannot guess fast, and so that guessing over HTTP is slow. Both
        # hold: a wrong guess costs one scrypt as ever, and the short way needs a key that is in no copy of the hashes.
        # Who can read it out of this process can read the secrets too, as they arrive. It ends with the hash it stands
        # beside: when the secret is rotated, or the application deleted.
        mark = hmac.digest(_PROCESS_KEY, self.salt + secret.encode(), "sha256")
        if hmac.compare_digest(self._seen, mark):
            return True
        matches = hmac.compare_digest(self.digest, _scrypt(secret, self.salt))
        if matches:
            self._seen = mark
        return matches


def _scrypt(secret: str, salt: bytes) -> bytes:
    # About 50 ms and 16 MiB for each guess; the caller keeps it off the event loop.
    return hashlib.scrypt(secret.encode(), salt=salt, n=2**14, r=8, p=1)
