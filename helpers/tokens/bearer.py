"""The access token in the Authorization header of a request (RFC 6750 §2.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .errors import InvalidRequest, MissingToken

# credentials = "Bearer" 1*SP b64token; the scheme's case does not matter (RFC 9110 §11.1).
_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9\-._~+/]+=*) *")
_SCHEME = re.compile(r"bearer(?![\w-])", re.IGNORECASE)

ONCE = "Send the access token once, in the Authorization header and nowhere else."


def read_bearer(authorization: Sequence[str]) -> str:
    """The token.

    authorization: the values of all Authorization headers that came. Two are refused, since two readers could choose
        different ones; so ask your framework for all of them.

    Raises MissingToken when there is none, or another scheme; InvalidRequest for a malformed header. Both
    carry the status and the WWW-Authenticate header of the answer.
    """
    if not authorization:
        raise MissingToken
    if len(authorization) > 1:
        raise InvalidRequest(ONCE, clause="RFC 9110 §5.3")
    if not _SCHEME.match(authorization[0]):
        raise MissingToken
    found = _BEARER.fullmatch(authorization[0])
    if found is None:
        raise InvalidRequest(
            "The Authorization header is not of the form: Bearer, a space, one token.", clause="RFC 6750 §2.1"
        )
    return found[1]
