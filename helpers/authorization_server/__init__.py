"""The local authorization server: Auth0's answers to the client credentials grant (RFC 6749 §4.4)."""

from .habits import Habits
from .keys import SigningKeys
from .registry import Api, Application, ClientGrant, Registry, RegistryError
from .server import AuthorizationServer

__all__ = [
    "Api",
    "Application",
    "AuthorizationServer",
    "ClientGrant",
    "Habits",
    "Registry",
    "RegistryError",
    "SigningKeys",
]
