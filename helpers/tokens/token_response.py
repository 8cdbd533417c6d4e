"""What the token endpoint answers (RFC 6749 §5): a token, or why there is none and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from .encoding import decode_json
from .secret import HasSecretValue

MAX_BYTES = 64 * 1024
"""Of a token response's body."""

_DIGITS = re.compile(r"[0-9]{1,12}")
_B64TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750 §2.1

_SEND_AUDIENCE = "Send an audience: the identifier of the API that the token is for."
_CHECK_AUDIENCE = "Check the audience, character by character: the issuer knows no API with this identifier."
_CREATE_GRANT = "Create a client grant that lets this application use this API."
_NARROW_SCOPE = "Ask for fewer scopes, or add the missing ones to the application's client grant."
_NAME_SCOPE = "Name the scopes that you need: without them this issuer gives no token (RFC 6749 §3.3)."
_CHECK_CLIENT = "Check the client id and the client secret: both must be of one application of this issuer."
_SEND_CLIENT_ID = "Send the client id: the request came without one."
_REGISTER_KEY = (
    "Register the public half of this key with the application; check the client id, and the key id if it was"
    " registered under one."
)
_AIM_ASSERTION = (
    "Make the assertion for this issuer: its aud is one string, the issuer exactly as discovery names it. Some older"
    " servers want the token endpoint there."
)
_CHECK_CLOCK = "Check the clock of this machine: an assertion is made for a minute, from now on."
_NEW_ASSERTION = "Make a new assertion for each request: each is good once."
_CHECK_ASSERTION = (
    "Compare the assertion with RFC 7523 §3, and its key with what is registered for the application."
)
_ALLOW_GRANT_TYPE = "Allow the grant type client_credentials in the application's settings."
_OTHER_ISSUER = "Ask another issuer: this one does not offer the client credentials grant."
_CHECK_REQUEST = "Compare the request with RFC 6749 §4.4.2: a parameter is missing, doubled or malformed."
_CHECK_ENDPOINT = "Check the token endpoint: the issuer's discovery document names it."
_WRONG_ONES = (
    "Check the client secret, and wait before you try again: too many wrong ones were sent for this client."
)
_WAIT = "Wait before asking again, and reuse one token for as long as it lives."

# What to do about a refusal: the first row whose status, error and words in the description all match. The
# errors are those of RFC 6749 §5.2 and RFC 8707 §2; the words are Auth0's, which calls most access_denied.
_ADVICE: tuple[tuple[int | None, str | None, str, str], ...] = (
    (None, "access_denied", "No audience", _SEND_AUDIENCE),
    (None, "access_denied", "Service not enabled", _CHECK_AUDIENCE),
    (None, "access_denied", "not authorized to access", _CREATE_GRANT),
    (None, "access_denied", "not been granted scopes", _NARROW_SCOPE),
    (None, "invalid_client", "Missing client_id", _SEND_CLIENT_ID),
    (None, "invalid_client", "No key that is registered", _REGISTER_KEY),
    (None, "invalid_client", "aud of the client assertion", _AIM_ASSERTION),
    (None, "invalid_client", "assertion has expired", _CHECK_CLOCK),
    (None, "invalid_client", "assertion is too far ahead", _CHECK_CLOCK),
    (None, "invalid_client", "assertion is in the future", _CHECK_CLOCK),
    (None, "invalid_client", "assertion was used before", _NEW_ASSERTION),
    (None, "invalid_client", "assertion", _CHECK_ASSERTION),
    (None, "invalid_client", "", _CHECK_CLIENT),
    (None, "invalid_target", "", _CHECK_AUDIENCE),
    (None, "invalid_scope", "", _NARROW_SCOPE),
    (None, "scope_invalid", "", _NARROW_SCOPE),  # what some issuers call it
    (None, "unauthorized_client", "Grant type", _ALLOW_GRANT_TYPE),
    (None, "unauthorized_client", "", _CREATE_GRANT),
    (None, "unsupported_grant_type", "", _OTHER_ISSUER),
    (None, "invalid_request", "", _CHECK_REQUEST),
    (401, None, "", _CHECK_CLIENT),
    (404, None, "", _CHECK_ENDPOINT),
    (405, None, "", _CHECK_ENDPOINT),
    (429, None, "wrong secrets", _WRONG_ONES),
    (429, None, "", _WAIT),
)


