"""Lesson 05, the second family: which keys may be used at all."""

import functools
from typing import Any

from helpers.attacks.workshop import encode
from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.refusals import refuses


def _jwk(kid: str, *, bits: int = 2048, e: int = 65_537, **members: Any) -> dict[str, Any]:
    """A JWK whose modulus has so many bits; it need not be a product of two primes to be looked at."""
    n = (1 << (bits - 1)) | 1
    return {
        "kty": "RSA",
        "kid": kid,
        "use": "sig",
        "n": encode(n.to_bytes((bits + 7) // 8, "big")),
        "e": encode(e.to_bytes((e.bit_length() + 7) // 8, "big")),
        **members,
    }


def _without(jwk: dict[str, Any], name: str) -> dict[str, Any]:
    return {member: value for member, value in jwk.items() if member != name}


@functools.cache
def _bad_keys() -> tuple[tuple[dict[str, Any], str], ...]:
    return (
        (_jwk("x", bits=512), "a key of 512 bits"),
        (_jwk("x", bits=1024), "a key of 1,024 bits"),
        (_jwk("x", bits=2047), "a key of 2,047 bits"),
        (_jwk("x", e=1), "a key whose `e` is 1"),
        (_jwk("x", e=3), "a key whose `e` is 3"),
        (_jwk("x", use="enc"), "a key that is for encryption (`use`)"),
        (_jwk("x", key_ops=["encrypt"]), "a key whose `key_ops` do not hold `verify`"),
        (_jwk("x", alg="RSA-OAEP"), "a key that is for another algorithm (`alg`)"),
        ({"kty": "oct", "kid": "x", "k": "c2VjcmV0"}, "a shared secret (`kty` oct)"),
        ({"kty": "EC", "kid": "x", "crv": "P-256", "x": "AA", "y": "AA"}, "an EC key"),
        (_jwk("x", d="AQAB"), "a key whose private half is published (`d`)"),
        (_jwk("x", p="AQAB"), "a key one of whose primes is published (`p`)"),
        *(
            (_jwk("x", **{name: "AQAB"}), f"a key that publishes `{name}`")
            for name in ("q", "dp", "dq", "qi", "oth")
        ),
    )


def _check_usable_keys(attempt: Attempt) -> str:
    plain, marked = _jwk("plain"), _jwk("marked", alg="RS256", key_ops=["verify"])
    bare = _without(_jwk("bare"), "use")

    def usable(*entries: Any) -> dict[str, Any]:
        result = attempt({"keys": [*entries]})
        if not isinstance(result, dict):
            raise NotYet(f"It returned a {type(result).__name__}. Return a dict from key id to key.")
        return result

    good = usable(plain, marked, bare)
    if good != {"plain": plain, "marked": marked, "bare": bare}:
        lost = {"plain", "marked", "bare"} - set(good)
        if lost:
            raise NotYet(
                f"A good key was left out: the one called {sorted(lost)[0]!r}. `use`, `alg` and `key_ops` may be absent."
            )
        raise NotYet("For three good keys it returned something else than these keys under their ids.")
    for bad, what in _bad_keys():
        found = usable(plain, bad)
        if "x" in found:
            raise NotYet(f"It would use {what}.")
        if found != {"plain": plain}:
            raise NotYet(f"Because of {what} the good key beside it was lost. Leave out the bad entry alone.")
    if "twin" in usable(_jwk("twin"), plain, _jwk("twin", e=65_539)):
        raise NotYet("Two keys have the same id, and it took one of them. Which one signed? Take neither.")
    if usable(_jwk("twin"), _jwk("twin"), _jwk("twin"), plain) != {"plain": plain}:
        raise NotYet("Three keys have the same id: take none of them, and keep the good key beside them.")
    for kid in (["x"], 5, None):
        if set(usable(plain, {**_jwk("x"), "kid": kid})) != {"plain"}:
            raise NotYet(f"A key has {kid!r} as its `kid`, which must be a text. Leave the key out.")
    if usable(plain, _without(_jwk("x"), "kid")) != {"plain": plain}:
        raise NotYet("A key with no id cannot be asked for by its id. Leave it out.")
    for entry, what in (
        (_without(_jwk("x"), "n"), "an entry with no `n`"),
        ({}, "an empty object"),
        ("text", "a text"),
        (None, "a null"),
        (_jwk("x", n=5), "an entry whose `n` is a number"),
    ):
        found, raised = attempt.tried({"keys": [plain, entry]})
        if raised is not None:
            raise NotYet(
                f"Among the entries stood {what}, and it raised {type(raised).__name__}. Leave such an entry out."
            )
        if found != {"plain": plain}:
            raise NotYet(
                f"Among the entries stood {what}, and it was taken for a key. Leave such an entry out."
            )
    for key_ops in (None, "verify", 5):
        if usable(plain, _jwk("x", key_ops=key_ops)) != {"plain": plain}:
            raise NotYet(
                f"A key has {key_ops!r} as its `key_ops`, which is a list where it is there. Leave the key out."
            )
    return "The issuer's set is a list of offers. You take the strong keys that are meant for this, and the rest might as well not be there."


usable_keys = Exercise(
    name="usable_keys",
    lesson="05",
    check=_check_usable_keys,
    hints=(
        "Go through the entries one by one, leave out each that fails a test, and keep the others under their `kid`.",
        "The tests: a dict, `kty` RSA, `use` sig or absent, `alg` RS256 or absent, `verify` among `key_ops` or none, no private"
        " member, and two numbers: `n` of 2,048 bits or more, `e` of 65,537 or more.",
        "Twins last: count the ids (`collections.Counter`), and drop those that occur more than once. To be safe against an `n` that is"
        " no text, catch the error and go on with the next entry.",
    ),
    solution_code="""
import base64
from collections import Counter

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

def number(text):
    return int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")

def is_usable(key):
    if not isinstance(key, dict) or not isinstance(key.get("kid"), str) or PRIVATE & set(key):
        return False
    if (key.get("kty"), key.get("use", "sig"), key.get("alg", "RS256")) != ("RSA", "sig", "RS256"):
        return False
    key_ops = key.get("key_ops", ["verify"])
    if not isinstance(key_ops, list) or "verify" not in key_ops:
        return False
    try:
        return number(key["n"]).bit_length() >= 2048 and number(key["e"]) >= 65537
    except (KeyError, TypeError, ValueError):
        return False

def usable_keys(jwks):
    usable = [key for key in jwks["keys"] if is_usable(key)]
    times = Counter(key["kid"] for key in usable)
    return {key["kid"]: key for key in usable if times[key["kid"]] == 1}
""",
    explanation=(
        "RFC 7517 section 5 tells you to ignore entries that you cannot use, and RFC 7518 section 3.3 asks for 2,048 bits or more. The"
        " bound for `e` is policy, and that of FIPS 186-5: with an `e` of 1 a signature is its own proof. A modulus of 512 bits falls to a few hundred rented"
        " cores within hours."
    ),
)


def _check_trusted_key(attempt: Attempt) -> str:
    first, second = _jwk("first"), _jwk("second")
    keys = {"first": first, "second": second}
    other = _jwk("first", e=65_539)

    def header(**members: Any) -> dict[str, Any]:
        return {"alg": "RS256", "typ": "JWT", **members}

    for kid, right in (("first", first), ("second", second)):
        if attempt(header(kid=kid), keys) != right:
            raise NotYet(f"For the key id {kid!r} it did not return that key.")
    for member, value in (("jwk", other), ("x5c", ["MIIB"]), ("jku", "http://127.0.0.1:1/"), ("x5u", "x")):
        found, raised = attempt.tried(header(kid="first", **{member: value}), keys)
        if raised is not None:
            raise NotYet(
                f"For a header with a known `kid` and a `{member}` beside it, it raised {type(raised).__name__}. Pass over what the header brings: it does no harm when nobody looks at it."
            )
        if found != first:
            raise NotYet(
                f"A header came with `{member}`, and another key was taken. What the header brings is the attacker's."
            )
    refuses(attempt, (header(kid="mine", jwk=_jwk("mine")), keys), "an unknown key id with a `jwk` beside it")
    refuses(attempt, (header(kid="third"), keys), "a key id that the issuer does not have")
    refuses(attempt, (header(), keys), "a header with no key id")
    refuses(attempt, (header(), {"first": first}), "a header with no key id, for a set of one key,")
    for odd in (None, 0, ["first"], {"first": 1}, ""):
        refuses(attempt, (header(kid=odd), keys), f"a key id of another form, {odd!r},")
    refuses(attempt, (header(kid="k" * 5_000), keys), "a key id of 5,000 characters")
    return "The header says a name, and you look it up in a list that you have already. There is nowhere else to look."


trusted_key = Exercise(
    name="trusted_key",
    lesson="05",
    check=_check_trusted_key,
    hints=(
        "One member of the header matters here: `kid`. The others that speak of keys are not looked at.",
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
        "RFC 8725 section 3.8: the keys that are used must belong to the issuer; section 3.10: do not follow `jku` or `x5u` blindly. RFC 7515 defines `jwk`, `jku`, `x5u` and `x5c` for"
        " protocols in which the sender's key is proven in another way. An access token has an issuer, and that issuer's set is the only"
        " place to look. A token with no `kid` is refused: every issuer that rotates its keys sends it."
    ),
)
