"""Lesson 04: the tokens that the verifier is tried with, made of the cases of its parts; and an issuer to make them."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from helpers.attacks.battery import ATTACKS
from helpers.attacks.checks import Check
from helpers.attacks.workshop import Workshop, decode, encode, public_jwk, signed, to_json
from helpers.exercises.lesson_04 import header as header_cases
from helpers.exercises.lesson_04.block import block
from helpers.exercises.lesson_04.claims import AUDIENCE, ISSUER, NOW, changed
from helpers.exercises.near import unlike
from helpers.exercises.probe import shown

CLAIMS = {
    "iss": ISSUER,
    "sub": "job@clients",
    "aud": AUDIENCE,
    "iat": NOW - 100,
    "exp": NOW + 100,
    "scope": "read:todos",
}


@functools.cache
def _keys() -> tuple[RSAPrivateKey, RSAPrivateKey, RSAPrivateKey]:
    """The issuer's current key, its next one, and another one."""
    current, following, other = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3))
    return current, following, other


@functools.cache
def workshop() -> Workshop:
    """An issuer of the checker's own. The right key is neither the first of the set nor the last."""
    current, following, other = _keys()
    published = ((following, "next-key"), (other, "7"), (current, "the-key"), (other, "last-key"))
    jwks = {"keys": [public_jwk(key, kid=kid, use="sig") for key, kid in published]}
    good = signed(header_cases.HEADER, CLAIMS, current)
    return Workshop(good, jwks, current, ("next-key", following), now=NOW)


def arguments(token: str, now: float = NOW, shop: Workshop | None = None) -> tuple[Any, ...]:
    """What the learner's function is called with."""
    return token, dict((shop or workshop()).jwks), ISSUER, AUDIENCE, now


def payload_of(token: str) -> bytes:
    return decode(token.split(".")[1])


# --- good tokens


Bad = tuple[str, str, float]
"""What a token is, the token, and the time at which it is shown."""

LESSON_05 = ("aud a list with a number",)
"""It has this API in it; lesson 05 asks for the type of each member."""


def forged(of: Sequence[Check]) -> Iterator[Bad]:
    for attack in ATTACKS:
        if attack.check in of and attack.name not in LESSON_05:
            token = attack.make(workshop())
            yield f"the forged token *{attack.name}* ({attack.clause}), which {attack.story}", str(token), NOW


def with_header(entries: Sequence[tuple[str, Any]], member: str) -> Iterator[Bad]:
    for what, value in entries:
        changes = {member: value, f"x-{member}": header_cases.HEADER[member]}
        token = workshop().issued_under(changed(header_cases.HEADER, changes))
        yield f"a token that the issuer signed, with {what} in its header", token, NOW


def with_claims(entries: Iterable[tuple[str, dict[str, Any], float]]) -> Iterator[Bad]:
    for what, changes, now in entries:
        yield f"{what} (the issuer signed it)", workshop().issued(changed(CLAIMS, changes)), now


def of_claim(
    claim: str, tables: Sequence[tuple[str, list[tuple[str, Any]], str]]
) -> list[tuple[str, dict[str, Any], float]]:
    return [(what, {claim: value}, NOW) for _, entries, _ in tables for what, value in entries]


def parts() -> Iterator[Bad]:
    header, payload, signature = workshop().good.split(".")
    evil = encode(to_json({**CLAIMS, "sub": "mallory"}))
    for what, token in (
        ("an empty string", ""),
        ("a token with its signature cut off, dot and all", f"{header}.{payload}"),
        ("a token with a fourth part", f"{header}.{payload}.{signature}.x"),
        ("a token with an empty fourth part", f"{header}.{payload}.{signature}."),
        ("a token with a part before it", f"x.{header}.{payload}.{signature}"),
        (
            "a token with two more parts, the claims of an attacker and one letter",
            f"{workshop().good}.{evil}.x",
        ),
        ("a token with four dots behind it", f"{workshop().good}...."),
        ("a token with a dot and padding behind it", f"{workshop().good}.=="),
        ("two dots and nothing else", ".."),
        ("a word without a dot", "token"),
    ):
        yield what, token, NOW


def no_objects() -> Iterator[Bad]:
    shop = workshop()
    for name, octets in (
        ("a list", b"[]"),
        ("a list of pairs", b'[["alg","RS256"]]'),
        ("a string", b'"RS256"'),
        ("a string with an object in it", to_json(json.dumps(CLAIMS))),
        ("null", b"null"),
        ("a number", b"1"),
        ("no JSON", b"{"),
    ):
        yield f"a token whose header is {name}", shop.issued_under(octets), NOW
        yield f"a token that the issuer signed, whose payload is {name}", shop.issued(octets), NOW


ALGORITHMS = [
    *header_cases.NONES,
    *header_cases.OTHERS,
    *header_cases.NEARLY,
    *header_cases.NO_STRING,
    ("no `alg`", ...),
]
UNKNOWN_KIDS = [
    ("a key id that the issuer does not publish", "withdrawn"),
    *((f"the key id {shown(kid)}, which is nearly that of its key,", kid) for _, kid in unlike("the-key")),
]
NO_KIDS = [
    ("no key id", ...),
    ("a key id of null", None),
    ("a list as its key id", ["the-key"]),
    ("an object as its key id", {"the-key": 1}),
    ("a number as its key id", 7),
]


