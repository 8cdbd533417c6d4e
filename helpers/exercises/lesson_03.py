"""Lesson 03: decode a segment, read the time, edit a token, find the key."""

import base64
import json
from typing import Any

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.predict import Prediction

edited_at_the_door = Prediction(
    name="edited_at_the_door",
    lesson="03",
    options=(200, 401, 403),
    answer=401,
    because="The signature was made over the old payload. Over the new one it does not fit, and so nothing in it counts.",
    otherwise={
        200: "200 would mean that the API decodes tokens and believes what they say.",
        403: "403 would mean that the API believed the token, and missed a scope in it. It asks for far more than that.",
    },
)


def _segment(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _check_decode_segment(attempt: Attempt) -> str:
    for octets, what in (
        (b'{"alg":"RS256"}', "a segment whose length is a multiple of four"),
        (b'{"ab":1}', "a segment that lacks one `=`"),
        (b'{"a":1}', "a segment that lacks two `=`"),
    ):
        segment = _segment(octets)
        if said := attempt.error(segment):
            raise NotYet(f"For {segment!r}, {what}: {said}")
        result = attempt(segment)
        if isinstance(result, str):
            raise NotYet("It returned a string. The signature is no text at all: return the bytes.")
        if result != octets:
            raise NotYet(f"For {segment!r}, {what}, it returned {result!r}.")
    for octets in (b"\xfb\xef\xbe\xff", b"\xff\xff\xfe"):
        if attempt.error(_segment(octets)) or attempt(_segment(octets)) != octets:
            raise NotYet(
                "A segment with a `-` or a `_` in it came out wrong. Which of the two alphabets did you use?"
            )
    return "Sixty-four characters, six bits each, no key: decoding is a change of spelling, and anyone can do it."


decode_segment = Exercise(
    name="decode_segment",
    lesson="03",
    check=_check_decode_segment,
    hints=(
        "`base64.urlsafe_b64decode` does nearly all of it. What did it complain about?",
        "It wants a length that is a multiple of four, filled up with `=`. How many are missing for a segment of length n?",
        'The number of `=` is `-len(segment) % 4`: 0, 2 or 1. Add `"=" * that` before you decode.',
    ),
    solution_code="""
import base64

def decode_segment(segment):
    missing = -len(segment) % 4
    return base64.urlsafe_b64decode(segment + "=" * missing)
""",
    explanation=(
        "RFC 7515 section 2 leaves the padding out, since `=` would have to be escaped in a URL and the length says how much is"
        " missing anyway. Its appendix C has the same function in C#. The finished verifier is stricter: `helpers/tokens/encoding.py`"
        " takes one spelling of each segment only (RFC 4648 section 3.5)."
    ),
)


def _check_seconds_left(attempt: Attempt) -> str:
    claims = {"iat": 1_700_000_000, "exp": 1_700_086_400}
    results = {
        now: attempt(claims, now) for now in (1_700_000_000, 1_700_086_390, 1_700_086_400, 1_700_090_000)
    }
    first = results[1_700_000_000]
    if isinstance(first, bool) or not isinstance(first, int | float):
        raise NotYet(f"It returned a {type(first).__name__}. A number of seconds is asked for.")
    if first == 1_700_086_400:
        raise NotYet("It returned `exp` itself, which is a moment. How far from `now` is it?")
    if first == 86_400_000 or first == 86_400 / 1000:
        raise NotYet("It is wrong by a factor of a thousand. `exp` counts seconds, and so does the answer.")
    if first == -86_400:
        raise NotYet(
            "The sign is the wrong way round: a token with a day to live has more than nothing left."
        )
    if len(set(results.values())) == 1:
        raise NotYet(
            "It returns the same whatever `now` is. Use the parameter: the page decides what time it is."
        )
    if first != 86_400:
        raise NotYet(
            f"For a token that runs out in 86,400 seconds it returned {first:g}. Is `now` really the parameter?"
        )
    if results[1_700_086_390] == 86_390 or results[1_700_086_390] != 10:
        raise NotYet(
            f"Ten seconds before the end it returned {results[1_700_086_390]:g}. Which two moments do you subtract?"
        )
    if results[1_700_090_000] < 0:
        raise NotYet("After the end it returned less than nothing. A dead token has 0 seconds left.")
    if results[1_700_086_400] != 0:
        raise NotYet(
            "At the very moment of `exp` there is nothing left: RFC 7519 says it must not be accepted *on or after* it."
        )
    return "`exp` and `iat` are NumericDates: seconds since 1970, in UTC, no time zone and no milliseconds (RFC 7519 section 2)."


seconds_left = Exercise(
    name="seconds_left",
    lesson="03",
    check=_check_seconds_left,
    hints=(
        "The claim `exp` is the moment at which the token dies, on the same scale as `now`.",
        "Subtract one from the other. Which way round is it positive while the token lives?",
        "`max(0, …)` turns what is below nothing into nothing.",
    ),
    solution_code="""
def seconds_left(claims, now):
    return max(0, claims["exp"] - now)
""",
    explanation="`now` is a parameter so that a test, or a lab with a clock of its own, can say what time it is.",
)

_HEADER = {"alg": "RS256", "typ": "JWT", "kid": "a-key"}
_CLAIMS = {"iss": "https://issuer.example/", "sub": "job@clients", "scope": "read:todos"}


def _json(segment: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))


