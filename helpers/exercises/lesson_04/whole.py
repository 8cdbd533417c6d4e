"""Lesson 04: the verifier, tried with every case of its parts and with what the battery forges against them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable
from typing import Any

from helpers.attacks import checks
from helpers.attacks.battery import ATTACKS
from helpers.attacks.checks import Check
from helpers.attacks.loopback import Trap
from helpers.attacks.workshop import attackers_key, public_jwk, signed
from helpers.exercises.engine import Exercise
from helpers.exercises.fuzz import agrees_with
from helpers.exercises.lesson_04 import claims as claim_cases
from helpers.exercises.lesson_04 import header as header_cases
from helpers.exercises.lesson_04 import tokens
from helpers.exercises.lesson_04.claims import AUDIENCE, ISSUER, NOW, changed
from helpers.exercises.lesson_04.tokens import (
    ALGORITHMS,
    CLAIMS,
    LESSON_05,
    Bad,
    arguments,
    forged,
    of_claim,
    payload_of,
    with_claims,
    with_header,
    workshop,
)
from helpers.exercises.predict import Prediction
from helpers.exercises.probe import Attempt, NotYet, Probe, case, probe, refused, shown

other_scope = Prediction(
    name="other_scope",
    lesson="04",
    options=(200, 401, 403),
    answer=403,
    because="Your verifier said yes: the token is genuine. The door then asked for `write:todos`, and this token does not grant it.",
    otherwise={
        200: "200 would mean that every token that verifies may do everything.",
        401: "401 would mean that your verifier refused the token. It is as genuine as the other one, only narrower.",
    },
)

OWN = "The checker has an issuer, keys and a clock of its own: everything must come from the five parameters."


@functools.cache
def _trap() -> Trap:
    """The attacker's server. It publishes their keys, and counts who asks for them."""
    return Trap()


def let_in(attempt: Attempt, what: str, token: str, now: float = NOW, rule: str = OWN) -> None:
    """That a good token gets in, and that its own claims come out.

    :param rule: why it is good, as a whole sentence.
    :raises NotYet: it does not.
    """
    result, raised, did = attempt.outcome(what, *arguments(token, now))
    if raised is not None:
        raise NotYet("For {what}, your function {did} {rule}", what=what, did=did, rule=rule)
    claims = json.loads(payload_of(token))
    if result != claims or not isinstance(result, dict):
        raise NotYet(
            "For {what}, your function returned {result}. Return the token's claims, all of them and nothing else, as a dict.",
            what=what,
            result=shown(result),
        )


@probe
def good_tokens(attempt: Attempt) -> None:
    shop = workshop()
    kid, key = shop.next_key or ("", shop.issuers_own())
    let_in(attempt, "a good token", shop.good)
    for what, token in (
        ("a good token with more claims", shop.issued_with(jti="k7", azp="job", permissions=["x"])),
        ("a good token with the type `at+jwt`", shop.issued(typ="at+jwt")),
        ("a good token with no `scope`", shop.issued_with(scope=...)),
        ("a good token with spaces in its JSON", shop.issued(json.dumps(CLAIMS, indent=1).encode())),
        ("a good token with letters outside ASCII in a claim", shop.issued_with(name="J\u00fcrgen")),
        ("a good token that another key of the set has signed", signed(shop.head(kid=kid), CLAIMS, key)),
    ):
        let_in(attempt, what, token, rule="Nothing that is unusual about it is this exercise's business.")
    for what, aud in claim_cases.GOOD_LISTS:
        token = shop.issued_with(aud=aud)
        let_in(attempt, f"a good token whose `aud` is {what}", token, rule="This API is among its audiences.")


@probe
def good_times(attempt: Attempt) -> None:
    for what, changes, now in (*claim_cases.GOOD_TIMES, *claim_cases.GOOD_STARTS):
        let_in(attempt, what, workshop().issued(changed(CLAIMS, changes)), now, "At this moment it is valid.")


