"""What a verifier and its door must check: one entry for each check that attacks belong to.

An attack belongs to the one check that stops it. A verifier without that check lets it in, even if it makes all others.
RFC 8725, which many of them follow, is to be replaced by draft-ietf-oauth-rfc8725bis; the numbers are the RFC's.
"""

from dataclasses import dataclass
from enum import Enum


class Family(Enum):
    """Five kinds of checks, in the order in which a request meets them in lesson 05."""

    SIGNATURE = (
        "signature and algorithm",
        "Who decides how a token is checked, and whether the check is made at all.",
    )
    KEYS = ("keys", "Which key is taken, where it comes from, and what it is fit for.")
    CLAIMS = ("claims", "What the issuer really signed: for whom, until when, and as what.")
    FORM = ("form", "One token, one reading: base64url, JSON and size, read strictly.")
    DOOR = ("door", "The HTTP request around the token, and what its scopes allow.")

    def __init__(self, title: str, sentence: str) -> None:
        self.title = title
        self.sentence = sentence

    @classmethod
    def named(cls, title: str) -> "Family":
        """The family with this title, or with a title that begins so.

        :raises ValueError: there is none.
        """
        for family in cls:
            if title and family.title.startswith(title.lower()):
                return family
        raise ValueError(f"Choose a family out of {', '.join(repr(family.title) for family in cls)}.")


@dataclass(frozen=True)
class Check:
    """One check.

    :param name: what holds where it is made, as a clause.
    :param code: of the refusal, see helpers.tokens.errors.
    :param clause: the rule that is broken without it, such as "RFC 8725 §3.1". Where the standards permit what it
        stops, "policy", perhaps with the clause that does: "policy; RFC 7519 §4.1.6 has no such rule".
    """

    name: str
    family: Family
    code: str
    clause: str


_SIGNATURE, _KEYS, _CLAIMS, _FORM, _DOOR = Family

ALGORITHM = Check("the algorithm is the API's choice", _SIGNATURE, "algorithm_not_allowed", "RFC 8725 §3.1")
ALGORITHM_FORM = Check("alg is there, as a text", _SIGNATURE, "alg_invalid", "RFC 7515 §4.1.1")
SIGNATURE = Check("the signature fits", _SIGNATURE, "signature_invalid", "RFC 7515 §5.2")
CRITICAL = Check("no unknown extension is demanded", _SIGNATURE, "crit_invalid", "RFC 7515 §4.1.11")
ENCODED = Check("the payload is encoded", _SIGNATURE, "b64_invalid", "RFC 7797 §7")

KEY_SOURCE = Check("keys come from the issuer alone", _KEYS, "kid_missing", "RFC 8725 §3.8")
KEY_NAMED = Check(
    "the token names its key", _KEYS, "kid_missing", "policy; RFC 7515 §4.1.4 leaves kid to the issuer"
)
KEY_ID_FORM = Check("kid is a short text", _KEYS, "kid_invalid", "RFC 7515 §4.1.4")
KEY_KNOWN = Check("the key is in the set, under exactly this id", _KEYS, "key_unknown", "RFC 8725 §3.10")
KEY_ALGORITHM = Check("the key is for the token's algorithm", _KEYS, "algorithm_mismatch", "RFC 8725 §3.1")
KEY_STRONG = Check("the key is strong", _KEYS, "key_unknown", "RFC 7518 §3.3")
KEY_PURPOSE = Check("the key is for verifying", _KEYS, "key_unknown", "RFC 7517 §4.2")
KEY_OTHER_ALGORITHM = Check("the key is not for another algorithm", _KEYS, "key_unknown", "RFC 7517 §4.4")
KEY_SECRET = Check("the key's secret is not published", _KEYS, "key_unknown", "RFC 7517 §9.2")
KEY_TYPE = Check("the key is a public key", _KEYS, "key_unknown", "RFC 7517 §9.2")
KEY_UNIQUE = Check(
    "one id means one key", _KEYS, "key_unknown", "policy; RFC 7517 §4.5 says SHOULD, and says it to issuers"
)

