"""The authorization server as an ASGI app: its routes, and what every answer to a token request carries."""

import time
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .dialect import Refusal
from .keys import SigningKeys
from .rate_limit import RateLimit
from .registry import Registry
from .token_endpoint import TokenEndpoint

# RFC 6749 §5.1 asks for both: tokens, and what is said about credentials, stay out of caches.
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class AuthorizationServer:
    """The local stand-in for an Auth0 tenant (an authorization server, RFC 6749 §1.1).

    The registry, the keys and the rate limit may be changed while it serves, from any thread.

    :param issuer: its address, which becomes ``iss``; it gets the slash at the end that Auth0's issuers have.
    :param registry: the APIs, applications and client grants; empty when not given.
    :param keys: the signing keys; new ones when not given.
    :param clock: seconds since the epoch, for ``iat`` and ``exp``.
    :param rate_limit: token requests in real time, such as ``"600/minute"``.
    :param allowed_origins: web pages that may call it from a browser (CORS).
    :raises ValueError: when the issuer is no http(s) address, or has a query or a fragment (RFC 8414 §2).
    """

    def __init__(
        self,
        issuer: str,
        *,
        registry: Registry | None = None,
        keys: SigningKeys | None = None,
        clock: Callable[[], float] = time.time,
        rate_limit: str = "600/minute",
        allowed_origins: Sequence[str] = (),
    ) -> None:
        address = urlsplit(issuer)
        if address.scheme not in ("http", "https") or not address.hostname or "?" in issuer or "#" in issuer:
            raise ValueError(
                f'Give the issuer as an address such as "http://127.0.0.1:9000/", not "{issuer}".'
            )
        self.issuer = issuer.rstrip("/") + "/"
        self.registry = Registry() if registry is None else registry
        self.keys = SigningKeys() if keys is None else keys
        self.clock = clock
        self.rate_limit = rate_limit
        self._endpoint = TokenEndpoint(self.issuer, self.registry, self.keys, clock)
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

    def metadata(self) -> dict[str, object]:
        """What discovery answers (RFC 8414 §2): those of Auth0's members that this flow has a use for."""
        return {
            "issuer": self.issuer,
            "token_endpoint": f"{self.issuer}oauth/token",
            "jwks_uri": f"{self.issuer}.well-known/jwks.json",
            "revocation_endpoint": f"{self.issuer}oauth/revoke",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

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
        app = Starlette(
            routes=[
                Route("/oauth/token", self._token, methods=["POST"]),
                Route("/oauth/revoke", self._revoke, methods=["POST"]),
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/.well-known/jwks.json", self._jwks),
            ],
            middleware=middleware,
            # Auth0 answers a wrong method as it answers a wrong path.
            exception_handlers={404: _not_found, 405: _not_found},
        )
        app.router.redirect_slashes = False
        return app

    async def _token(self, request: Request) -> Response:
        return await self._answer(request, self._endpoint.token)

    async def _revoke(self, request: Request) -> Response:
        return await self._answer(request, self._endpoint.revoke)

    async def _answer(
        self, request: Request, endpoint: Callable[[Request], Awaitable[dict[str, object]]]
    ) -> Response:
        hit = self._rate_limit.hit()
        headers = NO_STORE | hit.headers
        try:
            if not hit.allowed:
                raise Refusal("rate_limited")
            return JSONResponse(await endpoint(request), headers=headers)
        except Refusal as refusal:
            if refusal.status == 401 and "authorization" in request.headers:
                headers["WWW-Authenticate"] = 'Basic realm="token endpoint"'  # RFC 6749 §5.2
            return JSONResponse(refusal.body, refusal.status, headers=headers)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it

    async def _metadata(self, request: Request) -> Response:
        return JSONResponse(self.metadata())

    async def _jwks(self, request: Request) -> Response:
        return JSONResponse(self.keys.jwks())

    def __repr__(self) -> str:
        return f"AuthorizationServer({self.issuer!r})"


async def _not_found(request: Request, error: Exception) -> Response:
    body = {"error": "not_found", "error_description": "There is nothing here for this method and path"}
    return JSONResponse(body, 404, headers=NO_STORE)
