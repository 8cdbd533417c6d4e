"""The inspector: a token to edit, and two answers beneath it that are kept apart. What does it say? Is it genuine?

The picture and the two answers are plain HTML, so the last state shows with no kernel behind the page. The text fields
above them are widgets, and appear only where a kernel runs.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from IPython.display import display

from helpers.display.picture import BAD, GOOD
from helpers.display.token import token_in_colours

Verify = Callable[[str], Mapping[str, Any]]


class Inspector:
    """A token whose header and payload can be changed, while its signature stays what it was.

    :param token: a compact token of three parts.
    :param verify: raises an exception with a sentence when the token is not genuine.
    """

    def __init__(self, token: str, verify: Verify) -> None:
        self._verify = verify
        self._original = token.split(".")
        header, payload, _ = self._original
        self._texts = {"header": _pretty(header), "payload": _pretty(payload)}
        self._handle: Any = None

    @property
    def token(self) -> str:
        """The token as it stands now."""
        header, payload, signature = self._original
        return ".".join(
            (_encoded(self._texts["header"], header), _encoded(self._texts["payload"], payload), signature)
        )

    def edit(self, **changes: Mapping[str, Any]) -> "Inspector":
        """Change members of the header or the payload: ``edit(payload={"scope": "admin"})``; None removes one."""
        for part, members in changes.items():
            merged = {**json.loads(self._texts[part]), **members}
            kept = {name: value for name, value in merged.items() if value is not None}
            self._texts[part] = json.dumps(kept, indent=2, ensure_ascii=False)
        return self

    def answers(self) -> tuple[str, str]:
        """What decoding says, and what verifying says, in one sentence each."""
        try:
            for text in self._texts.values():
                json.loads(text)
        except ValueError as error:
            return f"No: this is not JSON ({error}).", "No: what cannot be read cannot be genuine."
        try:
            self._verify(self.token)
        except Exception as refusal:  # whatever the verifier says no with
            return "Yes: anyone can, with no key at all.", f"No: {refusal}"
        return (
            "Yes: anyone can, with no key at all.",
            "Yes: the issuer signed exactly this, and every claim holds.",
        )

    def show(self) -> None:
        """Show the inspector; where a kernel runs, with fields to edit it in."""
        if os.environ.get("COURSE_WIDGETS") != "off":
            display(self._controls())
        self._handle = display(self, display_id=True)

    def _controls(self) -> Any:
        import ipywidgets as widgets

        fields = [
            widgets.Textarea(
                value=text, description=part, rows=min(14, text.count("\n") + 2), layout={"width": "95%"}
            )
            for part, text in self._texts.items()
        ]
        back = widgets.Button(description="as it was", tooltip="Undo every change")
        originals = dict(self._texts)

        def changed(event: dict[str, Any]) -> None:
            self._texts[event["owner"].description] = event["new"]
            if self._handle is not None:
                self._handle.update(self)

        def undo(button: Any) -> None:
            for field in fields:
                field.value = originals[field.description]

        for field in fields:
            field.observe(changed, names="value")
        back.on_click(undo)
        return widgets.VBox([*fields, back])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        decoded, verified = self.answers()
        picture = token_in_colours(self.token)._repr_mimebundle_()
        texts = "".join(f"<b>{part}</b><pre>{escape(text)}</pre>" for part, text in self._texts.items())
        html = (
            f"{picture['text/html']}"
            f'<p style="margin-bottom:0"><b>Decode it: can it be read?</b> {escape(decoded)}</p>'
            f"<details><summary>what it says</summary>{texts}</details>"
            f'<p style="border-left:4px solid {GOOD if verified.startswith("Yes") else BAD};padding:0.2em 0.8em">'
            f"<b>Verify it: is it genuine?</b> {escape(verified)}</p>"
        )
        return {"text/html": html, "text/plain": f"Decode it: {decoded}\nVerify it: {verified}"}


def _pretty(segment: str) -> str:
    return json.dumps(
        json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4))), indent=2, ensure_ascii=False
    )


def _encoded(text: str, original: str) -> str:
    """The segment of a text; the original one while nothing was typed, so that the signature still fits."""
    if text == _pretty(original):
        return original
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")
