"""Lesson 05, the fourth family: one token, several readings."""

import base64
import json
from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.probe import ONLY_VALUE_ERRORS, Attempt, NotYet, case, probe, refuses, shown

# --- base64url

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
Segments = list[tuple[str, str]]

PADDED: Segments = [
    ("the segment `YQ==`, with its padding", "YQ=="),
    ("the segment `YQ=`, with half of its padding", "YQ="),
    ("the segment `YWI=`, with its padding", "YWI="),
    ("the segment `YWJj=`, with padding that it does not need", "YWJj="),
    ("the segment `YWJj====`, with padding that it does not need", "YWJj===="),
    ("the segment `=`, which is padding alone", "="),
    ("the segment `YQ==YQ`, with padding in its middle", "YQ==YQ"),
]
SPARE_BITS: Segments = [
    *(
        (f"the segment `Y{last}`, another encoding of the byte of `YQ`", f"Y{last}")
        for last in ALPHABET[17:32]
    ),
    *((f"the segment `YW{last}`, another encoding of the bytes of `YWI`", f"YW{last}") for last in "JKL"),
    ("the segment `YWJjYR`, another encoding of the bytes of `YWJjYQ`", "YWJjYR"),
]
OTHER_CHARACTERS: Segments = [
    ("a segment with an exclamation mark inside, which Python skips", "YWJj!ZGVm"),
    ("a segment with four exclamation marks behind it, which Python skips", "YWJj!!!!"),
    ("a segment with a line break at its end", "YWJj\n"),
    ("a segment with a carriage return and a line break at its end", "YWJj\r\n"),
    ("a segment with a space inside", "YW Jj"),
    ("a segment with a space before it", " YWJj"),
    ("a segment with a space behind it", "YWJj "),
    ("a segment with a tab behind it", "YWJj\t"),
    ("a segment with a null character behind it", "YWJj\0"),
    ("a segment with a dot behind it", "YWJj."),
    ("a segment with a per cent sign", "YQ%3D%3D"),
]
STANDARD: Segments = [
    ("a segment with the `/` of the standard alphabet", "//79"),
    ("a segment with the `+` of the standard alphabet", "++79"),
    ("a segment with both alphabets in it", "-_+/"),
]
IMPOSSIBLE: Segments = [
    ("a segment of one character, which is no byte yet", "Y"),
    ("a segment of five characters, a length that no number of bytes has", "YWJjZ"),
]
OUTSIDE_ASCII: Segments = [
    ("a segment with the letter \u00e9 behind it", "YWJj\u00e9"),
    ("a segment with a digit of another alphabet in it", "YWJ\u0661"),
    ("a segment with a letter of double width in it", "YWJ\uff2a"),
]
BAD_SEGMENTS: list[tuple[str, Segments, str]] = [
    ("padded", PADDED, "base64url in a token has no padding."),
    (
        "spare_bits",
        SPARE_BITS,
        "The last character has bits that say nothing. An encoder sets them to zero, and here they are not.",
    ),
    ("other_characters", OTHER_CHARACTERS, "It contains a character that base64url does not have."),
    ("standard", STANDARD, "base64url has `-` and `_` instead of `+` and `/`."),
    ("impossible", IMPOSSIBLE, "No encoder produces this length."),
    ("outside_ascii", OUTSIDE_ASCII, "All characters of base64url are in ASCII."),
]
OCTETS = (
    *(b"{" * count for count in range(1, 21)),
    bytes(range(256)),
    b"\xff\xfe\xfd\xfb\xef",
    b"\0\0\x31",  # AAAx
    bytes(64),
    b"\xff" * 256,
)


def _decodes(attempt: Attempt, octets: bytes, what: str) -> None:
    segment = base64.urlsafe_b64encode(octets).decode().rstrip("=")
    result, raised, did = attempt.outcome(what, segment)
    if raised is not None or not isinstance(result, bytes):
        rule = "An encoder produces exactly this segment, so return its bytes."
        raise NotYet("For {what}, your function {did} {rule}", what=what, did=did, rule=rule)
    if result != octets:
        raise NotYet(
            "For {what}, your function returned {result}. Those are not the bytes that the segment encodes.",
            what=what,
            result=shown(result),
        )


@probe
def good_segments(attempt: Attempt) -> None:
    for octets in OCTETS:
        size = "one byte" if len(octets) == 1 else f"{len(octets)} bytes"
        _decodes(attempt, octets, f"a good segment, which encodes {size}")


@probe
def an_empty_segment(attempt: Attempt) -> None:
    _decodes(attempt, b"", "the empty segment, which encodes no bytes")


