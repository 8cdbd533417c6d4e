"""The scoreboard: what it says without any style, and what it draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from helpers.display.picture import BAD, GOOD, WARN
from helpers.display.scoreboard import Before, GoodRow, Raw, Row, Scoreboard

NONE = Row(
    name="alg none",
    family="signature",
    story="says that it needs no signature",
    gain="Anyone is whoever they like.",
    clause="RFC 8725 §3.1",
    clause_url="https://www.rfc-editor.org/rfc/rfc8725#section-3.1",
    source="CVE-2018-1000531",
    verdict="stopped",
)
FOREIGN = replace(NONE, name="foreign key", story="signs with a key of its own", source="")
EXPIRED = replace(
    NONE,
    name="expired",
    family="claims",
    story="was good until an hour before",
    gain="An old token is still good.",
    clause="RFC 7519 §4.1.4",
    source="",
)
GOODS = [GoodRow("as issued", "is what the issuer made", True), GoodRow("at+jwt", "names its type", True)]


def board(*rows: Row, **options: Any) -> Scoreboard:
    return Scoreboard(rows, options.pop("goods", GOODS), through="your verify", **options)


def into(row: Row, verdict: Any = "let in", said: str = "") -> Row:
    return replace(row, verdict=verdict, said=said)


def test_a_full_board() -> None:
    full = board(NONE, FOREIGN, EXPIRED)
    assert full.full
    assert (full.stopped, full.let_in, full.turned_away) == (["alg none", "foreign key", "expired"], [], [])
    assert str(full).splitlines() == [
        "None of 3 attacks gets in through your verify; all 2 good tokens get in.",
        "signature: 2 of 2 stopped",
        "claims: 1 of 1 stopped",
    ]


def test_what_got_in_is_told_with_its_clause() -> None:
    assert str(board(into(NONE), FOREIGN, into(EXPIRED))).splitlines() == [
        "2 of 3 attacks get in through your verify; all 2 good tokens get in.",
        "signature: 1 of 2 stopped",
        "claims: 0 of 1 stopped",
        "let in  alg none: says that it needs no signature (RFC 8725 §3.1)",
        "let in  expired: was good until an hour before (RFC 7519 §4.1.4)",
    ]


def test_everything_else_that_can_go_wrong() -> None:
    away = [GOODS[0], replace(GOODS[1], let_in=False, said="raised ValueError: no")]
    wrong = board(
        into(NONE, "broke", "raised KeyError: 'exp'"),
        into(FOREIGN, "called"),
        into(EXPIRED, "echoed"),
        goods=away,
        left_out=[(3, "only the issuer can sign this one")],
    )
    assert not wrong.full
    assert (wrong.broke, wrong.turned_away) == (["alg none"], ["at+jwt"])
    assert str(wrong).splitlines() == [
        "Only 1 of 2 good tokens gets in through your verify; none of 3 attacks gets in, 1 is refused by accident,"
        " 1 makes it call the attacker, 1 comes back in the answer.",
        "signature: 0 of 2 stopped",
        "claims: 0 of 1 stopped",
        "broke  alg none: raised KeyError: 'exp' (RFC 8725 §3.1)",
        "called  foreign key: signs with a key of its own (RFC 8725 §3.1)",
        "echoed  expired: was good until an hour before (RFC 7519 §4.1.4)",
        "turned away  at+jwt: raised ValueError: no",
        "left out  3: only the issuer can sign this one",
    ]


@pytest.mark.parametrize(("count", "words"), [(1, "1 of 2 attacks gets in"), (2, "2 of 2 attacks get in")])
def test_one_attack_and_two(count: int, words: str) -> None:
    rows = [into(NONE), into(FOREIGN) if count == 2 else FOREIGN]
    assert board(*rows).headline.startswith(words)


def test_good_tokens_that_are_turned_away_come_first() -> None:
    """A function that breaks on every token once had the headline 'None of 193 attacks gets in'."""
    nobody = [replace(good, let_in=False, said="raised NameError: x") for good in GOODS]
    broken = board(into(NONE, "broke"), into(FOREIGN, "broke"), goods=nobody)
    assert broken.headline == (
        "None of 2 good tokens gets in through your verify; none of 2 attacks gets in, 2 are refused by accident."
    )
    careless = board(into(NONE), into(FOREIGN), EXPIRED, goods=[*GOODS, nobody[0]])
    assert careless.headline == ("Only 2 of 3 good tokens get in through your verify; 2 of 3 attacks get in.")
    assert board(goods=nobody).headline == (
        "None of 2 good tokens gets in through your verify; no attack was tried."
    )


def test_a_board_without_attacks_or_with_a_good_token_turned_away_is_not_full() -> None:
    assert not board().full
    assert not board(NONE, goods=[replace(GOODS[0], let_in=False)]).full


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (None, ""),
        ({}, ""),
        ({"something else": "let in"}, ""),
        ({"alg none": "stopped", "expired": "let in"}, "the same are stopped."),
        ({"alg none": "let in"}, "1 more is stopped."),
        ({"alg none": "broke", "foreign key": "called"}, "2 more are stopped."),
        ({"expired": "stopped"}, "1 more gets in."),
        ({"alg none": "let in", "expired": "stopped"}, "1 more gets in, 1 more is stopped."),
        ({"at sea": "stopped", "at home": "stopped"}, "2 more go wrong otherwise."),
        ({"at sea": "stopped", "expired": "stopped"}, "1 more gets in, 1 more goes wrong otherwise."),
    ],
)  # fmt: skip
def test_the_difference_to_the_run_before(before: Any, said: str) -> None:
    before = before and {name: Before(verdict, "before") for name, verdict in before.items()}
    other = [into(replace(FOREIGN, name="at sea"), "echoed"), into(replace(FOREIGN, name="at home"), "broke")]
    now = board(NONE, FOREIGN, into(EXPIRED), *other, before=before)
    assert now.difference == (said and f"Compared with the run before (before): {said}")
    assert (now.difference in str(now).splitlines()) == bool(said)


def test_what_it_is_compared_with_may_be_several_runs() -> None:
    before = {"alg none": Before("let in", "careless and mine"), "expired": Before("let in", "mine")}
    said = "Compared with the runs before (careless and mine; mine): 2 more are stopped."
    assert board(NONE, FOREIGN, EXPIRED, before=before).difference == said
    assert board(EXPIRED, before=before).difference.startswith("Compared with the run before (mine): ")


def test_the_names_behind_the_difference_are_folded_up(page: Callable[[Any], Any]) -> None:
    many = [replace(NONE, name=f"attack {number}") for number in range(20)]
    before = {row.name: Before("let in", "<lambda>") for row in many} | {"expired": Before("stopped", "mine")}
    shown = page(board(*many, into(EXPIRED), before=before))
    assert shown.tags.index(("details", {})) < shown.tags.index(("img", dict(shown.tags)["img"]))
    assert shown.inside("summary")[0] == (
        "Compared with the runs before (<lambda>; mine): 1 more gets in, 20 more are stopped."
    )
    assert "<lambda>" not in shown.html
    words = " ".join(shown.text.split())
    assert "Get in: " not in words and "Gets in: expired." in words
    assert f"Are stopped: {', '.join(row.name for row in many)}." in words
    same = page(board(NONE, before={"alg none": Before("stopped", "mine")}))
    assert "Compared with the run before (mine): the same are stopped." in same.inside("p")


def test_the_page_reads_without_style_and_links_each_clause(page: Callable[[Any], Any]) -> None:
    shown = page(board(into(NONE), into(FOREIGN, "broke", "raised <b>"), EXPIRED))
    assert shown.names == {"p", "b", "img", "details", "summary", "ul", "li", "a"}
    assert "style=" not in shown.html
    assert shown.inside("summary") == ["<b>signature</b>: 2 of 2 not stopped", "<b>claims</b>: all 1 stopped"]
    assert ("a", {"href": NONE.clause_url}) in shown.tags
    words = " ".join(shown.text.split())
    assert (
        "Anyone is whoever they like. alg none says that it needs no signature. RFC 8725 §3.1 , CVE-2018"
        in words
    )
    assert "It was refused by accident: something broke (raised <b>)." in words
    assert "Stopped: expired." in words


def test_a_policy_is_no_link(page: Callable[[Any], Any]) -> None:
    shown = page(board(into(replace(NONE, clause="policy", clause_url="", source="")), EXPIRED))
    assert "a" not in shown.names
    assert "says that it needs no signature. policy." in " ".join(shown.text.split())


def test_a_family_of_few_is_unfolded_and_one_of_many_is_not(page: Callable[[Any], Any]) -> None:
    def unfolded(*rows: Row) -> list[bool]:
        return ["open" in attributes for name, attributes in page(board(*rows)).tags if name == "details"]

    many = [into(replace(NONE, name=f"attack {number}")) for number in range(13)]
    assert unfolded(into(NONE), EXPIRED) == [True, False]
    assert unfolded(*many, EXPIRED) == [False, False]
    assert unfolded(*many, into(EXPIRED)) == [False, True]
    assert unfolded(*many[:12], EXPIRED) == [True, False]


def test_good_tokens_turned_away_and_what_was_left_out_stand_there(page: Callable[[Any], Any]) -> None:
    away = [replace(GOODS[0], let_in=False, said="raised ValueError: no")]
    words = " ".join(page(board(NONE, goods=away, left_out=[(2, "nobody can sign them")])).text.split())
    assert (
        "Good tokens that were turned away: as issued is what the issuer made: raised ValueError: no" in words
    )
    assert "2 left out: nobody can sign them." in words


def test_an_answer_that_is_not_the_right_one_is_told(page: Callable[[Any], Any]) -> None:
    loose = board(replace(NONE, answer="answered 403 Forbidden, and 401 is right"), EXPIRED)
    assert (loose.full, loose.misanswered) == (True, ["alg none"])
    assert str(loose).splitlines()[-1] == "other answer  alg none: answered 403 Forbidden, and 401 is right"
    words = " ".join(page(loose).text.split())
    assert (
        "Stopped, with another answer than they deserve: alg none says that it needs no signature:" in words
    )
    assert "answered 403 Forbidden, and 401 is right" in words


def test_the_bars_are_as_long_as_what_they_count(show: Callable[[Any], Any]) -> None:
    rows = [into(NONE), into(FOREIGN, "broke"), EXPIRED, replace(EXPIRED, name="exp is now")]
    shown = show(board(*rows).picture())
    assert shown.alt == "signature: 0 of 2 stopped. claims: 2 of 2 stopped. all: 2 of 4 stopped."
    bars = [(rect.get("fill"), float(rect.get("width") or 0)) for rect in shown.all("rect")[1:]]
    assert bars == [(WARN, 200), (BAD, 200), (GOOD, 400), (GOOD, 200), (WARN, 100), (BAD, 100)]
    assert [text for text in shown.texts if " of " in text] == ["0 of 2", "2 of 2", "2 of 4"]


def test_one_family_has_no_bar_for_all(show: Callable[[Any], Any]) -> None:
    assert show(board(NONE, FOREIGN).picture()).alt == "signature: 2 of 2 stopped."


def test_a_row_raw(page: Callable[[Any], Any]) -> None:
    raw = Raw("alg none", "the Todo API", "GET /todos HTTP/1.1\nHost: <x>", "HTTP/1.1 401 Unauthorized")
    shown = board(NONE, raw=[raw]).raw("alg none")
    assert str(shown) == "GET /todos HTTP/1.1\nHost: <x>\n\nHTTP/1.1 401 Unauthorized"
    assert page(shown).inside("pre") == ["GET /todos HTTP/1.1\nHost: <x>", "HTTP/1.1 401 Unauthorized"]
    long = replace(raw, sent="A" * 100_000)
    assert len(str(long)) < 4_000 and "(cut here)" in str(long)
    with pytest.raises(ValueError, match="no 'none' on this board"):
        board(NONE).raw("none")
