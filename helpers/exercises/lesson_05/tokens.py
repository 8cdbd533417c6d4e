"""Lesson 05: the tokens that the last exercise is tried with, made from the cases of its parts and by the battery."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from helpers.attacks.attack import Request
from helpers.attacks.bad_keys import by_bad_key, entries
from helpers.attacks.battery import ATTACKS
from helpers.attacks.checks import Check
from helpers.attacks.good import GOODS
from helpers.attacks.workshop import Workshop, decode, encode, public_jwk, rs256, signed, to_json
from helpers.exercises.lesson_04 import claims as claims_04
from helpers.exercises.lesson_04 import tokens as tokens_04
from helpers.exercises.lesson_04.claims import AUDIENCE, ISSUER, NOW, changed
from helpers.exercises.lesson_04.whole import PROMISED
from helpers.exercises.lesson_05 import claims, form, keys
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import shown

LONGEST_TOKEN = 8_192
CLAIMS = {**tokens_04.CLAIMS, "exp": NOW - 100 + claims.DAY}


@dataclasses.dataclass(frozen=True)
class Shown:
    """A token that is shown to the learner's function.

    :param what: what it is, so that "For {what}, your function …" reads well.
    :param rule: why it is good or bad, as whole sentences.
    :param jwks: the issuer's set, if it is another than the workshop's.
    """

    what: str
    token: str
    rule: str = ""
    now: float = NOW
    jwks: Mapping[str, Any] | None = None

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What the function is called with."""
        jwks = workshop().jwks if self.jwks is None else self.jwks
        return self.token, dict(jwks), ISSUER, AUDIENCE, self.now


@functools.cache
def workshop() -> Workshop:
    """Lesson 04's issuer of the checker's own, which publishes bad keys too."""
    shop = tokens_04.workshop()
    return dataclasses.replace(shop, jwks={"keys": [*shop.jwks["keys"], *entries()]})


def forged(*of: Check) -> Iterator[Shown]:
    """What the battery forges against these checks, as far as lesson 04 does not ask for it already."""
    for attack in ATTACKS:
        if attack.check in of and not (attack.check in PROMISED and attack.name not in tokens_04.LESSON_05):
            token = str(attack.make(workshop()))
            what = f"the forged token *{attack.name}*, which {attack.story}"
            yield Shown(what, token, f"{attack.gain} The rule: {attack.clause}.")


# --- good ones


def good() -> Iterator[Shown]:
    """The battery's good tokens, and the good cases of the parts."""
    shop = workshop()
    for each in GOODS:
        token = each.make(shop)
        if not isinstance(token, Request):
            yield Shown(f"the good token *{each.name}*, which {each.story}", token)
    for what, typ in (*claims.TYPES, *claims.CAPITALS, *claims.LONG_FORMS):
        yield Shown(f"a good token with {what}", shop.issued(typ=typ))
    for what, changes, now in (*claims.LIVING, *claims.EXACTLY):
        yield Shown(f"a good token: {what}", shop.issued(changed(CLAIMS, changes)), now=now)
    for what, changes in claims.GOOD_FORMS:
        yield Shown(f"a good token: {what}", shop.issued(changed(CLAIMS, changes)))
    for what, octets in (*form.GOOD_OBJECTS, *form.SAME_NAME_ELSEWHERE, *form.HARMLESS_STRINGS):
        more = b'{"x":' + octets + b"}"
        yield Shown(f"a good token with {what} in its payload", shop.issued(_among(more, CLAIMS)))
        yield Shown(f"a good token with {what} in its header", shop.issued_under(_among(more, shop.header)))
    for what, octets in form.DEEP_ENOUGH:
        yield Shown(f"a good token whose payload is {what}", shop.issued(_among(octets, CLAIMS)))
        yield Shown(f"a good token whose header is {what}", shop.issued_under(_among(octets, shop.header)))
    unknown = {name: "crit" for _, name in unlike("crit")}
    yield Shown(
        "a good token with header members whose names are nearly `crit`",
        shop.issued_under({**unknown, **shop.header}),
    )
    yield Shown(
        f"a good token of exactly {LONGEST_TOKEN:,} characters",
        of_size(LONGEST_TOKEN),
        "That is not more than is allowed.",
    )
    yield from _good_sets()


