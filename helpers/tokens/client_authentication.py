"""How a client proves to the token endpoint who it is: with a secret (RFC 6749 §2.3.1) or with a key (RFC 7523)."""

from __future__ import annotations

from base64 import b64encode
from typing import Literal, get_args
from urllib.parse import quote_plus

from .client_assertion import ASSERTION_TYPE, PrivateKey, client_assertion, load_private_key
from .errors import ConfigurationError
from .secret import HasSecretValue, Secret, wrapped

AuthMethod = Literal["client_secret_post", "client_secret_basic", "private_key_jwt"]


class ClientAuthentication:
    """One client's proof, to be made anew for each request.

    audience: for whom the assertions of private_key_jwt are, and typ: what their header calls them.

    Raises ConfigurationError for what does not go together.
    """

    def __init__(
        self,
        method: AuthMethod,
        client_id: str,
        client_secret: str | HasSecretValue | None,
        private_key: PrivateKey | str | bytes | None,
        key_id: str | None,
        *,
        audience: str,
        typ: str,
    ) -> None:
        if method not in get_args(AuthMethod):
            raise ConfigurationError(f"The auth_method must be one of {', '.join(get_args(AuthMethod))}.")
        if method == "private_key_jwt":
            if private_key is None or client_secret:
                raise ConfigurationError("private_key_jwt takes a private_key, and no client_secret.")
            self._key = load_private_key(private_key)
        else:
            if not client_secret:
                raise ConfigurationError("The client secret must not be empty.")
            if private_key is not None or key_id is not None:
                raise ConfigurationError("A private_key and a key_id are for private_key_jwt alone.")
            self._secret = wrapped(client_secret)
        self._method = method
        self._client_id = client_id
        self._key_id = key_id
        self._audience = audience
        self._typ = typ

    @property
    def is_one_time(self) -> bool:
        """Whether a proof must not be sent twice."""
        return self._method == "private_key_jwt"

    def proof(self, now: float) -> HasSecretValue:
        """What proves it in one request: the secret, or a new assertion made at this time."""
        if self._method != "private_key_jwt":
            return self._secret
        assertion = client_assertion(
            self._client_id, self._audience, self._key, key_id=self._key_id, typ=self._typ, now=now
        )
        return Secret(assertion)

    def form(self, proof: HasSecretValue) -> dict[str, str]:
        """What goes into the form."""
        match self._method:
            case "client_secret_post":
                return {"client_id": self._client_id, "client_secret": proof.get_secret_value()}
            case "private_key_jwt":
                # The assertion names the client; some servers want to read it here too (RFC 7521 §4.2).
                return {
                    "client_id": self._client_id,
                    "client_assertion_type": ASSERTION_TYPE,
                    "client_assertion": proof.get_secret_value(),
                }
        return {}

    def headers(self, proof: HasSecretValue) -> dict[str, str]:
        """What goes into the header."""
        if self._method != "client_secret_basic":
            return {}
        # RFC 6749 §2.3.1 has both form-encoded first, so that a colon in the client id does no harm.
        words = f"{quote_plus(self._client_id)}:{quote_plus(proof.get_secret_value())}"
        return {"Authorization": f"Basic {b64encode(words.encode()).decode()}"}
