"""Lesson 05, the second family: the key that a header names."""

import functools
from typing import Any

from helpers.attacks.loopback import Trap
from helpers.exercises.engine import Exercise
from helpers.exercises.lesson_05.keys import jwk, modulus
from helpers.exercises.near import unlike
from helpers.exercises.probe import ONLY_VALUE_ERRORS, Attempt, NotYet, case, probe, refuses, shown

KEYS = {
    "first": jwk("first"),
    "second": jwk("second", n=modulus(3072)),
    "None": jwk("None"),
    "0": jwk("0"),
    "True": jwk("True"),
}
THEIRS = jwk("first", n=modulus(4096))
BROUGHT = {"jwk": THEIRS, "x5c": ["MIIB"], "x5t": "AAAA", "keys": [THEIRS]}
UNKNOWN_KIDS = [
    ("the key id `unknown`, which the issuer does not have", "unknown"),
    ("a key id that is an empty string", ""),
    *((f"the key id {shown(kid)}, which is nearly that of a key", kid) for _, kid in unlike("first")),
]
NO_STRING_KIDS: list[tuple[str, Any]] = [
    ("a key id of null", None),
    ("a key id of true", True),
    ("a key id that is the number 0", 0),
    ("a key id that is a list", ["first"]),
    ("a key id that is an object", {"first": 1}),
]


def _header(**members: Any) -> dict[str, Any]:
    return {"alg": "RS256", "typ": "JWT", **members}


@functools.cache
def _trap() -> Trap:
    """The attacker's server, which publishes their keys and counts who asks for them."""
    return Trap()


def _takes(attempt: Attempt, what: str, header: dict[str, Any], keys: dict[str, Any], rule: str) -> None:
    result, raised, did = attempt.outcome(what, header, keys)
    if raised is not None:
        raise NotYet("For {what}, your function {did} {rule}", what=what, did=did, rule=rule)
    if result != keys[header["kid"]]:
        raise NotYet(
            "For {what}, your function returned {result}. That is not what `keys` has under this id. {rule}",
            what=what,
            result=shown(result),
            rule=rule,
        )


@probe
def named_keys(attempt: Attempt) -> None:
    rule = "Return the key that `keys` has under this id, the whole dict."
    for kid in ("first", "second"):
        _takes(attempt, f"the key id `{kid}`", {"kid": kid, "alg": "RS256"}, KEYS, rule)
    later = {"first": KEYS["second"], "third": KEYS["first"]}
    _takes(
        attempt, "the key id `first` and another dict of keys", {"kid": "first", "alg": "RS256"}, later, rule
    )


@probe
def what_the_header_brings(attempt: Attempt) -> None:
    for member, value in BROUGHT.items():
        what = f"a header with the key id `first` and with `{member}`"
        _takes(
            attempt,
            what,
            _header(**{member: value}, kid="first"),
            KEYS,
            "Ignore what the header brings: an attacker chooses it.",
        )


@probe
def addresses(attempt: Attempt) -> None:
    trap = _trap()
    over_tls = trap.url.replace("http:", "https:")
    for member, address in (
        ("jku", f"{trap.url}jwks.json"),
        ("jku", f"{over_tls}jwks.json"),
        ("x5u", f"{trap.url}certificate.pem"),
    ):
        for kid in ("first", "mine"):
            calls, what = trap.total, f"a header with the key id `{kid}` and an address in `{member}`"
            _, _, did = attempt.outcome(what, _header(**{member: address}, kid=kid), KEYS)
            if trap.total > calls:
                raise NotYet(
                    "For {what}, your function called that address, and then it {did} An attacker chooses the address: never fetch it.",
                    what=what,
                    did=did,
                )


trusted_key = Exercise(
    name="trusted_key",
    lesson="05",
    probes=(
        named_keys,
        what_the_header_brings,
        addresses,
        refuses(
            "unknown",
            *(case(what, _header(kid=kid), KEYS) for what, kid in UNKNOWN_KIDS),
            rule="The issuer has no key with exactly this id.",
        ),
        refuses(
            "unknown_with_a_key",
            *(
                case(
                    f"an unknown key id, and a key in `{member}` of the header",
                    _header(**{member: value}, kid="mine"),
                    KEYS,
                )
                for member, value in {**BROUGHT, "jwk": jwk("mine"), "keys": [jwk("mine")]}.items()
            ),
            rule="An attacker chooses what the header brings. Only the keys in `keys` are the issuer's.",
        ),
        refuses(
            "no_id",
            case("a header with no key id", _header(), KEYS),
            case("a header with no key id, and a set of one key", _header(), {"first": KEYS["first"]}),
            case("a header with no key id, and a key of its own in `jwk`", _header(jwk=jwk("first")), KEYS),
            case("a header with no key id, and `first` as its type", {"typ": "first", "alg": "RS256"}, KEYS),
            *(
                case(
                    f"a header with no key id, and `first` as its `{member}`",
                    _header(**{member: "first"}),
                    KEYS,
                )
                for member in ("x5t", "x5t#S256", "jku", "kty")
            ),
            rule="A token must name its key.",
        ),
        refuses(
            "ids_of_another_type",
            *(case(f"a header with {what}", _header(kid=kid), KEYS) for what, kid in NO_STRING_KIDS),
            rule="A key id is a string, and this one is not.",
        ),
    ),
    notice="The header says a name, and you look it up in a dict that you already have. There is nowhere else to look.",
    hints=(
        "One member of the header matters here: `kid`. Ignore the others that speak of keys.",
        "A `kid` that is a list cannot even be looked up in a dict (TypeError): ask for its type first.",
        "`if not isinstance(kid, str) or kid not in keys: raise ValueError(...)`, and then `return keys[kid]`.",
    ),
    solution_code="""
def trusted_key(header, keys):
    kid = header.get("kid")
    if not isinstance(kid, str) or kid not in keys:
        raise ValueError("the issuer has no usable key with this id")
    return keys[kid]
""",
    explanation=(
        "RFC 8725 section 3.8: the keys that are used must belong to the issuer; section 3.10: do not follow `jku` or `x5u` blindly. RFC 7515 defines `jwk`, `jku`,"
        " `x5u` and `x5c` for protocols in which the sender's key is proven in another way. An access token has an issuer, and that issuer's set is the only"
        " place to look. A token with no `kid` is refused: nearly every issuer that rotates its keys sends one. To refuse a token without it is a policy."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "return keys.get(kid, next(iter(keys.values()), None))": "by then the key is among them",
    },
)
