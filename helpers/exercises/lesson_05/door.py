"""Lesson 05, the fifth family: how the token gets to the verifier."""

from helpers.exercises.engine import Exercise
from helpers.exercises.near import unlike
from helpers.exercises.probe import ONLY_VALUE_ERRORS, Attempt, Case, NotYet, Probe, case, refused, shown

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl"  # noqa: S105 - signed by nobody
EVERY_CHARACTER = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="

Pairs = tuple[tuple[str, str], ...]
ADDRESS: Pairs = (("page", "2"), ("access_token", TOKEN))


def _request(what: str, *values: str, name: str = "Authorization", query: Pairs = ()) -> Case:
    headers = [("Host", "127.0.0.1"), *((name, value) for value in values), ("Accept", "*/*")]
    return case(what, headers, list(query))


def _finds(name: str, rule: str, *requests: tuple[Case, str]) -> Probe:
    """The function returns this token."""

    def ask(attempt: Attempt) -> None:
        for request, token in requests:
            result, raised, did = attempt.outcome(request.what, *request.arguments)
            if raised is not None or result != token:
                raise NotYet("For {what}, your function {did} {rule}", what=request.what, did=did, rule=rule)

    return Probe(name, ask)


def _none(name: str, rule: str, *requests: Case) -> Probe:
    """The function returns None: no token was sent."""

    def ask(attempt: Attempt) -> None:
        for request in requests:
            result, raised, did = attempt.outcome(request.what, *request.arguments)
            if raised is not None or result is not None:
                raise NotYet(
                    "For {what}, your function {did} {rule} Return `None`.",
                    what=request.what,
                    did=did,
                    rule=rule,
                )

    return Probe(name, ask)


def _malformed(name: str, rule: str, *requests: Case) -> Probe:
    """The function raises."""

    def ask(attempt: Attempt) -> None:
        for request in requests:
            refused(attempt, request, rule)

    return Probe(name, ask)


