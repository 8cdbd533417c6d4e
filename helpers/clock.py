"""The lab's clock: real time, plus however far a lesson has moved it."""

import time


class Clock:
    """Seconds since the epoch (RFC 7519 NumericDate) when called; a lesson may move it on, and put it right again.

    It lets a page show an expired token without sleeping until the token expires.
    """

    def __init__(self) -> None:
        self._offset = 0.0

    def __call__(self) -> float:
        return time.time() + self._offset

    @property
    def offset(self) -> float:
        """How far ahead of real time the clock is, in seconds."""
        return self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock on.

        :raises ValueError: when ``seconds`` is negative: tokens issued in the future would follow.
        """
        if not seconds >= 0:
            raise ValueError("The clock only moves forward: give a number of seconds that is not negative.")
        self._offset += seconds

    def reset(self) -> None:
        """Show real time again, as another issuer's clock has done all along.

        A token that the local server issued meanwhile is then one from the future: ask for a new one.
        """
        self._offset = 0.0
