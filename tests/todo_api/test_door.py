"""The bearer door over real HTTP: what each kind of request is answered (RFC 6750 §2, §3.1)."""

import asyncio
import http.client
import json
from collections.abc import Iterator

import pytest
import requests
from starlette.requests import Request
from starlette.types import Message

from helpers import todo_api
from helpers.services import Service, listen
from helpers.todo_api.door import Door
from helpers.tokens.errors import InvalidRequest, InvalidToken, KeysUnavailable, Reason, TokenError

TOKENS = {
    "reader": {"scope": "read:todos"},
    "writer": {"scope": "read:todos write:todos"},
    "lookalike": {"scope": "read:todosX xread:todos"},
    "listed": {"scope": ["read:todos"]},
    "bare": {},
}


async def verify(token: str) -> dict[str, object]:
    """Knows the tokens above by heart, and stands in for the verifier: the door is what is tested here."""
    if token == "outage":
        raise KeysUnavailable(30.0)
    if token not in TOKENS:
        raise InvalidToken(
            "expired", "The token has expired.", reason=Reason.CHECK_FAILED, clause="RFC 7519 §4.1.4"
        )
    return TOKENS[token]


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    app = todo_api.create_app(verify, audience="the-api", token_endpoint="http://127.0.0.1:9000/oauth/token")
    service = Service("The Todo API", app, listen()).start()
    yield service.url
    service.stop()


def get(
    api: str, *headers: tuple[str, str], path: str = "/todos", method: str = "GET", body: bytes | None = None
):
    """A request with exactly these headers, twice the same one included."""
    connection = http.client.HTTPConnection(api.removeprefix("http://"), timeout=5)
    connection.putrequest(method, path)
    for name, value in (*headers, ("Content-Length", str(len(body or b"")))):
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    answer = response.status, response.headers.get("WWW-Authenticate"), json.loads(response.read() or b"null")
    connection.close()
    return answer


def bearer(token: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {token}"


def test_health_is_open(api: str) -> None:
    assert get(api, path="/health") == (200, None, {"status": "ok"})


def test_nothing_shown_is_401_without_an_error_code(api: str) -> None:
    status, challenge, body = get(api)
    assert (status, challenge) == (401, 'Bearer realm="api"')
    assert "error" not in body


@pytest.mark.parametrize("value", ["Basic aWQ6c2VjcmV0", "Token reader", "reader", "bearer_token reader", ""])
def test_another_scheme_is_like_nothing_shown(api: str, value: str) -> None:
    assert get(api, ("Authorization", value))[:2] == (401, 'Bearer realm="api"')


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "Bearer a b",
        "Bearer a, Bearer b",
        "Bearer\treader",
        "Bearer reader,",
        "Bearer réader",
        "Bearer: reader",
    ],
)
def test_a_malformed_header_is_400_invalid_request(api: str, value: str) -> None:
    status, challenge, body = get(api, ("Authorization", value))
    assert status == 400
    assert challenge is not None and 'error="invalid_request"' in challenge
    assert body["error"] == "invalid_request"


@pytest.mark.parametrize("value", ["Bearer reader", "bearer reader", "BEARER   reader"])
def test_the_scheme_has_no_case_and_spaces_may_follow_it(api: str, value: str) -> None:
    assert get(api, ("Authorization", value))[0] == 200


def test_two_headers_are_400(api: str) -> None:
    assert get(api, bearer("reader"), bearer("writer"))[0] == 400
    assert get(api, bearer("reader"), bearer("reader"))[0] == 400


def test_header_and_query_are_400_and_the_query_alone_is_no_method_here(api: str) -> None:
    assert get(api, bearer("reader"), path="/todos?access_token=reader")[0] == 400
    assert get(api, path="/todos?access_token=reader")[:2] == (401, 'Bearer realm="api"')


def test_header_and_form_field_are_400_and_the_form_alone_is_no_method_here(api: str) -> None:
    form = ("Content-Type", "application/x-www-form-urlencoded")
    assert get(api, bearer("writer"), form, method="POST", body=b"access_token=writer")[0] == 400
    assert get(api, form, method="POST", body=b"access_token=writer")[:2] == (401, 'Bearer realm="api"')


FORM = ("Content-Type", "application/x-www-form-urlencoded")


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("length", "body"),
    [
        (("Transfer-Encoding", "chunked"), chunked(b"access_token=writer")),
        (("Transfer-Encoding", "chunked"), chunked(b"a=b")),
        (("Content-Length", "65537"), b"x" * 65_537),
    ],
    ids=["in chunks", "in chunks, without a token", "too large"],
)
def test_a_form_that_cannot_be_looked_at_is_400(
    api: str, method: str, length: tuple[str, str], body: bytes
) -> None:
    connection = http.client.HTTPConnection(api.removeprefix("http://"), timeout=5)
    connection.putrequest(method, "/todos")
    for name, value in (bearer("writer"), FORM, length):
        connection.putheader(name, value)
    connection.endheaders(body)
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["error"]) == (400, "invalid_request")
    connection.close()


def test_a_form_that_can_be_looked_at_and_brings_no_token_is_the_routes_affair(api: str) -> None:
    assert get(api, bearer("reader"), FORM)[0] == 200
    assert get(api, bearer("reader"), FORM, body=b"x" * 65_536)[0] == 200
    assert requests.get(f"{api}/todos", headers=dict([bearer("reader"), FORM]), timeout=5).status_code == 200
    assert get(api, bearer("writer"), FORM, method="POST", body=b"title=x")[0] == 422


