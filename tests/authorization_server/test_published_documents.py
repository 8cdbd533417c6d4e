"""What anyone may read: discovery, the JWK Set, and 404 for the rest."""

import base64
import hashlib

import jwt
import pytest
import requests
from cryptography import x509

from helpers.authorization_server import AuthorizationServer, SigningKeys


@pytest.fixture
def published(server) -> list[dict]:
    return requests.get(f"{server.issuer}.well-known/jwks.json", timeout=10).json()["keys"]


def test_discovery(server):
    issuer = server.issuer
    response = requests.get(f"{issuer}.well-known/openid-configuration", timeout=10)

    methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
    algorithms = ["RS256", "ES256", "Ed25519", "EdDSA"]
    assert issuer.endswith("/")
    assert response.json() == {
        "issuer": issuer,
        "token_endpoint": f"{issuer}oauth/token",
        "jwks_uri": f"{issuer}.well-known/jwks.json",
        "introspection_endpoint": f"{issuer}oauth/introspect",
        "revocation_endpoint": f"{issuer}oauth/revoke",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
    }


@pytest.mark.parametrize(
    "issuer", ["http://127.0.0.1:9000", "http://127.0.0.1:9000/", "http://127.0.0.1:9000//"]
)
def test_the_issuer_ends_with_one_slash(keys, issuer):
    assert AuthorizationServer(issuer, keys=keys).issuer == "http://127.0.0.1:9000/"


@pytest.mark.parametrize(
    "issuer",
    [
        "",
        "127.0.0.1:9000",
        "ftp://a/",
        "http://",
        "http://a/?b",
        "http://a/#b",
        "http://[",
        "http://a/{b}/",
        "http://a/%62",
    ],
)
def test_an_issuer_is_an_address(keys, issuer):
    with pytest.raises(ValueError):
        AuthorizationServer(issuer, keys=keys)


def test_the_jwks_lists_the_current_key_and_the_next(keys, published):
    assert [key["kid"] for key in published] == [keys.current.kid, keys.next.kid]


def test_a_published_key_has_public_members_only(published):
    for key in published:
        assert list(key) == ["kty", "use", "n", "e", "kid", "x5t", "x5c", "alg"]
        assert (key["kty"], key["use"], key["alg"], key["e"]) == ("RSA", "sig", "RS256", "AQAB")
        assert jwt.PyJWK(key).key.key_size == 2048


def test_a_key_is_named_by_its_thumbprint(published):
    """RFC 7638: the same key has the same id, wherever it is computed."""
    for key in published:
        required = f'{{"e":"{key["e"]}","kty":"RSA","n":"{key["n"]}"}}'
        thumbprint = base64.urlsafe_b64encode(hashlib.sha256(required.encode()).digest()).decode()
        assert key["kid"] == thumbprint[:21]


def test_the_certificate_is_of_the_same_key(published):
    for key in published:
        der = base64.b64decode(key["x5c"][0], validate=True)
        digest = hashlib.sha1(der, usedforsecurity=False).digest()
        certificate = x509.load_der_x509_certificate(der)

        assert key["x5t"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert certificate.public_key() == jwt.PyJWK(key).key
        certificate.verify_directly_issued_by(certificate)


def test_rotation_keeps_the_old_key_published_until_it_is_revoked():
    keys = SigningKeys()
    first, second = keys.current, keys.next
    listed = [key["kid"] for key in keys.jwks()["keys"]]
    assert keys.rotate() is second

    assert keys.current is second and keys.previous == (first,)
    assert listed == [first.kid, second.kid]
    assert [key["kid"] for key in keys.jwks()["keys"]] == [second.kid, keys.next.kid, first.kid]

    keys.revoke(first.kid)
    assert [key["kid"] for key in keys.jwks()["keys"]] == [second.kid, keys.next.kid]
    for kid in (second.kid, first.kid):
        with pytest.raises(ValueError, match="rotate"):
            keys.revoke(kid)


@pytest.fixture
def weak() -> dict[str, object]:
    return {"kty": "RSA", "n": "AQAB", "e": "Aw", "kid": "weak"}


def test_other_entries_can_be_listed_behind_the_servers_own_and_taken_away_again(server, keys, weak):
    own = keys.jwks()["keys"]
    duplicate, secret = dict(own[0], use="enc"), {"kty": "oct", "k": "c2VjcmV0"}
    try:
        keys.publish([weak, duplicate])
        listed = requests.get(f"{server.issuer}.well-known/jwks.json", timeout=10).json()["keys"]
        assert listed == [*own, weak, duplicate]
        keys.publish([secret])
        assert keys.also_published == (secret,)
        assert keys.jwks()["keys"] == [*own, secret]
    finally:
        keys.publish(())
    assert keys.also_published == () and keys.jwks()["keys"] == own


def test_what_is_listed_besides_never_becomes_a_key_of_the_server(weak):
    keys = SigningKeys()
    own = {keys.current.kid, keys.next.kid}
    keys.publish([weak])
    weak["kid"] = "changed afterwards"
    keys.also_published[0]["kid"] = "changed from outside"

    assert keys.key_set.by_kid.keys() == own
    rotated = keys.rotate()
    assert rotated.kid in own
    assert keys.key_set.by_kid.keys() == own | {keys.next.kid}
    assert [entry["kid"] for entry in keys.also_published] == ["weak"]
    keys.revoke(keys.previous[0].kid)
    assert keys.also_published and keys.key_set.by_kid.keys() == {rotated.kid, keys.next.kid}


@pytest.mark.parametrize("entries", [["a"], [None], [{"n": b"a"}], [{"n": float("nan")}], {"kty": "RSA"}])
def test_what_cannot_be_listed_changes_nothing(keys, entries):
    with pytest.raises(ValueError):
        keys.publish(entries)
    assert keys.also_published == ()


def test_nothing_private_shows_in_a_repr(keys):
    assert repr(keys.current) == f"SigningKey(kid='{keys.current.kid}')"
    assert repr(keys) == f"SigningKeys(current='{keys.current.kid}', next='{keys.next.kid}')"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "oauth/token"),
        ("PUT", "oauth/token"),
        ("POST", "oauth/token/"),
        ("POST", ".well-known/jwks.json"),
        ("GET", ""),
        ("GET", "authorize"),
        ("GET", "userinfo"),
        ("GET", "%00%ff"),
    ],
)
def test_anything_else_is_not_there(server, method, path):
    response = requests.request(method, f"{server.issuer}{path}", allow_redirects=False, timeout=10)

    assert response.status_code == 404
    assert response.json()["error"] == "not_found"
    assert response.headers["Cache-Control"] == "no-store"