@probe
def everything_from_the_parameters(attempt: Attempt) -> None:
    """Another issuer, audience, key set and time, after the first one was used."""
    shop = workshop()
    attempt.outcome("a good token", *arguments(shop.good))
    kid, key = shop.next_key or ("", shop.issuers_own())
    claims = {"iss": "https://sso.example", "sub": "x", "aud": "orders", "iat": 900, "exp": 2_000}
    token = signed(header_cases.HEADER, claims, key)
    jwks = {"keys": [{**shop.entry(kid), "kid": "the-key"}]}
    what = (
        "a good token of a second issuer, with that issuer's name, audience, keys and time as the parameters"
    )
    result, raised, did = attempt.outcome(what, token, jwks, "https://sso.example", "orders", 1_000)
    if raised is not None or result != claims:
        raise NotYet("For {what}, your function {did} {own}", what=what, did=did, own=OWN)
    for what, issuer, audience in (
        ("a good token, with another API as the parameter `audience`", ISSUER, "orders"),
        ("a good token, with another issuer as the parameter `issuer`", "https://sso.example", AUDIENCE),
    ):
        refused(attempt, case(what, shop.good, dict(shop.jwks), issuer, audience, NOW), OWN)


@probe
def nothing_remembered(attempt: Attempt) -> None:
    """What was right a moment ago may be wrong now: the keys, and the time."""
    shop = workshop()
    kid, _ = shop.next_key or ("", None)
    let_in(attempt, "a good token", shop.good)
    replaced = {"keys": [{**shop.entry(kid), "kid": "the-key"}]}
    soon = shop.issued_with(exp=NOW + 10)
    let_in(attempt, "a good token, 5 seconds before its end", soon, NOW + 5)
    for what, given in (
        (
            "the same token, with another key under its key id in `jwks`",
            (shop.good, replaced, ISSUER, AUDIENCE, NOW),
        ),
        ("the same token, with no key left in `jwks`", (shop.good, {"keys": []}, ISSUER, AUDIENCE, NOW)),
        ("a token a second after its end, 6 seconds after it was good", arguments(soon, NOW + 11)),
    ):
        refused(
            attempt, case(what, *given), "Judge each call by its five parameters alone, and remember nothing."
        )


@probe
def another_time(attempt: Attempt) -> None:
    """A `now` far from the clock of the machine, on either side of it."""
    for what, now in (("in the year 2001", 1_000_000_000), ("in the year 2100", 4_102_444_800)):
        token = workshop().issued_with(iat=now - 100, exp=now + 100)
        let_in(attempt, f"a good token {what}, with that time as `now`", token, now)
        refused(
            attempt,
            case(f"the same token {what}, 101 seconds later", *arguments(token, now + 101)),
            "It has expired.",
        )


@probe
def one_key_and_no_key_id(attempt: Attempt) -> None:
    shop = workshop()
    token = shop.issued(kid=...)
    what = "a token with no key id, and a set of one key"
    refused(
        attempt,
        case(what, token, {"keys": [dict(shop.key)]}, ISSUER, AUDIENCE, NOW),
        "A key id must be there.",
    )


# --- bad ones, rule by rule: the cases of the parts, and the battery's forged tokens


def _tokens(name: str, rule: str, made_up: Callable[[], Iterable[Bad]], *of: Check) -> Probe:
    """Every one of these tokens is refused, and every one that the battery forges against these checks."""

    @functools.cache
    def made() -> list[Bad]:
        return [*made_up(), *forged(of)]

    def ask(attempt: Attempt) -> None:
        for what, token, now in made():
            refused(attempt, case(what, *arguments(token, now)), rule)

    return Probe(name, ask)


@probe
def keys_of_the_token(attempt: Attempt) -> None:
    """A key that the header brings, or an address of one, under a known id, under an unknown one, and under none."""
    shop, trap = workshop(), _trap()
    own, mimic, bare = (
        public_jwk(attackers_key(), **{"use": "sig", **kid})
        for kid in ({"kid": "mine"}, {"kid": "the-key"}, {})
    )
    members: list[tuple[str, Any]] = [
        ("jwk", own),
        ("jwk", mimic),
        ("jwk", bare),
        ("jku", f"{trap.url}jwks.json"),
        ("jku", f"{trap.url}jwks.json".replace("http:", "https:")),
        ("x5u", f"{trap.url}certificate.pem"),
        ("keys", [own]),
        ("jwks", {"keys": [own]}),
        ("jwks", {"keys": [mimic]}),
    ]
    for member, value in members:
        for where, kid in (("a known", "the-key"), ("an unknown", "mine"), ("no", ...)):
            calls = trap.total
            what = f"a token that an attacker signed, with their own key in `{member}` and {where} key id in the header"
            token = shop.forged({**CLAIMS, "sub": "mallory"}, kid=kid, **{member: value})
            refused(attempt, case(what, *arguments(token)), "Only the keys in `jwks` are the issuer's.")
            if trap.total > calls:
                raise NotYet(
                    "For {what}, your function called the address that the header names. An attacker chooses that"
                    " address: never fetch it.",
                    what=what,
                )


