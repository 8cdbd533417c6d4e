"""Requests that no client should send: always a 4xx in OAuth's shape, whatever arrives."""

import base64
import gzip
import http.client
import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.authorization_server import token_request

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
GRANT = "grant_type=client_credentials"


@pytest.fixture(scope="session")
def post(token_url):
    """Send bytes as they are, with these headers and no others, and check what holds for every answer."""
    address = urlsplit(token_url)

    def send(
        body: bytes | Iterator[bytes], headers: list[tuple[str, str]], path: str = address.path
    ) -> tuple[int, dict, http.client.HTTPMessage]:
        with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=5)) as connection:
            connection.putrequest("POST", path, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value.encode("latin-1"))
            if isinstance(body, bytes):
                connection.putheader("Content-Length", str(len(body)))
            else:
                connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders(body, encode_chunked=not isinstance(body, bytes))
            response = connection.getresponse()
            content = response.read()
            answer = json.loads(content) if content else {}
        assert response.status < 500
        assert response.headers["Cache-Control"] == "no-store"
        if response.status >= 400:
            assert set(answer) <= {"error", "error_description", "error_uri"}
            assert answer["error_description"].isascii() and answer["error_description"].isprintable()
            assert len(answer["error_description"]) < 500
        return response.status, answer, response.headers

    return send


def basic(text: str | bytes) -> tuple[str, str]:
    return "Authorization", "Basic " + base64.b64encode(
        text.encode() if isinstance(text, str) else text
    ).decode()


BODIES = {
    "repeated form parameter": (FORM, f"{GRANT}&client_id=a&client_id=b", "Repeated parameter: client_id"),
    "repeated unknown parameter": (FORM, f"{GRANT}&x=1&x=1", "Repeated parameter: x"),
    "repeated JSON member": (JSON, '{"audience": "a", "audience": "b"}', "Repeated parameter: audience"),
    "secret a number": (JSON, '{"client_secret": 1}', "Parameter client_secret must be a string"),
    "client a list": (JSON, '{"client_id": ["a"]}', "Parameter client_id must be a string"),
    "grant null": (JSON, '{"grant_type": null}', "Parameter grant_type must be a string"),
    "scope an object": (JSON, '{"scope": {"a": "b"}}', "Parameter scope must be a string"),
    "audience a list": (JSON, '{"audience": ["a", "b"]}', "Parameter audience must be a string"),
    "JSON array": (JSON, '["grant_type"]', "The body is not a JSON object"),
    "JSON string": (JSON, '"grant_type"', "The body is not a JSON object"),
    "array of pairs": (JSON, '[["grant_type", "client_credentials"]]', "The body is not a JSON object"),
    "no JSON": (JSON, GRANT, "The body is not well-formed JSON"),
    "JSON cut short": (JSON, '{"grant_type": "client', "The body is not well-formed JSON"),
    "JSON nested deeply": (JSON, "[" * 16_000, "The body is not well-formed JSON"),
    "JSON with a huge number": (JSON, '{"a": ' + "9" * 16_000 + "}", "The body is not well-formed JSON"),
    "JSON after a byte-order mark": (JSON, '\ufeff{"grant_type": "x"}', "The body is not well-formed JSON"),
    "JSON in UTF-16": (JSON, '{"grant_type": "x"}'.encode("utf-16"), "The body is not UTF-8"),
    "JSON with NUL": (JSON, r'{"client_id": "a\u0000"}', "Parameter client_id contains a control character"),
    "JSON with half a pair": (
        JSON,
        r'{"audience": "\ud800"}',
        "Parameter audience contains a control character",
    ),
    "form not UTF-8": (FORM, b"client_id=\xff", "The body is not UTF-8"),
    "form escaped not UTF-8": (FORM, "client_id=%ff", "The body is not UTF-8"),
    "form with a bad escape": (FORM, "client_id=%zz", None),
    "form with a cut escape": (FORM, "client_id=%4", None),
    "form with NUL": (FORM, "client_id=a%00", "Parameter client_id contains a control character"),
    "form with a line end": (
        FORM,
        "client_secret=a%0d%0a",
        "Parameter client_secret contains a control character",
    ),
    "form without =": (FORM, "grant_type", "The body is not a well-formed form"),
    "JSON called a form": (
        FORM,
        '{"grant_type": "client_credentials"}',
        "The body is not a well-formed form",
    ),
    "form after a byte-order mark": (FORM, f"\ufeff{GRANT}", "Missing required parameter: grant_type"),
}


@pytest.mark.parametrize(("content_type", "body", "description"), BODIES.values(), ids=BODIES)
def test_malformed_body(post, content_type, body, description):
    status, answer, _ = post(
        body.encode() if isinstance(body, str) else body, [("Content-Type", content_type)]
    )

    assert (status, answer["error"]) == (400, "invalid_request")
    assert description in (None, answer["error_description"])


