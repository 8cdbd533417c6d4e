"""``python -m helpers.serve`` and ``python -m helpers.client`` in two terminals."""

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from helpers.services import listen


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[object]:
    """Starts a command in a terminal of its own, and ends what is still running."""
    started: list[subprocess.Popen[str]] = []
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("ISSUER", "AUDIENCE", "CLIENT_ID", "CLIENT_SECRET")
    }
    environment |= {"COURSE_STATE_DIR": str(tmp_path), "COURSE_ENV_FILE": str(tmp_path / "none")}

    def run(*command: str, **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | more,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def until_ready(process: subprocess.Popen[str]) -> tuple[str, str, str]:
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Stop with"):
            break
    else:
        pytest.fail(said + process.stderr.read())
    return said, re.search(r"Authorization server +(\S+)", said)[1], re.search(r"Todo API +(\S+)", said)[1]


def test_the_two_commands_work_together(terminal, tmp_path: Path) -> None:
    server = terminal("helpers.serve", "--auth-port", "0", "--api-port", "0")
    said, issuer, api = until_ready(server)
    file = tmp_path / "credentials.env"
    secret = re.search("CLIENT_SECRET=(.+)", file.read_text())[1]
    assert secret not in said
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert requests.get(f"{issuer}.well-known/openid-configuration", timeout=5).json()["issuer"] == issuer

    client = terminal("helpers.client", "--api", api)
    out, err = client.communicate(timeout=30)
    assert (client.returncode, "Back up the database" in out) == (0, True), err
    assert secret not in out + err

    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=15) == 0
    assert not file.exists()


def test_the_application_of_the_environment_is_used(terminal, tmp_path: Path) -> None:
    credentials = {"CLIENT_ID": "my-job", "CLIENT_SECRET": "a-long-and-random-one"}
    server = terminal("helpers.serve", "--auth-port", "0", "--api-port", "0", **credentials)
    said, issuer, _ = until_ready(server)
    assert "my-job" in said and credentials["CLIENT_SECRET"] not in said
    assert not (tmp_path / "credentials.env").exists()
    form = {"grant_type": "client_credentials", "audience": "http://localhost:3001", "client_id": "my-job"}
    answer = requests.post(
        f"{issuer}oauth/token", data=form | {"client_secret": credentials["CLIENT_SECRET"]}, timeout=5
    )
    assert answer.status_code == 200


def test_a_taken_port_is_one_sentence(terminal) -> None:
    with listen() as taken:
        port = str(taken.getsockname()[1])
        process = terminal("helpers.serve", "--auth-port", port, "--api-port", "0")
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert port in err and "--auth-port" in err and "Traceback" not in err


def test_half_an_application_is_one_sentence(terminal) -> None:
    process = terminal("helpers.serve", "--auth-port", "0", "--api-port", "0", CLIENT_ID="my-job")
    _, err = process.communicate(timeout=30)
    assert (process.returncode, "both CLIENT_ID and CLIENT_SECRET" in err) == (2, True)
