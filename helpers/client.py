"""The course's batch job: get a token, call the Todo API with it, print the todos.

`python -m helpers.client` takes ISSUER, AUDIENCE, CLIENT_ID and CLIENT_SECRET from the environment or `.env`.
When those name no application, it takes what `python -m helpers.serve` wrote to `credentials.env`. The todos
go to stdout, everything else to stderr; `--help` lists the exit codes.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import requests
from dotenv import dotenv_values
from pydantic import ValidationError

from helpers.settings import Settings, reach_loopback_directly, state_dir
from helpers.tokens.client import ClientCredentials
from helpers.tokens.errors import ConfigurationError, DiscoveryError
from helpers.tokens.fetch import is_safe_address
from helpers.tokens.token_response import TokenRequestError, printable

TIMEOUT = (3.05, 10.0)  # seconds: to connect, to answer


class Exit(IntEnum):
    """The exit codes, so that whatever starts this job can tell what happened."""

    OK = 0, "the todos were printed"
    UNEXPECTED = 1, "something that this program does not foresee"
    USAGE = 2, "an argument is wrong"
    SETTINGS = 3, "a setting is missing, or cannot be used"
    ISSUER = 4, "the issuer cannot be reached, or is not what the settings say"
    TOKEN_REFUSED = 5, "the issuer gave no token"
    API = 6, "the API cannot be reached"
    UNAUTHORIZED = 7, "the API did not accept the token (401)"
    FORBIDDEN = 8, "the token does not suffice for this (403)"
    API_ANSWER = 9, "the API answered something else"
    INTERRUPTED = 130, "Ctrl-C"

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Exit:
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


class Failure(Exception):
    """An end with an exit code, and words that say what happened and what to do."""

    def __init__(self, code: Exit, words: str) -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words


def main(argv: Sequence[str] | None = None) -> int:
    """Run the job and return its exit code; argv is what stands after the program's name.

    Raises SystemExit for `--help` and wrong arguments, nothing else.
    """
    try:
        _print(_fetch_todos(_arguments(argv)))
        return Exit.OK
    except Failure as failure:
        code, words = failure.code, failure.words
    except ConfigurationError as error:
        code, words = Exit.SETTINGS, str(error)
    except DiscoveryError as error:
        code, words = Exit.ISSUER, f"The issuer cannot be used. {printable(str(error))}"
    except TokenRequestError as error:
        code, words = Exit.ISSUER if error.status is None else Exit.TOKEN_REFUSED, f"No token. {error}"
    except KeyboardInterrupt:
        code, words = Exit.INTERRUPTED, "Interrupted."
    except BrokenPipeError:
        # Who read the todos has gone. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code, words = Exit.UNEXPECTED, "Nobody reads the output any more."
    except Exception as error:
        code, words = Exit.UNEXPECTED, f"Something unexpected happened: {type(error).__name__}."
    _say(words)
    return code


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.client",
        description="Get an access token with the client credentials flow, and print the todos.",
        epilog="exit codes:\n" + "\n".join(f"  {code:3d}  {code.meaning}" for code in Exit),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--api", type=_address, default="http://127.0.0.1:3001", help="the API (default: %(default)s)"
    )
    parser.add_argument(
        "--scope", help="the scopes to ask for, words apart by spaces (default: all that are granted)"
    )
    parser.add_argument("--verbose", action="store_true", help="say each step")
    return parser.parse_args(argv)


def _address(text: str) -> str:
    if not is_safe_address(text):
        raise argparse.ArgumentTypeError("it must be an https address, or an http one on this machine")
    return text.rstrip("/")


def _fetch_todos(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    settings, source = _settings()
    _say(f"Settings from {source}.")
    if settings.missing:
        names = ", ".join(settings.missing)
        advice = "Set them, or start the course's own servers (make serve)."
        raise Failure(Exit.SETTINGS, f"Not set: {names}. {advice}")
    client = ClientCredentials.from_issuer(
        settings.issuer,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        audience=settings.audience,
        scope=arguments.scope,
        timeout=TIMEOUT,
    )
    if arguments.verbose:
        _say(f"Asking {client.token_endpoint} for a token for {client.audience}, as {client.client_id}.")
    client.token()
    url = f"{arguments.api}/todos"
    if arguments.verbose:
        _say(f"Got one. GET {url} with it.")
    return _todos(_call(url, client))


def _settings() -> tuple[Settings, str]:
    """The settings, and where they come from."""
    reach_loopback_directly()
    try:
        settings = Settings()
        written = state_dir() / "credentials.env"
        if settings.client_id or settings.client_secret or not written.is_file():
            return settings, "the environment and .env"
        values = {
            name.lower(): value for name, value in dotenv_values(written, interpolate=False).items() if value
        }
        if settings.issuer not in (None, values.get("issuer")):
            return settings, "the environment and .env"  # the secret of one issuer is never shown to another
        if settings.audience:
            values["audience"] = settings.audience
        return Settings(**values), str(written)
    except ValidationError as error:
        names = ", ".join(str(fault["loc"][0]).upper() for fault in error.errors() if fault["loc"])
        raise Failure(Exit.SETTINGS, f"These settings cannot be used: {names}.") from None
    except (OSError, UnicodeError) as error:
        words = f"The file with the settings cannot be read: {type(error).__name__}."
        raise Failure(Exit.SETTINGS, words) from None


def _call(url: str, client: ClientCredentials) -> requests.Response:
    try:
        with requests.Session() as session:
            session.trust_env = url.startswith("https:")  # plain http stays on this machine: no proxy
            return session.get(url, auth=client, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        slow = isinstance(error, requests.Timeout)
        what = f"{url} did not answer in time." if slow else f"Cannot connect to {url}."
    raise Failure(Exit.API, f"{what} Check that the API is running (make serve), and its address (--api).")


def _todos(response: requests.Response) -> list[dict[str, Any]]:
    challenge = printable(response.headers.get("WWW-Authenticate", ""))
    if response.status_code == 401:
        why = _parameter(challenge, "error_description") or "It says no more."
        advice = "Check that ISSUER and AUDIENCE are those that the API was started with."
        raise Failure(Exit.UNAUTHORIZED, f"The API did not accept the token (401). {why} {advice}")
    if response.status_code == 403:
        scope = _parameter(challenge, "scope")
        why = f"It takes the scope {scope}." if scope else "It says no more."
        advice = "Add it to the application's client grant, and ask for it (--scope)."
        raise Failure(Exit.FORBIDDEN, f"The token does not suffice (403). {why} {advice}")
    try:
        todos = response.json() if response.status_code == 200 else None
    except ValueError:
        todos = None
    if not isinstance(todos, list) or not all(isinstance(todo, dict) for todo in todos):
        what = f"{response.url} answered {response.status_code}, and no list of todos."
        raise Failure(Exit.API_ANSWER, f"{what} Check that it is the Todo API (--api).")
    return todos


def _parameter(challenge: str, name: str) -> str | None:
    """A quoted parameter of a WWW-Authenticate header (RFC 6750 §3)."""
    found = re.search(rf'\b{name}="([^"]*)"', challenge)
    return found[1] if found else None


def _print(todos: list[dict[str, Any]]) -> None:
    for todo in todos:
        mark = "x" if todo.get("done") else " "
        number, title = (printable(str(todo.get(name, "-"))) for name in ("id", "title"))
        print(f"[{mark}] {number:>3}  {title}")
    if not todos:
        print("There are no todos.")
    sys.stdout.flush()  # here, where a reader that has gone is noticed


def _say(words: str) -> None:
    print(words, file=sys.stderr)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # for a todo in a script that the terminal cannot show
    sys.exit(main())
