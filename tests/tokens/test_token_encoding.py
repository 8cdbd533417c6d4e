"""base64url and JSON, read so that one meaning has one spelling."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.tokens.encoding import MAX_NESTING, decode_base64url, decode_json, encode_base64url


@pytest.mark.parametrize(
    ("octets", "text"),
    [(b"", b""), (b"f", b"Zg"), (b"fo", b"Zm8"), (b"foo", b"Zm9v"), (b"\xfb\xff", b"-_8")],
)
def test_base64url_has_no_padding_and_two_letters_of_its_own(octets, text):
    assert encode_base64url(octets) == text
    assert decode_base64url(text) == octets


@pytest.mark.parametrize(
    "text",
    [
        b"Zg==",
        b"Zm8=",
        b"=",
        b"====",
        b"Zh",
        b"Zm9",
        b"A",
        b"Zm9vA",
        b"+/8",
        b"Zm\n9v",
        b"Zm9v\n",
        b"Zm9v ",
        b"Z!m9v",
    ],
)
def test_other_spellings_are_refused(text):
    with pytest.raises(ValueError, match="base64url"):
        decode_base64url(text)


@given(st.binary(max_size=8) | st.text(alphabet="AEQZgw089-_+/=\n", max_size=8).map(str.encode))
def test_what_is_read_is_written_the_same_way(text):
    try:
        octets = decode_base64url(text)
    except ValueError:
        octets = None
    by_encoding_again = [o for o in candidates(text) if encode_base64url(o) == text]
    assert by_encoding_again == ([] if octets is None else [octets])


def candidates(text: bytes) -> list[bytes]:
    try:
        return [base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))]
    except ValueError:
        return []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b'{"a": 1, "a": 2}', "occurs twice"),
        (b'[{"a": {"b": 1, "\\u0062": 2}}]', "occurs twice"),
        (b"NaN", "JSON does not have"),
        (b"[-Infinity]", "JSON does not have"),
        (b"1e400", "out of range"),
        (b"9" * 5000, "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"\xff", "not UTF-8"),
        ("{}".encode("utf-16-le"), "not JSON"),
        (b'"\\ud800"', "surrogate"),
        (b'{"\\udc00": 1}', "surrogate"),
        (b"{} {}", "not JSON alone"),
        (b"", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'"\n"', "not JSON"),
        (b"[" * 100_000, "too deeply"),
        (b'{"a":' * (MAX_NESTING + 1) + b"1" + b"}" * (MAX_NESTING + 1), "too deeply"),
        (b'{"a":' + b"[" * MAX_NESTING + b"]" * MAX_NESTING + b"}", "too deeply"),
        (b'\n{"[": "\\"{", "a":' + b"[" * MAX_NESTING + b"]" * MAX_NESTING + b"}", "too deeply"),
        (b'{"a": "\\"", "b": "\\udfff\\ud800"}', "surrogate"),
    ],
)
def test_json_that_can_be_read_in_two_ways_is_refused(text, what):
    with pytest.raises(ValueError, match=what):
        decode_json(text)


@pytest.mark.parametrize(
    "text",
    [
        b'\r\n {"a": [1, 2.5, -3e2, true, null]} \n',
        b'"\\ud83d\\ude00 \\u00e9"',
        "\N{HIRAGANA LETTER A}".join('""').encode(),
        b'"' + b"[" * 100 + b'"',
        b"[" + b"[]," * 100 + b"0]",
        b"[" * MAX_NESTING + b"]" * MAX_NESTING,
        b'{"a":' * MAX_NESTING + b"1" + b"}" * MAX_NESTING,
        b'{"a": "{[{[", "b": ' + b"[" + b'{"c": [2]},' * 40 + b"0]}",
        b'"\\\\ud800 is no escape, \\/ and \\n and \\" are"',
    ],
)
def test_other_json_is_read_as_the_standard_library_reads_it(text):
    assert decode_json(text) == json.loads(text)


def members(text: str) -> list[list[str]]:
    """The names in each object, as they come."""
    seen: list[list[str]] = []
    json.loads(text, object_pairs_hook=lambda pairs: seen.append([name for name, _ in pairs]))
    return seen


names = st.sampled_from(['"a"', '"\\u0061"', '"b"', '"a,"', '","', '"{"', '"["'])
values = st.sampled_from(
    ["1", '"x"', '","', '"{"', '"a\\",\\"b"', "[]", "{}", "[1, 2]", '{"a": 1, "b": 2}', '{"a":1,"a":2}']
)
objects = st.lists(st.tuples(names, values), max_size=4).map(
    lambda m: "{{{}}}".format(" ,".join(f"{n} :{v}" for n, v in m))
)


@settings(max_examples=500)
@given(objects | st.lists(objects, max_size=2).map(lambda o: "[{}]".format(",".join(o))))
def test_a_name_that_occurs_twice_never_gets_through(text):
    twice = any(len(set(names)) != len(names) for names in members(text))
    try:
        assert decode_json(text.encode()) == json.loads(text)
        assert not twice
    except ValueError as error:
        assert twice and "occurs twice" in str(error)


@given(st.binary(max_size=40))
def test_nothing_but_a_value_error_comes_of_octets(octets):
    for decode in (decode_base64url, decode_json):
        try:
            decode(octets)
        except ValueError as error:
            assert str(error).isascii()
