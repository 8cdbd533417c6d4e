"""private_key_jwt: what the client signs, that it signs anew for each request, and where the key must not show."""

import json
import logging
import pickle
import time
import traceback
from types import SimpleNamespace

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc.jwk import ECKey

from helpers.authorization_server import Application, AuthorizationServer
from helpers.authorization_server.public_key import read_public_keys
from helpers.services import Service, listen
from helpers.tokens.client import ClientCredentials
from helpers.tokens.client_assertion import client_assertion
from helpers.tokens.errors import ConfigurationError
from helpers.tokens.thumbprint import public_jwk, thumbprint
from helpers.tokens.token_response import TokenRequestError

AUDIENCE = "http://localhost:3001"
RSA_KEY = rsa.generate_private_key(65_537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
PARAMETERS = {
    "client_secret": None,
    "auth_method": "private_key_jwt",
    "private_key": RSA_KEY,
    "assertion_audience": "https://issuer.example/",
}


def pem(key, encryption=None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def read(assertion: str, key=RSA_KEY, algorithm: str = "RS256") -> tuple[dict, dict]:
    """Header and claims, if the signature is the key's; read by another library."""
    token = jwt.decode_complete(
        assertion,
        key.public_key(),
        algorithms=[algorithm],
        options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
    )
    return token["header"], token["payload"]


@pytest.fixture
def slept(monkeypatch) -> list[float]:
    """The seconds that the client waits before it tries again; the test itself does not."""
    slept: list[float] = []
    monkeypatch.setattr(
        "helpers.tokens.token_endpoint.time",
        SimpleNamespace(sleep=slept.append, monotonic=time.monotonic),
    )
    return slept


@pytest.mark.parametrize(("key", "algorithm"), [(RSA_KEY, "RS256"), (EC_KEY, "ES256")])
def test_an_assertion_says_who_to_whom_and_until_when(key, algorithm):
    header, claims = read(
        client_assertion("batch", "https://issuer.example/", key, now=1_000.9), key, algorithm
    )

    assert header == {"alg": algorithm, "typ": "JWT", "kid": read_public_keys([public_pem(key)])[0].kid}
    assert claims.pop("jti")
    assert claims == {
        "iss": "batch",
        "sub": "batch",
        "aud": "https://issuer.example/",
        "iat": 1_000,
        "exp": 1_060,
    }


def test_lifetime_and_key_id_can_be_set_and_the_time_is_now():
    before = int(time.time())
    header, claims = read(client_assertion("batch", "a", RSA_KEY, key_id="two", lifetime=5))
    assert header["kid"] == "two"
    assert before <= claims["iat"] <= time.time()
    assert claims["exp"] - claims["iat"] == 5


def test_the_key_id_may_be_left_out_and_the_type_be_said_outright():
    header, _ = read(client_assertion("batch", "a", RSA_KEY, key_id="", typ="client-authentication+jwt"))
    assert header == {"alg": "RS256", "typ": "client-authentication+jwt"}


def test_the_thumbprint_is_that_of_the_standard():
    """The example of RFC 7638 §3.1, and one coordinate that begins with a zero (RFC 7518 §6.2.1.2)."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw"
    )
    jwk = {"kty": "RSA", "alg": "RS256", "kid": "2011-04-29", "e": "AQAB", "n": modulus}
    assert thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"

    numbers = (ec.derive_private_key(number, ec.SECP256R1()).public_key() for number in range(1, 10_000))
    key = next(key for key in numbers if key.public_numbers().x < 1 << 248)
    assert public_jwk(key) | {"kid": ""} == ECKey.import_key(key).as_dict() | {"kid": ""}
    assert thumbprint(public_jwk(key)) == ECKey.import_key(key).thumbprint()


def test_no_two_assertions_are_alike():
    assert (
        len(
            {
                read(client_assertion("batch", "a", EC_KEY, now=1), EC_KEY, "ES256")[1]["jti"]
                for _ in range(50)
            }
        )
        == 50
    )


@pytest.mark.parametrize(
    "source", [RSA_KEY, pem(RSA_KEY), pem(RSA_KEY).decode()], ids=["object", "bytes", "str"]
)
def test_the_key_is_an_object_or_pem(source):
    assert read(client_assertion("batch", "a", source))


UNUSABLE = {
    "weak": (lambda: rsa.generate_private_key(65_537, 1024), "at least 2048 bits"),  # noqa: S505 - refused
    "another curve": (lambda: pem(ec.generate_private_key(ec.SECP384R1())), "or a P-256 key"),
    "another type": (ed25519.Ed25519PrivateKey.generate, "must be an RSA key"),
    "for encryption": (lambda: pem(x25519.X25519PrivateKey.generate()), "must be an RSA key"),
    "public": (EC_KEY.public_key, "must be an RSA key"),
    "none": (lambda: 5, "must be an RSA key"),
    "encrypted": (lambda: pem(EC_KEY, BestAvailableEncryption(b"secret")), "decrypt it first"),
    "no PEM": (lambda: "correct horse", "no PEM that can be read"),
    "cut short": (lambda: pem(EC_KEY)[:100], "no PEM that can be read"),
}


@pytest.mark.parametrize(("key", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_key_that_cannot_be_used(make_client, issuer, key, words):
    for use in (
        lambda key: client_assertion("batch", "a", key),
        lambda key: make_client(**PARAMETERS | {"private_key": key}),
    ):
        with pytest.raises(ConfigurationError, match=words) as caught:
            use(key())
        assert caught.value.__context__ is None and "correct horse" not in str(caught.value)
    assert not issuer.asked


@pytest.mark.parametrize("lifetime", [0, -1, float("nan")])
def test_a_lifetime_is_positive(lifetime):
    with pytest.raises(ConfigurationError):
        client_assertion("batch", "a", EC_KEY, lifetime=lifetime)


def test_the_request_has_an_assertion_in_place_of_a_secret(make_client, issuer, clock):
    make_client(**PARAMETERS, key_id="one").token()
    [asked] = issuer.asked
    form = asked.form
    header, claims = read(form.pop("client_assertion"))

    assert asked.headers["Authorization"] is None
    assert form == {
        "grant_type": "client_credentials",
        "client_id": "nightly-batch",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "audience": AUDIENCE,
    }
    assert header["kid"] == "one"
    assert (claims["iss"], claims["sub"], claims["aud"]) == (
        "nightly-batch",
        "nightly-batch",
        "https://issuer.example/",
    )
    assert (claims["iat"], claims["exp"]) == (clock.now, clock.now + 60)


def test_the_assertion_is_for_whom_it_is_said_to_be(make_client, issuer):
    make_client(
        **PARAMETERS | {"assertion_audience": "https://other.example/"},
        assertion_typ="client-authentication+jwt",
    ).token()
    header, claims = read(issuer.asked[0].form["client_assertion"])
    assert (claims["aud"], header["typ"]) == ("https://other.example/", "client-authentication+jwt")


def jtis(issuer) -> list[str]:
    return [read(asked.form["client_assertion"])[1]["jti"] for asked in issuer.asked]


def test_each_request_has_a_new_assertion_also_when_the_server_says_not_now(
    make_client, issuer, reply, clock, slept
):
    issuer.then(reply(503), reply(429, headers={"Retry-After": "7"}))
    client = make_client(**PARAMETERS)
    assert client.token().startswith("token-3")
    clock.now += 3_600
    client.token()

    assert len(set(jtis(issuer))) == 4
    assert slept == [0.25, 7]


def test_it_gives_up_after_some_tries(make_client, issuer, reply, slept):
    issuer.default = lambda asked: reply(503)
    with pytest.raises(TokenRequestError) as caught:
        make_client(**PARAMETERS).token()
    assert caught.value.status == 503
    assert len(set(jtis(issuer))) == 4 and slept == [0.25, 0.5, 1.0]


@pytest.mark.parametrize(("status", "retry_after"), [(401, ""), (400, "1"), (429, "3600")])
def test_what_would_not_help_is_not_tried(make_client, issuer, reply, slept, status, retry_after):
    issuer.default = lambda asked: reply(status, headers={"Retry-After": retry_after})
    with pytest.raises(TokenRequestError):
        make_client(**PARAMETERS).token()
    assert len(issuer.asked) == 1 and slept == []


def test_an_assertion_whose_answer_was_lost_is_not_sent_again(make_client, issuer, reply, slept, waits):
    broken = reply()
    broken.before = lambda: 1 / 0
    issuer.handle_error = lambda *_: None
    issuer.then(broken)
    with pytest.raises(TokenRequestError, match="Cannot connect"):
        make_client(**PARAMETERS).token()
    assert len(issuer.asked) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"private_key": None}, "private_key_jwt takes a private_key"),
        ({"client_secret": "secret"}, "and no client_secret"),
        ({"auth_method": "client_secret_post", "client_secret": "secret"}, "for private_key_jwt alone"),
        (
            {
                "auth_method": "client_secret_basic",
                "client_secret": "secret",
                "private_key": None,
                "key_id": "a",
            },
            "for private_key_jwt alone",
        ),
        ({"auth_method": "client_secret_post", "private_key": None}, "client secret must not be empty"),
        ({"auth_method": "client_secret_jwt"}, "auth_method must be one of"),
    ],
)
def test_settings_that_do_not_go_together(make_client, options, words):
    with pytest.raises(ConfigurationError, match=words):
        make_client(**PARAMETERS | options)


def test_the_key_shows_nowhere(make_client, issuer, reply, caplog):
    caplog.set_level(logging.DEBUG)
    key = pem(RSA_KEY).decode()
    client = make_client(**PARAMETERS | {"private_key": key})

    assert "private_key='**********'" in repr(client) and "client_secret" not in repr(client)
    with pytest.raises(TypeError, match="holds a secret"):
        pickle.dumps(client)
    issuer.default = lambda asked: reply(
        401, {"error": "invalid_client", "error_description": f"Bad: {asked.form['client_assertion']}"}
    )
    with pytest.raises(TokenRequestError) as caught:
        client.token()

    [asked] = issuer.asked
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = [repr(frame.locals) for frame in frames.stack if "/helpers/" in frame.filename]
    shown += [str(caught.value), repr(vars(caught.value)), repr(client), repr(vars(client)), caplog.text]
    for hidden in (asked.form["client_assertion"], "BEGIN PRIVATE KEY", key.splitlines()[3]):
        assert not [text for text in shown if hidden in text]


@pytest.fixture(scope="module")
def server():
    sock = listen()
    server = AuthorizationServer(f"http://127.0.0.1:{sock.getsockname()[1]}/")
    server.registry.create_api("Todo API", AUDIENCE, {"read:todos": "Read"}, token_lifetime=2)
    service = Service("authorization server", server.app, sock).start()
    yield server
    service.stop()


def public_pem(key) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("key", [RSA_KEY, EC_KEY], ids=["RSA", "EC"])
def test_the_local_server_takes_it_and_takes_it_once(server, key):
    application = server.registry.create_application("Batch", public_keys=[public_pem(key)])
    server.registry.create_grant(application.client_id, AUDIENCE, ["read:todos"])
    client = ClientCredentials.from_issuer(
        server.issuer,
        client_id=application.client_id,
        audience=AUDIENCE,
        auth_method="private_key_jwt",
        private_key=key,
        key_id=application.public_keys[0].kid,
    )
    assert client.token()

    assertion = client_assertion(application.client_id, server.issuer, key)
    form = {
        "grant_type": "client_credentials",
        "audience": AUDIENCE,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    answers = [requests.post(client.token_endpoint, data=form, timeout=10) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert "used before" in json.loads(answers[1].content)["error_description"]


@pytest.fixture
def sent(server, monkeypatch) -> list[str]:
    """The assertions that the local server got."""
    seen: list[str] = []
    assertions = server._token_endpoint._clients._assertions
    authenticate = assertions.authenticate

    def spy(assertion: str, client_id: str | None) -> Application:
        seen.append(assertion)
        return authenticate(assertion, client_id)

    monkeypatch.setattr(assertions, "authenticate", spy)
    return seen


def test_to_an_issuer_the_assertion_names_the_issuer_and_nobody_else(server, sent):
    """draft-ietf-oauth-rfc7523bis-11 §4: the token endpoint "MUST NOT be used as an audience value"."""
    application = server.registry.create_application("Named", public_keys=[public_pem(RSA_KEY)])
    server.registry.create_grant(application.client_id, AUDIENCE, [])
    settings = {
        "client_id": application.client_id,
        "audience": AUDIENCE,
        "auth_method": "private_key_jwt",
        "private_key": RSA_KEY,
    }
    endpoint = f"{server.issuer}oauth/token"
    clients = [
        ClientCredentials.from_issuer(server.issuer, **settings),
        ClientCredentials(token_endpoint=endpoint, **settings, assertion_audience=server.issuer),
    ]
    assert all(client.token() for client in clients)
    audiences = [read(assertion)[1]["aud"] for assertion in sent]
    assert audiences == [server.issuer, server.issuer]
    with pytest.raises(ConfigurationError, match="needs assertion_audience"):
        ClientCredentials(token_endpoint=endpoint, **settings)


@pytest.mark.parametrize("key", [RSA_KEY, EC_KEY], ids=["RSA", "EC"])
def test_a_key_is_changed_without_a_moment_in_which_no_key_works(server, key):
    """Register the second, switch over, remove the first; nobody has to agree on a kid."""
    new = rsa.generate_private_key(65_537, 2048)

    def register(*keys) -> str:
        application = server.registry.create_application("Changing", public_keys=map(public_pem, keys))
        server.registry.create_grant(application.client_id, AUDIENCE, [])
        return application.client_id

    def works(key) -> bool:
        client = ClientCredentials.from_issuer(
            server.issuer,
            client_id=client_id,
            audience=AUDIENCE,
            auth_method="private_key_jwt",
            private_key=key,
        )
        try:
            return bool(client.token())
        except TokenRequestError as error:
            assert error.error == "invalid_client"
            return False

    client_id = register(key)
    assert (works(key), works(new)) == (True, False)
    register(key, new)
    assert (works(key), works(new)) == (True, True)
    register(new)
    assert (works(key), works(new)) == (False, True)


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        ({"private_key": EC_KEY}, "Register the public half"),
        ({"key_id": "another"}, "Register the public half"),
        ({"client_id": "nobody"}, "Register the public half"),
        ({"clock": lambda: time.time() - 3_600}, "Check the clock"),
        ({"clock": lambda: time.time() + 3_600}, "Check the clock"),
    ],
    ids=["another key", "another kid", "another client", "behind", "ahead"],
)
def test_what_to_do(server, options, advice):
    application = server.registry.create_application("Advised", public_keys=[public_pem(RSA_KEY)])
    settings = {
        "client_id": application.client_id,
        "audience": AUDIENCE,
        "auth_method": "private_key_jwt",
        "private_key": RSA_KEY,
    }
    with pytest.raises(TokenRequestError) as caught:
        ClientCredentials.from_issuer(server.issuer, **settings | options).token()
    assert (caught.value.status, caught.value.error) == (401, "invalid_client")
    assert caught.value.advice.startswith(advice)
