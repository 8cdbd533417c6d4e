"""Attacks on the door: where the token stands in the request, what else stands there, and which scopes it holds."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from helpers.attacks.attack import Attack, Request
from helpers.attacks.checks import (
    CREDENTIALS,
    CREDENTIALS_FORM,
    HEADER_ONLY,
    ONE_WAY,
    SCHEME,
    SCOPES,
    SILENCE,
)
from helpers.attacks.workshop import Workshop

FORM = ("Content-Type", "application/x-www-form-urlencoded")

IN_LOGS = "Tokens in addresses and forms end up in logs, histories and referrers, where others find them."
TWO_TOKENS = "Your gateway looks at one token and your API at the other: the bad one rides on the good one."
PARTS = "A scope whose name holds another one's gives the rights of both."

MARK = "forger-was-here"
"""Stands in the tokens that an answer must not repeat."""


def _headers(write: Callable[[str], list[str]]) -> Callable[[Workshop], Request]:
    """GET with these values of Authorization, made from the good token."""
    return lambda workshop: Request(headers=[("Authorization", value) for value in write(workshop.good)])


def _also(**where: str) -> Callable[[Workshop], Request]:
    """The good token in the header, and once more in the query or in a form."""

    def make(workshop: Workshop) -> Request:
        header = ("Authorization", f"Bearer {workshop.good}")
        parameter = urlencode({"access_token": workshop.good})
        if "query" in where:
            return Request(headers=[header], query=parameter)
        return Request("POST", [header, FORM], body=parameter.encode())

    return make


def _chunked(workshop: Workshop) -> Request:
    """The good token in the header, and once more in a form whose length is said nowhere (RFC 9112 §7.1)."""
    form = urlencode({"access_token": workshop.good}).encode()
    headers = [("Authorization", f"Bearer {workshop.good}"), FORM, ("Transfer-Encoding", "chunked")]
    return Request(headers=headers, body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(form), form))


def _large(workshop: Workshop) -> Request:
    """The good token in the header, and once more at the end of a form of 100 kB."""
    form = urlencode({"padding": "A" * 100_000, "access_token": workshop.good}).encode()
    return Request(headers=[("Authorization", f"Bearer {workshop.good}"), FORM], body=form)


def _query(workshop: Workshop) -> Request:
    return Request(query=urlencode({"access_token": workshop.good}))


def _form(workshop: Workshop) -> Request:
    return Request("POST", [FORM], body=urlencode({"access_token": workshop.good}).encode())


def _scoped(scope: str | None, **claims: Any) -> Callable[[Workshop], Request]:
    """GET with a good token of this scope; {} in it stands for the scope that the resource takes."""

    def make(workshop: Workshop) -> Request:
        needed = workshop.needs
        value: Any = ... if scope is None else scope.format(needed, needed[:-1], needed.upper())
        others = {name: [needed] if listed == "list" else needed for name, listed in claims.items()}
        return Request.bearing(workshop.issued_with(**{"permissions": ..., "scope": value, **others}))

    return make


def _marked(write: Callable[[Workshop, str], str]) -> Callable[[Workshop], Request]:
    """A bad token with text in it that an attacker would like to see in the answer."""
    evil = f'"\r\nSet-Cookie: {MARK}=1\r\n\r\n<script>{MARK}</script>'
    return lambda workshop: Request.bearing(write(workshop, evil))


ATTACKS = (
    Attack(
        "no token",
        CREDENTIALS,
        "shows nothing at all",
        "The door is open to everybody.",
        lambda workshop: Request(),
    ),
    Attack(
        "no token on a longer path",
        CREDENTIALS,
        "asks for what lies behind the first address",
        "One route was forgotten, and everybody reads it.",
        lambda workshop: Request(path="/1"),
        answers=(401, 404),
    ),
    Attack(
        "no token in another method",
        CREDENTIALS,
        "asks to make something, and shows nothing",
        "One method was forgotten, and everybody uses it.",
        lambda workshop: Request("POST", [FORM], body=b"x=1"),
        answers=(401, 404, 405),
    ),
    *(
        Attack(
            name,
            SCHEME,
            story,
            "What your gateway takes for another scheme, and lets pass, your API takes for a token.",
            _headers(lambda token, value=value: [value.format(token)]),
        )
        for name, story, value in (
            ("scheme Basic", "shows a good token as Basic credentials", "Basic {}"),
            ("scheme Token", "shows a good token under a name that no standard knows", "Token {}"),
            ("no scheme", "shows a good token without the word Bearer", "{}"),
            ("scheme like Bearer", "writes a scheme that begins with Bearer", "BearerX {}"),
        )
    ),
    Attack("token in the query", HEADER_ONLY, "puts a good token into the address", IN_LOGS, _query),
    Attack(
        "token in a form",
        HEADER_ONLY,
        "puts a good token into a form",
        IN_LOGS,
        _form,
        rule="policy; RFC 6750 §2.2 says MAY",
        answers=(401, 404, 405),
    ),
    Attack(
        "header and query",
        ONE_WAY,
        "sends a token in the header, and one in the address",
        TWO_TOKENS,
        _also(query="access_token"),
        answers=(400,),
    ),
    Attack(
        "header and form",
        ONE_WAY,
        "sends a token in the header, and one in a form",
        TWO_TOKENS,
        _also(form="access_token"),
        answers=(400, 404, 405),
    ),
    *(
        Attack(name, ONE_WAY, story, TWO_TOKENS, make, answers=(400, 405, 411, 413, 415))
        for name, story, make in (
            ("header and a form in chunks", "sends a token in the header, and one in a form of no length", _chunked),
            ("header and a large form", "sends a token in the header, and one at the end of a large form", _large),
        )
    ),
    Attack(
        "two headers with the bad one first",
        ONE_WAY,
        "sends two Authorization headers, the good token in the second",
        TWO_TOKENS,
        _headers(lambda token: ["Bearer a.b.c", f"Bearer {token}"]),
        rule="RFC 9110 §5.3",
        answers=(400,),
    ),
    Attack(
        "two headers with the good one first",
        ONE_WAY,
        "sends two Authorization headers, the good token in the first",
        TWO_TOKENS,
        _headers(lambda token: [f"Bearer {token}", "Bearer a.b.c"]),
        rule="RFC 9110 §5.3",
        answers=(400,),
    ),
    *(
        Attack(
            name,
            CREDENTIALS_FORM,
            story,
            TWO_TOKENS,
            _headers(lambda token, value=value: [value.format(token)]),
            answers=(400,),
        )
        for name, story, value in (
            ("two tokens and a comma", "joins two tokens with a comma", "Bearer {}, Bearer a.b.c"),
            ("two tokens and a space", "puts a second token behind the first", "Bearer {} a.b.c"),
            ("a tab", "has a tab where a space belongs", "Bearer\t{}"),
            ("a comma behind", "ends with a comma", "Bearer {},"),
            ("quotes", "has quotes around the token", 'Bearer "{}"'),
            ("a colon", "writes Bearer with a colon", "Bearer: {}"),
        )
    ),
    *(
        Attack(name, SCOPES, story, gain, _scoped(scope, **claims), answers=(403,))
        for name, story, gain, scope, claims in (
            ("scope with more behind it", "holds a scope that begins with the right one", PARTS, "{0}X", {}),
            ("scope with more before it", "holds a scope that ends with the right one", PARTS, "x{0}", {}),
            ("scope cut short", "holds the beginning of the right scope", PARTS, "{1}", {}),
            ("scope in capitals", "holds the right scope in capitals", PARTS, "{2}", {}),
            ("scopes with commas", "puts commas between its scopes", PARTS, "openid,{0}", {}),
            ("no scope", "holds no scope at all", "Every token for this API may do everything.", None, {}),
            (
                "permissions alone",
                "holds the right word among its permissions, which this API does not use",
                "Whoever manages users' permissions gives rights that no client was granted.",
                None,
                {"permissions": "list"},
            ),
            (
                "scp alone",
                "holds the right scope under the name that another service uses",
                "A claim that nobody here decides on gives rights.",
                None,
                {"scp": "text"},
            ),
        )
    ),
    *(
        Attack(
            name,
            SILENCE,
            story,
            "They write into your answers, your pages and your logs.",
            _marked(write),
            echo=MARK,
        )
        for name, story, write in (
            (
                "a header in kid",
                "has a line break and a header line for a key id",
                lambda workshop, evil: workshop.forged(kid=evil),
            ),
            (
                "a header in alg",
                "has a line break and a header line for an algorithm",
                lambda workshop, evil: workshop.forged(alg=evil),
            ),
            (
                "a page in iss",
                "has a piece of a web page for an issuer",
                lambda workshop, evil: workshop.issued_with(iss=evil),
            ),
            (
                "a page in aud",
                "has a piece of a web page for an audience",
                lambda workshop, evil: workshop.issued_with(aud=evil),
            ),
        )
    ),
)  # fmt: skip
"""In the order in which lesson 05 tells of them."""
