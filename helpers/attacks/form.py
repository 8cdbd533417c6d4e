"""Attacks on the reading: tokens that two readers could understand in two ways, or that cost a reader too much."""

import json
from collections.abc import Callable

from helpers.attacks.attack import Attack
from helpers.attacks.checks import (
    ALPHABET,
    ASCII,
    CANONICAL,
    NESTING,
    NUMBERS,
    OBJECT,
    ONCE,
    SIZE,
    THREE_PARTS,
    UNICODE,
    UNPADDED,
    UTF_8,
)
from helpers.attacks.workshop import Workshop, encode, rs256, to_json, unsigned

FAR = 60_000
"""So deep that Python's parser falls over: 3.11 and 3.12 do so before 2,000, 3.13 before 20,000."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

RESPELLED = (
    "One token in several spellings: a list of withdrawn tokens finds one of them, and a log counts several."
)
TWO_READINGS = "Your gateway reads one value and your API the other: what one of them refuses gets past both."
COSTLY = "A few such requests keep your API busy, or end it."
DISAGREE = "Another reader, such as your gateway or your log, sees another token than your API."


def _payload(write: Callable[[bytes], bytes]) -> Callable[[Workshop], str]:
    """The good token's payload, as octets, written in another way and signed so."""
    return lambda workshop: workshop.issued(write(to_json(workshop.claims)))


def _header(write: Callable[[bytes], bytes]) -> Callable[[Workshop], str]:
    return lambda workshop: workshop.issued_under(write(to_json(workshop.header)))


def _first(member: str) -> Callable[[bytes], bytes]:
    """A JSON object with another member before its own."""
    return lambda text: text.replace(b"{", f"{{{member},".encode(), 1)


def _number(name: str, digits: str) -> Callable[[Workshop], str]:
    """A claim whose value is written with these very characters."""

    def make(workshop: Workshop) -> str:
        text = json.dumps({**workshop.claims, name: 0}, separators=(",", ":"))
        return workshop.issued(text.replace(f'"{name}":0', f'"{name}":{digits}').encode())

    return make


def _sub(octets: bytes) -> Callable[[Workshop], str]:
    """A subject that holds these octets."""
    return lambda workshop: workshop.issued(
        to_json(workshop.body(sub="x@x")).replace(b"x@x", b"x" + octets + b"x")
    )


def _last_character(step: int) -> Callable[[Workshop], str]:
    """Another spelling of the same signature: the bits of its last character that say nothing, changed."""

    def make(workshop: Workshop) -> str:
        if len(workshop.signature) % 4 != 2:
            raise LookupError("the last character of this signature has not four bits to spare")
        return workshop.good[:-1] + LETTERS[LETTERS.index(workshop.good[-1]) + step]

    return make


def _signature(write: Callable[[str], str]) -> Callable[[Workshop], str]:
    """The good token with its signature segment written in another way."""

    def make(workshop: Workshop) -> str:
        written = write(workshop.signature)
        if written == workshop.signature:
            raise LookupError("this signature happens to look the same in both")
        return f"{workshop.good.rpartition('.')[0]}.{written}"

    return make


def _padded_payload(workshop: Workshop) -> str:
    """Padding in the middle, under the signature."""
    claims = workshop.claims
    while len(to_json(claims)) % 3 == 0:
        claims["sub"] += "s"
    header, payload = unsigned(workshop.header, claims).split(".")
    data = f"{header}.{payload}{'=' * (-len(payload) % 4)}"
    return f"{data}.{encode(rs256(data, workshop.issuers_own()))}"


def _nested(what: str, depth: int) -> bytes:
    opening, closing = ("[", "]") if what == "arrays" else ('{"a":', "}")
    return f"{opening * depth}1{closing * depth}".encode()


def _deep(what: str, depth: int) -> Callable[[bytes], bytes]:
    return lambda text: text[:-1] + b',"deep":' + _nested(what, depth) + b"}"


def _stripped(workshop: Workshop) -> str:
    return workshop.good.rpartition(".")[0]


def _longer(size: int) -> Callable[[Workshop], str]:
    return lambda workshop: workshop.issued_with(padding="A" * size)


