"""private_key_jwt (RFC 7523): an application signs an assertion and has no secret that could be stolen on the way."""

import base64
import json
import time
import uuid

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from helpers.authorization_server import Application, RegistryError
from helpers.authorization_server.client_assertion import ClientAssertions
from helpers.authorization_server.dialect import ERRORS
from helpers.authorization_server.digest_memory import DigestMemory
from helpers.clock import Clock
from helpers.tokens.signature import check_signature

AUDIENCE = "http://localhost:3001"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEYS = {
    "RS256": rsa.generate_private_key(65_537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
FOREIGN = rsa.generate_private_key(65_537, 2048)


def public_jwk(algorithm: str, **members: str) -> dict:
    jwk = jwt.get_algorithm_by_name(algorithm).to_jwk(KEYS[algorithm].public_key(), as_dict=True)
    return jwk | members


@pytest.fixture(scope="module")
def keyed(registry, api) -> Application:
    """An application with one public key and no secret."""
    application = registry.create_application(
        "Batch with a key", public_keys=[public_jwk("RS256", kid="one")]
    )
    registry.create_grant(application.client_id, AUDIENCE, ["read:todos"])
    return application


@pytest.fixture(scope="module")
def assertion(server, keyed):
    """A good assertion with some claims changed; ``...`` takes one away."""

    def make(key=KEYS["RS256"], algorithm="RS256", headers=None, **changes) -> str:
        now = int(time.time())
        claims = {
            "iss": keyed.client_id,
            "sub": keyed.client_id,
            "aud": server.issuer,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": now + 60,
        } | changes
        claims = {name: value for name, value in claims.items() if value is not ...}
        members = {"kid": "one"} | (headers or {})
        members = {name: value for name, value in members.items() if value is not ...}
        return jwt.PyJWS().encode(json.dumps(claims).encode(), key, algorithm, headers=members)

    return make


@pytest.fixture(scope="module")
def post(server):
    """Send an assertion, and whatever else, to an endpoint."""

    def send(assertion: str | None, path: str = "token", auth=None, issuer=server.issuer, **parameters):
        body = {
            "grant_type": "client_credentials",
            "audience": AUDIENCE,
            "client_assertion_type": TYPE,
            "client_assertion": assertion,
        } | parameters
        body = {name: value for name, value in body.items() if value is not None}
        return requests.post(f"{issuer}oauth/{path}", data=body, auth=auth, timeout=10)

    return send


def refusal(answer: requests.Response) -> str:
    """The description of a refusal, which is one of a client that is not who it says."""
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    return answer.json()["error_description"]


def test_an_assertion_is_as_good_as_a_secret_at_each_endpoint(post, assertion, keyed):
    answer = post(assertion())
    assert answer.status_code == 200
    token = answer.json()["access_token"]

    asked = post(assertion(), "introspect", token=token).json()
    assert (asked["active"], asked["client_id"]) == (True, keyed.client_id)
    assert post(assertion(), "revoke", token=token).status_code == 200
    assert post(assertion(), "introspect", token=token).json() == {"active": False}


def test_it_travels_in_json_too(server, assertion):
    body = {
        "grant_type": "client_credentials",
        "audience": AUDIENCE,
        "client_assertion_type": TYPE,
        "client_assertion": assertion(),
    }
    assert requests.post(f"{server.issuer}oauth/token", json=body, timeout=10).status_code == 200


def test_the_client_id_may_be_repeated_beside_it(post, assertion, keyed):
    assert post(assertion(), client_id=keyed.client_id).status_code == 200
    assert "client_id is not the sub" in refusal(post(assertion(), client_id="another"))


AUDIENCES = {
    "the issuer": (lambda issuer: issuer, None),
    "the token endpoint": (lambda issuer: f"{issuer}oauth/token", "assertion_audience_endpoint"),
    "the issuer in a list": (lambda issuer: [issuer], "assertion_audience_list"),
    "the token endpoint in a list": (lambda issuer: [f"{issuer}oauth/token"], "assertion_audience_list"),
    "the issuer and the token endpoint": (
        lambda issuer: [issuer, f"{issuer}oauth/token"],
        "assertion_audience_list",
    ),
    "the issuer and another server": (
        lambda issuer: [issuer, "http://127.0.0.1:9/"],
        "assertion_audience_list",
    ),
    "nobody": (lambda issuer: [], "assertion_audience_list"),
    "the issuer without its slash": (lambda issuer: issuer.rstrip("/"), "assertion_audience"),
    "the issuer in capitals": (lambda issuer: issuer.upper(), "assertion_audience"),
    "another endpoint": (lambda issuer: f"{issuer}oauth/introspect", "assertion_audience"),
}


@pytest.mark.parametrize("path", ["token", "introspect", "revoke"])
@pytest.mark.parametrize(("audience", "row"), AUDIENCES.values(), ids=AUDIENCES)
def test_the_audience_is_the_issuer_alone_as_one_string(server, post, assertion, audience, row, path):
    """draft-ietf-oauth-rfc7523bis-11 §4, and for the string FAPI 2.0 Security Profile §5.3.2.1."""
    answer = post(assertion(aud=audience(server.issuer)), path, token="x")
    if row is None:
        assert answer.status_code == 200
    else:
        assert refusal(answer) == ERRORS[row].description


@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "client-authentication+jwt"])
def test_the_typ_may_be_absent_or_say_what_it_is(post, assertion, typ):
    assert post(assertion(headers={"typ": typ})).status_code == 200