def _among(octets: bytes, good: Mapping[str, Any]) -> bytes:
    """A header or payload with the members of this object behind its own."""
    return to_json(good)[:-1] + b"," + octets.strip()[1:-1] + b"}"


def _three_keys() -> tuple[dict[str, Any], ...]:
    """The good token's key between two others of the issuer."""
    shop = workshop()
    return tuple(dict(key) for key in (shop.entry("next-key"), shop.key, shop.entry("last-key")))


def _good_sets() -> Iterator[Shown]:
    """The good token, and a set in which its key is usable among others that are not."""
    shop = workshop()
    before, right, after = _three_keys()
    no_use = {name: value for name, value in right.items() if name != "use"}
    odd_entries = [entry for _, entry in keys.NO_KEYS]
    odd_keys = [
        keys.jwk(**{"kid": "x", **members})
        for name, bad, _ in keys.BAD_KEYS
        for _, members in bad
        if name in ("kids", "no_numbers")
    ]
    weak = {**right, "n": keys.modulus(1024)}
    many = [{**after, "kid": f"key-{number}"} for number in range(20)]
    for what, entries_ in (
        ("has no `use`", [before, no_use, after]),
        ("is the last of twenty-one", [*many, right]),
        ("is for RS256 and for verifying", [{**right, "alg": "RS256", "key_ops": ["verify"]}]),
        ("is among entries that make no sense", [*odd_entries, *odd_keys, right, *odd_keys, *odd_entries]),
        ("has the id of a weak key, which is before it", [weak, right]),
        ("has the id of a weak key, which is behind it", [right, weak]),
    ):
        said = f"a good token whose key, in the set, {what}"
        yield Shown(said, shop.good, "That key is usable.", jwks={"keys": entries_})