def _inner_token(workshop: Workshop) -> str:
    """A token in a token, as RFC 7519 §5.2 allows; the inner one is not signed."""
    inner = f"{unsigned({'alg': 'none'}, workshop.claims)}."
    return workshop.issued(inner.encode(), cty="JWT")


IGNORED = "policy; RFC 8259 §8.1 lets a reader ignore it"
ANY_RANGE = "policy; RFC 8259 §6 lets a reader set limits to numbers"


ATTACKS = (
    Attack(
        "the same claim twice",
        ONCE,
        "names one audience and then another",
        TWO_READINGS,
        _payload(_first('"aud": "somebody-else"')),
    ),
    Attack(
        "the same claim in escapes",
        ONCE,
        "names two audiences, one of them in escapes",
        TWO_READINGS,
        _payload(_first('"\\u0061ud":"somebody-else"')),
    ),
    Attack(
        "the same name further down",
        ONCE,
        "names two actors inside another claim",
        TWO_READINGS,
        _payload(_first('"act":{"sub":"admin","sub":"guest"}')),
        rule="policy; RFC 8259 §4 says SHOULD",
    ),
    Attack(
        "alg twice",
        ONCE,
        "says none first, and RS256 after it",
        TWO_READINGS,
        _header(_first('"alg":"none"')),
        rule="policy; RFC 7515 §4 also lets a reader take the last one",
    ),
    Attack(
        "kid twice",
        ONCE,
        "names another key first, and the right one after it",
        TWO_READINGS,
        _header(_first('"kid":"mine"')),
        rule="policy; RFC 7515 §4 also lets a reader take the last one",
    ),
    *(
        Attack(f"{which} spelling", CANONICAL, story, RESPELLED, _last_character(step), "CVE-2026-102269")
        for which, step, story in (
            ("second", 1, "spells the signature in a second way"),
            ("sixteenth", 15, "spells the signature in a sixteenth way"),
        )
    ),
    Attack("padding", UNPADDED, "ends with ==", RESPELLED, lambda workshop: f"{workshop.good}=="),
    Attack(
        "padding in the middle",
        UNPADDED,
        "pads its payload, and signs that",
        DISAGREE,
        _padded_payload,
        answers=(400, 401),
    ),
    Attack(
        "standard alphabet",
        ALPHABET,
        "writes + and / for - and _",
        RESPELLED,
        _signature(lambda segment: segment.replace("-", "+").replace("_", "/")),
    ),
    Attack(
        "junk inside",
        ALPHABET,
        "has an exclamation mark in the signature",
        RESPELLED,
        _signature(lambda segment: f"{segment[:9]}!{segment[9:]}"),
        answers=(400, 401),
    ),
    Attack(
        "a space inside",
        ALPHABET,
        "has a space in the signature",
        RESPELLED,
        _signature(lambda segment: f"{segment[:9]} {segment[9:]}"),
        answers=(400, 401),
    ),
    Attack(
        "a line break inside",
        ALPHABET,
        "breaks the line in the signature",
        RESPELLED,
        _signature(lambda segment: f"{segment[:9]}\r\n{segment[9:]}"),
        function_only=True,
    ),
    Attack(
        "a line break at the end",
        ALPHABET,
        "ends with a line break",
        RESPELLED,
        lambda workshop: f"{workshop.good}\n",
        function_only=True,
    ),
    Attack(
        "a letter outside ASCII",
        ASCII,
        "ends with a letter that a careless reader leaves out",
        RESPELLED,
        lambda workshop: f"{workshop.good}é",
        answers=(400, 401),
    ),
    Attack(
        "half of a surrogate pair outside",
        ASCII,
        "ends with what is no character at all",
        RESPELLED,
        lambda workshop: f"{workshop.good}\ud800",
        function_only=True,
    ),
    Attack(
        "byte-order mark",
        UTF_8,
        "has a byte-order mark before its payload",
        DISAGREE,
        _payload(lambda text: b"\xef\xbb\xbf" + text),
        rule=IGNORED,
    ),
    Attack(
        "byte-order mark in the header",
        UTF_8,
        "has a byte-order mark before its header",
        DISAGREE,
        _header(lambda text: b"\xef\xbb\xbf" + text),
        rule=IGNORED,
    ),
    Attack(
        "UTF-16",
        UTF_8,
        "writes its payload in UTF-16",
        DISAGREE,
        _payload(lambda text: text.decode().encode("utf-16")),
    ),
    Attack("not UTF-8", UTF_8, "has an octet that no UTF-8 has", DISAGREE, _sub(b"\xff")),
    Attack(
        "half of a surrogate pair",
        UNICODE,
        "spells half of a character",
        "The first line of your code that writes it to a log or a database fails.",
        _sub(b"\\ud800"),
    ),
    *(
        Attack(
            f"exp {digits if len(digits) < 10 else 'of 5000 digits'}",
            NUMBERS,
            story,
            gain,
            _number("exp", digits),
            rule=rule,
        )
        for digits, story, gain, rule in (
            ("NaN", "ends at a number that is none", "No comparison with it is true: it is never past.", ""),
            ("Infinity", "ends at infinity", "A token for ever.", ""),
            ("1e400", "ends at a number that is infinity to a computer", "A token for ever.", ANY_RANGE),
            ("9" * 5_000, "ends at a number of 5,000 digits", COSTLY, ANY_RANGE),
        )
    ),
    Attack(
        "nbf -Infinity",
        NUMBERS,
        "began at the beginning of all time",
        "The first library that turns it into a date fails.",
        _number("nbf", "-Infinity"),
    ),
    *(
        Attack(
            f"{what} {depth} deep{' in the header' if write is _header else ''}",
            NESTING,
            f"has {what} in each other, {depth:,} deep",
            COSTLY,
            write(_deep(what, depth)),
            "CVE-2025-53864",
        )
        for what, depth, write in (
            # So deep every Python reads: what these find does not hang on its release.
            ("arrays", 100, _payload),
            ("arrays", 500, _payload),
            ("arrays", 500, _header),
            ("objects", 500, _payload),
        )
    ),
    *(
        Attack(
            f"{what} {FAR} deep{' in the header' if write is _header else ''}",
            SIZE,
            f"has {what} in each other, {FAR:,} deep",
            COSTLY,
            write(_deep(what, FAR)),
            rule="policy; RFC 8259 §9 lets a reader set a limit",
            function_only=True,
        )
        for what, write in (("arrays", _payload), ("arrays", _header), ("objects", _payload))
    ),
    Attack("1 MB", SIZE, "is a megabyte long", COSTLY, _longer(750_000), "CVE-2025-61920", answers=(400, 401, 431)),
    # Of a header that arrives in pieces, some servers take 16 kB at most.
    Attack("12 kB", SIZE, "is twelve thousand characters long", COSTLY, _longer(8_500), answers=(400, 401, 431)),
    Attack(
        "signature stripped",
        THREE_PARTS,
        "leaves out the signature, and the dot before it",
        "Anyone can write any claims, and is whoever they like.",
        _stripped,
    ),
    Attack("four parts", THREE_PARTS, "has a part too many", RESPELLED, lambda workshop: f"{workshop.good}.e30"),
    Attack(
        "five parts",
        THREE_PARTS,
        "has five parts, as an encrypted token has",
        "What is encrypted to you with your public key may come from anyone, and still has to be signed.",
        lambda workshop: f"{workshop.good}.e30.e30",
        "CVE-2026-29000",
    ),
    Attack(
        "claims in a list",
        OBJECT,
        "has a list around its claims",
        DISAGREE,
        _payload(lambda text: b"[" + text + b"]"),
        "CVE-2026-107723",
    ),
    Attack(
        "claims in a text",
        OBJECT,
        "has its claims as a text with JSON in it",
        DISAGREE,
        _payload(lambda text: json.dumps(text.decode()).encode()),
    ),
    Attack(
        "header in a list",
        OBJECT,
        "has a list around its header",
        DISAGREE,
        _header(lambda text: b"[" + text + b"]"),
        rule="RFC 7515 §4",
    ),
    Attack(
        "two values",
        OBJECT,
        "has more JSON behind its claims",
        TWO_READINGS,
        _payload(lambda text: text + b'{"aud":"x"}'),
    ),
    Attack(
        "a token in a token",
        OBJECT,
        "has an unsigned token for a payload",
        "The outer signature vouches for nobody's claims but the inner token's, which anyone wrote.",
        _inner_token,
        rule="RFC 8725 §3.1",
    ),
)  # fmt: skip
"""In the order in which lesson 05 tells of them."""
