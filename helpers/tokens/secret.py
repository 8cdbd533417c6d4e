"""A secret that does not print itself."""

from __future__ import annotations

from typing import Protocol


class HasSecretValue(Protocol):
    """A secret that does not print itself, such as pydantic's `SecretStr`."""

    def get_secret_value(self) -> str: ...


class Secret:
    """A str that does not print itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        return self._value


def wrapped(secret: str | HasSecretValue) -> HasSecretValue:
    """The secret as an object, whichever way it was given."""
    return Secret(secret) if isinstance(secret, str) else secret
