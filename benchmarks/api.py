"""Requests per second of GET /todos: open, behind this door, and with PyJWKClient as it is usually written.

    python benchmarks/api.py [ROUNDS]

The API runs in a process of its own, the load comes from this one, over connections that stay open. All take turns
within each round, each round beginning with another. The numbers are medians over the rounds; a ratio is taken within
its round. Saved to benchmarks/results/api.{md,svg}.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated, Any

import jwt
from chart import Row, save
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from verification import AUDIENCE, REQUIRED, serve, tokens_like_auth0s

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.services import Service, listen
from helpers.todo_api import Todo, create_app
from helpers.tokens.verifier import AccessTokenVerifier

CONNECTIONS = 8
REQUESTS = 25
"""For each connection, in each turn."""


def serve_api() -> None:
    """In the other process: say where the APIs are and which tokens are good, and serve until stdin ends."""
    key = rsa.generate_private_key(65_537, 2048)
    with serve(key) as issuer:
        settings = {"issuer": issuer, "audience": AUDIENCE}
        verifiers = {
            "remembering": AccessTokenVerifier(**settings),
            "forgetful": AccessTokenVerifier(**settings, cache_size=0),
        }
        urls = {}
        for name, verifier in verifiers.items():
            app = create_app(verifier.verify_async, audience=AUDIENCE, token_endpoint=f"{issuer}token")
            add_todos(app, "/open", [])
            add_todos(app, "/pyjwkclient", [Depends(as_usually_written(issuer))])
            urls[name] = Service(name, app, listen()).start().url
        print(json.dumps({"urls": urls, "tokens": tokens_like_auth0s(key, issuer)}), flush=True)
        sys.stdin.read()


def add_todos(app: FastAPI, path: str, dependencies: list[Any]) -> None:
    """The list of todos once more, without the door."""
    router = APIRouter(prefix=path)

    @router.get("", dependencies=dependencies)
    async def list_todos(request: Request) -> list[Todo]:
        return request.app.state.store.all()

    app.include_router(router)
    # Routes are tried in order: as far to the front as /todos is, and not behind the pages that come after it.
    app.router.routes.insert(2, app.router.routes.pop())


def as_usually_written(issuer: str) -> Callable[..., dict[str, Any]]:
    """FastAPI runs a dependency that is a plain function in a thread, since it may block."""
    client = jwt.PyJWKClient(f"{issuer}jwks")

    def claims(
        credentials: Annotated[HTTPAuthorizationCredentials, Security(HTTPBearer())],
    ) -> dict[str, Any]:
        try:
            key = client.get_signing_key_from_jwt(credentials.credentials)
            return jwt.decode(
                credentials.credentials,
                key,
                ["RS256"],
                audience=AUDIENCE,
                issuer=issuer,
                options={"require": REQUIRED},
            )
        except jwt.PyJWTError:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from None

    return claims


async def load(url: str, path: str, tokens: list[str]) -> float:
    """Requests per second over all connections; every answer must be a 200."""
    host, port = url.removeprefix("http://").split(":")
    raw = [
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        for token in islice(cycle(tokens), REQUESTS)
    ]
    connections = [await asyncio.open_connection(host, int(port)) for _ in range(CONNECTIONS)]

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for request in raw:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode("latin-1"))
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)

    started = time.perf_counter()
    await asyncio.gather(*(one(reader, writer) for reader, writer in connections))
    seconds = time.perf_counter() - started
    for _, writer in connections:
        writer.close()
        await writer.wait_closed()
    return CONNECTIONS * REQUESTS / seconds


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    api = subprocess.Popen(  # noqa: S603 (this very file)
        [sys.executable, __file__, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        said = json.loads(api.stdout.readline())  # type: ignore[union-attr]
        url, forgetful, tokens = said["urls"]["remembering"], said["urls"]["forgetful"], said["tokens"]
        turns = {
            "open": (url, "/open", tokens[:1]),
            "this door, a token seen before": (url, "/todos", tokens[:1]),
            "this door, every check": (forgetful, "/todos", tokens),
            "PyJWKClient as usually written": (url, "/pyjwkclient", tokens[:1]),
        }
        rates: dict[str, list[float]] = {name: [] for name in turns}
        names = list(turns)
        for number in range(rounds + 1):
            for name in names[number % len(names) :] + names[: number % len(names)]:
                rate = asyncio.run(load(*turns[name]))
                if number:  # the first round warms up
                    rates[name].append(rate)
    finally:
        api.communicate()
    rows = [
        Row(
            name,
            statistics.median(its),
            statistics.median(mine / opened for mine, opened in zip(its, rates["open"], strict=True)),
        )
        for name, its in rates.items()
    ]
    note = (
        f"{rounds} rounds of {CONNECTIONS * REQUESTS} requests over {CONNECTIONS} connections; "
        "the API in one process, the load in another."
    )
    print(save("api", "GET /todos, open and protected", "requests per second", "the open one", note, rows))


if __name__ == "__main__":
    serve_api() if sys.argv[1:] == ["serve"] else main()
