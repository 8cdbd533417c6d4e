"""Where the standards leave a choice, issuers choose differently. Here one server can behave as many kinds of them."""

from dataclasses import dataclass
from typing import Literal

OPTIONAL_CLAIMS = ("sub", "aud", "iat", "scope", "gty", "azp", "client_id", "jti")


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How a server issues tokens. Each default is what Auth0 does. The algorithm is a matter of SigningKeys.

    :param scope_required: refuse a request that names no scope (RFC 6749 §3.3). Auth0 grants all scopes of the client
        grant.
    :param grants_all_scopes: grant all scopes of the client grant, even if the request names fewer (RFC 6749 §3.3).
    :param scope_in_answer: whether the answer says which scopes the token has (RFC 6749 §5.1).
    :param token_lifetime: seconds that each token lives; when None, each API has its own.
    :param target: the parameter that names the API: ``audience``, or ``resource`` (RFC 8707 §2).
    :param aud_as_list: ``aud`` is a list with one string (RFC 7519 §4.1.3). Auth0 sends the string.
    :param typ_in_header: whether the token's header has ``typ``.
    :param left_out: claims that the tokens do not have, such as ``("sub",)``.
    :raises ValueError: when ``left_out`` names something else than these claims, or one that a token needs.
    """

    scope_required: bool = False
    grants_all_scopes: bool = False
    scope_in_answer: bool = True
    token_lifetime: int | None = None
    target: Literal["audience", "resource"] = "audience"
    aud_as_list: bool = False
    typ_in_header: bool = True
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not set(self.left_out) <= set(OPTIONAL_CLAIMS):
            raise ValueError(f"Choose what is left_out from {', '.join(OPTIONAL_CLAIMS)}.")
