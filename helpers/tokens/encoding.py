"""The two encodings that JOSE is made of, base64url and JSON, read strictly: one meaning has one spelling.

Everything here raises ValueError with a sentence that repeats none of the input.
"""

from __future__ import annotations

import json
import math
import re
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from typing import Any, NoReturn

MAX_NESTING = 32
"""Levels of arrays and objects. RFC 8259 §9 lets a parser set a limit; JOSE needs no more than a few."""


def encode_base64url(octets: bytes) -> bytes:
    """base64url without padding (RFC 7515 §2)."""
    return urlsafe_b64encode(octets).rstrip(b"=")


def decode_base64url(text: bytes) -> bytes:
    """The octets that `text` spells, if it is their one canonical spelling (RFC 7515 §2, RFC 4648 §3.5)."""
    beyond = len(text) % 4
    if beyond and text[-1] not in _LAST[beyond]:
        raise Policy("not canonical base64url", "RFC 4648 §3.5 lets a reader refuse other spellings")
    try:
        return a2b_base64(text.translate(_TO_STANDARD) + _PADDING[beyond], strict_mode=True)
    except ValueError:
        raise ValueError("not base64url without padding") from None


# From base64url to the alphabet that Python reads strictly. What base64url must not hold becomes what neither has.
_TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"", b"==", b"=")
# By how many characters stand in the last group: one is too few for an octet, two and three leave four and two bits
# over. Those must be zero, or there would be other spellings of the same octets.
_LAST = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")


def decode_json(octets: bytes) -> Any:
    """The value of a JSON text in UTF-8 (RFC 8259), without what parsers disagree about.

    Refused: bytes that are not UTF-8, a byte-order mark (§8.1), lone surrogates (§8.2), NaN and Infinity (§6), numbers
    out of range, deep nesting (§9), and a member name that occurs twice in one object (§4). Header members and claims
    must be unique: RFC 7515 §4 and RFC 7519 §4 have a parser refuse others, or take the last. Not all take the last.
    """
    try:
        text = octets.decode("utf-8").strip(" \t\r\n")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    # Most claims are flat: no bracket opens behind the first one.
    if ("[" in text or text.rfind("{") > 0) and _is_too_deep(text):
        raise Policy("JSON nested too deeply", "RFC 8259 §9 lets a reader set a limit")
    try:
        value, end = _decoder.raw_decode(text)
    except (_Refused, Policy):
        raise
    except ValueError:  # an integer of thousands of digits too: Python refuses to read it
        raise ValueError("not JSON") from None
    if end != len(text):
        raise ValueError("not JSON alone")
    if "\\" in text and not _is_unicode(value):  # nothing but an escape can spell it
        raise Policy(
            "half of a surrogate pair", "RFC 8259 §8.2 permits it, and calls what follows unpredictable"
        )
    return value


class Policy(ValueError):
    """What the standards permit and parsers disagree about; so it is refused.

    clause: the one that permits it.
    """

    def __init__(self, sentence: str, clause: str) -> None:
        super().__init__(sentence)
        self.clause = f"policy; {clause}"


class _Refused(ValueError):
    """What the JSON parser would let through."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Policy("a member name that occurs twice", "RFC 7519 §4 also lets a reader take the last one")
    return members


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise Policy("a number out of range", "RFC 8259 §6 lets a reader set limits to numbers")
    return number


def _constant(name: str) -> NoReturn:
    raise _Refused("a number that JSON does not have")


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_float, parse_constant=_constant)

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def _is_too_deep(text: str) -> bool:
    """Whether more than MAX_NESTING arrays and objects lie in each other, brackets inside strings aside."""
    if text.count("[") + text.count("{") <= MAX_NESTING:
        return False
    depth = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            depth += 1
            if depth > MAX_NESTING:
                return True
        elif character in "]}":
            depth -= 1
    return False


def _is_unicode(value: Any) -> bool:
    """Whether all text in it can be written as UTF-8: JSON's escapes can spell half of a surrogate pair."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
