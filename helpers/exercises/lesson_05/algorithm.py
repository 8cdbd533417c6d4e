"""Lesson 05, the first family: who chooses the algorithm."""

from typing import Any

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.predict import Prediction
from helpers.exercises.refusals import refuses

unsigned = Prediction(
    name="unsigned",
    lesson="05",
    options=(200, 401, 403),
    answer=200,
    because="The function in the door decodes and believes. The token holds the scope, so the door opens: whoever can write JSON owns this API.",
    otherwise={
        401: "401 would mean that somebody looked at the signature. There is none, and nobody asked for one.",
        403: "403 would mean that the scope was missing. The attacker wrote the scope too.",
    },
)

_KEY = {"kty": "RSA", "kid": "the-key", "use": "sig", "n": "AQAB", "e": "AQAB"}


def _check_algorithm_for(attempt: Attempt) -> str:
    def header(**members: Any) -> dict[str, Any]:
        return {"alg": "RS256", "typ": "JWT", "kid": "the-key", **members}

    for key, what in ((_KEY, "with no `alg` of its own"), ({**_KEY, "alg": "RS256"}, "made for RS256")):
        chosen, raised = attempt.tried(header(), dict(key))
        if raised is not None:
            raise NotYet(
                f"For a good header and an RSA key {what} it raised {type(raised).__name__}: {raised}"
            )
        if chosen != "RS256":
            raise NotYet(
                f"For a good header and an RSA key {what} it returned {chosen!r}. This API uses RS256."
            )
    for alg in ("none", "None", "nOnE", "HS256", "HS512", "RS512", "PS256", "ES256", "rs256", ""):
        raised = attempt.raised(header(alg=alg), dict(_KEY))
        if raised is None and attempt.or_none(header(alg=alg), dict(_KEY)) == alg:
            raise NotYet(
                f"For the header's {alg!r} it returned {alg!r}: the token has chosen how it is checked."
            )
        refuses(attempt, (header(alg=alg), dict(_KEY)), f"a header that says {alg!r}")
    without = {name: value for name, value in header().items() if name != "alg"}
    refuses(attempt, (without, dict(_KEY)), "a header with no `alg`")
    for odd in (None, ["RS256"], {"RS256": 1}):
        refuses(attempt, (header(alg=odd), dict(_KEY)), f"an `alg` that is no text, {odd!r},")
    for alg in ("RS512", "PS256", "RSA-OAEP"):
        refuses(attempt, (header(), {**_KEY, "alg": alg}), f"a key that its owner made for {alg}")
    for kty in ("oct", "EC", "OKP"):
        refuses(attempt, (header(), {**_KEY, "kty": kty}), f"a key whose type is {kty!r}, and not RSA,")
    return "The key says what it is for, you say what you take, and the header may agree. It never decides."


algorithm_for = Exercise(
    name="algorithm_for",
    lesson="05",
    check=_check_algorithm_for,
    hints=(
        "Three things must agree: the header's `alg`, the key's type, and the key's own `alg` where it has one.",
        'Ask for what must hold: `header.get("alg") == "RS256"`, `key.get("kty") == "RSA"`, and `key.get("alg", "RS256") == "RS256"`.',
        'If one of the three does not hold, raise a ValueError. Otherwise return the text "RS256", which you wrote yourself.',
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
        " text that is returned comes from this function and not from the token, so there is nothing left for the header to choose."
    ),
)
