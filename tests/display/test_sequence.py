"""The wire view: what really happened, in the order in which it happened."""

import json

import pytest

from helpers.display.picture import BAD, GOOD, WARN
from helpers.display.sequence import AT_MOST, request_notes, response_notes, wire_view

TOKEN = (
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xLyJ9.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw"
)

ASK = {
    "target": "Authorization server",
    "method": "POST",
    "path": "/oauth/token",
    "request_body": "grant_type=client_credentials&client_id=me&client_secret=********"
    "&audience=http%3A%2F%2Flocalhost%3A3001",
    "response_body": json.dumps({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 86400}),
}
CALL = {"request_headers": (("Authorization", f"Bearer {TOKEN}"),), "response_body": '[{"id": 1}, {"id": 2}]'}


def titles(texts: list[str]) -> list[str]:
    """The lines that name a request or a response, which all begin with the number of the exchange."""
    return [text for text in texts if text[0].isdigit() and "  " in text]


def test_a_request_and_its_response_are_two_arrows(show, exchange) -> None:
    shown = show(wire_view([exchange(**CALL)]))
    assert titles(shown.texts) == ["1  GET /todos", "1  200 OK"]
    there, back = shown.all("path")
    assert " l-8 " in there.get("d", "") and " l8 " in back.get("d", "")
    assert (
        shown.alt
        == "1. Client to Todo API: GET /todos (Authorization: Bearer eyJhbGciOi…). Answer: 200 OK (2 items)."
    )


def test_the_participants_stand_side_by_side_as_in_the_lessons(show, exchange) -> None:
    shown = show(wire_view([exchange(), exchange(**ASK)]))
    heads = {"".join(text.itertext()): float(text.get("x", "")) for text in shown.all("text")}
    assert heads["Client"] < heads["Authorization server"] < heads["Todo API"]
    assert [text for text in shown.texts if text in heads][:3] == [
        "Client",
        "Authorization server",
        "Todo API",
    ]


def test_a_fetch_within_a_request_is_drawn_within_it(show, exchange) -> None:
    outer = exchange(started=1.0, ended=4.0)
    inner = exchange(source="Todo API", target="Authorization server", path="/jwks", started=2.0, ended=3.0)
    shown = show(wire_view([outer, inner]))
    assert titles(shown.texts) == ["1  GET /todos", "2  GET /jwks", "2  200 OK", "1  200 OK"]


def test_two_that_run_side_by_side_are_drawn_as_they_were_answered(show, exchange) -> None:
    slow = exchange(path="/slow", started=1.0, ended=4.0)
    quick = exchange(path="/quick", started=2.0, ended=3.0, status=404, reason="Not Found")
    late = exchange(path="/late", started=3.5, ended=5.0)
    shown = show(wire_view([slow, quick, late]))
    assert titles(shown.texts) == [
        "1  GET /slow",
        "2  GET /quick",
        "2  404 Not Found",
        "3  GET /late",
        "1  200 OK",
        "3  200 OK",
    ]


def test_a_clock_that_did_not_tick_leaves_the_order_alone(show, exchange) -> None:
    shown = show(
        wire_view([exchange(path="/a", started=1, ended=1), exchange(path="/b", started=1, ended=1)])
    )
    assert titles(shown.texts) == ["1  GET /a", "1  200 OK", "2  GET /b", "2  200 OK"]


def test_a_missing_answer_is_drawn_and_says_why(show, exchange) -> None:
    shown = show(wire_view([exchange(status=None, failure="could not connect")]))
    assert titles(shown.texts) == ["1  GET /todos", "1  no answer"]
    assert "could not connect" in shown.texts
    assert shown.alt.endswith("Answer: no answer (could not connect).")
    assert shown.all("path")[1].get("fill") == BAD
    assert "(no response: could not connect)" in shown.page.text


@pytest.mark.parametrize(("status", "colour"), [(201, GOOD), (302, WARN), (401, BAD), (500, BAD)])
def test_the_colour_of_an_answer_is_that_of_its_status(show, exchange, status: int, colour: str) -> None:
    assert show(wire_view([exchange(status=status)])).all("path")[1].get("fill") == colour


@pytest.mark.parametrize(
    ("status", "reason", "title"),
    [(401, "", "401 Unauthorized"), (401, "Nope", "401 Nope"), (520, "", "520"), (299, "", "299")],
)
def test_an_answer_without_a_reason_phrase_gets_the_usual_one(show, exchange, status, reason, title) -> None:
    assert titles(show(wire_view([exchange(status=status, reason=reason)])).texts)[1] == f"1  {title}"