@probe
def nothing_by_accident(attempt: Attempt) -> None:
    """Tokens over which a verifier may stumble, which is a bug, but must not let them in."""
    shop = workshop()
    deep = b'{"alg":"RS256","kid":"the-key","x":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    curve = {"kty": "EC", "crv": "P-256", "kid": "curve", "x": "AA", "y": "AA"}
    secret = {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}
    numbers = {name: number for name, number in shop.key.items() if name in ("n", "e")}
    broken = [
        {"kty": "RSA", "kid": "no-e", "n": numbers["n"]},
        {"kty": "RSA", "kid": "no-numbers"},
        {"kty": "RSA", "kid": "e-is-1", "n": numbers["n"], "e": "AQ"},
        {"kty": "RSA", "kid": "e-is-a-number", "n": numbers["n"], "e": 65_537},
    ]
    jwks = {"keys": [*shop.jwks["keys"], curve, secret, *broken]}
    for what, token in (
        (
            "a token that an attacker signed, with brackets 50,000 deep in its header",
            signed(deep, CLAIMS, attackers_key()),
        ),
        (
            "a token that an attacker signed under the id of an elliptic-curve key of the set",
            shop.forged(kid="curve"),
        ),
        (
            "a token that an attacker signed under the id of a shared secret in the set",
            shop.forged(kid="secret"),
        ),
        *(
            (
                f"a token that an attacker signed under the id `{key['kid']}`, of a broken key of the set",
                shop.forged(kid=key["kid"]),
            )
            for key in broken
        ),
        ("a token with letters outside ASCII in its signature", f"{shop.good[:-8]}\u00fc\u00fc\u00fc\u00fc"),
    ):
        result, raised, _ = attempt.outcome(what, token, jwks, ISSUER, AUDIENCE, NOW)
        if raised is None and result is not None and result is not False:
            raise NotYet(
                "For {what}, your function returned {result}. Whatever goes wrong inside, never answer with claims that were not verified.",
                what=what,
                result=shown(result),
            )


TIMES: list[tuple[str, claim_cases.Times, str]] = [
    *(entry for entry in claim_cases.BAD_TIMES if not entry[0].endswith("_not_finite")),
    (
        "not_finite",
        [*claim_cases.EXP_NOT_FINITE, *claim_cases.NBF_NOT_FINITE],
        "`exp` and `nbf` must be finite numbers.",
    ),
]