@pytest.mark.parametrize("algorithm", KEYS)
def test_three_kinds_of_keys(registry, api, post, assertion, algorithm):
    application = registry.create_application(f"With {algorithm}", public_keys=[public_jwk(algorithm)])
    registry.create_grant(application.client_id, AUDIENCE, [])
    [key] = application.public_keys
    said = {"iss": application.client_id, "sub": application.client_id}

    assert algorithm in key.algs and len(key.kid) == 43
    for headers in ({"kid": key.kid}, {"kid": ...}):  # with one key there is no doubt which
        assert post(assertion(KEYS[algorithm], algorithm, headers, **said)).status_code == 200
    assert "No key" in refusal(post(assertion(KEYS[algorithm], algorithm, {"kid": "other"}, **said)))


def test_with_two_keys_the_kid_says_which(registry, api, post, assertion):
    application = registry.create_application(
        "Two keys", public_keys=[public_jwk("RS256", kid="old"), public_jwk("ES256", kid="new")]
    )
    registry.create_grant(application.client_id, AUDIENCE, [])
    said = {"iss": application.client_id, "sub": application.client_id}

    assert post(assertion(headers={"kid": "old"}, **said)).status_code == 200
    assert post(assertion(KEYS["ES256"], "ES256", {"kid": "new"}, **said)).status_code == 200
    assert "No key" in refusal(post(assertion(headers={"kid": "new"}, **said)))

    registry.create_application("Two keys", public_keys=[public_jwk("ES256", kid="new")])
    assert "No key" in refusal(post(assertion(headers={"kid": "old"}, **said)))
    assert post(assertion(KEYS["ES256"], "ES256", {"kid": "new"}, **said)).status_code == 200


def test_without_a_kid_each_key_of_the_algorithm_is_tried(registry, api, post, assertion):
    """So a client that sends none can change keys as well: register the second, switch over, remove the first."""
    first, second = (rsa.generate_private_key(65_537, 2048) for _ in range(2))
    jwks = [RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) for key in (first, second)]

    def register(*keys: dict) -> str:
        return registry.create_application("Changes keys", public_keys=keys).client_id

    def status(key: rsa.RSAPrivateKey) -> int:
        return post(assertion(key, headers={"kid": ...}, iss=client_id, sub=client_id)).status_code

    client_id = register(jwks[0], public_jwk("ES256"))
    registry.create_grant(client_id, AUDIENCE, [])
    assert (status(first), status(second)) == (200, 401)
    register(*jwks, public_jwk("ES256"))
    assert (status(first), status(second)) == (200, 200)
    register(jwks[1], public_jwk("ES256"))
    assert (status(first), status(second)) == (401, 200)
    assert status(FOREIGN) == 401


def test_there_are_few_keys_to_be_tried(registry):
    jwks = [
        ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
        for _ in range(6)
    ]
    assert len(registry.create_application("Five keys", public_keys=jwks[:5]).public_keys) == 5
    with pytest.raises(RegistryError, match="at most 5 public_keys"):
        registry.create_application("Six keys", public_keys=jwks)


