"""A package that runs in an empty folder, with `requests` and `cryptography` installed and nothing else."""

from __future__ import annotations

import ast
import base64
import hmac
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from helpers import tokens
from helpers.authorization_server import Application, AuthorizationServer, SigningKeys
from helpers.export import NAME, ORIGIN, export
from helpers.lab import LabError
from helpers.services import Service, listen, origin
from helpers.todo_api import SCOPES, create_app
from helpers.tokens.errors import TokenError
from helpers.tokens.verifier import AccessTokenVerifier

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "helpers" / "tokens"
AUDIENCE = "http://localhost:3001"
INSTALL_SECONDS = 300
PACKAGES = {"cryptography", "httpx", "requests", "urllib3"}
"""What it may import beside the standard library; requests brings urllib3."""


# --- what is written


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.py")}


def test_a_copy_and_how_to_go_on(tmp_path: Path) -> None:
    exported = export(tmp_path / "new" / "folder")
    assert exported.path == tmp_path / "new" / "folder" / NAME
    assert contents(exported.path) == contents(SOURCE)
    origin = json.loads((exported.path / ORIGIN).read_text(encoding="utf-8"))
    assert origin["version"] == tokens.__version__ and "helpers/tokens of the course" in origin["from"]
    assert "pip install requests cryptography" in str(exported)
    assert "pip install requests cryptography" in exported._repr_mimebundle_()["text/html"]
    assert [path.name for path in exported.path.parent.iterdir()] == [NAME]


def test_it_needs_nothing_of_the_course_and_few_packages() -> None:
    """So that it can be copied as it is."""
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            foreign = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
            assert foreign <= PACKAGES, path.name


def test_exporting_again_changes_nothing(tmp_path: Path) -> None:
    first = export(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in first.path.iterdir()}
    again = export(tmp_path)
    assert again.path == first.path
    assert {path: path.stat().st_mtime_ns for path in again.path.iterdir()} == before
    assert str(again) == str(first)  # a page that is run twice shows the same


def test_an_older_copy_that_nobody_changed_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tmp_path / "older"
    older.mkdir()
    (older / "client.py").write_text("print('older')\n")
    with monkeypatch.context() as patch:
        patch.setattr("helpers.export._SOURCE", older)
        copy = export(tmp_path / "mine").path
    assert [path.name for path in copy.glob("*.py")] == ["client.py"]
    (copy / "client.py").write_bytes(b"print('older')\r\n")  # as a checkout may have it
    assert export(tmp_path / "mine").path == copy
    assert contents(copy) == contents(SOURCE)
    assert [path.name for path in copy.parent.iterdir()] == [NAME]


def test_a_copy_that_was_changed_stays_and_the_new_one_is_put_beside_it(tmp_path: Path) -> None:
    copy = export(tmp_path).path
    with (copy / "verifier.py").open("a", encoding="utf-8") as file:
        file.write("# mine\n")
    exported = export(tmp_path)
    assert exported.path.name == f"{NAME}_new" and contents(exported.path) == contents(SOURCE)
    assert (copy / "verifier.py").read_text(encoding="utf-8").endswith("# mine\n")
    assert f"You have changed {NAME}/ there" in str(exported)
    (exported.path / "client.py").unlink()
    assert export(tmp_path).path.name == f"{NAME}_new2"


@pytest.mark.parametrize("taken", ["file", "folder"])
def test_what_is_no_copy_stays(tmp_path: Path, taken: str) -> None:
    (tmp_path / NAME).write_text("mine") if taken == "file" else (tmp_path / NAME).mkdir()
    assert export(tmp_path).path.name == f"{NAME}_new"


def test_a_folder_that_cannot_be_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LabError, match="cannot be written to"):
        export(tmp_path / "file")


def test_it_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(LabError, match="No space left on device"):
        export(tmp_path)
    assert list(tmp_path.iterdir()) == []


# --- how it runs


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the two packages, as they are pinned for the course."""
    pins = dict(
        re.findall(
            r"^([a-z0-9-]+)==([0-9.]+)$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M
        )
    )
    environment = tmp_path_factory.mktemp("environment")
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--clear", "--python", sys.executable, environment], check=True)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = [f"{name}=={pins[name]}" for name in ("requests", "cryptography")]
    subprocess.run(
        [*uv, "pip", "install", "--quiet", "--python", python, *wanted], check=True, timeout=INSTALL_SECONDS
    )
    return python


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package, and nothing else."""
    return export(tmp_path_factory.mktemp("standalone")).path.parent


