"""POST /oauth/token: the client credentials grant, in the order in which RFC 6749 §4.4 tells it."""

import secrets
from collections.abc import Callable

from starlette.requests import Request

from .client_authentication import ClientAuthentication
from .dialect import Refusal
from .habits import Habits
from .keys import SigningKeys
from .registry import RFC9068, Api, Application, Registry
from .token_request import read_parameters

GRANT_TYPE = "client_credentials"


class TokenEndpoint:
    """Answers a token request with an access token, or refuses it."""

    def __init__(
        self,
        issuer: str,
        clients: ClientAuthentication,
        registry: Registry,
        keys: SigningKeys,
        clock: Callable[[], float],
        habits: Habits,
    ) -> None:
        self._issuer = issuer
        self._clients = clients
        self._registry = registry
        self._keys = keys
        self._clock = clock
        self._habits = habits

    async def token(self, request: Request) -> dict[str, object]:
        """The body of a successful answer (RFC 6749 §5.1, §4.4.3: no refresh token).

        :raises Refusal: the body of any other answer (RFC 6749 §5.2).
        """
        parameters = await read_parameters(request)
        check_grant_type(parameters)
        application = await self._clients.authenticate(request, parameters)
        api, scopes = self.authorize(application, parameters)
        return self.mint(application, api, scopes)

    def authorize(self, application: Application, parameters: dict[str, str]) -> tuple[Api, tuple[str, ...]]:
        """May it have what it asks for? The API, and the scopes that the token will carry (RFC 6749 §3.3)."""
        if GRANT_TYPE not in application.grant_types:
            raise Refusal("grant_not_allowed", grant_type=GRANT_TYPE)
        target = self._habits.target
        audience = parameters.get(target)
        if audience is None:
            raise Refusal(f"missing_{target}")
        api = self._registry.apis.get(audience)
        if api is None:
            raise Refusal(f"unknown_{target}", **{target: audience})
        grant = self._registry.grants.get((application.client_id, audience))
        if grant is None:
            raise Refusal("no_client_grant", audience=audience)
        requested = tuple(dict.fromkeys(filter(None, parameters.get("scope", "").split(" "))))
        refused = [scope for scope in requested if scope not in grant.scopes]
        if refused:
            raise Refusal("scope_not_granted", scopes=", ".join(refused))
        if self._habits.scope_required and not requested:
            raise Refusal("missing_scope")
        return api, grant.scopes if self._habits.grants_all_scopes else requested or grant.scopes

    def mint(self, application: Application, api: Api, scopes: tuple[str, ...]) -> dict[str, object]:
        """The access token: by whom, about whom, for whom, from when until when, for what (RFC 7519 §4.1)."""
        habits, issued_at = self._habits, int(self._clock())
        lifetime = habits.token_lifetime or api.token_lifetime
        claims: dict[str, object] = {
            "iss": self._issuer,
            "sub": f"{application.client_id}@clients",
            "aud": [api.identifier] if habits.aud_as_list else api.identifier,
            "iat": issued_at,
            "exp": issued_at + lifetime,
        }
        granted = {"scope": " ".join(scopes)} if scopes else {}
        claims |= granted
        if api.token_profile == RFC9068:
            claims |= {"client_id": application.client_id, "jti": secrets.token_urlsafe(16)}
            typ = "at+jwt"
        else:
            claims |= {"gty": "client-credentials", "azp": application.client_id}
            typ = "JWT"
        claims = {name: value for name, value in claims.items() if name not in habits.left_out}
        return {
            "access_token": self._keys.current.sign(claims, typ=typ if habits.typ_in_header else None),
            "token_type": "Bearer",
            "expires_in": lifetime,
            **(granted if habits.scope_in_answer else {}),
        }


def check_grant_type(parameters: dict[str, str]) -> None:
    """What is asked for? RFC 6749 §4.4.2; this server knows one grant."""
    grant_type = parameters.get("grant_type")
    if grant_type is None:
        raise Refusal("missing_grant_type")
    if grant_type != GRANT_TYPE:
        raise Refusal("unsupported_grant_type", grant_type=grant_type)
