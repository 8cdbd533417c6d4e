"""What the authorization server knows: APIs, applications, and who may have which scopes of what.

The words are those of Auth0's dashboard. An **API** is a resource server and an **application** is a client
(RFC 6749 §1.1); a **client grant** is the permission that ties the two together.
"""

import re
import secrets
import string
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, TypeVar, get_args

from pydantic import SecretStr

from helpers.tokens.keys import Key

from .client_secret import MAX_SECRETS, SecretHashes
from .public_key import PublicKeySource, read_public_keys

TokenProfile = Literal["auth0", "rfc9068"]
AUTH0: TokenProfile = "auth0"
RFC9068: TokenProfile = "rfc9068"
DEFAULT_TOKEN_LIFETIME = 86_400  # seconds, one day
MAX_TOKEN_LIFETIME = 2_592_000  # seconds, thirty days

_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 §3.3
_VISIBLE = re.compile(r"[\x21-\x7e]+")  # VSCHAR without the space, RFC 6749 §A.1 and §A.2
_K = TypeVar("_K")
_V = TypeVar("_V")


class RegistryError(ValueError):
    """The registry refuses a change; the message says what to do."""


@dataclass(frozen=True)
class Api:
    """A resource server (RFC 6749 §1.1) that takes tokens of this authorization server.

    ``identifier`` is its audience, the name that goes into ``aud``; ``scopes`` has a description for each.
    """

    name: str
    identifier: str
    scopes: Mapping[str, str]
    token_lifetime: int = DEFAULT_TOKEN_LIFETIME
    token_profile: TokenProfile = AUTH0

    def __repr__(self) -> str:
        return (
            f"Api(name={self.name!r}, identifier={self.identifier!r}, scopes={list(self.scopes)}, "
            f"token_lifetime={self.token_lifetime}, token_profile={self.token_profile!r})"
        )


@dataclass(frozen=True)
class Application:
    """A client (RFC 6749 §1.1). It carries its secret only when just made: the registry keeps a hash.

    ``public_keys`` are those that its assertions are verified with (private_key_jwt, RFC 7523). ``introspects`` has the
    identifiers of the APIs that it stands for.
    """

    name: str
    client_id: str
    grant_types: tuple[str, ...] = ("client_credentials",)
    client_secret: SecretStr | None = None
    public_keys: tuple[Key, ...] = field(default=(), repr=False, hash=False)
    introspects: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class ClientGrant:
    """The permission of one application to get tokens for one API, with at most these scopes."""

    client_id: str
    audience: str
    scopes: tuple[str, ...]


