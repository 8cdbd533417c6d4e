"""Values that are nearly the right one: what a comparison lets in that is not exact."""

from typing import Any


def near(text: str) -> list[tuple[str, str]]:
    """Strings that differ a little from this one, each with what it is. They need not be longer than two characters."""
    return [
        ("a slash more at its end", f"{text}/"),
        ("its last character missing", text[:-1]),
        ("its first character missing", text[1:]),
        ("a space behind it", f"{text} "),
        ("a space before it", f" {text}"),
        ("a line break behind it", f"{text}\n"),
        ("a tab behind it", f"{text}\t"),
        ("a null character behind it", f"{text}\0"),
        ("capital letters", text.upper()),
        ("small letters", text.lower()),
        ("capital and small letters exchanged", text.swapcase()),
        ("one character more behind it", f"{text}x"),
        ("something before it", f"x{text}"),
        ("a comma and another name behind it", f"{text},other"),
        ("a space and another name behind it", f"{text} other"),
        ("another name and a space before it", f"other {text}"),
        ("a dot and another name behind it", f"{text}.evil.example"),
        ("a question mark behind it", f"{text}?x=1"),
        ("a fragment behind it", f"{text}#x"),
        ("another address around it", f"https://evil.example/?{text}"),
        ("itself twice", text + text),
        ("a letter outside ASCII behind it", f"{text}\N{LATIN SMALL LETTER E WITH ACUTE}"),
        ("its first character in full width", chr(ord(text[0]) + 0xFEE0) + text[1:]),
        ("its first character written as a percent-escape", f"%{ord(text[0]):02x}{text[1:]}"),
        ("only what stands before its first slash", text.partition("/")[0]),
        ("only its first half", text[: len(text) // 2]),
    ]


def unlike(text: str) -> list[tuple[str, str]]:
    """:func:`near` without what happens to be the string itself."""
    return [(what, other) for what, other in near(text) if other != text]


def odd(text: str) -> list[tuple[str, Any]]:
    """The right string in another JSON type, and what else is no string; each with what it is."""
    return [
        ("null", None),
        ("true", True),
        ("the number 0", 0),
        ("an empty string", ""),
        ("an empty list", []),
        ("an empty object", {}),
        ("an object that has the right string as a name", {text: 1}),
        ("a list in a list", [[text]]),
    ]
