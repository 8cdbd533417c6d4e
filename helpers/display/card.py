"""Small HTML blocks: the lab's card, and what an exercise or a prediction answers.

Every block reads well with no style at all, since GitHub and an untrusted notebook remove it; colours are literal and
chosen to show on light and dark.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from helpers.display.picture import BAD, GOOD, MUTED, WARN

TONES = {"good": GOOD, "bad": BAD, "warn": WARN, "plain": MUTED}


@dataclass(frozen=True)
class Link:
    """A link in a block.

    :param href: where it leads.
    """

    text: str
    href: str


@dataclass(frozen=True)
class Card:
    """A title, rows of a label and what stands beside it, and sentences beneath."""

    title: str
    rows: Sequence[tuple[str, str | Link]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        width = max((len(label) for label, _ in self.rows), default=0)
        rows = [
            f"{label:<{width}}  {value.href if isinstance(value, Link) else value}"
            for label, value in self.rows
        ]
        return "\n".join([self.title, *rows, *self.notes])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        cell = "text-align:left;vertical-align:top"
        wide = f"{cell};overflow-wrap:anywhere"  # an address would not fit into a narrow window
        rows = "".join(
            f'<tr><th style="{cell}">{escape(label)}</th><td style="{wide}">{_value(value)}</td></tr>'
            for label, value in self.rows
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        html = f"<p><b>{escape(self.title)}</b></p><table>{rows}</table>{notes}"
        return {"text/html": html, "text/plain": str(self)}


def _value(value: str | Link) -> str:
    if isinstance(value, Link):
        return f'<a href="{escape(value.href)}" target="_blank">{escape(value.text)}</a>'
    return escape(value)


@dataclass(frozen=True)
class Fold:
    """What a reader opens, such as a hint: a summary, and sentences and code behind it.

    :param more: HTML beneath them, such as a picture.
    """

    summary: str
    sentences: Sequence[str]
    code: str = ""
    more: str = ""

    def html(self) -> str:
        """A closed fold-out; GitHub and a notebook that is not trusted keep it closed too."""
        text = "<br>".join(_marked(sentence) for sentence in self.sentences)
        code = f"<pre>{escape(self.code)}</pre>" if self.code else ""
        return f"<details><summary>{escape(self.summary)}</summary>{text}{code}{self.more}</details>"


@dataclass(frozen=True)
class Note:
    """A short answer to the learner: a headline in bold, then sentences.

    :param tone: good, bad, warn or plain.
    :param code: shown as it is, beneath the sentences.
    :param folds: fold-outs beneath all of it; as plain text they are left out.
    :param more: HTML beneath the sentences, such as a picture.
    """

    headline: str
    sentences: Sequence[str] = ()
    tone: str = "plain"
    code: str = ""
    folds: Sequence[Fold] = ()
    more: str = ""

    def __str__(self) -> str:
        return "\n".join(
            [f"{self.headline} {' '.join(self.sentences)}".rstrip(), *([self.code] if self.code else [])]
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        style = f"border-left:4px solid {TONES[self.tone]};padding:0.3em 0.9em;margin:0.2em 0"
        code = f'<pre style="margin:0.6em 0 0 0">{escape(self.code)}</pre>' if self.code else ""
        text = "<br>".join(_marked(sentence) for sentence in self.sentences)
        folds = "".join(fold.html() for fold in self.folds)
        html = f'<div style="{style}"><b>{escape(self.headline)}</b> {text}{code}{self.more}{folds}</div>'
        return {"text/html": html, "text/plain": str(self)}


def _marked(sentence: str) -> str:
    """HTML of a sentence in which `backticks` stand around code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(sentence))
