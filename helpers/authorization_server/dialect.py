"""Auth0's dialect: every error that the endpoints give, in one table.

OAuth fixes the shape of an error and a few codes (RFC 6749 §5.2); Auth0 often has codes and statuses of its
own. A row says what Auth0 answers, and what the standard would. Rows marked ``recorded`` come from answers
that people published, so their wording is likely, not certain: correct it here and nowhere else.
"""

import math
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
    # Client authentication with private_key_jwt, RFC 7523. Auth0 has it, its words for each case are not known to us.
    "assertion_kind": ErrorRow(
        401,
        "invalid_client",
        "The client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "ours",
    ),
    "missing_assertion": ErrorRow(401, "invalid_client", "Missing client_assertion", "ours"),
    "assertion_malformed": ErrorRow(
        401, "invalid_client", "The client assertion is not a well-formed signed JWT", "ours"
    ),
    "assertion_algorithm": ErrorRow(
        401, "invalid_client", "The client assertion must be signed with one of {algorithms}", "ours"
    ),
    "assertion_typ": ErrorRow(
        401,
        "invalid_client",
        "The typ of the client assertion is neither JWT nor client-authentication+jwt",
        "ours",
    ),
    "assertion_of_another_client": ErrorRow(
        401, "invalid_client", "The client_id is not the sub of the client assertion", "ours"
    ),
    "assertion_not_verified": ErrorRow(
        401,
        "invalid_client",
        "No key that is registered for the client verifies the signature of the client assertion",
        "ours",
    ),
    "assertion_claim": ErrorRow(
        401, "invalid_client", "The client assertion has no {claim}, or one of another type", "ours"
    ),
    "assertion_issuer": ErrorRow(
        401, "invalid_client", "The iss and the sub of the client assertion are not the same client", "ours"
    ),
    "assertion_audience": ErrorRow(
        401,
        "invalid_client",
        "The aud of the client assertion is not this server, and this server alone",
        "ours",
    ),
    "assertion_audience_endpoint": ErrorRow(
        401,
        "invalid_client",
        "The aud of the client assertion is the token endpoint. It must be the issuer identifier of this server",
        "ours",
    ),
    "assertion_audience_list": ErrorRow(
        401,
        "invalid_client",
        "The aud of the client assertion is a list. It must be one string, the issuer identifier of this server",
        "ours",
    ),
    "assertion_expired": ErrorRow(401, "invalid_client", "The client assertion has expired", "ours"),
    "assertion_lifetime": ErrorRow(
        401, "invalid_client", "The exp of the client assertion is too far ahead", "ours"
    ),
    "assertion_not_yet_valid": ErrorRow(
        401, "invalid_client", "The iat or the nbf of the client assertion is in the future", "ours"
    ),
    "assertion_jti_empty": ErrorRow(
        401, "invalid_client", "The jti of the client assertion is empty", "ours"
    ),
    "assertion_replayed": ErrorRow(
        401, "invalid_client", "The client assertion was used before: its jti is good once", "ours"
    ),
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
    # Of issuers that are not Auth0, see habits.py.
    "missing_scope": ErrorRow(
        400, "invalid_scope", "Name the scopes that you want: there is no default", "ours"
    ),
    "missing_resource": ErrorRow(
        400, "invalid_target", "Name the API that the token is for, as resource", "ours"
    ),
    "unknown_resource": ErrorRow(400, "invalid_target", "There is no such resource: {resource}", "ours"),
    # Too often. No RFC of OAuth has a code for it; the status is RFC 6585 §4.
    "rate_limited": ErrorRow(429, "too_many_requests", "Global limit has been reached", "recorded"),
    "too_many_wrong_secrets": ErrorRow(
        429,
        "too_many_requests",
        "Too many wrong secrets were sent for this client. Try again later",
        "ours",
    ),
    # Requests that no client library sends: Auth0's answers are not known to us, these follow the standards.
    "malformed_request": ErrorRow(400, "invalid_request", "{reason}", "ours"),
    "two_authentication_methods": ErrorRow(
        400,
        "invalid_request",
        "Authenticate in one way: with the Authorization header, a client_secret or a client_assertion",
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
    # Introspection, which Auth0 does not have, and revocation, RFC 7009: Auth0's takes refresh tokens and nothing
    # else, and this grant issues none. Ours takes access tokens, for the lesson that asks what revoking them costs.
    "missing_token": ErrorRow(400, "invalid_request", "Missing required parameter: token", "ours"),
    "token_of_another_client": ErrorRow(
        400, "invalid_grant", "The token was issued to another client", "ours"
    ),
    # RFC 7009 §2.2.1: "the client must assume the token still exists and may retry after a reasonable delay".
    "memory_full": ErrorRow(
        503, "temporarily_unavailable", "There is no room to remember this; try again later", "ours"
    ),
}


class Refusal(Exception):
    """An endpoint refuses a request: a row of :data:`ERRORS`, filled in.

    :param case: the row.
    :param retry_after: seconds after which the request may be sent again, if that is known (RFC 9110 §10.2.3).
    :param details: what the row's description repeats from the request; cleaned and cut before it gets there.
    """

    def __init__(self, case: str, retry_after: float | None = None, **details: object) -> None:
        row = ERRORS[case]
        self.status = row.status
        self.headers = {} if retry_after is None else {"Retry-After": str(max(1, math.ceil(retry_after)))}
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
