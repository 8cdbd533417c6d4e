"""What the issuer answers, and what the client makes of it."""

import gzip
import json
import pickle

import pytest

from helpers.tokens.client import TokenRequestError

SECRET = "correct-horse_battery+staple/%"


@pytest.mark.parametrize("token_type", ["Bearer", "bearer", "BEARER"])
def test_the_token_type_is_compared_without_case(client, issuer, token, token_type):
    issuer.then(token(1, token_type=token_type))
    assert client.token().startswith("token-1")


def test_a_compressed_answer_is_read(client, issuer, reply, token):
    body = gzip.compress(json.dumps(token(1).body).encode())
    issuer.then(reply(200, body, {"Content-Encoding": "gzip"}))
    assert client.token().startswith("token-1")


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": ...},
        {"access_token": None},
        {"access_token": ""},
        {"access_token": ["t"]},
        {"access_token": "two words"},
        {"access_token": "line\r\nX-Injected: yes"},
        {"access_token": "token\n"},
        {"access_token": "töken"},
        {"access_token": "==="},
        {"token_type": ...},
        {"token_type": "DPoP"},
        {"token_type": 1},
        {"expires_in": 0},
        {"expires_in": -1},
        {"expires_in": True},
        {"expires_in": "an hour"},
        {"expires_in": "-1"},
        {"expires_in": "0"},
        {"expires_in": "9" * 13},
        {"scope": ["read:todos"]},
        {"expires_in": float("nan")},
        {"expires_in": float("inf")},
    ],
    ids=repr,
)
def test_a_token_response_with_a_fault_is_refused(client, issuer, token, changes):
    issuer.then(token(1, **changes))
    with pytest.raises(TokenRequestError, match=r"RFC 6749 §5\.1") as caught:
        client.token()
    assert caught.value.status == 200 and caught.value.advice


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"token"',
        b"<html>Please sign in</html>",
        b"\xff\xfe\x00",
        b"[" * 60_000,
        b'{"access_token": "a", "access_token": "b", "token_type": "Bearer"}',
        b'{"access_token": "a", "token_type": "Bearer", "padding": "' + b"x" * 65_536 + b'"}',
        gzip.compress(b" " * 50_000_000),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_body_that_is_no_token_response_is_refused(client, issuer, reply, body):
    headers = {"Content-Encoding": "gzip"} if body.startswith(b"\x1f\x8b") else {}
    issuer.then(reply(200, body, headers))
    with pytest.raises(TokenRequestError, match=r"RFC 6749 §5\.1"):
        client.token()


def test_an_error_is_taken_apart(client, issuer, reply):
    issuer.then(
        reply(403, {"error": "access_denied", "error_description": "Service not enabled within domain: x"})
    )
    with pytest.raises(TokenRequestError) as caught:
        client.token()
    error = caught.value
    assert (error.status, error.error) == (403, "access_denied")
    assert error.error_description == "Service not enabled within domain: x"
    assert error.advice.startswith("Check the audience")
    assert (
        str(error)
        == f"{issuer.token_endpoint} answered 403 access_denied: {error.error_description}. {error.advice}"
    )


@pytest.mark.parametrize(
    "body", [b"", b"null", b"<html>", {"error": 5, "error_description": ["x"]}], ids=repr
)
def test_an_error_without_words_still_says_what_to_check(client, issuer, reply, body):
    issuer.then(reply(403, body))
    with pytest.raises(TokenRequestError, match="answered 403") as caught:
        client.token()
    assert (caught.value.error, caught.value.error_description) == (None, None)
    assert caught.value.advice.startswith("Check the client id")


def test_an_error_with_status_200_is_an_error(client, issuer, reply):
    issuer.then(reply(200, {"error": "invalid_scope"}))
    with pytest.raises(TokenRequestError) as caught:
        client.token()
    assert caught.value.error == "invalid_scope"


def test_an_error_text_cannot_steer_the_terminal_nor_flood_it(client, issuer, reply):
    issuer.then(reply(400, {"error": "\x1b[2Jgone", "error_description": "a\nb\u202e" + "x" * 10_000}))
    with pytest.raises(TokenRequestError) as caught:
        client.token()
    assert str(caught.value).isprintable() and len(str(caught.value)) < 1000


def test_an_error_that_repeats_the_secret_is_masked(client, issuer, reply):
    issuer.then(reply(401, {"error": "access_denied", "error_description": f"Wrong secret: {SECRET}"}))
    with pytest.raises(TokenRequestError) as caught:
        client.token()
    assert caught.value.error_description == "Wrong secret: **********"


def test_the_error_survives_pickle():
    error = TokenRequestError("No.", 429, "too_many_requests", "Slow down", "Wait.", 3.0)
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert copied.args == error.args and vars(copied) == vars(error) and str(copied) == "No. Wait."
