"""One exchange raw: as HTTP/1.1 writes it."""

import pytest

from helpers.display.exchange import RawExchange

TOKEN_REQUEST = {
    "target": "Authorization server",
    "method": "POST",
    "host": "127.0.0.1:9000",
    "path": "/oauth/token",
    "request_headers": (
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Authorization", "Basic base64(me:********)"),
    ),
    "request_body": "grant_type=client_credentials",
    "response_headers": (("Content-Type", "application/json"), ("Cache-Control", "no-store")),
    "response_body": '{"token_type": "Bearer"}',
}


def test_it_reads_as_http_does(exchange) -> None:
    assert str(RawExchange(exchange(**TOKEN_REQUEST))).splitlines() == [
        "POST /oauth/token HTTP/1.1",
        "Host: 127.0.0.1:9000",
        "Content-Type: application/x-www-form-urlencoded",
        "Authorization: Basic base64(me:********)",
        "",
        "grant_type=client_credentials",
        "",
        "HTTP/1.1 200 OK",
        "Content-Type: application/json",
        "Cache-Control: no-store",
        "",
        '{"token_type": "Bearer"}',
    ]


def test_without_a_body_nothing_hangs_below_the_headers(exchange) -> None:
    bare = exchange()
    assert bare.raw_request == "GET /todos HTTP/1.1\nHost: 127.0.0.1:3001"
    assert bare.raw_response == "HTTP/1.1 200 OK"


def test_a_missing_response_says_why(exchange) -> None:
    assert exchange(status=None, failure="timed out").raw_response == "(no response: timed out)"


def test_the_html_holds_the_same_two_texts(exchange, page) -> None:
    sent = exchange(**TOKEN_REQUEST)
    shown = page(RawExchange(sent))
    assert shown.inside("pre") == [sent.raw_request, sent.raw_response]
    assert "Client asks Authorization server" in shown.text
    assert "Authorization server answers" in shown.text


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\"'><img src=x>", "</pre><h1>&amp;"])
def test_whatever_crossed_the_wire_stays_text(exchange, page, hostile: str) -> None:
    sent = exchange(
        source=hostile,
        target=hostile,
        method=hostile,
        path=hostile,
        host=hostile,
        request_headers=((hostile, hostile),),
        request_body=hostile,
        reason=hostile,
        response_headers=((hostile, hostile),),
        response_body=hostile,
    )
    shown = page(RawExchange(sent))
    assert shown.names == {"p", "b", "pre"}
    assert shown.inside("pre") == [sent.raw_request, sent.raw_response]
    assert shown.text.count(hostile) == 13
    assert page(RawExchange(exchange(status=None, failure=hostile))).names == {"p", "b", "pre"}