class Registry:
    """APIs, applications and client grants; driven from a cell the way Auth0's dashboard is driven by clicks.

    Made for cells that run twice. Creating what is there already, under the same name, brings it up to date;
    an application keeps its client id and its grants, and gets a new secret unless one is given, or public keys
    in its place. Deleting what is not there does nothing. What is refused is a clash: an identifier or a client
    id of another name.

    Safe to use from several threads: a change replaces a mapping, so that no view changes while it is read.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._apis: Mapping[str, Api] = MappingProxyType({})
        self._applications: Mapping[str, Application] = MappingProxyType({})
        self._grants: Mapping[tuple[str, str], ClientGrant] = MappingProxyType({})
        self._secrets: Mapping[str, SecretHashes] = MappingProxyType({})
        self._nobody = SecretHashes.of_nothing()

    @property
    def apis(self) -> Mapping[str, Api]:
        """The APIs, by identifier, as they are now."""
        return self._apis

    @property
    def applications(self) -> Mapping[str, Application]:
        """The applications, by client id, as they are now; without their secrets."""
        return self._applications

    @property
    def grants(self) -> Mapping[tuple[str, str], ClientGrant]:
        """The client grants, by client id and audience, as they are now."""
        return self._grants

    def create_api(
        self,
        name: str,
        identifier: str,
        scopes: Mapping[str, str],
        *,
        token_lifetime: int = DEFAULT_TOKEN_LIFETIME,
        token_profile: TokenProfile = AUTH0,
    ) -> Api:
        """Register an API (a resource server), or bring the one of this name and identifier up to date.

        :param identifier: its audience; a name that may look like an address. It cannot be changed later.
        :param scopes: each scope that it knows, and what the scope allows in words.
        :param token_lifetime: seconds that an access token for it lives, at most 2,592,000 (30 days).
        :param token_profile: ``auth0``, or ``rfc9068`` for the claims and the ``typ`` of RFC 9068.
        :raises RegistryError: when a value cannot be used, or another API has the identifier.
        """
        _check_name(name)
        _check_visible("an API's identifier", identifier)
        if not isinstance(scopes, Mapping):
            raise RegistryError('Give scopes with descriptions, such as {"read:todos": "Read the todos"}.')
        _words("scopes", scopes, example="read:todos")
        if isinstance(token_lifetime, bool) or not isinstance(token_lifetime, int):
            raise RegistryError("Give token_lifetime as a whole number of seconds.")
        if not 1 <= token_lifetime <= MAX_TOKEN_LIFETIME:
            raise RegistryError(f"Choose a token_lifetime from 1 to {MAX_TOKEN_LIFETIME} seconds (30 days).")
        if token_profile not in get_args(TokenProfile):
            raise RegistryError('Choose the token_profile "auth0" or "rfc9068".')

        api = Api(name, identifier, MappingProxyType(dict(scopes)), token_lifetime, token_profile)
        with self._lock:
            holder = self._apis.get(identifier)
            if holder and holder.name != name:
                raise RegistryError(
                    f'The identifier "{identifier}" belongs to the API "{holder.name}": '
                    f'choose another one, or delete that API with delete_api("{identifier}").'
                )
            self._apis = _with(self._apis, identifier, api)
            # A scope that the API no longer has cannot stay granted.
            self._grants = MappingProxyType(
                {
                    key: _narrowed(grant, api) if grant.audience == identifier else grant
                    for key, grant in self._grants.items()
                }
            )
        return api

    def create_application(
        self,
        name: str,
        *,
        client_id: str | None = None,
        client_secret: SecretStr | str | None = None,
        public_keys: Iterable[PublicKeySource] = (),
        grant_types: Iterable[str] = ("client_credentials",),
        introspects: Iterable[str] = (),
    ) -> Application:
        """Register an application (a client), or bring the one of this name up to date.

        :param client_id: its public name; 32 random characters when not given.
        :param client_secret: 64 random characters when not given, or none at all when there are public keys.
        :param public_keys: for private_key_jwt (RFC 7523), each a JWK in a dict or PEM, in place of those it had
            before: RSA of at least 2048 bits, P-256 or Ed25519, five at most. To change keys, register the new one
            beside the old one, switch over, register the new one alone. A key without a kid gets its thumbprint.
        :param grant_types: the grants that it may use (RFC 6749 §1.3).
        :param introspects: identifiers of the APIs that it stands for, in place of those it had before: it is told
            about tokens that are meant for them (RFC 7662), and about its own.
        :return: the application with its secret, for the only time: afterwards there is a hash of it.
        :raises RegistryError: when a value cannot be used, or belongs to another application.
        """
        _check_name(name)
        if client_id is not None:
            _check_visible("a client_id", client_id)
        grant_types = _words("grant_types", grant_types, example="client_credentials")
        introspects = _words("introspects", introspects, example="http://localhost:3001", word=_VISIBLE)
        try:
            keys = read_public_keys(public_keys)
        except ValueError as error:
            raise RegistryError(str(error)) from None
        secret, kept = None, None
        if client_secret is not None or not keys:
            given = (
                client_secret.get_secret_value() if isinstance(client_secret, SecretStr) else client_secret
            )
            plain = _random_secret() if given is None else given
            _check_visible("a client_secret", plain)
            secret, kept = SecretStr(plain), SecretHashes.of(plain)

        with self._lock:
            for audience in introspects:
                self._api(audience)
            same_name = next((known for known in self._applications.values() if known.name == name), None)
            if client_id is None:
                client_id = same_name.client_id if same_name else _random_client_id()
            holder = self._applications.get(client_id)
            if holder and holder.name != name:
                raise RegistryError(
                    f'The client_id "{client_id}" belongs to the application "{holder.name}": '
                    f'choose another one, or delete that application with delete_application("{client_id}").'
                )
            if same_name and same_name.client_id != client_id:
                raise RegistryError(
                    f'The application "{name}" has another client_id: choose another name, '
                    f'or delete that application with delete_application("{same_name.client_id}").'
                )
            application = Application(name, client_id, grant_types, public_keys=keys, introspects=introspects)
            others = _without(self._secrets, lambda known: known == client_id)
            self._secrets = _with(others, client_id, kept) if kept else others
            self._applications = _with(self._applications, client_id, application)
        return replace(application, client_secret=secret)

    def create_grant(self, client_id: str, audience: str, scopes: Iterable[str]) -> ClientGrant:
        """Let an application have tokens for an API, with these scopes in place of those it had before.

        :param scopes: at most what a token can carry; may be empty.
        :raises RegistryError: when the application, the API or a scope is not registered.
        """
        # An object in place of its id is not found, and the message shows it.
        client_id, audience = str(client_id), str(audience)
        wanted = _words("scopes", scopes, example="read:todos")
        with self._lock:
            if client_id not in self._applications:
                raise RegistryError(
                    f'No application has the client_id "{client_id}": '
                    "create one with create_application(...), and take its client_id."
                )
            api = self._api(audience)
            unknown = [scope for scope in wanted if scope not in api.scopes]
            if unknown:
                known = f", or grant some of {_listing(api.scopes)}" if api.scopes else ""
                raise RegistryError(
                    f'The API "{api.name}" has no scope {_listing(unknown)}: '
                    f"add it with create_api(...){known}."
                )
            grant = ClientGrant(client_id, audience, wanted)
            self._grants = _with(self._grants, (client_id, audience), grant)
        return grant

    def delete_api(self, identifier: str) -> None:
        """Remove an API and the client grants for it, and let no application stand for it any more.

        Its tokens verify until they expire; introspection ends them.
        """
        _check_visible("an API's identifier", identifier)
        with self._lock:
            self._applications = MappingProxyType(
                {known: _standing_down(app, identifier) for known, app in self._applications.items()}
            )
            self._apis = _without(self._apis, lambda known: known == identifier)
            self._grants = _without(self._grants, lambda grant: grant[1] == identifier)

    def delete_application(self, client_id: str) -> None:
        """Remove an application, its secret and keys, and its client grants.

        Its tokens verify until they expire; introspection calls them inactive at once.
        """
        _check_visible("a client_id", client_id)
        with self._lock:
            self._applications = _without(self._applications, lambda known: known == client_id)
            self._secrets = _without(self._secrets, lambda known: known == client_id)
            self._grants = _without(self._grants, lambda grant: grant[0] == client_id)

    def delete_grant(self, client_id: str, audience: str) -> None:
        """Remove a client grant: the application gets no more tokens for this API.

        Those that it has verify until they expire; introspection calls them inactive at once.
        """
        _check_visible("a client_id", client_id)
        _check_visible("an API's identifier", audience)
        with self._lock:
            self._grants = _without(self._grants, lambda grant: grant == (client_id, audience))

    def rotate_secret(self, client_id: str) -> SecretStr:
        """Give an application a new secret in place of all that it has; the tokens that it got live on.

        Copies of the program that still have an old secret are refused from now on. To change secrets without that,
        see :meth:`add_secret`.

        :raises RegistryError: when no application has this client id, or it has keys and no secret.
        """
        secret = _random_secret()
        kept = SecretHashes.of(secret)
        with self._lock:
            self._secrets_of(client_id)
            self._secrets = _with(self._secrets, client_id, kept)
        return SecretStr(secret)

    def add_secret(self, client_id: str) -> SecretStr:
        """Give an application a second secret, which works from now on; the first one works as before.

        The way to change secrets while the program runs: add the new one, give it to each copy of the program, and when
        none uses the old one any more, :meth:`retire_secret`.

        :return: the new secret, for the only time.
        :raises RegistryError: when the application has two secrets already, or as :meth:`rotate_secret` does.
        """
        secret = _random_secret()
        with self._lock:
            application, hashes = self._secrets_of(client_id)
            if len(hashes) >= MAX_SECRETS:
                raise RegistryError(
                    f'The application "{application.name}" has {MAX_SECRETS} secrets already: '
                    f'when nobody uses the older one any more, retire it with retire_secret("{client_id}").'
                )
            self._secrets = _with(self._secrets, client_id, hashes.with_another(secret))
        return SecretStr(secret)

    def retire_secret(self, client_id: str) -> None:
        """Let the older of an application's two secrets work no longer. A secret that is the only one stays.

        :raises RegistryError: as :meth:`rotate_secret` does.
        """
        with self._lock:
            self._secrets = _with(self._secrets, client_id, self._secrets_of(client_id)[1].newest())

    def authenticate(self, client_id: str, client_secret: str) -> Application | None:
        """The application whose secret this is, or None (RFC 6749 §2.3.1).

        An unknown client costs one scrypt, as a wrong secret does, so that the time does not tell them apart.
        Blocks for some 50 ms, unless the secret was right before: call it from a worker thread.
        """
        matches = self._secrets.get(client_id, self._nobody).match(client_secret)
        application = self._applications.get(client_id)
        return application if matches else None

    def recognize(self, client_id: str, client_secret: str) -> Application | None:
        """The application whose secret this is, when :meth:`authenticate` found so before, or None.

        Takes microseconds, since it hashes nothing.
        """
        recognized = self._secrets.get(client_id, self._nobody).recognize(client_secret)
        application = self._applications.get(client_id)
        return application if recognized else None

    def _secrets_of(self, client_id: str) -> tuple[Application, SecretHashes]:
        """An application that has secrets, and their hashes."""
        _check_visible("a client_id", client_id)
        application = self._applications.get(client_id)
        if application is None:
            raise RegistryError(f'No application has the client_id "{client_id}": take one of applications.')
        if client_id not in self._secrets:
            raise RegistryError(
                f'The application "{application.name}" has public keys and no secret: '
                "give it other ones with create_application(..., public_keys=[...])."
            )
        return application, self._secrets[client_id]

    def _api(self, identifier: str) -> Api:
        api = self._apis.get(identifier)
        if api is None:
            known = f", or give one of {_listing(self._apis)}" if self._apis else ""
            raise RegistryError(
                f'No API has the identifier "{identifier}": create one with create_api(...){known}.'
            )
        return api

    def __repr__(self) -> str:
        return (
            f"<Registry: {len(self._apis)} APIs, {len(self._applications)} applications, "
            f"{len(self._grants)} client grants>"
        )


def _with(mapping: Mapping[_K, _V], key: _K, value: _V) -> Mapping[_K, _V]:
    return MappingProxyType({**mapping, key: value})


def _without(mapping: Mapping[_K, _V], goes: Callable[[_K], bool]) -> Mapping[_K, _V]:
    return MappingProxyType({key: value for key, value in mapping.items() if not goes(key)})


def _narrowed(grant: ClientGrant, api: Api) -> ClientGrant:
    return replace(grant, scopes=tuple(scope for scope in grant.scopes if scope in api.scopes))


def _standing_down(application: Application, identifier: str) -> Application:
    return replace(
        application, introspects=tuple(known for known in application.introspects if known != identifier)
    )


def _random_client_id() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))


def _random_secret() -> str:
    return secrets.token_urlsafe(48)


def _check_name(value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise RegistryError('Give a name, such as "Todo API".')


def _check_visible(what: str, value: object) -> None:
    """Printable ASCII without spaces. The value stays out of the message: it may be a secret."""
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise RegistryError(f"Give {what} as a string of printable ASCII characters without spaces.")


def _words(
    what: str, values: object, *, example: str, word: re.Pattern[str] = _SCOPE_TOKEN
) -> tuple[str, ...]:
    """The values in their order, each once."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise RegistryError(f'Give {what} as a list, such as ["{example}"].')
    words = tuple(values)
    if not all(isinstance(value, str) and word.fullmatch(value) for value in words):
        raise RegistryError(f'Each of {what} is a word without spaces, such as "{example}".')
    return tuple(dict.fromkeys(words))


def _listing(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
