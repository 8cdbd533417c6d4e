"""The OpenAPI document says what the API answers: every status, the shape of its body, and its headers."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import requests

from helpers import todo_api
from helpers.services import Service, listen
from helpers.tokens.errors import InvalidToken, KeysUnavailable, Reason

TOKENS = {"reader": "read:todos", "writer": "write:todos"}
JSON = {"Content-Type": "application/json"}
BAD_IDS = ("x", "1.5", "9" * 5_000)
BAD_BODIES = (b"", b"{", b"NaN", b'{"title": "\\ud800", "done": 1, "owner": 1}', b"[" * 30_000, b" " * 65_537)


async def verify(token: str) -> dict[str, object]:
    if token == "outage":
        raise KeysUnavailable(30.0)
    if token not in TOKENS:
        raise InvalidToken("no", "No.", reason=Reason.CHECK_FAILED, clause="RFC 6750 §3.1")
    return {"scope": TOKENS[token]}


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    app = todo_api.create_app(verify, audience="the-api", token_endpoint="http://127.0.0.1:9000/oauth/token")
    service = Service("The Todo API", app, listen()).start()
    yield service.url
    service.stop()


@pytest.fixture(scope="module")
def document(api: str) -> dict[str, Any]:
    return requests.get(f"{api}/openapi.json", timeout=5).json()


def answers(api: str, document: dict[str, Any]) -> Iterator[tuple[str, str, requests.Response]]:
    """Each operation, asked well and badly: with every kind of token, id and body."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            scopes = [word for needs in operation.get("security", []) for word in needs["Todo API"]]
            good = next((name for name, scope in TOKENS.items() if scope in scopes), "reader")
            wrong = next(name for name in TOKENS if name != good)
            places = [path.replace("{todo_id}", "1")]
            if "{" in path:
                places += [path.replace("{todo_id}", bad) for bad in ("99", *BAD_IDS)]
            bodies: tuple[bytes | None, ...] = (None,)
            if "requestBody" in operation:
                bodies = (b'{"title": "x"}', *BAD_BODIES)
            # The last request that is good in all respects may delete the todo.
            shown = ["Bearer a b", *(f"Bearer {name}" for name in ("forged", "outage", wrong, good))]
            for place in reversed(places):
                for body in bodies:
                    for authorization in (None, *shown):
                        headers = JSON | ({"Authorization": authorization} if authorization else {})
                        url = f"{api}{place}"
                        answer = requests.request(method, url, data=body, headers=headers, timeout=10)
                        yield path, method, answer


def test_every_answer_is_documented_with_its_shape_and_its_headers(
    api: str, document: dict[str, Any]
) -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for path, method, answer in answers(api, document):
        status = str(answer.status_code)
        seen.setdefault((path, method), set()).add(status)
        told = document["paths"][path][method]["responses"]
        assert status in told, (method, path, answer.text)
        assert {name for name in ("WWW-Authenticate", "Retry-After") if name in answer.headers} == set(
            told[status].get("headers", {})
        ), (method, path, status)
        if "content" not in told[status]:
            assert answer.content == b""
            continue
        schema = told[status]["content"][answer.headers["Content-Type"]]["schema"]
        jsonschema.validate(answer.json(), {**schema, "components": document["components"]})
    documented = {
        (path, method): set(operation["responses"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert seen == documented


def test_the_guarded_routes_document_the_answers_of_the_door(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert {"401", "403", "503"}.issubset(operation["responses"]) == (path != "/health")


def test_no_shape_has_room_for_input(document: dict[str, Any]) -> None:
    schemas = json.dumps(document["components"]["schemas"])
    assert '"input"' not in schemas and '"ctx"' not in schemas
