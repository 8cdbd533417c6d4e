"""A line-up says whether the good token gets in, how many bad ones do, and how many could not be made."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from helpers.display.lineup import LineUp, Outcome, Suspect
from helpers.display.picture import BAD, MUTED, WARN
from helpers.display.picture import GOOD as GREEN

GOOD = Suspect("a good token", "is what the issuer made", good=True, outcome="let in")
FORGED = Suspect("alg none", "has no signature", good=False, outcome="refused", said="no")


def test_the_headline_counts() -> None:
    assert LineUp([GOOD, FORGED]).headline == "0 of 1 bad tokens get in; the good one gets in."


def test_it_says_what_another_issuer_s_private_key_would_take() -> None:
    """Lesson 04 with an issuer of one's own: only the local one lends its key to the attacker."""
    line_up = LineUp([GOOD, FORGED], left_out=4)
    assert line_up.headline.endswith(
        "4 more take the issuer's private key, which this issuer keeps to itself."
    )
    assert line_up.headline in str(line_up)


@pytest.mark.parametrize(
    ("good", "bad", "headline"),
    [
        ("let in", ["let in", "refused"], "1 of 2 bad tokens get in (alg none 0); the good one gets in."),
        ("refused", ["refused"], "The good token is refused, and 0 of 1 bad tokens get in."),
        (
            "let in",
            ["broke", "refused"],
            "0 of 2 bad tokens get in, 1 broke your function; the good one gets in.",
        ),
        (
            "broke",
            ["broke", "broke", "not tried"],
            "The good token does not get in: your function broke."
            " 0 of 3 bad tokens get in, 2 broke your function, 1 was not tried.",
        ),
        (
            "refused",
            ["broke", "not tried", "not tried"],
            "The good token is refused, and 0 of 3 bad tokens get in, 1 broke your function, 2 were not tried.",
        ),
    ],
)
def test_a_good_token_that_does_not_get_in_comes_first(
    good: Outcome, bad: list[Outcome], headline: str
) -> None:
    suspects = [replace(FORGED, name=f"alg none {n}", outcome=outcome) for n, outcome in enumerate(bad)]
    line_up = LineUp([replace(GOOD, outcome=good), *suspects])
    assert line_up.headline == headline
    assert str(line_up).startswith(headline)


def test_the_rows_tell_what_broke_from_what_was_refused(page: Callable[[Any], Any]) -> None:
    broke = replace(FORGED, outcome="broke", said="raised KeyError: 'kid' (line 3 of the cell).")
    line_up = LineUp([GOOD, FORGED, broke, replace(FORGED, outcome="not tried", said="it was not asked")])
    assert str(line_up).splitlines()[1:] == [
        "let in   a good token: is what the issuer made",
        "refused  alg none: no",
        "broke    alg none: raised KeyError: 'kid' (line 3 of the cell).",
        "not tried  alg none: it was not asked",
    ]
    html = page(line_up).html
    for colour, word in ((GREEN, "let in"), (GREEN, "refused"), (WARN, "broke"), (MUTED, "not tried")):
        assert f'<b style="color:{colour};white-space:nowrap">{word}</b>' in html
    assert f'color:{BAD};white-space:nowrap">broke' in page(LineUp([replace(GOOD, outcome="broke")])).html
