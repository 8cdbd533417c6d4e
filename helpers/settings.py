"""Which issuer, audience and application the course uses: four variables, from the environment or from ``.env``."""

import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def env_file() -> Path:
    """The dotenv file: ``.env`` at the root of the course, or what COURSE_ENV_FILE names."""
    return Path(os.environ.get("COURSE_ENV_FILE") or ROOT / ".env")


def is_in_environment(name: str) -> bool:
    """Whether a variable is set in the environment, which wins over the dotenv file; an empty one is not."""
    return any(key.upper() == name and value for key, value in os.environ.items())


def state_dir() -> Path:
    """Where the course keeps what is the learner's own, such as progress: ``.lab``, or what COURSE_STATE_DIR names."""
    return Path(os.environ.get("COURSE_STATE_DIR") or ROOT / ".lab")


class Settings(BaseSettings):
    """ISSUER, AUDIENCE, CLIENT_ID and CLIENT_SECRET.

    With no ISSUER set, the lab starts its own authorization server and makes the other three up. The secret is a
    ``SecretStr``: it prints as stars, and ``get_secret_value()`` is the one way to it.
    """

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    issuer: str | None = None
    audience: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None

    def __init__(self, **values: Any) -> None:
        super().__init__(_env_file=env_file(), **values)

    @field_validator("issuer", "audience", "client_id")
    @classmethod
    def _strip(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @property
    def missing(self) -> list[str]:
        """The names of the variables that are not set."""
        return [name.upper() for name in type(self).model_fields if not getattr(self, name)]


def reach_loopback_directly() -> None:
    """Where a proxy is set for the whole network, requests to this machine must not go through it."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, "127.0.0.1", "localhost"]))