def _check_edited_token(attempt: Attempt) -> str:
    header, signature = _segment(json.dumps(_HEADER).encode()), _segment(b"\xfe" * 64)
    token = f"{header}.{_segment(json.dumps(_CLAIMS).encode())}.{signature}"
    result = attempt(token, "read:todos write:todos")
    if isinstance(result, bytes):
        raise NotYet("It returned bytes. A token is text: decode what base64 gives you.")
    if not isinstance(result, str):
        raise NotYet(f"It returned a {type(result).__name__}; a token, one string, is asked for.")
    if result.count(".") != 2:
        raise NotYet(f"The result has {result.count('.')} dots. Three parts, with two dots between them.")
    if result == token:
        raise NotYet("It returned the token as it was.")
    new_header, new_payload, new_signature = result.split(".")
    if new_header != header:
        raise NotYet("The header changed too. Only the payload shall be another one.")
    if new_signature != signature:
        raise NotYet("The signature is not the old one. Keep it: you have no key to make another.")
    if "=" in new_payload:
        raise NotYet("The payload ends with `=`. A segment of a token has no padding.")
    if "+" in new_payload or "/" in new_payload:
        raise NotYet("The payload holds a `+` or a `/`. Tokens use the other alphabet of base64.")
    try:
        claims = _json(new_payload)
    except ValueError:
        raise NotYet(
            "The payload does not decode to JSON any more. Did you encode the dict with `json.dumps`?"
        ) from None
    if not isinstance(claims, dict) or claims.get("scope") != "read:todos write:todos":
        raise NotYet("The payload decodes, and its `scope` is not the parameter.")
    if {**claims, "scope": 0} != {**_CLAIMS, "scope": 0}:
        raise NotYet("Other claims changed or went missing. Change `scope` alone.")
    tricky = attempt(token, "a>?~ü")
    if "=" in tricky or "+" in tricky or "/" in tricky or _json(tricky.split(".")[1]).get("scope") != "a>?~ü":
        raise NotYet("With another scope it goes wrong: look at the alphabet, and at the padding.")
    return "No key was needed to write it. Whether anybody believes it is another question, and the only one that matters."


