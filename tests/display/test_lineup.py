"""A line-up says how many bad tokens get in, and how many could not be made."""

from helpers.display.lineup import LineUp, Suspect

GOOD = Suspect("a good token", "is what the issuer made", good=True, let_in=True)
FORGED = Suspect("alg none", "has no signature", good=False, let_in=False, said="no")


def test_the_headline_counts() -> None:
    assert LineUp([GOOD, FORGED]).headline == "0 of 1 bad tokens get in; the good one gets in."


def test_it_says_what_another_issuer_s_private_key_would_take() -> None:
    """Lesson 04 with an issuer of one's own: only the local one lends its key to the attacker."""
    line_up = LineUp([GOOD, FORGED], left_out=4)
    assert line_up.headline.endswith(
        "4 more take the issuer's private key, which this issuer keeps to itself."
    )
    assert line_up.headline in str(line_up)
