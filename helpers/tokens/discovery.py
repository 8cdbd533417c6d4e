"""From an issuer to its endpoints: authorization server metadata (RFC 8414, OpenID Connect Discovery 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from .encoding import decode_json
from .errors import ConfigurationError, DiscoveryError
from .fetch import CarefulSession, FetchError, fetch_document, is_safe_address


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an authorization server says about itself; `raw` is all of it."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    raw: dict[str, Any]


def discover(
    issuer: str, *, timeout: float = 5.0, session: requests.Session | None = None, allow_http: bool = False
) -> Metadata:
    """The metadata of this issuer; timeout in seconds, for each of at most two requests.

    allow_http: plain http is safe, as `is_safe_address` says when.

    Raises ConfigurationError for an issuer that is no safe address, DiscoveryError for all that can happen then.
    """
    check_issuer(issuer, allow_http=allow_http)
    owned = None if session else CarefulSession()
    try:
        body, url = _first_document(issuer, timeout, session or owned, allow_http)
    except FetchError as error:
        raise DiscoveryError(_advice(error, issuer)) from None
    finally:
        if owned:
            owned.close()
    return _read_metadata(body, url, issuer, allow_http)


def check_issuer(issuer: str, *, allow_http: bool = False) -> None:
    """ "A URL that uses the 'https' scheme and has no query or fragment components" (RFC 8414 §2), or an http
    one on this machine. Raises ConfigurationError."""
    if not isinstance(issuer, str) or not is_safe_address(issuer, allow_http=allow_http):
        raise ConfigurationError("The issuer must be an https address, or an http one on this machine.")
    if "?" in issuer or "#" in issuer:
        raise ConfigurationError("The issuer must have no query and no fragment.")


def metadata_urls(issuer: str) -> tuple[str, str]:
    """Where it may lie: OpenID Connect appends to the issuer, RFC 8414 §3.1 inserts before its path."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    return (
        f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{path}",
    )


def _first_document(
    issuer: str, timeout: float, session: requests.Session, allow_http: bool
) -> tuple[bytes, str]:
    openid, oauth = metadata_urls(issuer)
    try:
        return fetch_document(openid, session=session, timeout=timeout, allow_http=allow_http), openid
    except FetchError as error:
        if error.status != 404:
            raise
    return fetch_document(oauth, session=session, timeout=timeout, allow_http=allow_http), oauth


def _read_metadata(body: bytes, url: str, issuer: str, allow_http: bool) -> Metadata:
    try:
        raw = decode_json(body)
    except ValueError as error:
        raise DiscoveryError(f"{url} is not a JSON document ({error}): is {issuer} an issuer?") from None
    if not isinstance(raw, dict):
        raise DiscoveryError(f"{url} is not a JSON object: is {issuer} an issuer?")
    # "The 'issuer' value returned MUST be identical to the authorization server's issuer identifier value [...].
    # If these values are not identical, the data contained in the response MUST NOT be used." (RFC 8414 §3.3)
    if raw.get("issuer") != issuer:
        said = str(raw.get("issuer"))[:200]
        hint = " They differ in the slash at the end." if said.rstrip("/") == issuer.rstrip("/") else ""
        raise DiscoveryError(
            f"The server calls itself {said!r}, and the configured issuer is {issuer!r}.{hint} "
            "Set the issuer to exactly what the server says, if you trust it."
        )
    endpoints = {}
    for name in ("token_endpoint", "jwks_uri"):
        if not isinstance(raw.get(name), str) or not is_safe_address(raw[name], allow_http=allow_http):
            raise DiscoveryError(f"{url} names no {name} that is an https address, or on this machine.")
        endpoints[name] = raw[name]
    return Metadata(issuer=issuer, raw=raw, **endpoints)


def _advice(error: FetchError, issuer: str) -> str:
    if error.timed_out:
        return f"{error}: the server is slow or unreachable; try again, or check the network."
    if error.status == 404:
        return f"{error}: no metadata there; check the issuer, {issuer!r}."
    if error.status is not None:
        return f"{error}: check that {issuer!r} is the issuer, and that it is well."
    return f"{error}: is the server running, and is {issuer!r} the right issuer?"
