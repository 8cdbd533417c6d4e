"""A token's life on a line, and in words."""

import pytest

from helpers.display.picture import BAD, CLIENT
from helpers.display.timeline import duration, timeline

ISSUED, DAY = 1_700_000_000, 86_400


@pytest.mark.parametrize(
    ("lifetime", "age", "words"),
    [
        (DAY, 0, "was issued just now, lives for 24 h, and it runs for another 24 h."),
        (DAY, 59, "was issued just now, lives for 24 h, and it runs for another 23 h 59 min."),
        (DAY, 60, "was issued 1 min ago, lives for 24 h, and it runs for another 23 h 59 min."),
        (DAY, 1800, "was issued 30 min ago, lives for 24 h, and it runs for another 23 h 30 min."),
        (600, 599, "was issued 9 min 59 s ago, lives for 10 min, and it runs for another 1 s."),
        (600, 600, "was issued 10 min ago, lives for 10 min, and it ran out 0 s ago."),
        (600, 640, "was issued 11 min ago, lives for 10 min, and it ran out 40 s ago."),
        (600, -30, "was issued just now, lives for 10 min, and it runs for another 10 min."),
        (600, -300, "was issued 5 min from now, lives for 10 min, and it runs for another 15 min."),
    ],
)
def test_the_words(show, lifetime: int, age: int, words: str) -> None:
    shown = show(timeline(ISSUED, ISSUED + lifetime, ISSUED + age))
    assert shown.alt == f"The token {words}"
    assert shown.alt in shown.texts


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (0, "it ran out 0 s ago, within the leeway of 1 min."),
        (59, "it ran out 59 s ago, within the leeway of 1 min."),
        (60, "it ran out 1 min ago."),
    ],
)
def test_the_leeway_lets_a_token_in_a_little_longer(show, late: int, words: str) -> None:
    shown = show(timeline(ISSUED, ISSUED + 600, ISSUED + 600 + late, leeway=60))
    assert shown.alt.endswith(words)
    assert shown.all("circle")[0].get("fill") == (CLIENT if late < 60 else BAD)


@pytest.mark.parametrize("age", [-300, 0, 1, 43_200, DAY - 1, DAY, 10 * DAY])
def test_now_lies_where_it_belongs_and_on_the_panel(show, age: int) -> None:
    shown = show(timeline(ISSUED, ISSUED + DAY, ISSUED + age))
    place = {"".join(text.itertext()): float(text.get("x", "")) for text in shown.all("text")}
    assert all(0 < x < 860 for x in place.values())
    assert (place["now"] < place["exp"]) == (age < DAY)
    assert (place["now"] < place["iat"]) == (age < 0)
    assert place["iat"] < place["exp"]
    assert float(shown.all("circle")[0].get("cx", "")) == place["now"]


def test_the_claims_are_written_beneath_as_they_stand_in_the_token(show) -> None:
    assert {"iat", "1700000000", "exp", "1700086400"} < set(
        show(timeline(ISSUED, ISSUED + DAY, ISSUED)).texts
    )


@pytest.mark.parametrize(
    ("issued", "expires", "now"), [(0, 0, 0), (ISSUED, ISSUED, ISSUED), (ISSUED, ISSUED - 60, ISSUED)]
)
def test_a_token_with_no_life_at_all_is_drawn_too(show, issued: int, expires: int, now: int) -> None:
    shown = show(timeline(issued, expires, now))
    assert all(float(rect.get("width", "")) >= 0 for rect in shown.all("rect"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (570, "9 min 30 s"),
        (599, "9 min 59 s"),
        (600, "10 min"),
        (3_569, "59 min"),
        (3_599, "1 h"),
        (3_600, "1 h"),
        (84_600, "23 h 30 min"),
        (DAY, "24 h"),
        (36 * 3_600 + 60, "36 h 1 min"),
        (2 * DAY - 1, "2 days"),
        (30 * DAY, "30 days"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
