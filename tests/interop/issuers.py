"""The authorization servers that the clients and verifiers meet here, each started on loopback and stopped again.

Two are not ours: oidc-provider (npm, OpenID certified) and glewlwyd (Debian). What each was told beyond the API, the
application and its scopes is said at its function.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from install_issuers import OIDC_PROVIDER, glewlwyd_root
from jwt.algorithms import RSAAlgorithm

from helpers.authorization_server import AuthorizationServer, Registry, SigningKeys
from helpers.authorization_server.habits import Habits
from helpers.authorization_server.keys import Algorithm
from helpers.authorization_server.registry import AUTH0, RFC9068, TokenProfile
from helpers.services import LOOPBACK, Service, listen

AUDIENCE = "http://localhost:3001"
SCOPES = ("read:todos", "write:todos")
LIFETIME = 86_400  # seconds
SECONDS_TO_START = 20.0


class Unavailable(Exception):
    """The issuer cannot be had on this machine; the message says why."""


@dataclass(frozen=True)
class Issuer:
    """A running authorization server that knows one API and one application.

    audience: what a verifier of this API must expect in `aud`.
    scope: what a client must ask for; None where asking for nothing brings all that was granted.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    audience: str = AUDIENCE
    scope: str | None = None


@contextlib.contextmanager
def ours(
    profile: TokenProfile = AUTH0, habits: Habits | None = None, algorithm: Algorithm = "RS256"
) -> Iterator[Issuer]:
    """The course's own server, in a thread, perhaps with the habits of another."""
    registry = Registry()
    registry.create_api("Todo API", AUDIENCE, dict.fromkeys(SCOPES, ""), token_profile=profile)
    application = registry.create_application("Nightly batch")
    registry.create_grant(application.client_id, AUDIENCE, SCOPES)
    sock = listen()
    server = AuthorizationServer(
        f"http://{LOOPBACK}:{sock.getsockname()[1]}",
        registry=registry,
        keys=SigningKeys(algorithm=algorithm),
        habits=habits,
    )
    service = Service("authorization server", server.app, sock).start()
    try:
        secret = application.client_secret.get_secret_value()
        yield Issuer(server.issuer, application.client_id, secret)
    finally:
        service.stop()


