"""The bad tokens: forged ones, and genuine ones in the wrong place. Adding one is one entry here."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from helpers.attacks.workshop import Workshop, decode, encode

HOUR, YEAR = 3_600, 31_536_000  # seconds


@dataclass(frozen=True)
class Forgery:
    """One forged token.

    :param name: short, for the score.
    :param story: what the attacker does, in one clause.
    :param clause: the rule that it breaks.
    :param code: of the refusal that it deserves, see helpers.tokens.errors.
    :param make: makes it; raises LookupError where it takes the issuer's own key and that is not ours.
    """

    name: str
    story: str
    clause: str
    code: str
    make: Callable[[Workshop], str]


def _joined(header: dict, claims: dict, signature: str) -> str:
    return f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}.{signature}"


def _alg_none(workshop: Workshop) -> str:
    return _joined({**workshop.header, "alg": "none"}, workshop.claims, "")


def _public_key_as_secret(workshop: Workshop) -> str:
    """RS256 becomes HS256, and the public key, which everybody has, becomes the shared secret."""
    n, e = (int.from_bytes(decode(workshop.key[name]), "big") for name in ("n", "e"))
    secret = RSAPublicNumbers(e, n).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    unsigned = _joined({**workshop.header, "alg": "HS256"}, workshop.claims, "").rstrip(".")
    return f"{unsigned}.{encode(hmac.digest(secret, unsigned.encode(), hashlib.sha256))}"


def _edited(workshop: Workshop) -> str:
    header, _, signature = workshop.good.split(".")
    claims = {**workshop.claims, "scope": "read:todos write:todos admin"}
    return f"{header}.{encode(json.dumps(claims).encode())}.{signature}"


def _foreign_key(workshop: Workshop) -> str:
    return workshop.forged(workshop.claims)


def _unknown_kid(workshop: Workshop) -> str:
    return workshop.forged(workshop.claims, kid="a-key-of-my-own")


def _expired(workshop: Workshop) -> str:
    claims = workshop.claims
    return workshop.issued({**claims, "iat": claims["iat"] - 25 * HOUR, "exp": claims["iat"] - HOUR})


def _no_expiry(workshop: Workshop) -> str:
    return workshop.issued({name: value for name, value in workshop.claims.items() if name != "exp"})


def _other_audience(workshop: Workshop) -> str:
    return workshop.issued({**workshop.claims, "aud": f"{workshop.claims['aud']}-backup"})


def _other_issuer(workshop: Workshop) -> str:
    return workshop.issued({**workshop.claims, "iss": f"{workshop.claims['iss']}staging/"})


def _other_kind(workshop: Workshop) -> str:
    return workshop.issued(workshop.claims, typ="logout+jwt")


def _for_a_century(workshop: Workshop) -> str:
    return workshop.issued({**workshop.claims, "exp": workshop.claims["iat"] + 100 * YEAR})


def _same_claim_twice(workshop: Workshop) -> str:
    payload = json.dumps(workshop.claims).replace("{", '{"aud": "somebody-else", ', 1)
    return workshop.issued(payload.encode())


FIRST = (
    Forgery(
        "alg none",
        "says that it needs no signature, and has none",
        "RFC 8725 §3.1",
        "algorithm_not_allowed",
        _alg_none,
    ),
    Forgery(
        "public key as secret",
        "switches to HS256 and takes the public key as the shared secret",
        "RFC 8725 §2.1",
        "algorithm_not_allowed",
        _public_key_as_secret,
    ),
    Forgery(
        "unknown key",
        "signs with a key of its own, under an id of its own",
        "RFC 7515 §4.1.4",
        "key_unknown",
        _unknown_kid,
    ),
    Forgery(
        "foreign key",
        "signs with a key of its own, under the issuer's key id",
        "RFC 7515 §5.2",
        "signature_invalid",
        _foreign_key,
    ),
    Forgery(
        "edited payload",
        "widens the scope and keeps the old signature",
        "RFC 7515 §5.2",
        "signature_invalid",
        _edited,
    ),
    Forgery("expired", "was good until an hour before", "RFC 7519 §4.1.4", "expired", _expired),
    Forgery("no expiry", "never says when it ends", "RFC 9068 §2.2", "exp_missing", _no_expiry),
    Forgery(
        "another API's",
        "is meant for an API whose name begins like ours",
        "RFC 7519 §4.1.3",
        "audience_mismatch",
        _other_audience,
    ),
    Forgery(
        "another issuer's",
        "comes from the staging tenant, which signs with the same key",
        "RFC 8725 §3.8",
        "issuer_mismatch",
        _other_issuer,
    ),
)
"""The forgeries of lesson 04, in the order in which its steps stop them."""

QUIET = (
    Forgery(
        "another kind",
        "says by its typ that it is a logout token",
        "RFC 8725 §3.11",
        "type_not_accepted",
        _other_kind,
    ),
    Forgery(
        "for a century", "ends a hundred years from now", "RFC 6750 §5.3", "lifetime_too_long", _for_a_century
    ),
    Forgery(
        "the same claim twice",
        "names one audience and then another",
        "RFC 7519 §4",
        "malformed",
        _same_claim_twice,
    ),
)
"""Forgeries that a good library lets in when nobody tells it more than issuer and audience."""
