"""What can be wrong with a token, and how an API says so (RFC 6750 §3).

Every error carries the answer it leads to: the HTTP status, the `WWW-Authenticate` header, the clause behind it.
A message is one sentence for humans. It never repeats what the token holds: an attacker writes that.
"""

from __future__ import annotations

import math
import re
from enum import StrEnum
from typing import ClassVar


class ConfigurationError(ValueError):
    """The settings given cannot be used safely."""


class DiscoveryError(Exception):
    """The authorization server's metadata could not be had, or cannot be trusted (RFC 8414)."""


class Reason(StrEnum):
    """Why a member of the token was refused."""

    MISSING = "missing"
    INVALID = "invalid"
    CHECK_FAILED = "check failed"


class TokenError(Exception):
    """A request whose token does not open the door.

    code: stable, for programs ("expired").  claim: the claim or header member at fault, if it is one.
    reason: missing, invalid or check failed.  message: one sentence.  clause: what the token breaks, "RFC 7519 §4.1.4";
    or, where the standards permit it, "policy", perhaps with the clause that does.
    """

    status: ClassVar[int]
    error: ClassVar[str | None] = None
    """The error code of RFC 6750 §3.1, if the answer has one."""

    def __init__(
        self, code: str, message: str, *, reason: Reason, clause: str, claim: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.clause = clause
        self.claim = claim

    @property
    def clause_url(self) -> str:
        """Where the clause can be read; empty where none is named."""
        return clause_url(self.clause)

    def www_authenticate(self, scope: str | None = None) -> str:
        """The `WWW-Authenticate` header of the answer; `scope` is what the resource takes.

        The scheme "MUST be followed by one or more auth-param values" (RFC 6750 §3): where there is no error, a realm.
        """
        parameters = {"error": self.error, "error_description": self.error and self.message, "scope": scope}
        if not any(parameters.values()):
            parameters = {"realm": "api"}
        said = [f'{name}="{_quotable(value)}"' for name, value in parameters.items() if value]
        return f"Bearer {', '.join(said)}"


class MissingToken(TokenError):
    """The request carries no token. "If the request lacks any authentication information [...], the resource
    server SHOULD NOT include an error code or other error information" (RFC 6750 §3.1)."""

    status = 401

    def __init__(self, message: str = "This resource takes an access token.") -> None:
        super().__init__("token_missing", message, reason=Reason.MISSING, clause="RFC 6750 §3.1")


class InvalidRequest(TokenError):
    """The request is malformed, or "uses more than one method for including an access token" (RFC 6750 §3.1)."""

    status = 400
    error = "invalid_request"

    def __init__(self, message: str, *, code: str = "request_malformed", clause: str = "RFC 6750 §2") -> None:
        super().__init__(code, message, reason=Reason.INVALID, clause=clause)


class InvalidToken(TokenError):
    """ "The access token provided is expired, revoked, malformed, or invalid for other reasons" (RFC 6750 §3.1)."""

    status = 401
    error = "invalid_token"


class MalformedToken(InvalidToken):
    """The token is not a compact JWS that can be read in exactly one way (RFC 7515 §7.1)."""

    def __init__(self, message: str, *, code: str = "malformed", clause: str = "RFC 7515 §7.1") -> None:
        super().__init__(code, message, reason=Reason.INVALID, clause=clause)


class KeyRefused(InvalidToken):
    """No key of the issuer may be used for this token (RFC 7515 §6)."""


class BadSignature(InvalidToken):
    """The signature is not the issuer's over these bytes (RFC 7515 §5.2)."""

    def __init__(self) -> None:
        message = "The signature does not match: the token was changed, or another key signed it."
        super().__init__("signature_invalid", message, reason=Reason.CHECK_FAILED, clause="RFC 7515 §5.2")


class ClaimRefused(InvalidToken):
    """A claim is missing, has the wrong form, or does not hold here and now (RFC 7519 §4)."""


class InsufficientScope(TokenError):
    """ "The request requires higher privileges than provided by the access token" (RFC 6750 §3.1).

    scope: what the resource takes, space-separated; the header names it unless told otherwise.
    """

    status = 403
    error = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        message = "The token is good, and does not hold the scope that this takes."
        super().__init__(
            "insufficient_scope", message, reason=Reason.CHECK_FAILED, clause="RFC 6750 §3.1", claim="scope"
        )
        self.scope = scope

    def www_authenticate(self, scope: str | None = None) -> str:
        return super().www_authenticate(scope or self.scope)


class KeysUnavailable(TokenError):
    """The issuer's keys cannot be had now, so nothing can be said about the token (RFC 9110 §15.6.4).

    retry_after: seconds after which asking again makes sense, for the `Retry-After` header.
    """

    status = 503
    said: ClassVar[tuple[str, str]] = (
        "keys_unavailable",
        "The issuer's signing keys cannot be fetched at the moment.",
    )

    def __init__(self, retry_after: float) -> None:
        super().__init__(*self.said, reason=Reason.MISSING, clause="RFC 9110 §15.6.4")
        self.retry_after = math.ceil(max(1.0, retry_after))


class IntrospectionUnavailable(KeysUnavailable):
    """The authorization server cannot be asked now: what missing keys are where each token is asked about."""

    said = (
        "introspection_unavailable",
        "The authorization server cannot be asked about the token at the moment.",
    )


def clause_url(text: str) -> str:
    """The clause that a text names, as a link: https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4; or empty."""
    named = re.search(r"RFC (\d+) §(\d+(?:\.\d+)*)", text)
    return f"https://www.rfc-editor.org/rfc/rfc{named[1]}#section-{named[2]}" if named else ""


def _quotable(text: str) -> str:
    """Only what RFC 6750 §3 lets stand between the quotes: printable ASCII without quote and backslash."""
    return re.sub(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]", "?", text)