PROBES: tuple[Probe, ...] = (
    good_tokens,
    _tokens("three_parts", "A signed token has exactly three parts.", tokens.parts, checks.THREE_PARTS),
    _tokens("objects", "Header and payload are one JSON object each.", tokens.no_objects),
    _tokens(
        "algorithm",
        "This API takes RS256 and nothing else.",
        lambda: with_header(ALGORITHMS, "alg"),
        checks.ALGORITHM,
        checks.ALGORITHM_FORM,
    ),
    _tokens(
        "unknown_keys",
        "The issuer publishes no key with exactly this id.",
        tokens.unknown_keys,
        checks.KEY_KNOWN,
    ),
    keys_of_the_token,
    _tokens(
        "no_key_ids",
        "A key id is a string, and it must be there.",
        tokens.no_key_ids,
        checks.KEY_NAMED,
        checks.KEY_ID_FORM,
        checks.KEY_SOURCE,
    ),
    _tokens(
        "signatures",
        "Its signature is not the one that RS256 makes of these bytes with the issuer's key.",
        tokens.signatures,
        checks.SIGNATURE,
    ),
    *(
        _tokens(name, rule, functools.partial(with_claims, entries), *of)
        for (name, entries, rule), of in zip(
            TIMES,
            (
                (checks.EXPIRY,),
                (checks.THERE["exp"],),
                (checks.WELL_FORMED["exp"],),
                (checks.START,),
                (checks.WELL_FORMED["nbf"],),
                (checks.NUMBERS,),
            ),
            strict=True,
        )
    ),
    _tokens(
        "audience",
        "`aud` must be exactly this API, or a list of strings of which one is exactly this API.",
        lambda: with_claims(of_claim("aud", claim_cases.BAD_AUDIENCES)),
        checks.AUDIENCE,
        checks.WELL_FORMED["aud"],
    ),
    _tokens(
        "no_audience",
        "A missing `aud` must be refused.",
        lambda: with_claims((*entry, NOW) for entry in claim_cases.NO_AUDIENCE),
        checks.THERE["aud"],
    ),
    _tokens(
        "issuer",
        "`iss` must be exactly the issuer's name.",
        lambda: with_claims(of_claim("iss", claim_cases.BAD_ISSUERS)),
        checks.ISSUER,
        checks.WELL_FORMED["iss"],
    ),
    _tokens(
        "no_issuer",
        "A missing `iss` must be refused.",
        lambda: with_claims((*entry, NOW) for entry in claim_cases.NO_ISSUER),
        checks.THERE["iss"],
    ),
    _tokens("claims_in_the_header", "Claims count in the payload alone.", tokens.claims_in_the_header),
    nothing_by_accident,
    good_times,
    everything_from_the_parameters,
    nothing_remembered,
    another_time,
    one_key_and_no_key_id,
)
PROMISED = (
    checks.THREE_PARTS,
    checks.ALGORITHM,
    checks.ALGORITHM_FORM,
    checks.KEY_KNOWN,
    checks.KEY_NAMED,
    checks.KEY_ID_FORM,
    checks.KEY_SOURCE,
    checks.SIGNATURE,
    checks.EXPIRY,
    checks.NUMBERS,
    checks.START,
    checks.AUDIENCE,
    checks.ISSUER,
    *(checks.THERE[claim] for claim in ("iss", "aud", "exp")),
    *(checks.WELL_FORMED[claim] for claim in ("iss", "aud", "exp", "nbf")),
)
"""The battery's checks that this exercise's text asks for. What the others stop is lesson 05's subject."""


FORGED = sum(attack.check in PROMISED and attack.name not in LESSON_05 for attack in ATTACKS)

SOLUTION = """
import base64
import json
import math
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

def decode(segment):
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))

def verify(token, jwks, issuer, audience, now):
    header_part, payload_part, signature_part = token.split(".")
    header = json.loads(decode(header_part))
    if not isinstance(header, dict) or header.get("alg") != "RS256":
        raise ValueError("this API takes RS256 and nothing else")
    kid = header.get("kid")
    keys = [key for key in jwks["keys"] if key.get("kid") == kid]
    if not isinstance(kid, str) or len(keys) != 1:
        raise ValueError("the issuer has no single key with this id")
    n, e = (int.from_bytes(decode(keys[0][name]), "big") for name in ("n", "e"))
    signing_input = f"{header_part}.{payload_part}".encode("ascii")
    try:
        public_key = RSAPublicNumbers(e, n).public_key()
        public_key.verify(decode(signature_part), signing_input, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise ValueError("the signature does not match") from None
    claims = json.loads(decode(payload_part))
    if not isinstance(claims, dict):
        raise ValueError("the payload is not a set of claims")
    exp, nbf = claims.get("exp"), claims.get("nbf", now)
    if type(exp) not in (int, float) or type(nbf) not in (int, float):
        raise ValueError("the token does not say when it begins or ends")
    if not -math.inf < nbf <= now < exp < math.inf:
        raise ValueError("the token is not valid now")
    audiences = [claims.get("aud")] if isinstance(claims.get("aud"), str) else claims.get("aud")
    if not isinstance(audiences, list) or audience not in audiences:
        raise ValueError("the token is meant for another API")
    if claims.get("iss") != issuer:
        raise ValueError("another issuer made this token")
    return claims
"""

