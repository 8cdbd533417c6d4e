"""Whom a request reaches, and what goes along: nothing from the surroundings decides about keys and secrets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from helpers.tokens.client import ClientCredentials
from helpers.tokens.discovery import discover
from helpers.tokens.introspection import IntrospectionVerifier
from helpers.tokens.key_set import RemoteKeySet


class Party:
    """A server on loopback; `headers` are those of each request that reached it, as "METHOD path"."""

    def __init__(self, documents: dict[str, object]) -> None:
        self.requests: list[tuple[str, str | None]] = []
        self.documents = documents
        party = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                party.requests.append((self.path, self.headers["Authorization"]))
                body = json.dumps(party.documents.get(self.path, {})).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_CONNECT = do_GET

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def issuer(forge) -> Iterator[Party]:
    party = Party({})
    party.documents |= {
        "/.well-known/openid-configuration": {
            "issuer": f"{party.url}/",
            "token_endpoint": f"{party.url}/token",
            "jwks_uri": f"{party.url}/jwks",
        },
        "/jwks": forge.jwks(),
        "/token": {"access_token": "abc", "token_type": "Bearer", "expires_in": 60},
        "/introspect": {"active": False},
    }
    yield party
    party.close()


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Party]:
    """A proxy for everything, and a .netrc file with a password for everybody."""
    proxy = Party({})
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    yield proxy
    proxy.close()


def client(issuer: Party, **options: str) -> ClientCredentials:
    names = {"client_id": "job", "client_secret": "s3cret", "audience": "the-api"}
    return ClientCredentials(token_endpoint=f"{issuer.url}/token", **names, **options)


def introspect(issuer: Party) -> None:
    verifier = IntrospectionVerifier(
        f"{issuer.url}/introspect", client_id="api", client_secret="x", issuer="i", audience="a"
    )
    with pytest.raises(Exception, match="not active"):
        verifier.verify("abc")
    verifier.close()


WAYS = {
    "discovery": lambda issuer: discover(f"{issuer.url}/"),
    "keys": lambda issuer: RemoteKeySet.of_issuer(f"{issuer.url}/").find("current"),
    "a token": lambda issuer: client(issuer).token(),
    "a token after discovery": lambda issuer: ClientCredentials.from_issuer(
        f"{issuer.url}/", client_id="job", client_secret="s3cret", audience="the-api"
    ).token(),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_neither_a_proxy_nor_a_password_of_the_surroundings_comes_in_between(
    way, issuer, surroundings
) -> None:
    way(issuer)
    assert surroundings.requests == []
    assert issuer.requests and {authorization for _, authorization in issuer.requests} == {None}


def test_the_apis_own_credentials_go_to_the_introspection_endpoint_and_no_others(
    issuer, surroundings
) -> None:
    introspect(issuer)
    assert surroundings.requests == []
    assert [authorization for _, authorization in issuer.requests] == ["Basic YXBpOng="]


def test_another_host_is_reached_through_the_proxy(surroundings) -> None:
    """A company's network may allow no other way."""
    with pytest.raises(Exception, match="cannot connect"):
        discover("https://issuer.example/")
    assert [path for path, _ in surroundings.requests] == ["issuer.example:443"]
