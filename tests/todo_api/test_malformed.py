"""Requests that are not what the API asks for: the answer says where and what kind, and repeats no input."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from helpers.todo_api.door import BODY_AT_MOST

Send = Callable[..., tuple[int, str, Any]]

MARK = "MARK"
BODIES = {
    "NaN": b'{"title": NaN}',
    "Infinity": b'{"title": "x", "done": Infinity}',
    "-Infinity, unknown field": b'{"title": "x", "MARK": -Infinity}',
    "1e999": b'{"title": 1e999}',
    "only NaN": b"NaN",
    "list with 1e999": b"[1e999]",
    "surrogate title": b'{"title": "MARK\\ud800"}',
    "surrogate field": b'{"title": "x", "MARK\\udfff": 1}',
    "surrogate done": b'{"title": "x", "done": "\\ud800MARK"}',
    "only a surrogate": b'"\\ud800MARK"',
    "deep value": b'{"title": ' + b"[" * 900 + b"]" * 900 + b"}",
    "deep object": b'{"MARK":' * 300 + b"1" + b"}" * 300,
    "wrong types": b'{"title": {"MARK": 1}, "done": "MARK"}',
    "number for true": b'{"title": "x", "done": 1}',
    "word for true": b'{"title": "x", "done": "yes"}',
    "null": b'{"title": null, "done": null}',
    "unknown field": b'{"title": "x", "MARK": "MARK"}',
    "too long": b'{"title": "' + b"MARK" * 100 + b'"}',
    "huge number": b'{"title": ' + b"9" * 4000 + b"}",
    "cut off": b'{"title": "MARK',
    "no JSON": b"MARK",
}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_answer_says_place_and_kind_and_repeats_no_input(send: Send, method: str, body: bytes) -> None:
    status, text, answer = send(method, "/todos" if method == "POST" else "/todos/1", body)
    assert status == 422
    assert MARK not in text and "999" not in text and len(text) < 1000
    assert answer["detail"]
    for fault in answer["detail"]:
        assert set(fault) == {"loc", "type", "msg"}
        assert fault["loc"][0] == "body"
        assert fault["msg"].endswith(".")


@pytest.mark.parametrize(
    "body",
    [b"[" * 30_000, b'{"title": "\xff"}', b'{"title": "x"}\x00\xff', b"\xff\xfe\x00\xd8", b"9" * 5_000],
    ids=[
        "too deep for the parser",
        "not UTF-8",
        "bytes after it",
        "half a UTF-16",
        "more digits than Python reads",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/todos"), ("PATCH", "/todos/1")])
def test_what_cannot_be_read_as_json_is_refused(send: Send, method: str, path: str, body: bytes) -> None:
    assert send(method, path, body)[0] in (400, 422)


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (b'{"title": "x", "owner": "me"}', [(["body", 1], "extra_forbidden")]),
        (b'{"owner": 1, "done": 0, "of": 1}', [
            (["body", "title"], "missing"),
            (["body", "done"], "bool_type"),
            (["body", 0], "extra_forbidden"),
            (["body", 2], "extra_forbidden"),
        ]),
        (b'{"title": "x",}', [(["body", 14], "json_invalid")]),
        (b"[]", [(["body"], "model_attributes_type")]),
    ],
)  # fmt: skip
def test_an_unknown_field_is_told_by_its_position(
    send: Send, body: bytes, faults: list[tuple[list[object], str]]
) -> None:
    told = send("POST", "/todos", body)[2]["detail"]
    assert [(fault["loc"], fault["type"]) for fault in told] == faults


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_that_is_no_number_is_not_repeated(send: Send, method: str) -> None:
    status, text, answer = send(method, "/todos/MARK%ED%A0%80")
    assert (status, answer["detail"][0]["loc"]) == (422, ["path", "todo_id"])
    assert MARK not in text


def test_a_body_that_is_no_json_by_its_type_is_not_repeated(send: Send) -> None:
    status, text, _ = send("POST", "/todos", b'{"title": "MARK"}', content_type="text/plain")
    assert status == 422 and MARK not in text


def test_a_body_is_bounded(send: Send) -> None:
    status, _, answer = send("POST", "/todos", json.dumps({"title": "x" * 2_000_000}).encode())
    assert (status, answer) == (413, {"detail": "The body is larger than 65536 bytes."})
    fits = b'{"title": "x"}'.ljust(BODY_AT_MOST)
    assert send("POST", "/todos", fits)[0] == 201
    assert send("POST", "/todos", fits + b" ")[0] == 413


def test_a_body_in_chunks_is_bounded_too(send: Send) -> None:
    chunks = [b'{"title": "x"}', *[b" " * 1000] * 10]
    assert send("POST", "/todos", iter(chunks))[0] == 201
    assert send("POST", "/todos", iter([*chunks, *[b" " * 1000] * 60]))[0] == 413