@pytest.fixture(scope="module")
def run(python: Path, folder: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python there, and see nothing of this repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COURSE_"))}

    def command(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-W", "error", *arguments],
            cwd=folder,
            env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "127.0.0.1", **variables},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return command


@pytest.fixture(scope="module")
def server() -> Iterator[AuthorizationServer]:
    sock = listen()
    made = AuthorizationServer(origin(sock), keys=SigningKeys())
    made.registry.create_api("Todo API", AUDIENCE, SCOPES)
    service = Service("The authorization server", made.app, sock).start()
    yield made
    service.stop()


@pytest.fixture(scope="module")
def api(server: AuthorizationServer) -> Iterator[str]:
    sock = listen()
    verifier = AccessTokenVerifier(issuer=server.issuer, audience=AUDIENCE)
    app = create_app(verifier.verify_async, audience=AUDIENCE, token_endpoint=f"{server.issuer}oauth/token")
    service = Service("The Todo API", app, sock).start()
    yield service.url
    service.stop()


@pytest.fixture(scope="module")
def application(server: AuthorizationServer) -> Application:
    made = server.registry.create_application("Nightly batch")
    server.registry.create_grant(made.client_id, AUDIENCE, ["read:todos"])
    return made


@pytest.fixture(scope="module")
def client(run, server: AuthorizationServer, application: Application):
    """The client's command line, with the application's secret in the environment."""
    secret = application.client_secret.get_secret_value()

    def command(*arguments: str, secret: str = secret) -> subprocess.CompletedProcess[str]:
        given = ["--issuer", server.issuer, "--audience", AUDIENCE, "--client-id", application.client_id]
        answer = run("-m", f"{NAME}.get", *given, *arguments, CLIENT_SECRET=secret)
        if secret:
            assert secret not in answer.stdout + answer.stderr
        assert "eyJ" not in answer.stdout + answer.stderr
        return answer

    return command


@pytest.fixture(scope="module")
def claims(server: AuthorizationServer) -> dict[str, Any]:
    now = int(server.clock())
    return {
        "iss": server.issuer,
        "sub": "me@clients",
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 3_600,
        "scope": "read:todos",
    }


def test_only_these_packages_are_there(run) -> None:
    answer = run(
        "-c",
        "import importlib.util as u; print([bool(u.find_spec(n)) for n in ('helpers', 'jwt', 'requests')])",
    )
    assert answer.stdout.strip() == "[False, False, True]"


def test_the_client_gets_a_token_and_calls_the_api(client, api: str) -> None:
    answer = client("--url", f"{api}/todos")
    assert answer.returncode == 0, answer.stderr
    assert len(json.loads(answer.stdout)) == 3
    assert "answered 200 OK" in answer.stderr
    assert client().returncode == 0


def test_the_client_says_what_went_wrong(client, api: str) -> None:
    assert client("--url", f"{api}/nowhere").returncode == 1
    wrong = client(secret="not-the-secret")
    assert wrong.returncode == 1 and "Check the client id and the client secret" in wrong.stderr
    scope = client("--scope", "write:todos")
    assert scope.returncode == 1 and "scopes" in scope.stderr
    for usage in (client(secret=""), client("--url", "http://api.example/")):
        assert usage.returncode == 2 and "Traceback" not in usage.stderr


def test_the_client_signs_with_a_key_in_place_of_the_secret(run, server, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    made = server.registry.create_application("With a key", public_keys=[public])
    server.registry.create_grant(made.client_id, AUDIENCE, ["read:todos"])
    file = tmp_path / "key.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    given = [
        "-m",
        f"{NAME}.get",
        "--issuer",
        server.issuer,
        "--audience",
        AUDIENCE,
        "--client-id",
        made.client_id,
    ]
    answer = run(*given, "--private-key", str(file))
    assert (answer.returncode, answer.stdout) == (0, ""), answer.stderr
    file.write_text("no key")
    assert run(*given, "--private-key", str(file)).returncode == 1
    assert run(*given, "--private-key", str(tmp_path / "nowhere.pem")).returncode == 2


def test_the_verifier_prints_the_claims_of_a_good_token(run, server, claims: dict[str, Any]) -> None:
    token = server.keys.current.sign(claims)
    answer = run("-m", f"{NAME}.check", "--issuer", server.issuer, "--audience", AUDIENCE, stdin=f"{token}\n")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert json.loads(answer.stdout) == claims


def test_the_verifier_says_why_it_refuses(run, server, claims: dict[str, Any]) -> None:
    token = server.keys.current.sign(claims | {"aud": "https://other.example"})
    given = ["-m", f"{NAME}.check", "--issuer", server.issuer, "--audience", AUDIENCE]
    answer = run(*given, stdin=token)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("Refused (audience_mismatch, RFC 7519 §4.1.3): ")
    assert 'WWW-Authenticate: Bearer error="invalid_token"' in answer.stderr
    good = server.keys.current.sign(claims)
    assert "insufficient_scope" in run(*given, "--scope", "write:todos", stdin=good).stderr
    assert run(*given, "--leeway", "-1", stdin=good).returncode == 2


def test_the_verifier_tells_a_bad_token_from_one_that_nobody_can_judge(run, server, claims) -> None:
    gone = "http://127.0.0.1:9/"
    token = server.keys.current.sign(claims | {"iss": gone})
    answer = run("-m", f"{NAME}.check", "--issuer", gone, "--audience", AUDIENCE, stdin=token)
    assert (answer.returncode, answer.stdout) == (3, "")
    assert answer.stderr.startswith("Cannot be judged (keys_unavailable, RFC 9110 §15.6.4): ")
    assert "answers 503\n" in answer.stderr


def forgeries(server: AuthorizationServer, claims: dict[str, Any]) -> dict[str, str]:
    """Some of each family of forged tokens, and good ones among them."""
    key = server.keys.current
    good = key.sign(claims)
    header, payload, signature = good.split(".")
    public = key.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def b64(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    hs256 = f"{b64({'alg': 'HS256', 'typ': 'JWT', 'kid': key.kid})}.{payload}"
    mac = base64.urlsafe_b64encode(hmac.digest(public, hs256.encode(), "sha256")).rstrip(b"=").decode()
    return {
        "good": good,
        "good, at+jwt": key.sign(claims, typ="at+jwt"),
        "expired": key.sign(claims | {"exp": claims["iat"] - 1}),
        "another API's": key.sign(claims | {"aud": "https://other.example"}),
        "another issuer's": key.sign(claims | {"iss": server.issuer.rstrip("/")}),
        "for centuries": key.sign(claims | {"exp": 9_999_999_999}),
        "exp a text": key.sign(claims | {"exp": str(claims["exp"])}),
        "without sub": key.sign({name: value for name, value in claims.items() if name != "sub"}),
        "another kind of JWT": key.sign(claims, typ="secevent+jwt"),
        "edited": f"{header}.{b64(claims | {'scope': 'write:todos'})}.{signature}",
        "alg none": f"{b64({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
        "HS256 with the public key": f"{hs256}.{mac}",
        "unknown kid": f"{b64({'alg': 'RS256', 'typ': 'JWT', 'kid': 'x'})}.{payload}.{signature}",
        "without kid": jwt.encode(claims, key.private_key, "RS256"),
        "crit": f"{b64({'alg': 'RS256', 'kid': key.kid, 'crit': []})}.{payload}.{signature}",
        "padded": f"{good}==",
        "no token": "",
        "two parts": "a.b",
        "not ASCII": "é.é.é",
        "too long": "a" * 20_000,
    }


VERDICTS = """
import json, sys
from access_tokens.errors import TokenError
from access_tokens.verifier import AccessTokenVerifier
issuer, audience = sys.argv[1:]
verifier = AccessTokenVerifier(issuer=issuer, audience=audience)
verdicts = {}
for name, token in json.load(sys.stdin).items():
    try:
        verdicts[name] = verifier.verify(token)
    except TokenError as refusal:
        verdicts[name] = [refusal.code, refusal.status, refusal.claim, refusal.www_authenticate()]
print(json.dumps(verdicts))
"""


def test_the_verifier_judges_every_token_as_the_course_s_does(run, server, claims: dict[str, Any]) -> None:
    tokens = forgeries(server, claims)
    answer = run("-c", VERDICTS, server.issuer, AUDIENCE, stdin=json.dumps(tokens))
    assert answer.returncode == 0, answer.stderr

    verifier = AccessTokenVerifier(issuer=server.issuer, audience=AUDIENCE)
    expected: dict[str, Any] = {}
    for name, token in tokens.items():
        try:
            expected[name] = verifier.verify(token)
        except TokenError as refusal:
            expected[name] = [refusal.code, refusal.status, refusal.claim, refusal.www_authenticate()]
    assert json.loads(answer.stdout) == expected
    assert [name for name, verdict in expected.items() if isinstance(verdict, dict)] == [
        "good",
        "good, at+jwt",
    ]
    assert len({verdict[0] for verdict in expected.values() if isinstance(verdict, list)}) > 10


def test_the_client_is_a_library_too(run, server, application, api: str) -> None:
    program = """
import os, sys, requests
from access_tokens.client import ClientCredentials
issuer, audience, client_id, url = sys.argv[1:]
client = ClientCredentials.from_issuer(
    issuer, client_id=client_id, client_secret=os.environ["CLIENT_SECRET"], audience=audience
)
print([requests.get(url, auth=client, timeout=10).status_code for _ in range(3)], client.token() == client.token())
"""
    answer = run(
        "-c", program, server.issuer, AUDIENCE, application.client_id, f"{api}/todos",
        CLIENT_SECRET=application.client_secret.get_secret_value(),
    )  # fmt: skip
    assert (answer.returncode, answer.stdout.strip()) == (0, "[200, 200, 200] True"), answer.stderr