def test_of_very_many_the_last_are_drawn_and_the_rest_is_counted(show, exchange) -> None:
    many = [exchange(path=f"/{number}", started=number, ended=number + 0.5) for number in range(AT_MOST + 3)]
    shown = show(wire_view(many))
    drawn = [title for title in titles(shown.texts) if "GET" in title]
    assert (drawn[0], drawn[-1], len(drawn)) == ("1  GET /3", f"{AT_MOST}  GET /{AT_MOST + 2}", AT_MOST)
    assert "3 earlier ones are not drawn." in shown.texts
    assert shown.alt.endswith("3 earlier ones are not drawn.")
    assert len(shown.page.inside("pre")) == 2 * AT_MOST


def test_as_many_as_fit_are_all_drawn(show, exchange) -> None:
    shown = show(wire_view([exchange(started=number, ended=number) for number in range(AT_MOST)]))
    assert len(titles(shown.texts)) == 2 * AT_MOST
    assert "earlier" not in shown.alt


def test_tokens_are_shortened_in_the_picture_and_whole_in_the_raw_exchange(show, exchange) -> None:
    shown = show(wire_view([exchange(**ASK, started=1, ended=2), exchange(**CALL, started=3, ended=4)]))
    drawn = " ".join(shown.texts) + shown.alt
    assert TOKEN[:20] not in drawn
    assert "access_token=eyJhbGciOi…" in drawn and "Authorization: Bearer eyJhbGciOi…" in drawn
    assert shown.page.text.count(TOKEN) == 2


def test_the_raw_exchanges_stand_beneath_folded_away(show, exchange) -> None:
    sent = [exchange(**ASK), exchange(**CALL)]
    shown = show(wire_view(sent))
    assert [name for name, _ in shown.page.tags][:3] == ["img", "details", "summary"]
    assert shown.page.inside("pre") == [
        text for each in sent for text in (each.raw_request, each.raw_response)
    ]


def test_somebody_unknown_gets_a_column_too(show, exchange) -> None:
    shown = show(wire_view([exchange(source="A proxy", target="Client"), exchange()]))
    places = {"".join(text.itertext()): float(text.get("x", "")) for text in shown.all("text")}
    assert places["Client"] < places["Todo API"] < places["A proxy"] < 860


def test_somebody_who_talks_to_themselves_is_drawn(show, exchange) -> None:
    shown = show(wire_view([exchange(source="Todo API", path="/health", request_body="are you well")]))
    assert titles(shown.texts) == ["1  GET /health", "1  200 OK"]
    assert "are you well" in shown.texts


def test_a_crowd_is_drawn(show, exchange) -> None:
    crowd = [
        exchange(target=f"API {letter}", path="/a-rather-long-path", started=1, ended=1)
        for letter in "ABCDEFGHIJ"
    ]
    assert len(titles(show(wire_view(crowd)).texts)) == 20


def test_long_lines_are_wrapped_between_two_neighbours(show, exchange) -> None:
    long = exchange(
        path="/todos?" + "x" * 500,
        status=401,
        response_headers=(
            ("WWW-Authenticate", f'Bearer error="invalid_token", error_description="{"why " * 60}"'),
        ),
        request_body=" ".join(["word"] * 100),
    )
    api = exchange(source="Todo API", target="Authorization server", started=3, ended=4)
    shown = show(wire_view([long, api]))
    assert max(len(text) for text in shown.texts) <= 660 / 6.7
    height = float(shown.root.get("height", ""))
    assert all(0 < float(text.get("y", "")) < height for text in shown.all("text"))


HOSTILE = ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "</text></svg>&amp;&", "]]><!--"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_is_sent_stays_text(show, exchange, hostile: str) -> None:
    bodies = [
        hostile,
        f"client_id={hostile}&scope={hostile}",
        json.dumps({"client_id": hostile, "error": hostile}),
    ]
    sent = [
        exchange(
            source=hostile,
            method=hostile,
            path=hostile,
            request_headers=(("Authorization", hostile), (hostile, hostile)),
            request_body=body,
            reason=hostile,
            response_headers=(("WWW-Authenticate", hostile),),
            response_body=body,
        )
        for body in bodies
    ]
    sent.append(exchange(target=hostile, status=None, failure=hostile))
    shown = show(wire_view(sent))
    assert shown.page.names == {"img", "details", "summary", "hr", "p", "b", "pre"}
    assert {element.tag.rpartition("}")[2] for element in shown.root.iter()} == {
        "svg",
        "rect",
        "line",
        "path",
        "text",
    }
    assert hostile in shown.alt and hostile in shown.texts
    assert hostile in shown.page.text


