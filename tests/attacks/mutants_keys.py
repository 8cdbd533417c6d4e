"""Verifiers without a check of the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from mutant import MUTANTS, Mutant, Setting, Verify, mutant

from helpers.attacks import checks
from helpers.attacks.bad_keys import padded_digest
from helpers.attacks.checks import Check
from helpers.attacks.workshop import decode
from helpers.tokens import compact, keys, signature, verifier
from helpers.tokens.errors import KeyRefused
from helpers.tokens.keys import Key, KeySet, read_key, read_key_set


@mutant(checks.KEY_SOURCE)
def takes_the_tokens_key(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """takes the key from where the token says, unless it names one of the set."""
    strict = setting.verifier()

    def verify(token: str) -> Any:
        try:
            return strict.verify(token)
        except KeyRefused:
            header, payload = (json.loads(decode(segment)) for segment in token.split(".")[:2])
            if "kid" in header or (key := _brought(header, payload, setting)) is None:
                raise
            lax = setting.verifier(key_set=KeySet([key]), require_kid=False)
            return lax.verify(token)

    return verify


def _brought(header: dict[str, Any], payload: dict[str, Any], setting: Setting) -> Key | None:
    if "jwk" in header:
        return _nameless(header["jwk"])
    if "jku" in header:
        return _nameless(requests.get(header["jku"], timeout=5).json()["keys"][0])
    if "x5c" in header:
        return _certified(x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])))
    if "x5u" in header:
        return _certified(x509.load_pem_x509_certificate(requests.get(header["x5u"], timeout=5).content))
    if payload["iss"] != setting.issuer:
        metadata = requests.get(f"{payload['iss']}.well-known/openid-configuration", timeout=5).json()
        return _nameless(requests.get(metadata["jwks_uri"], timeout=5).json()["keys"][0])
    return None


def _nameless(jwk: dict[str, Any]) -> Key:
    return replace(read_key(jwk), kid=None)


def _certified(certificate: x509.Certificate) -> Key:
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    return Key(None, ("RS256",), key)


class _Finds:
    """A key set that gives something when it has no such key."""

    def __init__(self, keys: KeySet, otherwise: Callable[[str | None], Key | None]) -> None:
        self._keys = keys
        self._otherwise = otherwise

    def find(self, kid: str | None) -> Key:
        try:
            return self._keys.find(kid)
        except KeyRefused:
            if (key := self._otherwise(kid)) is None:
                raise
            return key

    async def find_async(self, kid: str | None) -> Key:
        return self.find(kid)


@mutant(checks.KEY_KNOWN)
def takes_the_first_key(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """takes the first key of the set when it does not know the kid."""
    published = read_key_set(setting.jwks)
    return setting.verifier(key_set=_Finds(published, lambda kid: published.keys[0])).verify


class _Anything:
    def verify(self, *arguments: Any) -> None:
        """Any signature fits."""


@mutant(checks.KEY_KNOWN)
def skips_the_signature_of_unknown_keys(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """does not check a signature for which it finds no key."""
    published = {key.get("kid") for key in setting.jwks["keys"]}

    def otherwise(kid: str | None) -> Key | None:
        return None if kid in published else Key(kid, ("RS256",), _Anything())  # type: ignore[arg-type]

    return setting.verifier(key_set=_Finds(read_key_set(setting.jwks), otherwise)).verify


@mutant(checks.KEY_ALGORITHM)
def checks_with_the_keys_algorithm(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """uses the key for what it can do, whatever the token names."""

    def check(token: compact.CompactToken, key: Key) -> None:
        header = replace(token.header, alg=key.algs[0])
        signature.check_signature(replace(token, header=header), key)

    patch.setattr(verifier, "check_signature", check)
    return setting.verifier().verify


class _ByHand:
    """RSA of any size and with any exponent."""

    def __init__(self, jwk: Mapping[str, Any]) -> None:
        self._n, self._e = (int.from_bytes(decode(jwk[name])) for name in ("n", "e"))

    def verify(self, signed: bytes, data: bytes, *arguments: Any) -> None:
        size = (self._n.bit_length() + 7) // 8
        recovered = pow(int.from_bytes(signed), self._e, self._n)
        if len(signed) != size or recovered != int.from_bytes(padded_digest(data, size)):
            raise InvalidSignature


@mutant(checks.KEY_STRONG)
def takes_weak_keys(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """takes keys of any size and exponent."""
    patch.setattr(keys, "_KEY_TYPES", {**keys._KEY_TYPES, "RSA": (("RS256",), _ByHand)})
    return setting.verifier().verify


def _reads_keys(check: Check, name: str, *ignored: str) -> None:
    """A mutant that does not look at these members of a JWK."""

    def build(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
        def read(jwk: Any) -> Key:
            return read_key({member: value for member, value in jwk.items() if member not in ignored})

        patch.setattr(keys, "read_key", read)
        return setting.verifier().verify

    MUTANTS.append(Mutant(name, check, build))


_reads_keys(checks.KEY_PURPOSE, "does not look at a key's use", "use", "key_ops")
_reads_keys(checks.KEY_OTHER_ALGORITHM, "does not look at a key's alg", "alg")
_reads_keys(checks.KEY_SECRET, "does not mind a published private key", "d")


class _Hmac:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def verify(self, signed: bytes, data: bytes, *arguments: Any) -> None:
        if not hmac.compare_digest(signed, hmac.digest(self._secret, data, hashlib.sha256)):
            raise InvalidSignature


@mutant(checks.KEY_TYPE)
def takes_shared_secrets(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """uses a shared secret of the set as it would a public key."""

    def read(jwk: Any) -> Key:
        if jwk.get("kty") == "oct":
            return Key(jwk["kid"], ("RS256",), _Hmac(decode(jwk["k"])))  # type: ignore[arg-type]
        return read_key(jwk)

    patch.setattr(keys, "read_key", read)
    return setting.verifier().verify


@mutant(checks.KEY_UNIQUE)
def takes_the_first_of_two(patch: pytest.MonkeyPatch, setting: Setting) -> Verify:
    """takes the first of two keys with one kid."""
    first: dict[str, Any] = {}
    for key in setting.jwks["keys"]:
        first.setdefault(key["kid"], key)
    return replace(setting, jwks={"keys": list(first.values())}).verifier().verify
