"""The authorization server as an ASGI app: its routes, and what every answer of an endpoint carries."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .client_assertion import MAX_LIFETIME, ClientAssertions
from .client_authentication import ClientAuthentication
from .dialect import Refusal
from .faults import KeyFault, check_fault, fault_in_place_of
from .habits import Habits
from .introspection_endpoint import IntrospectionEndpoint
from .issued_tokens import IssuedTokens
from .keys import SigningKeys
from .metadata import is_issuer, metadata_of, metadata_paths, path_of
from .rate_limit import RateLimit
from .registry import Registry
from .revocation_endpoint import RevocationEndpoint
from .token_endpoint import TokenEndpoint
from .wrong_secrets import WrongSecrets

# RFC 6749 §5.1 asks for both: tokens, and what is said about credentials, stay out of caches.
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class AuthorizationServer:
    """The local stand-in for an Auth0 tenant (an authorization server, RFC 6749 §1.1).

    The registry, the keys, both limits and the key fault may be changed while it serves, from any thread.

    :param issuer: its address, which becomes ``iss``; it gets the slash at the end that Auth0's issuers have.
    :param registry: the APIs, applications and client grants; empty when not given.
    :param keys: the signing keys; new ones when not given.
    :param clock: seconds since the epoch, for ``iat`` and ``exp``.
    :param rate_limit: requests for tokens or revocation in real time, such as ``"600/minute"``.
    :param guess_limit: wrong secrets of each client in real time, such as ``"30/minute"``, at all endpoints.
    :param allowed_origins: web pages that may call it from a browser (CORS).
    :param max_assertion_lifetime: seconds that a client assertion (RFC 7523) may have left to live.
    :param habits: what it does differently from Auth0; nothing when not given.
    :raises ValueError: when the issuer is no http(s) address, has a query or a fragment (RFC 8414 §2), or a path with
        other characters than letters, digits, ``-._~`` and ``/``.
    """

    def __init__(
        self,
        issuer: str,
        *,
        registry: Registry | None = None,
        keys: SigningKeys | None = None,
        clock: Callable[[], float] = time.time,
        rate_limit: str = "600/minute",
        guess_limit: str = "30/minute",
        allowed_origins: Sequence[str] = (),
        max_assertion_lifetime: int = MAX_LIFETIME,
        habits: Habits | None = None,
    ) -> None:
        if not is_issuer(issuer):
            raise ValueError(
                f'Give the issuer as an address such as "http://127.0.0.1:9000/", not "{issuer}".'
            )
        self.issuer = issuer.rstrip("/") + "/"
        self.registry = Registry() if registry is None else registry
        self.keys = SigningKeys() if keys is None else keys
        self.clock = clock
        self.habits = Habits() if habits is None else habits
        self.rate_limit = rate_limit
        self.key_fault = None
        self._jwks_requests = 0
        assertions = ClientAssertions(
            self.issuer,
            f"{self.issuer}oauth/token",
            self.registry,
            clock,
            max_lifetime=max_assertion_lifetime,
        )
        self._clients = clients = ClientAuthentication(self.registry, assertions, WrongSecrets(guess_limit))
        tokens = IssuedTokens(self.issuer, self.registry, self.keys, clock, self.habits)
        self._token_endpoint = TokenEndpoint(
            self.issuer, clients, self.registry, self.keys, clock, self.habits
        )
        self._introspection_endpoint = IntrospectionEndpoint(clients, self.registry, tokens)
        self._revocation_endpoint = RevocationEndpoint(clients, tokens)
        self.app = self._app(allowed_origins)

    @property
    def rate_limit(self) -> str:
        """How many token requests are answered in a while; setting it, even to the same, starts a new count.

        :raises ValueError: when the rate cannot be read.
        """
        return self._rate_limit.rate

    @rate_limit.setter
    def rate_limit(self, rate: str) -> None:
        self._rate_limit = RateLimit(rate)

    @property
    def guess_limit(self) -> str:
        """How many wrong secrets of one client are looked at in a while, at all endpoints together.

        Beyond it, requests with a secret of this client are refused before the secret is hashed. Setting it, even to
        the same, starts a new count.

        :raises ValueError: when the rate cannot be read.
        """
        return self._clients.wrong_secrets.rate

    @guess_limit.setter
    def guess_limit(self, rate: str) -> None:
        self._clients.wrong_secrets = WrongSecrets(rate)

    @property
    def key_fault(self) -> KeyFault | None:
        """What is wrong with the documents that a verifier fetches, discovery and JWKS; None when all is well.

        For lessons and tests: "down", "unavailable", "slow", "garbage", "redirect" or "huge". Tokens are issued
        as ever.

        :raises ValueError: when it is set to something else.
        """
        return self._key_fault

    @key_fault.setter
    def key_fault(self, fault: KeyFault | None) -> None:
        check_fault(fault)
        self._key_fault = fault

    @property
    def jwks_requests(self) -> int:
        """How often the JWKS was asked for so far, whatever was answered."""
        return self._jwks_requests

    def metadata(self) -> dict[str, object]:
        """What discovery answers (RFC 8414 §2)."""
        return metadata_of(self.issuer)

    def _app(self, allowed_origins: Sequence[str]) -> Starlette:
        middleware = []
        if allowed_origins:
            middleware.append(
                Middleware(
                    CORSMiddleware,
                    allow_origins=list(allowed_origins),
                    allow_methods=["GET", "POST"],
                    # Swagger's Authorize button sends X-Requested-With.
                    allow_headers=["Authorization", "Content-Type", "X-Requested-With"],
                    expose_headers=[
                        "Retry-After",
                        *(f"X-RateLimit-{name}" for name in ("Limit", "Remaining", "Reset")),
                    ],
                )
            )
        path = path_of(self.issuer)
        app = Starlette(
            routes=[
                Route(f"{path}/oauth/token", self._token, methods=["POST"]),
                Route(f"{path}/oauth/introspect", self._introspect, methods=["POST"]),
                Route(f"{path}/oauth/revoke", self._revoke, methods=["POST"]),
                Route(f"{path}/.well-known/jwks.json", self._jwks),
                *(Route(where, self._metadata) for where in metadata_paths(self.issuer)),
            ],
            middleware=middleware,
            # Auth0 answers a wrong method as it answers a wrong path.
            exception_handlers={404: _not_found, 405: _not_found},
        )
        app.router.redirect_slashes = False
        return app

    async def _token(self, request: Request) -> Response:
        return await self._answer(request, self._token_endpoint.token)

    async def _introspect(self, request: Request) -> Response:
        # Not counted: an API may ask for each request that it gets.
        return await self._answer(request, self._introspection_endpoint.introspect, counts=False)

    async def _revoke(self, request: Request) -> Response:
        return await self._answer(request, self._revocation_endpoint.revoke)

    async def _answer(
        self,
        request: Request,
        endpoint: Callable[[Request], Awaitable[dict[str, Any] | None]],
        *,
        counts: bool = True,
    ) -> Response:
        headers = dict(NO_STORE)
        refusal = self._count(headers) if counts else None
        if refusal is None:
            try:
                body = await endpoint(request)
                return Response(headers=headers) if body is None else JSONResponse(body, headers=headers)
            except ClientDisconnect:
                return Response(status_code=400)  # nobody is there to read it
            except Refusal as refused:
                refusal = refused
                headers |= refused.headers
        # RFC 6749 §5.2 demands it for a client that used the Authorization header. Others get none, although RFC 9110
        # §11.6.1 wants one with each 401: a browser would open its own log-in dialog, over the page that asked.
        if refusal.status == 401 and "authorization" in request.headers:
            headers["WWW-Authenticate"] = 'Basic realm="authorization server"'
        return JSONResponse(refusal.body, refusal.status, headers=headers)

    def _count(self, headers: dict[str, str]) -> Refusal | None:
        """Count one request, and say in the headers how many are left; the refusal when none was."""
        hit = self._rate_limit.hit()
        headers |= hit.headers
        return None if hit.allowed else Refusal("rate_limited")

    async def _metadata(self, request: Request) -> Response:
        return await self._publish(request, self.metadata)

    async def _jwks(self, request: Request) -> Response:
        self._jwks_requests += 1  # in the event loop's thread alone
        return await self._publish(request, self.keys.jwks)

    async def _publish(self, request: Request, document: Callable[[], dict[str, Any]]) -> Response:
        faulty = await fault_in_place_of(document, request, lambda: self._key_fault)
        return faulty or JSONResponse(document())

    def __repr__(self) -> str:
        return f"AuthorizationServer({self.issuer!r})"


async def _not_found(request: Request, error: Exception) -> Response:
    body = {"error": "not_found", "error_description": "There is nothing here for this method and path"}
    return JSONResponse(body, 404, headers=NO_STORE)
