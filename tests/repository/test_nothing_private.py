"""No secret and no trace of a machine is in any file, stored outputs and their pictures included."""

from __future__ import annotations

import base64
import re
import subprocess
from pathlib import Path

import pytest

# What is looked for is put together here, so that this file does not hold it.
PRIVATE_KEY = re.compile("-----BEGIN [A-Z ]*" + "PRIVATE KEY-----")
PRIVATE_JWK = re.compile(r"""["']d\\?["']\s*:\s*\\?["'][A-Za-z0-9_-]{40,}""")
SECRET_VALUE = re.compile(r"(?i)secret[\w\"'\\&;:=\s]{0,20}?[\"'=:\s;](?P<value>[A-Za-z0-9_-]{40,})")
MACHINE_PATHS = re.compile(
    "|".join(f"/{name}/" for name in ("work", "root", "farm", "tmp"))
    + r"|/home/(?!jovyan)[a-z]|/Users/[a-z]|[A-Z]:\\\\?Users\\|ipykernel_\d|site"
    + "-packages/"
)
FOREIGN_WORDS = re.compile(
    "|".join(
        re.escape(word)
        for word in (
            "." + "library",
            "sub" + "agent",
            "steering " + "repo",
            "pypi" + ".org",
            "pythonhosted" + ".org",
        )
    )
    + r"|registry\.npmjs|deb\.debian|--(extra-)?index-url|--find"
    + "-links",
    re.IGNORECASE,
)


def findings(texts: dict[str, str], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}: {match[0][:60]}"
        for name, text in texts.items()
        for match in pattern.finditer(unpacked(text))
    ]


def unpacked(text: str) -> str:
    """The text, and below it the SVG of each picture that it carries in base64."""
    pictures = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/]+=*)", text)
    return "\n".join(
        [text, *(base64.b64decode(picture + "==").decode(errors="replace") for picture in pictures)]
    )


def test_no_private_key(texts: dict[str, str]) -> None:
    assert not findings(texts, PRIVATE_KEY)
    assert not findings(texts, PRIVATE_JWK)


def test_no_client_secret(texts: dict[str, str]) -> None:
    values = [
        f"{name}: {match[0][:40]}"
        for name, text in texts.items()
        for match in SECRET_VALUE.finditer(unpacked(text))
        # Words joined by _ or - are a name or a placeholder; a made-up value has digits and both cases.
        if all(re.search(kind, match["value"]) for kind in ("[0-9]", "[a-z]", "[A-Z]"))
    ]
    assert not values


def test_no_path_of_a_machine(texts: dict[str, str]) -> None:
    assert not findings(texts, MACHINE_PATHS)


def test_no_address_of_a_package_registry_and_no_word_from_elsewhere(texts: dict[str, str]) -> None:
    assert not findings(texts, FOREIGN_WORDS)


def test_what_is_looked_for_would_be_found() -> None:
    value = "aB3" * 16
    leaks = {
        "secret": f'"client_secret": "{value}"',
        "path": "/ro" + "ot/x",
        "key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    }
    in_a_picture = base64.b64encode(f"<svg>client_secret={value}</svg>".encode()).decode()
    leaks["picture"] = f"<img src='data:image/svg+xml;base64,{in_a_picture}'>"
    assert {line.partition(":")[0] for line in findings(leaks, SECRET_VALUE)} == {"secret", "picture"}
    assert findings(leaks, MACHINE_PATHS)
    assert findings(leaks, PRIVATE_KEY)


@pytest.mark.parametrize(
    "name", [".env", ".env.local", ".lab/progress.json", ".venv/x", "notebooks/.ipynb_checkpoints/x"]
)
def test_what_is_the_reader_s_own_is_ignored(root: Path, name: str) -> None:
    answer = subprocess.run(["git", "check-ignore", "--quiet", name], cwd=root)
    if answer.returncode == 128:
        pytest.skip("not a git repository")
    assert answer.returncode == 0


def test_the_example_of_env_names_the_four_variables_and_no_value_of_somebody(texts: dict[str, str]) -> None:
    example = texts[".env.example"]
    assert re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE) == [
        "ISSUER",
        "AUDIENCE",
        "CLIENT_ID",
        "CLIENT_SECRET",
    ]
    assert not re.search(r"[A-Za-z0-9_-]{32,}", example)