class TokenRequestError(Exception):
    """No access token was to be had. Neither the secret nor a body that was sent or received is in it.

    message: one sentence, what happened.  status: of the HTTP response, None when none came.  error: the code
    of RFC 6749 §5.2, if any.  error_description: the issuer's words, made printable, if any.  advice: one
    sentence, what to do.  retry_after: seconds that the issuer asks to wait, if it does.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        error: str | None = None,
        error_description: str | None = None,
        advice: str = "",
        retry_after: float | None = None,
    ) -> None:
        # All of it goes to `args`, from which copy and pickle make the exception again.
        super().__init__(message, status, error, error_description, advice, retry_after)
        self.message = message
        self.status = status
        self.error = error
        self.error_description = error_description
        self.advice = advice
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".rstrip()


@dataclass(frozen=True, slots=True)
class Granted:
    """What the issuer gave (RFC 6749 §5.1).

    lifetime: seconds; None when the answer names no `expires_in`, which it need not.
    scope: what the token holds, words apart by spaces: what was asked for when the answer names none; None when the
        answer names none and nothing was asked for.
    """

    token: str = field(repr=False)
    lifetime: float | None
    scope: str | None


def read_token_response(
    status: int,
    body: bytes,
    *,
    endpoint: str,
    secret: HasSecretValue,
    asked: str | None = None,
    retry_after: float | None = None,
) -> Granted | TokenRequestError:
    """What was granted; or what is wrong.

    endpoint: for the messages.  secret: masked, should the response repeat it.  asked: the scope that was asked for.
    retry_after: seconds, if the response asks to wait.  An error is returned, not raised from here: its traceback would
    keep the body.
    """
    answer = _json_object(body)
    if status != 200 or "error" in answer:
        return _refusal(status, answer, endpoint, secret, asked, retry_after)
    if fault := _fault(answer):
        message = f"{endpoint} sent no token response (RFC 6749 §5.1): {fault}."
        return TokenRequestError(message, status, advice=_CHECK_ENDPOINT)
    return Granted(answer["access_token"], _seconds(answer.get("expires_in")), answer.get("scope", asked))


def no_answer(endpoint: str, why: Literal["untrusted", "late", "unreachable"]) -> TokenRequestError:
    """That the endpoint sent nothing."""
    what, advice = {
        "untrusted": (f"{endpoint} does not prove who it is (TLS).", "Check its certificate."),
        "late": (f"{endpoint} did not answer in time.", "Try again later, or check the network."),
        "unreachable": (
            f"Cannot connect to {endpoint}.",
            "Check that the issuer runs, its address, the network.",
        ),
    }[why]
    return TokenRequestError(what, advice=advice)


def printable(text: str, limit: int = 500) -> str:
    """The text on one line, without control characters, cut to `limit` characters."""
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= limit else f"{text[:limit]}…"


def _json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; an empty one when it is something else, or too large."""
    if len(body) > MAX_BYTES:
        return {}
    try:
        value = decode_json(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _fault(answer: dict[str, Any]) -> str | None:
    """Why this is no token response (RFC 6749 §5.1), in words that repeat nothing of it."""
    token, kind, scope = (answer.get(name) for name in ("access_token", "token_type", "scope"))
    if not answer:
        return f"it is not a JSON object of at most {MAX_BYTES} bytes"
    if not isinstance(token, str) or not _B64TOKEN.fullmatch(token):
        return "access_token is missing, or has characters that no bearer token has"
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return "token_type is not Bearer"
    if answer.get("expires_in") is not None and not (_seconds(answer["expires_in"]) or 0) > 0:
        return "expires_in is not a positive number of seconds"
    if not isinstance(scope, str | None):
        return "scope is not a string"
    return None


def _seconds(expires_in: Any) -> float | None:
    """A number; some issuers write it as a string of digits."""
    if isinstance(expires_in, str) and _DIGITS.fullmatch(expires_in):
        return float(expires_in)
    return expires_in if type(expires_in) in (int, float) else None


def _refusal(
    status: int,
    answer: dict[str, Any],
    endpoint: str,
    secret: HasSecretValue,
    asked: str | None,
    retry_after: float | None,
) -> TokenRequestError:
    error, description = (_quote(answer.get(name), secret) for name in ("error", "error_description"))
    message = f"{endpoint} answered {status}"
    if 300 <= status < 400:
        message += " and redirects elsewhere, where the secret must not go"
    message += f" {error}" if error else ""
    message += f": {description}" if description else ""
    message = f"{message.rstrip('.')}."
    if retry_after:
        message += f" It asks to wait {retry_after:.0f} s."
    advice = _advice(status, error, description, asked)
    return TokenRequestError(message, status, error, description, advice, retry_after)


def _quote(words: Any, secret: HasSecretValue) -> str | None:
    """What the issuer says, fit to be shown: it might repeat the secret, or steer a terminal."""
    if not isinstance(words, str):
        return None
    return printable(words.replace(secret.get_secret_value(), "**********"))


def _advice(status: int, error: str | None, description: str | None, asked: str | None) -> str:
    for row_status, row_error, words, advice in _ADVICE:
        if row_status in (None, status) and row_error in (None, error) and words in (description or ""):
            return _NAME_SCOPE if advice is _NARROW_SCOPE and not asked else advice
    if 300 <= status < 400:
        return _CHECK_ENDPOINT
    if status >= 500:
        return "Try again later: the issuer has a fault of its own."
    scope = "" if asked else " Some issuers give no token unless the scopes are named."
    return (
        f"Check the client id, the client secret and the audience; the issuer's own log may say more.{scope}"
    )
