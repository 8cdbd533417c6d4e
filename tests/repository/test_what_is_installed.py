"""The pinned files agree with the short ones that people edit, and hold nothing of the machine that compiled them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9][0-9a-z.]*)( ; [A-Za-z_ .'0-9<>=!()-]+)?")


def direct(path: Path) -> dict[str, Requirement]:
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    requirements = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def pins(path: Path) -> dict[str, set[str]]:
    """The versions pinned for each package: several when Pythons or systems differ."""
    found: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := PIN.fullmatch(line):
            found.setdefault(match["name"], set()).add(match["version"])
    return found


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_line_is_a_pin_or_this_repository(root: Path, name: str) -> None:
    lines = (root / name).read_text(encoding="utf-8").splitlines()
    assert [
        line for line in lines if not PIN.fullmatch(line) and line != "-e ." and not line.startswith("#")
    ] == []
    assert "-e ." in lines


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_direct_dependency_is_pinned_to_a_release_that_it_allows(root: Path, name: str) -> None:
    pinned = pins(root / f"{name}.txt")
    for package, requirement in direct(root / f"{name}.in").items():
        assert package in pinned, "run `make requirements`"
        assert all(version in requirement.specifier for version in pinned[package]), package


def test_developers_have_what_learners_have(root: Path) -> None:
    learner, developer = pins(root / "requirements.txt"), pins(root / "requirements-dev.txt")
    assert {name: developer.get(name) for name in learner} == learner


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_direct_dependency_has_its_reason(root: Path, name: str) -> None:
    lines = (root / name).read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith(("#", "-"))]
    assert [line for line in named if len(line.partition("#")[2].split()) < 2] == []
