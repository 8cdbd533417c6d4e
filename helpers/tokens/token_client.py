"""What a client of the client credentials grant asks for and keeps (RFC 6749 §4.4), whatever sends its requests."""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from .client_assertion import PrivateKey
from .client_authentication import AuthMethod, ClientAuthentication
from .errors import ConfigurationError
from .fetch import is_safe_address
from .secret import HasSecretValue
from .token_response import Granted, TokenRequestError

LONGEST_LIFETIME = 30 * 86_400.0
"""Seconds after which a token is asked for anew, whatever `expires_in` says."""
RENEWAL_INTERVAL = 60.0
"""Seconds between two renewals of a token that the API refuses: if one does not help, many will not."""

_INVALID_TOKEN = re.compile(r'\berror\s*=\s*"?invalid_token\b', re.IGNORECASE)  # RFC 6750 §3.1
_OURS = frozenset({"grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type"})

_log = logging.getLogger(__name__)
"""Says what is asked for and what comes of it; never a secret, a token or a body."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A token and the time in which it may be handed out, in seconds since the epoch."""

    granted: Granted
    since: float
    until: float


class TokenClient:
    """One application at one token endpoint, and the token that it has.

    token_endpoint: https, or http on this machine (RFC 6749 §3.2).
    client_secret: a str, or an object with `get_secret_value()`; none for private_key_jwt.
    audience: the identifier of the API that the token is for, where the issuer asks for it so, as Auth0 does.
    resource: the same in the standard's way, one address or several (RFC 8707 §2); an issuer takes one of the two.
    scope: words apart by spaces; without any, the issuer decides, or refuses (RFC 6749 §3.3).
    extra: parameters of the token request that only this issuer knows, such as Auth0's `organization`.
    timeout: seconds to wait, to connect and for the answer; its body may take the latter once more.
    early: seconds before its expiry from which a token is no longer handed out; at most half of its life.
    default_lifetime: seconds for which a token is kept whose answer names no `expires_in`, which RFC 6749 §5.1 only
        recommends; when the API calls it invalid before that, a new one is asked for.
    auth_method: how the secret is sent, in the form or as HTTP Basic (RFC 6749 §2.3.1); or private_key_jwt, which has
        none, and signs a new assertion for each request (RFC 7523).
    private_key: for private_key_jwt, an RSA or a P-256 key, as an object or in PEM.  key_id: the `kid` under which it
        is registered; its thumbprint (RFC 7638) when not given, and "" for none.
    assertion_audience: the issuer, which its assertions name in `aud`; private_key_jwt needs it, and `from_issuer`
        knows it.  assertion_typ: their `typ`, "JWT" or "client-authentication+jwt"; `client_assertion` says which when.
    allow_http: plain http to other hosts is safe too, as in a service mesh; the token goes there as well.
    session: sends the token requests, if not one of our own; what is retried is then its own matter.
    clock: seconds since the epoch.

    Raises ConfigurationError for an empty value, or an endpoint that no secret may be sent to.
    """

    def __init__(
        self,
        *,
        token_endpoint: str,
        client_id: str,
        client_secret: str | HasSecretValue | None = None,
        audience: str | None = None,
        resource: str | Sequence[str] = (),
        scope: str | None = None,
        extra: Mapping[str, str] | None = None,
        timeout: float | tuple[float, float] = (3.05, 10.0),
        early: float = 60.0,
        default_lifetime: float = 600.0,
        auth_method: AuthMethod = "client_secret_post",
        private_key: PrivateKey | str | bytes | None = None,
        key_id: str | None = None,
        assertion_audience: str | None = None,
        assertion_typ: str = "JWT",
        allow_http: bool = False,
        session: Any = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not client_id or audience == "":
            raise ConfigurationError("The client id and the audience must not be empty.")
        if not is_safe_address(token_endpoint, allow_http=allow_http):
            raise ConfigurationError("The token endpoint must be https, or on this machine.")
        if taken := _OURS & set(extra or ()):
            raise ConfigurationError(f"The client sends {', '.join(sorted(taken))} itself.")
        self.token_endpoint = token_endpoint
        self.client_id = client_id
        self.audience = audience
        self.scope = scope
        self._authentication = ClientAuthentication(
            auth_method,
            client_id,
            client_secret,
            private_key,
            key_id,
            audience=assertion_audience or "",
            typ=assertion_typ,
        )
        if self._authentication.is_one_time and not assertion_audience:
            message = "private_key_jwt needs assertion_audience: the issuer, as it calls itself."
            raise ConfigurationError(message)
        resources = [resource] if isinstance(resource, str) else [*resource]
        asked = {"audience": audience, "resource": resources, "scope": scope, **(extra or {})}
        self._parameters = {"grant_type": "client_credentials", **{k: v for k, v in asked.items() if v}}
        self._timeout = timeout
        self._early, self._default_lifetime = early, default_lifetime
        self._allow_http = allow_http
        self._session = session
        self._clock = clock
        self._lock = threading.Lock()  # guards the two below
        self._kept: _Kept | None = None
        self._renewed_at = -math.inf

    def __repr__(self) -> str:
        proof = "private_key" if self._authentication.is_one_time else "client_secret"
        return (
            f"{type(self).__name__}(token_endpoint={self.token_endpoint!r}, client_id={self.client_id!r}, "
            f"{proof}='**********', audience={self.audience!r}, scope={self.scope!r})"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"A {type(self).__name__} holds a secret, and is neither pickled nor copied.")

    @property
    def granted_scope(self) -> str | None:
        """What the token at hand holds, words apart by spaces; None without a token, or when nobody has said.

        An issuer may grant more or less than was asked for, and then has to say so (RFC 6749 §3.3).
        """
        return self._kept.granted.scope if self._kept else None

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """The scopes that were asked for and that the token at hand does not hold."""
        return _missing(self.scope, self.granted_scope) if self._kept else ()

    def _at_hand(self) -> str | None:
        """The token, while it may be handed out. With a clock that was set back, nobody knows its age."""
        kept = self._kept
        return kept.granted.token if kept and kept.since <= self._clock() < kept.until else None

    def _keep(self, granted: Granted, asked_at: float) -> str:
        """Keep a token that was asked for at this time."""
        lifetime = min(granted.lifetime or self._default_lifetime, LONGEST_LIFETIME)
        until = asked_at + lifetime - min(self._early, lifetime / 2)
        with self._lock:
            self._kept = _Kept(granted, asked_at, until)
        _log.info(
            "%s gave %s an access token for %s s, with the scope %r.",
            self.token_endpoint, self.client_id, granted.lifetime or "an unknown number of", granted.scope,
        )  # fmt: skip
        if missing := _missing(self.scope, granted.scope):
            _log.warning("%s did not grant %s, which was asked for.", self.token_endpoint, " ".join(missing))
        return granted.token

    def _fail(self, error: TokenRequestError) -> None:
        with self._lock:
            self._kept = None
        _log.warning("No access token for %s: %s", self.client_id, error)

    def _check_address(self, url: str) -> None:
        if not is_safe_address(url, allow_http=self._allow_http):
            raise ConfigurationError("A token is only sent to https addresses, or on this machine.")

    def _may_renew(self, status: int, challenge: str, refused: str) -> bool:
        """Whether the API called this token invalid, and a new one is worth a try; it is forgotten then.

        "The client MAY request a new access token and retry the protected resource request" (RFC 6750 §3.1). No, when
        the last renewal was too short a while ago.
        """
        if status != 401 or not _INVALID_TOKEN.search(challenge):
            return False
        with self._lock:
            if self._kept is None or self._kept.granted.token != refused:
                return True  # it has been renewed meanwhile
            now = self._clock()
            if 0 <= now - self._renewed_at < RENEWAL_INTERVAL:
                return False
            self._kept, self._renewed_at = None, now
        _log.info("The API refused the token of %s as invalid: asking for a new one.", self.client_id)
        return True


def _missing(asked: str | None, granted: str | None) -> tuple[str, ...]:
    held = (granted or "").split()
    return tuple(word for word in (asked or "").split() if word not in held)
