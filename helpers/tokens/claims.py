"""The claims, held against here and now: a table from each claim to a small predicate (RFC 7519 §4.1, RFC 9068 §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import ClaimRefused, InsufficientScope, Reason

REQUIRED = ("iss", "sub", "aud", "exp", "iat")
"""RFC 9068 §2.2 without `client_id` and `jti`, which Auth0's default profile does not send."""

THIRTY_DAYS = 2_592_000
"""Seconds: the longest life that Auth0 gives a token. A longer one was not made by it."""

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the claims are held against. Times in seconds; leeway: by which the issuer's clock may be ahead."""

    issuer: str
    audience: str
    leeway: float = 0.0
    max_lifetime: int = THIRTY_DAYS
    other_audiences: bool = True
    bound_tokens: bool = False


# The predicates. Each finds its claim there, and of a type that the table allows. `now` is in seconds since 1970.
# An integer in a token may be larger than any float: it can be compared with one, not added to one.


def is_issuer(claims: Claims, expected: Expected, now: float) -> bool:
    """Exactly: a slash more or less is another issuer."""
    return claims["iss"] == expected.issuer


def is_audience(claims: Claims, expected: Expected, now: float) -> bool:
    """This API is meant, alone or with others (RFC 7519 §4.1.3), if others are allowed."""
    aud = claims["aud"]
    if isinstance(aud, str):
        return aud == expected.audience
    named = expected.audience in aud and all(isinstance(audience, str) for audience in aud)
    return named and (expected.other_audiences or len(aud) == 1)


def is_before_expiry(claims: Claims, expected: Expected, now: float) -> bool:
    """ "On or after" it the token is dead (RFC 7519 §4.1.4). A fraction of a second does not prolong its life, nor does
    the leeway, which that section permits: a client gets a new token before this one ends."""
    return claims["exp"] // 1 > now


def is_after_start(claims: Claims, expected: Expected, now: float) -> bool:
    return claims["nbf"] <= now + expected.leeway


def is_after_issue(claims: Claims, expected: Expected, now: float) -> bool:
    return claims["iat"] <= now + expected.leeway


def is_short_lived(claims: Claims, expected: Expected, now: float) -> bool:
    return claims["exp"] <= claims.get("iat", now) + expected.max_lifetime


def is_subject(claims: Claims, expected: Expected, now: float) -> bool:
    return claims["sub"] != ""


def is_bearer(claims: Claims, expected: Expected, now: float) -> bool:
    """A token with `cnf` is bound to a key (RFC 7800 §3.1), and no good without the proof of it."""
    return expected.bound_tokens


def is_absent(claims: Claims, expected: Expected, now: float) -> bool:
    """Never, where this is asked: the claim is there, and an access token does not have it."""
    return False


TEXT = (str,)
TEXTS = (str, list)
NUMBER = (int, float)
OBJECT = (dict,)
ANYTHING = (str, int, float, bool, list, dict, type(None))
"""JSON's types as Python's, exactly: `true` is not a number, though Python has `bool` inherit from `int`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The clause behind a rule, and if more than the type is asked, code and message.

    form: the clause that says which type the claim has, if that is another one.
    """

    clause: str
    code: str = ""
    message: str = ""
    form: str = ""


