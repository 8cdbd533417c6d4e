"""The client assertion of private_key_jwt, checked (RFC 7523 §3, RFC 7521 §4.2): a JWT that the client signs itself.

RFC 7523 leaves open what some servers allow. Here: ``exp`` is near; ``jti`` is there, and good once; ``typ``, when it
is there, says JWT or client-authentication+jwt; and ``aud`` is the issuer, whichever endpoint is asked.

That is from the document that updates RFC 7523, draft-ietf-oauth-rfc7523bis-11 §4: the server "MUST reject any JWT that
does not contain its issuer identifier as its sole audience value", and "the token endpoint URL of the authorization
server MUST NOT be used as an audience value". A server that a client does not know well could else name the token
endpoint of another as its own, and use there what the client signs. The draft allows a list with the issuer alone in
it. The FAPI 2.0 Security Profile, §5.3.2.1, takes the issuer "as a string" only, and so does this server.
"""

import secrets
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

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
)
from helpers.tokens.claims import Refusal as Clause
from helpers.tokens.compact import CompactToken, decode_object, parse
from helpers.tokens.errors import ClaimRefused, Reason, TokenError
from helpers.tokens.keys import Key
from helpers.tokens.signature import ALGORITHMS, check_signature

from .dialect import Refusal
from .digest_memory import DigestMemory, MemoryFull
from .registry import Application, Registry

SIGNING_ALGORITHMS = tuple(ALGORITHMS)
MAX_LIFETIME = 300
"""Seconds from now to ``exp`` at most, LEEWAY aside."""
LEEWAY = 10
"""Seconds by which the client's clock may be ahead or behind; Auth0 documents as many. RFC 7523 §3 permits them."""
QUOTA = 20_000
"""Assertions of one client that are remembered at most, some 5 MB. Others have a memory of their own."""
REQUIRED = ("iss", "sub", "aud", "exp", "jti")
TYPES = (None, "jwt", "client-authentication+jwt")
"""A key may sign other things too, such as DPoP proofs: they do not pass for assertions (RFC 8725 §3.11)."""


def is_of_its_subject(claims: Claims, expected: Expected, now: float) -> bool:
    """The client speaks for itself: ``sub`` was found to be the client whose key it is."""
    return claims["iss"] == claims["sub"]


def is_one_string(claims: Claims, expected: Expected, now: float) -> bool:
    return isinstance(claims["aud"], str)


def is_not_the_endpoint(claims: Claims, expected: Expected, now: float) -> bool:
    return claims["aud"] != expected.audience


def is_the_issuer(claims: Claims, expected: Expected, now: float) -> bool:
    """Character for character (RFC 3986 §6.2.1)."""
    return claims["aud"] == expected.issuer


def is_alive(claims: Claims, expected: Expected, now: float) -> bool:
    return now < good_until(claims)


def good_until(claims: Claims) -> float:
    """The first moment at which an assertion is refused for its age, in seconds since 1970."""
    return claims["exp"] // 1 + LEEWAY


def expires_soon(claims: Claims, expected: Expected, now: float) -> bool:
    return claims["exp"] <= now + expected.max_lifetime + expected.leeway


def is_named(claims: Claims, expected: Expected, now: float) -> bool:
    return claims["jti"] != ""


RULES = (
    Rule("iss", TEXT, is_of_its_subject, Clause("RFC 7523 §3", "assertion_issuer")),
    Rule("aud", TEXTS, is_one_string, Clause("FAPI 2.0 §5.3.2.1", "assertion_audience_list")),
    Rule("aud", TEXTS, is_not_the_endpoint, Clause("rfc7523bis §4", "assertion_audience_endpoint")),
    Rule("aud", TEXTS, is_the_issuer, Clause("rfc7523bis §4", "assertion_audience")),
    Rule("exp", NUMBER, is_alive, Clause("RFC 7523 §3", "assertion_expired")),
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
        quota: int = QUOTA,
    ) -> None:
        self._expected = Expected(issuer, token_endpoint, leeway=LEEWAY, max_lifetime=max_lifetime)
        self._registry = registry
        self._clock = clock
        self._quota = quota
        self._used: dict[str, DigestMemory] = {}
        self._nobody = _keys_of_nobody()

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
        if not self._is_signed_by(token, application) or application is None:
            raise Refusal("assertion_not_verified")
        now = self._clock()
        try:
            check_claims(claims, self._expected, now, required=REQUIRED, rules=RULES)
        except ClaimRefused as refused:
            failed = refused.reason is Reason.CHECK_FAILED
            row = refused.code if failed else "assertion_claim"
            raise Refusal(row, claim=refused.claim) from None
        self._use(subject, claims["jti"], good_until(claims), now)
        return application

    def _is_signed_by(self, token: CompactToken, application: Application | None) -> bool:
        """Whether one of the application's keys signed this: the one of the kid, or any if it names none.

        Where no key comes into question, one that is nobody's is checked: the time does not say which clients exist.
        """
        alg, kid = token.header.alg, token.header.kid
        registered = application.public_keys if application else ()
        keys = [key for key in registered if alg in key.algs and kid in (None, key.kid)]
        if not keys:
            _made(token, self._nobody[alg])
            return False
        return any(_made(token, key) for key in keys)

    def _use(self, client_id: str, jti: str, until: float, now: float) -> None:
        """Remember an assertion until it is refused for its age anyway, the tolerance included."""
        used = self._used.setdefault(client_id, DigestMemory(self._quota))
        try:
            if not used.add(jti, until=until, now=now):
                raise Refusal("assertion_replayed")
        except MemoryFull:
            raise Refusal("memory_full") from None


def _made(token: CompactToken, key: Key) -> bool:
    """Whether this key made the signature."""
    try:
        check_signature(token, key)
    except TokenError:
        return False
    return True


def _keys_of_nobody() -> dict[str, Key]:
    """A key for each algorithm that is registered for no application, and costs as much to check as one that is."""
    # An RSA modulus takes long to find. A random number in its place makes no signature, and no check faster.
    modulus = secrets.randbits(2048) | 1 << 2047 | 1
    public_keys = {
        "RS256": RSAPublicNumbers(65_537, modulus).public_key(),
        "ES256": generate_ec_key(SECP256R1()).public_key(),
        "Ed25519": (ed25519 := Ed25519PrivateKey.generate().public_key()),
        "EdDSA": ed25519,
    }
    return {alg: Key(None, (alg,), key) for alg, key in public_keys.items()}


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
