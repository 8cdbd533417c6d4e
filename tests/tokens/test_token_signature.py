"""The signature step alone, on the examples that the RFCs print, and with keys that must not be used."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from helpers.tokens.compact import decode_object
from helpers.tokens.errors import BadSignature, KeyRefused
from helpers.tokens.keys import read_key, read_key_set
from helpers.tokens.signature import verify_signature

JOE = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
JOE_CLAIMS = {"iss": "joe", "exp": 1300819380, "http://example.com/is_root": True}

RFC7515_A2 = {
    "alg": "RS256",
    "key": {
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR"
        "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-U"
        "To7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkM"
        "Ls91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
    },
    "token": f"eyJhbGciOiJSUzI1NiJ9.{JOE}."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7"
    "t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi1"
    "2jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGl"
    "UPQGe77Rw",
}
RFC7515_A3 = {
    "alg": "ES256",
    "key": {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
    "token": f"eyJhbGciOiJFUzI1NiJ9.{JOE}."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
}
RFC7520_41 = {
    "alg": "RS256",
    "key": {
        "kty": "RSA",
        "kid": "bilbo.baggins@hobbiton.example",
        "use": "sig",
        "n": "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKr"
        "Kb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9"
        "bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5"
        "iaiQkqgc5gHdrNP5zw",
        "e": "AQAB",
    },
    "token": "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5k"
    "IGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4."
    "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA"
    "78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQ"
    "dLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18"
    "kDquDg",
}
RFC8037_A4 = {
    "alg": "EdDSA",
    "key": {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    "token": "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
}
EXAMPLES = {
    "RFC 7515 A.2": RFC7515_A2,
    "RFC 7515 A.3": RFC7515_A3,
    "RFC 7520 4.1": RFC7520_41,
    "RFC 8037 A.4": RFC8037_A4,
}


def check(example, **changes):
    example = {**example, **changes}
    return verify_signature(
        example["token"], {"keys": [example["key"]]}, algorithms=[example["alg"]], require_kid=False
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_of_the_rfcs_verifies(name):
    assert check(EXAMPLES[name]).header.alg == EXAMPLES[name]["alg"]


def test_the_payloads_are_what_the_rfcs_say():
    assert decode_object(check(RFC7515_A2).payload, "payload") == JOE_CLAIMS
    assert decode_object(check(RFC7515_A3).payload, "payload") == JOE_CLAIMS
    assert check(RFC7520_41).payload.decode().endswith("where you might be swept off to.")
    assert check(RFC8037_A4).payload == b"Example of Ed25519 signing"


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("where", [0, -8])
def test_a_bit_changed_in_the_signature_shows(name, where):
    data, _, signature = EXAMPLES[name]["token"].rpartition(".")
    at = where % len(signature)
    changed = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
    with pytest.raises(BadSignature):
        check(EXAMPLES[name], token=f"{data}.{changed}")


@pytest.mark.parametrize("alg", ["none", "HS256", "PS384", "ES512", "RS512"])
def test_the_examples_with_other_algorithms_are_refused(alg, forge):
    token = forge.token(header=forge.header(alg=alg))
    with pytest.raises(KeyRefused) as caught:
        verify_signature(token, forge.jwks())
    assert caught.value.code == "algorithm_not_allowed"


def test_a_key_is_for_one_algorithm_even_if_more_are_allowed(forge):
    token = forge.token(header=forge.header(alg="ES256"))
    with pytest.raises(KeyRefused) as caught:
        verify_signature(token, forge.jwks(), algorithms=["RS256", "ES256"])
    assert caught.value.code == "algorithm_mismatch"


def test_an_ecdsa_signature_is_r_and_s_and_not_der():
    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    data, _, _ = RFC7515_A3["token"].rpartition(".")
    der = key.sign(data.encode(), ec.ECDSA(hashes.SHA256()))
    raw = b"".join(number.to_bytes(32) for number in decode_dss_signature(der))
    jwk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32)), "y": b64(numbers.y.to_bytes(32))}

    assert check(RFC7515_A3, key=jwk, token=f"{data}.{b64(raw)}")
    for bad in (der, bytes(64), raw[:63], raw + b"\0", raw[:32] + b"\0" + raw[32:]):
        with pytest.raises(BadSignature):
            check(RFC7515_A3, key=jwk, token=f"{data}.{b64(bad)}")


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


NEVER_USED = {
    "weak, 1024 bits": lambda f: f.jwk(key=rsa.generate_private_key(65_537, 1024)),  # noqa: S505
    "an exponent of 1": lambda f: f.jwk() | {"e": "AQ"},
    "an exponent of 3": lambda f: f.jwk() | {"e": "Aw"},
    "an even exponent": lambda f: f.jwk() | {"e": "AQAC"},
    "a huge exponent": lambda f: f.jwk() | {"e": b64(b"\x01" * 200)},
    "a huge modulus": lambda f: f.jwk() | {"n": b64(b"\xff" * 2049)},
    "no modulus": lambda f: f.jwk() | {"n": None},
    "modulus in other letters": lambda f: f.jwk() | {"n": f.jwk()["n"] + "=="},
    "for encryption": lambda f: f.jwk(use="enc"),
    "for another algorithm": lambda f: f.jwk(alg="RS512"),
    "for no algorithm": lambda f: f.jwk(alg=None),
    "for signing only": lambda f: f.jwk(key_ops=["sign"]),
    "key_ops a text": lambda f: f.jwk(key_ops="verify"),
    "its private part published": lambda f: f.jwk(d="AQAB"),
    "its prime published": lambda f: f.jwk(p="AQAB"),
    "kid a number": lambda f: f.jwk() | {"kid": 7},
    "kid empty": lambda f: f.jwk(""),
    "a secret": lambda f: {"kty": "oct", "kid": "current", "k": "AQAB"},
    "kty unknown": lambda f: f.jwk() | {"kty": "rsa"},
    "kty a list": lambda f: f.jwk() | {"kty": ["RSA"]},
    "another curve": lambda f: RFC7515_A3["key"] | {"crv": "P-384"},
    "off the curve": lambda f: RFC7515_A3["key"] | {"y": b64(b"\1" * 32)},
    "a coordinate cut short": lambda f: RFC7515_A3["key"] | {"x": b64(bytes(31))},
    "X25519": lambda f: {"kty": "OKP", "kid": "current", "crv": "X25519", "x": b64(bytes(32))},
    "no object": lambda f: "current",
}  # fmt: skip


@pytest.mark.parametrize("name", NEVER_USED)
def test_a_key_that_must_not_be_used_is_not(name, forge):
    with pytest.raises(ValueError):
        read_key(NEVER_USED[name](forge))

    good = forge.jwk("good")
    key_set = read_key_set({"keys": [NEVER_USED[name](forge), good]})
    assert [key.kid for key in key_set.keys] == ["good"], "and the others are not harmed by it"
    assert len(key_set.refused) == 1


def test_a_key_without_alg_use_and_key_ops_is_used(forge):
    assert verify_signature(forge.token(), {"keys": [forge.jwk()]})


def test_two_keys_under_one_kid_are_both_refused(forge):
    twice = {
        "keys": [
            forge.jwk("current"),
            forge.jwk("current", forge.other_key),
            forge.jwk("next", forge.other_key),
        ]
    }
    assert [key.kid for key in read_key_set(twice).keys] == ["next"]
    with pytest.raises(KeyRefused):
        verify_signature(forge.token(), twice)


def test_an_encryption_key_with_the_same_kid_is_no_second_key(forge):
    pair = {"keys": [forge.jwk("current", forge.other_key, use="enc"), forge.jwk("current")]}
    assert verify_signature(forge.token(), pair)


def test_a_token_without_kid_can_mean_the_only_key_if_that_is_wanted(forge):
    token = forge.token(header=forge.header(kid=...))
    two = {"keys": [forge.jwk("a"), forge.jwk("b", forge.other_key)]}

    assert verify_signature(token, forge.jwks(), require_kid=False)
    with pytest.raises(KeyRefused, match="does not say which key"):
        verify_signature(token, forge.jwks())
    with pytest.raises(KeyRefused, match="no usable key"):
        verify_signature(token, two, require_kid=False)


@pytest.mark.parametrize("document", [None, [], "keys", {}, {"keys": {}}, {"keys": None}, {"key": []}])
def test_what_is_no_jwk_set_is_not_taken_for_an_empty_one(document):
    with pytest.raises(ValueError, match="not a JWK Set"):
        read_key_set(document)


def test_an_ed25519_key_is_read():
    x = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert read_key({"kty": "OKP", "crv": "Ed25519", "x": b64(x), "alg": "EdDSA"}).algs == ("EdDSA",)


@pytest.mark.parametrize(
    ("named", "alg", "taken"),
    [(None, "Ed25519", True), (None, "EdDSA", True), ("Ed25519", "Ed25519", True), ("EdDSA", "EdDSA", True),
     ("Ed25519", "EdDSA", False), ("EdDSA", "Ed25519", False), ("ES256", "Ed25519", None)],
)  # fmt: skip
def test_ed25519_under_its_new_name_and_its_old_one(named, alg, taken):
    """RFC 9864 §2.2; a key that says which of the two it is for is for no other (RFC 8725 §3.1)."""
    key = ed25519.Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": b64(key.public_key().public_bytes_raw())}
    jwks = {"keys": [jwk | ({"alg": named} if named else {})]}
    data = f"{b64(json.dumps({'alg': alg, 'kid': 'k'}).encode())}.e30"
    token = f"{data}.{b64(key.sign(data.encode()))}"
    if taken:
        assert verify_signature(token, jwks, algorithms=("Ed25519", "EdDSA")).payload == b"{}"
    else:
        with pytest.raises(KeyRefused, match="another algorithm" if taken is False else "no usable key"):
            verify_signature(token, jwks, algorithms=("Ed25519", "EdDSA"))


def test_the_payload_is_not_read_before_the_signature(forge):
    """Nobody vouches for it: a payload that no parser could read is no matter as long as nobody signed it."""
    with pytest.raises(BadSignature):
        verify_signature(forge.token(b"\xff{[", key=forge.other_key), forge.jwks())
    assert json.loads(verify_signature(forge.token(), forge.jwks()).payload) == forge.claims()