# Two kinds of JWT need rules that exclude each other. `typ: JWT` does not tell them apart. Three claims do: OpenID
# Connect Core §2 and §3.3.2.11 have them in ID tokens; `auth_time`, `acr` and `amr` may be in both (RFC 9068 §2.2.1).
# Old Keycloaks put `nonce` into users' access tokens too: those are refused here.
ID_TOKEN = Refusal(
    "RFC 8725 §3.12", "id_token", "The token is an ID token: it tells an application who logged in."
)
# Logout tokens and other security events have `events` (RFC 8417 §2.2), and some come with `typ: JWT`.
EVENT = Refusal(
    "RFC 8725 §3.12", "security_event", "The token reports a security event, and grants no access."
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of one claim: the types it may have, what must hold, and what to say if that does not."""

    claim: str
    types: tuple[type, ...]
    holds: Callable[[Claims, Expected, float], bool] | None
    refusal: Refusal


RULES: tuple[Rule, ...] = (
    Rule("iss", TEXT, is_issuer,
         Refusal("RFC 8725 §3.8", "issuer_mismatch", "Another authorization server issued the token.")),
    Rule("aud", TEXTS, is_audience,
         Refusal("RFC 7519 §4.1.3", "audience_mismatch", "The token is meant for another API.")),
    Rule("exp", NUMBER, is_before_expiry,
         Refusal("RFC 7519 §4.1.4", "expired", "The token has expired.")),
    Rule("nbf", NUMBER, is_after_start,
         Refusal("RFC 7519 §4.1.5", "not_yet_valid", "The token is not valid yet.")),
    Rule("iat", NUMBER, is_after_issue,
         Refusal("policy; RFC 7519 §4.1.6 has no such rule", "issued_in_the_future",
                 "The token was issued in the future: a clock is wrong.", "RFC 7519 §4.1.6")),
    Rule("exp", NUMBER, is_short_lived,
         Refusal("policy; RFC 6750 §5.3 recommends one hour or less", "lifetime_too_long",
                 "The token would live longer than its issuer ever allows.", "RFC 7519 §4.1.4")),
    Rule("sub", TEXT, is_subject,
         Refusal("policy; RFC 7519 §4.1.2 does not forbid an empty text", "sub_empty",
                 "The token is about nobody.", "RFC 7519 §4.1.2")),
    Rule("jti", TEXT, None, Refusal("RFC 7519 §4.1.7")),
    Rule("scope", TEXT, None, Refusal("RFC 8693 §4.2")),
    Rule("cnf", OBJECT, is_bearer,
         Refusal("policy; RFC 9449 §7.2 asks it of an API that knows such tokens", "bound_to_a_key",
                 "The token is bound to a key, and came without the proof of it.", "RFC 7800 §3.1")),
    Rule("nonce", ANYTHING, is_absent, ID_TOKEN),
    Rule("at_hash", ANYTHING, is_absent, ID_TOKEN),
    Rule("c_hash", ANYTHING, is_absent, ID_TOKEN),
    Rule("s_hash", ANYTHING, is_absent, ID_TOKEN),
    Rule("events", ANYTHING, is_absent, EVENT),
)  # fmt: skip


_PROFILE = "policy; RFC 9068 §2.2 requires it, RFC 7519 does not"
_MISSING = dict.fromkeys(REQUIRED, _PROFILE) | {"aud": "RFC 8725 §3.9"}
"""What a token breaks that lacks a claim; "an audience that is not present" is refused by the clause named."""


def check_claims(
    claims: Claims,
    expected: Expected,
    now: float,
    *,
    required: Iterable[str] = REQUIRED,
    rules: Sequence[Rule] = RULES,
) -> None:
    """Hold the claims against the table, at the time `now`. Raises ClaimRefused for the first that fails."""
    for claim in required:
        if claim not in claims:
            raise ClaimRefused(
                f"{claim}_missing",
                f"The token has no {claim} claim.",
                reason=Reason.MISSING,
                clause=_MISSING.get(claim, "policy"),
                claim=claim,
            )
    for rule in rules:
        if rule.claim in claims:
            if type(claims[rule.claim]) not in rule.types:
                raise ClaimRefused(
                    f"{rule.claim}_invalid",
                    f"The {rule.claim} claim does not have the form that it must have.",
                    reason=Reason.INVALID,
                    clause=rule.refusal.form or rule.refusal.clause,
                    claim=rule.claim,
                )
            if (holds := rule.holds) is not None and not holds(claims, expected, now):
                raise ClaimRefused(
                    rule.refusal.code,
                    rule.refusal.message,
                    reason=Reason.CHECK_FAILED,
                    clause=rule.refusal.clause,
                    claim=rule.claim,
                )


def expires_at(claims: Claims) -> float:
    """The first moment at which a token that was found good is dead, in seconds since 1970."""
    return claims["exp"] // 1


def check_scopes(claims: Claims, scopes: Iterable[str]) -> None:
    """Whether the token holds all these scopes, compared whole (RFC 6749 §3.3). Raises InsufficientScope.

    They are in `scope`, apart by spaces (RFC 9068 §2.2.3), and looked for nowhere else. Okta's `scp`, Entra's `scp` and
    `roles` are not supported: their tokens hold no scope here. Ask for none then, and compare those claims yourself.
    """
    needed = scopes.split() if isinstance(scopes, str) else tuple(scopes)
    held = claims.get("scope", "").split(" ")
    if not all(scope in held for scope in needed):
        raise InsufficientScope(" ".join(needed))
