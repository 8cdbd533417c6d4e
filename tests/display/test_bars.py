"""Measurements as bars."""

import pytest

from helpers.display.bars import bars, number
from helpers.display.picture import CLIENT

WORDS = "Verifying locally is faster than asking the server."


def chart(*rows: tuple[str, float], **options: str):
    return bars("What a check costs", "requests per second", rows, alt=WORDS, **options)


def lengths(shown) -> list[float]:
    return [float(bar.get("width", "")) for bar in shown.all("rect") if bar.get("fill") == CLIENT]


def test_bars_are_as_long_as_their_values(show) -> None:
    shown = show(chart(("locally", 40_000), ("half of it", 20_000), ("asking", 400)))
    longest, half, short = lengths(shown)
    assert longest == pytest.approx(2 * half)
    assert longest == pytest.approx(100 * short, rel=0.01)


def test_labels_and_numbers_stand_in_the_picture_and_the_words_beside_it(show) -> None:
    shown = show(chart(("locally", 40_000), ("asking", 312.4), note="On this machine."))
    assert {"What a check costs", "requests per second", "On this machine."} < set(shown.texts)
    assert {"locally", "40,000", "asking", "312"} < set(shown.texts)
    assert shown.alt == WORDS
    assert chart(("x", 1))._repr_mimebundle_()["text/plain"] == WORDS


def test_what_else_was_measured_stands_in_columns(show) -> None:
    columns = {"median": ["2.1 ms", "9.8 ms"], "95 in 100": ["3 ms", "20 ms"]}
    shown = show(
        bars("What a check costs", "", [("locally", 40_000), ("asking", 4)], alt=WORDS, columns=columns)
    )
    at = {text.text: (float(text.get("x", "")), float(text.get("y", ""))) for text in shown.all("text")}
    assert at["median"][0] == at["2.1 ms"][0] == at["9.8 ms"][0] < at["95 in 100"][0] == at["20 ms"][0]
    assert at["locally"][1] == at["2.1 ms"][1] == at["3 ms"][1] < at["9.8 ms"][1] == at["20 ms"][1]
    rightmost = at["40,000"][0] + 10 * len("40,000")
    assert rightmost < at["2.1 ms"][0] - 10 * len("2.1 ms")


def test_a_column_has_a_text_for_each_row() -> None:
    with pytest.raises(ValueError, match="a text for each row"):
        bars("What a check costs", "", [("locally", 1)], alt=WORDS, columns={"median": []})


def test_everything_is_on_the_panel(show) -> None:
    shown = show(
        chart(("a label that is far too long to stand on a single line", 1e9), ("b", 0), note="word " * 80)
    )
    height = float(shown.root.get("height", ""))
    for text in shown.all("text"):
        assert 0 < float(text.get("x", "")) < 720 and 0 < float(text.get("y", "")) < height
    assert all(float(bar.get("x", "")) + float(bar.get("width", "")) <= 720 for bar in shown.all("rect"))


def test_nothing_at_all_is_a_bar_that_can_be_seen(show) -> None:
    assert lengths(show(chart(("none", 0), ("none either", 0)))) == [2, 2]


@pytest.mark.parametrize("rows", [[], [("a", -1)], [("a", float("nan"))], [("a", float("inf"))]])
def test_what_cannot_be_drawn(rows) -> None:
    with pytest.raises(ValueError):
        chart(*rows)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.042, "0.042"), (0.0999999, "0.1"), (1, "1"), (1.25, "1.25"), (9.999, "10"), (48.12, "48.1"),
        (312.4, "312"), (999.6, "1,000"), (12_345, "12,300"), (190_123, "190,000"),
    ],
)  # fmt: skip
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text
