"""Lesson 05, the third family: tokens that are genuine, and not meant like this."""

from typing import Any

from helpers.exercises.engine import Attempt, Exercise
from helpers.exercises.refusals import accepts, refuses

_NOW = 1_700_000_000
_DAY = 86_400
_LONGEST = 30 * _DAY


def _check_check_type(attempt: Attempt) -> str:
    def header(**members: Any) -> dict[str, Any]:
        return {"alg": "RS256", "kid": "the-key", **members}

    for typ in ("JWT", "at+jwt"):
        accepts(attempt, (header(typ=typ),), f"the type {typ!r}, which access tokens have")
    for typ in ("application/at+jwt", "AT+JWT", "jwt", "Application/AT+JWT"):
        accepts(attempt, (header(typ=typ),), f"{typ!r}, another spelling of the same type (RFC 7515 §4.1.9)")
    for typ in ("logout+jwt", "dpop+jwt", "secevent+jwt", "JWE", "at+jwtx", "xat+jwt", ""):
        refuses(attempt, (header(typ=typ),), f"the type {typ!r}")
    refuses(attempt, (header(typ="text/at+jwt"),), "the type 'text/at+jwt'")
    refuses(attempt, (header(),), "a header with no type")
    for odd in (None, ["JWT"], 5):
        refuses(attempt, (header(typ=odd),), f"a type that is no text, {odd!r},")
    return "An issuer signs many kinds of things with one key, and the other kinds that say so stay outside now. `JWT` says little: `at+jwt` alone is better, where your issuer sends it."


check_type = Exercise(
    name="check_type",
    lesson="05",
    check=_check_check_type,
    hints=(
        "Make one spelling of it, then look for it in a set of two: `jwt` and `at+jwt`.",
        'The one spelling: `typ.lower().removeprefix("application/")`. No `in` on texts: `"jwt" in "logout+jwt"` is true.',
        "Before that, `isinstance(typ, str)`: a missing type, a null or a list is a ValueError too.",
    ),
    solution_code="""
def check_type(header):
    typ = header.get("typ")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in {"jwt", "at+jwt"}:
        raise ValueError("this is not of a type that access tokens have")
""",
    explanation=(
        "RFC 8725 section 3.11 asks for explicit types, and RFC 9068 section 4 says to reject every `typ` but `at+jwt`. Auth0 writes `JWT`"
        " by default, so both are taken here; when your API is set to the RFC 9068 profile, take `at+jwt` alone."
    ),
)


def _check_check_lifetime(attempt: Attempt) -> str:
    def claims(**changes: Any) -> dict[str, Any]:
        return {"iat": _NOW - 100, "exp": _NOW + _DAY - 100, **changes}

    def without(name: str) -> dict[str, Any]:
        return {claim: value for claim, value in claims().items() if claim != name}

    def case(claims: dict[str, Any], now: float = _NOW) -> tuple[Any, ...]:
        return claims, now, _LONGEST

    accepts(attempt, case(claims()), "a token of one day")
    accepts(attempt, case(claims(iat=_NOW)), "a token that was issued in this very second")
    accepts(
        attempt,
        case(claims(iat=_NOW - 100, exp=_NOW - 100 + _LONGEST)),
        "a token of exactly the longest life",
    )
    accepts(attempt, case(claims(iat=_NOW - 0.5)), "an `iat` with a fraction")
    hour = {"iat": _NOW - 100, "exp": _NOW - 100 + 3_600}
    accepts(attempt, (hour, _NOW, 3_600), "a token of one hour where one hour is the longest")
    refuses(
        attempt,
        ({**hour, "exp": hour["exp"] + 1}, _NOW, 3_600),
        "a token of an hour and a second where one hour is the longest",
    )
    refuses(
        attempt, case(claims(exp=_NOW - 100 + _LONGEST + 1)), "a token that lives a second longer than that"
    )
    refuses(attempt, case(claims(exp=_NOW + 100 * 365 * _DAY)), "a token for a century")
    refuses(attempt, case(claims(iat=0)), "a token from 1970 that still runs: it lives too long")
    refuses(attempt, case(claims(iat=_NOW + 1)), "a token that was issued in the future")
    refuses(attempt, case(claims(exp=_NOW)), "a token at the very second of its `exp`")
    refuses(attempt, case(claims(exp=_NOW - 1)), "a token that has expired")
    for name in ("iat", "exp"):
        refuses(attempt, case(without(name)), f"a token with no `{name}`")
        for odd in (str(_NOW), None, True, [_NOW], float("nan"), float("inf")):
            refuses(attempt, case(claims(**{name: odd})), f"an `{name}` of {odd!r}")
    refuses(attempt, case(claims(exp=10**400)), "an `exp` of 401 digits, larger than any float,")
    return "A token's own `exp` was written by whoever made it. How far away it may lie is your decision."


