"""A client of the OAuth 2.0 Client Credentials grant (RFC 6749 §4.4), in one file.

It is your copy of what you built in the course "OAuth 2.0 Client Credentials, hands on", and runs without it.
SPDX-License-Identifier: MIT. Copyright (c) 2026 The contributors of this course.
It takes Python 3.11 or later, and: pip install requests cryptography

    from client import ClientCredentials

    client = ClientCredentials.from_issuer(
        "https://your-tenant.us.auth0.com/", client_id="...", client_secret=..., audience="http://localhost:3001"
    )
    answer = requests.get("https://api.example/todos", auth=client)

On the command line the secret comes from the environment variable CLIENT_SECRET, and is never shown:

    python client.py --issuer ISSUER --audience AUDIENCE --client-id CLIENT_ID --url https://api.example/todos
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from helpers.tokens.client import ClientCredentials
from helpers.tokens.errors import ConfigurationError, DiscoveryError
from helpers.tokens.fetch import is_safe_address
from helpers.tokens.token_response import TokenRequestError


def main(argv: Sequence[str] | None = None) -> int:
    """Get a token, and call an address with it. The exit code: 0 when that went well, 1 when not, 2 for bad usage."""
    parser = argparse.ArgumentParser(
        description="Get an access token with the client credentials grant, and call an API with it.",
        epilog="The client secret is read from the environment variable CLIENT_SECRET.",
    )
    parser.add_argument(
        "--issuer", required=True, help="the authorization server, exactly as it calls itself"
    )
    parser.add_argument("--audience", required=True, help="the identifier of the API that the token is for")
    parser.add_argument("--client-id", required=True, help="the client id of the application")
    parser.add_argument(
        "--private-key",
        metavar="FILE",
        help="a PEM file: sign with that key, in place of the secret (RFC 7523)",
    )
    parser.add_argument(
        "--key-id", help="the kid under which that key is registered (default: its thumbprint)"
    )
    parser.add_argument("--scope", help="the scopes to ask for, words apart by spaces (default: all granted)")
    parser.add_argument("--url", help="an address to GET with the token; the body of the answer is printed")
    options = parser.parse_args(argv)
    if options.private_key:
        proof = _private_key(parser, options)
    else:
        proof = {"client_secret": os.environ.get("CLIENT_SECRET")}
        if not proof["client_secret"]:
            parser.error("set the environment variable CLIENT_SECRET to the client secret")
    if options.url and not is_safe_address(options.url):
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
        scope=options.scope,
        **proof,
    )
    client.token()
    print(f"The issuer gave an access token for {options.audience}.", file=sys.stderr)
    if not options.url:
        print("To call an API with it, add --url.", file=sys.stderr)
        return 0
    with requests.Session() as session:
        session.trust_env = options.url.startswith("https:")  # plain http stays on this machine: no proxy
        answer = session.get(options.url, auth=client, timeout=(3.05, 10), allow_redirects=False)
    print(f"{options.url} answered {answer.status_code} {answer.reason}.", file=sys.stderr)
    print(answer.text)
    return 0 if answer.ok else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # for an answer that the terminal cannot show
    sys.exit(main())
