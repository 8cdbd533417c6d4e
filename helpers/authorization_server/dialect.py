"""Auth0's dialect: every error that the token endpoint gives, in one table.

OAuth fixes the shape of an error and a few codes (RFC 6749 §5.2); Auth0 often has codes and statuses of its
own. A row says what Auth0 answers, and what the standard would. Rows marked ``recorded`` come from answers
that people published, so their wording is likely, not certain: correct it here and nowhere else.
"""

from dataclasses import dataclass
from typing import Literal

ECHO_LIMIT = 200  # characters of the request that an error description repeats at most


@dataclass(frozen=True)
class ErrorRow:
    """One row: the answer of Auth0, and what the standard would say in its place (None: the same)."""

    status: int
    error: str
    description: str
    source: Literal["documented", "recorded", "ours"] = "documented"
    standard: str | None = None
    error_uri: str | None = None


ERRORS: dict[str, ErrorRow] = {
    # Who are you? Client authentication, RFC 6749 §2.3.
    "unauthorized": ErrorRow(
        401,
        "access_denied",
        "Unauthorized",
        standard="400 or 401 invalid_client; 401 with WWW-Authenticate when Basic was used (RFC 6749 §5.2)",
    ),
    "missing_client_id": ErrorRow(401, "invalid_client", "Missing client_id", "recorded"),
    # What do you ask for? The grant, RFC 6749 §4.4.2.
    "missing_grant_type": ErrorRow(
        400, "invalid_request", "Missing required parameter: grant_type", "recorded"
    ),
    "unsupported_grant_type": ErrorRow(
        400, "unsupported_grant_type", "Unsupported grant type: {grant_type}", "recorded"
    ),
    # May you have it? The client's grants, its APIs and their scopes.
    "grant_not_allowed": ErrorRow(
        403,
        "unauthorized_client",
        "Grant type '{grant_type}' not allowed for the client.",
        standard="400 unauthorized_client (RFC 6749 §5.2)",
        error_uri="https://auth0.com/docs/clients/client-grant-types",
    ),
    "missing_audience": ErrorRow(
        403,
        "access_denied",
        "No audience parameter was provided, and no default audience has been configured",
        standard="400 invalid_target, or a default audience (RFC 8707 §2)",
    ),
    "unknown_audience": ErrorRow(
        403,
        "access_denied",
        "Service not enabled within domain: {audience}",
        standard="400 invalid_target (RFC 8707 §2)",
    ),
    "no_client_grant": ErrorRow(
        403,
        "access_denied",
        'Client is not authorized to access "{audience}". '
        'You need to create a "client-grant" associated to this API. '
        "See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants",
        standard="not fixed; 400 invalid_target (RFC 8707 §2) fits best",
    ),
    "scope_not_granted": ErrorRow(
        403,
        "access_denied",
        "Client has not been granted scopes: {scopes}",
        standard="400 invalid_scope (RFC 6749 §5.2)",
    ),
    # Too often. No RFC of OAuth has a code for it; the status is RFC 6585 §4.
    "rate_limited": ErrorRow(429, "too_many_requests", "Global limit has been reached", "recorded"),
    # Requests that no client library sends: Auth0's answers are not known to us, these follow the standards.
    "malformed_request": ErrorRow(400, "invalid_request", "{reason}", "ours"),
    "two_authentication_methods": ErrorRow(
        400,
        "invalid_request",
        "Authenticate with the Authorization header or with the body, never with both",
        "ours",
    ),
    "unsupported_authentication": ErrorRow(
        401, "invalid_client", "The Authorization header of the token request must be Basic", "ours"
    ),
    "body_timeout": ErrorRow(408, "invalid_request", "The request body did not arrive in time", "ours"),
    "body_too_large": ErrorRow(
        413, "invalid_request", "The request body is larger than {limit} bytes", "ours"
    ),
    "unsupported_media_type": ErrorRow(
        415,
        "invalid_request",
        "Content-Type must be application/json or application/x-www-form-urlencoded",
        "ours",
    ),
    # RFC 7009 §2.2.1: an access token that is a JWT lives until it expires.
    "unsupported_token_type": ErrorRow(
        400,
        "unsupported_token_type",
        "Only refresh tokens can be revoked, and this grant issues none",
        "ours",
    ),
}


class Refusal(Exception):
    """The token endpoint refuses a request: a row of :data:`ERRORS`, filled in.

    :param case: the row.
    :param details: what the row's description repeats from the request; cleaned and cut before it gets there.
    """

    def __init__(self, case: str, **details: object) -> None:
        row = ERRORS[case]
        self.status = row.status
        self.body = {"error": row.error, "error_description": row.description.format_map(_echo(details))}
        if row.error_uri:
            self.body["error_uri"] = row.error_uri
        super().__init__(case)


def _echo(details: dict[str, object]) -> dict[str, str]:
    """Printable ASCII, and little of it: an error text is no way into a log or a page (RFC 6749 §5.2)."""
    echoed = {}
    for name, value in details.items():
        text = str(value)
        cut = text if len(text) <= ECHO_LIMIT else text[:ECHO_LIMIT] + "..."
        echoed[name] = "".join(character if " " <= character <= "~" else "?" for character in cut)
    return echoed
