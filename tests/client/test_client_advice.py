"""What to do about each refusal: Auth0's words and the standards' codes."""

import pytest

from helpers.tokens.client import TokenRequestError

ADVICE = [
    # Auth0 says access_denied to most, and tells the rest in words.
    (401, "access_denied", "Unauthorized", "Check the client id and the client secret"),
    (
        403,
        "access_denied",
        "No audience parameter was provided, and no default audience …",
        "Send an audience",
    ),
    (403, "access_denied", "Service not enabled within domain: x", "Check the audience"),
    (403, "access_denied", 'Client is not authorized to access "x". You need to …', "Create a client grant"),
    (403, "access_denied", "Client has not been granted scopes: x", "Ask for fewer scopes"),
    (403, "unauthorized_client", "Grant type 'client_credentials' not allowed …", "Allow the grant type"),
    (401, "invalid_client", "Missing client_id", "Send the client id"),
    (400, "invalid_request", "Missing required parameter: grant_type", "Compare the request with RFC 6749"),
    (429, "too_many_requests", "Global limit has been reached", "Wait"),
    # The local server says what is wrong with a client assertion.
    (
        401,
        "invalid_client",
        "No key that is registered for the client verifies the signature of the client assertion",
        "Register the public half",
    ),
    (
        401,
        "invalid_client",
        "The aud of the client assertion is not this server, and this server alone",
        "Make the assertion for this issuer",
    ),
    (401, "invalid_client", "The client assertion has expired", "Check the clock"),
    (401, "invalid_client", "The exp of the client assertion is too far ahead", "Check the clock"),
    (401, "invalid_client", "The iat or the nbf of the client assertion is in the future", "Check the clock"),
    (
        401,
        "invalid_client",
        "The client assertion was used before: its jti is good once",
        "Make a new assertion",
    ),
    (401, "invalid_client", "Invalid client_assertion", "Compare the assertion with RFC 7523"),
    # The standards have a code for each (RFC 6749 §5.2, RFC 8707 §2).
    (401, "invalid_client", None, "Check the client id and the client secret"),
    (400, "unauthorized_client", None, "Create a client grant"),
    (400, "invalid_target", None, "Check the audience"),
    (400, "invalid_scope", None, "Ask for fewer scopes"),
    (400, "unsupported_grant_type", None, "Ask another issuer"),
    # And some say nothing.
    (401, None, None, "Check the client id and the client secret"),
    (403, None, None, "Check the client id, the client secret and the audience"),
    (404, None, None, "Check the token endpoint"),
    (405, None, None, "Check the token endpoint"),
    (501, None, None, "Try again later"),
]


@pytest.mark.parametrize(("status", "error", "description", "advice"), ADVICE)
def test_what_to_do(make_client, issuer, reply, waits, status, error, description, advice):
    body = {"error": error, "error_description": description}
    issuer.default = lambda asked: reply(status, {name: text for name, text in body.items() if text})
    with pytest.raises(TokenRequestError) as caught:
        make_client(scope="read:todos").token()
    assert caught.value.advice.startswith(advice)
    assert caught.value.advice.endswith(".")


@pytest.mark.parametrize(
    ("status", "error", "advice"),
    [
        (400, "invalid_scope", "Name the scopes that you need"),
        (400, "scope_invalid", "Name the scopes that you need"),
        (403, "", "Some issuers give no token unless the scopes are named."),
    ],
)
def test_without_a_scope_nobody_is_told_to_ask_for_fewer(client, issuer, reply, waits, status, error, advice):
    issuer.default = lambda asked: reply(status, {"error": error} if error else {})
    with pytest.raises(TokenRequestError) as caught:
        client.token()
    assert advice in caught.value.advice and "fewer" not in caught.value.advice
