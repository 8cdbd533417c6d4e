"""From an issuer to its endpoints, and what is said when that does not work."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from helpers.tokens.discovery import Metadata, discover, metadata_urls
from helpers.tokens.errors import ConfigurationError, DiscoveryError
from helpers.tokens.fetch import is_safe_address


class Issuer:
    """Serves the documents in `documents`: a path, and a dict, or octets, or a status."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.requests: list[str] = []
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.requests.append(self.path)
                document = issuer.documents.get(self.path, 404)
                self.send_response(document if isinstance(document, int) else 200)
                if document == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                if not isinstance(document, int):
                    self.wfile.write(
                        document if isinstance(document, bytes) else json.dumps(document).encode()
                    )

            def log_message(self, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def metadata(self, issuer: str, **changes: Any) -> dict[str, Any]:
        return {
            "issuer": issuer,
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
        } | changes

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Issuer]:
    server = Issuer()
    yield server
    server.stop()


OPENID = "/.well-known/openid-configuration"


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_metadata_of_an_issuer(slash, server):
    issuer = server.url + slash
    server.documents[OPENID] = server.metadata(issuer, extra=1)
    assert discover(issuer) == Metadata(
        issuer, f"{server.url}/token", f"{server.url}/jwks", server.metadata(issuer, extra=1)
    )
    assert server.requests == [OPENID]


def test_an_issuer_with_a_path_may_have_it_in_the_place_of_rfc_8414(server):
    issuer = server.url + "/tenant"
    server.documents["/.well-known/oauth-authorization-server/tenant"] = server.metadata(issuer)
    assert discover(issuer).issuer == issuer
    assert server.requests == ["/tenant" + OPENID, "/.well-known/oauth-authorization-server/tenant"]


def test_where_it_is_looked_for():
    assert metadata_urls("https://i.example/a/") == (
        "https://i.example/a/.well-known/openid-configuration",
        "https://i.example/.well-known/oauth-authorization-server/a",
    )


@pytest.mark.parametrize("said", ["https://evil.example/", None, 17, ["x"]])
def test_metadata_of_another_issuer_is_not_used_and_both_are_named(said, server):
    """RFC 8414 §3.3."""
    server.documents[OPENID] = server.metadata(said)
    with pytest.raises(DiscoveryError) as caught:
        discover(server.url)
    assert server.url in str(caught.value) and str(said) in str(caught.value)


def test_the_slash_at_the_end_is_pointed_out(server):
    server.documents[OPENID] = server.metadata(server.url + "/")
    with pytest.raises(DiscoveryError, match="differ in the slash at the end"):
        discover(server.url)


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (404, "check the issuer"),
        (500, "answered 500"),
        (302, "redirects elsewhere"),
        (b"<html>", "not a JSON document"),
        (b"[]", "not a JSON object"),
        (b'{"issuer": "a", "issuer": "b"}', "occurs twice"),
        (b" " * 300_000, "more than 262144 bytes"),
    ],
)
def test_what_goes_wrong_is_said_in_one_sentence(document, what, server):
    server.documents[OPENID] = document
    with pytest.raises(DiscoveryError, match=what):
        discover(server.url)


@pytest.mark.parametrize("name", ["jwks_uri", "token_endpoint"])
@pytest.mark.parametrize(
    "address", [None, 17, "", "/jwks", "http://issuer.example/jwks", "file:///etc/passwd"]
)
def test_endpoints_must_be_safe_addresses(name, address, server):
    server.documents[OPENID] = server.metadata(server.url, **{name: address})
    with pytest.raises(DiscoveryError, match=name):
        discover(server.url)


def test_a_server_that_is_not_there(server):
    server.stop()
    with pytest.raises(DiscoveryError, match="is the server running"):
        discover(server.url)


@pytest.mark.parametrize(
    "issuer",
    ["http://issuer.example/", "ftp://127.0.0.1/", "https://a.example/?b", "https://a.example/#b", "issuer", "", None,
     "https://user:pw@a.example/", "http://localhost.evil.example/", "http://127.0.0.1.evil.example/", "http://[::1/"],
)  # fmt: skip
def test_an_unsafe_issuer_is_refused_before_any_request(issuer):
    with pytest.raises(ConfigurationError):
        discover(issuer)


@pytest.mark.parametrize(
    "url", ["https://a.example/", "http://localhost:1/", "http://127.8.9.1/", "http://[::1]:5/"]
)
def test_https_or_this_machine_is_safe(url):
    assert is_safe_address(url)
