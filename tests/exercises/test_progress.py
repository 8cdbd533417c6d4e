"""What is done stays done, in a small file that nothing breaks; and the card that counts it."""

import contextlib
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers.exercises import progress
from helpers.exercises.engine import Exercise
from helpers.exercises.report import LESSONS, progress_card, tasks


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "progress.json"


def test_nothing_is_known_at_first_and_looking_writes_nothing(file: Path) -> None:
    assert progress.load() == {}
    assert not file.exists()


def test_an_outcome_is_kept_for_the_next_kernel(file: Path) -> None:
    progress.record("01", "roles", "NOT_YET")
    progress.record("02", "reuse", "CORRECT")
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "01": {"roles": "NOT_YET"},
        "02": {"reuse": "CORRECT"},
    }
    assert progress.load() == {"01": {"roles": "NOT_YET"}, "02": {"reuse": "CORRECT"}}


def test_what_was_done_stays_done() -> None:
    for outcome in ("NOT_YET", "CORRECT", "NOT_YET", "NOT_ATTEMPTED"):
        progress.record("01", "roles", outcome)
    assert progress.load() == {"01": {"roles": "CORRECT"}}


def test_an_untouched_exercise_leaves_no_trace(file: Path) -> None:
    progress.record("01", "roles", "NOT_ATTEMPTED")
    assert not file.exists()


def test_to_begin_again_is_to_forget(file: Path) -> None:
    progress.record("01", "roles", "CORRECT")
    progress.forget()
    progress.forget()
    assert progress.load() == {} and not file.exists()


@pytest.mark.parametrize(
    "damaged",
    [b"", b"{", b"[]", b"null", b"3", b'{"01": ["roles"]}', b'{"01": null}', b"\xff\xfe\x00", b'{"01": {}'],
)
def test_a_damaged_file_is_a_fresh_start(file: Path, damaged: bytes) -> None:
    file.write_bytes(damaged)
    assert progress.load() == {}
    assert str(progress_card()).startswith("Your progress")
    progress.record("01", "roles", "CORRECT")
    assert progress.load() == {"01": {"roles": "CORRECT"}}


def test_odd_outcomes_in_the_file_count_as_not_done(file: Path) -> None:
    file.write_text(
        '{"01": {"roles": ["CORRECT"], "nobody": "CORRECT"}, "99": {"x": "CORRECT"}}', encoding="utf-8"
    )
    assert "Lesson 01  0 of " in str(progress_card())


def test_the_directory_is_made_when_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_STATE_DIR", str(tmp_path / "not" / "there"))
    progress.record("01", "roles", "CORRECT")
    assert progress.load() == {"01": {"roles": "CORRECT"}}


def test_a_directory_that_cannot_be_written_never_breaks_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("mine", encoding="utf-8")
    for place in (in_the_way, in_the_way / "below"):
        monkeypatch.setenv("COURSE_STATE_DIR", str(place))
        progress.record("01", "roles", "CORRECT")
        progress.forget()
        assert progress.load() == {}
    assert in_the_way.read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user whom permissions stop")
def test_nor_does_one_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    progress.record("01", "roles", "CORRECT")
    tmp_path.chmod(0o700)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_replaced_leaves_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, while another program has it open."""

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "replace", refused)
    progress.record("01", "roles", "CORRECT")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_while_writing_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    progress.record("01", "roles", "CORRECT")

    def interrupted(known: object, stream, **_: object) -> None:
        stream.write('{"01": {"ro')
        raise KeyboardInterrupt

    monkeypatch.setattr(json, "dump", interrupted)
    with pytest.raises(KeyboardInterrupt):
        progress.record("01", "flows", "CORRECT")
    assert progress.load() == {"01": {"roles": "CORRECT"}}
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]


def test_writing_at_the_same_time_never_damages_the_file(tmp_path: Path, file: Path) -> None:
    """Two kernels may each have a page open."""
    progress.record("00", "first", "CORRECT")

    def write(number: int) -> None:
        for step in range(20):
            progress.record(f"{number:02}", f"task {step}", "CORRECT")
            with contextlib.suppress(PermissionError):  # Windows, in the moment of the move
                assert isinstance(json.loads(file.read_text(encoding="utf-8")), dict)

    with ThreadPoolExecutor(4) as pool:
        for writing in [pool.submit(write, number) for number in range(1, 5)]:
            writing.result()
    assert set(progress.load()) <= {"00", "01", "02", "03", "04"}
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]


# --- the card


def test_the_card_has_a_row_for_each_lesson_and_counts_from_nothing() -> None:
    rows = progress_card().rows
    assert [label for label, _ in rows] == [f"Lesson {lesson}" for lesson in LESSONS]
    assert all(text.startswith("0 of ") for _, text in rows)


def test_the_card_counts_exercises_and_predictions_apart() -> None:
    exercises = [task.name for task in tasks("01") if isinstance(task, Exercise)]
    predictions = [task.name for task in tasks("01") if not isinstance(task, Exercise)]
    progress.record("01", exercises[0], "CORRECT")
    progress.record("01", exercises[1], "NOT_YET")
    for name in predictions:
        progress.record("01", name, "CORRECT")
    rows = dict(progress_card().rows)
    all_right = f"{len(predictions)} of {len(predictions)} predictions right"
    assert rows["Lesson 01"] == f"1 of {len(exercises)} exercises done, {all_right}"
    assert rows["Lesson 02"].startswith("0 of ")


def test_what_a_lesson_does_not_have_is_not_counted() -> None:
    assert dict(progress_card().rows)["Lesson 00"] == "0 of 1 exercises done"
