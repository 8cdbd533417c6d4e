"""Gets a token and calls an address with it: ``python -m access_tokens.get --help``, or ``-m helpers.tokens.get`` here.

The client secret comes from the environment variable CLIENT_SECRET, and is never shown.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from .client import ClientCredentials
from .errors import ConfigurationError, DiscoveryError
from .fetch import CarefulSession, is_safe_address
from .token_response import TokenRequestError


def main(argv: Sequence[str] | None = None) -> int:
    """Get a token, and call an address with it. The exit code: 0 when that went well, 1 when not, 2 for bad usage."""
    parser = argparse.ArgumentParser(
        description="Get an access token with the client credentials grant, and call an API with it.",
        epilog="The client secret is read from the environment variable CLIENT_SECRET.",
    )
    parser.add_argument(
        "--issuer", required=True, help="the authorization server, exactly as it calls itself"
    )
    parser.add_argument("--client-id", required=True, help="the client id of the application")
    parser.add_argument("--audience", help="the API that the token is for, where the issuer asks for it so")
    parser.add_argument(
        "--resource", action="append", default=[], help="the same as RFC 8707 has it; repeatable"
    )
    parser.add_argument(
        "--private-key", metavar="FILE", help="a PEM file: sign with that key, in place of the secret"
    )
    parser.add_argument(
        "--key-id", help="the kid under which that key is registered (default: its thumbprint)"
    )
    parser.add_argument(
        "--scope", help="the scopes to ask for, words apart by spaces (default: what the issuer likes)"
    )
    parser.add_argument("--allow-http", action="store_true", help="plain http is safe, as in a service mesh")
    parser.add_argument("--url", help="an address to GET with the token; the body of the answer is printed")
    options = parser.parse_args(argv)
    if options.private_key:
        proof = _private_key(parser, options)
    else:
        proof = {"client_secret": os.environ.get("CLIENT_SECRET")}
        if not proof["client_secret"]:
            parser.error("set the environment variable CLIENT_SECRET to the client secret")
    if options.url and not is_safe_address(options.url, allow_http=options.allow_http):
        parser.error("--url takes an https address, or an http one on this machine")
    try:
        return _run(options, proof)
    except (ConfigurationError, DiscoveryError, TokenRequestError) as error:
        print(error, file=sys.stderr)
    except requests.RequestException as error:
        print(f"Cannot call {options.url} ({type(error).__name__}).", file=sys.stderr)
    return 1


def _private_key(parser: argparse.ArgumentParser, options: argparse.Namespace) -> dict[str, Any]:
    try:
        key = Path(options.private_key).read_bytes()
    except OSError as error:
        parser.error(f"--private-key cannot be read: {error.strerror}")
    return {"auth_method": "private_key_jwt", "private_key": key, "key_id": options.key_id}


def _run(options: argparse.Namespace, proof: dict[str, Any]) -> int:
    client = ClientCredentials.from_issuer(
        options.issuer,
        client_id=options.client_id,
        audience=options.audience,
        resource=options.resource,
        scope=options.scope,
        allow_http=options.allow_http,
        **proof,
    )
    client.token()
    scope = "" if client.granted_scope is None else f", with the scope {client.granted_scope or '(none)'}"
    print(f"The issuer gave an access token{scope}.", file=sys.stderr)
    if client.missing_scopes:
        print(f"It did not grant {' '.join(client.missing_scopes)}.", file=sys.stderr)
    if not options.url:
        print("To call an API with it, add --url.", file=sys.stderr)
        return 0
    with CarefulSession() as session:
        answer = session.get(options.url, auth=client, timeout=(3.05, 10), allow_redirects=False)
    print(f"{options.url} answered {answer.status_code} {answer.reason}.", file=sys.stderr)
    print(answer.text)
    return 0 if answer.ok else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # for an answer that the terminal cannot show
    sys.exit(main())