verify = Exercise(
    name="verify",
    lesson="04",
    probes=(
        *PROBES,
        Probe("generated_tokens", agrees_with(SOLUTION, "verify", workshop, ISSUER, AUDIENCE, NOW), net=True),
    ),
    notice=(
        f"It stopped the {FORGED} forged tokens of the battery that this page's checks are made for and every bad"
        " case of its parts, and the good tokens got in. What it does not ask yet is lesson 05's subject: the type, the lifetime, weak keys, two"
        " readings of one token. Whatever you add, keep the order: nothing counts before the signature."
    ),
    hints=(
        "The order: take the token apart, header, key, signature, and only then read the claims and check each of them.",
        "The pieces are on this page: `exercises.check_header.working` and its like, and `check_signature` of step 4. For the key:"
        " `exercises.key_for.working(kid, {}, lambda: jwks)`.",
        '`header, payload, signature = token.split(".")` refuses every other number of parts with a ValueError, which is right.'
        " A header or a payload that is no JSON object needs a line of its own: `isinstance(header, dict)`.",
    ),
    solution_code=SOLUTION,
    explanation=(
        "Here it is in one piece; with the pieces of the page it is a dozen lines. Nothing is believed before the signature:"
        " from the header only the algorithm is compared, and the key chosen among the issuer's own."
    ),
    equal={
        "audiences = [claims.get('aud')] if isinstance(claims.get('aud'), str) else claims.get('aud', next(iter(claims.values()), None))": "a first claim that is a list of audiences would have to come before a missing `aud`",
        "audiences = [claims.get('aud')] if isinstance(claims.get('aud'), str) else header.get('aud', claims.get('aud'))": "an `aud` that is no string is a list, and those of these headers are strings",
        "audiences = [claims.get('aud')] if isinstance(claims.get('aud', next(iter(claims.values()), None)), str) else claims.get('aud')": "a missing `aud` becomes a list of None, which has no audience in it",
        "audiences = [claims.get('aud')] if isinstance(header.get('aud', claims.get('aud')), str) else claims.get('aud')": "the audience itself still comes from the claims",
        "audiences = [claims.get('aud', next(iter(claims.values()), None))] if isinstance(claims.get('aud'), str) else claims.get('aud')": "where `aud` is a string it is not missing",
        "if len(keys) != 1:": "every key of the set has an id that is a string, so another type equals none",
        "if not True or len(keys) != 1:": "as above",
        "if not kid is not None or len(keys) != 1:": "as above",
        "if not isinstance(header, dict) or not str(header.get('alg')) == str('RS256'):": "no JSON value but the string itself prints as RS256",
        "if not str(claims.get('iss')) == str(issuer):": "no JSON value but the string itself prints as the issuer",
        "keys = [key for key in jwks.get('keys', next(iter(jwks.values()), None)) if key.get('kid') == kid]": "a JWK Set has `keys`",
        "keys = [key for key in jwks['keys'] if key.get('kid', next(iter(key.values()), None)) == kid]": "every key of the set has an id",
        "keys = [key for key in jwks['keys'] if str(key.get('kid')) == str(kid)]": "a key id that is no string is refused in the next line",
        "keys = [key for key in jwks['keys'] if str(key.get('kid')).split(' ')[0] == str(kid)]": "no key of the set has a space in its id",
        "n, e = (int.from_bytes(decode(keys[-1][name]), 'big') for name in ('n', 'e'))": "there is exactly one key by then",
        "n, e = (int.from_bytes(decode(keys[0].get(name, next(iter(keys[0].values()), None))), 'big') for name in ('n', 'e'))": "an RSA key has `n` and `e`",
        "n, e = (int.from_bytes(decode(keys[0][name])) for name in ('n', 'e'))": "big is the default since Python 3.11",
        "return base64.urlsafe_b64decode(segment + '=' * (len(segment) % 4))": "Python's decoder takes more padding than needed",
        "return base64.urlsafe_b64decode(segment + '=' * 4)": "Python's decoder takes more padding than needed",
        "signing_input = f'{header_part}.{payload_part}'.encode('ASCII')": "the name of an encoding may be in capitals",
        "signing_input = f'{header_part}.{payload_part}'.encode()": "base64url is ASCII, and the decoder refuses other characters",
    },
)
