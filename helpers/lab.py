"""The one door for notebooks: ``from helpers import lab; lab.start()``.

It starts the local authorization server and the Todo API in threads of this kernel, or, when ISSUER is set, the Todo
API alone, against that issuer. While it runs, this module has the attributes of
:class:`~helpers.running_lab.RunningLab`: ``lab.issuer``, ``lab.api``, ``lab.settings`` and so on.

Only the standard library is imported here before the packages were checked, so that a missing one can be named.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.authorization_server.keys import SigningKeys
    from helpers.display.card import Card, Note
    from helpers.display.exchange import RawExchange
    from helpers.display.picture import Picture
    from helpers.running_lab import RunningLab

AUDIENCE = "http://localhost:3001"
AUTHORIZATION_SERVER_PORT, API_PORT = 9000, 3001

_running: RunningLab | None = None
_local = False


class LabError(RuntimeError):
    """Something is in the way of the lab; the message is one sentence that says what to do.

    A notebook shows the sentence alone, with no traceback.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"LabError: {self}"]


def start(local: bool = False) -> Card:
    """Start what is not running yet, and show the card. Starting twice does nothing twice.

    :param local: use the local authorization server even when ISSUER names another, for a page that commands its keys.
    :raises LabError: a package is missing, an issuer does not answer, or a server does not come up.
    """
    global _running, _local
    if local != _local:
        stop()
        _local = local
    if _running is None:
        _check_packages()
        with ThreadPoolExecutor(1) as pool:
            # Two RSA keys take a tenth of a second outside of Python: time for the imports.
            keys = pool.submit(_signing_keys)
            from helpers.running_lab import RunningLab

            _running = RunningLab.started(keys.result(), local=local)
    return _running.card()


def _signing_keys() -> SigningKeys:
    from helpers.authorization_server.keys import SigningKeys

    return SigningKeys()


def stop() -> None:
    """Stop both servers and free their ports."""
    global _running
    if _running is not None:
        _running.stop()
        _running = None


def reset() -> Card:
    """Start afresh: new keys and secrets, the first todos, the right time."""
    stop()
    return start(_local)


def status() -> Card:
    """The card, after asking both servers whether they answer."""
    return _lab().card(ask=True)


def wire(last: int | None = None) -> Picture:
    """Draw the requests made since this was last called, between client, authorization server and API.

    :param last: draw so many of the latest exchanges instead.
    """
    return _lab().wire_view(last)


def raw(last: int = 1) -> RawExchange:
    """The latest exchange raw, as it crossed the wire, secrets masked.

    :param last: 1 for the latest, 2 for the one before.
    """
    return _lab().raw_exchange(last)


def catch_up(page: str, cell: str) -> Note:
    """After a restart of the kernel, run the saved code cells above a resting place, and show nothing of them.

    :param page: the number at the beginning of the page's file name: "05".
    :param cell: the id of the Markdown cell that is the resting place.
    :raises LabError: there is no such page or cell, or a cell above it raises.
    """
    from helpers import catching_up

    return catching_up.catch_up(page, cell)


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    return getattr(_lab(), name)


def _lab() -> RunningLab:
    if _running is None:
        raise LabError(
            "The lab is not running. Run the cell with lab.start(), near the top of this page, and come back."
        )
    return _running


def _check_packages() -> None:
    """Compare what is installed with requirements.in, the course's direct dependencies."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        raise _missing("packaging is missing") from None

    wrong = []
    for line in (Path(__file__).parent.parent / "requirements.in").read_text(encoding="utf-8").splitlines():
        wanted = line.partition("#")[0].strip()
        if not wanted or wanted.startswith("-"):
            continue
        requirement = Requirement(wanted)
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            installed = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if installed not in requirement.specifier:
            wrong.append(f"{requirement.name} is {installed}, and {requirement.specifier} is needed")
    if wrong:
        raise _missing("; ".join(wrong))


def _missing(what: str) -> LabError:
    return LabError(
        f"This kernel's Python ({sys.executable}) does not have what the course needs: {what}."
        " Run `pip install -r requirements.txt` with that Python, then restart the kernel."
    )
