"""The lab's card and the answers to a learner: HTML that reads with no style, and the same as plain text."""

import pytest

from helpers.display.card import TONES, Card, Link, Note

CARD = Card(
    "The lab is running",
    [("Issuer", "http://127.0.0.1:9000/"), ("Its API", Link("the docs", "http://127.0.0.1:3001/docs"))],
    ["Stop it with lab.stop()."],
)


def test_a_card_in_plain_text_is_a_table() -> None:
    assert str(CARD).splitlines() == [
        "The lab is running",
        "Issuer   http://127.0.0.1:9000/",
        "Its API  http://127.0.0.1:3001/docs",
        "Stop it with lab.stop().",
    ]


def test_a_card_in_html_is_a_table_too(page) -> None:
    shown = page(CARD)
    assert shown.inside("th") == ["Issuer", "Its API"]
    assert shown.pieces == [
        "The lab is running",
        "Issuer",
        "http://127.0.0.1:9000/",
        "Its API",
        "the docs",
        "Stop it with lab.stop().",
    ]
    assert ("a", {"href": "http://127.0.0.1:3001/docs", "target": "_blank"}) in shown.tags


def test_a_card_may_have_no_rows(page) -> None:
    card = Card("Nothing yet", [])
    assert str(card) == "Nothing yet"
    assert page(card).text == "Nothing yet"


HOSTILE = """<script>alert("1")</script> & 'x'"""


def test_whatever_stands_in_a_card_stays_text(page) -> None:
    shown = page(Card(HOSTILE, [(HOSTILE, HOSTILE), ("a", Link(HOSTILE, '"><script>'))], [HOSTILE]))
    assert shown.names == {"p", "b", "table", "tr", "th", "td", "a"}
    assert shown.pieces.count(HOSTILE) == 5
    assert ("a", {"href": '"><script>', "target": "_blank"}) in shown.tags


def test_a_note_reads_without_any_style(page) -> None:
    note = Note("Not yet.", ["The first.", "The second."], "warn", "x = 1\ny = 2")
    shown = page(note)
    assert shown.text.split() == str(note).split()
    assert [name for name, _ in shown.tags] == ["div", "b", "br", "pre"]
    assert str(note) == "Not yet. The first. The second.\nx = 1\ny = 2"


def test_a_headline_is_enough(page) -> None:
    assert str(Note("Correct.")) == "Correct."
    assert page(Note("Correct.")).text.strip() == "Correct."


@pytest.mark.parametrize(
    ("sentence", "html"),
    [
        ("Return `None` here.", "Return <code>None</code> here."),
        ("`a` and `b`", "<code>a</code> and <code>b</code>"),
        ("`<b>` & `x['y']`", "<code>&lt;b&gt;</code> &amp; <code>x[&#x27;y&#x27;]</code>"),
        ("nothing marked", "nothing marked"),
        ("one ` alone", "one ` alone"),
        ("`code` and one ` alone", "<code>code</code> and one ` alone"),
        ("", ""),
    ],
)
def test_backticks_stand_around_code(sentence: str, html: str) -> None:
    shown = Note("Headline.", [sentence])._repr_mimebundle_()["text/html"]
    assert f"<b>Headline.</b> {html}</div>" in shown


def test_code_is_shown_as_it_is_backticks_and_tags_included(page) -> None:
    code = 'if a < b and "`" in c:\n    return "<script>&amp;"'
    assert page(Note("Hint.", code=code)).inside("pre") == [code]


def test_whatever_stands_in_a_note_stays_text(page) -> None:
    shown = page(Note(HOSTILE, [HOSTILE, f"`{HOSTILE}`"], "bad", HOSTILE))
    assert shown.names == {"div", "b", "br", "code", "pre"}
    assert [piece.strip() for piece in shown.pieces if piece.strip()] == [HOSTILE] * 4


def test_the_tones_differ(page) -> None:
    borders = {page(Note("x", tone=tone)).tags[0][1]["style"] for tone in TONES}
    assert len(borders) == len(TONES) == 4
