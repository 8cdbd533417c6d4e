"""The metadata of the server (RFC 8414): what it says is true, is found where clients look, and passes validators."""

import base64
import json
import time
import uuid

import jwt
import pytest
import requests
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from helpers.authorization_server import AuthorizationServer

ENDPOINTS = ("token", "introspection", "revocation")
KEYS = {
    "RS256": rsa.generate_private_key(65_537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
KEYS["Ed25519"] = KEYS["EdDSA"]


@pytest.fixture(scope="module")
def metadata(server) -> dict:
    return requests.get(f"{server.issuer}.well-known/openid-configuration", timeout=10).json()


def test_the_only_grant_is_named(metadata):
    """Left out, it would be authorization_code and implicit, which are not there (RFC 8414 §2)."""
    assert metadata["grant_types_supported"] == ["client_credentials"]


def test_what_is_required_is_there_and_nothing_is_empty(metadata):
    """RFC 8414 §2, and §3.2: "Claims with zero elements MUST be omitted from the response"."""
    assert {"issuer", "token_endpoint", "response_types_supported"} <= metadata.keys()
    assert all(metadata.values())


def test_the_kind_of_subject_is_named(metadata):
    """Nimbus, and Spring Security with it, refuse an openid-configuration without it. Each API sees the same sub."""
    assert metadata["subject_types_supported"] == ["public"]


def test_authlib_finds_nothing_wrong_with_it(keys):
    """With https, which it demands and a server on loopback does not have."""
    metadata = AuthorizationServer("https://auth.example", keys=keys).metadata()
    AuthorizationServerMetadata(metadata).validate()


def test_oauth_clients_find_the_same_document(server, metadata):
    """RFC 8414 §3: the default path, which clients that know nothing of OpenID Connect ask for."""
    answer = requests.get(f"{server.issuer}.well-known/oauth-authorization-server", timeout=10)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == metadata


@pytest.mark.parametrize("path", ["/tenants/one", "/tenants/one/"])
def test_an_issuer_may_have_a_path(serve, registry, valid, path):
    """RFC 8414 §3.1 puts the well-known part before the path, OpenID Connect Discovery 1.0 §4 behind it."""
    server = serve(path=path, registry=registry)
    host, metadata = server.issuer.removesuffix("/tenants/one/"), server.metadata()
    urls = [
        f"{host}/.well-known/oauth-authorization-server/tenants/one",
        f"{host}/tenants/one/.well-known/openid-configuration",
    ]
    assert [requests.get(url, timeout=10).json() for url in urls] == [metadata] * 2

    for name in ("token_endpoint", "introspection_endpoint", "revocation_endpoint"):
        assert requests.post(metadata[name], data=valid | {"token": "x"}, timeout=10).status_code == 200
    assert requests.get(metadata["jwks_uri"], timeout=10).json() == server.keys.jwks()
    assert requests.get(f"{host}/.well-known/oauth-authorization-server", timeout=10).status_code == 404
    assert requests.post(f"{host}/oauth/token", data=valid, timeout=10).status_code == 404


@pytest.mark.parametrize("fault", ["unavailable", "garbage"])
def test_both_documents_have_the_fault_of_the_keys(server, fault):
    urls = [
        f"{server.issuer}.well-known/{name}"
        for name in ("openid-configuration", "oauth-authorization-server")
    ]
    server.key_fault = fault
    try:
        answers = [requests.get(url, timeout=10) for url in urls]
    finally:
        server.key_fault = None
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].text == answers[1].text and not answers[0].text.startswith("{")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_each_endpoint_takes_each_method_that_it_names_and_no_other(
    metadata, registry, application, valid, endpoint
):
    url, parameters = (
        metadata[f"{endpoint}_endpoint"],
        {
            "grant_type": "client_credentials",
            "audience": valid["audience"],
            "token": "x",
        },
    )
    credentials = {name: valid[name] for name in ("client_id", "client_secret")}
    sent = {
        "client_secret_post": {"data": parameters | credentials},
        "client_secret_basic": {"data": parameters, "auth": tuple(credentials.values())},
        "private_key_jwt": {"data": parameters | assertion(registry, metadata["issuer"], "RS256")},
        "none": {"data": parameters | {"client_id": valid["client_id"]}},
    }
    taken = [name for name, how in sent.items() if requests.post(url, timeout=10, **how).status_code == 200]
    assert sorted(taken) == sorted(metadata[f"{endpoint}_endpoint_auth_methods_supported"])


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_each_endpoint_takes_each_algorithm_that_it_names(metadata, registry, valid, endpoint):
    named = metadata[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
    assert {"RS256", "ES256", "EdDSA"} <= set(named) <= KEYS.keys()
    for algorithm in named:
        body = {"grant_type": "client_credentials", "audience": valid["audience"], "token": "x"}
        body |= assertion(registry, metadata["issuer"], algorithm)
        assert requests.post(metadata[f"{endpoint}_endpoint"], data=body, timeout=10).status_code == 200


def assertion(registry, issuer: str, algorithm: str) -> dict[str, str]:
    """The parameters that authenticate a client whose key is of this algorithm (RFC 7523 §2.2)."""
    kind = "EdDSA" if algorithm == "Ed25519" else algorithm
    jwk = jwt.get_algorithm_by_name(kind).to_jwk(KEYS[kind].public_key(), as_dict=True)
    client_id = registry.create_application(f"Signs {kind}", public_keys=[jwk]).client_id
    registry.create_grant(client_id, "http://localhost:3001", [])
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": str(uuid.uuid4()), "exp": now + 60}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": algorithm}, claims)
    ]
    signature = jwt.get_algorithm_by_name(kind).sign(b".".join(parts), KEYS[kind])
    signed = b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_assertion_type": kind, "client_assertion": signed}
