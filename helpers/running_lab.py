"""A running lab: both servers, the settings that point at them, the clock, and the record of the wire."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from fastapi import FastAPI
from jupyter_core.paths import jupyter_runtime_dir
from pydantic import SecretStr, ValidationError
from starlette.types import ASGIApp

from helpers import foreign_issuer, knock, todo_api
from helpers.authorization_server import AuthorizationServer, SigningKeys
from helpers.clock import Clock
from helpers.display.card import Card, Link, Note
from helpers.display.exchange import Exchange, RawExchange
from helpers.display.picture import Picture
from helpers.display.sequence import wire_view
from helpers.lab import API_PORT, AUDIENCE, AUTHORIZATION_SERVER_PORT, LabError
from helpers.measure import Measured, measure
from helpers.page_names import forget_values
from helpers.services import LOOPBACK, Service, ServiceError, listen_near, origin
from helpers.settings import Settings, reach_loopback_directly
from helpers.todo_api.door import bearer_token
from helpers.todo_api.learner import LearnersTokenFinder, LearnersVerifier
from helpers.tokens.client import ClientCredentials
from helpers.tokens.compact import parse
from helpers.tokens.discovery import discover
from helpers.tokens.errors import ConfigurationError, DiscoveryError
from helpers.tokens.key_set import RemoteKeySet
from helpers.tokens.token_response import TokenRequestError
from helpers.tokens.verifier import AccessTokenVerifier
from helpers.traffic import Traffic, UnrecordedSession
from helpers.wire import API_USER_AGENT, Wire, install, uninstall

if TYPE_CHECKING:
    from helpers.attacking import Attacker
    from helpers.attacks import Attack
    from helpers.display.lineup import LineUp
    from helpers.display.scoreboard import Scoreboard

APPLICATION = "Nightly batch"


class RunningLab:
    """What ``lab.start()`` started.

    settings: issuer, audience, client id and secret of the application that the learner plays.
    authorization_server: the local one; it runs even when the settings name another issuer, so that the pages which
    change a registration or a key have one to change.
    todo_api: the Todo API's app; it trusts the issuer of the settings.
    api: the Todo API's URL, without a slash at the end.
    token_endpoint: URL of the issuer's token endpoint, from its discovery document.
    clock: what both servers take for the time; a lesson may move it on.
    """

    settings: Settings
    authorization_server: AuthorizationServer
    todo_api: FastAPI
    api: str
    token_endpoint: str
    verifier: AccessTokenVerifier
    _forgot = False  # whether the lab before this one took the variables of the page with it

    def __init__(self) -> None:
        self._begins_anew, RunningLab._forgot = RunningLab._forgot, False
        self.clock = Clock()
        self.wire = Wire()
        self._services: list[Service] = []
        self._sockets: tuple[socket.socket, ...] = ()
        self._clients: dict[str | None, ClientCredentials] = {}
        self._learner: LearnersVerifier | None = None
        self._attacker: Attacker | None = None

    @classmethod
    def started(cls, keys: SigningKeys, *, local: bool = False) -> RunningLab:
        """Start both servers.

        :param keys: with which the local authorization server signs.
        :param local: leave an issuer in the settings alone, and use the local one.
        :raises LabError: with one sentence that says what to do.
        """
        lab = cls()
        try:
            lab._start(_settings(), keys, local)
        except (DiscoveryError, ConfigurationError, ServiceError) as error:
            lab.stop()
            ours = lab.is_local or isinstance(error, ServiceError)
            raise LabError(str(error) if ours else foreign_issuer.advice(str(error))) from error
        except BaseException:
            lab.stop()
            raise
        return lab

    def _start(self, settings: Settings, keys: SigningKeys, local: bool) -> None:
        self._passed_over = settings.issuer if local else None
        self.is_local = local or settings.issuer is None
        if not self.is_local:
            _check_filled(settings)
        reach_loopback_directly()
        # Both sockets first: the issuer and the API's origin are addresses, and each app must know its own.
        self._sockets = server_socket, api_socket = (
            listen_near(AUTHORIZATION_SERVER_PORT),
            listen_near(API_PORT),
        )
        self.api = origin(api_socket)
        self.authorization_server = AuthorizationServer(
            f"{origin(server_socket)}/", keys=keys, clock=self.clock, allowed_origins=(self.api,)
        )
        self._serve("The authorization server", self.authorization_server.app, server_socket)
        self.settings = self._register_application() if self.is_local else settings

        metadata = discover(self.issuer)
        if not self.is_local:
            foreign_issuer.check(settings, metadata, self.clock)
        self.token_endpoint, self._jwks_uri = metadata.token_endpoint, metadata.jwks_uri
        session = requests.Session()
        session.headers["User-Agent"] = API_USER_AGENT
        self.verifier = AccessTokenVerifier(
            issuer=self.issuer,
            audience=self.audience,
            clock=self.clock,
            # On the lab's clock too, so that a lesson can let keys grow old.
            key_set=RemoteKeySet.of_issuer(self.issuer, session=session, clock=self.clock),
        )
        self.todo_api = todo_api.create_app(
            self.verifier.verify_async, audience=self.audience, token_endpoint=self.token_endpoint
        )
        self._serve("The Todo API", self.todo_api, api_socket)
        for url in (
            self.authorization_server.issuer,
            self.issuer,
            metadata.token_endpoint,
            metadata.jwks_uri,
        ):
            self.wire.name("/".join(url.split("/")[:3]), "Authorization server")
        self.wire.hides_signatures = not self.is_local
        self.wire.name(self.api, "Todo API")
        self.wire.name(self.api.replace(LOOPBACK, "localhost"), "Todo API")
        install(self.wire)

    def _serve(self, name: str, app: ASGIApp, sock: socket.socket) -> None:
        self._services.append(Service(name, app, sock).start())

    def _register_application(self) -> Settings:
        """What lesson 02 does by hand: the API, an application, and a grant that joins them."""
        registry = self.authorization_server.registry
        registry.create_api("Todo API", AUDIENCE, todo_api.SCOPES)
        application = registry.create_application(APPLICATION)
        registry.create_grant(application.client_id, AUDIENCE, todo_api.SCOPES)
        return Settings(
            issuer=self.authorization_server.issuer,
            audience=AUDIENCE,
            client_id=application.client_id,
            client_secret=application.client_secret,
        )

    @property
    def issuer(self) -> str:
        """The issuer identifier of the authorization server in use."""
        return self.settings.issuer or ""

    @property
    def audience(self) -> str:
        """The API's identifier: a name, whatever address the API has."""
        return self.settings.audience or ""

    @property
    def client_id(self) -> str:
        """The client id of the application that the learner plays."""
        return self.settings.client_id or ""

    @property
    def client_secret(self) -> SecretStr:
        """Its secret; ``get_secret_value()`` is the one way to it."""
        return self.settings.client_secret or SecretStr("")

    def client(self, scope: str | None = None, *, new: bool = False) -> ClientCredentials:
        """The finished client for the application, which keeps its token.

        :param scope: scopes apart by spaces; all that were granted when left out.
        :param new: make one that has no token yet, and keep it from now on.
        """
        if new or scope not in self._clients:
            self._clients[scope] = ClientCredentials(
                token_endpoint=self.token_endpoint,
                client_id=self.client_id,
                client_secret=self.client_secret,
                audience=self.audience,
                scope=scope,
                clock=self.clock,
            )
        return self._clients[scope]

    def token(self, scope: str | None = None) -> str:
        """An access token for the application.

        A kept one whose key the local server has withdrawn is replaced.

        :param scope: scopes apart by spaces; all that were granted when left out.
        :raises LabError: the application's client grant was withdrawn.
        """
        token = self._ask(self.client(scope))
        if self.is_local and self._signed_with_withdrawn_key(token):
            token = self._ask(self.client(scope, new=True))
        return token

    def _ask(self, client: ClientCredentials) -> str:
        try:
            return client.token()
        except TokenRequestError as error:
            granted = (self.client_id, self.audience) in self.authorization_server.registry.grants
            if granted or not self.is_local:
                raise
            raise LabError(
                "The application has no client grant for the Todo API: run the cell that gives it back, with"
                " create_grant(...), and come back."
            ) from error

    def _signed_with_withdrawn_key(self, token: str) -> bool:
        kid = parse(token).header.members.get("kid")
        return all(entry.get("kid") != kid for entry in self.authorization_server.keys.jwks()["keys"])

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """Every exchange that was recorded since the lab started, the oldest first."""
        return self.wire.all()

    def wire_view(self, last: int | None = None) -> Picture:
        """See :func:`helpers.lab.wire`."""
        return wire_view(self._recorded(last))

    def raw_exchange(self, last: int) -> RawExchange:
        """See :func:`helpers.lab.raw`."""
        return RawExchange(self._recorded(last)[0])

    def _recorded(self, last: int | None) -> Sequence[Exchange]:
        exchanges = self.wire.fresh() if last is None else self.wire.last(last)
        if not exchanges:
            raise LabError(
                "Nothing has crossed the wire yet: run a cell that sends a request, and come back."
            )
        return exchanges

    def line_up(self, verify: Callable[[str], Any], forgeries: Sequence[Attack] | None = None) -> LineUp:
        """Let a good token and bad ones, those of lesson 04, try a verifier, a plain function of the token.

        A function that returns lets the token in; one that raises what the door takes for a refusal refuses it; any
        other error, None, False or no answer within two seconds means that it broke. Forgeries that take the issuer's
        private key are left out when the issuer is not the local one, and the outcome says how many.

        :raises LabError: it is no function of one argument, or it asks the address of a lab that is gone.
        """
        return self._attacks.line_up(verify, forgeries)

    def attack(self, verify: Callable[[str], Any] | None = None, family: str | None = None) -> Scoreboard:
        """Run the battery of attacks against the live Todo API, with whatever stands in its door.

        :param verify: tries this function directly instead; attacks on the door are left aside then.
        :param family: the attacks of one family alone: "signature", "keys", "claims", "form" or "door".
        :raises LabError: there is no such family, or the API does not answer.
        """
        finder = self.todo_api.state.door.find_token
        in_the_door = [finder if isinstance(finder, LearnersTokenFinder) else None, self._learner]
        own = [function.name for function in in_the_door if function is not None]
        return self._attacks.attack(verify, family, self._learner, own)

    def forge(self, name: str) -> str:
        """One forged token of the battery, by the name that it has on the scoreboard.

        :raises LabError: there is none of that name, or it takes the private key of an issuer that is not ours.
        """
        return self._attacks.forge(name)

    def publish_bad_keys(self) -> Note:
        """Have the local issuer publish weak and misused keys beside its own, from now on.

        ``attack()`` does so too, for the attacks that take them. A verifier that keeps the keys it fetched before does
        not know the bad ones, and refuses them for that alone.
        """
        return self._attacks.publish_bad_keys()

    @property
    def _attacks(self) -> Attacker:
        if self._attacker is None:
            # Imported when it is first needed: a lesson without attacks starts without them.
            from helpers.attacking import Attacker

            keys = self.authorization_server.keys if self.is_local else None
            self._attacker = Attacker(keys, self._jwks_uri, self.token, self.clock, f"{self.api}/todos")
        return self._attacker

    def use_secret(self, secret: SecretStr) -> None:
        """Let this page's application use another client secret from now on, such as one of ``registry.add_secret``.

        Clients that ``lab.client()`` made before keep the old one.
        """
        self.settings = self.settings.model_copy(update={"client_secret": secret})
        self._clients.clear()

    def printable(self, token: str) -> str:
        """A token as a page may print it, since a page is saved with its outputs.

        The lab's own tokens are worth nothing once the lab has stopped. One of another issuer lives on: it is shown
        without its signature, and so opens nothing.
        """
        return token if self.is_local else f"{token.rpartition('.')[0]}.…"

    def traffic(self) -> Traffic:
        """A client that calls ``GET /todos`` without a break for as long as its ``with`` block lasts."""
        return Traffic(f"{self.api}/todos", self._new_token)

    def _new_token(self) -> str:
        with UnrecordedSession() as session:
            client = ClientCredentials(
                token_endpoint=self.token_endpoint,
                client_id=self.client_id,
                client_secret=self.client_secret,
                audience=self.audience,
                session=session,
            )
            return self._ask(client)

    def measure(self, seconds: float = 2.5) -> Measured:
        """What checking tokens locally costs, and asking the authorization server about each; see helpers.measure.

        :param seconds: of load in all.
        :raises LabError: the seconds are not more than 0.
        """
        return measure(seconds)

    def use_verifier(self, function: Callable[[str], Any] | None) -> Note:
        """Put a function of the learner's own in the Todo API's door, live, or bring back the finished verifier.

        :param function: takes a token and returns its claims, or raises; None for the finished verifier.
        :raises LabError: it is no function.
        """
        try:
            self._learner = None if function is None else LearnersVerifier(function, keep=500)
        except TypeError as error:
            raise LabError(f"The door takes a function of one token: {error}.") from None
        self.todo_api.state.door.verify = self._learner or self.verifier.verify_async
        return knock.standing(self._learner)

    def use_door(self, function: Callable[[list, list], Any] | None) -> Note:
        """Let a function of the learner's own find the token in each request, live, or bring back the API's own.

        :param function: takes headers and query, lists of names and values, and returns the token, None, or raises.
        :raises LabError: it is no function.
        """
        try:
            finder = None if function is None else LearnersTokenFinder(function)
        except TypeError as error:
            raise LabError(f"The door takes a function of headers and query: {error}.") from None
        self.todo_api.state.door.find_token = finder or bearer_token
        return knock.found_by(finder)

    def knock(self, token: str | None, method: str = "GET", path: str = "/todos", json: Any = None) -> Note:
        """Show a token to the Todo API, and say what it answered and what the learner's function did.

        :param token: None sends the request without one.
        :raises LabError: the API does not answer.
        """
        return knock.knock(self.api, token, method=method, path=path, json=json, learner=self._learner)

    def card(self, ask: bool = False) -> Card:
        """Who is who, and where.

        :param ask: ask both servers whether they answer.
        """
        server = "local, behaves as Auth0 does" if self.is_local else "from your ISSUER"
        notes = []
        if self._passed_over:
            notes.append(f"This page uses the local one; your ISSUER, {self._passed_over}, is left alone.")
        if self._begins_anew:
            notes.append(
                "The values that this page's cells had kept, such as a token, are gone: run those cells again."
            )
        rows: list[tuple[str, str | Link]] = [
            ("Authorization server", f"{self.issuer} ({server})"),
            ("Todo API", self.api),
            ("Its identifier (audience)", self.audience),
            ("Try the API by hand", Link("Swagger page", docs_link(self.api))),
            (
                "You play the application",
                f"{APPLICATION} ({self.client_id})" if self.is_local else self.client_id,
            ),
            ("Its secret", f"{self.client_secret}, kept in lab.client_secret"),
        ]
        if ask:
            rows += [
                ("Authorization server answers", self._answers(self._metadata_url)),
                ("Todo API answers", self._answers(f"{self.api}/health")),
                ("In its door", f"your {self._learner.name}" if self._learner else "the finished verifier"),
            ]
        if self.clock.offset:
            rows.append(("The lab's clock", f"{self.clock.offset:.0f} s ahead of yours"))
        return Card("The lab is running.", rows, notes)

    @property
    def _metadata_url(self) -> str:
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"

    @staticmethod
    def _answers(url: str) -> str:
        try:
            status = requests.get(url, timeout=3).status_code
        except requests.RequestException:
            return "no: run lab.reset() to start afresh"
        return "yes" if status == 200 else f"with {status}: run lab.reset() to start afresh"

    def stop(self) -> None:
        """Stop both servers, and forget what the cells of a page have kept of them."""
        uninstall()
        if self._services:
            RunningLab._forgot = forget_values()
        if self._attacker is not None:
            self._attacker.close()
        while self._services:
            self._services.pop().stop()
        for sock in self._sockets:
            sock.close()