@functools.cache
def of_size(size: int) -> str:
    """A good token with exactly so many characters."""
    shop = workshop()
    for more in ("", "x", "xx"):
        header = shop.head(x=more)
        rest = size - len(signed(header, shop.claims, shop.issuers_own())) - 30
        for padding in range(rest * 3 // 4, rest):
            claims = shop.body(padding="x" * padding)
            length = len(encode(to_json(header))) + len(encode(to_json(claims))) + len(shop.signature) + 2
            if length == size:
                return shop.issued_under(header, claims)
            if length > size:
                break
    raise AssertionError(size)


# --- bad ones


def size() -> Iterator[Shown]:
    """Too long, or with characters that no token has."""
    rule = f"A token has at most {LONGEST_TOKEN:,} characters."
    yield Shown(
        f"a token of {LONGEST_TOKEN + 1:,} characters, otherwise good", of_size(LONGEST_TOKEN + 1), rule
    )
    yield Shown("a token of 20,000 characters, otherwise good", of_size(20_000), rule)


def segments() -> Iterator[Shown]:
    """Each of the three parts in another encoding than its one; the first two are signed like that."""
    shop = workshop()
    for _, bad, rule in form.BAD_SEGMENTS:
        for what, segment in bad:
            if "." not in segment:
                data = f"{encode(to_json(shop.header))}.{segment}"
                yield Shown(
                    f"a token that the issuer signed, whose payload is {what}", _signed_as_is(data), rule
                )
    rule = "A part must have the one encoding that an encoder would produce."
    for more in ("", "x", "xx"):  # so that each number of bytes to spare occurs
        good = shop.issued({**CLAIMS, "x": more}, x=more).split(".")
        for where, what in enumerate(("header", "payload", "signature")):
            for said, written in _other_encodings(good[where]):
                parts = [*good[:where], written, *good[where + 1 :]]
                token = ".".join(parts) if what == "signature" else _signed_as_is(".".join(parts[:2]))
                yield Shown(f"a token that is good but for {said} in its {what}", token, rule)


def _other_encodings(part: str) -> Iterator[tuple[str, str]]:
    """The same bytes to a lenient decoder."""
    if len(part) % 4:
        yield "the padding", part + "=" * (-len(part) % 4)
        yield (
            "bits that say nothing and are not zero",
            part[:-1] + form.ALPHABET[form.ALPHABET.index(part[-1]) + 1],
        )
    else:
        yield "one character more", f"{part}Y"
    yield "an exclamation mark, which Python skips,", f"{part[:4]}!{part[4:]}"
    yield "a line break", f"{part[:8]}\n{part[8:]}"
    yield "a line break behind it", f"{part}\n"
    yield "four line breaks behind it", f"{part}\n\n\n\n"
    yield "four spaces before it", f"    {part}"


def _signed_as_is(data: str) -> str:
    """A token whose first two parts are written like this."""
    return f"{data}.{encode(rs256(data, workshop().issuers_own()))}"


def texts() -> Iterator[Shown]:
    """A header or a payload that two programs could read in two ways."""
    shop = workshop()
    for name, bad, rule in form.BAD_TEXTS:
        for what, octets in bad:
            if len(octets) > 2_000:
                continue  # such a token is too long anyway
            header, payload = octets, octets
            if name in ("names_twice", "halves", "no_numbers", "too_deep") or b"\xff" in octets:
                header, payload = _among(octets, shop.header), _among(octets, CLAIMS)
            yield Shown(
                f"a token that the issuer signed, whose header is {what}", shop.issued_under(header), rule
            )
            yield Shown(
                f"a token that the issuer signed, whose payload is {what}", shop.issued(payload), rule
            )
    for what, changes, now in (*claims_04.EXP_NOT_FINITE, *claims_04.NBF_NOT_FINITE, *claims.NOT_FINITE):
        yield Shown(
            f"a token that the issuer signed: {what}",
            shop.issued(changed(CLAIMS, changes)),
            "JSON has no such number.",
            now,
        )


def extensions() -> Iterator[Shown]:
    """A `crit`, or a `b64` that is not true."""
    shop = workshop()
    for crit in (["exp"], ["b64"], ["x"], [], None, "b64", {}, False):
        what = f"a token that the issuer signed, with a `crit` of {shown(crit)} in its header"
        yield Shown(
            what,
            shop.issued(crit=crit, exp=NOW + 9, x=1),
            "A `crit` lists extensions that a reader must understand, and this API understands none: whatever is in it, it is refused.",
        )
    for what, b64 in (
        ("false", False),
        ("the string `'false'`", "false"),
        ("the string `'true'`", "true"),
        ("the number 1", 1),
        *odd("true"),
    ):
        if b64 is not True:
            what = f"a token that the issuer signed, with a `b64` that is {what} in its header"
            yield Shown(
                what,
                shop.issued(b64=b64),
                "The payload of a token is always encoded: a `b64` that is not true is refused.",
            )


def types() -> Iterator[Shown]:
    """Signed by the issuer, and no access token."""
    shop = workshop()
    for entries_, rule in (
        (claims.OTHER_KINDS, "An access token does not have this type."),
        (claims.NEARLY_TYPES, "Apart from capitals, a type is compared whole."),
        (claims.NO_TYPES, "A type is a string."),
    ):
        for what, typ in entries_:
            yield Shown(f"a token that the issuer signed, with {what}", shop.issued(typ=typ), rule)
    rule = "It does not say what it is."
    yield Shown("a token that the issuer signed, with no `typ`", shop.issued(typ=...), rule)
    what = "a token that the issuer signed, with no `typ`, and `JWT` as its content type `cty`"
    yield Shown(what, shop.issued_under({"cty": "JWT", **shop.head(typ=...)}), rule)


def bad_keys() -> Iterator[Shown]:
    """Signed with the right key, which the set now offers for something else."""
    shop = workshop()
    before, right, after = _three_keys()
    for name, bad, rule in keys.BAD_KEYS:
        for what, members in bad:
            if name not in ("kids", "sizes", "exponents", "no_numbers"):
                key = {member: value for member, value in {**right, **members}.items() if value is not ...}
                said = f"a token that is signed with {what}"
                yield Shown(said, shop.good, rule, jwks={"keys": [before, key, after]})
    twin = {**after, "kid": right["kid"]}
    for what, both in (("the first", [right, twin]), ("the second", [twin, right])):
        said = f"a token that is signed with {what} of two keys that have the same id"
        yield Shown(said, shop.good, "Nobody knows which of the two is meant.", jwks={"keys": both})
    yield from _weak_keys()
    unnamed = {"keys": [{**right, "kid": "None"}]}
    for what, kid in (("no key id", ...), ("a key id of null", None)):
        said = f"a token with {what}, and a set of one key, which is called `None`"
        yield Shown(said, shop.issued(kid=kid), "A token must name its key by a string.", jwks=unnamed)


@functools.cache
def _short_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2040)  # noqa: S505 - bad on purpose