@pytest.mark.parametrize(
    "content_types",
    [[], ["text/plain"], ["application/jsonx"], [""], ["multipart/form-data; boundary=a"], [FORM, JSON]],
)
def test_a_body_of_no_known_type(post, content_types):
    status, answer, _ = post(GRANT.encode(), [("Content-Type", value) for value in content_types])
    assert (status, answer["error"]) == (415, "invalid_request")


def test_the_content_type_may_have_parameters_and_capitals(post, valid):
    status, _, _ = post(json.dumps(valid).encode(), [("Content-Type", "Application/JSON; charset=UTF-8")])
    assert status == 200


def test_parameters_in_the_url_are_refused(post, valid, token_url):
    """RFC 6749 §2.3.1; also when the body would do alone."""
    path = f"{urlsplit(token_url).path}?audience=a"
    status, answer, _ = post(urlencode(valid).encode(), [("Content-Type", FORM)], path)
    assert (status, answer["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("send", [lambda size: b"a=" + b"x" * size, lambda size: iter([b"a=", b"x" * size])])
def test_a_huge_body_is_not_read_to_its_end(post, send):
    status, answer, _ = post(send(1_000_000), [("Content-Type", FORM)])
    assert (status, answer["error"]) == (413, "invalid_request")


def test_a_body_of_just_the_size_allowed(post):
    status, _, _ = post(b"a=" + b"x" * (token_request.MAX_BODY_SIZE - 2), [("Content-Type", FORM)])
    assert status == 400
    status, _, _ = post(b"a=" + b"x" * (token_request.MAX_BODY_SIZE - 1), [("Content-Type", FORM)])
    assert status == 413


@pytest.fixture
def server_log(caplog) -> Iterator[pytest.LogCaptureFixture]:
    """What the HTTP server logs; it would land in whatever cell is running."""
    logger = logging.getLogger("uvicorn.error")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


@pytest.mark.parametrize("hang_up", [True, False])
def test_a_content_length_that_promises_too_much(server, post, valid, monkeypatch, server_log, hang_up):
    monkeypatch.setattr(token_request, "BODY_TIMEOUT", 0.1)
    address = urlsplit(server.issuer)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(
            b"POST /oauth/token HTTP/1.1\r\nHost: a\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        if hang_up:
            connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(4096)

    assert answer == b"" if hang_up else answer.startswith(b"HTTP/1.1 408")
    assert post(json.dumps(valid).encode(), [("Content-Type", JSON)])[0] == 200
    assert not server_log.records


@pytest.mark.parametrize("host", ["[", "[::1", "a b", "", "http://x/"])
def test_a_host_header_that_is_no_host(server, host):
    address = urlsplit(server.issuer)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(
            f"POST /oauth/token HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 4")


AUTHORIZATIONS = {
    "no base64": ("Basic a:b", 400, "invalid_request"),
    "nothing after the scheme": ("Basic", 400, "invalid_request"),
    "not ASCII": ("Basic \xff\xfe", 400, "invalid_request"),
    "no colon": (basic("ab")[1], 400, "invalid_request"),
    "not UTF-8": (basic(b"\xff:\xff")[1], 400, "invalid_request"),
    "bad escape": (basic("a:%zz")[1], 400, "invalid_request"),
    "NUL": (basic("a:%00")[1], 400, "invalid_request"),
    "no client id": (basic(":secret")[1], 401, "invalid_client"),
    "another scheme": ("Bearer abc", 401, "invalid_client"),
    "empty": ("", 401, "invalid_client"),
    "unknown client": (basic("a:b")[1], 401, "access_denied"),
}


@pytest.mark.parametrize(("authorization", "status", "error"), AUTHORIZATIONS.values(), ids=AUTHORIZATIONS)
def test_authorization_header(post, authorization, status, error):
    answer_status, answer, headers = post(
        GRANT.encode(), [("Content-Type", FORM), ("Authorization", authorization)]
    )

    assert (answer_status, answer["error"]) == (status, error)
    assert ("WWW-Authenticate" in headers) == (status == 401)


@pytest.mark.parametrize("body", ["client_secret", "client_id"])
def test_one_way_to_authenticate_is_enough(post, valid, body):
    """RFC 6749 §2.3: never more than one method; another client id in the body would be a second one."""
    credentials = basic(f"{valid['client_id']}:{valid['client_secret']}")
    extra = {"client_secret": valid["client_secret"]} if body == "client_secret" else {"client_id": "another"}
    parameters = {"grant_type": "client_credentials", "audience": valid["audience"]} | extra
    headers = [("Content-Type", FORM), credentials]

    status, answer, _ = post(urlencode(parameters).encode(), headers)
    assert (status, answer["error"]) == (400, "invalid_request")


def test_two_authorization_headers(post, valid):
    credentials = basic(f"{valid['client_id']}:{valid['client_secret']}")
    parameters = {"grant_type": "client_credentials", "audience": valid["audience"]}
    status, answer, _ = post(
        urlencode(parameters).encode(), [("Content-Type", FORM), credentials, credentials]
    )
    assert (status, answer["error"]) == (400, "invalid_request")


PROPERTY = settings(
    max_examples=100,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = st.sampled_from([*token_request.PARAMETERS, "client_assertion", "x"]) | st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=10,
)
HEADER_TEXT = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60
)


@PROPERTY
@given(body=st.binary(max_size=300), content_type=st.sampled_from([FORM, JSON]) | HEADER_TEXT)
def test_any_bytes(post, body, content_type):
    post(body, [("Content-Type", content_type.strip())])


@settings(PROPERTY, max_examples=60)
@given(members=st.dictionaries(NAMES, VALUES, max_size=6), ascii_only=st.booleans())
def test_any_json(post, members, ascii_only):
    body = json.dumps({"grant_type": "client_credentials"} | members, ensure_ascii=ascii_only)
    post(body.encode("utf-8", "surrogatepass"), [("Content-Type", JSON)])


@PROPERTY
@given(pairs=st.lists(st.tuples(NAMES, st.text(max_size=50)), max_size=8))
def test_any_form(post, pairs):
    body = urlencode([("grant_type", "client_credentials"), *pairs], errors="surrogatepass")
    post(body.encode(), [("Content-Type", FORM)])


@PROPERTY
@given(authorization=HEADER_TEXT | st.binary(max_size=40).map(lambda text: basic(text)[1]))
def test_any_authorization(post, authorization):
    post(GRANT.encode(), [("Content-Type", FORM), ("Authorization", authorization.strip())])


@settings(PROPERTY, max_examples=30)
@given(audience=st.text(max_size=300), scope=st.text(max_size=300))
def test_any_audience_and_scope_of_a_client_that_is_who_it_says(post, valid, audience, scope):
    body = urlencode(valid | {"audience": audience, "scope": scope}, errors="surrogatepass")
    post(body.encode(), [("Content-Type", FORM)])


NUMBERS = st.integers() | st.floats() | st.integers(0, 4_000).map(lambda digits: 10**digits)
ODD_JSON = st.dictionaries(NAMES, VALUES | NUMBERS, max_size=6).map(json.dumps) | st.lists(
    st.tuples(NAMES, st.sampled_from(["1e999", "-0", "NaN", "9" * 5_000, '"\\ud800"', "[[[[]]]]", "{}"])),
    max_size=4,
).map(lambda pairs: "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in pairs) + "}")
ODD_FORMS = st.lists(st.tuples(NAMES, st.text(max_size=20) | NUMBERS.map(str)), max_size=200).map(
    lambda pairs: urlencode(pairs, errors="surrogatepass")
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-7", "latin-1", "cp1252"])
HEADER_NAMES = [
    *("Accept", "Accept-Encoding", "Authorization", "Content-Encoding", "Content-Language", "Content-Type"),
    *("Cookie", "Expect", "Forwarded", "If-Match", "Origin", "Range", "Sec-Fetch-Mode", "TE", "Trailer"),
    *("X-Forwarded-For", "X-Forwarded-Host", "X-HTTP-Method-Override", "X-Requested-With"),
]
HEADER_VALUES = ["100-continue", "gzip", "bytes=0-0", "null", "*", f"{JSON};charset=utf-16", "1" * 4_000]
ODD_HEADERS = st.lists(
    st.tuples(
        st.sampled_from(HEADER_NAMES) | st.from_regex(r"X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}", fullmatch=True),
        st.sampled_from(HEADER_VALUES) | HEADER_TEXT.map(str.strip),
    ),
    max_size=8,
)


@pytest.fixture
def a_good_request_works_afterwards(post, valid) -> Iterator[None]:
    yield
    before = time.monotonic()
    status, answer, _ = post(urlencode(valid).encode(), [("Content-Type", FORM)])
    assert status == 200 and answer["access_token"]
    assert time.monotonic() - before < 2


@settings(PROPERTY, max_examples=200)
@given(
    path=st.sampled_from(["/oauth/token", "/oauth/introspect", "/oauth/revoke"]),
    content_type=st.sampled_from([FORM, JSON, f"{FORM}; charset=utf-16", "multipart/form-data; boundary=x"]),
    text=ODD_JSON | ODD_FORMS | st.text(max_size=100),
    encoding=ENCODINGS,
    compressed=st.booleans(),
    headers=ODD_HEADERS,
)
def test_any_request_to_any_endpoint(
    post, a_good_request_works_afterwards, path, content_type, text, encoding, compressed, headers
):
    body = text.encode(encoding, "replace")
    if compressed:
        body, headers = gzip.compress(body), [("Content-Encoding", "gzip"), *headers]
    post(body, [("Content-Type", content_type), *headers], path)


@settings(PROPERTY, max_examples=50)
@given(members=st.dictionaries(st.text(max_size=9), VALUES | NUMBERS, max_size=5))
def test_odd_members_beside_good_ones(post, valid, members):
    """RFC 6749 §3.2: "The authorization server MUST ignore unrecognized request parameters"."""
    odd = {name: value for name, value in members.items() if name not in token_request.PARAMETERS}
    assert post(json.dumps(odd | valid).encode(), [("Content-Type", JSON)])[0] == 200
