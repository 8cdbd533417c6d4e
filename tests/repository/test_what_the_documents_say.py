"""README, CONTRIBUTING and the workflow say what is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "LICENSE-TEXT.md")


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest, root: Path) -> str:
    return (root / request.param).read_text(encoding="utf-8")


def test_every_local_link_leads_somewhere(document: str, root: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document)
    assert [link for link in links if not link.startswith("https://") and not (root / link).exists()] == []


def test_every_make_target_that_is_named_exists(document: str, root: Path) -> None:
    targets = set(
        re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert set(re.findall(r"(?:`|^\$ |^)make ([a-z]+)", document, flags=re.MULTILINE)) <= targets


def test_every_file_that_is_named_in_a_command_exists(document: str, root: Path) -> None:
    named = re.findall(r"\b((?:notebooks|tests|tools|helpers|benchmarks|binder)/[\w./-]*\w)", document)
    assert [name for name in named if "NN" not in name and not (root / name).exists()] == []


def test_the_readme_lists_every_notebook(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert [
        path.name for path in sorted((root / "notebooks").glob("*.ipynb")) if path.name not in readme
    ] == []


@pytest.mark.parametrize(
    "command", ["make lab", "make test", "pip install -r requirements.txt", "pytest --nbval notebooks"]
)
def test_the_readme_gives_the_commands(root: Path, command: str) -> None:
    assert command in (root / "README.md").read_text(encoding="utf-8")


def test_the_readme_s_badge_opens_lesson_00_on_binder(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert re.search(
        r"https://mybinder\.org/\S*urlpath=lab(/|%2F)tree(/|%2F)notebooks(/|%2F)00_start_here\.ipynb", readme
    )


def test_the_licences_are_there(root: Path) -> None:
    assert (root / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert "creativecommons.org/licenses/by/4.0" in (root / "LICENSE-TEXT.md").read_text(encoding="utf-8")
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert "(LICENSE)" in readme
    assert "(LICENSE-TEXT.md)" in readme


def test_the_workflow_is_what_github_accepts(root: Path) -> None:
    """Held against the published schema, of which check-jsonschema carries a copy."""
    workflows = sorted((root / ".github" / "workflows").glob("*.yml"))
    assert workflows
    answer = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows],
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_workflow_runs_the_readme_s_commands(root: Path) -> None:
    workflow = (root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    for command in ("make test", "make lint", "pip install -r requirements.txt", "pytest --nbval notebooks"):
        assert f"run: {command}\n" in workflow
    for system in ("ubuntu-latest", "macos-latest", "windows-latest"):
        assert system in workflow


def test_ci_runs_the_readme_s_test_command(root: Path) -> None:
    assert "\nrun make test\n" in (root / ".ci" / "run").read_text(encoding="utf-8")
