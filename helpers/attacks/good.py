"""Good tokens of every shape that the standards allow: a verifier that turns one away is wrong too."""

import json
import uuid

from helpers.attacks.attack import Good, Request
from helpers.attacks.workshop import Workshop, signed

DAY = 86_400  # seconds


def _next_key(workshop: Workshop) -> str:
    if workshop.next_key is None:
        raise LookupError("it takes the issuer's private key")
    kid, key = workshop.next_key
    return signed(workshop.head(kid=kid), workshop.claims, key)


def _access_token(workshop: Workshop) -> str:
    """With all that RFC 9068 §2.2 asks for."""
    claims = workshop.body(jti=str(uuid.uuid4()), client_id=workshop.claims.get("azp", "nightly-batch"))
    return workshop.issued(claims, typ="at+jwt")


def _spaced(workshop: Workshop) -> str:
    """JSON with spaces and line breaks between its tokens (RFC 8259 §2)."""
    header = json.dumps(workshop.header, indent=2).encode()
    payload = b" \r\n" + json.dumps(workshop.claims, indent="\t").encode() + b"\n"
    return workshop.issued_under(header, payload)


def _escaped(workshop: Workshop) -> str:
    """Letters of a claim's name and of its value as escapes (RFC 8259 §7): other characters, the same text."""
    text = json.dumps(workshop.claims).replace('"aud"', '"\\u0061ud"').replace("http", "h\\u0074tp")
    return workshop.issued(text.encode())


def _lower_case(workshop: Workshop) -> Request:
    """RFC 9110 §11.1: the scheme's case does not matter; RFC 6750 §2.1: one space or more."""
    return Request(headers=[("authorization", f"bearer  {workshop.good}")])


GOODS = (
    Good("as issued", "is what the issuer made for this API", lambda workshop: workshop.good),
    Good("at+jwt", "has all that RFC 9068 asks for", _access_token),
    Good(
        "application/at+jwt",
        "spells that type out, in capitals",
        lambda workshop: workshop.issued(typ="application/AT+JWT"),
    ),
    Good("next key", "is signed with the other key of the set", _next_key),
    Good(
        "aud a list",
        "names this API in a list, alone",
        lambda workshop: workshop.issued_with(aud=[workshop.audience]),
    ),
    Good(
        "aud with another",
        "is meant for another API too, as Auth0's are for its userinfo",
        lambda workshop: workshop.issued_with(aud=[workshop.audience, f"{workshop.issuer}userinfo"]),
    ),
    Good(
        "exp with a fraction",
        "ends at half past a second",
        lambda workshop: workshop.issued_with(exp=workshop.claims["exp"] + 0.5),
    ),
    Good(
        "30 days",
        "lives exactly as long as its issuer allows",
        lambda workshop: workshop.issued_with(exp=workshop.claims["iat"] + 30 * DAY),
    ),
    Good(
        "already begun",
        "has an nbf that is past",
        lambda workshop: workshop.issued_with(nbf=workshop.seconds - 60),
    ),
    Good(
        "other alphabets",
        "is about a subject in Japanese, with an emoji",
        lambda workshop: workshop.issued(
            json.dumps(workshop.body(sub="夜間バッチ🌙"), ensure_ascii=False).encode()
        ),
    ),
    Good(
        "extra claims",
        "has claims of its own, lists and objects among them",
        lambda workshop: workshop.issued_with(
            permissions=["read:todos"], **{"https://example.com/tenant": {"id": 7, "regions": ["eu", "jp"]}}
        ),
    ),
    Good(
        "extra header members",
        "has a certificate's thumbprint and a content type in its header",
        lambda workshop: workshop.issued(x5t="AQIDBAUGBwgJCgsMDQ4PEBESExQ", cty="json"),
    ),
    Good("spaces", "has spaces and line breaks in its JSON", _spaced),
    Good("escapes", "writes some letters as escapes", _escaped),
    Good(
        "two scopes",
        "holds another scope beside the right one",
        lambda workshop: workshop.issued_with(scope=f"openid {workshop.needs}"),
    ),
    Good("bearer in small letters", "writes the scheme in small letters, with two spaces", _lower_case),
)
"""They get in at a verifier of this course: RS256, this issuer, this API, at most 30 days."""