check_lifetime = Exercise(
    name="check_lifetime",
    lesson="05",
    check=_check_check_lifetime,
    hints=(
        "Two numbers are needed, `iat` and `exp`; `type(value) in (int, float)` is false for everything that only looks like one.",
        "What must hold: issued not later than now, now before the end, and from issue to end at most `longest` seconds.",
        "In one line: `iat <= now < exp <= iat + longest`. Comparing needs no conversion to float, so a huge number does no harm; and with"
        " NaN each comparison is false.",
    ),
    solution_code="""
def check_lifetime(claims, now, longest):
    iat, exp = claims.get("iat"), claims.get("exp")
    if type(iat) not in (int, float) or type(exp) not in (int, float):
        raise ValueError("the token does not say from when until when")
    if not iat <= now < exp <= iat + longest:
        raise ValueError("the token is not valid now, or for too long")
""",
    explanation=(
        "RFC 7519 leaves `iat` and `exp` optional, RFC 9068 section 2.2 requires both. A longest life is policy: Auth0 gives at most 30 days,"
        " so a token that claims more was not made by it in the ordinary way. RFC 6750 section 5.3 recommends an hour or less."
    ),
)


def _check_check_forms(attempt: Attempt) -> str:
    def claims(**changes: Any) -> dict[str, Any]:
        return {
            "iss": "https://tenant.example/",
            "sub": "job@clients",
            "aud": "https://api.example",
            "scope": "read:todos",
            **changes,
        }

    def without(name: str) -> dict[str, Any]:
        return {claim: value for claim, value in claims().items() if claim != name}

    accepts(attempt, (claims(),), "a good token")
    accepts(attempt, (without("scope"),), "a token with no scope: what it may do is another question")
    accepts(attempt, (claims(jti="k7"),), "a token with a `jti`, which RFC 9068 asks for")
    accepts(attempt, (claims(aud=["https://api.example"]),), "an `aud` that is a list of texts")
    accepts(attempt, (claims(azp="job", permissions=["read"]),), "a token with claims of the issuer's own")
    for name in ("iss", "sub", "aud"):
        refuses(attempt, (without(name),), f"a token with no `{name}`")
    for name in ("iss", "sub"):
        for odd in (5, None, ["x"], {"x": 1}, True):
            refuses(attempt, (claims(**{name: odd}),), f"a `{name}` of {odd!r}")
    refuses(attempt, (claims(sub=""),), "an empty `sub`: a token about nobody")
    for odd in (5, None, {"https://api.example": 1}, ["https://api.example", 1], [["https://api.example"]]):
        refuses(attempt, (claims(aud=odd),), f"an `aud` of {odd!r}")
    for name in ("scope", "jti"):
        for odd in (["read:todos"], None, 5):
            refuses(attempt, (claims(**{name: odd}),), f"a `{name}` of {odd!r}")
    return (
        "Each claim is of the type that the standard gives it, so that whoever reads it next need not wonder."
    )


check_forms = Exercise(
    name="check_forms",
    lesson="05",
    check=_check_check_forms,
    hints=(
        "`iss` and `sub` must be there and be texts, `sub` not an empty one. `scope` and `jti` may be absent, and are texts if they are not.",
        '`isinstance(claims.get(name, ""), str)` is true for a text and for an absent claim, and false for a null.',
        "`aud` is a text or a list. Make a list of it in both cases, and ask of every member that it is a text: `all(isinstance(one, str) for one in ...)`.",
    ),
    solution_code="""
def check_forms(claims):
    if not {"iss", "sub", "aud"} <= set(claims):
        raise ValueError("the token does not say from whom, about whom or for whom it is")
    if not all(isinstance(claims.get(name, ""), str) for name in ("iss", "sub", "scope", "jti")):
        raise ValueError("a claim is not a text")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if not all(isinstance(audience, str) for audience in audiences) or claims["sub"] == "":
        raise ValueError("the audience is no text, or the subject nobody")
""",
    explanation=(
        "RFC 7519 section 4.1 gives each claim its type; RFC 9068 section 2.2 says which must be there. A text where a list is expected"
        " changes what `in` means one line further on: `me in aud` is true for a text that has `me` somewhere inside."
    ),
)
