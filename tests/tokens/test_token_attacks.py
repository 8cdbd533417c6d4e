"""Every forged token of the battery that lesson 05 runs, and the code that it is refused with."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from helpers.tokens.errors import InvalidToken, TokenError


def hmac_with(secret: str) -> Any:
    """RS256 to HS256: the public key, which everybody has, as the secret of an HMAC."""

    def make(f: Any) -> str:
        public = f.key.public_key()
        secrets = {
            "pem": public.public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            "der": public.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            "jwk": json.dumps(f.jwk()).encode(),
        }
        data = parts(f.token(header=f.header(alg="HS256")))[:2]
        signature = hmac.digest(secrets[secret], ".".join(data).encode(), hashlib.sha256)
        return ".".join([*data, f.b64(signature)])

    return make


def parts(token: str) -> list[str]:
    return token.split(".")


def with_payload(f: Any, old: bytes, new: bytes) -> str:
    """The payload edited after signing."""
    header, payload, signature = parts(f.token())
    edited = f.unb64(payload).replace(old, new)
    assert edited != f.unb64(payload)
    return ".".join([header, f.b64(edited), signature])


def last_character(f: Any, segment: int, step: int) -> str:
    """Another spelling of the same octets: the bits that say nothing, changed."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    pieces = parts(f.token())
    piece = pieces[segment]
    assert len(piece) % 4, "this segment has no bits to spare"
    pieces[segment] = piece[:-1] + alphabet[alphabet.index(piece[-1]) + step]
    assert f.unb64(pieces[segment]) == f.unb64(piece)
    return ".".join(pieces)


def raw_claims(f: Any, exp: str) -> bytes:
    """The payload with these very characters as the value of exp."""
    return json.dumps(f.claims(exp=0)).replace('"exp": 0', f'"exp": {exp}').encode()


def es256(f: Any) -> str:
    data = f.token(header=f.header(alg="ES256")).rpartition(".")[0]
    return f"{data}.{f.b64(ec.generate_private_key(ec.SECP256R1()).sign(data.encode(), ec.ECDSA(hashes.SHA256())))}"


def rs512(f: Any) -> str:
    data = f.token(header=f.header(alg="RS512")).rpartition(".")[0]
    return f"{data}.{f.b64(f.key.sign(data.encode(), padding.PKCS1v15(), hashes.SHA512()))}"


FOREIGN = {"kty": "RSA", "n": "AQAB", "e": "AQAB"}

