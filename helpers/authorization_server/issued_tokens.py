"""The access tokens that this server has issued. It keeps none: their signature says that they are its own."""

from collections.abc import Callable
from typing import Any

from helpers.tokens.claims import REQUIRED
from helpers.tokens.compact import decode_object, parse
from helpers.tokens.errors import TokenError
from helpers.tokens.verifier import AccessTokenVerifier

from .digest_memory import DigestMemory
from .habits import Habits
from .keys import SigningKeys
from .registry import Registry


class IssuedTokens:
    """Tells the tokens of this server from all else, and remembers which of them were revoked."""

    def __init__(
        self,
        issuer: str,
        registry: Registry,
        keys: SigningKeys,
        clock: Callable[[], float],
        habits: Habits,
    ) -> None:
        self._issuer = issuer
        self._registry = registry
        self._keys = keys
        self._clock = clock
        self._habits = habits
        self._revoked = DigestMemory()

    def claims(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that this server signed for one of its APIs and that has not expired, else None."""
        try:
            # What nobody has checked yet says which API it is for. The verifier holds it to that.
            audience = self.audience_of(decode_object(parse(token).payload, "payload"))
            if audience not in self._registry.apis:
                return None
            verifier = AccessTokenVerifier(
                issuer=self._issuer,
                audience=audience,
                algorithms=(self._keys.algorithm,),
                types=("at+jwt", "JWT") if self._habits.typ_in_header else (None,),
                required_claims=[claim for claim in REQUIRED if claim not in self._habits.left_out],
                leeway=0,  # one clock, one opinion
                cache_size=0,
                clock=self._clock,
                key_set=self._keys.key_set,
            )
            claims = verifier.verify(token)
        except TokenError:
            return None
        # A lesson may sign what it likes with this server's key. It issues no token without a client in it.
        return claims if isinstance(_client(claims), str) else None

    def audience_of(self, claims: dict[str, Any]) -> str:
        """The identifier of the API that a token is for, in the form that this server gives; empty in another."""
        aud = claims.get("aud")
        if self._habits.aud_as_list:
            aud = aud[0] if isinstance(aud, list) and len(aud) == 1 else None
        return aud if isinstance(aud, str) else ""

    def revoke(self, token: str, claims: dict[str, Any]) -> None:
        """Let this token be inactive from now on. It is remembered until it has expired at least.

        :raises MemoryFull: when too many are remembered.
        """
        self._revoked.add(token, until=claims["exp"], now=self._clock())

    def is_revoked(self, token: str, claims: dict[str, Any]) -> bool:
        """Whether this token with these claims was revoked."""
        return self._revoked.knows(token, until=claims["exp"])


def client_of(claims: dict[str, Any]) -> str:
    """The client id in the claims of a token of this server."""
    return str(_client(claims))


def _client(claims: dict[str, Any]) -> object:
    # RFC 9068 §2.2 has client_id; Auth0's own profile calls it azp.
    return claims.get("client_id", claims.get("azp"))
