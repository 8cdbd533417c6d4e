"""The verifier: its settings, its policies, its answers."""

from __future__ import annotations

import asyncio

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from helpers.tokens.claims import RULES, Expected, check_claims
from helpers.tokens.errors import (
    BadSignature,
    ConfigurationError,
    InsufficientScope,
    InvalidRequest,
    InvalidToken,
    KeysUnavailable,
    MissingToken,
    Reason,
    TokenError,
)
from helpers.tokens.keys import read_key_set


def code(verifier, token, **kwargs):
    """The code that this token is refused with, or None."""
    try:
        verifier.verify(token, **kwargs)
    except TokenError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    "settings",
    [
        {"issuer": ""},
        {"issuer": None},
        {"audience": ""},
        {"audience": None},
        {"audience": ["http://localhost:3001"]},
        {"algorithms": ()},
        {"algorithms": "RS256"},
        {"algorithms": ["none"]},
        {"algorithms": ["RS256", "HS256"]},
        {"types": ()},
        {"types": "JWT"},
        {"required_claims": ("iss", "aud")},
        {"required_claims": ("aud", "exp", "sub")},
        {"leeway": -1},
        {"leeway": 61},
        {"leeway": float("nan")},
        {"max_lifetime": 0},
        {"max_lifetime": float("inf")},
        {"max_size": 0},
        {"cache_size": -1},
    ],
    ids=str,
)
def test_settings_that_would_leave_the_door_open_are_refused_at_start(settings, build):
    with pytest.raises(ConfigurationError):
        build(**settings)


@pytest.mark.parametrize(
    "issuer", ["http://issuer.example/", "ftp://127.0.0.1/", "127.0.0.1", "https://i.example/?a=b"]
)
def test_keys_are_not_looked_for_at_an_issuer_that_is_no_safe_address(issuer, build):
    with pytest.raises(ConfigurationError):
        build(issuer=issuer, key_set=None)


def test_issuer_and_audience_cannot_be_left_out(forge):
    from helpers.tokens.verifier import AccessTokenVerifier

    for settings in ({"issuer": forge.issuer}, {"audience": forge.audience}, {}):
        with pytest.raises(TypeError):
            AccessTokenVerifier(**settings)


def test_another_audience_beside_this_one_is_a_policy(forge, build):
    """RFC 9068 §4 allows it, and Auth0 sends it for users."""
    both = forge.token(forge.claims(aud=[forge.audience, "https://tenant.example/userinfo"]))
    alone = forge.token(forge.claims(aud=[forge.audience]))

    assert code(build(), both) is None
    assert code(build(other_audiences=False), both) == "audience_mismatch"
    assert code(build(other_audiences=False), alone) is None


JKT = {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}


@pytest.mark.parametrize(
    "cnf", [JKT, {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}, {}], ids=str
)
def test_a_token_that_is_bound_to_a_key_is_no_bearer_token_unless_the_api_checks_the_proof(cnf, forge, build):
    """RFC 9449 §7.2, RFC 8705 §3."""
    token = forge.token(forge.claims(cnf=cnf))
    assert code(build(), token) == "bound_to_a_key"
    assert build(bound_tokens=True).verify(token)["cnf"] == cnf


@pytest.mark.parametrize("cnf", [None, "key", [JKT], True])
def test_what_a_token_is_bound_to_stands_in_an_object(cnf, forge, build):
    for allowed in (False, True):
        assert code(build(bound_tokens=allowed), forge.token(forge.claims(cnf=cnf))) == "cnf_invalid"


@pytest.mark.parametrize("claim", ["nonce", "at_hash", "c_hash"])
@pytest.mark.parametrize("value", ["n-0S6_WzA2Mj", "", None, 0, False, [], {}], ids=repr)
def test_an_id_token_is_known_by_claims_that_no_access_token_has(claim, value, forge, verifier):
    """RFC 8725 §3.12: `typ: JWT` does not tell them apart."""
    assert code(verifier, forge.token(forge.claims(**{claim: value}))) == "id_token"


def test_how_the_user_logged_in_may_stand_in_an_access_token_too(forge, verifier):
    """RFC 9068 §2.2.1."""
    claims = forge.claims(auth_time=forge.now - 60, acr="0", amr=["pwd"], sid="s")
    assert code(verifier, forge.token(claims)) is None


