"""What a reset leaves of a page, and what a kept client gives after the server has changed."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from helpers import lab, page_names
from helpers.lab import LabError

PAGE = """
import json
from helpers import lab

PREFIX = "constant"
token = "eyJ"
keys = [token]

def plain(text):
    return json.dumps(text) + PREFIX

def shows(text):
    return [text + token for _ in keys]

def calls_it(text):
    return plain(text), shows(text)

_answer = 42
"""


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    lab.stop()
    yield
    lab.stop()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The variables of a page."""
    names: dict[str, object] = {"In": ["lab.start()"]}
    exec(PAGE, names)
    shell = SimpleNamespace(user_ns=names, user_ns_hidden={"In": None})
    monkeypatch.setattr(page_names, "get_ipython", lambda: shell)
    return names


def test_values_go_and_so_do_the_functions_that_use_them(names: dict[str, object]) -> None:
    lab.start()
    card = str(lab.reset())
    assert {"token", "keys", "shows", "calls_it"}.isdisjoint(names)
    assert {"json", "lab", "PREFIX", "plain", "_answer", "In"} <= set(names)
    assert "are gone: run those cells again" in card
    assert "are gone" in str(lab.status())
    assert "are gone" not in str(lab.reset()), "there was nothing left to forget"


def test_outside_of_a_notebook_nothing_is_deleted() -> None:
    lab.start()
    assert "are gone" not in str(lab.reset())


def test_a_kept_token_is_replaced_when_its_key_was_withdrawn() -> None:
    lab.start()
    token = lab.token()
    server = lab.authorization_server
    server.keys.rotate()
    assert lab.token() == token, "a rotation alone withdraws no key"
    server.keys.revoke(server.keys.previous[-1].kid)
    assert lab.token() != token
    assert lab.knock(lab.token()).tone == "good"


def test_a_new_client_has_no_token_yet_and_is_kept() -> None:
    lab.start()
    first = lab.client()
    first.token()
    before = len(lab.exchanges)
    second = lab.client(new=True)
    second.token()
    assert lab.client() is second is not first
    assert [exchange.path for exchange in lab.exchanges[before:]] == ["/oauth/token"]


def test_without_a_client_grant_one_sentence_says_so() -> None:
    lab.start()
    lab.authorization_server.registry.delete_grant(lab.client_id, lab.audience)
    with pytest.raises(LabError, match="run the cell that gives it back, with create_grant"):
        lab.token()
