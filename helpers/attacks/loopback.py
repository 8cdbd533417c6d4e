"""Small servers on loopback that answer with fixed documents; the attacker's is one of them."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from helpers.attacks.certificate import certificate_pem
from helpers.attacks.workshop import attackers_key, public_jwk

JSON, PEM = "application/json", "application/x-pem-file"


class Documents:
    """An HTTP server on 127.0.0.1 that answers GET with fixed documents, in a thread; a context manager.

    calls: how often each path was asked for, known or not; "(TLS)" are those who wanted a certificate first.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.documents: dict[str, tuple[str, bytes]] = {}
        self._server = _Server(("127.0.0.1", 0), _handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its address, with a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _handler_for(documents: Documents) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            documents.calls[path] += 1
            kind, body = documents.documents.get(path, ("text/plain", b""))
            self.send_response(200 if path in documents.documents else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def handle(self) -> None:
            if (
                self.connection.recv(1, socket.MSG_PEEK) == b"\x16"
            ):  # a TLS handshake begins so (RFC 8446 §5.1)
                documents.calls["(TLS)"] += 1
            else:
                super().handle()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing: a line printed here would land in whatever cell runs."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hangs up is nobody's business."""


class Trap(Documents):
    """The attacker's server. It publishes their key in every way that a token can point at; each call is counted."""

    def __init__(self) -> None:
        super().__init__()
        jwks = json.dumps(
            {"keys": [public_jwk(attackers_key(), kid="mine", use="sig", alg="RS256")]}
        ).encode()
        metadata = {"issuer": self.url, "jwks_uri": f"{self.url}.well-known/jwks.json"}
        self.documents = {
            "/jwks.json": (JSON, jwks),
            "/.well-known/jwks.json": (JSON, jwks),
            "/.well-known/openid-configuration": (JSON, json.dumps(metadata).encode()),
            "/certificate.pem": (PEM, certificate_pem()),
        }

    @property
    def total(self) -> int:
        """How many calls there were."""
        return self.calls.total()
