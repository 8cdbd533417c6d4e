"""What to do about each thing that is missing, in the words of Auth0's dashboard.

Another issuer has the same things under other names: an API is a resource server, an application is a client, and a
permission is a scope (RFC 6749 §1.1, §3.3).
"""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, SSLError

from helpers.tokens.token_response import TokenRequestError

_API = "In Auth0's dashboard: Applications → APIs → your API"
_APPLICATION = "In Auth0's dashboard: Applications → Applications → your application"

COPY_DOMAIN = f"{_APPLICATION} → Settings → Domain. Write https:// before it and a slash after it."
COPY_IDENTIFIER = (
    f"{_API} → Settings → Identifier. Copy it to AUDIENCE, character by character: a slash at the end counts."
)
CREATE_API = (
    "If your API is not there yet: Applications → APIs → Create API. Its Identifier is a name that you choose, such as"
    " the one in .env.example; leave the signing algorithm at RS256."
)
GRANT_ACCESS = (
    f"{_API} → Application Access → Edit beside your application → Client Access → Grant Access. Tick read:todos and"
    " write:todos, and save. (In an older dashboard: the API's tab Machine to Machine Applications.)"
)
ADD_PERMISSIONS = f"{_API} → Permissions: add read:todos and write:todos. An API has none at first."
COPY_CREDENTIALS = (
    f"{_APPLICATION} → Settings. Copy them again: Client ID to CLIENT_ID, Client Secret to CLIENT_SECRET, both of the"
    " same application."
)
SECRET_METHOD = (
    f"{_APPLICATION} → Credentials: the authentication method must be Client Secret (Post) for this. With a private key"
    " there is no secret to send."
)
ALLOW_GRANT_TYPE = (
    f"{_APPLICATION} → Settings → Show Advanced Settings → Grant Types: tick Client Credentials, and save. If it cannot"
    " be ticked, the application is of another type: create one of the type Machine to Machine."
)
WAIT = "Wait a minute, then run this again. The issuer counts token requests: reuse one token for as long as it lives."
USE_RS256 = (
    f"{_API} → Settings → Token Settings → JSON Web Token (JWT) Signing Algorithm: it has to be RS256. If it cannot be"
    " changed any more, create another API with RS256. With HS256 whoever can check a token can also make one."
)
NO_ENCRYPTION = f"{_API} → Settings → Token Settings → JSON Web Encryption (JWE): switch it off, and save."
SHORTER_LIFE = (
    f"{_API} → Settings → Token Settings → Maximum Access Token Lifetime: at most 2592000 seconds (30 days)."
)
SET_CLOCK = (
    "Let this machine set its clock by itself. Windows: Settings → Time & language → Sync now. macOS: System Settings →"
    " General → Date & Time. Linux: timedatectl set-ntp true."
)
ASK_ISSUER = "Ask whoever runs the issuer; what stands above says what it has to change."
TRY_LATER = "Try again in a while. If it stays so, open the address in a browser on this machine."

# The first row whose status, error and words in the description all match (None: any). The words are Auth0's, the
# errors those of RFC 6749 §5.2 and RFC 8707 §2. As in helpers/tokens/token_response.py, here with the clicks.
_REFUSALS: tuple[tuple[int | None, str | None, str, tuple[str, ...]], ...] = (
    (None, "access_denied", "No audience", (COPY_IDENTIFIER,)),
    (None, "access_denied", "Service not enabled", (COPY_IDENTIFIER, CREATE_API)),
    (None, "access_denied", "not authorized to access", (GRANT_ACCESS,)),
    (None, "access_denied", "not been granted scopes", (GRANT_ACCESS, ADD_PERMISSIONS)),
    (None, "unauthorized_client", "Grant type", (ALLOW_GRANT_TYPE,)),
    (None, "unauthorized_client", "", (ALLOW_GRANT_TYPE, GRANT_ACCESS)),
    (None, "invalid_target", "", (COPY_IDENTIFIER, CREATE_API)),
    (None, "invalid_scope", "", (GRANT_ACCESS, ADD_PERMISSIONS)),
    (None, "unsupported_grant_type", "", (ALLOW_GRANT_TYPE,)),
    (None, "invalid_client", "", (COPY_CREDENTIALS, SECRET_METHOD)),
    (401, None, "", (COPY_CREDENTIALS, SECRET_METHOD)),
    (403, None, "", (GRANT_ACCESS,)),
    (429, None, "", (WAIT,)),
)

# By the code of the verifier's refusal (helpers/tokens/errors.py).
_VERDICTS: dict[str, tuple[str, ...]] = {
    "algorithm_not_allowed": (USE_RS256,),
    "audience_mismatch": (COPY_IDENTIFIER,),
    "issuer_mismatch": (COPY_DOMAIN,),
    "lifetime_too_long": (SHORTER_LIFE,),
    "issued_in_the_future": (SET_CLOCK,),
    "not_yet_valid": (SET_CLOCK,),
    "expired": (SET_CLOCK,),
}


def for_refusal(error: TokenRequestError) -> tuple[str, ...]:
    """What to do when the token endpoint gave no token."""
    for status, code, words, advice in _REFUSALS:
        known = words in (error.error_description or "")
        if status in (None, error.status) and code in (None, error.error) and known:
            return advice
    return (error.advice or TRY_LATER,)


def for_verdict(code: str) -> tuple[str, ...]:
    """What to do when the verifier refused the token."""
    return _VERDICTS.get(code, (ASK_ISSUER,))


def unreachable(failure: BaseException, url: str) -> tuple[str, tuple[str, ...]]:
    """What happened when no answer came, and what to do."""
    address = urlsplit(url).netloc
    causes = _causes(failure)
    if any(isinstance(cause, requests.exceptions.ProxyError) for cause in causes):
        found = f"The proxy between you and {address} lets nothing through."
        return found, ("Check the variables HTTPS_PROXY and NO_PROXY of this machine.",)
    if any(isinstance(cause, requests.exceptions.SSLError | SSLError | ssl.SSLError) for cause in causes):
        return _not_proven(causes, address)
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        found = (
            f"There is no server of the name {urlsplit(url).hostname}, or this machine is not on the network."
        )
        return found, (COPY_DOMAIN,)
    if any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes):
        return f"{address} did not answer in time.", (TRY_LATER,)
    return f"Nothing answers at {address}.", (COPY_DOMAIN, TRY_LATER)


def _not_proven(causes: list[BaseException], address: str) -> tuple[str, tuple[str, ...]]:
    reasons = [cause.verify_message for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)]
    never = "Never switch the check off: without it you would tell your secret to whoever answers."
    if not reasons:
        found = f"{address} answers, and does not speak TLS as https needs it."
        return found, ("Check ISSUER: another port, or a server that speaks plain http?", never)
    advice = (
        "If your company's network looks into TLS, name its certificate to Python: set REQUESTS_CA_BUNDLE to the file."
        " If the certificate ran out or is not valid yet, check this machine's clock first."
    )
    return f"{address} does not prove who it is: {reasons[0].rstrip('.')}.", (advice, never)


def _causes(failure: BaseException) -> list[BaseException]:
    """The failure and everything that it was made from: requests and urllib3 wrap one into the other."""
    found, left = [], [failure]
    while left and len(found) < 50:
        cause = left.pop()
        if cause in found:
            continue
        found.append(cause)
        inner = [*cause.args, cause.__cause__, cause.__context__]
        inner.append(getattr(cause, "reason", None) if isinstance(cause, HTTPError) else None)
        left += [one for one in inner if isinstance(one, BaseException)]
    return found
