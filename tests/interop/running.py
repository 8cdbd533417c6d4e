"""What runs, and what was got from it, so that each is started and asked once."""

from __future__ import annotations

import functools
from contextlib import ExitStack

from clients import CLIENTS, Method
from issuers import STARTERS, Issuer
from verifiers import VERIFIERS

from helpers.tokens.discovery import Metadata, discover


class Running:
    """Issuers that run until the session ends, and the tokens that clients got from them."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.token = functools.cache(self._token)
        self.issuer = functools.cache(self._issuer)
        self.metadata = functools.cache(self._metadata)

    def _issuer(self, name: str) -> Issuer:
        return self._stack.enter_context(STARTERS[name]())

    def _metadata(self, name: str) -> Metadata:
        return discover(self.issuer(name).issuer)

    def _token(self, name: str, client: str, method: Method) -> str:
        """The access token that a client gets; whatever the client raises."""
        return CLIENTS[client](self.issuer(name), self.metadata(name).token_endpoint, method)

    def verify(self, name: str, verifier: str, token: str) -> dict[str, object]:
        """The claims of a token of this issuer; whatever the verifier raises."""
        return VERIFIERS[verifier](token, self.issuer(name), self.metadata(name).jwks_uri)
