"""See to it that the interop tests find the authorization servers of others, where that can be done without asking.

oidc-provider comes with npm into a folder that git ignores. glewlwyd is the one of the system, or the package of Debian
and Ubuntu, unpacked into another such folder: nothing of it is installed, and no service starts with a password that
everybody knows. When one cannot be had the tests that need it are skipped, and this says so. It never fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

SECONDS = 300
INTEROP = Path(__file__).resolve().parent.parent / "tests" / "interop"
OIDC_PROVIDER = INTEROP / "oidc_provider"
UNPACKED = INTEROP / ".glewlwyd"
# The server and the libraries that it loads; not the fonts and scripts of its web pages.
_NEEDED = re.compile(r"^Inst (glewlwyd|lib(?!js-)\S+) ", re.MULTILINE)
_QUIETLY = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def main() -> None:
    """Find both, or get them."""
    found = {"oidc-provider": oidc_provider(), "glewlwyd": glewlwyd()}
    for name, where in found.items():
        if where:
            print(f"Interop tests: {name} in {where}")
    if missing := [name for name, where in found.items() if not where]:
        print(
            "=" * 100,
            f"INTEROP TESTS WILL BE SKIPPED, since this could not be had: {' and '.join(missing)}.",
            "oidc-provider needs Node 20.19 or newer, with npm; glewlwyd is a package of Debian and Ubuntu.",
            "=" * 100,
            sep="\n",
        )


def oidc_provider() -> Path | None:
    """Where npm put the release that package.json names."""
    wanted = json.loads((OIDC_PROVIDER / "package.json").read_text(encoding="utf-8"))["dependencies"]
    manifest = OIDC_PROVIDER / "node_modules" / "oidc-provider" / "package.json"

    def here() -> bool:
        return (
            manifest.is_file()
            and json.loads(manifest.read_text(encoding="utf-8"))["version"] == (wanted["oidc-provider"])
        )

    npm = shutil.which("npm")
    if not here() and npm:
        _run([npm, "install", *_QUIETLY], OIDC_PROVIDER)
    return manifest.parent if here() else None


def glewlwyd() -> Path | None:
    """The root below which `usr/bin/glewlwyd` and what it needs lie: the system's, or that of an unpacked package."""
    has_packages = shutil.which("apt-get") and shutil.which("dpkg-deb")
    if glewlwyd_root() is None and has_packages and not _unpack_from_debian() and _update_lists():
        _unpack_from_debian()
    return glewlwyd_root()


def glewlwyd_root() -> Path | None:
    """Like :func:`glewlwyd`, without getting anything."""
    roots = [Path("/"), UNPACKED]
    return next((root for root in roots if (root / "usr" / "bin" / "glewlwyd").is_file()), None)


def _unpack_from_debian() -> bool:
    """What would be installed is downloaded and unpacked instead. True when all of that went well."""
    plan = _run(
        ["apt-get", "install", "--simulate", "--no-install-recommends", "glewlwyd", "dbconfig-no-thanks"]
    )
    packages = _NEEDED.findall(plan or "")
    if not packages:
        return False
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - apt downloads as a user of its own, and complains when it cannot
        downloads, root = Path(folder), Path(folder, "root")
        if _run(["apt-get", "download", "--quiet", *packages], downloads) is None:
            return False
        for package in downloads.glob("*.deb"):
            if _run(["dpkg-deb", "--extract", str(package), str(root)]) is None:
                return False
        shutil.rmtree(UNPACKED, ignore_errors=True)
        shutil.move(root, UNPACKED)
    return True


def _update_lists() -> bool:
    if os.geteuid() == 0:
        return _run(["apt-get", "update", "--quiet"]) is not None
    if shutil.which("sudo"):
        return _run(["sudo", "--non-interactive", "apt-get", "update", "--quiet"]) is not None
    return False


def _run(command: Sequence[str], folder: Path | None = None) -> str | None:
    """What the command printed, or None when it failed; then that is shown."""
    print("$", *command, flush=True)
    try:
        answer = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=_plain(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error)
        return None
    if answer.returncode:
        print(answer.stdout[-2000:], answer.stderr[-2000:], sep="\n")
        return None
    return answer.stdout


def _plain() -> Mapping[str, str]:
    """This environment, with programs speaking English, since their output is read here."""
    return os.environ | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


if __name__ == "__main__":
    sys.exit(main())
