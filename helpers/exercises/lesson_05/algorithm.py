"""Lesson 05, the first family: who chooses the algorithm."""

from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.lesson_04.header import HEADER, NEARLY, NO_STRING, NONES, ONE_VALUE, OTHERS
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import ONLY_VALUE_ERRORS, Case, case, gives, refuses, shown

KEY = {"kty": "RSA", "kid": "the-key", "use": "sig", "n": "AQAB", "e": "AQAB"}

KEY_ALGORITHMS: list[tuple[str, Any]] = [
    *((f"a key that is for {alg}", alg) for alg in ("RS384", "RS512", "PS256", "ES256", "HS256", "RSA-OAEP")),
    *((f"a key whose `alg` is {shown(alg)}", alg) for _, alg in unlike("RS256")),
    *((f"a key whose `alg` is {what}", alg) for what, alg in odd("RS256")),
    ("a key whose `alg` is the list `['RS256']`", ["RS256"]),
]
"""What a key may say that it is for, and does not agree with RS256."""

KEY_TYPES: list[tuple[str, Any]] = [
    *((f"a key of the type {kty}", kty) for kty in ("oct", "EC", "OKP")),
    *((f"a key whose `kty` is {shown(kty)}", kty) for _, kty in unlike("RSA")),
    *((f"a key whose `kty` is {what}", kty) for what, kty in odd("RSA")),
    ("a key whose `kty` is the list `['RSA']`", ["RSA"]),
]
NO_TYPE: list[tuple[str, dict[str, Any]]] = [
    ("a key with no `kty`", {name: value for name, value in KEY.items() if name != "kty"}),
    ("a key with no `kty`, and `RSA` as its `kid`", {"kid": "RSA", "use": "sig", "n": "AQAB", "e": "AQAB"}),
]
AGREED = [("RS512", "RSA"), ("PS256", "RSA"), ("HS256", "oct"), ("ES256", "EC"), ("none", "RSA"), ("", "RSA")]


def _header(what: str, **members: Any) -> Case:
    return case(f"a header with {what}", {**HEADER, **members}, KEY)


algorithm_for = Exercise(
    name="algorithm_for",
    lesson="05",
    probes=(
        gives(
            "all_agree",
            (case("a good header and an RSA key that has no `alg`", HEADER, KEY), "RS256"),
            (
                case("a good header and an RSA key that is for RS256", HEADER, {**KEY, "alg": "RS256"}),
                "RS256",
            ),
            (
                case(
                    "a good header with the type `at+jwt`, and an RSA key with no `use`",
                    {"kid": "x", "typ": "at+jwt", "alg": "RS256"},
                    {"n": "AQAC", "e": "AQAB", "kid": "x", "kty": "RSA"},
                ),
                "RS256",
            ),
            rule="All three agree, so return the name of the algorithm, as a string.",
        ),
        refuses(
            "the_header_names_another",
            *(_header(what, alg=alg) for what, alg in (*NONES, *OTHERS, *NEARLY)),
            rule=f"The token must not choose how it is checked. {ONE_VALUE}",
        ),
        refuses(
            "the_header_has_no_string",
            *(_header(f"{what} (not a string)", alg=alg) for what, alg in NO_STRING),
            rule="In JSON a value can be of any type, and this one is not the right string.",
        ),
        refuses(
            "the_header_names_none",
            case("a header with no `alg`", {"typ": "JWT", "kid": "the-key"}, {**KEY, "alg": "RS256"}),
            case("a header with no `alg`, and `RS256` in `enc`", {"enc": "RS256", "typ": "JWT"}, KEY),
            rule="A header that does not name its algorithm has not agreed with yours.",
        ),
        refuses(
            "the_key_is_for_another",
            *(case(what, HEADER, {**KEY, "alg": alg}) for what, alg in KEY_ALGORITHMS),
            rule="A key may have no `alg`. If it has one, it must be the one that this API uses.",
        ),
        refuses(
            "the_key_is_of_another_type",
            *(case(what, HEADER, {**KEY, "kty": kty}) for what, kty in KEY_TYPES),
            case(
                "a key of the type oct, and a header that says `RSA` in a `kty`",
                {**HEADER, "kty": "RSA"},
                {**KEY, "kty": "oct"},
            ),
            rule="RS256 needs an RSA key.",
        ),
        refuses(
            "the_key_has_no_type",
            *(case(what, HEADER, key) for what, key in NO_TYPE),
            rule="A key always has a `kty`, and RS256 needs an RSA key.",
        ),
        refuses(
            "both_agree_on_another",
            *(
                case(
                    f"a header and a key of the type {kty} that both say {shown(alg)}",
                    {**HEADER, "alg": alg},
                    {**KEY, "kty": kty, "alg": alg},
                )
                for alg, kty in AGREED
            ),
            rule="They agree with each other, and not with this API, which uses one algorithm.",
        ),
    ),
    notice="The key says what it is for, you say what you accept, and the header may agree. It never decides.",
    hints=(
        "Three things must agree: the header's `alg`, the key's type, and the key's own `alg` where it has one.",
        'Ask for what must hold: `header.get("alg") == "RS256"`, `key.get("kty") == "RSA"`, and `key.get("alg", "RS256") == "RS256"`.',
        'If one of the three does not hold, raise a ValueError. Otherwise return the string "RS256", which you wrote yourself.',
    ),
    solution_code="""
def algorithm_for(header, key):
    if header.get("alg") != "RS256":
        raise ValueError("this API takes RS256 and nothing else")
    if key.get("kty") != "RSA" or key.get("alg", "RS256") != "RS256":
        raise ValueError("this key is for another algorithm")
    return "RS256"
""",
    explanation=(
        "RFC 8725 section 3.1: each key is used with exactly one algorithm, and that is checked when the operation is performed. The"
        " string that is returned comes from this function and not from the token, so the header has nothing left to choose."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "if not str(header.get('alg')) == str('RS256'):": "no JSON value but the string itself prints as RS256",
        "if not str(key.get('kty')) == str('RSA') or key.get('alg', 'RS256') != 'RS256':": "no JSON value but the string itself prints as RSA",
        "if key.get('kty') != 'RSA' or not str(key.get('alg', 'RS256')) == str('RS256'):": "no JSON value but the string itself prints as RS256",
    },
)