decode_strictly = Exercise(
    name="decode_strictly",
    lesson="05",
    probes=(
        good_segments,
        an_empty_segment,
        *(
            refuses(name, *(case(*entry) for entry in entries), rule=rule)
            for name, entries, rule in BAD_SEGMENTS
        ),
    ),
    notice="A sequence of bytes now has one encoding. What you verify is what was sent, character by character.",
    hints=(
        "You need no list of what is forbidden. Ask one question about the result: would an encoder have written these bytes like this?",
        "Decode as before, encode what came out, take the `=` off, and compare it with the segment.",
        "`base64.urlsafe_b64encode(octets).decode().rstrip('=') != segment` is the whole test. What the decoder itself refuses is a ValueError already.",
    ),
    solution_code="""
import base64

def decode_strictly(segment):
    octets = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(octets).decode().rstrip("=") != segment:
        raise ValueError("not the one encoding of these bytes")
    return octets
""",
    explanation=(
        "RFC 7515 section 2: base64url with all trailing `=` omitted and without line breaks or other characters; RFC 4648 section 3.5: bits that"
        " say nothing are zero. Encoding again and comparing asks for all of it at once."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        **dict.fromkeys(
            (
                f"if not {comparison}:"
                for again in ("str(base64.urlsafe_b64encode(octets).decode().rstrip('='))",)
                for comparison in (
                    f"{again} == str(segment)",
                    f"{again}.lower() == str(segment).lower()",
                    f"{again}.rstrip('/') == str(segment).rstrip('/')",
                    f"{again}.split(' ')[0] == str(segment)",
                    f"{again}.startswith(str(segment))",
                    f"{again}.endswith(str(segment))",
                    f"str(segment) in {again}",
                )
            ),
            "what comes out again is never longer than the segment, and never differs from it like this",
        ),
        **dict.fromkeys(
            (
                f"octets = base64.urlsafe_b64decode(segment + '=' * {count})"
                for count in ("(len(segment) % 4)", "4")
            ),
            "Python ignores padding that is not needed",
        ),
    },
)

# --- JSON

Texts = list[tuple[str, bytes]]


def nested(opening: str, closing: str, depth: int) -> bytes:
    """A JSON object that opens so many brackets in each other, its own one counted."""
    return f'{{"a":{opening * (depth - 1)}1{closing * (depth - 1)}}}'.encode()


