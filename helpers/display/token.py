"""A token in three colours: header, payload, signature."""

from helpers.display.picture import API, CLIENT, INK, MUTED, SERVER, Canvas, Picture

ALT = (
    "A token: three long words with a dot between them."
    " The first is the header, the second the payload, the third the signature."
)
PARTS = (("header", CLIENT), ("payload", SERVER), ("signature", API))

_WIDTH, _MARGIN, _LINE, _SIZE = 860, 24, 19, 13
_ADVANCE = 0.6023 * _SIZE  # what one character of a monospaced font takes
_COLUMNS = int((_WIDTH - 2 * _MARGIN) / _ADVANCE)


def token_in_colours(token: str) -> Picture:
    """Draw a compact token, each part in its colour, the dots between them in black.

    :param token: of three parts; whether they decode does not matter.
    :raises ValueError: it has more or fewer parts.
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("A signed token has three parts with a dot between them.")
    letters: list[tuple[str, str]] = []
    for part, (_, colour) in zip(parts, PARTS, strict=True):
        letters += [(".", INK)] if letters else []
        letters += [(character, colour) for character in part]

    canvas, x = Canvas(_WIDTH), float(_MARGIN)
    for name, colour in PARTS:
        canvas.rect(x, 20, 12, 12, colour, radius=3)
        canvas.text(x + 18, 31, name, colour=colour, bold=True)
        x += 120
    y = 62.0
    for start in range(0, len(letters), _COLUMNS):
        row, column = letters[start : start + _COLUMNS], 0
        while column < len(row):
            colour = row[column][1]
            end = column
            while end < len(row) and row[end][1] == colour:
                end += 1
            text = "".join(character for character, _ in row[column:end])
            canvas.text(
                _MARGIN + column * _ADVANCE,
                y,
                text,
                colour=colour,
                size=_SIZE,
                mono=True,
                length=len(text) * _ADVANCE,
            )
            column = end
        y += _LINE
    canvas.text(_WIDTH - _MARGIN, 31, f"{len(token)} characters", colour=MUTED, size=12, anchor="end")
    return canvas.picture(y + 2, ALT)
