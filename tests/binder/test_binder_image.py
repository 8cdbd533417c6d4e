"""What Binder would build: the Dockerfile that repo2docker renders, and, with no container engine, what it says.

The base image brings conda's Python and its own JupyterHub; a fresh virtual environment stands in for both. Install,
postBuild and start are taken from the Dockerfile, not from here.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LESSON = "notebooks/00_start_here.ipynb"
NOT_IN_THE_IMAGE = shutil.ignore_patterns(
    ".git", ".venv", ".lab", ".env", "__pycache__", ".*_cache", ".hypothesis"
)
INSTALL_SECONDS, START_SECONDS = 900, 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform == "win32", reason="the image is Linux's, and its build scripts are bash"
    ),
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, since what follows writes into it."""
    copy = tmp_path_factory.mktemp("binder") / "repository"
    shutil.copytree(ROOT, copy, ignore=NOT_IN_THE_IMAGE)
    return copy


@pytest.fixture(scope="module")
def dockerfile(repository: Path) -> str:
    rendered = subprocess.run(
        [
            sys.executable,
            "-m",
            "repo2docker",
            "--no-build",
            "--debug",
            "--user-id=1000",
            "--user-name=jovyan",
            ".",
        ],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert rendered.returncode == 0, rendered.stderr
    return rendered.stdout + rendered.stderr


def commands(dockerfile: str) -> list[str]:
    """What runs after the repository was copied into the image, in order."""
    assembled = dockerfile[dockerfile.index("# Run assemble scripts!") :]
    return re.findall(r"^RUN (.*)$", assembled, flags=re.MULTILINE)


def test_python_is_pinned_to_one_that_the_course_supports(dockerfile: str) -> None:
    environment = re.search(r"python=(3\.\d+)", dockerfile) or re.search(r"py-2d3-2e(\d+)", dockerfile)
    assert environment
    pinned = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    assert re.fullmatch(r"python-3\.1[1-9]", pinned)
    minor = pinned.rpartition(".")[2]
    assert f"py-2d3-2e{minor}" in dockerfile, "repo2docker took another Python"


def test_it_installs_what_a_learner_installs_and_nothing_is_said_twice(dockerfile: str) -> None:
    assert any(
        "pip install" in command and "binder/requirements.txt" in command for command in commands(dockerfile)
    )
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == ["-r ../requirements.txt"]


@pytest.fixture(scope="module")
def environment(
    repository: Path, dockerfile: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The image's variables, after every command of the Dockerfile was run as it stands."""
    prefix, home = tmp_path_factory.mktemp("prefix"), tmp_path_factory.mktemp("home")
    venv.create(prefix, with_pip=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY_", "PYTHON"))
    }
    variables = kept | {
        "HOME": str(home),
        "NB_PYTHON_PREFIX": str(prefix),
        "KERNEL_PYTHON_PREFIX": str(prefix),
        "REPO_DIR": str(repository),
        "PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(prefix),
    }
    for command in commands(dockerfile):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=repository,
            env=variables,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return variables


@pytest.fixture(scope="module")
def lab(repository: Path, environment: dict[str, str]) -> Iterator[tuple[str, str]]:
    """JupyterLab as a Hub starts it there: its origin with the service prefix, and its token."""
    token = secrets.token_hex(16)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as probe:
        port = probe.server_address[1]  # free once the probe is closed
    start = [
        "bash",
        "-c",
        "exec " + ("./binder/start " if (repository / "binder/start").exists() else "") + '"$@"',
        "-",
    ]
    process = subprocess.Popen(
        [
            *start,
            *("jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
            *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.base_url=/user/ann/"),
            f"--IdentityProvider.token={token}",
        ],
        cwd=repository,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    origin = f"http://127.0.0.1:{port}/user/ann"
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                fetch(f"{origin}/api", token)
                break
            except urllib.error.URLError:
                assert process.poll() is None, "JupyterLab ended"
                assert time.monotonic() < deadline, "JupyterLab does not answer"
                time.sleep(0.2)
        yield origin, token
    finally:
        process.terminate()
        process.wait(30)


def fetch(address: str, token: str) -> tuple[str, str]:
    """The final address, and what is there."""
    request = urllib.request.Request(address, headers={"Authorization": f"token {token}"})  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - loopback
        return answer.url, answer.read().decode()


def test_jupyterlab_opens_on_lesson_00(lab: tuple[str, str]) -> None:
    origin, token = lab
    address, html = fetch(f"{origin}/", token)
    assert address.endswith(f"/lab/tree/{LESSON}")
    settings = re.search(
        r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', html, re.DOTALL
    )
    assert settings
    assert json.loads(settings[1])["news"] == {"disabled": True}, (
        "JupyterLab asks about news before the lesson shows"
    )
    assert json.loads(fetch(f"{origin}/api/contents/{LESSON}?content=0", token)[1])["type"] == "notebook"


def test_a_server_of_the_kernel_is_reached_through_jupyterlab(lab: tuple[str, str]) -> None:
    class Hello(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"you asked for {self.path}".encode())

        def log_message(self, *_: object) -> None:
            pass

    origin, token = lab
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert fetch(f"{origin}/proxy/{server.server_address[1]}/docs", token)[1] == "you asked for /docs"
        server.shutdown()


def test_the_lab_starts_from_a_kernel_there(repository: Path, environment: dict[str, str]) -> None:
    code = "from helpers import lab; lab.start(); import requests; print(requests.get(f'{lab.api}/health').status_code)"
    done = subprocess.run(
        ["python", "-c", code],
        cwd=repository / "notebooks",
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip().endswith("200"), done.stderr