def _mixed(depth: int) -> bytes:
    return nested('[{"a":', "}]", 1 + (depth - 1) // 2)


GOOD_OBJECTS: Texts = [
    ("a good object", b'{"iss":"x","n":[1,2.5,null,true],"a":{"b":{}}}'),
    ("an empty object", b"{}"),
    ("an object with spaces and line breaks", b' \r\n{ "iss" : "x",\n\t"list" : [ 1 , 2 ] }\n'),
    ("an object with letters outside ASCII and an emoji", '{"name":"J\u00fcrgen \U0001f319"}'.encode()),
    ("an object with an emoji in escapes, which takes a whole surrogate pair", b'{"name":"\\ud83c\\udf19"}'),
    ("an object with a letter of a name and of a value in escapes", b'{"\\u0061ud":"h\\u0074tp"}'),
    ("an object with large numbers", b'{"a":1e308,"b":-1.5e300,"c":9007199254740993,"d":-0.5,"e":0}'),
]
SAME_NAME_ELSEWHERE: Texts = [
    ("an object with the same name at two levels, which is no repetition", b'{"act":{"sub":"a"},"sub":"b"}'),
    ("an object with a list of two objects that have the same name", b'{"list":[{"a":1},{"a":2}]}'),
    ("an object with two names that differ in a capital letter", b'{"aud":1,"Aud":2}'),
    ("an object with a name that occurs again as a value", b'{"aud":"aud","list":["aud","aud"]}'),
    ("an object with a string that contains JSON with a repeated name", b'{"text":"{\\"a\\":1,\\"a\\":2}"}'),
]
HARMLESS_STRINGS: Texts = [
    ("an object with an escaped backslash and `ud800` behind it in a string", b'{"path":"C:\\\\ud800"}'),
    ("an object with an escaped backslash and `ud800` behind it in a name", b'{"\\\\ud800":1}'),
    (
        "an object with an escaped backslash before a whole surrogate pair in escapes",
        b'{"a":"\\\\\\ud83c\\udf19"}',
    ),
    (
        "an object with the strings `NaN`, `Infinity` and `1e400`",
        b'{"a":"NaN","b":["Infinity","1e400"],"NaN":1}',
    ),
    ("an object with a few brackets in a string", b'{"text":"[[{{[[{{[[{{[[{{[[{{"}'),
    ("an object with a bracket behind an escaped quotation mark in a string", b'{"text":"\\"[[[[{{{{"}'),
]
DEEP_ENOUGH: Texts = [
    ("an object with lists in each other, exactly 32 brackets deep", nested("[", "]", 32)),
    ("objects in each other, exactly 32 brackets deep", nested('{"a":', "}", 32)),
]
TWICE: Texts = [
    ("an object with the name `aud` twice", b'{"aud":"evil","aud":"me"}'),
    ("an object with the name `aud` twice and the same value each time", b'{"aud":"me","aud":"me"}'),
    (
        "an object with the name `aud` twice and other names between them",
        b'{"aud":"evil","iss":"x","sub":"y","aud":"me"}',
    ),
    ("an object with the name `aud` twice, once in escapes", b'{"aud":"evil","\\u0061ud":"me"}'),
    ("an object with a repeated name inside of an object", b'{"a":{"sub":1,"sub":2}}'),
    ("an object with a repeated name inside of a list", b'{"a":[0,[{"sub":1,"sub":2}]]}'),
    ("an object with the empty name twice", b'{"":1,"":2}'),
    ("an object with a repeated name whose last value is null", b'{"aud":"me","aud":null}'),
]
ENCODINGS: Texts = [
    ("an object with a byte-order mark before it", b"\xef\xbb\xbf{}"),
    ("an object in UTF-16 with a byte-order mark", "{}".encode("utf-16")),
    ("an object in UTF-16 without a byte-order mark", b'{\0"\0a\0"\0:\x001\0}\0'),
    ("an object in UTF-32", '{"a":1}'.encode("utf-32")),
    ("an object with a byte in a value that is not UTF-8", b'{"sub":"\xff"}'),
    ("an object with a byte in a name that is not UTF-8", b'{"\xfc":1}'),
    ("an object with a letter in Latin-1", b'{"name":"J\xfcrgen"}'),
    ("an object with a slash in two bytes, which UTF-8 forbids", b'{"sub":"\xc0\xaf"}'),
    ("an object with half of a surrogate pair as bytes, which UTF-8 forbids", b'{"sub":"\xed\xa0\x80"}'),
]
NO_NUMBERS: Texts = [
    (f"an object with {said} {where}", text.replace("?", number).encode())
    for said, number in (
        ("NaN, which JSON does not have,", "NaN"),
        ("Infinity, which JSON does not have,", "Infinity"),
        ("-Infinity, which JSON does not have,", "-Infinity"),
        ("1e400, which Python reads as infinity,", "1e400"),
        ("-1e400, which Python reads as minus infinity,", "-1e400"),
        ("1.5E+999, which Python reads as infinity,", "1.5E+999"),
    )
    for where, text in (("as the value of `exp`", '{"exp":?}'), ("deeper inside", '{"a":[{"b":[1,?]}]}'))
]
HALVES: Texts = [
    ("an object with the first half of a surrogate pair in a value", b'{"sub":"\\ud800"}'),
    ("an object with the second half of a surrogate pair in a value", b'{"sub":"x\\udc00y"}'),
    ("an object with the two halves of a surrogate pair in the wrong order", b'{"sub":"\\udf19\\ud83c"}'),
    ("an object with half of a surrogate pair in capital letters", b'{"sub":"\\uDBFF"}'),
    ("an object with half of a surrogate pair behind an escaped backslash", b'{"sub":"\\\\\\ud800"}'),
    ("an object with half of a surrogate pair in a name", b'{"\\ud800":1}'),
    ("an object with half of a surrogate pair in a name further inside", b'{"a":[{"b\\udfff":1}]}'),
    ("an object with half of a surrogate pair inside of a list", b'{"a":[["\\ud900"]]}'),
]
TOO_DEEP: Texts = [
    ("an object with lists in each other, 33 brackets deep", nested("[", "]", 33)),
    ("objects in each other, 33 brackets deep", nested('{"a":', "}", 33)),
    ("lists and objects in turn, 33 brackets deep", _mixed(33)),
    ("an object with lists in each other, 100 brackets deep", nested("[", "]", 100)),
    ("objects in each other, 100 brackets deep", nested('{"a":', "}", 100)),
    ("an object with lists in each other, 5,000 brackets deep", nested("[", "]", 5_000)),
    ("an object with lists in each other, 60,000 brackets deep", nested("[", "]", 60_000)),
    ("objects in each other, 60,000 brackets deep", nested('{"a":', "}", 60_000)),
]
NO_OBJECTS: Texts = [
    ("an empty list", b"[]"),
    ("a list with an object in it", b'[{"a":1}]'),
    ("a list of pairs", b'[["alg","RS256"]]'),
    ("a string", b'"RS256"'),
    ("a null", b"null"),
    ("a number", b"5"),
    ("true", b"true"),
    ("no bytes at all", b""),
    ("two objects one after the other", b"{}{}"),
    ("an object with a vertical tab before it, which is no white space in JSON", b"\x0b{}"),
    ("an object with a no-break space behind it, which is no white space in JSON", b"{}\xc2\xa0"),
    ("an object with a control character in a string", b'{"a":"\x01"}'),
    ("an object with a line break in a string", b'{"a":"b\nc"}'),
    ("an object and a word behind it", b"{} x"),
    ("the beginning of an object", b'{"a":1'),
]
BAD_TEXTS: list[tuple[str, Texts, str]] = [
    ("names_twice", TWICE, "Another program may use the first of the two values."),
    ("encodings", ENCODINGS, "JSON in a token is UTF-8 without a byte-order mark."),
    ("no_numbers", NO_NUMBERS, "Another program refuses it, or reads another value."),
    (
        "halves",
        HALVES,
        "Half of a surrogate pair is no character, and every program does something else with it.",
    ),
    (
        "too_deep",
        TOO_DEEP,
        "Refuse brackets that are more than 32 deep in each other before the parser stumbles over them.",
    ),
    ("no_objects", NO_OBJECTS, "It is not one JSON object."),
]


def _reads(attempt: Attempt, texts: Texts, rule: str) -> None:
    rights: list[Any] = [json.loads(octets) for _, octets in texts]  # before a function may have changed json
    for (what, octets), right in zip(texts, rights, strict=True):
        result, raised, did = attempt.outcome(what, octets)
        if raised is not None or result != right or not isinstance(result, dict):
            raise NotYet("For {what}, your function {did} {rule}", what=what, did=did, rule=rule)


@probe
def good_objects(attempt: Attempt) -> None:
    _reads(
        attempt,
        GOOD_OBJECTS,
        "Every program reads this object in the same way. Return it as a dict, with the values that the JSON has.",
    )


@probe
def same_name_elsewhere(attempt: Attempt) -> None:
    _reads(attempt, SAME_NAME_ELSEWHERE, "A name may occur again in another object, or in a string.")


@probe
def harmless_strings(attempt: Attempt) -> None:
    _reads(
        attempt,
        HARMLESS_STRINGS,
        "That is an ordinary string. Look at what the JSON means, not at the characters of its text.",
    )


@probe
def deep_enough(attempt: Attempt) -> None:
    _reads(attempt, DEEP_ENOUGH, "It is allowed to be 32 deep.")


read_object = Exercise(
    name="read_object",
    lesson="05",
    probes=(
        good_objects,
        same_name_elsewhere,
        harmless_strings,
        deep_enough,
        *(
            refuses(name, *(case(*entry) for entry in entries), rule=rule)
            for name, entries, rule in BAD_TEXTS
        ),
    ),
    notice="Other programs read these bytes as you do (integers beyond 2 to the 53rd aside), and deep brackets no longer break the parser.",
    hints=(
        "Give `json.loads` a string, not bytes: `octets.decode('utf-8')` is strict, and `json.loads` refuses a string that begins with a byte-order mark.",
        "`json.loads` calls what you give it: `object_pairs_hook` with the list of pairs of each object, so that you can see a repeated name;"
        " `parse_constant` with 'NaN' and its like; `parse_float` with the digits. Each may raise a ValueError.",
        "Before parsing, count the opening brackets: `text.count('[') + text.count('{') > 32` is enough to refuse. Afterwards"
        " `json.dumps(value, ensure_ascii=False).encode()` raises a ValueError for half of a surrogate pair.",
    ),
    solution_code="""
import json
import math

def unique(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name occurs twice")
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
        "RFC 7515 section 4 and RFC 7519 section 4: names must be unique, and a parser refuses a repetition or takes the last; where another program"
        " reads the token too, only refusing is safe. RFC 8259 asks for UTF-8 without a byte-order mark, has no NaN, and lets a parser limit the depth."
        " When two programs read one token differently, the signature is checked for one meaning and the door opens for the other."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        **dict.fromkeys(
            (
                "json.dumps(value, ensure_ascii=False).encode('UTF-8')",
                "json.dumps(value, ensure_ascii=False).encode()",
                "text = octets.decode('UTF-8')",
                "text = octets.decode()",
            ),
            "all are names of UTF-8, which is the default",
        ),
    },
)
