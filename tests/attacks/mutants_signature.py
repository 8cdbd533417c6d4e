"""Verifiers without a check of the header or of the signature."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from mutant import MUTANTS, Mutant, Setting, Verify, mutant

from helpers.attacks import checks
from helpers.attacks.algorithm import public_key_as_secrets
from helpers.attacks.checks import Check
from helpers.attacks.workshop import encode, to_json
from helpers.tokens import compact, signature, verifier
from helpers.tokens.errors import BadSignature
from helpers.tokens.keys import Key, KeySet, read_key_set


@mutant(checks.ALGORITHM)
def believes_the_header(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """checks the signature in whatever way the header asks for."""

    def check(token: compact.CompactToken, key: Key) -> None:
        alg, data, signed = token.header.alg.upper(), token.signing_input, token.signature
        assert isinstance(key.public_key, RSAPublicKey)
        if alg == "NONE" or (alg == "ES256" and signed == bytes(64)):  # as Java did, CVE-2022-21449
            return
        if alg in ("HS256", "HS512"):
            secrets = public_key_as_secrets(key.public_key, to_json(setting.jwks["keys"][0])).values()
            digest = hashlib.sha512 if alg == "HS512" else hashlib.sha256
            if not any(hmac.compare_digest(hmac.digest(secret, data, digest), signed) for secret in secrets):
                raise BadSignature
            return
        scheme, hashed = {
            "RS512": (padding.PKCS1v15(), SHA512()),
            "PS256": (padding.PSS(padding.MGF1(SHA256()), 32), SHA256()),
        }.get(alg, (padding.PKCS1v15(), SHA256()))
        try:
            key.public_key.verify(signed, data, scheme, hashed)
        except InvalidSignature:
            raise BadSignature from None

    patch.setattr(verifier, "check_algorithm", lambda header, algorithms: None)
    patch.setattr(verifier, "check_signature", check)
    # The elliptic curve key of the set is another check's business.
    return setting.verifier(key_set=_without_others(setting)).verify


def _without_others(setting: Setting) -> KeySet:
    return KeySet([key for key in read_key_set(setting.jwks).keys if "RS256" in key.algs])


def _reads_header(check: Check, name: str, change: Callable[[dict[str, Any], Setting], None]) -> None:
    """A mutant that changes the header's members before it looks at them. The signature is still over what came."""

    def build(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
        read_header = compact.read_header

        def read(segment: bytes) -> compact.Header:
            members = compact.decode_object(compact.decode_base64url(segment), "header")
            change(members, setting)
            return read_header(encode(to_json(members)).encode())

        patch.setattr(verifier, "read_header", read)
        return setting.verifier().verify

    MUTANTS.append(Mutant(name, check, build))


def _ignores_crit(members: dict[str, Any], setting: Setting) -> None:
    demanded = members.pop("crit", None)
    if demanded == ["b64"]:
        del members["b64"]


def _replaces(name: str, wrong: Callable[[Any], bool], value: Callable[[Setting], Any]) -> Any:
    def change(members: dict[str, Any], setting: Setting) -> None:
        if wrong(members.get(name, ...)):
            members[name] = value(setting)

    return change


_reads_header(
    checks.ALGORITHM_FORM,
    "takes RS256 when alg is no text",
    _replaces("alg", lambda alg: not isinstance(alg, str), lambda setting: "RS256"),
)
_reads_header(checks.CRITICAL, "does not look at crit", _ignores_crit)
_reads_header(
    checks.ENCODED,
    "does not look at b64",
    lambda members, setting: None if "crit" in members else members.pop("b64", None),
)
_reads_header(
    checks.KEY_NAMED,
    "takes the first key when there is no kid",
    _replaces("kid", lambda kid: kid is ..., lambda setting: setting.kid),
)
_reads_header(
    checks.KEY_ID_FORM,
    "takes the first key when the kid is odd",
    _replaces(
        "kid",
        lambda kid: kid is not ... and not (isinstance(kid, str) and 0 < len(kid) <= compact.MAX_KID_SIZE),
        lambda setting: setting.kid,
    ),
)
_reads_header(
    checks.TYPE,
    "does not look at typ",
    _replaces("typ", lambda typ: typ is ... or isinstance(typ, str), lambda setting: "JWT"),
)
_reads_header(
    checks.TYPE_FORM,
    "takes a typ that is no text for the right one",
    _replaces("typ", lambda typ: typ is not ... and not isinstance(typ, str), lambda setting: "JWT"),
)


@mutant(checks.SIGNATURE)
def skips_the_signature(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """finds the key, and does not check the signature."""

    def check(token: compact.CompactToken, key: Key) -> None:
        try:
            signature.check_signature(token, key)
        except BadSignature:
            return

    patch.setattr(verifier, "check_signature", check)
    return setting.verifier().verify