def _weak_keys() -> Iterator[Shown]:
    """Signed with a key that is weaker than it looks."""
    shop = workshop()
    short = _short_key()
    jwk = public_jwk(short, kid="short", use="sig")
    token = signed(shop.head(kid="short"), shop.claims, short)
    rule = "The number `n` must have 2,048 bits or more."
    longer = {**jwk, "n": encode(bytes(1) + decode(jwk["n"]))}
    for what, key in (
        ("a key of 2,040 bits", jwk),
        ("a key of 2,040 bits, whose `n` begins with a zero byte", longer),
    ):
        yield Shown(f"a token that is signed with {what}", token, rule, jwks={"keys": [key]})
    kid = "exponent-3"
    cubic = {**shop.entry(kid), "e": encode(b"\0\0\0\3")}
    rule = "The number `e` must be 65,537 or more."
    said = "a token that is signed with a key whose `e` is 3, in four bytes"
    yield Shown(said, by_bad_key(kid)(shop), rule, jwks={"keys": [cubic]})


def lives() -> Iterator[Shown]:
    """Too long a life, or none that can be told."""
    asked = ("too_long", "future", "no_iat", "iat_no_number", "huge")
    return _with(
        (
            (what, changes, now, rule)
            for name, bad, rule in claims.BAD_LIVES
            if name in asked
            for what, changes, now in bad
        )
    )


def forms() -> Iterator[Shown]:
    """Claims of another type than theirs."""
    return _with((what, changes, NOW, rule) for _, bad, rule in claims.BAD_FORMS for what, changes in bad)


def bound() -> Iterator[Shown]:
    """Tokens of other kinds, and those that a bearer alone must not use."""
    no_api = "This claim belongs to ID tokens, and an ID token is not meant for an API."
    values = [value for _, value in (("a string", "x"), *odd("x"))]
    every = [
        *((name, no_api) for name in ("nonce", "at_hash", "c_hash", "s_hash")),
        ("events", "Such a token reports an event, such as a log-out, and grants no access."),
        ("cnf", "Such a token is bound to a key: it is not a bearer token."),
    ]
    return _with(
        (f"a token with a `{name}` of {shown(value)}", {name: value}, NOW, rule)
        for name, rule in every
        for value in values
    )


def _with(entries_: Iterable[tuple[str, dict[str, Any], float, str]]) -> Iterator[Shown]:
    for what, changes, now, rule in entries_:
        yield Shown(
            f"a token that the issuer signed: {what}", workshop().issued(changed(CLAIMS, changes)), rule, now
        )
