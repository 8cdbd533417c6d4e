"""Lesson 05: tokens that are bad in one thing, and unusual but good in another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from helpers.attacks.workshop import attackers_key, signed
from helpers.exercises.lesson_04.claims import AUDIENCE, NOW, OTHER_AUDIENCE, changed
from helpers.exercises.lesson_05 import claims
from helpers.exercises.lesson_05.tokens import CLAIMS, Shown, workshop

Changes = dict[str, Any]
VARIATIONS: list[tuple[str, Changes, Changes]] = [
    ("a list as its `aud`", {}, {"aud": [OTHER_AUDIENCE, AUDIENCE]}),
    ("the type `at+jwt`", {"typ": "at+jwt"}, {}),
    ("the issuer's next key", {"kid": "next-key"}, {}),
    ("no `scope`", {}, {"scope": ...}),
    ("a `jti`", {}, {"jti": "k7"}),
    ("an `nbf` that is past", {}, {"nbf": NOW - 50}),
    ("an `exp` with a fraction", {}, {"exp": NOW + 10.5}),
    ("claims and header members of the issuer's own", {"x5t": "AAAA"}, {"azp": "job", "permissions": ["x"]}),
    (
        "a list as its `aud`, a `jti`, no `scope`, an `nbf` that is past, the type `at+jwt` and the issuer's next key",
        {"typ": "at+jwt", "kid": "next-key"},
        {"aud": [AUDIENCE], "jti": "k7", "scope": ..., "nbf": NOW - 50},
    ),
]
"""What a good token may have: what it is, and the changes of its header and of its claims."""

FAULTS: list[tuple[str, Changes, Changes]] = [
    ("the algorithm HS256", {"alg": "HS256"}, {}),
    ("the type `logout+jwt`", {"typ": "logout+jwt"}, {}),
    ("no `typ`", {"typ": ...}, {}),
    ("a `crit`", {"crit": ["exp"]}, {}),
    ("a `b64` of false", {"b64": False}, {}),
    ("an unknown key id", {"kid": "mine"}, {}),
    ("no key id", {"kid": ...}, {}),
    ("an `exp` that is past", {}, {"exp": NOW - 1}),
    ("no `exp`", {}, {"exp": ...}),
    ("an `exp` that is a string", {}, {"exp": str(NOW + 100)}),
    ("an `nbf` that is ahead", {}, {"nbf": NOW + 50}),
    ("an `nbf` of null", {}, {"nbf": None}),
    ("an `iat` that is ahead", {}, {"iat": NOW + 50}),
    ("no `iat`", {}, {"iat": ...}),
    ("a life of a century", {}, {"exp": NOW + 100 * 365 * claims.DAY}),
    ("another issuer", {}, {"iss": "https://attacker.example/"}),
    ("another API as its `aud`", {}, {"aud": OTHER_AUDIENCE}),
    ("a list of other APIs as its `aud`", {}, {"aud": [OTHER_AUDIENCE]}),
    ("no `aud`", {}, {"aud": ...}),
    ("a number in the list of its `aud`", {}, {"aud": [AUDIENCE, 1]}),
    ("an empty `sub`", {}, {"sub": ""}),
    ("a list as its `scope`", {}, {"scope": ["read:todos"]}),
    ("a number as its `jti`", {}, {"jti": 5}),
    ("a `nonce`", {}, {"nonce": "x"}),
    ("a `cnf`", {}, {"cnf": {"jkt": "x"}}),
]


def variations() -> Iterator[Shown]:
    """The good tokens that are unusual."""
    for what, header, more in VARIATIONS:
        yield Shown(f"a good token with {what}", _made(header, more))


def combinations() -> Iterator[Shown]:
    """Each fault in each of the good tokens that are unusual."""
    for what, header, more in VARIATIONS:
        for fault, bad_header, bad_claims in FAULTS:
            token = _made({**header, **bad_header}, {**more, **bad_claims})
            said = f"a token that the issuer signed, with {what}, and with {fault}"
            yield Shown(
                said, token, f"It is refused for the one thing, whatever else is good about it: {fault}."
            )
        said = f"a token that an attacker signed, with {what}"
        yield Shown(said, _made(header, more, attackers_key()), "The issuer did not sign it.")


def _made(header: Changes, more: Changes, key: RSAPrivateKey | None = None) -> str:
    shop = workshop()
    right = changed(shop.header, header)
    if key is None and right.get("kid") == "next-key" and shop.next_key is not None:
        key = shop.next_key[1]
    return signed(right, changed(CLAIMS, more), key or shop.issuers_own())
