"""Lesson 05, the fifth family: how the token gets to the verifier."""

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.predict import Prediction
from helpers.exercises.refusals import refuses

replayed = Prediction(
    name="replayed",
    lesson="05",
    options=(200, 401, 403),
    answer=200,
    because="The token is genuine, and nothing in it or in the request says who sends it. That is what bearer means: whoever carries it gets in.",
    otherwise={
        401: "401 would mean that the verifier noticed something. What should it notice? Every byte is as the issuer made it.",
        403: "403 would mean that the scope was missing. The thief has the scope of the one who was robbed.",
    },
)

_GOOD = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl"


def _check_bearer_token(attempt: Attempt) -> str:
    def call(
        value: str, *more: tuple[str, str], query: tuple[tuple[str, str], ...] = ()
    ) -> tuple[list, list]:
        return [("Host", "127.0.0.1"), ("Authorization", value), *more], list(query)

    for name in ("Authorization", "authorization", "AUTHORIZATION"):
        headers = [("Host", "127.0.0.1"), (name, f"Bearer {_GOOD}")]
        if (found := attempt.or_none(headers, [])) != _GOOD:
            raise NotYet(
                f"For the header `{name}: Bearer …` it returned {_short(found)}. Names of headers know no capitals."
            )
    for value in (f"bearer {_GOOD}", f"BEARER {_GOOD}", f"Bearer   {_GOOD}"):
        if (said := attempt.error(*call(value))) or attempt.or_none(*call(value)) != _GOOD:
            what = value.replace(_GOOD, "TOKEN")
            raise NotYet(f"It does not find the token in {what!r}, which is allowed. {said or ''}".rstrip())
    for arguments, what in (
        (([("Host", "127.0.0.1")], []), "a request with no Authorization header"),
        (call("Basic aWQ6c2VjcmV0"), "another scheme, Basic"),
        (
            ([("Host", "x")], [("access_token", _GOOD)]),
            "a token in the address alone, which is not offered here",
        ),
    ):
        if said := attempt.error(*arguments):
            raise NotYet(f"For {what}: {said} Nothing was shown, so return None; the door answers 401.")
        if (found := attempt.or_none(*arguments)) is not None:
            raise NotYet(f"For {what} it returned {_short(found)}. Return None: no token was shown.")
    for arguments, what in (
        (call(f"Bearer {_GOOD}", ("Authorization", f"Bearer {_GOOD}x")), "two Authorization headers"),
        (
            call(f"Bearer {_GOOD}", ("authorization", "Basic eA==")),
            "two Authorization headers, of which one is Basic",
        ),
        (
            call(f"Bearer {_GOOD}", query=(("access_token", _GOOD),)),
            "a token in the header and one in the address",
        ),
        (call("Bearer"), "the word Bearer with nothing behind it"),
        (call(f"Bearer {_GOOD} {_GOOD}"), "two tokens behind the word Bearer"),
        (call(f"Bearer {_GOOD}, Bearer {_GOOD}"), "two credentials joined by a comma"),
        (call(f"Bearer\t{_GOOD}"), "a tab in place of the space"),
        (call(f"Bearer {_GOOD}\N{LATIN SMALL LETTER E WITH ACUTE}"), "a token with a letter outside ASCII"),
        (call(f'Bearer "{_GOOD}"'), "a token in quotes"),
    ):
        found, raised = attempt.tried(*arguments)
        if raised is None and found is None:
            raise NotYet(
                f"For {what} it returned None, as if nothing was shown. Something was, and it is malformed: raise a ValueError."
            )
        refuses(attempt, arguments, what)
    return "One token, in one place, of one form. Anything else could be read in two ways, and the proxy before you may choose the other one."


def _short(found: object) -> str:
    return "the token" if found == _GOOD else f"{found!r:.60}"


bearer_token = Exercise(
    name="bearer_token",
    lesson="05",
    check=_check_bearer_token,
    hints=(
        "First collect: all values whose header name, in lower case, is `authorization`. None: return None. More than one: a ValueError.",
        "A value that does not begin with the word bearer, in whatever capitals, is another scheme: return None. Then comes the question whether"
        " the address holds an `access_token` too.",
        'The form: `re.fullmatch(r"(?i:bearer) +([A-Za-z0-9\\-._~+/]+=*)", value)`. No match is a ValueError, and otherwise the token is `match[1]`.',
    ),
    solution_code="""
import re

def bearer_token(headers, query):
    values = [value for name, value in headers if name.lower() == "authorization"]
    if not values:
        return None
    if len(values) > 1 or "access_token" in dict(query):
        raise ValueError("the token is sent more than once")
    if not re.match(r"bearer(?![\\w-])", values[0], re.IGNORECASE):
        return None
    match = re.fullmatch(r"(?i:bearer) +([A-Za-z0-9\\-._~+/]+=*)", values[0])
    if match is None:
        raise ValueError("the header is not the word Bearer, a space, and one token")
    return match[1]
""",
    explanation=(
        "RFC 6750 section 2: clients MUST NOT use more than one method to send the token in one request, and section 2.1 gives the form. Nothing"
        " shown is a 401 without an error code, a malformed request is a 400 (section 3.1). Section 2.3 knows a token in the address, and advises"
        " against it: addresses end up in logs."
    ),
)
