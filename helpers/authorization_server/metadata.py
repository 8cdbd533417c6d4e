"""What discovery answers (RFC 8414): where the endpoints are, and what they take."""

import re
from urllib.parse import urlsplit

from .client_assertion import SIGNING_ALGORITHMS
from .client_authentication import METHODS
from .token_endpoint import GRANT_TYPE

_PATH = re.compile(r"[A-Za-z0-9._~/-]*")  # what means itself, in a URL and in a route
OPENID, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"


def is_issuer(issuer: str) -> bool:
    """Whether this can be an issuer's identifier (RFC 8414 §2, which wants https; http is for loopback).

    :raises ValueError: when it is no URL at all.
    """
    address = urlsplit(issuer)
    is_url = address.scheme in ("http", "https") and bool(address.hostname)
    return is_url and _PATH.fullmatch(address.path) is not None and not re.search("[?#]", issuer)


def metadata_of(issuer: str) -> dict[str, object]:
    """The metadata of an authorization server (RFC 8414 §2): those of Auth0's members that this flow has a use for.

    ``introspection_endpoint`` and ``grant_types_supported`` are ours: Auth0 has neither.

    :param issuer: with a slash at the end.
    """
    authentication = {
        f"{endpoint}_endpoint_auth_{members}_supported": list(values)
        for endpoint in ("token", "introspection", "revocation")
        for members, values in (("methods", METHODS), ("signing_alg_values", SIGNING_ALGORITHMS))
    }
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}oauth/token",
        "jwks_uri": f"{issuer}.well-known/jwks.json",
        "introspection_endpoint": f"{issuer}oauth/introspect",
        "revocation_endpoint": f"{issuer}oauth/revoke",
        # Left out, it would be authorization_code and implicit (§2).
        "grant_types_supported": [GRANT_TYPE],
        # RFC 8414 requires the member (§2) and wants it to have elements (§3.2), though there is no authorization
        # endpoint that it could be about: erratum 7793 reports that. "token", what a client is after, is what other
        # servers of this grant alone publish, such as the register of Australia's Consumer Data Right.
        "response_types_supported": ["token"],
        # OpenID Connect Discovery 1.0 §3 requires it, and Nimbus insists, Spring Security with it. It is true: each API
        # sees the same sub. Nothing is said about ID tokens, which §3 requires too: there are none.
        "subject_types_supported": ["public"],
        **authentication,
    }


def metadata_paths(issuer: str) -> tuple[str, str]:
    """Where clients look for the metadata: those of OpenID Connect, and those of OAuth.

    OpenID Connect Discovery 1.0 §4 appends its well-known path to the issuer. RFC 8414 §3.1 puts its own between host
    and path, after the slash at the end is removed.
    """
    path = path_of(issuer)
    return path + OPENID, OAUTH + path


def path_of(issuer: str) -> str:
    """The path of an issuer, which is that of all its endpoints, without a slash at the end."""
    return urlsplit(issuer).path.rstrip("/")