GUESSES = {
    "an unknown client": {"sub": "nobody", "iss": "nobody"},
    "an unknown client, with Ed25519": {"key": KEYS["EdDSA"], "algorithm": "EdDSA", "sub": "nobody"},
    "another key": {"key": FOREIGN},
    "another key without a kid": {"headers": {"kid": ...}, "key": FOREIGN},
    "another kid": {"headers": {"kid": "two"}},
    "another kind of key": {"key": KEYS["ES256"], "algorithm": "ES256"},
    "no guess": {},
}


@pytest.mark.parametrize("changes", GUESSES.values(), ids=GUESSES)
def test_one_signature_is_checked_whether_there_is_such_a_client_and_such_a_key_or_not(
    post, assertion, monkeypatch, changes
):
    checked = []

    def check(token, key):
        checked.append(key.algs)
        check_signature(token, key)

    monkeypatch.setattr("helpers.authorization_server.client_assertion.check_signature", check)
    assert post(assertion(**changes)).status_code == (401 if changes else 200)
    assert [alg for algs in checked for alg in algs] == [changes.get("algorithm", "RS256")]


def test_a_clock_may_be_ten_seconds_off(serve, registry, keyed, post, assertion):
    server = serve(registry=registry, clock=lambda: 1_000_000.0)

    def said(iat: int, exp: int, **changes: int) -> requests.Response:
        return post(assertion(aud=server.issuer, iat=iat, exp=exp, **changes), issuer=server.issuer)

    assert said(1_000_010, 1_000_310, nbf=1_000_010).status_code == 200
    assert "in the future" in refusal(said(1_000_011, 1_000_060))
    assert "in the future" in refusal(said(1_000_000, 1_000_060, nbf=1_000_011))
    assert "too far ahead" in refusal(said(1_000_000, 1_000_311))
    assert said(999_931, 999_991).status_code == 200
    assert "expired" in refusal(said(999_930, 999_990))


def test_it_is_remembered_for_as_long_as_it_is_taken(serve, registry, keyed, post, assertion, monkeypatch):
    now = 1_000_000.0
    server = serve(registry=registry, clock=lambda: now)
    monkeypatch.setattr(server._token_endpoint._clients._assertions, "_quota", 1)
    once = assertion(aud=server.issuer, iat=999_940, exp=1_000_000)
    another = assertion(aud=server.issuer, iat=..., exp=1_000_060)

    assert post(once, issuer=server.issuer).status_code == 200
    for seconds in (1.0, 9.0, 9.99):  # expired, and within the tolerance
        now = 1_000_000.0 + seconds
        assert (
            post(another, issuer=server.issuer).status_code == 503
        )  # no room: the first one is still needed
        assert "used before" in refusal(post(once, issuer=server.issuer))
    now = 1_000_010.0
    assert post(another, issuer=server.issuer).status_code == 200
    assert "expired" in refusal(post(once, issuer=server.issuer))


def test_an_assertion_is_good_once(post, assertion):
    once = assertion()
    assert post(once).status_code == 200
    assert refusal(post(once)) == "The client assertion was used before: its jti is good once"
    assert "used before" in refusal(post(once, "introspect", token="x"))
    # Signed anew, with another expiry: the jti is the same.
    same = assertion(jti="the same")
    assert post(same).status_code == 200
    assert "used before" in refusal(post(assertion(jti="the same", exp=int(time.time()) + 90)))


def test_the_jti_of_one_client_is_not_used_up_by_another(registry, api, post, assertion):
    other = registry.create_application("Same key", public_keys=[public_jwk("RS256", kid="one")])
    registry.create_grant(other.client_id, AUDIENCE, [])
    assert post(assertion(jti="shared")).status_code == 200
    assert post(assertion(jti="shared", iss=other.client_id, sub=other.client_id)).status_code == 200


def test_a_refused_assertion_uses_nothing_up(post, assertion):
    assert post(assertion(jti="kept", aud="http://127.0.0.1:9/")).status_code == 401
    assert post(assertion(FOREIGN, jti="kept")).status_code == 401
    assert post(assertion(jti="kept")).status_code == 200


def test_a_used_assertion_stays_used_when_the_clock_is_set_back(serve, registry, keyed, post, assertion):
    clock = Clock()
    server = serve(registry=registry, clock=clock)
    once = assertion(aud=server.issuer)

    assert post(once, issuer=server.issuer).status_code == 200
    clock.advance(100)
    assert "expired" in refusal(post(once, issuer=server.issuer))
    later = int(clock()) + 60
    assert post(assertion(aud=server.issuer, exp=later), issuer=server.issuer).status_code == 200
    clock.reset()
    assert "used before" in refusal(post(once, issuer=server.issuer))
    assert post(assertion(aud=server.issuer), issuer=server.issuer).status_code == 200


