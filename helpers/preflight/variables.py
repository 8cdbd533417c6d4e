"""The first step: whether the four variables are set, and to what they can mean."""

from __future__ import annotations

from urllib.parse import urlsplit

from helpers.preflight import advice
from helpers.preflight.advice import Advice
from helpers.settings import Settings, env_file
from helpers.tokens.fetch import is_safe_address
from helpers.tokens.token_response import printable

FOUR = (
    ("ISSUER", "the tenant's domain, with https:// before it and a slash after it"),
    ("AUDIENCE", "the API's Identifier"),
    ("CLIENT_ID", "the application's Client ID"),
    ("CLIENT_SECRET", "its Client Secret"),
)
WHERE = (
    "Write the four variables into the file .env at the root of the course, beside README.md: copy .env.example, and"
    " fill it in"
)

# What people paste along with the issuer, or in place of it.
_PATHS = ("/oauth/token", "/.well-known/", "/authorize", "/userinfo", "/api/v2", "/oauth2/token")


class Missing(Exception):
    """A step fails: what was found, and what to do."""

    def __init__(self, finding: str, *todo: Advice | str) -> None:
        super().__init__(finding)
        self.finding = finding
        self._todo = todo

    def todo(self, auth0: bool) -> tuple[str, ...]:
        """What to do, in sentences; with the clicks in Auth0's dashboard when that is the issuer."""
        return tuple(each.said(auth0) if isinstance(each, Advice) else each for each in self._todo)


def check_variables(settings: Settings) -> str:
    """What was found. Raises Missing for a variable that is not set, and for a mistake that one can see in it."""
    if settings.missing:
        names = ", ".join(settings.missing)
        what = [f"{name} is {meaning}." for name, meaning in FOUR if name in settings.missing]
        raise Missing(f"Not set: {names}.", f"{WHERE}.", *what, *misnamed_file())
    secret = settings.client_secret.get_secret_value()
    values = (settings.issuer, settings.audience, settings.client_id, secret)
    for (name, meaning), value in zip(FOUR, values, strict=True):
        _check_pasted(name, meaning, value)
    if secret == settings.client_id:
        raise Missing("CLIENT_SECRET has the value of CLIENT_ID.", advice.COPY_CREDENTIALS)
    _check_issuer(settings.issuer)
    if settings.audience.rstrip("/").endswith("/api/v2") and _host(settings.audience) == _host(
        settings.issuer
    ):
        found = "AUDIENCE names Auth0's own Management API, not yours."
        raise Missing(found, advice.CREATE_API, advice.COPY_IDENTIFIER)
    return "All four are set."


def _check_pasted(name: str, meaning: str, value: str) -> None:
    """What comes along when a value is copied. The value stays out of the words: it may be the secret."""
    if value[0] in "\"'" or value[-1] in "\"'":
        raise Missing(f"{name} has a quotation mark in it.", f"Write {name}=value, the value without quotes.")
    if value != value.strip() or (name != "AUDIENCE" and any(map(str.isspace, value))):
        raise Missing(f"{name} has a space in it.", f"Copy {name} again, without what stands around it.")
    if is_template(value):
        raise Missing(f"{name} still has the value of .env.example.", f"Write your own: {meaning}.")


def is_template(value: str) -> bool:
    """Whether a value is one of .env.example, to be replaced."""
    return value.startswith(("your-", "https://your-tenant."))


def _check_issuer(issuer: str) -> None:
    if "://" not in issuer:
        raise Missing("ISSUER has no https:// before it.", advice.COPY_DOMAIN)
    path = issuer.partition("://")[2].partition("/")[2]
    if any(known in f"/{path}" for known in _PATHS):
        found = f"ISSUER has the path /{printable(path, 60)} on it: that is one of its endpoints."
        raise Missing(found, "Leave the path away, and end with the slash.", advice.COPY_DOMAIN)
    if any(character in issuer for character in "?#@"):
        raise Missing("ISSUER holds more than an address.", advice.COPY_DOMAIN)
    if not is_safe_address(issuer):
        found = (
            "ISSUER is no https address: on its way the network could read the secret and change the keys."
        )
        raise Missing(found, advice.COPY_DOMAIN)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def misnamed_file() -> tuple[str, ...]:
    """What stands in the way of a .env that was filled in."""
    file = env_file()
    if file.is_file() or not file.with_name(f"{file.name}.txt").is_file():
        return ()
    return ("There is a file .env.txt: an editor added the .txt. Rename it to .env.",)
