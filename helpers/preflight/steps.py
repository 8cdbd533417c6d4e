"""The steps that ask the issuer: its metadata, its keys, a token, and whether the API would let that in."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, Self

import requests

from helpers.display.timeline import duration
from helpers.preflight import advice
from helpers.preflight.variables import Missing
from helpers.settings import Settings
from helpers.tokens.client import ClientCredentials
from helpers.tokens.compact import decode_object, parse
from helpers.tokens.discovery import Metadata, discover
from helpers.tokens.encoding import decode_json
from helpers.tokens.errors import ConfigurationError, DiscoveryError, TokenError
from helpers.tokens.fetch import CarefulSession, FetchError, fetch_document
from helpers.tokens.keys import KeySet, read_key_set
from helpers.tokens.token_response import TokenRequestError, printable
from helpers.tokens.verifier import AccessTokenVerifier

ALGORITHM = "RS256"
SCOPES = ("read:todos", "write:todos")
SKEW_WORTH_SAYING = 5.0  # seconds; a server may write its Date header once a second


class _Session(CarefulSession):
    """Remembers why the last request got no answer, and what the issuer's clock showed."""

    def __init__(self) -> None:
        super().__init__()
        self.failure: BaseException | None = None
        self.ahead: float | None = None

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.failure, asked = None, time.time()
        try:
            response = super().send(request, **options)
        except Exception as failure:
            self.failure = failure
            raise
        self._compare_clocks(response, asked)
        return response

    def _compare_clocks(self, response: requests.Response, asked: float) -> None:
        """RFC 9110 §6.6.1, and RFC 9111 §5.1 for an answer that comes from a cache."""
        try:
            said = parsedate_to_datetime(response.headers["Date"]).timestamp()
            age = float(response.headers.get("Age", 0))
        except (KeyError, ValueError, TypeError, OverflowError):
            return
        # The header is cut to whole seconds, so half of one is added.
        issuers = said + age + 0.5
        # It was written at some time between the request and now: a slow answer says nothing about a clock.
        self.ahead = min(max(issuers, asked), time.time()) - issuers


