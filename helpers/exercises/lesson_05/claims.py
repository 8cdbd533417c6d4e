"""Lesson 05, the third family: tokens that are genuine, and not meant like this."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.lesson_04.claims import AUDIENCE, ISSUER, NOW, Times, changed
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import (
    ONLY_VALUE_ERRORS,
    Attempt,
    Case,
    accepts,
    case,
    probe,
    refused,
    refuses,
    shown,
)

DAY = 86_400
LONGEST = 30 * DAY

# --- the type

TYPES = [("the type `JWT`", "JWT"), ("the type `at+jwt`", "at+jwt")]
CAPITALS = [(f"the type `{typ}`", typ) for typ in ("jwt", "Jwt", "AT+JWT", "at+JWT")]
LONG_FORMS = [
    (f"the type `{typ}`", typ) for typ in ("application/at+jwt", "application/AT+JWT", "Application/at+jwt")
]
OTHER_KINDS = [
    *(
        (f"the type `{kind}+jwt`", f"{kind}+jwt")
        for kind in ("logout", "dpop", "secevent", "token-introspection")
    ),
    *(
        (f"the type `{typ}`", typ)
        for typ in (
            "JWE",
            "JOSE",
            "application/logout+jwt",
            "text/at+jwt",
            "application/",
            "JWT; x=1",
            "application/at+jwt;charset=utf-8",
            "at+application/jwt",
            "application/application/at+jwt",
        )
    ),
]
NEARLY_TYPES = [
    (f"the type {shown(typ)}", typ)
    for right in ("JWT", "at+jwt", "application/at+jwt")
    for _, typ in unlike(right)
    if typ.lower().removeprefix("application/") not in ("jwt", "at+jwt")
]
NO_TYPES: list[tuple[str, Any]] = [
    *((f"a `typ` that is {what}", typ) for what, typ in odd("JWT")),
    ("a `typ` that is the list `['JWT']`", ["JWT"]),
    ("a `typ` that is the number 5", 5),
]


def _typed(entries: Iterable[tuple[str, Any]]) -> Iterator[Case]:
    return (
        case(f"a header with {what}", {"typ": typ, "alg": "RS256", "kid": "the-key"}) for what, typ in entries
    )


check_type = Exercise(
    name="check_type",
    lesson="05",
    probes=(
        accepts("access_tokens", *_typed(TYPES), rule="Access tokens have this type."),
        accepts("capitals", *_typed(CAPITALS), rule="Capitals do not matter in a type."),
        accepts(
            "long_form", *_typed(LONG_FORMS), rule="It is the long form of `at+jwt` (RFC 7515 section 4.1.9)."
        ),
        refuses("other_kinds", *_typed(OTHER_KINDS), rule="An access token does not have this type."),
        refuses("nearly", *_typed(NEARLY_TYPES), rule="Apart from capitals, a type is compared whole."),
        refuses(
            "no_string",
            *_typed(NO_TYPES),
            rule="In JSON a value can be of any type, and this one is not the right string.",
        ),
        refuses(
            "missing",
            case("a header with no `typ`", {"alg": "RS256", "kid": "the-key"}),
            case(
                "a header with no `typ`, and `JWT` as its content type `cty`", {"cty": "JWT", "alg": "RS256"}
            ),
            rule="A token that does not say what it is could be anything.",
        ),
    ),
    notice=(
        "An issuer signs many kinds of tokens with one key, and now the other kinds that say so are refused. `JWT` says little:"
        " where your issuer sends `at+jwt`, accept that alone."
    ),
    hints=(
        "Bring the type into one form, then look for it in a set of two: `jwt` and `at+jwt`.",
        'The one form: `typ.lower().removeprefix("application/")`. Do not use `in` between strings: `"jwt" in "logout+jwt"` is true.',
        "Before that, `isinstance(typ, str)`: a missing type, a null and a list are ValueErrors too.",
    ),
    solution_code="""
def check_type(header):
    typ = header.get("typ")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in {"jwt", "at+jwt"}:
        raise ValueError("this is not of a type that access tokens have")
