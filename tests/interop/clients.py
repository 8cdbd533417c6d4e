"""Clients of the client credentials grant (RFC 6749 §4.4), each as its own documentation has it used.

Each takes a running issuer, its token endpoint and how the secret is sent, and returns an access token.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal
from unittest import mock

from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from issuers import Issuer
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session as OAuthlibSession

from helpers.tokens.client import ClientCredentials

Method = Literal["form", "Basic"]
METHODS: dict[Method, Literal["client_secret_post", "client_secret_basic"]] = {
    "form": "client_secret_post",
    "Basic": "client_secret_basic",
}
"""Where the secret travels, and what the standards call that (RFC 6749 §2.3.1, OpenID Connect Core §9)."""

# oauthlib wants https even on this machine, unless told so.
ON_THIS_MACHINE = {"OAUTHLIB_INSECURE_TRANSPORT": "1"}


def course(issuer: Issuer, endpoint: str, method: Method) -> str:
    """The course's client: helpers/tokens/client.py."""
    return ClientCredentials(
        token_endpoint=endpoint,
        client_id=issuer.client_id,
        client_secret=issuer.client_secret,
        audience=issuer.audience,
        scope=issuer.scope,
        auth_method=METHODS[method],
    ).token()


def authlib(issuer: Issuer, endpoint: str, method: Method) -> str:
    """Authlib's session."""
    with AuthlibSession(
        issuer.client_id,
        issuer.client_secret,
        scope=issuer.scope,
        token_endpoint_auth_method=METHODS[method],
    ) as session:
        answer = session.fetch_token(endpoint, grant_type="client_credentials", audience=issuer.audience)
    return answer["access_token"]


def oauthlib(issuer: Issuer, endpoint: str, method: Method) -> str:
    """requests-oauthlib's session, with oauthlib's client for this grant."""
    if method == "Basic":
        sent = {"auth": HTTPBasicAuth(issuer.client_id, issuer.client_secret)}
    else:
        sent = {"client_secret": issuer.client_secret, "include_client_id": True}
    backend = BackendApplicationClient(client_id=issuer.client_id, scope=issuer.scope)
    with mock.patch.dict(os.environ, ON_THIS_MACHINE), OAuthlibSession(client=backend) as session:
        answer = session.fetch_token(endpoint, audience=issuer.audience, **sent)
    return answer["access_token"]


CLIENTS: dict[str, Callable[[Issuer, str, Method], str]] = {
    "the course's": course,
    "Authlib": authlib,
    "requests-oauthlib": oauthlib,
}
