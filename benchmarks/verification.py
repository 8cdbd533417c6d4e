"""Verifications per second: this verifier beside the bare RSA check, PyJWT and joserfc.

    python benchmarks/verification.py [ROUNDS]

All take turns within each round, on one core, and CPU time is what counts, so that whatever else the machine does meets
all of them alike. The numbers are medians over the rounds; a ratio is taken within its round. Saved to
benchmarks/results/verification.{md,svg}.
"""

from __future__ import annotations

import base64
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jwt
from chart import Row, save
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwk as jose_jwk
from joserfc import jwt as jose_jwt

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.tokens.verifier import AccessTokenVerifier

AUDIENCE = "http://localhost:3001"
TOKENS = 300
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]


@contextmanager
def serve(key: rsa.RSAPrivateKey) -> Iterator[str]:
    """An issuer that publishes its metadata and this key; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document: Any = {
                "issuer": issuer,
                "jwks_uri": f"{issuer}jwks",
                "token_endpoint": f"{issuer}token",
            }
            if self.path == "/jwks":
                document = {"keys": [public_jwk(key)]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    issuer = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()


def public_jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()

    def encode(number: int) -> str:
        octets = number.to_bytes((number.bit_length() + 7) // 8)
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": "NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4",
        "n": encode(numbers.n),
        "e": encode(numbers.e),
    }


def tokens_like_auth0s(key: rsa.RSAPrivateKey, issuer: str) -> list[str]:
    now, client = int(time.time()), "kPn3bXv0yJ5wQmZ2sT8uRc1dLf6hGa4e"
    claims = {
        "iss": issuer,
        "sub": f"{client}@clients",
        "aud": AUDIENCE,
        "iat": now - 60,
        "exp": now + 86_400,
        "scope": "read:todos write:todos",
        "gty": "client-credentials",
        "azp": client,
    }
    kid = {"kid": public_jwk(key)["kid"]}
    return [
        jwt.encode(claims | {"exp": claims["exp"] + number}, key, "RS256", kid) for number in range(TOKENS)
    ]


def contenders(key: rsa.RSAPrivateKey, issuer: str) -> dict[str, Callable[[], None]]:
    """By name, what verifies TOKENS tokens."""
    tokens = tokens_like_auth0s(key, issuer)
    public_key = key.public_key()
    raw = []
    for token in tokens:
        data, _, signature = token.rpartition(".")
        raw.append((base64.urlsafe_b64decode(signature + "=="), data.encode()))
    padding, digest = PKCS1v15(), SHA256()

    def bare() -> None:
        for signature, data in raw:
            public_key.verify(signature, data, padding, digest)

    forgetful = AccessTokenVerifier(issuer=issuer, audience=AUDIENCE, cache_size=0)
    remembering = AccessTokenVerifier(issuer=issuer, audience=AUDIENCE)
    newly = AccessTokenVerifier(issuer=issuer, audience=AUDIENCE)

    def fresh() -> None:
        for token in tokens:
            forgetful.verify(token)

    def first_seen() -> None:
        newly._verified.clear()
        for token in tokens:
            newly.verify(token)

    def repeated() -> None:
        token = tokens[0]
        for _ in tokens:
            remembering.verify(token)

    settings: Any = {"audience": AUDIENCE, "issuer": issuer, "options": {"require": REQUIRED}}

    def pyjwt() -> None:
        for token in tokens:
            jwt.decode(token, public_key, ["RS256"], **settings)

    client = jwt.PyJWKClient(f"{issuer}jwks", lifespan=86_400)

    def pyjwt_client() -> None:
        for token in tokens:
            jwt.decode(token, client.get_signing_key_from_jwt(token), ["RS256"], **settings)

    jose_key = jose_jwk.RSAKey.import_key(public_jwk(key))  # type: ignore[arg-type]
    registry = jose_jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": AUDIENCE},
        **{name: {"essential": True} for name in ("sub", "exp", "iat")},
    )

    def joserfc() -> None:
        for token in tokens:
            registry.validate(jose_jwt.decode(token, jose_key, ["RS256"]).claims)

    return {
        "bare RSA check (cryptography)": bare,
        "this verifier, a token seen before": repeated,
        "this verifier, every check": fresh,
        "this verifier, every check, and remember": first_seen,
        "joserfc, with a key": joserfc,
        "PyJWT, with a key": pyjwt,
        "PyJWT, with PyJWKClient": pyjwt_client,
    }


def measure(run: dict[str, Callable[[], None]], rounds: int) -> list[Row]:
    seconds: dict[str, list[float]] = {name: [] for name in run}
    names = list(run)
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            started = time.thread_time()
            run[name]()
            seconds[name].append(time.thread_time() - started)
    reference = seconds[names[0]]
    rows = []
    for name, taken in seconds.items():
        ratios = [
            bare / its for bare, its in zip(reference[1:], taken[1:], strict=True)
        ]  # the first round warms up
        rows.append(Row(name, TOKENS / statistics.median(taken[1:]), statistics.median(ratios)))
    return rows


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    key = rsa.generate_private_key(65_537, 2048)
    with serve(key) as issuer:
        rows = measure(contenders(key, issuer), rounds)
    note = f"RS256 with 2048 bits, tokens like Auth0's; {rounds} rounds of {TOKENS} tokens, taking turns on one core."
    print(
        save(
            "verification",
            "Verifications per second",
            "verifications per CPU second",
            "the bare check",
            note,
            rows,
        )
    )


if __name__ == "__main__":
    main()
