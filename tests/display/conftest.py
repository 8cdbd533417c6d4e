"""What a reader of a page gets to see of a block: the image and its words, or the text of the HTML."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from helpers.display.exchange import Exchange

SVG = "{http://www.w3.org/2000/svg}"
VOID = ("img", "hr", "br")


class Page(HTMLParser):
    """HTML, parsed strictly enough to notice a tag that should have been escaped or was never closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def names(self) -> set[str]:
        """The names of all the tags."""
        return {name for name, _ in self.tags}

    @property
    def text(self) -> str:
        """What is left when every tag and every style is taken away."""
        return " ".join(self.pieces)

    def inside(self, name: str) -> list[str]:
        """The texts of all elements of that name."""
        return [unescape(text) for text in re.findall(rf"<{name}[^>]*>(.*?)</{name}>", self.html, re.DOTALL)]


@dataclass
class Shown:
    """A picture as the browser has it."""

    page: Page
    image: dict[str, str | None]
    root: ElementTree.Element

    @property
    def alt(self) -> str:
        return self.image["alt"] or ""

    @property
    def texts(self) -> list[str]:
        """The lines of text in the order in which they are painted."""
        return ["".join(element.itertext()) for element in self.root.iter(f"{SVG}text")]

    def all(self, name: str) -> list[ElementTree.Element]:
        """The SVG elements of that name."""
        return list(self.root.iter(f"{SVG}{name}"))


@pytest.fixture
def page() -> Callable[[Any], Page]:
    """The HTML of a block, parsed."""
    return lambda block: Page(block._repr_mimebundle_()["text/html"])


@pytest.fixture
def show(page: Callable[[Any], Page]) -> Callable[[Any], Shown]:
    """A picture, taken out of the HTML, decoded and parsed as XML."""

    def shown(picture: Any) -> Shown:
        parsed = page(picture)
        name, image = parsed.tags[0]
        kind, _, data = (image["src"] or "").partition(",")
        assert (name, kind) == ("img", "data:image/svg+xml;base64")
        return Shown(parsed, image, ElementTree.fromstring(base64.b64decode(data, validate=True)))  # noqa: S314  # our own

    return shown


@pytest.fixture
def exchange() -> Callable[..., Exchange]:
    """An exchange between client and Todo API, changed as a test needs it."""

    def made(**changes: Any) -> Exchange:
        values: dict[str, Any] = {
            "source": "Client",
            "target": "Todo API",
            "method": "GET",
            "host": "127.0.0.1:3001",
            "path": "/todos",
            "request_headers": (),
            "request_body": "",
            "started": 1.0,
            "ended": 2.0,
            "status": 200,
            "reason": "OK",
        }
        return Exchange(**(values | changes))

    return made
