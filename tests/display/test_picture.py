"""A picture shows wherever a notebook is read: an SVG in an <img>, and the same in words."""

import pytest

from helpers.display.picture import Canvas, Picture, shorten

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror="alert(1)">',
    "</text></svg><p>",
    "' onload='alert(1)",
    "]]>",
    "a & b &amp; c &nosuch;",
    "<!-- --><![CDATA[",
]


def drawing(text: str) -> Picture:
    canvas = Canvas(300)
    canvas.text(10, 20, text)
    return canvas.picture(40, text, f"<p>{len(text)} characters</p>")


def test_it_is_an_image_with_an_alternative_text_and_what_stands_beneath(show) -> None:
    shown = show(drawing("a token"))
    assert (shown.alt, shown.texts, shown.image["width"]) == ("a token", ["a token"], "300")
    assert [name for name, _ in shown.page.tags] == ["img", "p"]
    assert shown.page.text == "7 characters"


def test_the_alternative_text_is_one_line_and_the_plain_text_keeps_its_lines(show) -> None:
    picture = Canvas(100).picture(10, "1. first\n2. second")
    assert show(picture).alt == "1. first 2. second"
    assert picture._repr_mimebundle_()["text/plain"] == "1. first\n2. second"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(show, text: str) -> None:
    shown = show(drawing(text))
    assert (shown.alt, shown.texts) == (text, [text])
    assert shown.page.names == {"img", "p"}
    assert set(shown.image) == {"alt", "width", "src"}


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31mred", "\ud800", "\ufffe", "\x07"])
def test_what_xml_cannot_hold_is_replaced_and_the_rest_is_drawn(show, text: str) -> None:
    shown = show(drawing(f"before {text} after"))
    assert shown.texts == [shown.alt]
    assert shown.alt.startswith("before ") and shown.alt.endswith(" after") and "\ufffd" in shown.alt


def test_every_language_is_drawn_as_it_is(show) -> None:
    assert show(drawing("Größe 大小 גודל 🔑")).texts == ["Größe 大小 גודל 🔑"]


def test_spaces_are_kept(show) -> None:
    shown = show(drawing("1  GET   /todos"))
    assert shown.texts == ["1  GET   /todos"]
    assert shown.all("text")[0].get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"


def test_it_needs_nothing_from_outside_and_no_style_sheet() -> None:
    canvas = Canvas(300)
    canvas.rect(0, 0, 10, 10, "#fff", radius=3)
    canvas.line(0, 0, 9, 9, "#000", dash="2 2")
    canvas.circle(5, 5, 2, "#000")
    canvas.arrow(0, 5, 90, "#000")
    canvas.text(5, 5, "x", bold=True, mono=True, anchor="middle", halo="#fff", length=30)
    svg = canvas.picture(40, "x").svg
    assert svg.count("http") == svg.count('xmlns="http://www.w3.org/2000/svg"') == 1
    assert not any(
        word in svg for word in ("<style", "style=", "class=", "<script", "href", "url(", "@import")
    )


def test_the_panel_fills_the_picture_whose_height_is_decided_last(show) -> None:
    canvas = Canvas(300)
    canvas.text(10, 120, "low")
    shown = show(canvas.picture(140, "low"))
    assert shown.root.get("viewBox") == "0 0 300 140"
    panel = shown.all("rect")[0]
    assert (panel.get("width"), panel.get("height")) == ("299", "139")
    assert panel.get("fill", "").startswith("#")


@pytest.mark.parametrize(("start", "end", "head"), [(10, 90, "M90 5 l-8 "), (90, 10, "M10 5 l8 ")])
def test_an_arrow_points_where_it_goes(show, start: int, end: int, head: str) -> None:
    canvas = Canvas(100)
    canvas.arrow(start, 5, end, "#000")
    shown = show(canvas.picture(10, "an arrow"))
    assert shown.all("path")[0].get("d", "").startswith(head)
    assert shown.all("line")[0].get("x1") == str(start)


def test_one_canvas_is_painted_on_top_of_another(show) -> None:
    below, above = Canvas(100), Canvas(100)
    above.text(0, 0, "above")
    below.text(0, 0, "below")
    below.add(above)
    assert show(below.picture(10, "two")).texts == ["below", "above"]


def test_shorten_leaves_what_fits() -> None:
    assert shorten("12345", 5) == "12345"
    assert shorten("123456", 5) == "1234…"
    assert shorten("", 5) == ""
