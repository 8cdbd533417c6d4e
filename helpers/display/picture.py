"""A picture that shows everywhere a notebook is read.

JupyterLab strips styles and inline SVG from a notebook that it did not run itself, and GitHub draws neither SVG outputs
nor widgets. An SVG in an ``<img>`` data URI shows in both, so every picture is one, on a panel of its own colour, with
an alternative text that tells the same in words.
"""

import base64
import re
from dataclasses import dataclass
from html import escape
from typing import Literal

SANS = "-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"
MONO = "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace"

INK, MUTED, PANEL, BORDER = "#1f2933", "#52606d", "#fbfcfd", "#cbd2d9"
CLIENT, SERVER, API = "#005b96", "#00796b", "#c2571a"
GOOD, BAD, WARN = "#1a7f37", "#c62828", "#9a6700"

_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2


@dataclass(frozen=True)
class Picture:
    """An SVG and the same story in words; shows itself at the end of a cell.

    :param svg: a whole SVG document.
    :param alt: what it shows, one line for each statement.
    :param width: in CSS pixels.
    :param below: HTML that stands beneath the picture.
    """

    svg: str
    alt: str
    width: int
    below: str = ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        data = base64.b64encode(self.svg.encode()).decode()
        alt = escape(" ".join(self.alt.split("\n")))
        image = f'<img alt="{alt}" width="{self.width}" src="data:image/svg+xml;base64,{data}">'
        return {"text/html": image + self.below, "text/plain": self.alt}


class Canvas:
    """Collects SVG elements; the height may be decided last.

    :param width: in CSS pixels.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._elements: list[str] = []

    def add(self, other: "Canvas") -> None:
        """Draw everything of another canvas on top."""
        self._elements += other._elements

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0) -> None:
        """A filled rectangle."""
        self._elements.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}"/>'
        )

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1.5, dash: str = ""
    ) -> None:
        """A straight line; ``dash`` is SVG's stroke-dasharray."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._elements.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}"'
            f' stroke-width="{width:g}"{dashes}/>'
        )

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        """A filled circle."""
        self._elements.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"/>')

    def arrow(self, x1: float, y: float, x2: float, colour: str, *, dash: str = "") -> None:
        """A horizontal arrow from x1 to x2."""
        back = 8 if x2 < x1 else -8
        self.line(x1, y, x2 + back / 2, y, colour, width=1.8, dash=dash)
        self._elements.append(
            f'<path d="M{x2:g} {y:g} l{back} -4.5 v9 z" fill="{colour}"/>',
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        colour: str = INK,
        size: float = 13,
        bold: bool = False,
        mono: bool = False,
        anchor: Literal["start", "middle", "end"] = "start",
        halo: str = "",
        length: float = 0,
    ) -> None:
        """One line of text; ``halo`` paints a rim of that colour, so that it reads on top of lines, and ``length``
        makes it exactly so many pixels long, whatever font the reader has."""
        rim = (
            f' stroke="{halo}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"' if halo else ""
        )
        weight = ' font-weight="600"' if bold else ""
        family = f' font-family="{MONO}"' if mono else ""
        stretch = f' textLength="{length:g}"' if length else ""
        self._elements.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}"'
            f'{weight}{family}{rim}{stretch} xml:space="preserve">{escape(text)}</text>'
        )

    def picture(self, height: float, alt: str, below: str = "") -> Picture:
        """The picture of everything collected, on its panel."""
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{height:g}"'
            f' viewBox="0 0 {self.width} {height:g}" font-family="{SANS}">'
            f'<rect x="0.5" y="0.5" width="{self.width - 1}" height="{height - 1:g}" rx="8" fill="{PANEL}"'
            f' stroke="{BORDER}"/>{"".join(self._elements)}</svg>'
        )
        return Picture(_legal(svg), _legal(alt), self.width, _legal(below))


def _legal(text: str) -> str:
    """The text without what no XML document may hold, such as a NUL: one of them and nothing would be drawn."""
    return _NOT_IN_XML.sub("\ufffd", text)


def shorten(text: str, length: int) -> str:
    """The text, cut to so many characters with an ellipsis as the last one."""
    return text if len(text) <= length else text[: length - 1] + "…"
