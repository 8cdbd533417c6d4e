"""Tokens that are not in the battery of helpers/attacks, and the code that each is refused with.

What an attacker would send stands there, one entry each. Here is the rest: tokens with more than one fault, of which
the first is told; odd ones in which nobody would find an advantage; and what is no text.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from helpers.tokens.errors import InvalidToken, TokenError


def raw_claims(f: Any, claim: str, digits: str) -> bytes:
    """The payload with these very characters as the value of a claim."""
    return json.dumps(f.claims(**{claim: 0})).replace(f'"{claim}": 0', f'"{claim}": {digits}').encode()


def es256(f: Any) -> str:
    data = f.token(header=f.header(alg="ES256")).rpartition(".")[0]
    return f"{data}.{f.b64(ec.generate_private_key(ec.SECP256R1()).sign(data.encode(), ec.ECDSA(hashes.SHA256())))}"


ODD: dict[str, tuple[str, Any]] = {
    # Two faults: the algorithm comes first, then the key, then the signature.
    "ES256 with a key of its own": ("algorithm_not_allowed", es256),
    "its own jwk under an unknown kid": (
        "key_unknown",
        lambda f: f.token(header=f.header(kid="mine", jwk=f.jwk("mine", f.other_key)), key=f.other_key),
    ),
    "its own jwk under a known kid": (
        "signature_invalid",
        lambda f: f.token(header=f.header(jwk=f.jwk("current", f.other_key)), key=f.other_key),
    ),
    "jku under an unknown kid": (
        "key_unknown",
        lambda f: f.token(header=f.header(kid="x", jku="http://127.0.0.1:1/"), key=f.other_key),
    ),
    "x5u under a known kid": (
        "signature_invalid",
        lambda f: f.token(header=f.header(x5u="http://127.0.0.1:1/"), key=f.other_key),
    ),
    "x5c under a known kid": (
        "signature_invalid",
        lambda f: f.token(header=f.header(x5c=["AAAA"]), key=f.other_key),
    ),
    "padding behind the header, which was signed without": (
        "malformed",
        lambda f: f.token().replace(".", "=.", 1),
    ),
    # To the second, and beyond what a float holds
    "ended a second ago": ("expired", lambda f: f.token(f.claims(exp=f.now - 1))),
    "ends in this very second": ("expired", lambda f: f.token(f.claims(exp=f.now + 0.9))),
    "begins in six seconds": ("not_yet_valid", lambda f: f.token(f.claims(nbf=f.now + 6))),
    "issued in six seconds": ("issued_in_the_future", lambda f: f.token(f.claims(iat=f.now + 6))),
    "iat minus a thousand digits": ("lifetime_too_long", lambda f: f.token(f.claims(iat=-(10**1000)))),
    "iat of 5,000 digits": ("malformed", lambda f: f.token(raw_claims(f, "iat", "9" * 5000))),
    # Hardly a token
    "a space before": ("malformed", lambda f: " " + f.token()),
    "a line break before a dot": ("malformed", lambda f: f.token().replace(".", "\n.", 1)),
    "payload an empty array": ("malformed", lambda f: f.token(b"[]")),
    "payload a string": ("malformed", lambda f: f.token(b'"claims"')),
    "payload empty": ("malformed", lambda f: f.token(b"")),
    "header cut off, 2,000 deep": ("malformed", lambda f: f.token(header=b'{"a":' + b"[" * 2000)),
    "two parts": ("not_three_parts", lambda f: "e30.e30"),
    "a JWE": ("not_three_parts", lambda f: "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d"),
    "nothing": ("not_three_parts", lambda f: ""),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_token_is_refused(name, forge, verifier):
    code, make = ODD[name]
    token = make(forge)

    with pytest.raises(InvalidToken) as caught:
        verifier.verify(token)

    assert caught.value.code == code
    assert caught.value.status == 401
    assert 'error="invalid_token"' in caught.value.www_authenticate()


EVIL = '"evil"\r\nSet-Cookie: a'
MARKED: dict[str, Any] = {
    **{
        f"header {member}": lambda f, member=member: f.token(header=f.header(**{member: EVIL}))
        for member in ("alg", "kid", "typ")
    },
    **{
        f"claim {claim}": lambda f, claim=claim: f.token(f.claims(**{claim: EVIL}))
        for claim in ("iss", "aud", "exp", "nbf", "iat")
    },
    "crit": lambda f: f.token(header=f.header(crit=[EVIL])),
    "sub, in a token of another issuer": lambda f: f.token(f.claims(sub=EVIL, iss="evil")),
    "the name of a claim, twice": lambda f: f.token(b'{"evil": 1, "evil": 2}'),
    "no JSON": lambda f: f.token(b"evil"),
    "no base64url": lambda f: f"{f.token()}!evil",
}
"""Bad tokens with text in them that an attacker would like to read again."""


@pytest.mark.parametrize("make", [*MARKED.values(), *(make for _, make in ODD.values())], ids=[*MARKED, *ODD])
def test_what_is_said_of_it_repeats_nothing_of_it(make, forge, verifier):
    """An attacker writes what is in the token: quotes, CR LF, other people's names (RFC 6750 §3)."""
    with pytest.raises(TokenError) as caught:
        verifier.verify(make(forge))
    said = caught.value.www_authenticate() + caught.value.message
    assert said.isascii() and said.isprintable()
    assert "evil" not in said and "nightly-batch" not in said


@pytest.mark.parametrize("thing", [None, b"e30.e30.e30", 17, ["token"], object(), True])
def test_what_is_no_text_is_refused_as_a_token(thing, verifier):
    with pytest.raises(TokenError) as caught:
        verifier.verify(thing)
    assert caught.value.code == "malformed"
