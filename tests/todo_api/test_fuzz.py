"""Made-up requests with a good token: each is answered, none with a 5xx, and a good one still works afterwards."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Send = Callable[..., tuple[int, str, Any]]

NAMES = {"body", "path", "title", "done", "todo_id"}
"""All strings that the place of a fault may consist of; others would come from the request."""

NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", "-0", "9" * 4_400)
TEXTS = (r'"\ud800"', r'"\udfff\ud800"', r'"\u0000"', "'x'", "\ufeff{}", "{,}", "tru", "")
DEEP = ("[" * 999 + "]" * 999, "[" * 20_000, '{"a":' * 500 + "0" + "}" * 500)
ODD = st.sampled_from((*NUMBERS, *TEXTS, *DEEP))
STRINGS = st.text(st.characters(), max_size=20).map(json.dumps) | st.just('"title"') | st.just('"done"')


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.tuples(STRINGS | st.sampled_from(['"title"', '"done"', r'"\ud800"']), values)
    return st.lists(members.map(":".join), max_size=4).map(lambda items: "{" + ",".join(items) + "}")


VALUES = st.recursive(
    ODD | STRINGS | st.sampled_from(["null", "true", "0", "1.5"]) | st.integers().map(str),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]") | objects(inner),
    max_leaves=6,
)
BODIES = st.one_of(
    objects(VALUES).map(str.encode),
    VALUES.map(str.encode),
    objects(VALUES).flatmap(lambda text: st.sampled_from(["utf-16", "utf-32", "utf-8-sig"]).map(text.encode)),
    st.binary(max_size=40),
)
JSON_TYPES = ("application/json", "application/json; charset=utf-16", "application/x+json")
TYPES = st.sampled_from(
    (*JSON_TYPES, "application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "")
)
PARTS = (
    st.text(max_size=12).map(lambda part: quote(part, safe=""))
    | st.integers().map(str)
    | st.sampled_from(["1", "9" * 5_000, "-0", "1_0", "..", "%00", "%ED%A0%80", "%", "%2F"])
)
QUERIES = st.dictionaries(st.text(max_size=6), st.text(max_size=6), max_size=3)


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    method=st.sampled_from(["GET", "POST", "POST", "PATCH", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"]),
    part=st.none() | st.just("1") | PARTS,
    query=QUERIES,
    content_type=TYPES,
    body=st.none() | BODIES,
)
def test_no_request_breaks_the_api(
    send: Send, method: str, part: str | None, query: dict[str, str], content_type: str, body: bytes | None
) -> None:
    path = "/todos" if part is None else f"/todos/{part}"
    asked = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items())
    status, _, answer = send(method, f"{path}?{asked}" if asked else path, body, content_type)
    assert status < 500
    if status == 422:
        places = [place for fault in answer["detail"] for place in fault["loc"]]
        assert {place for place in places if isinstance(place, str)} <= NAMES
        assert all(set(fault) == {"loc", "type", "msg"} for fault in answer["detail"])
    created = send("POST", "/todos", b'{"title": "Still here"}')
    assert (created[0], created[2]["title"]) == (201, "Still here")
    assert send("DELETE", f"/todos/{created[2]['id']}")[0] == 204
