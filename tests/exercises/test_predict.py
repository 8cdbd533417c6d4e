"""Predict, then run: a guess counts when it is made before the call."""

from typing import Any

import pytest

from helpers.display.card import Note
from helpers.exercises import predict, progress
from helpers.exercises.predict import Prediction
from helpers.exercises.report import LESSONS, tasks


@pytest.fixture
def prediction() -> Prediction:
    return Prediction(
        name="no_token",
        lesson="01",
        options=(200, 401, 403),
        answer=401,
        because="No credentials came.",
        otherwise={200: "200 would mean open to everyone.", 403: "403 would mean a good token."},
    )


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Note]:
    """What the page shows when a guess is made."""
    notes: list[Note] = []
    monkeypatch.setattr(predict, "display", notes.append)
    return notes


def test_a_right_guess(prediction: Prediction, said: list[Note]) -> None:
    prediction.guess(401)
    assert str(said[0]) == "Committed. Your guess: `401`. Now run the next cell."
    note = prediction.reveal(401)
    assert (str(note), note.tone) == ("It was 401, as you predicted. No credentials came.", "good")
    assert progress.load() == {"01": {"no_token": "CORRECT"}}


def test_a_wrong_guess_is_told_what_it_would_have_taken(prediction: Prediction, said: list[Note]) -> None:
    prediction.guess(403)
    note = prediction.reveal(401)
    assert str(note) == "It was 401; you predicted 403. 403 would mean a good token. No credentials came."
    assert note.tone == "warn"
    assert progress.load() == {"01": {"no_token": "NOT_YET"}}


def test_the_last_guess_before_the_call_counts(prediction: Prediction, said: list[Note]) -> None:
    prediction.guess(200)
    prediction.guess(401)
    assert prediction.reveal(401).tone == "good"


def test_the_page_goes_on_without_a_guess_and_records_none(prediction: Prediction, said: list[Note]) -> None:
    prediction.guess(...)
    assert str(said[0]).startswith("No guess yet. Replace `...` with `200`, `401` or `403`")
    note = prediction.reveal(401, 'Bearer error="invalid_token"')
    assert str(note) == "The answer waits for your guess."
    html = note._repr_mimebundle_()["text/html"]
    assert "<details><summary>" in html and " open" not in html
    before, _, inside = html.partition("<details>")
    assert "401" not in before and "It was 401." in inside and "invalid_token" in inside
    assert progress.load() == {}


@pytest.mark.parametrize("value", [404, "404", None, True, False, 401.5, [401], {}, float("nan"), int])
def test_what_is_no_choice_is_no_guess(prediction: Prediction, said: list[Note], value: Any) -> None:
    prediction.guess(401)
    prediction.guess(value)
    assert str(said[1]) == "That is not one of the choices. Choose `200`, `401` or `403`."
    assert prediction.reveal(401).tone == "good"


def test_true_is_not_the_number_one(said: list[Note]) -> None:
    count = Prediction("count", "01", (0, 1), 1, "One.", {0: "None."})
    count.guess(True)
    assert said[0].headline == "That is not one of the choices."
    assert "waits" in str(count.reveal(1))


@pytest.mark.parametrize("value", ["401", 401])
def test_a_status_in_quotes_is_taken(prediction: Prediction, said: list[Note], value: Any) -> None:
    prediction.guess(value)
    assert str(said[0]).startswith("Committed. Your guess: `401`.")
    assert prediction.reveal(401).tone == "good"


def test_a_guess_after_run_all_counts_since_the_answer_was_folded(
    prediction: Prediction, said: list[Note]
) -> None:
    prediction.reveal(401)
    prediction.guess(401)
    assert said[0].headline == "Committed."
    assert prediction.reveal(401).tone == "good"


def test_changing_it_late_does_not_count_either(prediction: Prediction, said: list[Note]) -> None:
    prediction.guess(200)
    prediction.reveal(401)
    prediction.guess(401)
    assert said[1].headline == "You know the answer already."
    assert "you predicted 200" in str(prediction.reveal(401))


def test_running_the_page_again_says_the_same(prediction: Prediction, said: list[Note]) -> None:
    for _ in range(2):
        prediction.guess(401)
        assert prediction.reveal(401).tone == "good"
    assert said[0] == said[1]


@pytest.mark.parametrize("guess", [401, 403])
def test_when_something_else_came_nobody_is_right_or_wrong(
    prediction: Prediction, said: list[Note], guess: Any
) -> None:
    prediction.guess(guess)
    note = prediction.reveal(503)
    assert str(note).startswith("It was 503. This page expected 401.") and "`lab.status()`" in str(note)
    assert note.tone == "bad"
    assert progress.load() == {}


def test_choices_may_be_words(said: list[Note]) -> None:
    answer = Prediction(
        "answer", "02", ("the same", "another"), "the same", "It hides.", {"another": "It tells."}
    )
    answer.guess("The sames")
    assert str(said[0]).endswith("Choose `'the same'` or `'another'`.")
    answer.guess("another")
    assert str(answer.reveal("the same")) == "It was the same; you predicted another. It tells. It hides."


PREDICTIONS = [task for lesson in LESSONS for task in tasks(lesson) if isinstance(task, Prediction)]


@pytest.mark.parametrize("prediction", PREDICTIONS, ids=lambda prediction: prediction.name)
def test_every_prediction_of_the_lessons_has_something_to_say_to_every_guess(prediction: Prediction) -> None:
    assert set(prediction.otherwise) == set(prediction.options) - {prediction.answer}
    assert prediction.answer in prediction.options and len(prediction.options) > 1
    assert all([prediction.because, *prediction.otherwise.values()])


def test_no_two_tasks_of_a_lesson_share_a_name() -> None:
    for lesson in LESSONS:
        names = [task.name for task in tasks(lesson)]
        assert len(set(names)) == len(names)