@contextlib.contextmanager
def oidc_provider(*, default_scope: bool = True) -> Iterator[Issuer]:
    """oidc-provider, in a Node process.

    Told for the course: `audience` stands for `resource`, since it knows only the latter (RFC 8707 §2). And with
    default_scope, that a client which asks for no scope gets all it may have, as from Auth0; without, it gets a token
    with no scope at all, which is what oidc-provider does when nobody tells it otherwise (RFC 6749 §3.3 allows both).
    """
    node = shutil.which("node")
    if not node:
        raise Unavailable("there is no node; install Node 20.19 or newer, then run tools/install_issuers.py")
    if not (OIDC_PROVIDER / "node_modules" / "oidc-provider").is_dir():
        raise Unavailable("oidc-provider is not installed; run tools/install_issuers.py")
    client_id, client_secret = "nightly-batch", secrets.token_urlsafe(32)
    told = {
        "audience": AUDIENCE,
        "client_id": client_id,
        "client_secret": client_secret,
        "scopes": SCOPES,
        "lifetime": LIFETIME,
        "default_scope": default_scope,
    }
    with _process(
        [node, "issuer.mjs"], OIDC_PROVIDER, stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as process:
        process.stdin.write(json.dumps(told).encode() + b"\n")
        process.stdin.flush()
        patience = threading.Timer(SECONDS_TO_START, process.kill)
        patience.start()
        line = process.stdout.readline()  # empty when the process has ended
        patience.cancel()
        if not line:
            raise Unavailable("oidc-provider did not start; Node 20.19 or newer is needed")
        scope = None if default_scope else " ".join(SCOPES)
        yield Issuer(json.loads(line)["issuer"], client_id, client_secret, scope=scope)


@contextlib.contextmanager
def glewlwyd() -> Iterator[Issuer]:
    """glewlwyd with its OpenID Connect plugin, on a database of its own.

    Told for the course: plain OAuth requests are welcome (`allow-non-oidc`), keys are RSA and published. It ignores
    `audience`; without a `resource`, `aud` is the list of granted scopes as one text, so that is what its verifier has
    to expect. A request without a scope is refused, so the client must name them.
    """
    root = glewlwyd_root()
    if root is None:
        raise Unavailable("glewlwyd is not here; run tools/install_issuers.py on Debian or Ubuntu")
    client_id, client_secret, scope = "nightly-batch", secrets.token_urlsafe(32), " ".join(SCOPES)
    with tempfile.TemporaryDirectory() as folder:
        origin, config = _glewlwyd_files(root, Path(folder))
        libraries = [str(path) for path in (root / "usr" / "lib").glob("*-linux-*")]
        environment = os.environ | ({"LD_LIBRARY_PATH": ":".join(libraries)} if root != Path("/") else {})
        # It must not outlive this process, however that ends; oidc-provider sees to it by itself, with its stdin.
        before = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        command = [*before, str(root / "usr" / "bin" / "glewlwyd"), f"--config-file={config}"]
        with _process(command, Path(folder), env=environment) as process:
            _wait_until_it_answers(process, f"{origin}/api/config")
            _tell_glewlwyd(f"{origin}/api", client_id, client_secret)
            yield Issuer(f"{origin}/api/oidc", client_id, client_secret, audience=scope, scope=scope)


def _glewlwyd_files(root: Path, folder: Path) -> tuple[str, Path]:
    """Its origin, and its configuration beside a fresh database."""
    schema = root / "usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
    with contextlib.closing(sqlite3.connect(folder / "database")) as database:
        database.executescript(schema.read_text(encoding="utf-8"))
    with listen() as sock:
        port = sock.getsockname()[1]  # free now, and most likely still when it starts
    origin, modules = f"http://{LOOPBACK}:{port}", root / "usr/lib/glewlwyd"
    config = folder / "glewlwyd.conf"
    config.write_text(
        f"""
        port = {port}
        bind_address = "{LOOPBACK}"
        external_url = "{origin}"
        api_prefix = "api"
        login_url = "login.html"
        admin_scope = "g_admin"
        profile_scope = "g_profile"
        user_module_path = "{modules}/user"
        client_module_path = "{modules}/client"
        user_auth_scheme_module_path = "{modules}/scheme"
        plugin_module_path = "{modules}/plugin"
        hash_algorithm = "SHA512"
        log_mode = "console"
        log_level = "ERROR"
        database = {{ type = "sqlite3" path = "{folder}/database" }};
        """,
        encoding="utf-8",
    )
    return origin, config


def _tell_glewlwyd(api: str, client_id: str, client_secret: str) -> None:
    """What an administrator does on its pages: scopes, a client, and the plugin that makes it an issuer."""
    key = RSAAlgorithm.to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048), as_dict=True)
    key = {name: value for name, value in key.items() if name != "key_ops"}
    client = {
        "client_id": client_id,
        "password": client_secret,
        "confidential": True,
        "authorization_type": ["client_credentials"],
        "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
        "scope": SCOPES,
    }
    parameters = {
        "iss": f"{api}/oidc",
        "jwt-type": "rsa",
        "jwt-key-size": "256",
        "jwks-private": json.dumps({"keys": [key | {"kid": "interop", "alg": "RS256"}]}),
        "jwks-show": True,
        "access-token-duration": LIFETIME,
        "allow-non-oidc": True,
        "auth-type-client-enabled": True,
    }
    plugin = {"module": "oidc", "name": "oidc", "display_name": "Todo", "parameters": parameters}
    with requests.Session() as session:
        session.trust_env = False

        def post(path: str, body: object) -> None:
            answer = session.post(f"{api}{path}", json=body, timeout=10)
            if not answer.ok:
                raise Unavailable(f"glewlwyd answered {answer.status_code} to {path}: {answer.text}")

        post("/auth/", {"username": "admin", "password": "password"})  # what a new database has
        for name in SCOPES:
            post("/scope/", {"name": name, "display_name": name})
        post("/client/", client)
        post("/mod/plugin/", plugin)


@contextlib.contextmanager
def _process(command: list[str], folder: Path, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program; it is told to end when the block does, and killed when it does not."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        process = subprocess.Popen(command, cwd=folder, **quiet | options)
    except OSError as error:
        raise Unavailable(f"{Path(command[0]).name} cannot be started: {error.strerror}") from None
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(url, timeout=5)
            return
        time.sleep(0.02)
    ended = f" (it ended with {process.returncode})" if process.returncode is not None else ""
    raise Unavailable(f"glewlwyd did not start{ended}")


STARTERS = {
    "ours": ours,
    "ours, RFC 9068 profile": lambda: ours(RFC9068),
    "oidc-provider": oidc_provider,
    "oidc-provider, no default scope": lambda: oidc_provider(default_scope=False),
    "glewlwyd": glewlwyd,
}
"""How each issuer is started, by its name in the matrix."""

OTHER_HABITS = {
    "no token without a named scope": lambda: ours(habits=Habits(scope_required=True)),
    "more scope than asked": lambda: ours(habits=Habits(grants_all_scopes=True)),
    "resource only": lambda: ours(habits=Habits(target="resource")),
    "ES256": lambda: ours(algorithm="ES256"),
    "no typ": lambda: ours(habits=Habits(typ_in_header=False)),
    "no sub": lambda: ours(habits=Habits(left_out=("sub",))),
    "no aud": lambda: ours(habits=Habits(left_out=("aud",))),
}
"""Issuers with which the lessons cannot be read, made of the course's own server."""
