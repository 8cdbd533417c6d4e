"""The access token verifier: parse, key by kid, signature, claims (RFC 7515 §5.2, RFC 7519 §7.2, RFC 9068 §4).

Most of its strictness is RFC 8725's, which draft-ietf-oauth-rfc8725bis is to replace.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import requests

from .claims import REQUIRED, THIRTY_DAYS, Expected, check_claims, check_scopes, expires_at
from .compact import MAX_SIZE, CompactToken, Header, decode_object, read_header, split, to_octets
from .errors import ConfigurationError, InvalidToken, Reason
from .key_set import RemoteKeySet
from .keys import Key, KeySource
from .signature import ALGORITHMS, check_algorithm, check_key_id, check_signature
from .verified_cache import Verified, VerifiedCache

ALWAYS_REQUIRED = frozenset({"iss", "aud", "exp"})
"""Without these a token would be anybody's, for anything, for ever."""

MAX_LEEWAY = 60.0
"""Seconds. A policy: RFC 7519 §4.1.5 says "usually no more than a few minutes", and clocks are kept better today."""


class AccessTokenVerifier:
    """Says whether an access token of one issuer is good for one API. Safe to share between threads and tasks.

    issuer            exactly as in `iss`; its keys are found through discovery at the first token
    audience          this API's identifier: a name, not an address
    algorithms        out of RS256, ES256, Ed25519 and EdDSA, its older name (RFC 9864 §2.2)
    types             accepted `typ` values ("application/" and case aside); with None among them it may be absent.
                      Okta sends none: ("at+jwt", "JWT", None). An issuer of RFC 9068 tokens alone: ("at+jwt",)
    required_claims   must be there; more can be asked for, `iss`, `aud` and `exp` always are
    require_kid       False lets a token without `kid` mean the only key of the set
    other_audiences   False refuses a token that is meant for other APIs too (RFC 9068 §4 allows both)
    bound_tokens      True takes a token that is bound to a key of its client (`cnf`), for an API that checks the proof
                      of that key itself (RFC 9449 §7, RFC 8705 §3); a bearer of it alone may be a thief
    leeway            seconds by which the issuer's clock may be ahead of this one: for `nbf` and `iat`, 0 to 60. With
                      none, an issuer that is a second ahead makes each of its new tokens a 401. `exp` gets none ever
    max_lifetime      seconds from `iat` to `exp`
    max_size          characters of a token
    cache_size        tokens that are remembered once verified; 0 turns it off
    clock             seconds since 1970
    key_set           where keys come from, if not from discovery
    session           what fetches them, if it should be a session of yours

    Raises ConfigurationError for settings that would leave the door open.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        algorithms: Sequence[str] = ("RS256",),
        types: Sequence[str | None] = ("at+jwt", "JWT"),
        required_claims: Sequence[str] = REQUIRED,
        require_kid: bool = True,
        other_audiences: bool = True,
        bound_tokens: bool = False,
        leeway: float = 5.0,
        max_lifetime: int = THIRTY_DAYS,
        max_size: int = MAX_SIZE,
        cache_size: int = 1024,
        clock: Callable[[], float] = time.time,
        key_set: KeySource | None = None,
        session: requests.Session | None = None,
    ) -> None:
        _demand(isinstance(issuer, str) and issuer != "", "An issuer is needed.")
        _demand(isinstance(audience, str) and audience != "", "An audience is needed.")
        _demand(
            not isinstance(algorithms, str) and bool(algorithms) and set(algorithms) <= ALGORITHMS.keys(),
            f"The algorithms must be a list out of {', '.join(ALGORITHMS)}.",
        )
        _demand(not isinstance(types, str) and bool(types), "The types must be a list.")
        _demand(set(required_claims) >= ALWAYS_REQUIRED, "The claims iss, aud and exp are always required.")
        _demand(0 <= leeway <= MAX_LEEWAY, f"The leeway must be between 0 and {MAX_LEEWAY:g} seconds.")
        _demand(0 < max_lifetime < math.inf, "The maximum lifetime must be a positive number of seconds.")
        _demand(max_size > 0 and cache_size >= 0, "Sizes must not be negative.")
        self.issuer = issuer
        self.audience = audience
        self.key_set: KeySource = key_set or RemoteKeySet.of_issuer(issuer, session=session)
        self._algorithms = frozenset(algorithms)
        self._types = frozenset(map(_media_type, types))
        self._required_claims = tuple(required_claims)
        self._require_kid = require_kid
        self._expected = Expected(issuer, audience, leeway, int(max_lifetime), other_audiences, bound_tokens)
        self._max_size = max_size
        self._clock = clock
        # All tokens of an issuer begin with the same header: those accepted last are not read again.
        self._header = lru_cache(maxsize=16)(self._accept_header)
        self._verified = VerifiedCache(cache_size)

    def verify(self, token: str, *, scopes: Iterable[str] = ()) -> dict[str, Any]:
        """The claims of a good token that holds all `scopes`. Waits if the keys have to be fetched.

        Raises TokenError, and nothing else whatever the token is.
        """
        octets = to_octets(token, self._max_size)
        digest, found = self._verified.look_up(octets)
        if found is None:
            found = split(octets, self._header)
        key = self.key_set.find(found.header.kid)
        return self._judge(found, key, octets, digest, scopes)

    async def verify_async(self, token: str, *, scopes: Iterable[str] = ()) -> dict[str, Any]:
        """Like `verify`, for asyncio: only this task waits, and only if the keys have to be fetched."""
        octets = to_octets(token, self._max_size)
        digest, found = self._verified.look_up(octets)
        if found is None:
            found = split(octets, self._header)
        key = await self.key_set.find_async(found.header.kid)
        return self._judge(found, key, octets, digest, scopes)

    def _accept_header(self, segment: bytes) -> Header:
        """The header of a token that may be one of ours. No key is needed to see that."""
        header = read_header(segment)
        check_algorithm(header, self._algorithms)
        check_key_id(header, self._require_kid)
        # Other JWTs of the same issuer must not pass for access tokens (RFC 8725 §3.11, RFC 9068 §4).
        if _media_type(header.typ) not in self._types:
            reason, clause = Reason.CHECK_FAILED, "RFC 8725 §3.12"
            if not header.typ:
                reason, clause = Reason.MISSING, "policy; RFC 8725 §3.11 recommends it"
            message = "The token is not of a type that access tokens have."
            raise InvalidToken("type_not_accepted", message, reason=reason, clause=clause, claim="typ")
        return header

    def _judge(
        self, found: Verified | CompactToken, key: Key, octets: bytes, digest: bytes, scopes: Iterable[str]
    ) -> dict[str, Any]:
        """What is remembered skips the signature, never the clock nor the key set."""
        now = self._clock()
        claims = found.recall(key, now) if isinstance(found, Verified) else None
        if claims is None:
            token = split(octets, self._header) if isinstance(found, Verified) else found
            check_signature(token, key)
            claims = decode_object(token.payload, "payload")
            check_claims(claims, self._expected, now, required=self._required_claims)
            if digest:
                self._remember(digest, token, key, claims, now)
        if scopes:
            check_scopes(claims, scopes)
        return claims

    def _remember(
        self, digest: bytes, token: CompactToken, key: Key, claims: dict[str, Any], now: float
    ) -> None:
        # If no bracket opens behind the first one, no claim has parts, and a flat copy is a whole one.
        nested = b"[" in token.payload or token.payload.rfind(b"{") > 0
        kept = copy.deepcopy(claims) if nested else claims.copy()
        self._verified.put(digest, Verified(token.header, key, now, expires_at(claims), kept, nested))


def _media_type(typ: str | None) -> str | None:
    """`typ` as it is compared: "at+jwt" means "application/at+jwt", in any case (RFC 7515 §4.1.9)."""
    return None if typ is None else typ.lower().removeprefix("application/")


def _demand(condition: bool, sentence: str) -> None:
    if not condition:
        raise ConfigurationError(sentence)