@pytest.mark.parametrize(
    "body",
    [
        "\x00\x1b[0m",
        '{"error": "\\ud800\\u0000"}',
        "[" * 100_000,
        '{"keys": 3}',
        '{"keys": null}',
        "NaN",
        "1" * 10_000,
        "=",
        "&&&",
        "null",
        '"text"',
    ],
)
def test_odd_bodies_are_drawn(show, exchange, body: str) -> None:
    shown = show(wire_view([exchange(request_body=body, response_body=body)]))
    assert titles(shown.texts) == ["1  GET /todos", "1  200 OK"]


@pytest.mark.parametrize(
    ("headers", "body", "notes"),
    [
        ((), "", []),
        ((("Accept", "*/*"), ("User-Agent", "x")), "", []),
        ((("authorization", f"bearer {TOKEN}"),), "", ["Authorization: bearer eyJhbGciOi…"]),
        ((("Authorization", TOKEN),), "", ["Authorization: eyJhbGciOi…"]),
        ((("Authorization", "Basic base64(me:********)"),), "", ["Authorization: Basic base64(me:********)"]),
        ((("Authorization", "Bearer " + "x" * 50),), "", ["Authorization: Bearer " + "x" * 26 + "…"]),
        (
            (),
            ASK["request_body"],
            [
                "grant_type=client_credentials",
                "client_id=me",
                "client_secret=********",
                "audience=http://localhost:3001",
            ],
        ),
        (
            (),
            '{"scope": "read:todos", "grant_type": "client_credentials"}',
            ["grant_type=client_credentials", "scope=read:todos"],
        ),
        ((), '{"title": "Buy milk"}', ['{"title": "Buy milk"}']),
        (
            (("Authorization", f"Bearer {TOKEN}"),),
            '{"done": true}',
            ["Authorization: Bearer eyJhbGciOi…", '{"done": true}'],
        ),
        ((), "not a form", ["not a form"]),
        ((), "x" * 100, ["x" * 79 + "…"]),
    ],
)
def test_what_is_noted_of_a_request(exchange, headers, body: str, notes: list[str]) -> None:
    assert request_notes(exchange(request_headers=headers, request_body=body)) == notes


CHALLENGE = 'Bearer error="invalid_token", error_description="The token has expired"'


@pytest.mark.parametrize(
    ("headers", "body", "notes"),
    [
        ((), "", []),
        ((), "[]", ["0 items"]),
        ((), '[{"id": 1}]', ["1 item"]),
        (
            (),
            '{"error": "access_denied", "error_description": "Unauthorized"}',
            ["access_denied: Unauthorized"],
        ),
        ((), '{"error": "invalid_request"}', ["invalid_request"]),
        ((), '{"error_description": "no code"}', ["no code"]),
        ((), '{"keys": [{"kid": "a"}, {"kid": "b"}]}', ["2 public keys"]),
        ((), '{"issuer": "x", "jwks_uri": "y"}', ["issuer, token_endpoint, jwks_uri …"]),
        ((("www-authenticate", "Bearer"),), "", ["www-authenticate: Bearer"]),
        (
            (("WWW-Authenticate", CHALLENGE),),
            '{"error": "invalid_token"}',
            [f"WWW-Authenticate: {CHALLENGE}", "the same in JSON"],
        ),
        ((("Retry-After", "7"),), '{"error": "too_many_requests"}', ["Retry-After: 7", "too_many_requests"]),
        ((), '{"id": 3, "title": "Buy milk"}', ['{"id": 3, "title": "Buy milk"}']),
        ((), "<!doctype html>" + "x" * 100, ["<!doctype html>" + "x" * 64 + "…"]),
        (
            (),
            json.dumps({"access_token": TOKEN, "scope": "read:todos", "token_type": "Bearer"}),
            ["access_token=eyJhbGciOi…", "token_type=Bearer", "scope=read:todos"],
        ),
    ],
)
def test_what_is_noted_of_a_response(exchange, headers, body: str, notes: list[str]) -> None:
    assert response_notes(exchange(response_headers=headers, response_body=body)) == notes