@pytest.mark.parametrize(
    "types",
    [
        [("Content-Type", "application/json"), FORM],
        [FORM, ("Content-Type", "application/json")],
        [("Content-Type", f"application/json, {FORM[1]}")],
        [("Content-Type", FORM[1].upper())],
    ],
    ids=["second", "first", "merged", "capitals"],
)
def test_any_content_type_may_say_that_it_is_a_form(api: str, types: list[tuple[str, str]]) -> None:
    status, _, body = get(api, bearer("writer"), *types, method="POST", body=b"access_token=writer")
    assert (status, body["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/todos/", "/health/", "/docs/", "/swagger", "/openapi.json/"])
def test_nothing_redirects_to_where_the_host_header_points(api: str, path: str) -> None:
    connection = http.client.HTTPConnection(api.removeprefix("http://"), timeout=5)
    connection.request("GET", path, headers={"Host": "attacker.example"})
    response = connection.getresponse()
    answer = response.status, response.headers.get("Location"), json.loads(response.read())
    connection.close()
    assert answer == (404, None, {"detail": "Not Found"})


@pytest.mark.parametrize(
    ("version", "headers", "asked"),
    [
        ("1.1", [], False),
        ("2", [], True),
        ("2", [(b"content-length", b"9" * 5_000)], True),
        ("2", [(b"content-length", b"-1")], True),
        ("1.1", [(b"content-length", b"3"), (b"transfer-encoding", b"chunked")], True),
    ],
)
def test_another_server_may_not_say_how_long_a_form_is(
    version: str, headers: list[tuple[bytes, bytes]], asked: bool
) -> None:
    async def receive() -> Message:
        raise AssertionError("the body is not to be read")

    async def known(token: str) -> dict[str, object]:
        return {"scope": "read:todos"}

    form = [(b"authorization", b"Bearer reader"), (b"content-type", FORM[1].encode())]
    scope = {"type": "http", "http_version": version, "headers": form + headers, "query_string": b""}
    admitted = Door(known).admit(Request(scope, receive), ["read:todos"])
    if asked:
        with pytest.raises(InvalidRequest):
            asyncio.run(admitted)
    else:
        assert asyncio.run(admitted) == {"scope": "read:todos"}


def test_a_bad_token_is_401_invalid_token_with_the_reason(api: str) -> None:
    status, challenge, body = get(api, bearer("forged"))
    assert status == 401
    assert challenge == 'Bearer error="invalid_token", error_description="The token has expired."'
    assert body == {"error": "invalid_token", "error_description": "The token has expired."}


def test_a_good_token_without_the_scope_is_403_and_names_it(api: str) -> None:
    status, challenge, body = get(api, bearer("reader"), method="POST", body=b'{"title": "x"}')
    assert status == 403
    assert (
        challenge is not None
        and 'error="insufficient_scope"' in challenge
        and 'scope="write:todos"' in challenge
    )
    assert body["error"] == "insufficient_scope"


@pytest.mark.parametrize("token", ["lookalike", "listed", "bare"])
def test_scopes_are_compared_whole(api: str, token: str) -> None:
    assert get(api, bearer(token))[0] == 403


def test_keys_that_cannot_be_had_are_503_with_retry_after(api: str) -> None:
    response = requests.get(f"{api}/todos", headers=dict([bearer("outage")]), timeout=5)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "WWW-Authenticate" not in response.headers


@pytest.mark.parametrize("body", [b"{", b"[" * 10_000, b'{"title": 1}', b""])
def test_the_door_comes_before_the_body(api: str, body: bytes) -> None:
    json_type = ("Content-Type", "application/json")
    assert get(api, json_type, method="POST", body=body)[:2] == (401, 'Bearer realm="api"')
    assert get(api, json_type, bearer("reader"), method="POST", body=body)[0] == 403
    assert get(api, json_type, bearer("writer"), method="POST", body=body)[0] in (400, 422)


def test_every_todo_route_has_the_door(api: str) -> None:
    paths = requests.get(f"{api}/openapi.json", timeout=5).json()["paths"]
    guarded = [
        (method.upper(), path) for path, methods in paths.items() for method in methods if path != "/health"
    ]
    assert len(guarded) == 5
    for method, path in guarded:
        assert get(api, path=path.replace("{todo_id}", "1"), method=method)[:2] == (
            401,
            'Bearer realm="api"',
        ), (
            method,
            path,
        )


def test_the_verifier_can_be_replaced_while_the_api_runs() -> None:
    async def nobody(token: str) -> dict[str, object]:
        raise InvalidToken("no", "Nobody comes in.", reason=Reason.CHECK_FAILED, clause="RFC 6750 §3.1")

    app = todo_api.create_app(verify, audience="the-api", token_endpoint="http://127.0.0.1:9000/oauth/token")
    service = Service("The Todo API", app, listen()).start()
    try:
        assert get(service.url, bearer("reader"))[0] == 200
        app.state.door.verify = nobody
        assert get(service.url, bearer("reader"))[0] == 401
    finally:
        service.stop()


def test_a_verifier_that_breaks_leaves_the_door_shut(api: str, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(token: str) -> dict[str, object]:
        raise ZeroDivisionError

    app = todo_api.create_app(broken, audience="the-api", token_endpoint="http://127.0.0.1:9000/oauth/token")
    service = Service("The Todo API", app, listen()).start()
    try:
        assert (
            requests.get(f"{service.url}/todos", headers=dict([bearer("reader")]), timeout=5).status_code
            == 500
        )
    finally:
        service.stop()


def test_every_token_error_has_an_answer() -> None:
    from helpers.tokens import errors

    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TokenError)
    ]
    assert {kind.status for kind in kinds if kind is not TokenError} == {400, 401, 403, 503}
