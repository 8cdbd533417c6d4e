"""Verifies a token: ``python -m access_tokens.check --help``, or ``-m helpers.tokens.check`` here."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from .errors import ConfigurationError, KeysUnavailable, TokenError
from .verifier import AccessTokenVerifier


def main(argv: Sequence[str] | None = None) -> int:
    """Print the claims of a good token as JSON, or why it is refused.

    The exit code: 0 for a good one, 1 for one that is refused, 2 for bad usage, 3 when nobody can say.
    """
    parser = argparse.ArgumentParser(
        description="Verify an access token: give it on the standard input, its claims are printed as JSON.",
        epilog="The exit code is 0 for a good token, 1 for a bad one, 3 when the issuer's keys cannot be had.",
    )
    parser.add_argument("--issuer", required=True, help="the authorization server, exactly as in iss")
    parser.add_argument("--audience", required=True, help="the identifier of the API that tokens must be for")
    parser.add_argument("--scope", default="", help="scopes that it must hold, words apart by spaces")
    parser.add_argument(
        "--leeway",
        type=float,
        default=5.0,
        help="seconds by which the issuer's clock may be ahead (default: %(default)g)",
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
        unknown = isinstance(refusal, KeysUnavailable)
        said = "Cannot be judged" if unknown else "Refused"
        print(f"{said} ({refusal.code}, {refusal.clause}): {refusal.message}", file=sys.stderr)
        challenge = "" if unknown else f", WWW-Authenticate: {refusal.www_authenticate()}"
        print(f"An API answers {refusal.status}{challenge}", file=sys.stderr)
        return 3 if unknown else 1
    print(json.dumps(claims, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
