"""The cache of verified tokens: what it skips, and what it must not skip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.tokens.errors import BadSignature, InsufficientScope, KeyRefused, TokenError
from helpers.tokens.keys import KeySet, read_key_set


class Clock:
    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


class RotatingKeys:
    """A key source whose keys a test can change; counts the signature checks made with them."""

    def __init__(self, forge):
        self.checks = 0
        self.key = read_key_set(forge.jwks()).keys[0]
        self.publish(self.key)

    def publish(self, *keys):
        self._keys = KeySet([replace(key, public_key=Counting(key.public_key, self)) for key in keys])

    def find(self, kid):
        return self._keys.find(kid)

    async def find_async(self, kid):
        return self._keys.find(kid)


class Counting:
    def __init__(self, key, counts):
        self._key, self._counts = key, counts

    def verify(self, *args):
        self._counts.checks += 1
        self._key.verify(*args)


@pytest.fixture
def clock(forge):
    return Clock(forge.now)


@pytest.fixture
def keys(forge):
    return RotatingKeys(forge)


@pytest.fixture
def caching(build, clock, keys):
    return build(clock=clock, key_set=keys)


def test_a_token_seen_again_costs_no_signature_check(forge, caching, keys):
    token = forge.token()
    assert [caching.verify(token) for _ in range(5)] == [forge.claims()] * 5
    assert keys.checks == 1


def test_the_cache_can_be_turned_off(forge, build, clock, keys):
    verifier = build(clock=clock, key_set=keys, cache_size=0)
    for _ in range(3):
        verifier.verify(forge.token())
    assert keys.checks == 3


def test_it_never_skips_the_clock(forge, caching, clock):
    token = forge.token(forge.claims(exp=forge.now + 10))
    caching.verify(token)
    clock.now += 9
    caching.verify(token)
    clock.now += 1
    with pytest.raises(TokenError, match="expired"):
        caching.verify(token)


def test_nor_a_clock_that_was_set_back(forge, caching, clock):
    token = forge.token(forge.claims(iat=forge.now))
    caching.verify(token)
    clock.now -= 6
    with pytest.raises(TokenError, match="in the future"):
        caching.verify(token)


def test_nor_the_scope(forge, caching):
    token = forge.token(forge.claims(scope="read:todos"))
    caching.verify(token, scopes=["read:todos"])
    with pytest.raises(InsufficientScope):
        caching.verify(token, scopes=["write:todos"])


def test_a_key_withdrawn_takes_its_tokens_with_it(forge, caching, keys):
    token = forge.token()
    caching.verify(token)
    keys.publish()
    with pytest.raises(KeyRefused):
        caching.verify(token)


def test_a_key_replaced_under_the_same_kid_does_too(forge, caching, keys):
    token = forge.token()
    caching.verify(token)
    keys.publish(read_key_set({"keys": [forge.jwk("current", forge.other_key)]}).keys[0])
    with pytest.raises(BadSignature):
        caching.verify(token)


def test_keys_fetched_anew_are_used_once_more_and_then_remembered(forge, caching, keys):
    token = forge.token()
    caching.verify(token)
    keys.publish(keys.key)
    caching.verify(token)
    caching.verify(token)
    assert keys.checks == 2


def test_it_is_bounded_and_forgets_the_oldest(forge, build, clock, keys):
    verifier = build(clock=clock, key_set=keys, cache_size=2)
    a, b, c = (forge.token(forge.claims(sub=sub)) for sub in "abc")
    for token in (a, b, c):
        verifier.verify(token)
    verifier.verify(b)
    verifier.verify(c)
    assert keys.checks == 3
    verifier.verify(a)
    assert keys.checks == 4


def test_a_bad_token_is_not_remembered_as_good_nor_taken_for_the_good_one(forge, caching):
    good = forge.token()
    caching.verify(good)
    for bad in (good[:-1], good + "=", good.swapcase(), forge.token(key=forge.other_key)):
        for _ in range(2):
            with pytest.raises(TokenError):
                caching.verify(bad)


@pytest.mark.parametrize(
    "parts", [{}, {"permissions": ["read"]}, {"act": {"sub": "someone"}}, {"act": {"roles": ["reader"]}}]
)
def test_what_a_caller_does_to_the_claims_stays_with_that_caller(parts, forge, caching):
    claims = forge.claims(**parts)
    for _ in range(3):
        got = caching.verify(forge.token(claims))
        assert got == claims
        got["sub"] = "admin"
        if "permissions" in parts:
            got["permissions"].append("write")
        if "act" in parts:
            got["act"]["sub"] = "evil"
            got["act"].setdefault("roles", []).append("admin")


def test_the_token_itself_is_not_kept(forge, caching):
    token = forge.token()
    caching.verify(token)
    remembered = repr(vars(caching._verified))
    assert token.rpartition(".")[2] not in remembered and token not in remembered
