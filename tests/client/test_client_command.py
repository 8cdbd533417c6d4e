"""`python -m helpers.client`: the todos, or clear words and an exit code."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.authorization_server import AuthorizationServer
from helpers.client import Exit, main
from helpers.services import Service, listen
from helpers.todo_api import SCOPES, create_app
from helpers.tokens.verifier import AccessTokenVerifier

ROOT = Path(__file__).parents[2]
SECRET = "correct-horse_battery+staple/%"
VARIABLES = ("ISSUER", "AUDIENCE", "CLIENT_ID", "CLIENT_SECRET")
TODOS = [
    {"id": 1, "title": "Back up the database", "done": True},
    {"id": 12, "title": "植物に水をやる", "done": False},
]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    """Neither the settings of this machine nor its .lab folder are seen."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path))


@pytest.fixture
def issuer(issuer, reply, token):
    """The fake issuer, with metadata."""
    metadata = {
        "issuer": f"{issuer.url}/",
        "token_endpoint": issuer.token_endpoint,
        "jwks_uri": f"{issuer.url}/.well-known/jwks.json",
    }
    issuer.default = lambda asked: token(1) if asked.method == "POST" else reply(body=metadata)
    return issuer


@pytest.fixture
def variables(issuer) -> dict[str, str]:
    return {
        "ISSUER": f"{issuer.url}/",
        "AUDIENCE": "http://localhost:3001",
        "CLIENT_ID": "nightly-batch",
        "CLIENT_SECRET": SECRET,
    }