def unknown_keys() -> Iterator[Bad]:
    """Signed with each of the issuer's keys in turn, so that whichever is taken for an unknown id shows."""
    yield from with_header(UNKNOWN_KIDS, "kid")
    for which, key in zip(("current", "next", "other"), _keys(), strict=True):
        token = signed(workshop().head(kid="withdrawn"), CLAIMS, key)
        yield f"a token with an unknown key id that the issuer signed with its {which} key", token, NOW


def no_key_ids() -> Iterator[Bad]:
    yield from with_header(NO_KIDS, "kid")
    for member in ("x5t", "x5t#S256"):
        token = workshop().issued_under(workshop().head(kid=..., **{member: "the-key"}))
        yield f"a token with no key id, and the right one in `{member}` of its header", token, NOW
    token = signed(workshop().head(kid=7), CLAIMS, _keys()[2])
    yield "a token whose key id is the number 7, in a set with a key that is called `7`", token, NOW


def signatures() -> Iterator[Bad]:
    """What only a careful comparison refuses. It takes the issuer's key here; a forger finds such signatures otherwise."""
    shop = workshop()
    key = shop.issuers_own()
    data = shop.good.rpartition(".")[0]
    header, payload, own = shop.good.split(".")
    right = block(data.encode(), 256)
    digest_info = right[-51:]
    blocks = {
        "whose block has other bytes before the right digest": right[:100] + b"\0" + right[101:],
        "whose block begins with `00 02`": b"\0\2" + right[2:],
        "whose block is filled with other bytes than `ff`": right[:2] + b"\x11" * 202 + right[204:],
        "whose block has less padding, and other bytes behind the digest": b"\0\1"
        + b"\xff" * 8
        + b"\0"
        + digest_info
        + bytes(194),
        "whose block says that another hash follows": right[:-51]
        + digest_info[:14]
        + b"\2"
        + digest_info[15:],
        "whose block does not name a hash before the digest": b"\0\1" + b"\xff" * 221 + b"\0" + right[-32:],
        "whose block has a wrong digest": right[:-1] + bytes([right[-1] ^ 1]),
    }
    for what, octets in blocks.items():
        yield f"a token with a signature {what}", f"{data}.{encode(_raw(octets, key))}", NOW
    signature = _raw(right, key)
    plus_n = (int.from_bytes(signature) + key.public_key().public_numbers().n).to_bytes(257)
    small, small_plus_n = _plus_n_in_as_many_bytes(shop)
    wider, later = (
        encode(to_json({**CLAIMS, **more})) for more in ({"scope": "write:todos"}, {"exp": NOW + 200})
    )
    other = encode(to_json({**header_cases.HEADER, "typ": "at+jwt"}))
    evil = f"{header}.{encode(to_json({**CLAIMS, 'sub': 'mallory'}))}"
    pss, sha_1 = (
        encode(key.sign(data.encode(), scheme, algorithm()))
        for scheme, algorithm in (
            (padding.PSS(padding.MGF1(SHA256()), 32), SHA256),
            (padding.PKCS1v15(), SHA1),
        )
    )
    for what, token in (
        ("a token with an RSA-PSS signature of the issuer", f"{data}.{pss}"),
        ("a token with a SHA-1 signature of the issuer", f"{data}.{sha_1}"),
        ("a token of an attacker whose signature is one letter, which is no base64url", f"{evil}.A"),
        ("a token of an attacker whose signature is five letters, which is no base64url", f"{evil}.AAAAA"),
        ("a token of an attacker whose signature has other characters", f"{evil}.!!!!"),
        ("a token with a zero byte more before its signature", f"{data}.{encode(bytes(1) + signature)}"),
        ("a token with a byte more behind its signature", f"{data}.{encode(signature + bytes(1))}"),
        ("a token with an empty signature", f"{data}."),
        ("a token whose signature is the right number plus `n`", f"{data}.{encode(plus_n)}"),
        (
            "a token whose signature is the right number plus `n`, in as many bytes as `n` has",
            f"{small}.{encode(small_plus_n)}",
        ),
        ("a token whose scope was edited", f"{header}.{wider}.{own}"),
        ("a token whose `exp` was edited", f"{header}.{later}.{own}"),
        ("a token whose header was edited", f"{other}.{payload}.{own}"),
        ("a token that an attacker signed under the issuer's key id", shop.forged()),
    ):
        yield what, token, NOW


def _plus_n_in_as_many_bytes(shop: Workshop) -> tuple[str, bytes]:
    """What is signed, and a signature plus n; for one in three tokens it has no more bytes than n."""
    n = shop.issuers_own().public_key().public_numbers().n
    for number in itertools.count():
        data, _, signature = shop.issued_with(jti=f"k{number}").rpartition(".")
        more = int.from_bytes(decode(signature)) + n
        if more < 1 << 2048:
            return data, more.to_bytes(256)
    raise AssertionError


def _raw(octets: bytes, key: RSAPrivateKey) -> bytes:
    private = key.private_numbers()
    return pow(int.from_bytes(octets), private.d, private.public_numbers.n).to_bytes(256)


def claims_in_the_header() -> Iterator[Bad]:
    for name, bad, good in (
        ("aud", "https://reports.example", AUDIENCE),
        ("iss", "https://other.example/", ISSUER),
        ("exp", NOW - 1, NOW + 100),
        ("nbf", NOW + 50, NOW),
    ):
        for said, value in (("a bad", bad), ("no", ...)):
            if name == "nbf" and value is ...:
                continue  # a token needs none
            token = workshop().issued(changed(CLAIMS, {name: value}), **{name: good})
            what = f"a token that the issuer signed, with {said} `{name}` among its claims and a good one in its header"
            yield what, token, NOW
