"""What holds for any token: nothing but a TokenError comes of it, and no library would have said no to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import jwt
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from joserfc import jwk as jose_jwk
from joserfc import jwt as jose_jwt
from joserfc.errors import JoseError

from helpers.tokens.errors import TokenError
from helpers.tokens.keys import read_key_set

settings.register_profile("tokens", deadline=None, suppress_health_check=list(HealthCheck), max_examples=150)
settings.load_profile("tokens")

NOW = 1_800_000_000
ISSUER, AUDIENCE = "http://127.0.0.1:9000/", "http://localhost:3001"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
times = (
    st.integers(NOW - 100_000, NOW + 100_000)
    | st.floats(NOW - 2, NOW + 2)
    | st.sampled_from(
        [NOW, NOW + 1, NOW - 1, str(NOW + 60), 10**30, -(10**400), 1e300, True, None, NOW + 0.5]
    )
)
texts = st.sampled_from([ISSUER, ISSUER[:-1], AUDIENCE, "", "batch@clients"])
claims_strategy = st.fixed_dictionaries(
    {},
    optional={
        "iss": texts | json_values,
        "aud": texts | st.lists(texts | json_values, max_size=3) | json_values,
        "sub": texts | json_values,
        "exp": times | json_values,
        "iat": times | json_values,
        "nbf": times | json_values,
        "jti": texts | json_values,
        "scope": texts | json_values,
    },
)
# Good but for a claim or two: tokens that come near to being let in.
nearly_good = st.builds(
    lambda changes: {"iss": ISSUER, "sub": "b", "aud": AUDIENCE, "iat": NOW - 60, "exp": NOW + 60} | changes,
    st.fixed_dictionaries(
        {},
        optional={
            "exp": times,
            "iat": times,
            "nbf": times,
            "aud": texts | st.lists(texts, max_size=3),
            "jti": texts,
        },
    ),
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["RS256", "none", "HS256", "ES256"]) | json_values,
        "kid": st.sampled_from(["current", "other"]) | json_values,
        "typ": st.sampled_from(["JWT", "at+jwt"]) | json_values,
        "crit": json_values,
        "b64": json_values,
        "jwk": json_values,
    },
)


def try_verify(verifier: Any, token: Any) -> dict[str, Any] | None:
    try:
        return verifier.verify(token)
    except TokenError as error:
        assert error.message.isascii() and error.www_authenticate().isascii()
        return None


@given(token=st.text() | st.binary() | json_values)
def test_anything_at_all(token, verifier):
    assert try_verify(verifier, token) is None


@given(parts=st.lists(st.text(alphabet="AQBeyJ09-_=", max_size=20), min_size=2, max_size=4))
def test_anything_with_dots(parts, verifier):
    assert try_verify(verifier, ".".join(parts)) is None


@given(header=headers | json_values, claims=claims_strategy | json_values)
def test_any_header_and_claims_that_the_issuer_signed(header, claims, forge, verifier):
    try_verify(verifier, forge.token(json.dumps(claims).encode(), json.dumps(header).encode()))


@given(header=st.binary(max_size=60), payload=st.binary(max_size=60))
def test_any_octets_that_the_issuer_signed(header, payload, forge, verifier):
    assert try_verify(verifier, forge.token(payload, header)) is None
    assert try_verify(verifier, forge.token(payload)) is None


@given(position=st.integers(0, 2000), character=st.characters())
def test_any_character_changed(position, character, forge, verifier):
    token = forge.token()
    position %= len(token)
    assume(token[position] != character)
    assert try_verify(verifier, token[:position] + character + token[position + 1 :]) is None


@given(
    document=json_values
    | st.fixed_dictionaries(
        {
            "keys": st.lists(
                st.fixed_dictionaries(
                    {"kty": st.sampled_from(["RSA", "EC", "OKP", "oct"]) | json_values},
                    optional={
                        name: st.sampled_from(
                            ["AQAB", "sig", "verify", "RS256", "P-256", "Ed25519", "A" * 43]
                        )
                        | json_values
                        for name in ("kid", "use", "alg", "key_ops", "n", "e", "x", "y", "crv")
                    },
                )
                | json_values,
                max_size=4,
            )
        }
    )
)
def test_any_key_set(document, forge, build):
    try:
        key_set = read_key_set(document)
    except ValueError:
        return
    assert try_verify(build(key_set=key_set), forge.token()) is None


# Never more permissive than the libraries


class Libraries:
    """PyJWT and joserfc with the settings of the verifier, at the same time."""

    def __init__(self, forge: Any) -> None:
        self._key = forge.key.public_key()
        self._jose_key = jose_jwk.RSAKey.import_key(forge.jwk())
        essential = {"essential": True}
        self._registry = jose_jwt.JWTClaimsRegistry(
            now=NOW,
            iss={**essential, "value": ISSUER},
            aud={**essential, "value": AUDIENCE},
            sub=essential,
            exp=essential,
            iat=essential,
        )

    def pyjwt(self, token: str) -> Any:
        with mock.patch("jwt.api_jwt.datetime") as clock:
            clock.now.return_value = datetime.fromtimestamp(NOW, UTC)
            return jwt.decode(
                token,
                self._key,
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )

    def joserfc(self, token: str) -> Any:
        decoded = jose_jwt.decode(token, self._jose_key, algorithms=["RS256"])
        self._registry.validate(decoded.claims)
        return decoded.claims


@pytest.fixture(scope="session")
def libraries(forge):
    return Libraries(forge)


@given(header=headers, claims=claims_strategy | nearly_good)
@example(header={"alg": "RS256", "kid": "current", "typ": "JWT"}, claims=None)
def test_what_is_let_in_the_libraries_let_in_too(header, claims, forge, build, libraries):
    header = {"alg": "RS256", "kid": "current", "typ": "at+jwt"} | (
        header if claims and "iss" not in claims else {}
    )
    claims = forge.claims() if claims is None else claims
    token = forge.token(json.dumps(claims).encode(), json.dumps(header).encode())

    accepted = try_verify(build(leeway=0), token)

    if accepted is not None:
        assert libraries.pyjwt(token) == accepted
        assert libraries.joserfc(token) == accepted


# Their leeway prolongs the life of a token too, and ours does not: so without any.
@settings(max_examples=300)
@given(claims=nearly_good)
def test_nor_by_a_second(claims, forge, build, libraries):
    token = forge.token(claims)
    if (accepted := try_verify(build(leeway=0), token)) is not None:
        assert libraries.pyjwt(token) == accepted
        assert libraries.joserfc(token) == accepted


def test_the_libraries_can_say_no(forge, libraries):
    """Otherwise the tests above would show nothing."""
    for claims in (
        forge.claims(exp=NOW),
        forge.claims(aud="x"),
        forge.claims(iss="x"),
        forge.claims(iat=NOW + 1),
    ):
        with pytest.raises(jwt.InvalidTokenError):
            libraries.pyjwt(forge.token(claims))
        with pytest.raises(JoseError):
            libraries.joserfc(forge.token(claims))
