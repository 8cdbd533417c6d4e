"""The client assertion of private_key_jwt, checked (RFC 7523 §3, RFC 7521 §4.2): a JWT that the client signs itself.

RFC 7523 leaves open what some servers allow. Here: ``aud`` is the issuer or the token endpoint, whichever endpoint is
asked, and nothing besides; ``exp`` is near; ``jti`` is there, and good once; ``typ``, when it is there, says JWT.
"""

from collections.abc import Callable
from typing import Any

from helpers.tokens.claims import (
    NUMBER,
    TEXT,
    TEXTS,
    Claims,
    Expected,
    Rule,
    check_claims,
    is_after_issue,
    is_after_start,
    is_before_expiry,
)
from helpers.tokens.claims import Refusal as Clause
from helpers.tokens.compact import CompactToken, decode_object, parse
from helpers.tokens.errors import ClaimRefused, Reason, TokenError
from helpers.tokens.keys import KeySet
from helpers.tokens.signature import ALGORITHMS, check_signature

from .dialect import Refusal
from .digest_memory import DigestMemory, MemoryFull
from .registry import Application, Registry

SIGNING_ALGORITHMS = tuple(ALGORITHMS)
MAX_LIFETIME = 300
"""Seconds from now to ``exp`` at most. So long a ``jti`` has to be remembered."""
REQUIRED = ("iss", "sub", "aud", "exp", "jti")
TYPES = (None, "jwt", "client-authentication+jwt")
"""A key may sign other things too, such as DPoP proofs: they do not pass for assertions (RFC 8725 §3.11)."""


def is_of_its_subject(claims: Claims, expected: Expected, now: float) -> bool:
    """The client speaks for itself: ``sub`` was found to be the client whose key it is."""
    return claims["iss"] == claims["sub"]


def is_for_this_server(claims: Claims, expected: Expected, now: float) -> bool:
    """Alone: what is meant for two servers could be sent by one of them to the other."""
    aud = [claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"]
    return len(aud) == 1 and aud[0] in (expected.issuer, expected.audience)


def expires_soon(claims: Claims, expected: Expected, now: float) -> bool:
    return claims["exp"] <= now + expected.max_lifetime


def is_named(claims: Claims, expected: Expected, now: float) -> bool:
    return claims["jti"] != ""


RULES = (
    Rule("iss", TEXT, is_of_its_subject, Clause("RFC 7523 §3", "assertion_issuer")),
    Rule("aud", TEXTS, is_for_this_server, Clause("RFC 7523 §3", "assertion_audience")),
    Rule("exp", NUMBER, is_before_expiry, Clause("RFC 7523 §3", "assertion_expired")),
    Rule("exp", NUMBER, expires_soon, Clause("RFC 7523 §3", "assertion_lifetime")),
    Rule("nbf", NUMBER, is_after_start, Clause("RFC 7523 §3", "assertion_not_yet_valid")),
    Rule("iat", NUMBER, is_after_issue, Clause("RFC 7523 §3", "assertion_not_yet_valid")),
    Rule("jti", TEXT, is_named, Clause("RFC 7523 §3", "assertion_jti_empty")),
)
"""The code of a rule is the row of the error table."""


class ClientAssertions:
    """Finds the application that signed an assertion, and takes each assertion once."""

    def __init__(
        self,
        issuer: str,
        token_endpoint: str,
        registry: Registry,
        clock: Callable[[], float],
        *,
        max_lifetime: int = MAX_LIFETIME,
    ) -> None:
        self._expected = Expected(issuer, token_endpoint, max_lifetime=max_lifetime)
        self._registry = registry
        self._clock = clock
        self._used = DigestMemory()

    def authenticate(self, assertion: str, client_id: str | None) -> Application:
        """The application whose assertion this is.

        :param client_id: what the request says besides, if it does (RFC 7521 §4.2).
        :raises Refusal: for the first check that fails. Before the signature is found good, unknown clients and known
            ones get the same answers.
        """
        token, claims = _read(assertion)
        subject = claims.get("sub")
        if not isinstance(subject, str):
            raise Refusal("assertion_claim", claim="sub")
        if client_id not in (None, subject):
            raise Refusal("assertion_of_another_client")
        application = self._registry.applications.get(subject)
        try:
            key_set = KeySet(application.public_keys if application else ())
            check_signature(token, key_set.find(token.header.kid))
        except TokenError:
            raise Refusal("assertion_not_verified") from None
        assert application is not None  # noqa: S101 - nobody else has a key
        now = self._clock()
        try:
            check_claims(claims, self._expected, now, required=REQUIRED, rules=RULES)
        except ClaimRefused as refused:
            failed = refused.reason is Reason.CHECK_FAILED
            row = refused.code if failed else "assertion_claim"
            raise Refusal(row, claim=refused.claim) from None
        self._use(f"{subject} {claims['jti']}", claims["exp"], now)
        return application

    def _use(self, name: str, until: float, now: float) -> None:
        """Remember an assertion until it expires, after which it is refused anyway."""
        try:
            if not self._used.add(name, until=until, now=now):
                raise Refusal("assertion_replayed")
        except MemoryFull:
            raise Refusal("memory_full") from None


def _read(assertion: str) -> tuple[CompactToken, dict[str, Any]]:
    """The assertion taken apart, and its claims, which nobody vouches for yet."""
    try:
        token = parse(assertion)
        claims = decode_object(token.payload, "payload")
    except TokenError:
        raise Refusal("assertion_malformed") from None
    if token.header.alg not in SIGNING_ALGORITHMS:
        raise Refusal("assertion_algorithm", algorithms=", ".join(SIGNING_ALGORITHMS))
    typ = token.header.typ
    if (None if typ is None else typ.lower().removeprefix("application/")) not in TYPES:
        raise Refusal("assertion_typ")
    return token, claims
