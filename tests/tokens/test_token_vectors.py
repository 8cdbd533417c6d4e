"""Signatures that others made: the examples of the RFCs, and Project Wycheproof's where `WYCHEPROOF` names its folder.

    WYCHEPROOF=/path/to/wycheproof/testvectors_v1 pytest tests/tokens/test_token_vectors.py -s

Wycheproof's vectors are not part of this repository. Tried at its commit of August 2026: every signature with RS256
(of JWS and bare), ES256 and Ed25519 is judged as they say, but for what is refused on purpose: other algorithms, an RSA
exponent of 3, and a DigestInfo without its NULL, which they call acceptable (RFC 8017 §9.2 wants it there).
"""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from helpers.tokens.compact import CompactToken, Header
from helpers.tokens.errors import InvalidToken
from helpers.tokens.keys import read_key
from helpers.tokens.signature import ALGORITHMS, check_signature, verify_signature

EXAMPLES = json.loads(Path(__file__).with_name("rfc_examples.json").read_text(encoding="utf-8"))
WYCHEPROOF = os.environ.get("WYCHEPROOF")
ALL = tuple(ALGORITHMS)


def is_signed(jws: str, jwk: dict[str, Any]) -> bool:
    try:
        verify_signature(jws, {"keys": [jwk]}, algorithms=ALL, require_kid=False)
    except InvalidToken:
        return False
    return True


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_rfcs(name: str) -> None:
    example = EXAMPLES[name]
    jws, jwk = example["jws"], example["jwk"]
    assert is_signed(jws, jwk) and is_signed(jws, jwk | {"alg": example["alg"]})
    head, payload, signature = jws.split(".")
    for changed in (
        f"{head}.{payload[:-4]}AAAA.{signature}",
        f"{head}.{payload}.{signature[:10]}{'B' if signature[10] != 'B' else 'C'}{signature[11:]}",
        f"{head}.{payload}.",
        f"{head}.{payload}.{signature}A",
    ):
        assert not is_signed(changed, jwk)


@pytest.mark.skipif(WYCHEPROOF is None, reason="WYCHEPROOF does not name a folder of its test vectors")
def test_wycheproof() -> None:
    found: Counter[tuple[str, str, bool]] = Counter()
    missed: list[object] = []
    for group in vectors("json_web_signature_test.json"):
        jwk = group.get("public", {})
        algorithm = jwk.get("alg", "none")
        for test in group["tests"] if jwk else ():
            verdict = is_signed(test["jws"], jwk)
            found[algorithm, test["result"], verdict] += 1
            if verdict is not (test["result"] == "valid") and algorithm in ALL:
                missed.append((algorithm, test["tcId"], test["comment"]))
    for file, algorithm, jwk_of in BARE:
        for group in vectors(file):
            try:
                key = read_key(jwk_of(group["publicKey"]))
            except ValueError as error:
                found[algorithm, str(error), False] += len(group["tests"])
                continue
            for test in group["tests"]:
                signature, data = bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
                try:
                    check_signature(
                        CompactToken(Header(algorithm, None, None, {}), b"", signature, data), key
                    )
                    verdict = True
                except InvalidToken:
                    verdict = False
                found[algorithm, test["result"], verdict] += 1
                if verdict is not (test["result"] == "valid") and test["result"] != "acceptable":
                    missed.append((file, test["tcId"], test["comment"]))
    print(*sorted(found.items()), sep="\n")
    assert missed == []


def vectors(file: str) -> list[dict[str, Any]]:
    return json.loads(Path(str(WYCHEPROOF), file).read_text(encoding="utf-8"))["testGroups"]


def number(digits: str, size: int = 0) -> str:
    value = int(digits, 16)
    octets = value.to_bytes(size or (value.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


BARE = (
    (
        "rsa_signature_2048_sha256_test.json",
        "RS256",
        lambda key: {"kty": "RSA", "n": number(key["modulus"]), "e": number(key["publicExponent"])},
    ),
    (
        "ecdsa_secp256r1_sha256_p1363_test.json",
        "ES256",
        lambda key: {"kty": "EC", "crv": "P-256", "x": number(key["wx"], 32), "y": number(key["wy"], 32)},
    ),
    (
        "ed25519_test.json",
        "Ed25519",
        lambda key: {"kty": "OKP", "crv": "Ed25519", "x": number(key["pk"], 32)},
    ),
)
"""Signatures over plain messages, and how their public keys become JWKs."""