ISSUER = Check("iss is this issuer", _CLAIMS, "issuer_mismatch", "RFC 8725 §3.8")
AUDIENCE = Check("aud is this API", _CLAIMS, "audience_mismatch", "RFC 7519 §4.1.3")
EXPIRY = Check("exp is still to come", _CLAIMS, "expired", "RFC 7519 §4.1.4")
START = Check("nbf is past", _CLAIMS, "not_yet_valid", "RFC 7519 §4.1.5")
ISSUED = Check("iat is past", _CLAIMS, "issued_in_the_future", "policy; RFC 7519 §4.1.6 has no such rule")
LIFETIME = Check(
    "the lifetime is bounded",
    _CLAIMS,
    "lifetime_too_long",
    "policy; RFC 6750 §5.3 recommends one hour or less",
)
SUBJECT = Check(
    "sub is somebody", _CLAIMS, "sub_empty", "policy; RFC 7519 §4.1.2 does not forbid an empty text"
)
TYPE = Check("typ is an access token's", _CLAIMS, "type_not_accepted", "RFC 8725 §3.12")
TYPE_FORM = Check("typ is a text", _CLAIMS, "typ_invalid", "RFC 7515 §4.1.9")
ID_TOKEN = Check("it is no ID token", _CLAIMS, "id_token", "RFC 8725 §3.12")
EVENT = Check("it reports no event", _CLAIMS, "security_event", "RFC 8725 §3.12")
BEARER = Check(
    "it is not bound to a key",
    _CLAIMS,
    "bound_to_a_key",
    "policy; RFC 9449 §7.2 asks it of an API that knows such tokens",
)
THERE = {
    claim: Check(
        f"{claim} is there",
        _CLAIMS,
        f"{claim}_missing",
        "RFC 8725 §3.9" if claim == "aud" else "policy; RFC 9068 §2.2 requires it, RFC 7519 does not",
    )
    for claim in ("iss", "aud", "exp", "iat", "sub")
}
"""Claims without which a token is not judged."""
WELL_FORMED = {
    claim: Check(f"{claim} is {form}", _CLAIMS, f"{claim}_invalid", clause)
    for claim, form, clause in (
        ("iss", "a text", "RFC 7519 §4.1.1"),
        ("aud", "a text or a list", "RFC 7519 §4.1.3"),
        ("exp", "a number", "RFC 7519 §4.1.4"),
        ("nbf", "a number", "RFC 7519 §4.1.5"),
        ("iat", "a number", "RFC 7519 §4.1.6"),
        ("sub", "a text", "RFC 7519 §4.1.2"),
        ("jti", "a text", "RFC 7519 §4.1.7"),
        ("scope", "a text", "RFC 8693 §4.2"),
        ("cnf", "an object", "RFC 7800 §3.1"),
    )
}
"""Claims of another JSON type than theirs."""

THREE_PARTS = Check("there are three parts", _FORM, "not_three_parts", "RFC 7515 §7.1")
SIZE = Check("the token is not too long", _FORM, "too_long", "policy")
ASCII = Check("every character is ASCII", _FORM, "malformed", "RFC 7515 §7.1")
CANONICAL = Check(
    "base64url has one spelling", _FORM, "malformed", "policy; RFC 4648 §3.5 lets a reader refuse others"
)
UNPADDED = Check("base64url has no padding", _FORM, "malformed", "RFC 7515 §2")
ALPHABET = Check("base64url has its own alphabet alone", _FORM, "malformed", "RFC 4648 §3.3")
UTF_8 = Check("the text is UTF-8", _FORM, "malformed", "RFC 8725 §3.7")
UNICODE = Check(
    "the text is Unicode",
    _FORM,
    "malformed",
    "policy; RFC 8259 §8.2 permits it, and calls what follows unpredictable",
)
ONCE = Check(
    "no name stands twice", _FORM, "malformed", "policy; RFC 7519 §4 also lets a reader take the last one"
)
NUMBERS = Check("numbers are numbers", _FORM, "malformed", "RFC 8259 §6")
NESTING = Check("the nesting is shallow", _FORM, "malformed", "policy; RFC 8259 §9 lets a reader set a limit")
OBJECT = Check("header and payload are one JSON object each", _FORM, "malformed", "RFC 7519 §7.2")

CREDENTIALS = Check("nobody comes without a token", _DOOR, "token_missing", "RFC 6750 §3.1")
SCHEME = Check("the scheme is Bearer", _DOOR, "token_missing", "RFC 6750 §2.1")
HEADER_ONLY = Check(
    "the token comes in the header alone",
    _DOOR,
    "token_missing",
    "policy; RFC 6750 §2.3 says MAY, RFC 9700 §4.3.2 forbids it to clients",
)
ONE_WAY = Check("the token comes once", _DOOR, "request_malformed", "RFC 6750 §2")
CREDENTIALS_FORM = Check("the header is Bearer, space, token", _DOOR, "request_malformed", "RFC 6750 §2.1")
SCOPES = Check("scopes are compared whole", _DOOR, "insufficient_scope", "RFC 6749 §3.3")
SILENCE = Check(
    "the answer repeats nothing of the token", _DOOR, "", "policy; RFC 6750 §3 limits the characters alone"
)

CHECKS: tuple[Check, ...] = tuple(
    check
    for entry in list(globals().values())
    for check in (entry.values() if isinstance(entry, dict) else (entry,))
    if isinstance(check, Check)
)
"""All of them, in order."""