bearer_token = Exercise(
    name="bearer_token",
    lesson="05",
    probes=(
        _finds(
            "the_token",
            "Return the token alone, as a string.",
            (_request("a request with `Bearer` and a token", f"Bearer {TOKEN}"), TOKEN),
            (_request("a request with another token", "Bearer abc"), "abc"),
            (_request("a token of one character", "Bearer x"), "x"),
            (
                _request("a token with every character that is allowed", f"Bearer {EVERY_CHARACTER}"),
                EVERY_CHARACTER,
            ),
            (_request("a token with `==` at its end", "Bearer YWJjZA=="), "YWJjZA=="),
            (_request("a token that contains the word Bearer", "Bearer bearer.Bearer"), "bearer.Bearer"),
            (
                _request(
                    "a request with other names in its address",
                    f"Bearer {TOKEN}",
                    query=(("page", "2"), ("token", "x")),
                ),
                TOKEN,
            ),
            *(
                (
                    _request(
                        f"a request with `{name}` in its address", f"Bearer {TOKEN}", query=((name, value),)
                    ),
                    TOKEN,
                )
                for name, value in (
                    *((other, "x") for _, other in unlike("access_token")),
                    ("next", "access_token"),
                )
            ),
            (
                case(
                    "a request whose first header is `Authorization`",
                    [("Authorization", f"Bearer {TOKEN}"), ("Host", "x")],
                    [],
                ),
                TOKEN,
            ),
        ),
        _finds(
            "names_of_headers",
            "Capitals do not matter in the name of a header.",
            *(
                (_request(f"a request whose header is called `{name}`", f"Bearer {TOKEN}", name=name), TOKEN)
                for name in ("authorization", "AUTHORIZATION", "aUTHORIZATION")
            ),
        ),
        _finds(
            "capitals_of_bearer",
            "Capitals do not matter in the word Bearer.",
            *(
                (_request(f"the value `{word} TOKEN`", f"{word} {TOKEN}"), TOKEN)
                for word in ("bearer", "BEARER", "bEaReR")
            ),
        ),
        _finds(
            "spaces",
            "One or more spaces separate the word and the token.",
            *(
                (_request(f"a value with {count} spaces behind Bearer", f"Bearer{' ' * count}{TOKEN}"), TOKEN)
                for count in (2, 7)
            ),
        ),
        _none(
            "no_header",
            "Rule 1: without the header no token was sent.",
            _request("a request with no `Authorization` header"),
            case("a request with no headers at all", [], []),
            *(
                _request(f"a request with a header {shown(name)} alone", f"Bearer {TOKEN}", name=name)
                for name in (
                    "X-Authorization",
                    "Proxy-Authorization",
                    "Authorization-Info",
                    *(name for _, name in unlike("Authorization")),
                )
                if name.lower() != "authorization"
            ),
        ),
        _none(
            "the_address_alone",
            "Rule 1: without the header nothing counts, whatever the address contains.",
            _request("a token in the address and no `Authorization` header", query=ADDRESS),
            _request(
                "two tokens in the address and no `Authorization` header",
                query=(*ADDRESS, ("access_token", "x")),
            ),
        ),
        _malformed(
            "two_headers",
            "Rule 2: more than one `Authorization` header is an error.",
            _request("two `Authorization` headers with two tokens", f"Bearer {TOKEN}", f"Bearer {TOKEN}x"),
            _request("two `Authorization` headers with the same token", f"Bearer {TOKEN}", f"Bearer {TOKEN}"),
            _request(
                "two `Authorization` headers, first Bearer and then Basic", f"Bearer {TOKEN}", "Basic eA=="
            ),
            _request(
                "two `Authorization` headers, first Basic and then Bearer", "Basic eA==", f"Bearer {TOKEN}"
            ),
            _request("two `Authorization` headers that are both Basic", "Basic eA==", "Basic eA=="),
            _request("an empty `Authorization` header and a second one with a token", "", f"Bearer {TOKEN}"),
            case(
                "two headers called `Authorization` and `authorization`",
                [("Authorization", f"Bearer {TOKEN}"), ("Host", "x"), ("authorization", f"Bearer {TOKEN}x")],
                [],
            ),
        ),
        _none(
            "another_scheme",
            "Rule 3: a value that does not begin with the word Bearer is another scheme.",
            _request("the scheme Basic", "Basic aWQ6c2VjcmV0"),
            _request("the scheme DPoP", f"DPoP {TOKEN}"),
            _request("the scheme `Bearerx`", f"Bearerx {TOKEN}"),
            _request("the scheme `Bearer-x`", f"Bearer-x {TOKEN}"),
            _request("the scheme `xBearer`", f"xBearer {TOKEN}"),
            _request("a token without a scheme", TOKEN),
            _request("the scheme Basic with the word Bearer behind it", f"Basic Bearer {TOKEN}"),
            _request("an empty value", ""),
        ),
        _none(
            "another_scheme_and_the_address",
            "Rule 3 comes before rule 4: another scheme is no bearer token, whatever the address contains.",
            _request("the scheme Basic and a token in the address", "Basic aWQ6c2VjcmV0", query=ADDRESS),
        ),
        _malformed(
            "header_and_address",
            "Rule 4: a token came in the header, and an `access_token` in the address as well.",
            _request("a token in the header and the same in the address", f"Bearer {TOKEN}", query=ADDRESS),
            _request(
                "a token in the header and another in the address",
                f"Bearer {TOKEN}",
                query=(("access_token", "x"),),
            ),
            _request(
                "a token in the header and an empty `access_token` in the address",
                f"Bearer {TOKEN}",
                query=(("access_token", ""),),
            ),
            _request(
                "a token in the header and two in the address",
                f"bearer {TOKEN}",
                query=(*ADDRESS, ("access_token", "x")),
            ),
        ),
        _malformed(
            "nothing_behind_bearer",
            "Rule 5: the value began with the word Bearer, so there must be spaces and a token behind it.",
            _request("the word Bearer with nothing behind it", "Bearer"),
            _request("the word bearer in small letters with nothing behind it", "bearer"),
            _request("the word Bearer and a space", "Bearer "),
        ),
        _malformed(
            "more_than_a_token",
            "Rule 5: behind the word and the spaces there is one token and nothing else.",
            _request("two tokens with a space between them", f"Bearer {TOKEN} {TOKEN}"),
            _request("two credentials with a comma between them", f"Bearer {TOKEN}, Bearer {TOKEN}"),
            _request("the word Bearer twice", f"Bearer Bearer {TOKEN}"),
            _request("a comma behind the token", f"Bearer {TOKEN},"),
            _request("a space behind the token", f"Bearer {TOKEN} "),
            _request("a line break behind the token", f"Bearer {TOKEN}\n"),
            _request("a parameter behind the token", f"Bearer {TOKEN}; x=1"),
        ),
        _malformed(
            "no_space",
            "Rule 5: what separates the word and the token is a space, or several.",
            _request("a tab instead of the space", f"Bearer\t{TOKEN}"),
            _request("a space and a tab before the token", f"Bearer \t{TOKEN}"),
            _request("a no-break space instead of the space", f"Bearer\u00a0{TOKEN}"),
        ),
        _malformed(
            "characters",
            "Rule 5: a token consists of letters and digits of ASCII and of `-._~+/`, with `=` at its end alone.",
            _request("a token with the letter \u00e9 in it", f"Bearer {TOKEN}\u00e9"),
            _request("a token with a digit of another alphabet in it", f"Bearer {TOKEN}\u0661"),
            _request(
                "a token with the letter \u017f, which is an s when capitals do not matter",
                f"Bearer {TOKEN}\u017f",
            ),
            _request("a token in quotation marks", f'Bearer "{TOKEN}"'),
            _request("a token in angle brackets", f"Bearer <{TOKEN}>"),
            _request("a token with a per cent sign", "Bearer abc%2Edef"),
            _request("a token with a null character", "Bearer abc\0def"),
            _request("a token with an underscore and an asterisk", "Bearer a_b*c"),
            _request("a token with `=` in its middle", "Bearer abc=def"),
            _request("a token that consists of `==` alone", "Bearer =="),
        ),
    ),
    notice="There is one token, in one place and in one form. Anything else could be read in two ways, and the proxy before you may choose the other one.",
    hints=(
        "First collect: all values whose header name, in lower case, is `authorization`. None: return None. More than one: a ValueError.",
        "A value that does not begin with the word bearer, in whatever capitals, is another scheme: return None. Then comes the question whether"
        " the address contains an `access_token` too.",
        'The form: `re.fullmatch(r"(?i:bearer) +([A-Za-z0-9\\-._~+/]+=*)", value)`. No match is a ValueError, and otherwise the token is `match[1]`.',
    ),
    solution_code="""
import re

def bearer_token(headers, query):
    values = [value for name, value in headers if name.lower() == "authorization"]
    if not values:
        return None
    if len(values) > 1:
        raise ValueError("there is more than one Authorization header")
    if not re.match(r"bearer(?![\\w-])", values[0], re.IGNORECASE):
        return None
    if "access_token" in dict(query):
        raise ValueError("the token is sent twice")
    match = re.fullmatch(r"(?i:bearer) +([A-Za-z0-9\\-._~+/]+=*)", values[0])
    if match is None:
        raise ValueError("the header is not the word Bearer, a space, and one token")
    return match[1]
""",
    explanation=(
        "RFC 6750 section 2: clients MUST NOT use more than one method to send the token in one request, and section 2.1 gives the form. If nothing"
        " was sent, the answer is a 401 without an error code; for a malformed request it is a 400 (section 3.1). Section 2.3 describes a token in the address,"
        " and advises against it: addresses end up in logs."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "return": "it returns None, too",
        **dict.fromkeys(
            (
                r"if not re.match('bearer(?![\\w-])', values[-1], re.IGNORECASE):",
                r"match = re.fullmatch('(?i:bearer) +([A-Za-z0-9\\-._~+/]+=*)', values[-1])",
            ),
            "by then there is one value",
        ),
        "values = [value for name, value in headers if str(name.lower()) == str('authorization')]": "a name is a string",
        "values = [value for name, value in headers if str(name.lower()).lower() == str('authorization').lower()]": "by then all letters are small",
    },
)