class IssuerCheck:
    """What the steps find out, one after the other."""

    metadata: Metadata
    keys: KeySet
    token: str
    claims: dict[str, Any]

    def __init__(self, settings: Settings, clock: Callable[[], float], timeout: float) -> None:
        self.issuer, self.audience = settings.issuer or "", settings.audience or ""
        self.client_id, self.secret = settings.client_id or "", settings.client_secret
        self._clock, self._timeout = clock, timeout
        self._speaks_auth0 = False
        self.session = _Session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def discovery(self) -> str:
        try:
            self.metadata = discover(self.issuer, timeout=self._timeout, session=self.session)
        except ConfigurationError as error:
            raise Missing(str(error), advice.COPY_DOMAIN) from None
        except DiscoveryError as error:
            self._raise_unreachable(self.issuer)
            raise Missing(f"{str(error).rstrip('.')}.", *self._about_metadata(str(error))) from None
        return f"{self.issuer} answers, and calls itself exactly so."

    def _about_metadata(self, error: str) -> tuple[str, ...]:
        if "differ in the slash" in error:
            end = "without the slash at the end" if self.issuer.endswith("/") else "with the slash at the end"
            return (f"Write ISSUER {end}: an issuer is compared character by character (RFC 8414 §3.3).",)
        if "calls itself" in error:
            return ("Check the domain. Behind a custom domain, ISSUER is that one.", advice.COPY_DOMAIN)
        return (advice.COPY_DOMAIN,)

    def jwks(self) -> str:
        uri = self.metadata.jwks_uri
        try:
            self.keys = read_key_set(
                decode_json(fetch_document(uri, session=self.session, timeout=self._timeout))
            )
        except FetchError as error:
            self._raise_unreachable(uri)
            raise Missing(f"{error}.", advice.TRY_LATER) from None
        except ValueError as error:
            raise Missing(f"{uri} sent no JWK Set ({error}).", advice.ASK_ISSUER) from None
        usable = [key for key in self.keys.keys if ALGORITHM in key.algs and key.kid is not None]
        if not usable:
            refused = "; ".join(sorted({key.why for key in self.keys.refused})) or f"none is for {ALGORITHM}"
            raise Missing(f"It publishes no key that can be used: {refused}.", advice.ASK_ISSUER)
        return f"{len(usable)} for {ALGORITHM}, each with its key id."

    def token_request(self) -> str:
        try:
            self.token = self._ask()
        except Missing:
            # Correct settings may fail too, where the issuer wants to be asked in another way than the lessons ask.
            if self._gives(scope=" ".join(SCOPES)):
                found = "It gives a token, but only when the scopes are named (RFC 6749 §3.3)."
                raise Missing(found, advice.NAME_SCOPES) from None
            if self._gives(audience=None, resource=self.audience) or self._gives(
                audience=None, resource=self.audience, scope=" ".join(SCOPES)
            ):
                found = "It gives a token when the API is named as resource (RFC 8707). The lessons send audience."
                raise Missing(found, advice.SEND_RESOURCE) from None
            raise
        return "It gave one."

    def _gives(self, **parameters: Any) -> bool:
        try:
            self._ask(**parameters)
        except Missing:
            return False
        return True

    def _ask(self, **parameters: Any) -> str:
        asked = {"audience": self.audience} | parameters
        client = ClientCredentials(
            token_endpoint=self.metadata.token_endpoint,
            client_id=self.client_id,
            client_secret=self.secret,
            timeout=self._timeout,
            session=self.session,
            **asked,
        )
        try:
            return client.token()
        except TokenRequestError as error:
            if error.status is None:
                self._raise_unreachable(self.metadata.token_endpoint)
            self._speaks_auth0 |= advice.is_auth0s_wording(error)
            raise Missing(error.message, *advice.for_refusal(error), *self._about_method(error)) from None

    def _about_method(self, error: TokenRequestError) -> tuple[str, ...]:
        methods = self.metadata.raw.get("token_endpoint_auth_methods_supported")
        if error.status not in (400, 401) or not isinstance(methods, list) or "client_secret_post" in methods:
            return ()
        return (
            "This issuer does not take the secret in the form (client_secret_post), as the lessons send it.",
        )

    def form(self) -> str:
        parts = self.token.count(".") + 1
        if parts == 5:
            found = "It is encrypted (a JWE, five parts): only who has the private key can read it."
            raise Missing(found, advice.NO_ENCRYPTION)
        if parts != 3:
            found = (
                "It is opaque: a name that only the issuer understands. Auth0 gives such a token when no API is meant;"
                " others give no other kind."
            )
            raise Missing(found, advice.COPY_IDENTIFIER, advice.CREATE_API)
        try:
            token = parse(self.token, max_size=65_536)
            header, claims = token.header, decode_object(token.payload, "payload")
        except TokenError as error:
            raise Missing(f"It looks like one, and is none. {error}", advice.ASK_ISSUER) from None
        self._speaks_auth0 |= claims.get("gty") == "client-credentials"  # Auth0's own claim
        return f"Three parts, signed with {printable(header.alg, 20)}."

    def verification(self) -> str:
        verifier = AccessTokenVerifier(
            issuer=self.issuer, audience=self.audience, key_set=self.keys, clock=self._clock
        )
        try:
            self.claims = verifier.verify(self.token)
        except TokenError as error:
            found = f"{error.message}{self._instead(error.claim)} {self._clocks()}".strip()
            raise Missing(found, *advice.for_verdict(error.code)) from None
        life = self.claims["exp"] - self.claims["iat"]
        return f"Signature, typ, iss, aud and times are right; it lives for {duration(life)}. {self._clocks()}".strip()

    def _instead(self, claim: str | None) -> str:
        """What the token says, and what the API takes: that is where two spellings show their difference."""
        token = parse(self.token)
        wanted = {"alg": ALGORITHM, "iss": self.issuer, "aud": self.audience}
        if claim == "alg":
            says: object = token.header.alg
        elif claim in wanted:
            says = decode_object(token.payload, "payload").get(claim)
        else:
            return ""
        return f" Its {claim} is {printable(str(says), 100)}, and the API takes {wanted[claim]}."

    def _clocks(self) -> str:
        ahead = self.session.ahead
        if ahead is None or abs(ahead) < SKEW_WORTH_SAYING:
            return ""
        return f"This machine's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the issuer's."

    def scopes(self) -> str:
        lacking = [scope for scope in SCOPES if scope not in self.claims.get("scope", "").split()]
        if self.holds_all():
            return self.narrower()
        if not self._gives(scope=" ".join(SCOPES)):
            found = f"It does not hold {' and '.join(lacking)}."
            raise Missing(found, advice.ADD_PERMISSIONS, advice.GRANT_ACCESS)
        found = f"It holds {' and '.join(lacking)} only when that is asked for."
        raise Missing(found, f'Ask for it by name: lab.token("{" ".join(SCOPES)}").')

    def holds_all(self) -> bool:
        """Whether the token holds both scopes of the Todo API."""
        return set(SCOPES) <= set(self.claims.get("scope", "").split())

    def narrower(self) -> str:
        """Whether a token can be had with less: lessons 01 and 02 show what it is refused."""
        found = f"{' and '.join(SCOPES)}."
        try:
            token = self._ask(scope=SCOPES[0])
        except Missing:  # one token was to be had, so that is no matter of the setup
            return found
        held = decode_object(parse(token, max_size=65_536).payload, "payload").get("scope", "")
        if SCOPES[1] in str(held).split():
            raise Missing(
                f"Asked for {SCOPES[0]} alone, it grants {SCOPES[1]} too. RFC 6749 §3.3 permits that.",
                "The lessons narrow a token and are then refused with 403: with this issuer you will see 200 there.",
            )
        return found

    @property
    def is_auth0(self) -> bool:
        """Whether this is Auth0, whose dashboard the advice may name; behind a domain of one's own its words tell."""
        return ".auth0.com/" in f"{self.issuer}/" or self._speaks_auth0

    def _raise_unreachable(self, url: str) -> None:
        if self.session.failure is not None:
            found, todo = advice.unreachable(self.session.failure, url)
            raise Missing(found, *todo) from None
