"""What to do about each thing that is missing: in the standards' words, and for Auth0 with the clicks in its dashboard.

An API is a resource server there, an application a client, and a permission a scope (RFC 6749 §1.1, §3.3).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, SSLError

from helpers.tokens.token_response import TokenRequestError


@dataclass(frozen=True)
class Advice:
    """What to do: in the standards' words, and where to click at Auth0."""

    standard: str
    auth0: str = ""

    def said(self, auth0: bool) -> str:
        """The sentence for this issuer."""
        return f"{self.standard} {self.auth0}" if auth0 and self.auth0 else self.standard


_API = "In Auth0's dashboard: Applications → APIs → your API"
_APPLICATION = "In Auth0's dashboard: Applications → Applications → your application"

COPY_DOMAIN = Advice(
    "Copy ISSUER from the member issuer of the issuer's metadata, character by character.",
    f"{_APPLICATION} → Settings → Domain. Write https:// before it and a slash after it.",
)
COPY_IDENTIFIER = Advice(
    "AUDIENCE is the resource server's identifier, character by character: a slash at the end counts.",
    f"{_API} → Settings → Identifier.",
)
CREATE_API = Advice(
    "Register the API as a resource server, if it is not there yet. Its identifier is a name that you choose, such as"
    " the one in .env.example; its tokens are signed with RS256.",
    "In Auth0's dashboard: Applications → APIs → Create API.",
)
GRANT_ACCESS = Advice(
    "Let the client use this resource server, with the scopes read:todos and write:todos.",
    f"{_API} → Application Access → Edit beside your application → Client Access → Grant Access. Tick both, and save.",
)
ADD_PERMISSIONS = Advice(
    "Give the resource server the scopes read:todos and write:todos.",
    f"{_API} → Permissions: add both. An API has none at first.",
)
COPY_CREDENTIALS = Advice(
    "Copy CLIENT_ID and CLIENT_SECRET again, both of the same client.", f"{_APPLICATION} → Settings."
)
SECRET_METHOD = Advice(
    "The client must authenticate with its secret in the form (client_secret_post) for this. With a private key there"
    " is no secret to send.",
    f"{_APPLICATION} → Credentials → Client Secret (Post).",
)
ALLOW_GRANT_TYPE = Advice(
    "Allow the client the grant type client_credentials.",
    f"{_APPLICATION} → Settings → Show Advanced Settings → Grant Types: tick Client Credentials, and save. If it cannot"
    " be ticked, the application is of another type: create one of the type Machine to Machine.",
)
WAIT = Advice(
    "Wait a minute, then run this again. The issuer counts token requests: reuse one token for as long as it lives."
)
WAIT_MORE = Advice("Then wait a minute: too many wrong secrets were sent for this client.")
USE_RS256 = Advice(
    "Let the issuer sign this API's tokens with RS256. With HS256 whoever can check a token can also make one.",
    f"{_API} → Settings → Token Settings → JSON Web Token (JWT) Signing Algorithm. If it cannot be changed any more,"
    " create another API with RS256.",
)
NO_ENCRYPTION = Advice(
    "Let the issuer sign this API's tokens and not encrypt them.",
    f"{_API} → Settings → Token Settings → JSON Web Encryption (JWE): switch it off, and save.",
)
SHORTER_LIFE = Advice(
    "Let its tokens live for 30 days (2592000 seconds) at most.",
    f"{_API} → Settings → Token Settings → Maximum Access Token Lifetime.",
)
OTHER_FORM = Advice(
    "The lessons and the Todo API take tokens with typ, sub, aud, iat and exp (RFC 9068 §2.1, §2.2), as Auth0 and"
    " others send them. If the issuer can send these, let it. In programs of your own, the verifier has settings for"
    " some."
)
SET_CLOCK = Advice(
    "Let this machine set its clock by itself. Windows: Settings → Time & language → Sync now. macOS: System Settings →"
    " General → Date & Time. Linux: timedatectl set-ntp true."
)
ASK_ISSUER = Advice("Ask whoever runs the issuer; what stands above says what it has to change.")
TRY_LATER = Advice("Try again in a while. If it stays so, open the address in a browser on this machine.")
NAME_SCOPES = Advice(
    "The lessons ask without a scope in places: give this client a default scope, if the issuer can. In programs of"
    " your own, name the scopes."
)
SEND_RESOURCE = Advice(
    "If the issuer can take audience too, let it. In programs of your own: ClientCredentials(resource=...)."
)

# The first row whose status, error and words in the description all match (None: any). The words are Auth0's, the
# errors those of RFC 6749 §5.2 and RFC 8707 §2. As in helpers/tokens/token_response.py, here with the clicks.
_REFUSALS: tuple[tuple[int | None, str | None, str, tuple[Advice, ...]], ...] = (
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
    (429, None, "wrong secrets", (COPY_CREDENTIALS, WAIT_MORE)),
    (429, None, "", (WAIT,)),
)

# By the code of the verifier's refusal (helpers/tokens/errors.py).
_VERDICTS: dict[str, tuple[Advice, ...]] = {
    "algorithm_not_allowed": (USE_RS256,),
    "audience_mismatch": (COPY_IDENTIFIER,),
    "issuer_mismatch": (COPY_DOMAIN,),
    "lifetime_too_long": (SHORTER_LIFE,),
    "issued_in_the_future": (SET_CLOCK,),
    "not_yet_valid": (SET_CLOCK,),
    "expired": (SET_CLOCK,),
    "type_not_accepted": (OTHER_FORM,),
    "sub_missing": (OTHER_FORM,),
    "aud_missing": (OTHER_FORM, COPY_IDENTIFIER),
    "iat_missing": (OTHER_FORM,),
    "exp_missing": (OTHER_FORM,),
}


def for_refusal(error: TokenRequestError) -> tuple[Advice, ...]:
    """What to do when the token endpoint gave no token."""
    for status, code, words, advice in _REFUSALS:
        known = words in (error.error_description or "")
        if status in (None, error.status) and code in (None, error.error) and known:
            return advice
    return (Advice(error.advice) if error.advice else TRY_LATER,)


def is_auth0s_wording(error: TokenRequestError) -> bool:
    """Whether a refusal is told as Auth0 tells it: RFC 6749 §5.2 has no access_denied."""
    return error.error == "access_denied" or "Grant type" in (error.error_description or "")


def for_verdict(code: str) -> tuple[Advice, ...]:
    """What to do when the verifier refused the token."""
    return _VERDICTS.get(code, (ASK_ISSUER,))


def unreachable(failure: BaseException, url: str) -> tuple[str, tuple[Advice | str, ...]]:
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