def test_one_client_does_not_use_up_the_memory_of_another(
    serve, registry, keyed, post, assertion, monkeypatch
):
    clock = Clock()
    server = serve(registry=registry, clock=clock)
    monkeypatch.setattr(server._token_endpoint._clients._assertions, "_quota", 2)
    other = registry.create_application("Quiet", public_keys=[public_jwk("RS256", kid="one")]).client_id
    registry.create_grant(other, AUDIENCE, [])

    def status(path: str = "token", **changes) -> int:
        changes = {"aud": server.issuer, "exp": int(clock()) + 60} | changes
        return post(assertion(**changes), path, issuer=server.issuer, token="x").status_code

    assert [status("introspect"), status(), status("introspect"), status()] == [200, 200, 503, 503]
    assert status(iss=other, sub=other) == 200
    clock.advance(80)
    assert status() == 200


REFUSED = {
    "another issuer": ({"iss": "another"}, "The iss and the sub"),
    "no issuer": ({"iss": ...}, "has no iss"),
    "no subject": ({"sub": ...}, "has no sub"),
    "a subject that is no text": ({"sub": ["a"]}, "has no sub"),
    "an unknown subject": ({"sub": "nobody", "iss": "nobody"}, "No key"),
    "another server": ({"aud": "http://127.0.0.1:9/"}, "The aud"),
    "nobody in particular": ({"aud": ...}, "has no aud"),
    "an empty audience": ({"aud": []}, "The aud"),
    "an audience that is no text": ({"aud": {"a": "b"}}, "has no aud"),
    "the API": ({"aud": AUDIENCE}, "The aud"),
    "expired": ({"exp": 1}, "has expired"),
    "no expiry": ({"exp": ...}, "has no exp"),
    "an expiry in words": ({"exp": "soon"}, "has no exp"),
    "an expiry of true": ({"exp": True}, "has no exp"),
    "an expiry far ahead": ({"exp": 10_000_000_000}, "too far ahead"),
    "an expiry beyond all numbers": ({"exp": 10**400}, "too far ahead"),
    "issued in the future": ({"iat": 10_000_000_000}, "in the future"),
    "good later": ({"nbf": 10_000_000_000}, "in the future"),
    "issued in words": ({"iat": "now"}, "has no iat"),
    "no jti": ({"jti": ...}, "has no jti"),
    "an empty jti": ({"jti": ""}, "The jti"),
    "a jti that is no text": ({"jti": 1}, "has no jti"),
    "a foreign key": ({"key": FOREIGN}, "No key"),
    "none": ({"key": None, "algorithm": "none"}, "must be signed with one of RS256, ES256, Ed25519, EdDSA"),
    "HMAC": ({"key": "secret" * 8, "algorithm": "HS256"}, "must be signed with one of"),
    "another algorithm of the key": ({"algorithm": "PS256"}, "must be signed with one of"),
    "another kind of key": ({"key": KEYS["ES256"], "algorithm": "ES256"}, "No key"),
    "another kid": ({"headers": {"kid": "two"}}, "No key"),
    "a proof for DPoP": ({"headers": {"typ": "dpop+jwt"}}, "The typ"),
    "an access token": ({"headers": {"typ": "at+jwt"}}, "The typ"),
    "an extension": ({"headers": {"crit": ["x"], "x": 1}}, "not a well-formed"),
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(("changes", "description"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("path", ["token", "introspect", "revoke"])
def test_an_assertion_that_is_refused(post, assertion, path, changes, description):
    assert description in refusal(post(assertion(**changes), path, token="x"))


@pytest.mark.parametrize(
    "malformed", ["x", "a.b", "a.b.c.d", "..", "eyJhbGciOiJSUzI1NiJ9.W10.AA", "\u00e9" * 9]
)
def test_what_is_no_jwt_is_malformed(post, malformed):
    assert "not a well-formed" in refusal(post(malformed))


def test_a_changed_assertion_is_not_verified(post, assertion):
    header, payload, signature = assertion().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(claims | {"jti": "x"}).encode()).decode().rstrip("=")
    assert "No key" in refusal(post(f"{header}.{changed}.{signature}"))


def test_the_assertion_of_one_client_is_no_good_for_another(registry, post, assertion, keyed):
    """The client with the key names the other as issuer or as subject, or both."""
    other = registry.create_application("Victim").client_id
    for said in ({"sub": other}, {"iss": other}, {"iss": other, "sub": other}):
        refusal(post(assertion(**said)))


def test_the_servers_own_signing_key_does_not_speak_for_a_client(server, keyed, post, assertion):
    key = server.keys.current
    assert "No key" in refusal(post(assertion(key.private_key, headers={"kid": key.kid})))


@pytest.mark.parametrize(
    ("parameters", "auth", "status", "description"),
    [
        ({"client_secret": "any"}, None, 400, "Authenticate in one way"),
        ({}, ("any", "any"), 400, "Authenticate in one way"),
        ({"client_assertion": None}, None, 401, "Missing client_assertion"),
        ({"client_assertion_type": None}, None, 401, "The client_assertion_type must be"),
        ({"client_assertion_type": "urn:x"}, None, 401, "The client_assertion_type must be"),
        ({"client_assertion": None, "client_secret": "any"}, None, 400, "Authenticate in one way"),
    ],
    ids=str,
)
def test_one_way_to_authenticate(post, assertion, parameters, auth, status, description):
    answer = post(**{"assertion": assertion()} | parameters, auth=auth)
    assert answer.status_code == status
    assert answer.json()["error_description"].startswith(description)


def test_a_client_with_a_key_and_no_secret_has_no_secret_that_fits(post, keyed):
    assert keyed.client_secret is None
    for secret in ("", "any", "None"):
        answer = post(None, client_assertion_type=None, client_id=keyed.client_id, client_secret=secret)
        assert (answer.status_code, answer.json()["error"]) == (401, "access_denied")


def test_a_client_may_have_both_while_it_changes_over(registry, api, post, assertion):
    both = registry.create_application(
        "Both", client_secret="kept", public_keys=[public_jwk("RS256", kid="one")]
    )
    registry.create_grant(both.client_id, AUDIENCE, [])
    by_secret = {"client_assertion_type": None, "client_id": both.client_id, "client_secret": "kept"}

    assert post(None, **by_secret).status_code == 200
    assert post(assertion(iss=both.client_id, sub=both.client_id)).status_code == 200

    registry.create_application("Both", public_keys=[public_jwk("RS256", kid="one")])
    assert post(None, **by_secret).status_code == 401
    assert (both.client_id, AUDIENCE) in registry.grants

    registry.create_application("Both", client_secret="kept")
    assert post(None, **by_secret).status_code == 200
    assert "No key" in refusal(post(assertion(iss=both.client_id, sub=both.client_id)))


def test_a_deleted_client_has_no_key_any_more(registry, api, post, assertion):
    gone = registry.create_application("Gone", public_keys=[public_jwk("RS256", kid="one")]).client_id
    registry.delete_application(gone)
    assert "No key" in refusal(post(assertion(iss=gone, sub=gone)))


def test_how_far_ahead_the_expiry_may_lie_can_be_set(serve, registry, keyed, post, assertion):
    server = serve(registry=registry, max_assertion_lifetime=10)
    said = {"aud": server.issuer}
    assert "too far ahead" in refusal(post(assertion(**said), issuer=server.issuer))
    assert post(assertion(**said, exp=int(time.time()) + 5), issuer=server.issuer).status_code == 200


def test_an_assertion_is_kept_nowhere(server, registry):
    used = DigestMemory()
    used.add("client jti", until=1, now=0)
    assert "jti" not in repr(vars(used))
    assert "KEY" not in repr(ClientAssertions(server.issuer, "x", registry, time.time))


CLAIM = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.lists(st.text(max_size=5))
)


@settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    changes=st.dictionaries(
        st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nbf", "jti"]), CLAIM, min_size=1
    )
)
def test_any_claims(post, assertion, changes):
    assert post(assertion(**changes)).status_code in (200, 401)


@settings(deadline=None, database=None, derandomize=True)
@given(
    first=st.binary(max_size=60),
    second=st.binary(max_size=60),
    signature=st.binary(max_size=80),
    junk=st.text(max_size=9),
)
def test_any_assertion(post, first, second, signature, junk):
    parts = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (first, second, signature)]
    text = (".".join(parts) + junk).encode("utf-8", "replace").decode()
    assert post(text).status_code in (400, 401)