@pytest.fixture
def configured(variables, monkeypatch):
    """All four variables are set in the environment."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def api(api, reply):
    """The fake API, with todos."""
    api.default = lambda asked: reply(body=TODOS)
    return api


@pytest.fixture
def run(api, capsys):
    """Run the command in this process: its exit code, its output, and what it says."""

    def run(*arguments: str):
        code = main(["--api", api.url, *arguments])
        out, err = capsys.readouterr()
        for hidden in (SECRET, "token-1", "Traceback"):
            assert hidden not in out + err
        return code, out, err

    return run


def test_the_todos_are_printed(configured, run, api, issuer):
    code, out, err = run()
    assert code == Exit.OK == 0
    assert out == "[x]   1  Back up the database\n[ ]  12  植物に水をやる\n"
    assert err == "Settings from the environment and .env.\n"
    [asked] = api.asked
    assert (asked.method, asked.path) == ("GET", "/todos")
    assert asked.headers["Authorization"].startswith("Bearer token-1")
    assert "scope" not in issuer.asked[-1].form


def test_the_scope_can_be_chosen_and_each_step_said(configured, run, issuer, api):
    code, _, err = run("--scope", "read:todos", "--verbose")
    assert code == 0
    assert issuer.asked[-1].form["scope"] == "read:todos"
    assert f"Asking {issuer.token_endpoint} for a token for http://localhost:3001, as nightly-batch." in err
    assert f"GET {api.url}/todos" in err


def test_no_todos(configured, run, api, reply):
    api.then(reply(body=b"[]"))
    assert run()[:2] == (0, "There are no todos.\n")


def test_a_todo_cannot_steer_the_terminal(configured, run, api, reply):
    api.then(reply(body=[{"id": None, "title": "\x1b[2Jgone\n[x] 2  forged"}, {}]))
    assert run()[1] == "[ ] None   [2Jgone [x] 2  forged\n[ ]   -  -\n"


@pytest.mark.parametrize("missing", VARIABLES)
def test_a_missing_setting_is_named(configured, run, monkeypatch, missing):
    monkeypatch.delenv(missing)
    code, out, err = run()
    assert code == Exit.SETTINGS
    assert f"Not set: {missing}." in err and not out


def test_all_settings_missing(run):
    code, _, err = run()
    assert code == Exit.SETTINGS
    assert "Not set: ISSUER, AUDIENCE, CLIENT_ID, CLIENT_SECRET." in err


def test_settings_come_from_the_dotenv_file_too(variables, run, tmp_path):
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    assert run()[0] == 0


def test_an_issuer_that_the_network_can_listen_to_is_refused(configured, run, monkeypatch):
    monkeypatch.setenv("ISSUER", "http://issuer.example/")
    code, _, err = run()
    assert code == Exit.SETTINGS and "https" in err


@pytest.fixture
def written(variables, tmp_path) -> Path:
    """The file that `python -m helpers.serve` writes."""
    path = tmp_path / "credentials.env"
    path.write_text("".join(f"{name}='{value}'\n" for name, value in variables.items()))
    return path


def test_without_an_application_the_local_one_is_used_and_that_is_said(written, run, issuer):
    code, _, err = run()
    assert code == 0
    assert err == f"Settings from {written}.\n"
    assert issuer.asked[-1].form["client_secret"] == SECRET


def test_an_application_in_the_environment_comes_first(written, configured, run, issuer, monkeypatch):
    monkeypatch.setenv("CLIENT_ID", "another")
    assert run()[0] == 0
    assert issuer.asked[-1].form["client_id"] == "another"


def test_the_local_application_can_try_another_audience(written, run, issuer, monkeypatch):
    monkeypatch.setenv("AUDIENCE", "https://wrong.example")
    run()
    assert issuer.asked[-1].form["audience"] == "https://wrong.example"


def test_the_secret_of_the_local_application_is_not_shown_to_another_issuer(
    written, run, issuer, servers, monkeypatch
):
    elsewhere = servers()
    monkeypatch.setenv("ISSUER", elsewhere.url)
    code, _, err = run()
    assert code == Exit.SETTINGS and "CLIENT_ID, CLIENT_SECRET" in err
    assert not elsewhere.asked and not issuer.asked


def test_a_settings_file_that_cannot_be_read(written, run):
    written.write_bytes(b"CLIENT_SECRET=\xff\xfe\n")
    code, _, err = run()
    assert code == Exit.SETTINGS and "cannot be read" in err


def test_an_issuer_that_is_not_there(configured, run, issuer, waits):
    issuer.shutdown()
    issuer.server_close()
    code, _, err = run()
    assert code == Exit.ISSUER and "The issuer cannot be used." in err


def test_an_issuer_that_calls_itself_something_else(configured, run, issuer, monkeypatch):
    monkeypatch.setenv("ISSUER", issuer.url)
    code, _, err = run()
    assert code == Exit.ISSUER and "slash" in err


def test_a_token_endpoint_that_is_not_there(configured, run, issuer, reply, waits):
    metadata = {"issuer": f"{issuer.url}/", "token_endpoint": "http://127.0.0.1:1/", "jwks_uri": issuer.url}
    issuer.then(reply(body=metadata))
    code, _, err = run()
    assert code == Exit.ISSUER and "Cannot connect to http://127.0.0.1:1/" in err


def test_a_token_that_is_refused(configured, run, issuer, reply):
    metadata = issuer.default(type("Get", (), {"method": "GET"}))
    issuer.then(metadata, reply(401, {"error": "access_denied", "error_description": "Unauthorized"}))
    code, _, err = run()
    assert code == Exit.TOKEN_REFUSED
    assert "answered 401 access_denied: Unauthorized. Check the client id and the client secret" in err


def test_an_api_that_is_not_there(configured, run, api):
    api.shutdown()
    api.server_close()
    code, _, err = run()
    assert code == Exit.API and f"Cannot connect to {api.url}/todos" in err


UNAUTHORIZED = 'Bearer error="invalid_token", error_description="The audience is another one."'
FORBIDDEN = 'Bearer error="insufficient_scope", scope="read:todos"'


@pytest.mark.parametrize(
    ("status", "challenge", "body", "code", "words"),
    [
        (401, UNAUTHORIZED, b"", Exit.UNAUTHORIZED, "The audience is another one."),
        (401, "Bearer", b"", Exit.UNAUTHORIZED, "did not accept the token"),
        (403, FORBIDDEN, b"", Exit.FORBIDDEN, "It takes the scope read:todos."),
        (403, "", b"", Exit.FORBIDDEN, "does not suffice"),
        (404, "", b"{}", Exit.API_ANSWER, "answered 404"),
        (500, "", b"oops", Exit.API_ANSWER, "answered 500"),
        (302, "", b"", Exit.API_ANSWER, "answered 302"),
        (200, "", b"<html>", Exit.API_ANSWER, "no list of todos"),
        (200, "", b'{"todos": 1}', Exit.API_ANSWER, "no list of todos"),
        (200, "", b"[1]", Exit.API_ANSWER, "no list of todos"),
    ],
)
def test_what_the_api_may_answer(configured, run, api, reply, status, challenge, body, code, words):
    api.default = lambda asked: reply(status, body, {"WWW-Authenticate": challenge, "Location": "/elsewhere"})
    got, out, err = run()
    assert got == code and words in err and not out


def test_what_is_not_foreseen_is_said_without_a_traceback(configured, run, monkeypatch):
    monkeypatch.setattr("helpers.client._fetch_todos", lambda arguments: 1 / 0)
    code, _, err = run()
    assert (code, err) == (Exit.UNEXPECTED, "Something unexpected happened: ZeroDivisionError.\n")


def test_ctrl_c(configured, run, issuer, monkeypatch):
    def interrupt(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.client._fetch_todos", interrupt)
    assert run()[0] == Exit.INTERRUPTED == 130


@pytest.mark.parametrize("address", ["http://api.example", "localhost:3001", ""])
def test_a_wrong_address_is_a_wrong_argument(address, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--api", address])
    assert caught.value.code == Exit.USAGE == 2
    assert "--api" in capsys.readouterr().err


def test_help_lists_every_exit_code(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert all(f"{code:3d}  {code.meaning}" in out for code in Exit)


def command(*arguments: str, **options) -> subprocess.Popen:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "helpers.client", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def test_as_a_program_on_a_terminal_that_knows_no_japanese(configured, api):
    with command("--api", api.url) as program:
        out, err = program.communicate(timeout=30)
    assert (program.returncode, err) == (
        0,
        b"Settings from the environment and .env.\n".replace(b"\n", os.linesep.encode()),
    )
    assert rb"12  \u690d\u7269" in out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_a_program_interrupted_while_it_waits(configured, api, issuer, reply):
    hanging = reply()
    hanging.before = lambda: (program.send_signal(signal.SIGINT), issuer.hang())
    issuer.then(hanging)
    with command("--api", api.url) as program:
        _, err = program.communicate(timeout=30)
    assert program.returncode == Exit.INTERRUPTED
    assert err.decode().splitlines()[-1] == "Interrupted."


@pytest.mark.skipif(os.name == "nt", reason="Windows reports a closed pipe in another way")
def test_a_program_whose_output_nobody_reads(configured, api):
    with command("--api", api.url) as program:
        program.stdout.close()
        err = program.stderr.read()
    assert program.returncode == Exit.UNEXPECTED
    assert err.decode().splitlines()[-1] == "Nobody reads the output any more."


@pytest.fixture
def real_servers():
    """The course's own authorization server and Todo API."""
    sockets = listen(), listen()
    issuer, api = (f"http://127.0.0.1:{sock.getsockname()[1]}" for sock in sockets)
    server = AuthorizationServer(issuer)
    server.registry.create_api("Todo API", "http://localhost:3001", SCOPES)
    verifier = AccessTokenVerifier(issuer=server.issuer, audience="http://localhost:3001")
    app = create_app(
        verifier.verify_async, audience="http://localhost:3001", token_endpoint=f"{server.issuer}oauth/token"
    )
    services = [
        Service(name, app, sock).start()
        for name, app, sock in zip(("issuer", "api"), (server.app, app), sockets, strict=True)
    ]
    yield server, api
    for service in services:
        service.stop()


def test_the_whole_flow(real_servers, monkeypatch, capsys):
    server, api = real_servers
    application = server.registry.create_application("Nightly batch")
    monkeypatch.setenv("ISSUER", server.issuer)
    monkeypatch.setenv("AUDIENCE", "http://localhost:3001")
    monkeypatch.setenv("CLIENT_ID", application.client_id)
    monkeypatch.setenv("CLIENT_SECRET", application.client_secret.get_secret_value())

    assert main(["--api", api]) == Exit.TOKEN_REFUSED
    assert "Create a client grant" in capsys.readouterr().err

    server.registry.create_grant(application.client_id, "http://localhost:3001", ["write:todos"])
    assert main(["--api", api]) == Exit.FORBIDDEN
    assert "It takes the scope read:todos." in capsys.readouterr().err

    server.registry.delete_grant(application.client_id, "http://localhost:3001")
    server.registry.create_grant(application.client_id, "http://localhost:3001", ["read:todos"])
    assert main(["--api", api]) == Exit.OK
    assert capsys.readouterr().out.startswith("[ ]   1  Back up the database\n")