def test_scopes_under_another_name_are_none(forge, verifier):
    token = forge.token(forge.claims(scope=..., scp=["read:todos"], roles=["read:todos"]))
    assert code(verifier, token) is None
    assert code(verifier, token, scopes=["read:todos"]) == "insufficient_scope"


def test_the_types_are_a_policy(forge, build):
    tokens = {typ: forge.token(header=forge.header(typ=typ)) for typ in ("JWT", "at+jwt", ...)}

    def accepted(**settings):
        return [typ for typ, token in tokens.items() if code(build(**settings), token) is None]

    assert accepted() == ["JWT", "at+jwt"]
    assert accepted(types=["at+jwt"]) == ["at+jwt"]
    assert accepted(types=["JWT", None]) == ["JWT", ...]


@pytest.mark.parametrize("typ", ["jwt", "AT+JWT", "application/at+jwt", "Application/JWT"])
def test_a_type_is_a_media_type_in_any_case(typ, forge, verifier):
    assert code(verifier, forge.token(header=forge.header(typ=typ))) is None


def test_a_token_without_kid_is_a_policy(forge, build):
    token = forge.token(header=forge.header(kid=...))
    assert code(build(), token) == "kid_missing"
    assert code(build(require_kid=False), token) is None


def test_claims_can_be_required_or_not(forge, build):
    assert (
        code(build(required_claims=("iss", "aud", "exp")), forge.token(forge.claims(sub=..., iat=...)))
        is None
    )
    more = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")
    assert code(build(required_claims=more), forge.token()) == "jti_missing"


def test_the_lifetime_is_bounded_even_without_iat(forge, build):
    verifier = build(required_claims=("iss", "aud", "exp"), max_lifetime=3600)
    assert code(verifier, forge.token(forge.claims(iat=..., exp=forge.now + 3600))) is None
    assert code(verifier, forge.token(forge.claims(iat=..., exp=forge.now + 3601))) == "lifetime_too_long"


def test_an_issuer_may_be_ahead_by_the_leeway_and_a_token_ends_on_time(forge, build):
    early = forge.token(forge.claims(iat=forge.now + 5, nbf=forge.now + 5))
    assert code(build(), early) is None, "five seconds are the default"
    assert code(build(leeway=4.9), early) == "not_yet_valid"
    assert code(build(leeway=0), forge.token(forge.claims(iat=forge.now + 1))) == "issued_in_the_future"
    assert code(build(leeway=60), forge.token(forge.claims(iat=forge.now + 60))) is None
    assert code(build(leeway=60), forge.token(forge.claims(exp=forge.now))) == "expired"


@pytest.mark.parametrize("claim", ["nonce", "at_hash", "c_hash", "s_hash"])
def test_an_id_token_of_any_type_is_refused(forge, verifier, claim):
    assert code(verifier, forge.token(forge.claims(**{claim: "x"}))) == "id_token"


@pytest.mark.parametrize(
    "events", [{"http://schemas.openid.net/event/backchannel-logout": {}}, {}, None, "x"]
)
def test_a_security_event_of_any_type_is_refused(forge, verifier, events):
    """RFC 8417 §2.2; a logout token is one, and its `typ` may be JWT."""
    assert code(verifier, forge.token(forge.claims(events=events))) == "security_event"


def test_a_token_of_the_longest_life_is_good(forge, verifier):
    assert code(verifier, forge.token(forge.claims(iat=forge.now, exp=forge.now + 2_592_000))) is None


def test_the_size_is_bounded_in_characters(forge, build):
    token = forge.token()
    assert code(build(max_size=len(token)), token) is None
    assert code(build(max_size=len(token) - 1), token) == "too_long"