def _settings() -> Settings:
    try:
        return Settings()
    except (ValidationError, OSError, UnicodeError) as error:
        raise LabError(
            f"The file .env cannot be read ({type(error).__name__}): save it as plain text in UTF-8, one variable on a"
            " line, or delete it to use the local authorization server; then run lab.start() again."
        ) from None


def _check_filled(settings: Settings) -> None:
    """That all four variables are set, and to values of one's own. Raises LabError."""
    if settings.missing:
        names = ", ".join(settings.missing)
        raise LabError(
            foreign_issuer.advice(
                f"ISSUER is set, and {names} is not: set all four variables, or none of them"
            )
        )
    if names := foreign_issuer.unfilled(settings):
        have = "has the value" if len(names) == 1 else "have the values"
        raise LabError(foreign_issuer.advice(f"{', '.join(names)} still {have} of .env.example"))


def docs_link(api: str) -> str:
    """Where a browser finds the API's OpenAPI page: beside JupyterLab when that serves this kernel, else directly.

    On Binder and JupyterHub only what Jupyter proxies can be reached from outside.
    """
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if prefix is None:
        runtime = Path(jupyter_runtime_dir()) / f"jpserver-{os.getppid()}.json"
        try:
            prefix = json.loads(runtime.read_text(encoding="utf-8"))["base_url"]
        except (OSError, ValueError, KeyError):
            return f"{api}/docs"
    port = re.sub(r".*:", "", api)
    return f"{prefix.rstrip('/')}/proxy/{port}/docs"
