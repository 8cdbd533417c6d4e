"""A page that commands keys and time insists on the local authorization server, whatever ISSUER says."""

from collections.abc import Iterator

import pytest
import requests

from helpers import lab
from helpers.lab import LabError

ELSEWHERE = "http://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def stopped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ISSUER", ELSEWHERE)
    for name in ("AUDIENCE", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(name, "set-elsewhere")
    lab.stop()
    yield
    lab.stop()
    monkeypatch.undo()
    lab.start()
    lab.stop()


def test_it_uses_the_local_one_and_says_so() -> None:
    card = str(lab.start(local=True))
    assert lab.issuer.startswith("http://127.0.0.1:") and lab.issuer != ELSEWHERE
    assert lab.is_local
    assert f"This page uses the local one; your ISSUER, {ELSEWHERE}, is left alone." in card
    headers = {"Authorization": f"Bearer {lab.token()}"}
    assert requests.get(f"{lab.api}/todos", headers=headers, timeout=5).status_code == 200


def test_a_reset_keeps_to_it() -> None:
    lab.start(local=True)
    lab.reset()
    assert lab.is_local


def test_without_it_the_issuer_of_the_environment_is_asked() -> None:
    lab.start(local=True)
    with pytest.raises(LabError, match=r"127\.0\.0\.1:9"):
        lab.start()


def test_three_variables_that_are_missing_do_not_matter_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLIENT_SECRET")
    lab.start(local=True)
    assert lab.is_local


def test_nothing_is_said_when_no_issuer_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ISSUER")
    assert "is left alone" not in str(lab.start(local=True))


def test_keys_grow_old_by_the_lab_s_clock() -> None:
    lab.start(local=True)
    headers = {"Authorization": f"Bearer {lab.token()}"}
    requests.get(f"{lab.api}/todos", headers=headers, timeout=5)
    lab.authorization_server.key_fault = "down"
    lab.clock.advance(600 + 3_600)
    assert requests.get(f"{lab.api}/todos", headers=headers, timeout=10).status_code == 503
    lab.authorization_server.key_fault = None
    lab.clock.advance(10)
    assert requests.get(f"{lab.api}/todos", headers=headers, timeout=10).status_code == 200