def test_es256_can_be_allowed(forge, build):
    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    x, y = (forge.b64(number.to_bytes(32)) for number in (numbers.x, numbers.y))
    jwks = {"keys": [{"kty": "EC", "crv": "P-256", "kid": "ec", "x": x, "y": y}]}
    data = forge.token(header=forge.header(alg="ES256", kid="ec")).rpartition(".")[0]
    r, s = decode_dss_signature(key.sign(data.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{data}.{forge.b64(r.to_bytes(32) + s.to_bytes(32))}"

    assert code(build(key_set=read_key_set(jwks)), token) == "algorithm_not_allowed"
    assert code(build(key_set=read_key_set(jwks), algorithms=["RS256", "ES256"]), token) is None


@pytest.mark.parametrize(
    ("held", "needed", "answer"),
    [
        ("read:todos write:todos", ["read:todos"], None),
        ("read:todos write:todos", ["read:todos", "write:todos"], None),
        ("read:todos", "read:todos", None),
        ("read:todos", [], None),
        (..., [], None),
        (..., ["read:todos"], "insufficient_scope"),
        ("", ["read:todos"], "insufficient_scope"),
        ("read:todos", ["read:todo"], "insufficient_scope"),
        ("read:todo", ["read:todos"], "insufficient_scope"),
        ("read:todos\twrite:todos", ["read:todos"], "insufficient_scope"),
        ("Read:Todos", ["read:todos"], "insufficient_scope"),
        ("read:todos", ["read:todos", "write:todos"], "insufficient_scope"),
    ],
)
def test_scopes_are_compared_whole(held, needed, answer, forge, verifier):
    assert code(verifier, forge.token(forge.claims(scope=held)), scopes=needed) == answer


def test_permissions_are_not_scopes(forge, verifier):
    token = forge.token(forge.claims(scope=..., permissions=["read:todos"]))
    assert code(verifier, token, scopes=["read:todos"]) == "insufficient_scope"


def test_verify_async_gives_the_same_answers(forge, verifier):
    assert asyncio.run(verifier.verify_async(forge.token(), scopes=["read:todos"])) == forge.claims()
    with pytest.raises(BadSignature):
        asyncio.run(verifier.verify_async(forge.token(key=forge.other_key)))
    with pytest.raises(InsufficientScope):
        asyncio.run(verifier.verify_async(forge.token(), scopes=["delete:todos"]))


def test_each_rule_of_the_table_can_be_used_alone(forge):
    expected = Expected(forge.issuer, forge.audience)
    iss = [rule for rule in RULES if rule.claim == "iss"]

    check_claims({"iss": forge.issuer}, expected, forge.now, required=["iss"], rules=iss)
    with pytest.raises(InvalidToken) as caught:
        check_claims({"iss": "https://evil.example/"}, expected, forge.now, required=["iss"], rules=iss)
    assert (caught.value.code, caught.value.claim, caught.value.reason) == (
        "issuer_mismatch",
        "iss",
        Reason.CHECK_FAILED,
    )


@pytest.mark.parametrize(
    ("changes", "claim", "reason", "clause"),
    [
        ({"exp": ...}, "exp", Reason.MISSING, "https://www.rfc-editor.org/rfc/rfc9068#section-2.2"),
        ({"exp": "1"}, "exp", Reason.INVALID, "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4"),
        ({"exp": 1}, "exp", Reason.CHECK_FAILED, "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4"),
        ({"aud": "x"}, "aud", Reason.CHECK_FAILED, "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3"),
    ],
)
def test_an_error_tells_claim_reason_and_clause(changes, claim, reason, clause, forge, verifier):
    with pytest.raises(InvalidToken) as caught:
        verifier.verify(forge.token(forge.claims(**changes)))
    assert (caught.value.claim, caught.value.reason, caught.value.clause_url) == (claim, reason, clause)


@pytest.mark.parametrize(
    ("error", "status", "header"),
    [
        (MissingToken(), 401, 'Bearer realm="api"'),
        (InvalidRequest("Two tokens."), 400, 'Bearer error="invalid_request", error_description="Two tokens."'),
        (InsufficientScope("write:todos"), 403, 'Bearer error="insufficient_scope", '
         'error_description="The token is good, and does not hold the scope that this takes.", scope="write:todos"'),
        (KeysUnavailable(0.2), 503, 'Bearer realm="api"'),
    ],
)  # fmt: skip
def test_each_error_carries_its_answer(error, status, header):
    """RFC 6750 §3.1."""
    assert (error.status, error.www_authenticate()) == (status, header)


def test_a_header_can_name_the_scope_that_it_takes_and_nothing_breaks_out_of_the_quotes():
    assert MissingToken().www_authenticate("read:todos") == 'Bearer scope="read:todos"'
    assert InvalidRequest('a"b\\c\r\nd\u00e9').www_authenticate().endswith('error_description="a?b?c??d?"')


def test_retry_after_is_a_whole_number_of_seconds_from_one_up():
    assert [KeysUnavailable(after).retry_after for after in (float("-inf"), 0, 1.2, 10)] == [1, 1, 2, 10]