""",
    explanation=(
        "RFC 8725 section 3.12 asks that rules for different kinds of token exclude each other, and section 3.11 recommends explicit types. For tokens of its own profile, RFC 9068 section 4 says to reject every `typ` but `at+jwt`. Auth0 writes `JWT`"
        " by default, so both are accepted here; when your API is set to the RFC 9068 profile, accept `at+jwt` alone."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "if not isinstance(typ, str) or not str(typ.lower().removeprefix('application/')).lower() in [str(each).lower() for each in {'jwt', 'at+jwt'}]:": "by then all letters are small",
    },
)

# --- the lifetime

LIVING: Times = [
    ("a token of one day", {}, NOW),
    ("a token that was issued in this very second", {"iat": NOW}, NOW),
    ("an `iat` with a fraction, half a second ago", {"iat": NOW - 0.5}, NOW),
    ("an `exp` with a fraction, 10.5 seconds ahead", {"exp": NOW + 10.5}, NOW),
    ("a token with one second left", {"exp": NOW + 1}, NOW),
]
EXACTLY: Times = [
    ("a token that lives exactly as long as is allowed", {"exp": NOW - 100 + LONGEST}, NOW),
    ("the same token half a second before its end", {"exp": NOW - 100 + LONGEST}, NOW - 100.5 + LONGEST),
]
TOO_LONG: Times = [
    ("a token that lives a second too long", {"exp": NOW - 100 + LONGEST + 1}, NOW),
    ("a token that lives half a second too long", {"exp": NOW - 100 + LONGEST + 0.5}, NOW),
    ("a token for a century", {"exp": NOW + 100 * 365 * DAY}, NOW),
    ("a token that was issued in 1970 and still has a day left", {"iat": 0}, NOW),
    (
        "a token that lives a second too long, shortly before its end",
        {"exp": NOW - 99 + LONGEST},
        NOW - 100 + LONGEST,
    ),
]
FUTURE: Times = [
    ("a token that was issued one second ahead of now", {"iat": NOW + 1}, NOW),
    ("a token that was issued half a second ahead of now", {"iat": NOW + 0.5}, NOW),
    ("a token that was issued an hour ahead of now", {"iat": NOW + 3_600}, NOW),
]
ENDED: Times = [
    ("a token at the very second of its `exp`", {"exp": NOW}, NOW),
    ("a token that expired a second ago", {"exp": NOW - 1}, NOW),
    ("a token that expired half a second ago", {"exp": NOW - 0.5}, NOW),
]
NO_IAT: Times = [
    ("a token with no `iat`", {"iat": ...}, NOW),
    ("a token with no `iat`, and another moment in `auth_time`", {"iat": ..., "auth_time": NOW - 100}, NOW),
]
NO_EXP: Times = [
    ("a token with no `exp`", {"exp": ...}, NOW),
    ("a token with no `exp`, and another moment in `refresh_at`", {"exp": ..., "refresh_at": NOW + DAY}, NOW),
]
IAT_NO_NUMBER: Times = [
    ("an `iat` that is a string of digits", {"iat": str(NOW - 100)}, NOW),
    ("an `iat` of true (Python treats `True` as 1)", {"iat": True, "exp": 100}, 50),
    ("an `iat` of false (Python treats `False` as 0)", {"iat": False, "exp": 100}, 50),
    ("an `iat` of null", {"iat": None}, NOW),
    ("an `iat` that is a list", {"iat": [NOW - 100]}, NOW),
    ("an `iat` that is an object", {"iat": {}}, NOW),
]
EXP_NO_NUMBER: Times = [
    ("an `exp` that is a string of digits", {"exp": str(NOW + DAY)}, NOW),
    ("an `exp` of true (Python treats `True` as 1) at the time 0", {"iat": 0, "exp": True}, 0),
    ("an `exp` of null", {"exp": None}, NOW),
    ("an `exp` that is a list", {"exp": [NOW + DAY]}, NOW),
    ("an `exp` that is an object", {"exp": {}}, NOW),
]
NOT_FINITE: Times = [
    (f"an `{name}` of {said}", {name: value}, NOW)
    for name in ("iat", "exp")
    for said, value in (("NaN", math.nan), ("Infinity", math.inf), ("minus Infinity", -math.inf))
]
HUGE: Times = [
    ("an `exp` of 401 digits, larger than any float", {"exp": 10**400}, NOW),
    ("the same `exp` and an `iat` with a fraction", {"iat": NOW - 0.5, "exp": 10**400}, NOW),
    (
        "an `exp` of 401 digits and an `iat` of as many, which is ahead of now",
        {"iat": 10**400, "exp": 10**400 + DAY},
        NOW,
    ),
    ("an `iat` of minus 401 digits, before the beginning of time", {"iat": -(10**400)}, NOW),
]
BAD_LIVES: list[tuple[str, Times, str]] = [
    ("too_long", TOO_LONG, "From `iat` to `exp` it lives longer than `longest` seconds."),
    ("future", FUTURE, "It was not issued yet."),
    ("ended", ENDED, "A token must not be accepted on or after its `exp`."),
    ("no_iat", NO_IAT, "Without `iat` nobody knows how long it lives."),
    ("no_exp", NO_EXP, "It would live forever."),
    ("iat_no_number", IAT_NO_NUMBER, "`iat` must be a number, and this is not one."),
    ("exp_no_number", EXP_NO_NUMBER, "`exp` must be a number, and this is not one."),
    ("not_finite", NOT_FINITE, "`iat` and `exp` must be finite numbers."),
    (
        "huge",
        HUGE,
        "An integer can have any number of digits in JSON, and Python cannot turn a huge one into a float.",
    ),
]


def _lives(entries: Times, longest: float = LONGEST) -> Iterator[Case]:
    claims = {"exp": NOW - 100 + DAY, "iat": NOW - 100}
    return (case(what, changed(claims, changes), now, longest) for what, changes, now in entries)


def _hour(what: str, seconds: float) -> Case:
    return case(what, {"iat": NOW - 100, "exp": NOW - 100 + seconds}, NOW, 3_600)


@probe
def the_parameters(attempt: Attempt) -> None:
    """One token for which another answer is right when another parameter is given."""
    claims = {"iat": NOW - 100, "exp": NOW - 100 + 7_200}
    attempt.outcome("a token of two hours, where `longest` is two hours", claims, NOW, 7_200)
    rule = "The longest life is the parameter `longest`."
    refused(attempt, case("a token of two hours, where `longest` is one hour", claims, NOW, 3_600), rule)
    rule = "The time is the parameter `now`."
    refused(attempt, case("the same token of two hours, two hours later", claims, NOW + 7_101, 7_200), rule)


check_lifetime = Exercise(
    name="check_lifetime",
    lesson="05",
    probes=(
        accepts(
            "living",
            *_lives(LIVING),
            case("an `iat` of 0 at the time 50", {"iat": 0, "exp": 100}, 50, 3_600),
            rule="Everything that is asked holds for it.",
        ),
        accepts(
            "exactly_as_long",
            *_lives(EXACTLY),
            _hour("a token of exactly one hour, where `longest` is one hour", 3_600),
            rule="It lives for `longest` seconds at most.",
        ),
        *(refuses(name, *_lives(entries), rule=rule) for name, entries, rule in BAD_LIVES),
        the_parameters,
    ),
    notice="The issuer wrote the token's `exp`. How far ahead you accept it is your decision.",
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
        "RFC 7519 leaves `iat` and `exp` optional; RFC 9068 section 2.2 requires both of tokens with the type `at+jwt`, and for others it is your policy. A longest life is policy: Auth0 gives at most 30 days,"
        " so Auth0 did not make a token that claims more in the ordinary way. RFC 6750 section 5.3 recommends an hour or less."
    ),
    equal={**ONLY_VALUE_ERRORS},
)

# --- the forms

CLAIMS = {"iat": NOW, "iss": ISSUER, "sub": "job@clients", "aud": AUDIENCE, "scope": "read:todos"}
Forms = list[tuple[str, dict[str, Any]]]
NO_STRINGS: list[tuple[str, Any]] = [
    ("null", None),
    ("true", True),
    ("false", False),
    ("the number 0", 0),
    ("the number 5", 5),
    ("the number 1.5", 1.5),
    ("an empty list", []),
    ("a list with a string", ["x"]),
    ("an empty object", {}),
    ("an object", {"x": 1}),
]
GOOD_FORMS: Forms = [
    ("a good token", {}),
    ("a token with no `scope`", {"scope": ...}),
    ("a token with an empty `scope`", {"scope": ""}),
    ("a token with a `jti` that is a string", {"jti": "k7"}),
    ("a token with no `scope` and a `jti`", {"scope": ..., "jti": "k7"}),
    ("an `aud` that is a list with one string", {"aud": [AUDIENCE]}),
    ("an `aud` that is a list of two strings", {"aud": ["https://reports.example", AUDIENCE]}),
    ("a token with claims of the issuer's own", {"azp": "job", "permissions": ["read"], "level": 3}),
]
NO_CLAIM: Forms = [
    *((f"a token with no `{name}`", {name: ...}) for name in ("iss", "sub", "aud")),
    *(
        (f"a token with no `{name}`, and a string in `azp`", {name: ..., "azp": "job"})
        for name in ("iss", "sub", "aud")
    ),
]
ODD_NAMES: Forms = [
    (f"a token whose `{name}` is {what}", {name: value})
    for name in ("iss", "sub")
    for what, value in NO_STRINGS
]
EMPTY_SUB: Forms = [("a token whose `sub` is an empty string", {"sub": ""})]
ODD_AUDIENCES: Forms = [
    (f"a token whose `aud` is {what}", {"aud": value})
    for what, value in NO_STRINGS
    if not isinstance(value, list)
]
ODD_MEMBERS: Forms = [
    (f"a token whose `aud` is a list with {what} {where}", {"aud": aud})
    for what, value in NO_STRINGS
    for where, aud in (
        ("behind a string", [AUDIENCE, value]),
        ("before a string", [value, AUDIENCE]),
    )
]
ODD_OPTIONS: Forms = [
    (f"a token whose `{name}` is {what}", {name: value})
    for name in ("scope", "jti")
    for what, value in NO_STRINGS
]
BAD_FORMS: list[tuple[str, Forms, str]] = [
    ("no_claim", NO_CLAIM, "`iss`, `sub` and `aud` must be there."),
    ("odd_names", ODD_NAMES, "`iss` and `sub` are strings."),
    ("empty_sub", EMPTY_SUB, "Such a token is about nobody."),
    ("odd_audiences", ODD_AUDIENCES, "`aud` is a string or a list of strings."),
    ("odd_members", ODD_MEMBERS, "Each member of the list must be a string."),
    ("odd_options", ODD_OPTIONS, "`scope` and `jti` may be missing; when they are there, they are strings."),
]


def _formed(entries: Forms) -> Iterator[Case]:
    return (case(what, changed(CLAIMS, changes)) for what, changes in entries)


check_forms = Exercise(
    name="check_forms",
    lesson="05",
    probes=(
        accepts(
            "good_forms", *_formed(GOOD_FORMS), rule="Each of its claims has the type that is asked for."
        ),
        *(refuses(name, *_formed(entries), rule=rule) for name, entries, rule in BAD_FORMS),
    ),
    notice="Each claim now has the type that the standard gives it, and the code that reads it next can rely on that.",
    hints=(
        "`iss` and `sub` must be there and be strings, `sub` not an empty one. `scope` and `jti` may be missing, and are strings if they are there.",
        '`isinstance(claims.get(name, ""), str)` is true for a string and for a missing claim, and false for a null.',
        "`aud` is a string or a list. Make a list of it in both cases, and ask whether every member is a string: `all(isinstance(one, str) for one in ...)`.",
    ),
    solution_code="""
def check_forms(claims):
    aud = claims.get("aud")
    audiences = aud if isinstance(aud, list) else [aud]
    strings = [claims.get("iss"), claims.get("sub"), claims.get("scope", ""), claims.get("jti", ""), *audiences]
    if not all(isinstance(each, str) for each in strings):
        raise ValueError("a claim is missing, or is not a string")
    if not claims["sub"]:
        raise ValueError("the token is about nobody")
""",
    explanation=(
        "RFC 7519 section 4.1 gives each claim its type; RFC 9068 section 2.2 says which must be there in a token with the type `at+jwt`. A string where a list is expected"
        " changes what `in` means one line further down: `me in aud` is true for a string that contains `me` anywhere."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "strings = [claims.get('iss'), claims.get('sub'), claims.get('scope', 'x'), claims.get('jti', ''), *audiences]": "any string will do for a missing scope",
        "strings = [claims.get('iss'), claims.get('sub'), claims.get('scope', ''), claims.get('jti', 'x'), *audiences]": "any string will do for a missing jti",
        "if not claims.get('sub', next(iter(claims.values()), None)):": "by then `sub` is there",
    },
)
