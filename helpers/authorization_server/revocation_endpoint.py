"""POST /oauth/revoke: a client has no more use for a token (RFC 7009)."""

from starlette.requests import Request

from .client_authentication import ClientAuthentication
from .dialect import Refusal
from .digest_memory import MemoryFull
from .issued_tokens import IssuedTokens, client_of
from .token_request import read_parameters


class RevocationEndpoint:
    """Revokes access tokens. Whoever verifies them alone does not notice; whoever asks (RFC 7662) does."""

    def __init__(self, clients: ClientAuthentication, tokens: IssuedTokens) -> None:
        self._clients = clients
        self._tokens = tokens

    async def revoke(self, request: Request) -> None:
        """Revoke the token, if it is one that lives: what is invalid already needs no error (RFC 7009 §2.2).

        :raises Refusal: the client is not who it says, or the token is another client's (RFC 7009 §2.1).
        """
        parameters = await read_parameters(request)
        application = await self._clients.authenticate(request, parameters)
        token = parameters.get("token")
        if token is None:
            raise Refusal("missing_token")
        claims = self._tokens.claims(token)
        if claims is None:
            return
        if client_of(claims) != application.client_id:
            raise Refusal("token_of_another_client")
        try:
            self._tokens.revoke(token, claims)
        except MemoryFull:
            raise Refusal("memory_full") from None
