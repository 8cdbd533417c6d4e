"""Lesson 04: what the claims must say: now, for me, from them, and with this scope."""

import math
from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import ONLY_VALUE_ERRORS, RAISES_NOTHING, accepts, case, gives, refuses, shown

NOW = 1_700_000_000
AUDIENCE, OTHER_AUDIENCE = "https://api.example", "https://reports.example"
ISSUER = "https://tenant.example/"

# Each entry is what a claims set is, the claims that differ from a good one (... takes one away), and at what time.
Times = list[tuple[str, dict[str, Any], float]]

GOOD_TIMES: Times = [
    ("a token with 100 seconds left", {}, NOW),
    ("a token with one second left", {"exp": NOW + 1}, NOW),
    ("a token with a `jti`, which is a string", {"jti": "k7"}, NOW),
    ("a token that lives for a day", {"exp": NOW + 86_400}, NOW),
    ("an `exp` with a fraction, 10.5 seconds ahead", {"exp": NOW + 10.5}, NOW),
    ("a `now` with a fraction, half a second before `exp`", {"exp": NOW + 1}, NOW + 0.5),
]
GOOD_STARTS: Times = [
    ("a token whose `nbf` is now", {"nbf": NOW}, NOW),
    ("a token whose `nbf` is past", {"nbf": NOW - 50}, NOW),
    ("a token whose `nbf` is 0, in 1970", {"nbf": 0}, NOW),
    ("a token whose `nbf` is negative, before 1970", {"nbf": -1}, NOW),
    ("an `nbf` with a fraction, half a second ago", {"nbf": NOW - 0.5}, NOW),
]
EXPIRED: Times = [
    ("a token at the very second of its `exp`", {"exp": NOW}, NOW),
    ("the same token with 100 seconds left, 100 seconds later", {}, NOW + 100),
    (
        "a token that expired a quarter of a second ago, at a time with a fraction",
        {"exp": NOW + 0.5},
        NOW + 0.75,
    ),
    ("a token that expired a second ago", {"exp": NOW - 1}, NOW),
    ("a token that expired half a second ago", {"exp": NOW - 0.5}, NOW),
    ("a token that expired in 1970", {"exp": 0}, NOW),
    ("a token with a negative `exp`", {"exp": -NOW}, NOW),
]
NO_EXP: Times = [
    ("a token with no `exp`", {"exp": ...}, NOW),
    ("a token with no `exp`, and another moment in `refresh_at`", {"exp": ..., "refresh_at": NOW + 100}, NOW),
    ("a token with no `exp`, and a lifetime in `expires_in`", {"exp": ..., "expires_in": 3_600}, NOW),
]
EXP_NO_NUMBER: Times = [
    ("an `exp` that is a string of digits", {"exp": str(NOW + 100)}, NOW),
    ("an `exp` of true (Python treats `True` as 1) at the time 0", {"exp": True}, 0),
    ("an `exp` of null", {"exp": None}, NOW),
    ("an `exp` that is a list", {"exp": [NOW + 100]}, NOW),
    ("an `exp` that is an object", {"exp": {}}, NOW),
]
EXP_NOT_FINITE: Times = [
    ("an `exp` of Infinity, which Python's json reads", {"exp": math.inf}, NOW),
    ("an `exp` of NaN, for which every comparison is false", {"exp": math.nan}, NOW),
]
TOO_EARLY: Times = [
    ("a token whose `nbf` is 50 seconds ahead", {"nbf": NOW + 50}, NOW),
    ("a token whose `nbf` is one second ahead", {"nbf": NOW + 1}, NOW),
    ("a token whose `nbf` is half a second ahead", {"nbf": NOW + 0.5}, NOW),
]
NBF_NO_NUMBER: Times = [
    ("an `nbf` that is a string of digits", {"nbf": str(NOW - 50)}, NOW),
    ("an `nbf` that is an empty string", {"nbf": ""}, NOW),
    ("an `nbf` of null", {"nbf": None}, NOW),
    ("an `nbf` of true (Python treats `True` as 1)", {"nbf": True}, NOW),
    ("an `nbf` of false (Python treats `False` as 0)", {"nbf": False}, NOW),
    ("an `nbf` that is a list", {"nbf": [NOW - 50]}, NOW),
]
NBF_NOT_FINITE: Times = [
    ("an `nbf` of NaN, for which every comparison is false", {"nbf": math.nan}, NOW),
    ("an `nbf` of minus Infinity", {"nbf": -math.inf}, NOW),
]
BAD_TIMES: list[tuple[str, Times, str]] = [
    ("expired", EXPIRED, "RFC 7519 section 4.1.4: it must not be accepted on or after `exp`."),
    ("no_exp", NO_EXP, "It would live forever."),
    ("exp_no_number", EXP_NO_NUMBER, "`exp` must be a number, and this is none."),
    ("exp_not_finite", EXP_NOT_FINITE, "`exp` must be a finite number."),
    ("too_early", TOO_EARLY, "It is not valid yet."),
    ("nbf_no_number", NBF_NO_NUMBER, "`nbf` may be missing; when it is there, it must be a number."),
    ("nbf_not_finite", NBF_NOT_FINITE, "When `nbf` is there, it must be a finite number."),
]