edited_token = Exercise(
    name="edited_token",
    lesson="03",
    check=_check_edited_token,
    hints=(
        "Split the token at the dots, decode the payload to a dict, change it, and go the same way back.",
        "The way back: `json.dumps`, `.encode()`, `base64.urlsafe_b64encode`, `.decode()`, and off with the padding.",
        '`.rstrip("=")` removes the padding; `".".join((header, payload, signature))` puts the three together.',
    ),
    solution_code="""
import base64
import json

def edited_token(token, scope):
    header, payload, signature = token.split(".")
    padded = payload + "=" * (-len(payload) % 4)
    claims = json.loads(base64.urlsafe_b64decode(padded))
    claims["scope"] = scope
    encoded = base64.urlsafe_b64encode(json.dumps(claims).encode())
    return f"{header}.{encoded.decode().rstrip('=')}.{signature}"
""",
    explanation=(
        "The payload is base64url of JSON in both directions (RFC 7519 section 7.1). The old signature goes along, since the token"
        " needs three parts; it was made over other bytes, and that is how a verifier notices."
    ),
)

_KEYS = [
    {"kty": "RSA", "use": "sig", "kid": "first", "n": "AQAB", "e": "AQAB"},
    {"kty": "RSA", "use": "sig", "kid": "second", "n": "AQAC", "e": "AQAB"},
    {"kty": "RSA", "use": "sig", "kid": "third", "n": "AQAD", "e": "AQAB"},
]


def _check_find_key(attempt: Attempt) -> str:
    jwks = {"keys": _KEYS}
    for wanted in (_KEYS[1], _KEYS[2], _KEYS[0]):
        found = attempt.or_none(jwks, wanted["kid"])
        if found is None:
            raise NotYet(
                f"For the key id {wanted['kid']!r}, which is in the set, it returned None. Is a `return` missing?"
            )
        if isinstance(found, list):
            raise NotYet("It returned a list. One key is asked for.")
        if found == wanted["kid"]:
            raise NotYet("It returned the key id. The key is the whole dict.")
        if found != wanted:
            raise NotYet(
                "It returned another key than the one with this id. Compare `kid`; the order of the set means nothing."
            )
    raised = attempt.raised(jwks, "unknown")
    if raised is None:
        if attempt.or_none(jwks, "unknown") is None:
            raise NotYet(
                "For an unknown key id it returns None. Whoever forgets to look goes on with no key: raise a LookupError."
            )
        raise NotYet(
            "For an unknown key id it returns some key anyway. A token that names a strange key would be checked with it."
        )
    if not isinstance(raised, LookupError):
        raise NotYet(
            f"For an unknown key id it raises {type(raised).__name__}. Raise a LookupError, so that the caller can tell this case from a bug."
        )
    if attempt.error({"keys": []}, "first") is None:
        raise NotYet("With an empty set it found a key nevertheless.")
    if attempt.error({"keys": [_KEYS[0], {**_KEYS[1], "kid": "first"}]}, "first") is None:
        raise NotYet(
            "Two keys of the set have the same id, and it took one of them. Nobody can say which is meant: refuse."
        )
    return "The header chooses *among the keys of the issuer*, and can bring none of its own. An attacker's key is no candidate."


find_key = Exercise(
    name="find_key",
    lesson="03",
    check=_check_find_key,
    hints=(
        '`jwks["keys"]` is a list of dicts. Collect those whose `kid` is the one you look for.',
        "How many may there be? One is right. None is a LookupError, and so are two: nobody knows which is meant.",
        "Make a list with a comprehension, then `if len(keys) != 1: raise LookupError(...)`, then return its only element.",
    ),
    solution_code="""
def find_key(jwks, kid):
    keys = [key for key in jwks["keys"] if key.get("kid") == kid]
    if len(keys) != 1:
        raise LookupError("no single key of the issuer has this id")
    return keys[0]
""",
    explanation=(
        "RFC 7515 section 4.1.4: the key id is a hint for finding the key, chosen by the issuer. RFC 7517 section 4.5 says the ids"
        " in a set should differ; where they do not, guessing is no way to choose a key."
    ),
)
