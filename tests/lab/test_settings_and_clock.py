"""The four variables that point the course at an issuer, and the clock that a lesson may move."""

import time
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from helpers.clock import Clock
from helpers.settings import ROOT, Settings, env_file, state_dir

FOUR = {
    "ISSUER": "https://tenant.example/",
    "AUDIENCE": "https://api.example",
    "CLIENT_ID": "me",
    "CLIENT_SECRET": "not-to-be-seen",
}


@pytest.fixture(autouse=True)
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The .env of this test, which does not exist yet; none of the four variables is set."""
    for name in FOUR:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_ENV_FILE", str(tmp_path / ".env"))
    return tmp_path / ".env"


def written(variables: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in variables.items())


def test_with_nothing_set_all_four_are_missing() -> None:
    settings = Settings()
    assert (settings.issuer, settings.client_secret) == (None, None)
    assert settings.missing == ["ISSUER", "AUDIENCE", "CLIENT_ID", "CLIENT_SECRET"]


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in FOUR.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.issuer, settings.audience, settings.client_id) == tuple(FOUR.values())[:3]
    assert settings.client_secret == SecretStr("not-to-be-seen")
    assert settings.missing == []


def test_they_come_from_the_dotenv_file(dotenv: Path) -> None:
    dotenv.write_text("# a comment\n" + written(FOUR) + "SOMETHING_ELSE=1\n", encoding="utf-8")
    assert Settings().missing == []
    assert Settings().client_secret.get_secret_value() == "not-to-be-seen"


def test_the_environment_comes_before_the_file(dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv.write_text(written(FOUR), encoding="utf-8")
    monkeypatch.setenv("AUDIENCE", "https://other.example")
    assert (Settings().issuer, Settings().audience) == (FOUR["ISSUER"], "https://other.example")


def test_what_is_given_comes_before_everything(dotenv: Path) -> None:
    dotenv.write_text(written(FOUR), encoding="utf-8")
    assert Settings(issuer="http://127.0.0.1:9000/").issuer == "http://127.0.0.1:9000/"


@pytest.mark.parametrize("empty", ["", "   ", "\t\n"])
def test_an_empty_variable_is_one_that_is_not_set(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ISSUER", "AUDIENCE", "CLIENT_ID"):
        monkeypatch.setenv(name, empty)
    settings = Settings()
    assert (settings.issuer, settings.audience, settings.client_id) == (None, None, None)


def test_the_example_as_it_is_copied_sets_nothing(dotenv: Path) -> None:
    dotenv.write_text(written(dict.fromkeys(FOUR, "")), encoding="utf-8")
    assert len(Settings().missing) == 4
    assert (Settings().issuer, Settings().client_secret) == (None, None)


def test_space_that_came_along_when_pasting_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER", " https://tenant.example/\n")
    assert Settings().issuer == "https://tenant.example/"


def test_a_file_that_an_editor_of_windows_wrote_is_read(dotenv: Path) -> None:
    dotenv.write_bytes(b"\xef\xbb\xbf" + written(FOUR).replace("\n", "\r\n").encode())
    assert Settings().missing == []
    assert Settings().issuer == FOUR["ISSUER"]


def test_the_secret_never_prints(dotenv: Path) -> None:
    dotenv.write_text(written(FOUR), encoding="utf-8")
    settings = Settings()
    assert "not-to-be-seen" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert "me" in repr(settings)


def test_nor_does_what_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(client_secret=["not-to-be-seen"])
    assert "client_secret" in str(caught.value) and "not-to-be-seen" not in str(caught.value)


def test_they_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().issuer = "http://127.0.0.1:9000/"


def test_where_things_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "mine"))
    assert (env_file(), state_dir()) == (tmp_path / ".env", tmp_path / "mine")
    for name in ("COURSE_ENV_FILE", "COURSE_STATE_DIR"):
        monkeypatch.setenv(name, "")
    assert (env_file(), state_dir()) == (ROOT / ".env", ROOT / ".lab")
    assert (ROOT / "helpers" / "settings.py").is_file()


# --- the clock


def test_the_clock_shows_real_time_until_it_is_moved() -> None:
    clock = Clock()
    assert time.time() <= clock() <= time.time()
    assert clock.offset == 0


def test_it_moves_on_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    clock = Clock()
    clock.advance(60)
    clock.advance(0.5)
    clock.advance(0)
    assert (clock.offset, clock()) == (60.5, 1060.5)
    monkeypatch.setattr(time, "time", lambda: 1001.0)
    assert clock() == 1061.5


@pytest.mark.parametrize("seconds", [-1, -0.001, float("-inf"), float("nan")])
def test_it_never_moves_back(seconds: float) -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="forward"):
        clock.advance(seconds)
    assert clock.offset == 0


def test_it_can_be_put_right_again() -> None:
    clock = Clock()
    clock.advance(3600)
    clock.reset()
    assert clock.offset == 0
    assert clock() <= time.time()


def test_two_clocks_are_two() -> None:
    one, other = Clock(), Clock()
    one.advance(10)
    assert other.offset == 0