def changed(claims: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """These claims with some changed, new ones first; ``...`` takes one away."""
    new = {name: value for name, value in changes.items() if name not in claims}
    return {name: value for name, value in {**new, **claims, **changes}.items() if value is not ...}


def _times(entries: Times):
    claims = {"iat": NOW - 100, "exp": NOW + 100}
    return (case(what, changed(claims, changes), now) for what, changes, now in entries)


check_times = Exercise(
    name="check_times",
    lesson="04",
    probes=(
        accepts(
            "good_times",
            *_times(GOOD_TIMES),
            case("a token that expires in the year 2100", {"exp": 4_102_444_800}, NOW),
            rule="It has not expired, and no leeway is needed for it.",
        ),
        accepts("good_starts", *_times(GOOD_STARTS), rule="It is valid from `nbf` on."),
        *(refuses(name, *_times(entries), rule=rule) for name, entries, rule in BAD_TIMES),
    ),
    notice="A missing `exp` is the one that is easy to overlook: RFC 7519 makes the claim optional, so a verifier has to demand it.",
    hints=(
        "Three refusals: `exp` or `nbf` is not a finite number, `exp` is reached, `nbf` is still ahead.",
        '`type(claims.get("exp")) in (int, float)` is true for numbers only: it is false for a missing claim, a string, null and true.'
        " Why the type, in a token that the issuer signed? Because issuers have bugs too, and `true` passes every comparison with a number.",
        'Ask for what must hold, and refuse otherwise: `if not now < exp < math.inf`. `claims.get("nbf", now)` handles a missing one.',
    ),
    solution_code="""
import math

def check_times(claims, now):
    exp, nbf = claims.get("exp"), claims.get("nbf", now)
    if type(exp) not in (int, float) or type(nbf) not in (int, float):
        raise ValueError("the token does not say when it begins or ends")
    if not now < exp < math.inf:
        raise ValueError("the token has expired")
    if not -math.inf < nbf <= now:
        raise ValueError("the token is not valid yet")
""",
    explanation=(
        "RFC 7519 section 4.1.4: not accepted on or after `exp`; section 4.1.5: not before `nbf`. RFC 9068 section 2.2 requires `exp`"
        " in tokens with the type `at+jwt`. `isinstance(True, int)` is true in Python, `type(True) in (int, float)` is not; and asking for what must"
        " hold, instead of what must not, also refuses NaN."
    ),
    equal={**ONLY_VALUE_ERRORS},
)

NOT_ME_AT_ALL = [
    ("a token for another API", OTHER_AUDIENCE),
    ("a token whose audience is `me`", "me"),
]
NEARLY_ME = [(f"the audience {shown(aud)}", aud) for _, aud in unlike(AUDIENCE)]
LISTS_WITHOUT_ME: list[tuple[str, Any]] = [
    ("a list of other APIs", [OTHER_AUDIENCE, "https://billing.example"]),
    ("an `aud` that is an empty list", []),
    ("a list of an asterisk", ["*"]),
    *((f"the list {shown([aud])}", [aud]) for _, aud in unlike(AUDIENCE)),
]
ODD_AUDIENCES = [(f"an `aud` that is {what}", aud) for what, aud in odd(AUDIENCE) if aud != []]
NO_AUDIENCE: list[tuple[str, dict[str, Any]]] = [
    ("a token with no `aud`", {"aud": ...}),
    ("a token with no `aud`, and this API's name in `azp`", {"aud": ..., "azp": AUDIENCE}),
    ("a token with no `aud`, and this API's name in `resource`", {"aud": ..., "resource": AUDIENCE}),
]
GOOD_LISTS: list[tuple[str, Any]] = [
    ("a list with this API alone", [AUDIENCE]),
    ("a list in which this API is the second of two", [OTHER_AUDIENCE, AUDIENCE]),
    ("a list in which this API is the first of two", [AUDIENCE, OTHER_AUDIENCE]),
]
BAD_AUDIENCES: list[tuple[str, list[tuple[str, Any]], str]] = [
    ("another_api", NOT_ME_AT_ALL, "It is not meant for this API."),
    ("nearly_this_api", NEARLY_ME, "An audience is compared whole, character by character."),
    ("lists_of_others", LISTS_WITHOUT_ME, "No member of the list is exactly this API."),
    ("odd_audiences", ODD_AUDIENCES, "`aud` is a string or a list of strings that contains this API."),
]

check_audience = Exercise(
    name="check_audience",
    lesson="04",
    probes=(
        accepts(
            "this_api",
            case("a token for exactly this API", {"aud": AUDIENCE}, AUDIENCE),
            case("another API that is given as the parameter", {"aud": OTHER_AUDIENCE}, OTHER_AUDIENCE),
            rule="Its `aud` is exactly the parameter `audience`.",
        ),
        accepts(
            "lists_with_this_api",
            *(case(what, {"aud": aud}, AUDIENCE) for what, aud in GOOD_LISTS),
            rule="RFC 7519 section 4.1.3 allows a list, and this API is a member of it.",
        ),
        *(
            refuses(name, *(case(what, {"aud": aud}, AUDIENCE) for what, aud in entries), rule=rule)
            for name, entries, rule in BAD_AUDIENCES
        ),
        refuses(
            "no_audience",
            *(case(what, changed({}, changes), AUDIENCE) for what, changes in NO_AUDIENCE),
            rule="A missing claim must be refused.",
        ),
        refuses(
            "another_parameter",
            case(
                "a token for this API, with another API as the parameter", {"aud": AUDIENCE}, OTHER_AUDIENCE
            ),
            rule="`aud` is compared with the parameter.",
        ),
    ),
    notice="A token for another API is a genuine token. Only this check keeps that API's owner out of yours.",
    hints=(
        "`aud` is a string or a list of strings. Make a list of it in both cases, then look for yours in the list.",
        "`in` between two strings looks for a part of it; `in` on a list compares whole members. Only the second is right here.",
        "`[aud] if isinstance(aud, str) else aud` makes the list, once you have made sure it is one of the two.",
    ),
    solution_code="""
def check_audience(claims, audience):
    aud = claims.get("aud")
    audiences = [aud] if isinstance(aud, str) else aud
    if not isinstance(audiences, list) or audience not in audiences:
        raise ValueError("the token is meant for another API")
""",
    explanation=(
        "RFC 7519 section 4.1.3: a principal that does not find itself in `aud` must reject the token. The comparison is exact."
        " Whether a list that names others too is welcome is a policy; the finished verifier has a parameter for it."
    ),
    equal={**ONLY_VALUE_ERRORS},
)

STRANGERS = [("a token of a wholly different issuer", "https://attacker.example/")]
NEARLY_THEM = [(f"the issuer {shown(iss)}", iss) for _, iss in unlike(ISSUER)]
ODD_ISSUERS = [
    *((f"an `iss` that is {what}", iss) for what, iss in odd(ISSUER)),
    ("an `iss` that is a list with the right issuer in it", [ISSUER]),
]
NO_ISSUER: list[tuple[str, dict[str, Any]]] = [
    ("a token with no `iss`", {"iss": ...}),
    ("a token with no `iss`, and this issuer's name in `jku`", {"iss": ..., "jku": ISSUER}),
]
BAD_ISSUERS: list[tuple[str, list[tuple[str, Any]], str]] = [
    ("strangers", STRANGERS, "Another issuer made it."),
    ("nearly_this_issuer", NEARLY_THEM, "An issuer is compared whole, character by character."),
    ("odd_issuers", ODD_ISSUERS, "`iss` is one string, the issuer's."),
]

check_issuer = Exercise(
    name="check_issuer",
    lesson="04",
    probes=(
        accepts(
            "this_issuer",
            case("a token of this issuer", {"iss": ISSUER}, ISSUER),
            case(
                "an issuer without a slash at its end", {"iss": "https://sso.example"}, "https://sso.example"
            ),
            rule="Its `iss` is exactly the parameter `issuer`.",
        ),
        *(
            refuses(name, *(case(what, {"iss": iss}, ISSUER) for what, iss in entries), rule=rule)
            for name, entries, rule in BAD_ISSUERS
        ),
        refuses(
            "no_issuer",
            *(case(what, changed({}, changes), ISSUER) for what, changes in NO_ISSUER),
            rule="A missing claim must be refused.",
        ),
        refuses(
            "another_parameter",
            case(
                "a token of this issuer, with another issuer as the parameter",
                {"iss": ISSUER},
                "https://sso.example",
            ),
            rule="`iss` is compared with the parameter.",
        ),
    ),
    notice="Character by character, as RFC 9068 section 4 asks. Auth0's issuers end with a slash; most others' do not.",
    hints=(
        "There is one issuer, and one way to write it.",
        "No `in`, no `startswith`, no `rstrip`: each of them lets a neighbour in.",
        'If `claims.get("iss") != issuer`, raise a ValueError.',
    ),
    solution_code="""
def check_issuer(claims, issuer):
    if claims.get("iss") != issuer:
        raise ValueError("another issuer made this token")
""",
    explanation="RFC 9068 section 4: the issuer must match exactly. RFC 8725 section 3.8: the keys that were used must be that issuer's.",
    equal={
        **ONLY_VALUE_ERRORS,
        "if not str(claims.get('iss')) == str(issuer):": "no JSON value but the string itself prints as the issuer",
    },
)

_YES_OR_NO = "Nothing is raised here. Return `True` or `False`: whether the scope that is asked for is one of the words, exactly."


def _scopes(*entries: tuple[str, dict[str, Any], str, bool]):
    return [(case(what, claims, scope), right) for what, claims, scope, right in entries]


holds_scope = Exercise(
    name="holds_scope",
    lesson="04",
    probes=(
        gives(
            "granted",
            *_scopes(
                ("the only scope", {"scope": "read:todos"}, "read:todos", True),
                ("the first of two scopes", {"scope": "read:todos write:todos"}, "read:todos", True),
                ("the second of two scopes", {"scope": "read:todos write:todos"}, "write:todos", True),
                ("the scope in the middle of three", {"scope": "a read:todos b"}, "read:todos", True),
            ),
            rule=_YES_OR_NO,
        ),
        gives(
            "not_granted",
            *_scopes(
                ("a scope that was not granted", {"scope": "read:todos"}, "write:todos", False),
                ("an empty `scope`", {"scope": ""}, "read:todos", False),
            ),
            rule=_YES_OR_NO,
        ),
        gives(
            "parts_of_words",
            *_scopes(
                (
                    "`read:todos` and a token with `read:todosX`",
                    {"scope": "read:todosX"},
                    "read:todos",
                    False,
                ),
                (
                    "`read:todos` and a token with `unread:todos`",
                    {"scope": "unread:todos"},
                    "read:todos",
                    False,
                ),
                ("`read:todo` and a token with `read:todos`", {"scope": "read:todos"}, "read:todo", False),
                (
                    "`read:todos` and a token with `read:todos:own`",
                    {"scope": "a read:todos:own"},
                    "read:todos",
                    False,
                ),
                (
                    "`read:todos` and a token with `read:todos,write:todos`",
                    {"scope": "read:todos,write:todos"},
                    "read:todos",
                    False,
                ),
                ("`read:todos` and a token with `*`", {"scope": "*"}, "read:todos", False),
                ("`todos` and a token with `read:todos`", {"scope": "read:todos"}, "todos", False),
            ),
            rule="A part of a word is another word, and only spaces separate words.",
        ),
        gives(
            "capitals",
            *_scopes(
                ("`read:todos` and a token with `Read:Todos`", {"scope": "Read:Todos"}, "read:todos", False),
                ("`READ:TODOS` and a token with `read:todos`", {"scope": "read:todos"}, "READ:TODOS", False),
            ),
            rule="Scopes are case-sensitive.",
        ),
        gives(
            "missing",
            *_scopes(
                ("a token with no `scope`", {}, "read:todos", False),
                *(
                    (
                        f"a token with no `scope`, and the right word in `{name}`",
                        {name: value},
                        "read:todos",
                        False,
                    )
                    for name, value in (
                        ("gty", "read:todos"),
                        ("scp", "read:todos"),
                        ("permissions", ["read:todos"]),
                    )
                ),
            ),
            rule=_YES_OR_NO,
        ),
        gives(
            "no_string",
            *_scopes(
                (
                    "a `scope` that is a list with the right word",
                    {"scope": ["read:todos"]},
                    "read:todos",
                    False,
                ),
                ("a `scope` of null", {"scope": None}, "read:todos", False),
                (
                    "a `scope` that is an object with the right name",
                    {"scope": {"read:todos": 1}},
                    "read:todos",
                    False,
                ),
                ("a `scope` that is a number", {"scope": 7}, "read:todos", False),
            ),
            rule="RFC 8693 section 4.2 makes `scope` one string; anything else grants nothing: return `False`.",
        ),
    ),
    notice="It answers and does not refuse: the token is genuine either way. When the answer is no, the API sends a 403, not a 401.",
    hints=(
        "The claim is one string of words with spaces between them. Compare whole words.",
        '`claims["scope"].split(" ")` returns the words; `scope in words` compares whole ones.',
        'A missing claim, or one that is not a string, grants nothing: `isinstance(claims.get("scope"), str)` first.',
    ),
    solution_code="""
def holds_scope(claims, scope):
    granted = claims.get("scope")
    return isinstance(granted, str) and scope in granted.split(" ")
""",
    explanation="RFC 6749 section 3.3: scopes are words, separated by spaces and case-sensitive. A part of a word is another word.",
    equal={
        **RAISES_NOTHING,
        "return isinstance(granted, str) and scope in granted.split()": "a scope contains no white space but the spaces between words",
        "return isinstance(granted, str) and str(scope).strip() in [str(each).strip() for each in granted.split(' ')]": (
            "words have no white space around them"
        ),
    },
)
