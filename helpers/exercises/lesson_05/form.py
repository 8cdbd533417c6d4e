"""Lesson 05, the fourth family: one token, several readings."""

import base64
import json

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.predict import Prediction
from helpers.exercises.refusals import accepts, refuses

respelled = Prediction(
    name="respelled",
    lesson="05",
    options=(200, 400, 401),
    answer=200,
    because="The last character carries four bits that the decoder drops, so the bytes of the signature are the same. There are sixteen spellings of every such token.",
    otherwise={
        400: "400 would mean that the header was malformed. It is as well formed as before.",
        401: "401 would mean that the signature did not fit. It fits: the bytes are the same, only their spelling is another.",
    },
)


def _check_decode_strictly(attempt: Attempt) -> str:
    for octets in (b"{}", b"", b"a", b"ab", b"abc", bytes(range(256)), b"\xff\xfe\xfd\xfb\xef"):
        segment = base64.urlsafe_b64encode(octets).decode().rstrip("=")
        if said := attempt.error(segment):
            raise NotYet(f"It refused {segment[:12]!r}, a proper segment of {len(octets)} bytes. {said}")
        result = attempt.or_none(segment)
        if not isinstance(result, bytes):
            raise NotYet(f"It returned a {type(result).__name__}. Return the bytes.")
        if result != octets:
            raise NotYet(f"For a segment of {len(octets)} bytes it returned other bytes.")
    for segment, what in (
        ("YQ==", "a segment with its padding"),
        ("YQ=", "a segment with half of its padding"),
        ("YWI=", "a segment with one `=`"),
        (
            "YR",
            "another spelling of `YQ`: the last character has bits that say nothing, and they are not zero",
        ),
        ("YWJ", "another spelling of `YWI`"),
        ("YWJj!ZGVm", "a character that base64url does not have, which Python skips,"),
        ("YWJj\n", "a line break at the end"),
        ("YW Jj", "a space inside"),
        ("//79", "the `/` of the standard alphabet"),
        ("++79", "the `+` of the standard alphabet"),
        ("YWJjZ", "a length that no number of bytes has"),
        ("YWJj\N{LATIN SMALL LETTER E WITH ACUTE}", "a character outside ASCII"),
    ):
        refuses(attempt, (segment,), what)
    return "One sequence of bytes has one spelling now. What was judged is what was shown, character by character."


decode_strictly = Exercise(
    name="decode_strictly",
    lesson="05",
    check=_check_decode_strictly,
    hints=(
        "You need no list of what is forbidden. Ask one question of the result: would you have spelled these bytes like this?",
        "Decode as before, encode what came out, take the `=` off, and compare it with the segment.",
        "`base64.urlsafe_b64encode(octets).decode().rstrip('=') != segment` is the whole test. What the decoder itself refuses is a ValueError already.",
    ),
    solution_code="""
import base64

def decode_strictly(segment):
    octets = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(octets).decode() != segment + "=" * (-len(segment) % 4) or "=" in segment:
        raise ValueError("not the one spelling of these bytes")
    return octets
""",
    explanation=(
        "RFC 7515 section 2: base64url with all trailing `=` omitted and without line breaks or other characters; RFC 4648 section 3.5: bits that"
        " say nothing are zero. Encoding again and comparing asks for all of it at once."
    ),
)


def _check_read_object(attempt: Attempt) -> str:
    def octets(value: object) -> bytes:
        return json.dumps(value).encode()

    good = {
        "iss": "x",
        "n": [1, 2.5, None, True],
        "name": "J\N{LATIN SMALL LETTER U WITH DIAERESIS}rgen",
        "a": {"b": {}},
    }
    for raw, what in (
        (octets(good), "a good object"),
        (
            json.dumps(good, ensure_ascii=False, indent=1).encode(),
            "an object with spaces and letters outside ASCII",
        ),
        (b"{}", "an empty object"),
        (octets({"act": {"sub": "a"}, "sub": "b"}), "the same name at two levels, which is no repetition"),
    ):
        if said := attempt.error(raw):
            raise NotYet(f"It refused {what}. {said}")
        if attempt(raw) != json.loads(raw):
            raise NotYet(f"For {what} it returned something else than what the JSON says.")
    for raw, what in (
        (b'{"aud": "evil", "aud": "me"}', "an object in which a name stands twice"),
        (b'{"a": {"sub": 1, "sub": 2}}', "a name that stands twice further down"),
        (b'{"aud": "evil", "\\u0061ud": "me"}', "a name that stands twice, once in escapes"),
        (b"[]", "a list"),
        (b'"text"', "a text"),
        (b"null", "a null"),
        (b"", "nothing"),
        (b"{}{}", "two objects"),
        (b"\xef\xbb\xbf{}", "a byte-order mark before the object"),
        ("{}".encode("utf-16"), "UTF-16"),
        (b'{"sub": "\xff"}', "bytes that are not UTF-8"),
        (b'{"exp": NaN}', "NaN, which JSON does not have,"),
        (b'{"exp": -Infinity}', "Infinity, which JSON does not have,"),
        (b'{"exp": 1e400}', "1e400, which Python reads as infinity,"),
        (b'{"sub": "\\ud800"}', "half of a surrogate pair, which is no text,"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "objects that lie 100 deep in each other"),
        (b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "lists that lie 5,000 deep in each other"),
    ):
        refuses(attempt, (raw,), what)
    accepts(attempt, (octets({"text": "[[{{" * 5}),), "a text with a few brackets in it")
    return "Everybody who reads these bytes reads the same now (numbers beyond 2 to the 53rd aside), and nobody falls over them."


read_object = Exercise(
    name="read_object",
    lesson="05",
    check=_check_read_object,
    hints=(
        "Give `json.loads` a text, not bytes: `octets.decode('utf-8')` is strict, and a byte-order mark in a text is an error.",
        "`json.loads` calls what you give it: `object_pairs_hook` with the list of pairs of each object, so that you can see a name twice;"
        " `parse_constant` with 'NaN' and its like; `parse_float` with the digits. Each may raise a ValueError.",
        "Before parsing, count the opening brackets: `text.count('[') + text.count('{') > 32` is reason enough to refuse. Afterwards"
        " `json.dumps(value, ensure_ascii=False).encode()` raises a ValueError for half of a surrogate pair.",
    ),
    solution_code="""
import json
import math

def unique(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)

def finite(digits):
    if not math.isfinite(float(digits)):
        raise ValueError("a number that JSON does not have")
    return float(digits)

def read_object(octets):
    text = octets.decode("utf-8")
    if text.count("[") + text.count("{") > 32:
        raise ValueError("nested too deeply")
    value = json.loads(text, object_pairs_hook=unique, parse_constant=finite, parse_float=finite)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
""",
    explanation=(
        "RFC 7515 section 4 and RFC 7519 section 4: names must be unique, and a parser refuses a repetition or takes the last; beside another reader only refusing is safe. RFC 8259 asks for UTF-8"
        " without a byte-order mark, knows no NaN, and lets a parser set a limit to the depth. Two programs that read the same token differently are"
        " how the signature gets checked on one meaning and the door opened for another."
    ),
)
