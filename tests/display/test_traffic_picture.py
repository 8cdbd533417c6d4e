"""Traffic as a picture, and in words that do not change from run to run."""

import pytest

from helpers.display.picture import BAD, GOOD
from helpers.display.traffic import Answer, Mark, traffic_picture


def answers(*statuses: int | None, took: float = 0.004, kid: str | None = None) -> list[Answer]:
    """One answer every ten milliseconds, the first at 0."""
    return [Answer(index / 100, status, took, kid) for index, status in enumerate(statuses)]


@pytest.mark.parametrize(
    ("statuses", "marks", "words"),
    [
        ([], [], "No request was sent."),
        ([200, 200], [], "Every request was answered 200."),
        ([200, None, 401], [], "Requests were answered 200, 401 and not at all."),
        ([None], [], "No request was answered."),
        (
            [200, 200],
            [(0.01, "rotated")],
            "Before 'rotated': every request was answered 200. After 'rotated': every request was answered 200.",
        ),
        (
            [200, 401, 200, 503],
            [(0.01, "down"), (0.03, "up")],
            "Before 'down': every request was answered 200. From 'down' to 'up': requests were answered 200 and 401."
            " After 'up': every request was answered 503.",
        ),
        (
            [200],
            [(0.5, "late")],
            "Before 'late': every request was answered 200. After 'late': no request was sent.",
        ),
    ],
)
def test_the_words(show, statuses, marks, words) -> None:
    assert show(traffic_picture(answers(*statuses), [Mark(*mark) for mark in marks])).alt == words


def test_the_words_hold_neither_times_nor_numbers_of_requests(show) -> None:
    marks = [Mark(0.05, "rotated")]
    quick, slow = answers(*[200] * 9), answers(*[200] * 300, took=0.1)
    assert show(traffic_picture(quick, marks)).alt == show(traffic_picture(slow, marks)).alt


def test_every_request_is_a_dot_in_the_lane_and_the_colour_of_its_status(show) -> None:
    shown = show(traffic_picture(answers(200, 401, 503, None, 200)))
    dots = [(dot.get("fill"), float(dot.get("cy", ""))) for dot in shown.all("circle")]
    assert sorted(fill for fill, _ in dots) == sorted([GOOD, GOOD, BAD, BAD, BAD])
    green, red = ({y for fill, y in dots if fill == colour} for colour in (GOOD, BAD))
    assert len(green) == 1 and len(red) == 3 and max(green) < min(red)
    assert shown.texts.count("1") == 3  # how many, for three of the lanes
    assert {"200", "OK", "401", "Unauthorized", "503", "Service Unavailable", "no answer"} < set(shown.texts)


def test_when_all_goes_well_an_empty_lane_says_that_nothing_else_came(show) -> None:
    texts = show(traffic_picture(answers(*[200] * 12))).texts
    assert texts[texts.index("anything else") :][:3] == ["anything else", "", "0"]
    assert "anything else" not in show(traffic_picture(answers(200, 503))).texts


def test_dots_do_not_hide_each_other_while_there_is_room(show) -> None:
    burst = [Answer(index / 1000, 200, 0.001) for index in range(5)] + [Answer(5, 200, 0.001)]
    places = [
        (float(d.get("cx", "")), float(d.get("cy", ""))) for d in show(traffic_picture(burst)).all("circle")
    ]
    assert len({y for _, y in places}) == 5
    assert len(places) == 6


def test_the_picture_of_very_many_requests_stays_small() -> None:
    many = [Answer(index / 1000, 200 if index % 3 else 401, 0.001, "a") for index in range(20_000)]
    assert len(traffic_picture(many).svg) < 100_000


def test_a_request_that_waited_has_a_tail(show) -> None:
    def tails(row: list[Answer]) -> list[str | None]:
        lines = show(traffic_picture(row)).all("line")
        return [line.get("stroke") for line in lines if line.get("stroke-width") == "3"]

    waited = [*answers(200, 200), Answer(0.02, 200, 0.5)]
    assert (len(tails(waited)), tails(answers(*[200] * 20, took=0.001))) == (1, [])
    assert "The slowest answer took 500 ms." in show(traffic_picture(waited)).texts


@pytest.mark.parametrize("at", [0.0, 0.5, 0.99, 1.0])
def test_a_mark_and_its_label_lie_on_the_panel(show, at: float) -> None:
    shown = show(
        traffic_picture([Answer(0, 200, 1.0)], [Mark(at, "a label of some length, that is cut")] * 3)
    )
    labels = [text for text in shown.all("text") if "label" in "".join(text.itertext())]
    assert len(labels) == 3
    assert len({text.get("y") for text in labels}) == 3  # each on a line of its own, or they would overlap
    assert all(0 < float(text.get("x", "")) < 720 for text in shown.all("text"))
    height = float(shown.root.get("height", ""))
    assert all(0 < float(text.get("y", "")) < height for text in shown.all("text"))


def test_the_keys_that_signed_the_tokens_are_numbered_as_they_appear(show) -> None:
    kids = ["zz"] * 20 + ["aa"] * 20
    row = [Answer(index / 100, 200, 0.001, kid) for index, kid in enumerate(kids)]
    texts = show(traffic_picture(row)).texts
    assert [text for text in texts if text.startswith("key ")] == ["key 1", "key 2"]
    assert "token signed by" in texts
    assert "token signed by" not in show(traffic_picture(answers(200))).texts


def test_a_label_cannot_write_markup(show) -> None:
    shown = show(traffic_picture(answers(200), [Mark(0, "<b>&'\"\x00")]))
    assert any("<b>&'\"" in text for text in shown.texts)
