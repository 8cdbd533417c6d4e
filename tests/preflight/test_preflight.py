"""Each step that can be missing, from the error that it gives."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import jwt
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from helpers.preflight import NEXT, STEPS, preflight
from helpers.preflight.__main__ import main

ROOT = Path(__file__).parents[2]


def failing(result) -> tuple[int, str]:
    """The number of the step that failed, and what was found there; what comes after it was not reached."""
    outcomes = [step.outcome for step in result.steps]
    number = outcomes.index("failed")
    assert outcomes == ["passed"] * number + ["failed"] + ["not reached"] * (len(STEPS) - number - 1)
    assert not result.passed and result.todo
    assert result.headline.startswith(f"Step {number + 1} of 7 is missing: ")
    assert result.missing == STEPS[number]
    return number + 1, result.steps[number].finding


# --- nothing missing, and nothing set


def test_nothing_is_missing(check) -> None:
    result = check()
    assert result.passed and result.missing is None
    assert [step.outcome for step in result.steps] == ["passed"] * 7
    assert result.todo == ()
    assert "lives for 24 h" in str(result)


def test_for_the_course_s_own_settings_it_says_how_to_go_on(issuer, monkeypatch) -> None:
    values = {"ISSUER": issuer.url, "AUDIENCE": "http://localhost:3001", "CLIENT_ID": "me"}
    for name, value in (values | {"CLIENT_SECRET": "not-shown-123"}).items():
        monkeypatch.setenv(name, value)
    assert preflight().todo == (NEXT,)


def test_no_token_is_shown(check, issuer) -> None:
    token = issuer.sign()
    issuer.make_token = lambda form: token
    result = check()
    for part in token.split("."):
        assert part not in str(result) + result._repr_mimebundle_()["text/html"]


def test_it_asks_as_the_lessons_do(check, issuer) -> None:
    check()
    first, narrower = issuer.asked
    assert first[0] == "/oauth/token"
    assert set(first[1]) == {"grant_type", "audience", "client_id", "client_secret"}
    assert narrower[1]["scope"] == "read:todos"


def test_without_an_issuer_of_your_own_the_page_goes_on(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("COURSE_ENV_FILE", str(tmp_path / ".env"))
    result = preflight()
    assert (result.passed, result.missing, result.steps) == (False, None, ())
    assert result.headline == "No issuer of your own is set, and this page goes on with the local one."
    for name in ("ISSUER", "AUDIENCE", "CLIENT_ID", "CLIENT_SECRET", ".env", ".env.example"):
        assert name in str(result)
        assert name in result._repr_mimebundle_()["text/html"]


def test_a_file_that_an_editor_named_otherwise(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("COURSE_ENV_FILE", str(tmp_path / ".env"))
    (tmp_path / ".env.txt").write_text("ISSUER=https://tenant.example/")
    assert "Rename it to .env" in str(preflight())
    (tmp_path / ".env").write_bytes(b"ISSUER=\xff\xfe")
    assert failing(preflight()) == (1, "The file .env cannot be read (UnicodeDecodeError).")


# --- 1, the four variables


@pytest.mark.parametrize("name", ["issuer", "audience", "client_id", "client_secret"])
def test_one_variable_is_not_set(check, name: str) -> None:
    result = check(**{name: ""})
    assert failing(result) == (1, f"Not set: {name.upper()}.")
    assert any(sentence.startswith(f"{name.upper()} is ") for sentence in result.todo)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"issuer": "tenant.eu.auth0.com"}, "ISSUER has no https:// before it."),
        ({"issuer": "http://tenant.eu.auth0.com/"}, "ISSUER is no https address"),
        ({"issuer": "https://["}, "ISSUER is no https address"),
        ({"issuer": "https://tenant.eu.auth0.com/oauth/token"}, "ISSUER has the path /oauth/token on it"),
        ({"issuer": "https://t.auth0.com/.well-known/openid-configuration"}, "one of its endpoints"),
        ({"issuer": "https://tenant.eu.auth0.com/?x=1"}, "ISSUER holds more than an address."),
        ({"issuer": "https://me:word@tenant.eu.auth0.com/"}, "ISSUER holds more than an address."),
        ({"issuer": "https://your-tenant.us.auth0.com/"}, "ISSUER still has the value of .env.example."),
        ({"client_id": "your-client-id"}, "CLIENT_ID still has the value of .env.example."),
        ({"client_secret": "your-client-secret"}, "CLIENT_SECRET still has the value of .env.example."),
        ({"audience": '"http://localhost:3001"'}, "AUDIENCE has a quotation mark in it."),
        ({"client_id": "m e"}, "CLIENT_ID has a space in it."),
        ({"client_secret": " seventeen-letters "}, "CLIENT_SECRET has a space in it."),
        (
            {"client_id": "same-for-both", "client_secret": "same-for-both"},
            "CLIENT_SECRET has the value of CLIENT_ID.",
        ),
        (
            {"issuer": "https://t.auth0.com/", "audience": "https://t.auth0.com/api/v2/"},
            "AUDIENCE names Auth0's own Management API",
        ),
    ],
)
def test_a_variable_has_a_value_that_cannot_be_meant(
    check, issuer, changes: dict[str, str], found: str
) -> None:
    result = check(**changes)
    number, finding = failing(result)
    assert number == 1 and found in finding
    assert "word" not in finding  # a password in the address
    assert issuer.asked == []


# --- 2, the issuer


def test_the_slash_at_the_end_is_missing(check, issuer) -> None:
    result = check(issuer=issuer.url.rstrip("/"))
    number, finding = failing(result)
    assert number == 2 and "They differ in the slash at the end." in finding
    assert "Write ISSUER with the slash at the end" in result.todo[0]


def test_the_slash_at_the_end_is_one_too_many(check, issuer) -> None:
    issuer.metadata["issuer"] = issuer.url.rstrip("/")
    assert "Write ISSUER without the slash at the end" in check().todo[0]


def test_the_issuer_calls_itself_something_else(check, issuer) -> None:
    issuer.metadata["issuer"] = "https://other.example/"
    result = check()
    number, finding = failing(result)
    assert number == 2 and "calls itself 'https://other.example/'" in finding
    assert "custom domain" in result.todo[0]


@pytest.mark.parametrize("metadata", [None, b"<html>Hello</html>", []])
def test_nothing_there_is_metadata(check, issuer, metadata) -> None:
    issuer.metadata = metadata
    result = check()
    assert failing(result)[0] == 2
    assert "Copy ISSUER from the member issuer" in " ".join(result.todo)


def test_nobody_answers(check) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    assert failing(check(issuer=f"http://127.0.0.1:{port}/")) == (2, f"Nothing answers at 127.0.0.1:{port}.")


def test_a_name_that_nobody_has(check, monkeypatch) -> None:
    def unknown(*names: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("urllib3.util.connection.socket.getaddrinfo", unknown)
    result = check(issuer="https://tenant.invalid/")
    number, finding = failing(result)
    assert number == 2 and "no server of the name tenant.invalid" in finding


def test_a_proxy_is_in_the_way(check, monkeypatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    result = check(issuer="https://tenant.invalid/")
    assert failing(result) == (2, "The proxy between you and tenant.invalid lets nothing through.")


def test_the_issuer_is_slow(check, issuer) -> None:
    issuer.hangs_at = "openid-configuration"
    result = check(timeout=0.2)
    assert failing(result) == (2, f"127.0.0.1:{issuer.server_port} did not answer in time.")


def certificate(name: str, valid_until: datetime) -> tuple[bytes, bytes]:
    """A certificate that vouches for itself, and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(valid_until - timedelta(days=10))
        .not_valid_after(valid_until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


@pytest.fixture
def tls(tmp_path: Path) -> Iterator:
    """A server that shakes hands with a certificate and says no more: its port, and the file of the certificate."""
    stops = []

    def start(name: str, days: int) -> tuple[int, Path]:
        pem, key = certificate(name, datetime.now(UTC) + timedelta(days=days))
        file = tmp_path / f"{name}.pem"
        file.write_bytes(pem)
        (tmp_path / "key.pem").write_bytes(key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file, tmp_path / "key.pem")
        sock = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    connection, _ = sock.accept()
                except OSError:
                    return
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        stops.append((sock, thread))
        return sock.getsockname()[1], file

    yield start
    for sock, thread in stops:
        sock.shutdown(socket.SHUT_RDWR)
        sock.close()
        thread.join(5)


@pytest.mark.parametrize(
    ("name", "days", "trusted", "words"),
    [
        ("localhost", 5, False, "self-signed certificate"),
        ("localhost", -1, True, "certificate has expired"),
        ("elsewhere.example", 5, True, "Hostname mismatch"),
    ],
)
def test_the_issuer_does_not_prove_who_it_is(check, tls, monkeypatch, name, days, trusted, words) -> None:
    port, file = tls(name, days)
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    result = check(issuer=f"https://localhost:{port}/")
    number, finding = failing(result)
    assert number == 2
    assert finding.startswith(f"localhost:{port} does not prove who it is: ") and words in finding
    assert any("Never switch the check off" in sentence for sentence in result.todo)


def test_the_issuer_speaks_plain_http_where_https_is_expected(check, issuer) -> None:
    result = check(issuer=issuer.url.replace("http:", "https:"))
    number, finding = failing(result)
    assert number == 2 and "does not speak TLS" in finding


# --- 3, its keys


@pytest.mark.parametrize(
    ("jwks", "found"),
    [
        ({"keys": []}, "no key that can be used: none is for RS256"),
        ({"keys": [{"kty": "oct", "k": "AAAA"}]}, "a type of key that is not supported"),
        (
            {"keys": [{"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"}]},
            "meant for another use than signatures",
        ),
        ([], "sent no JWK Set"),
        (b"<html>", "sent no JWK Set"),
        (None, "answered 404"),
    ],
)
def test_no_key_can_be_used(check, issuer, jwks, found: str) -> None:
    issuer.jwks = jwks
    number, finding = failing(check())
    assert number == 3 and found in finding


def test_the_keys_are_slow(check, issuer) -> None:
    issuer.hangs_at = "jwks.json"
    assert failing(check(timeout=0.2))[0] == 3


# --- 4, a token


@pytest.mark.parametrize(
    ("status", "error", "description", "todo"),
    [
        (401, "access_denied", "Unauthorized", "In Auth0's dashboard: Applications"),
        (401, "invalid_client", None, "Copy CLIENT_ID and CLIENT_SECRET again"),
        (403, "access_denied", "Service not enabled within domain: x", "Settings → Identifier"),
        (403, "access_denied", 'Client is not authorized to access "x".', "Client Access → Grant Access"),
        (403, "access_denied", "No audience parameter was provided", "Settings → Identifier"),
        (
            403,
            "unauthorized_client",
            "Grant type 'client_credentials' not allowed for the client.",
            "Advanced Settings → Grant Types",
        ),
        (400, "unsupported_grant_type", "No", "Allow the client the grant type"),
        (400, "invalid_target", None, "the resource server's identifier"),
        (400, "invalid_scope", None, "Give the resource server the scopes"),
        (429, "too_many_requests", "Global limit has been reached", "Wait a minute"),
        (403, None, None, "Let the client use this resource server"),
        (500, None, None, "Try again later"),
        (418, "teapot", None, "the issuer's own log may say more"),
    ],
)
def test_no_token(check, issuer, status, error, description, todo) -> None:
    issuer.status = status
    answer = {"error": error, "error_description": description}
    issuer.token_response = lambda form: {name: value for name, value in answer.items() if value}
    result = check()
    number, finding = failing(result)
    assert number == 4 and f"answered {status}" in finding
    assert todo in " ".join(result.todo)


def test_an_issuer_that_repeats_the_secret(check, issuer) -> None:
    issuer.status = 401
    issuer.token_response = lambda form: {
        "error": "invalid_client",
        "error_description": f"Not {form['client_secret']}",
    }
    assert "**********" in failing(check())[1]


def test_an_issuer_that_takes_the_secret_in_another_way(check, issuer) -> None:
    issuer.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    issuer.status = 401
    issuer.token_response = lambda form: {"error": "invalid_client"}
    assert "does not take the secret in the form" in check().todo[-1]


def test_the_token_endpoint_is_slow(check, issuer) -> None:
    issuer.hangs_at = "/oauth/token"
    result = check(timeout=0.2)
    assert failing(result) == (4, f"127.0.0.1:{issuer.server_port} did not answer in time.")


def test_an_issuer_that_wants_the_scopes_named(check, issuer) -> None:
    def answer(form: dict[str, str]) -> dict[str, object]:
        issuer.status = 200 if "scope" in form else 400
        return (
            {"access_token": issuer.sign(), "token_type": "Bearer"}
            if "scope" in form
            else {"error": "invalid_scope"}
        )

    issuer.token_response = answer
    result = check()
    assert failing(result) == (4, "It gives a token, but only when the scopes are named (RFC 6749 §3.3).")
    assert "default scope" in result.todo[0] and "Auth0" not in str(result)


def test_an_issuer_that_takes_a_resource(check, issuer) -> None:
    def answer(form: dict[str, str]) -> dict[str, object]:
        issuer.status = 200 if "resource" in form else 400
        good = {"access_token": issuer.sign(), "token_type": "Bearer"}
        return good if "resource" in form else {"error": "invalid_target"}

    issuer.token_response = answer
    number, finding = failing(check())
    assert number == 4 and "named as resource (RFC 8707)" in finding


def test_an_issuer_that_grants_more_than_was_asked(check, issuer) -> None:
    issuer.make_token = lambda form: issuer.sign()
    number, finding = failing(check())
    assert number == 7 and finding.startswith("Asked for read:todos alone, it grants write:todos too.")


# --- 5, it is a JWT


@pytest.mark.parametrize(
    ("token", "found", "todo"),
    [
        ("h9TqzM0o2y1Zt8", "It is opaque", "the resource server's identifier"),
        ("eyJhIjoxfQ.a.b.c.d", "It is encrypted", "and not encrypt them"),
        ("not.a.jwt", "It looks like one, and is none.", "Ask whoever runs the issuer"),
    ],
)
def test_it_is_no_jwt(check, issuer, token: str, found: str, todo: str) -> None:
    issuer.make_token = lambda form: token
    result = check()
    number, finding = failing(result)
    assert number == 5 and finding.startswith(found)
    assert todo in result.todo[0]


# --- 6, the API takes it


def test_the_api_was_made_with_hs256(check, issuer) -> None:
    def hs256(form: dict[str, str]) -> str:
        claims = jwt.decode(issuer.sign(), options={"verify_signature": False})
        return jwt.encode(claims, "x" * 32, "HS256", headers={"kid": "x"})

    issuer.make_token = hs256
    result = check()
    number, finding = failing(result)
    assert number == 6 and "Its alg is HS256, and the API takes RS256." in finding
    assert "sign this API's tokens with RS256" in result.todo[0]


@pytest.mark.parametrize(
    ("changes", "found", "todo"),
    [
        (
            {"aud": "http://localhost:3001/"},
            "Its aud is http://localhost:3001/, and the API takes",
            "identifier",
        ),
        ({"iss": "https://other.example/"}, "Its iss is https://other.example/, and the API takes", "ISSUER"),
        ({"exp": 9_999_999_999}, "live longer", "30 days"),
        ({"exp": 9_999_999_999, "gty": "client-credentials"}, "live longer", "Maximum Access Token Lifetime"),
        ({"sub": None}, "no sub claim", "The lessons and the Todo API take tokens with"),
        ({"aud": None}, "no aud claim", "The lessons and the Todo API take tokens with"),
        (
            {"header": {"typ": "secevent+jwt"}},
            "not of a type",
            "The lessons and the Todo API take tokens with",
        ),
        ({"header": {"kid": "unheard-of"}}, "no usable key", "Ask whoever"),
    ],
)
def test_the_api_would_refuse_it(check, issuer, changes, found: str, todo: str) -> None:
    issuer.make_token = lambda form: issuer.sign(**changes)
    result = check()
    number, finding = failing(result)
    assert number == 6 and found in finding
    assert todo in result.todo[0]


def test_this_machine_s_clock_is_slow(check, issuer) -> None:
    issuer.clock_offset = 90
    result = check()
    number, finding = failing(result)
    assert number == 6
    assert any(
        f"This machine's clock is {seconds} s behind the issuer's." in finding for seconds in range(88, 92)
    )
    assert "timedatectl" in result.todo[0]


def test_a_clock_that_is_a_little_fast_is_mentioned_and_one_that_is_right_is_not(check, issuer) -> None:
    issuer.clock_offset = -20
    result = check()
    assert result.passed and "s ahead of the issuer's" in result.steps[5].finding
    issuer.headers["Age"] = "20"  # an answer out of a cache is as old as it says
    assert "clock" not in check().steps[5].finding
    issuer.clock_offset, issuer.headers = 0, {}
    assert "clock" not in check().steps[5].finding


def test_an_answer_that_takes_long_is_not_taken_for_a_clock_that_is_fast(check, issuer, monkeypatch) -> None:
    """Each is dated 5 s after its request, and is here 15 s later."""
    send, passed = requests.Session.send, [-100.0]

    def slowly(*request: object, **options: object) -> requests.Response:
        issuer.clock_offset = passed[0] + 5
        answer = send(*request, **options)
        passed[0] += 20
        return answer

    monkeypatch.setattr("requests.Session.send", slowly)
    monkeypatch.setattr("helpers.preflight.steps.time", SimpleNamespace(time=lambda: time.time() + passed[0]))
    result = check()
    assert result.passed and "clock" not in result.steps[5].finding


# --- 7, its scopes


def test_the_permissions_are_not_granted(check, issuer) -> None:
    def narrow(form: dict[str, str]) -> dict[str, object]:
        if "scope" in form:
            issuer.status = 403
            return {
                "error": "access_denied",
                "error_description": "Client has not been granted scopes: write:todos",
            }
        return {"access_token": issuer.sign(scope="read:todos"), "token_type": "Bearer", "expires_in": 60}

    issuer.token_response = narrow
    result = check()
    assert failing(result) == (7, "It does not hold write:todos.")
    assert "Grant Access" in " ".join(result.todo) and "Permissions" in " ".join(result.todo)


def test_scopes_that_are_given_only_when_asked_for(check, issuer) -> None:
    issuer.make_token = lambda form: issuer.sign(scope=form.get("scope"))
    result = check()
    assert failing(result) == (7, "It holds read:todos and write:todos only when that is asked for.")
    assert 'lab.token("read:todos write:todos")' in result.todo[0]


# --- in a terminal


@pytest.fixture
def variables(issuer, monkeypatch):
    values = {
        "ISSUER": issuer.url,
        "AUDIENCE": "http://localhost:3001",
        "CLIENT_ID": "me",
        "CLIENT_SECRET": "not-shown-123",
    }
    for name, value in (values | {"CLIENT_SECRET": "not-shown-123"}).items():
        monkeypatch.setenv(name, value)


def test_the_command_says_the_same_and_exits_with_0(variables, capsys) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("Nothing is missing")


def test_the_command_exits_with_1_when_something_is_missing(variables, issuer, monkeypatch) -> None:
    monkeypatch.setenv("ISSUER", issuer.url.rstrip("/"))
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-W", "error", "-m", "helpers.preflight"]
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert answer.stdout.startswith("Step 2 of 7 is missing: the issuer.\n")
