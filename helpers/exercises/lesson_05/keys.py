"""Lesson 05, the second family: which keys may be used at all."""

from typing import Any

from helpers.attacks.workshop import encode, number
from helpers.exercises.engine import Exercise
from helpers.exercises.lesson_05.algorithm import KEY_ALGORITHMS, KEY_TYPES
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, Probe, probe, shown


def modulus(bits: int) -> str:
    """An `n` of so many bits; it need not be a product of two primes to be looked at."""
    return number((1 << (bits - 1)) | 1)


def jwk(kid: str, **members: Any) -> dict[str, Any]:
    """A good JWK with some members changed; ``...`` takes one away."""
    key = {"kid": kid, "kty": "RSA", "use": "sig", "n": modulus(2048), "e": "AQAB", **members}
    return {name: value for name, value in key.items() if value is not ...}


# --- which keys of a set are usable. Each entry is what an entry of the set is, and what of it differs from a good key.

Entries = list[tuple[str, dict[str, Any]]]

PLAIN, MARKED = jwk("plain"), jwk("marked", alg="RS256", key_ops=["verify"])
GOOD_KEYS: list[tuple[str, dict[str, Any]]] = [
    ("a key of 2,048 bits with no `alg`", PLAIN),
    ("a key with the `alg` RS256 and the `key_ops` `['verify']`", MARKED),
    ("a key with no `use`", jwk("bare", use=...)),
    (
        "a key with no `use` and with the `key_ops` `['sign', 'verify']`",
        jwk("ops", use=..., key_ops=["sign", "verify"]),
    ),
    ("a key of 2,049 bits", jwk("odd", n=modulus(2049))),
    ("a key of 4,096 bits", jwk("long", n=modulus(4096))),
    ("a key whose `e` is 65,539", jwk("larger", e=number(65_539))),
    ("a key with a certificate's thumbprint", jwk("x5t", x5t="AQIDBAUGBwgJCgsMDQ4PEBESExQ")),
]
USES: Entries = [
    ("a key for encryption (`use` is `enc`)", {"use": "enc"}),
    *((f"a key whose `use` is {shown(use)}", {"use": use}) for _, use in unlike("sig")),
    *((f"a key whose `use` is {what}", {"use": use}) for what, use in odd("sig")),
    ("a key whose `use` is the list `['sig']`", {"use": ["sig"]}),
]
ALGORITHMS: Entries = [(what, {"alg": alg}) for what, alg in KEY_ALGORITHMS]
TYPES: Entries = [
    *((what, {"kty": kty}) for what, kty in KEY_TYPES),
    ("a shared secret", {"kty": "oct"}),
    ("an elliptic-curve key", {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
]
NO_TYPES: Entries = [
    ("a key with no `kty`", {"kty": ...}),
    ("a key with no `kty`, and `RSA` as its id", {"kid": "RSA", "kty": ...}),
]
OPERATIONS: Entries = [
    (f"a key whose `key_ops` are {shown(ops)}", {"key_ops": ops})
    for ops in (
        ["encrypt"],
        ["sign"],
        [],
        ["Verify"],
        ["verify "],
        ["verifyKey"],
        [["verify"]],
        [None],
        "verify",
        "sign,verify",
        {"verify": True},
        None,
        True,
        5,
        "",
    )
]
KIDS: Entries = [
    (f"a key whose `kid` is {what}", {"kid": kid})
    for what, kid in (
        ("a number", 5),
        ("the number 0", 0),
        ("null", None),
        ("true", True),
        ("a list", ["x"]),
        ("an empty list", []),
        ("an object", {"x": 1}),
        ("missing", ...),
    )
]
SIZES: Entries = [
    *((f"a key of {bits:,} bits", {"n": modulus(bits)}) for bits in (512, 1024, 2040, 2047)),
    ("a key whose `n` has 256 bytes, the first of them zero", {"n": encode(bytes(1) + b"\xff" * 255)}),
    ("a key whose `n` is 0, in 256 bytes", {"n": encode(bytes(256))}),
]
EXPONENTS: Entries = [(f"a key whose `e` is {e:,}", {"e": number(e)}) for e in (1, 3, 17, 65_535, 65_536)] + [
    ("a key whose `e` is 3, in four bytes", {"e": encode(b"\0\0\0\3")}),
    ("a key whose `e` is 0", {"e": "AA"}),
]
PUBLISHED: Entries = [
    *(
        (f"a key that publishes its private `{name}`", {name: "AQAB"})
        for name in ("d", "p", "q", "dp", "dq", "qi", "k")
    ),
    ("a key that publishes its private `oth`", {"oth": [{"r": "AQAB", "d": "AQAB", "t": "AQAB"}]}),
]
NO_NUMBERS: Entries = [
    ("an entry with no `n`, whose id looks like one", {"kid": modulus(2048), "n": ...}),
    ("an entry with no `e`, whose id looks like one", {"kid": "AQAB", "e": ...}),
    *(
        (f"an entry whose `{name}` is {what}", {name: value})
        for name in ("n", "e")
        for what, value in (
            ("missing", ...),
            ("a number", 65_537),
            ("null", None),
            ("true", True),
            ("a list", ["AQAB"]),
            ("an object", {}),
            ("an empty string", ""),
            ("a string of one character, which is no base64url", "A"),
            ("a string with a letter outside ASCII", "AQAB\u00e9"),
        )
    ),
]
BAD_KEYS: list[tuple[str, Entries, str]] = [
    ("uses", USES, "`use` may be missing; when it is there, it must be `sig`."),
    ("algorithms", ALGORITHMS, "`alg` may be missing; when it is there, it must be `RS256`."),
    ("types", TYPES, "The keys that are wanted have the `kty` `RSA`."),
    ("no_types", NO_TYPES, "The keys that are wanted have the `kty` `RSA`, and it must be there."),
    (
        "operations",
        OPERATIONS,
        "`key_ops` may be missing; when it is there, it must be a list with `verify` in it.",
    ),
    ("kids", KIDS, "A key is asked for by its id, which is a string."),
    ("sizes", SIZES, "The number `n` must have 2,048 bits or more."),
    ("exponents", EXPONENTS, "The number `e` must be 65,537 or more."),
    ("published", PUBLISHED, "Everybody knows such a key's secret, so everybody can sign with it."),
    ("no_numbers", NO_NUMBERS, "An entry that cannot be read as a key is left out, and the others stay."),
]
NO_KEYS: list[tuple[str, Any]] = [
    ("an empty object", {}),
    ("a string", "kid"),
    ("an empty string", ""),
    ("null", None),
    ("true", True),
    ("a number", 5),
    ("an empty list", []),
    ("a list of strings", ["kid", "kty", "n", "e"]),
]


def _usable(attempt: Attempt, what: str, rule: str, *entries: Any) -> dict[str, Any]:
    """What the function makes of a set with these entries."""
    result, raised, did = attempt.outcome(what, {"keys": [*entries]})
    if raised is not None:
        raise NotYet("For {what}, your function {did} {rule}", what=what, did=did, rule=rule)
    if not isinstance(result, dict):
        raise NotYet(
            "For {what}, your function returned {result}. Return a dict from key id to key.",
            what=what,
            result=shown(result),
        )
    return result


def _left_out(attempt: Attempt, entry: str, rule: str, *bad: Any) -> None:
    """That these entries are left out of a set, and the good ones around them are not."""
    what = f"a set with {entry} between two good keys"
    result = _usable(attempt, what, rule, PLAIN, *bad, MARKED)
    if result == {"plain": PLAIN, "marked": MARKED}:
        return
    if result.keys() - {"plain", "marked"}:
        fault = "your function returned more than the two good keys"
    else:
        fault = "your function did not return the two good keys under their ids"
    raise NotYet(
        "For {what}, {fault}. {rule} Only the two good keys belong in the dict.",
        what=what,
        fault=fault,
        rule=rule,
    )


def _bad(name: str, entries: Entries, rule: str) -> Probe:
    def ask(attempt: Attempt) -> None:
        for what, members in entries:
            _left_out(attempt, what, rule, jwk(**{"kid": "x", **members}))

    return Probe(name, ask)


@probe
def good_keys(attempt: Attempt) -> None:
    rule = "The key is good: return it under its id, the whole dict."
    for what, key in GOOD_KEYS:
        result = _usable(attempt, f"a set with {what} and nothing else", rule, key)
        if result != {key["kid"]: key}:
            raise NotYet(
                "For a set with {what} and nothing else, your function returned {result}. {rule}",
                what=what,
                result=shown(result),
                rule=rule,
            )
    everyone = {key["kid"]: key for _, key in GOOD_KEYS}
    rule = "Return all of them, each under its own id."
    if _usable(attempt, "a set of several good keys", rule, *everyone.values()) != everyone:
        raise NotYet(
            "For a set of several good keys, your function did not return these keys. {rule}", rule=rule
        )


@probe
def an_empty_set(attempt: Attempt) -> None:
    rule = "No key is usable there, so the dict is empty."
    result = _usable(attempt, "a set with no keys in it", rule)
    if result:
        raise NotYet(
            "For a set with no keys in it, your function returned {result}. {rule}",
            result=shown(result),
            rule=rule,
        )


@probe
def no_keys(attempt: Attempt) -> None:
    for what, entry in NO_KEYS:
        _left_out(attempt, f"{what} as an entry", "An entry that makes no sense is no key.", entry)


@probe
def same_ids(attempt: Attempt) -> None:
    other = jwk("x", n=modulus(3072))
    rule = "When usable keys share an id, nobody knows which of them signed, so take none of them."
    _left_out(attempt, "two keys that have the same id", rule, jwk("x"), other)
    _left_out(attempt, "three keys that have the same id", rule, jwk("x"), other, jwk("x", n=modulus(4096)))
    _left_out(attempt, "the same key twice", rule, jwk("x"), jwk("x"))


@probe
def same_id_as_a_bad_key(attempt: Attempt) -> None:
    weak = jwk("plain", n=modulus(1024))
    rule = "Only usable keys count when an id is shared."
    _left_out(attempt, "a weak key that has the id of a good one", rule, weak)
    what = "a set with a weak key before a good key of the same id"
    if _usable(attempt, what, rule, weak, PLAIN) != {"plain": PLAIN}:
        raise NotYet(
            "For {what}, your function did not return the good key alone. {rule}", what=what, rule=rule
        )


usable_keys = Exercise(
    name="usable_keys",
    lesson="05",
    probes=(
        good_keys,
        an_empty_set,
        *(_bad(*entry) for entry in BAD_KEYS),
        no_keys,
        same_ids,
        same_id_as_a_bad_key,
    ),
    notice="The issuer's set is a list of offers. You take the strong keys that are meant for this, and ignore the rest.",
    hints=(
        "Go through the entries one by one, leave out each that fails a test, and keep the others under their `kid`.",
        "The tests: a dict, a `kid` that is a string, `kty` RSA, `use` sig or missing, `alg` RS256 or missing, `key_ops` a list with `verify` in it or missing,"
        " no private member, and two numbers: `n` of 2,048 bits or more, `e` of 65,537 or more.",
        "Shared ids come last: count the ids (`collections.Counter`), and drop those that occur more than once. If `n` is not a string,"
        " decoding it raises a TypeError: catch the error and leave out the entry.",
    ),
    solution_code="""
import base64
from collections import Counter

PURPOSE = {"use": "sig", "alg": "RS256"}
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

def number(text):
    try:
        return int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")
    except (TypeError, ValueError):
        return 0

def is_usable(key):
    if not isinstance(key, dict) or not isinstance(key.get("kid"), str) or PRIVATE & set(key):
        return False
    if key.get("kty") != "RSA" or any(key.get(name, value) != value for name, value in PURPOSE.items()):
        return False
    key_ops = key.get("key_ops", ["verify"])
    if not isinstance(key_ops, list) or "verify" not in key_ops:
        return False
    return number(key.get("n")).bit_length() >= 2048 and number(key.get("e")) >= 65537

def usable_keys(jwks):
    usable = [key for key in jwks["keys"] if is_usable(key)]
    times = Counter(key["kid"] for key in usable)
    return {key["kid"]: key for key in usable if times[key["kid"]] == 1}
""",
    explanation=(
        "RFC 7517 section 5 tells you to ignore entries that you cannot use, and RFC 7518 section 3.3 asks for 2,048 bits or more. The"
        " minimum for `e` is policy, and that of FIPS 186-5: with an `e` of 1 a signature is its own proof. A modulus of 512 bits can be factored"
        " within hours by a few hundred rented cores."
    ),
    equal={
        **RAISES_NOTHING,
        "return int.from_bytes(base64.urlsafe_b64decode(text + '=='))": "the default is `big`",
        **dict.fromkeys(("return 1", "return -1"), "1 is as small as 0"),
        "return": "None is as false as False",
        **dict.fromkeys(
            (
                "if not str(key.get('kty')) == str('RSA') or any((key.get(name, value) != value for name, value in PURPOSE.items())):",
                "if key.get('kty') != 'RSA' or any((not str(key.get(name, value)) == str(value) for name, value in PURPOSE.items())):",
            ),
            "no JSON value but the string itself prints like it",
        ),
        **dict.fromkeys(
            (
                "return {key.get('kid', next(iter(key.values()), None)): key for key in usable if times[key['kid']] == 1}",
                "return {key['kid']: key for key in usable if times.get(key['kid'], next(iter(times.values()), None)) == 1}",
                "return {key['kid']: key for key in usable if times[key.get('kid', next(iter(key.values()), None))] == 1}",
                "times = Counter((key.get('kid', next(iter(key.values()), None)) for key in usable))",
            ),
            "by then every key has an id, which was counted",
        ),
        "usable = [key for key in jwks.get('keys', next(iter(jwks.values()), None)) if is_usable(key)]": "a JWK Set has `keys`",
    },
)
