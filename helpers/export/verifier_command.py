"""A verifier of OAuth 2.0 access tokens that are JWTs (RFC 7519, RFC 8725, RFC 9068), in one file.

It is your copy of what you built in the course "OAuth 2.0 Client Credentials, hands on", and runs without it.
SPDX-License-Identifier: MIT. Copyright (c) 2026 The contributors of this course.
It takes Python 3.11 or later, and: pip install requests cryptography

    from verifier import AccessTokenVerifier, TokenError

    verifier = AccessTokenVerifier(issuer="https://your-tenant.us.auth0.com/", audience="http://localhost:3001")
    try:
        claims = verifier.verify(token, scopes=["read:todos"])
    except TokenError as refusal:  # refusal.status and refusal.www_authenticate() are what your API answers
        ...

On the command line it reads one token, and prints its claims as JSON or why it is refused:

    python verifier.py --issuer ISSUER --audience AUDIENCE < token
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from helpers.tokens.errors import ConfigurationError, TokenError
from helpers.tokens.verifier import AccessTokenVerifier


def main(argv: Sequence[str] | None = None) -> int:
    """Verify the token on the standard input. The exit code: 0 for a good one, 1 when refused, 2 for bad usage."""
    parser = argparse.ArgumentParser(
        description="Verify an access token: give it on the standard input, its claims are printed as JSON."
    )
    parser.add_argument("--issuer", required=True, help="the authorization server, exactly as in iss")
    parser.add_argument("--audience", required=True, help="the identifier of the API that tokens must be for")
    parser.add_argument("--scope", default="", help="scopes that it must hold, words apart by spaces")
    parser.add_argument(
        "--leeway", type=float, default=0.0, help="seconds by which clocks may differ (default: %(default)s)"
    )
    options = parser.parse_args(argv)
    try:
        verifier = AccessTokenVerifier(
            issuer=options.issuer, audience=options.audience, leeway=options.leeway
        )
    except ConfigurationError as error:
        parser.error(str(error))
    try:
        token = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
        claims = verifier.verify(token, scopes=options.scope.split())
    except TokenError as refusal:
        print(f"Refused ({refusal.code}, {refusal.clause}): {refusal.message}", file=sys.stderr)
        print(
            f"An API answers {refusal.status}, WWW-Authenticate: {refusal.www_authenticate()}",
            file=sys.stderr,
        )
        return 1
    print(json.dumps(claims, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