ATTACKS: dict[str, tuple[str, Any]] = {
    # 1 to 3: the algorithm
    **{
        f"1 alg {alg}, {how}": (
            "algorithm_not_allowed",
            lambda f, alg=alg, cut=cut: cut(f.token(header=f.header(alg=alg))),
        )
        for alg in ("none", "None", "NONE", "nOnE")
        for how, cut in (
            ("old signature", lambda token: token),
            ("no signature", lambda token: token[: token.rindex(".") + 1]),
        )
    },
    "2 HS256 with the PEM": ("algorithm_not_allowed", hmac_with("pem")),
    "2 HS256 with the DER": ("algorithm_not_allowed", hmac_with("der")),
    "2 HS256 with the JWK": ("algorithm_not_allowed", hmac_with("jwk")),
    "3 RS512": ("algorithm_not_allowed", rs512),
    "3 PS256": ("algorithm_not_allowed", lambda f: jwt.encode(f.claims(), f.key, "PS256", {"kid": "current"})),
    "3 ES256": ("algorithm_not_allowed", es256),
    "3 alg missing": ("alg_invalid", lambda f: f.token(header=f.header(alg=...))),
    "3 alg a list": ("alg_invalid", lambda f: f.token(header=f.header(alg=["RS256"]))),
    "3 alg in other letters": ("algorithm_not_allowed", lambda f: f.token(header=f.header(alg="rs256"))),
    # 4 to 7: the key
    "4 its own jwk, unknown kid": (
        "key_unknown",
        lambda f: f.token(header=f.header(kid="mine", jwk=f.jwk("mine", f.other_key)), key=f.other_key),
    ),
    "4 its own jwk, known kid": (
        "signature_invalid",
        lambda f: f.token(header=f.header(jwk=f.jwk("current", f.other_key)), key=f.other_key),
    ),
    "4 its own jwk, no kid": ("kid_missing", lambda f: f.token(header=f.header(kid=..., jwk=f.jwk()), key=f.other_key)),
    "5 jku": ("key_unknown", lambda f: f.token(header=f.header(kid="x", jku="http://127.0.0.1:1/"), key=f.other_key)),
    "5 x5u": (
        "signature_invalid",
        lambda f: f.token(header=f.header(x5u="http://127.0.0.1:1/"), key=f.other_key),
    ),
    "5 x5c": ("signature_invalid", lambda f: f.token(header=f.header(x5c=["AAAA"]), key=f.other_key)),
    "6 kid a path": ("key_unknown", lambda f: f.token(header=f.header(kid="../../../../dev/null"))),
    "6 kid SQL": ("key_unknown", lambda f: f.token(header=f.header(kid="' OR 1=1 --"))),
    "6 kid a list": ("kid_invalid", lambda f: f.token(header=f.header(kid=["current"]))),
    "6 kid a number": ("kid_invalid", lambda f: f.token(header=f.header(kid=0))),
    "6 kid null": ("kid_invalid", lambda f: f.token(header=f.header(kid=None))),
    "6 kid empty": ("kid_invalid", lambda f: f.token(header=f.header(kid=""))),
    "6 kid very long": ("kid_invalid", lambda f: f.token(header=f.header(kid="k" * 1000))),
    "7 no kid": ("kid_missing", lambda f: f.token(header=f.header(kid=...))),
    # 8 and 9: the signature
    "8 stripped": ("not_three_parts", lambda f: f.token().rpartition(".")[0]),
    "8 empty": ("signature_invalid", lambda f: f.token().rpartition(".")[0] + "."),
    "8 of another token": (
        "signature_invalid",
        lambda f: ".".join([*parts(f.token())[:2], parts(f.token(f.claims(sub="other")))[2]]),
    ),
    "8 all zero": ("signature_invalid", lambda f: ".".join([*parts(f.token())[:2], f.b64(bytes(256))])),
    "9 payload edited": ("signature_invalid", lambda f: with_payload(f, b"read:todos", b"read:allll")),
    "9 header edited": (
        "signature_invalid",
        lambda f: ".".join([f.b64(json.dumps(f.header(typ="at+jwt")).encode()), *parts(f.token())[1:]]),
    ),
    "9 foreign key under a known kid": ("signature_invalid", lambda f: f.token(key=f.other_key)),
    # 11 to 13: whose, and for whom
    "11 iss wrong": ("issuer_mismatch", lambda f: f.token(f.claims(iss="https://evil.example/"))),
    "11 iss a prefix": ("issuer_mismatch", lambda f: f.token(f.claims(iss=f.issuer + "evil"))),
    "11 iss without the slash": ("issuer_mismatch", lambda f: f.token(f.claims(iss=f.issuer.rstrip("/")))),
    "11 iss a list": ("iss_invalid", lambda f: f.token(f.claims(iss=[f.issuer]))),
    "11 iss missing": ("iss_missing", lambda f: f.token(f.claims(iss=...))),
    "12 aud wrong": ("audience_mismatch", lambda f: f.token(f.claims(aud="http://localhost:3002"))),
    "12 aud a substring": ("audience_mismatch", lambda f: f.token(f.claims(aud=f.audience[:-1]))),
    "12 aud with more around it": ("audience_mismatch", lambda f: f.token(f.claims(aud=f.audience + "0"))),
    "12 aud missing": ("aud_missing", lambda f: f.token(f.claims(aud=...))),
    "12 aud an empty list": ("audience_mismatch", lambda f: f.token(f.claims(aud=[]))),
    "12 aud an object": ("aud_invalid", lambda f: f.token(f.claims(aud={f.audience: True}))),
    "12 aud a mixed list": ("audience_mismatch", lambda f: f.token(f.claims(aud=[f.audience, 1]))),
    "12 aud null": ("aud_invalid", lambda f: f.token(f.claims(aud=None))),
    # 14 to 20: when
    "14 expired": ("expired", lambda f: f.token(f.claims(exp=f.now - 1))),
    "14 exp is now": ("expired", lambda f: f.token(f.claims(exp=f.now))),
    "14 exp is now and a little": ("expired", lambda f: f.token(f.claims(exp=f.now + 0.9))),
    "15 no exp": ("exp_missing", lambda f: f.token(f.claims(exp=...))),
    "16 no iat": ("iat_missing", lambda f: f.token(f.claims(iat=...))),
    "16 no sub": ("sub_missing", lambda f: f.token(f.claims(sub=...))),
    "17 exp digits in a string": ("exp_invalid", lambda f: f.token(f.claims(exp=str(f.now + 3600)))),
    "18 exp centuries ahead": ("lifetime_too_long", lambda f: f.token(f.claims(exp=f.now + 10**11))),
    "18 lives 30 days and a second": ("lifetime_too_long", lambda f: f.token(f.claims(exp=f.now - 60 + 2_592_001))),
    "19 exp NaN": ("malformed", lambda f: f.token(raw_claims(f, "NaN"))),
    "19 exp Infinity": ("malformed", lambda f: f.token(raw_claims(f, "Infinity"))),
    "19 exp 1e400": ("malformed", lambda f: f.token(raw_claims(f, "1e400"))),
    "19 exp 5,000 digits": ("malformed", lambda f: f.token(raw_claims(f, "9" * 5000))),
    "19 exp 1,000 digits": ("lifetime_too_long", lambda f: f.token(raw_claims(f, "9" * 1000))),
    "19 exp minus 1,000 digits": ("expired", lambda f: f.token(raw_claims(f, "-" + "9" * 1000))),
    "19 exp true": ("exp_invalid", lambda f: f.token(f.claims(exp=True))),
    "19 exp null": ("exp_invalid", lambda f: f.token(f.claims(exp=None))),
    "19 exp a list": ("exp_invalid", lambda f: f.token(f.claims(exp=[f.now + 3600]))),
    "19 exp negative": ("expired", lambda f: f.token(f.claims(exp=-1))),
    "20 nbf in the future": ("not_yet_valid", lambda f: f.token(f.claims(nbf=f.now + 1))),
    "20 nbf a string": ("nbf_invalid", lambda f: f.token(f.claims(nbf=str(f.now)))),
    "20 iat in the future": ("issued_in_the_future", lambda f: f.token(f.claims(iat=f.now + 1))),
    "20 iat a string": ("iat_invalid", lambda f: f.token(f.claims(iat=str(f.now)))),
    "20 iat minus 1,000 digits": ("lifetime_too_long", lambda f: f.token(f.claims(iat=-(10**1000)))),
    # 21 to 23: another thing altogether
    "21 sub a number": ("sub_invalid", lambda f: f.token(f.claims(sub=42))),
    "21 sub empty": ("sub_empty", lambda f: f.token(f.claims(sub=""))),
    "21 jti a number": ("jti_invalid", lambda f: f.token(f.claims(jti=42))),
    **{
        f"22 typ {typ}": ("type_not_accepted", lambda f, typ=typ: f.token(header=f.header(typ=typ)))
        for typ in ("secevent+jwt", "dpop+jwt", "logout+jwt", "application/secevent+jwt", "", ...)
    },
    "22 typ a list": ("typ_invalid", lambda f: f.token(header=f.header(typ=["JWT"]))),
    "23 an ID token": ("audience_mismatch", lambda f: f.token(f.claims(aud="nightly-batch", nonce="n"))),
    # 24 to 28: one token, two readings
    "24 aud twice": (
        "malformed",
        lambda f: f.token(json.dumps(f.claims()).replace("{", '{"aud": "https://evil.example", ', 1).encode()),
    ),
    "24 aud twice, once in escapes": (
        "malformed",
        lambda f: f.token(json.dumps(f.claims()).replace("{", '{"\\u0061ud": "https://evil.example", ', 1).encode()),
    ),
    "24 a name twice further down": (
        "malformed",
        lambda f: f.token(json.dumps(f.claims()).replace("{", '{"act": {"sub": "a", "sub": "b"}, ', 1).encode()),
    ),
    "25 alg twice": (
        "malformed",
        lambda f: f.token(header=b'{"alg":"none","alg":"RS256","typ":"JWT","kid":"current"}'),
    ),
    "26 unknown crit": ("crit_invalid", lambda f: f.token(header=f.header(crit=["x"], x=1))),
    "27 crit empty": ("crit_invalid", lambda f: f.token(header=f.header(crit=[]))),
    "28 b64 false": ("b64_invalid", lambda f: f.token(header=f.header(b64=False))),
    "28 b64 false and crit": ("crit_invalid", lambda f: f.token(header=f.header(b64=False, crit=["b64"]))),
    # 29 to 34: the form
    "29 signature spelled another way": ("malformed", lambda f: last_character(f, 2, 1)),
    "29 and in another": ("malformed", lambda f: last_character(f, 2, 3)),
    "30 padding": ("malformed", lambda f: f.token() + "=="),
    "30 padding in the middle": ("malformed", lambda f: f.token().replace(".", "=.", 1)),
    "31 the standard alphabet": ("malformed", lambda f: f.token().replace("_", "/").replace("-", "+")),
    "31 a line break at the end": ("malformed", lambda f: f.token() + "\n"),
    "31 a line break inside": ("malformed", lambda f: f.token().replace(".", "\n.", 1)),
    "31 junk inside": ("malformed", lambda f: f.token().replace("e", "e!", 1)),
    "31 a space before": ("malformed", lambda f: " " + f.token()),
    "31 outside ASCII": ("malformed", lambda f: f.token() + "\N{LATIN SMALL LETTER E WITH ACUTE}"),
    "31 half of a surrogate pair": ("malformed", lambda f: f.token() + "\ud800"),
    "32 a byte-order mark in the payload": (
        "malformed",
        lambda f: f.token(b"\xef\xbb\xbf" + json.dumps(f.claims()).encode()),
    ),
    "32 a byte-order mark in the header": (
        "malformed",
        lambda f: f.token(header=b"\xef\xbb\xbf" + json.dumps(f.header()).encode()),
    ),
    "32 UTF-16": ("malformed", lambda f: f.token(json.dumps(f.claims()).encode("utf-16"))),
    "32 not UTF-8": ("malformed", lambda f: f.token(json.dumps(f.claims(sub="@")).encode().replace(b"@", b"\xff"))),
    "32 half of a surrogate pair in a claim": (
        "malformed",
        lambda f: f.token(json.dumps(f.claims(sub="@")).replace("@", "\\ud800").encode()),
    ),
    "33 payload an array": ("malformed", lambda f: f.token(b"[]")),
    "33 payload a string": ("malformed", lambda f: f.token(b'"claims"')),
    "33 payload empty": ("malformed", lambda f: f.token(b"")),
    "33 two values": ("malformed", lambda f: f.token(json.dumps(f.claims()).encode() + b"{}")),
    "33 header an array": ("malformed", lambda f: f.token(header=b'["RS256"]')),
    "33 two segments": ("not_three_parts", lambda f: "e30.e30"),
    "33 four segments": ("not_three_parts", lambda f: f.token() + ".e30"),
    "33 a JWE": ("not_three_parts", lambda f: "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d"),
    "33 a nested JWT": ("malformed", lambda f: f.token(f.token().encode(), f.header(cty="JWT"))),
    "33 nothing": ("not_three_parts", lambda f: ""),
    "34 1 MB": ("too_long", lambda f: f.token(f.claims(padding="A" * 1_000_000))),
    "34 arrays 2,000 deep": ("malformed", lambda f: f.token(b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}")),
    "34 arrays 2,000 deep in the header": ("malformed", lambda f: f.token(header=b'{"a":' + b"[" * 2000)),
    "34 objects 500 deep": ("malformed", lambda f: f.token(b'{"a":' * 500 + b"1" + b"}" * 500)),
    "43 scope a list": ("scope_invalid", lambda f: f.token(f.claims(scope=["read:todos"]))),
}  # fmt: skip


def test_the_good_token_is_good(forge, verifier):
    assert verifier.verify(forge.token()) == forge.claims()


@pytest.mark.parametrize("name", ATTACKS)
def test_a_forged_token_is_refused(name, forge, verifier):
    code, make = ATTACKS[name]
    token = make(forge)

    with pytest.raises(InvalidToken) as caught:
        verifier.verify(token)

    assert caught.value.code == code
    assert caught.value.status == 401
    assert 'error="invalid_token"' in caught.value.www_authenticate()


@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_said_of_it_repeats_nothing_of_it(name, forge, verifier):
    """An attacker writes what is in the token: quotes, CR LF, other people's names (RFC 6750 §3)."""
    marked = forge.token(
        forge.claims(sub='"evil"\r\nSet-Cookie: a', iss='"evil"\r\n'),
        forge.header(kid='"evil"\r\nSet-Cookie'),
    )
    for token in (ATTACKS[name][1](forge), marked):
        with pytest.raises(TokenError) as caught:
            verifier.verify(token)
        said = caught.value.www_authenticate() + caught.value.message
        assert said.isascii() and said.isprintable()
        assert "evil" not in said and "nightly-batch" not in said


@pytest.mark.parametrize("thing", [None, b"e30.e30.e30", 17, ["token"], object(), True])
def test_what_is_no_text_is_refused_as_a_token(thing, verifier):
    with pytest.raises(TokenError) as caught:
        verifier.verify(thing)
    assert caught.value.code == "malformed"
