"""Lesson 04: the pieces of a verifier, and the verifier."""

import functools
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from helpers.attacks.forgeries import FIRST
from helpers.attacks.workshop import Workshop, attackers_key, encode, signed
from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.predict import Prediction
from helpers.exercises.refusals import REFUSALS, accepts, refuses

other_scope = Prediction(
    name="other_scope",
    lesson="04",
    options=(200, 401, 403),
    answer=403,
    because="Your verifier said yes: the token is genuine. The door then asked for `write:todos`, and this token does not hold it.",
    otherwise={
        200: "200 would mean that whatever verifies may do everything.",
        401: "401 would mean that your verifier refused the token. It is as genuine as the other one, only narrower.",
    },
)


_HEADER = {"alg": "RS256", "typ": "JWT", "kid": "the-key"}


def _check_check_header(attempt: Attempt) -> str:
    accepts(attempt, (_HEADER,), "the header of a good token")
    accepts(attempt, ({**_HEADER, "kid": "another-key"},), "a good header with another key id")
    for alg in ("none", "None", "nOnE", "HS256", "RS512", "PS256", "RS256 ", "rs256"):
        refuses(attempt, ({**_HEADER, "alg": alg},), f"the algorithm {alg!r}")
    for alg in (None, 256, ["RS256"], {"RS256": 1}):
        refuses(attempt, ({**_HEADER, "alg": alg},), f"an algorithm that is no text, {alg!r},")
    refuses(attempt, ({"typ": "JWT", "kid": "the-key"},), "a header with no `alg` at all")
    return "One algorithm is allowed, and it is yours to choose. The header may agree with it or leave."


check_header = Exercise(
    name="check_header",
    lesson="04",
    check=_check_check_header,
    hints=(
        "A list of what is forbidden is never complete. What is the one value that is allowed?",
        'Compare `header.get("alg")` with `"RS256"`: exactly, and with nothing done to it first.',
        "If it differs, raise a ValueError with a sentence. There is nothing to return.",
    ),
    solution_code="""
def check_header(header):
    if header.get("alg") != "RS256":
        raise ValueError("this API takes RS256 and nothing else")
""",
    explanation=(
        "RFC 8725 section 3.1: the caller specifies the algorithms, and no other is used. A verifier that reads the algorithm from"
        " the token lets the attacker choose how to be checked; both famous attacks on JWT libraries begin there."
    ),
)

_KEYS = [
    {"kid": "first", "kty": "RSA", "n": "AQAB", "e": "AQAB"},
    {"kid": "second", "kty": "RSA", "n": "AQAC", "e": "AQAB"},
]


def _check_key_for(attempt: Attempt) -> str:
    fetches: list[int] = []

    def fetch() -> dict[str, Any]:
        fetches.append(1)
        return {"keys": [dict(key) for key in _KEYS]}

    cache: dict[str, Any] = {}
    key = attempt("first", cache, fetch)
    if isinstance(key, str):
        raise NotYet("It returned a string. The key is the dict with this `kid`.")
    if key != _KEYS[0]:
        raise NotYet("For the key id 'first' it did not return that key of the set.")
    if not fetches:
        raise NotYet("It never called `fetch()`. Where does the key come from?")
    if len(fetches) > 1:
        raise NotYet(f"The first token cost {len(fetches)} fetches. One has to do.")
    attempt("first", cache, fetch)
    if len(fetches) > 1:
        raise NotYet(
            "The second token with the same key fetched again. Keep the keys in `cache`; a local variable forgets them."
        )
    if attempt("second", cache, fetch) != _KEYS[1]:
        raise NotYet("For the key id 'second' it did not return that key.")
    if len(fetches) > 1:
        raise NotYet(
            "The other key of the same set cost another fetch. One fetch brings the whole set: keep all of it."
        )
    for kid, what in (
        ("unknown", "a key id that the issuer does not have"),
        ("fir", "a key id that is only the beginning of one"),
        (None, "a token with no key id"),
        (["first"], "a key id that is a list"),
    ):
        refuses(attempt, (kid, cache, fetch), what)
        if len(fetches) > 1:
            raise NotYet(
                "A made-up key id cost another fetch. So anyone could make your API send requests, as many as they like."
            )
    if attempt("first", cache, fetch) != _KEYS[0] or len(fetches) > 1:
        raise NotYet(
            "After a made-up key id the good keys were gone from the cache. Bad tokens must not throw out good keys."
        )
    if attempt("second", {}, fetch) != _KEYS[1]:
        raise NotYet(
            "With an empty cache of its own it found nothing. Keep everything in `cache`, nothing elsewhere."
        )
    return "One fetch, the first time only. What is still missing: new keys that appear, and old ones that are withdrawn."


key_for = Exercise(
    name="key_for",
    lesson="04",
    check=_check_key_for,
    hints=(
        "When `cache` is empty, fetch the set and put every key into it, under its `kid`.",
        "After that, the key is `cache.get(kid)`. What if there is none?",
        'A loop over `fetch()["keys"]` fills it. An id that is no text, or not in the cache, is a ValueError.',
    ),
    solution_code="""
def key_for(kid, cache, fetch):
    if not cache:
        for key in fetch()["keys"]:
            cache[key["kid"]] = key
    if not isinstance(kid, str) or kid not in cache:
        raise ValueError("the issuer has no key with this id")
    return cache[kid]
""",
    explanation=(
        "The set is fetched once and serves every token after it. The key id only chooses among the issuer's keys"
        " (RFC 7515 section 4.1.4); a key that comes along in the token's own header is never looked at (RFC 8725 section 3.10)."
    ),
)

_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def _block(signing_input: bytes, size: int) -> bytes:
    digest_info = _PREFIX + hashlib.sha256(signing_input).digest()
    return b"\x00\x01" + b"\xff" * (size - 3 - len(digest_info)) + b"\x00" + digest_info


def _check_expected_block(attempt: Attempt) -> str:
    for signing_input, size in ((b"eyJ.eyJ", 256), (b"another.one", 256), (b"eyJ.eyJ", 512)):
        block, right = attempt(signing_input, size), _block(signing_input, size)
        if not isinstance(block, bytes):
            raise NotYet(f"It returned a {type(block).__name__}. The block is bytes, as many as the key has.")
        if right[-32:] not in block:
            raise NotYet(
                "The SHA-256 digest of the signing input is not in it. `hashlib.sha256(...).digest()` gives its 32 bytes."
            )
        if not block.endswith(right[-32:]):
            raise NotYet("The digest has to stand at the very end.")
        if not block.endswith(right[-51:]):
            raise NotYet(
                "Before the digest stand the 19 bytes that say `SHA-256 follows`: the constant `SHA256_PREFIX`."
            )
        if not block.startswith(b"\x00\x01"):
            raise NotYet(f"It begins with {block[:2].hex(' ')}. The table above begins with two other bytes.")
        if len(block) != size:
            raise NotYet(
                f"It is {len(block)} bytes long, for a key of {size}. The `ff` in the middle fill it up: count them again."
            )
        if block != right:
            raise NotYet(
                "Both ends are right, and the middle is not: only `ff`, and one `00` where they end."
            )
    return "You have built what the private key signed, out of nothing but the token's first two parts."


expected_block = Exercise(
    name="expected_block",
    lesson="04",
    check=_check_expected_block,
    hints=(
        "From the right: the digest, before it the prefix, before that one byte `00`, then `ff` as often as needed, then `00 01`.",
        "Everything but the `ff` takes 2 + 1 + 19 + 32 = 54 bytes.",
        'So there are `size - 54` of them: `b"\\xff" * (size - 54)`.',
    ),
    solution_code="""
import hashlib

SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")

def expected_block(signing_input, size):
    digest = hashlib.sha256(signing_input).digest()
    padding = b"\\xff" * (size - 3 - len(SHA256_PREFIX) - len(digest))
    return b"\\x00\\x01" + padding + b"\\x00" + SHA256_PREFIX + digest
""",
    explanation=(
        "RFC 8017 section 9.2, EMSA-PKCS1-v1_5. Build the block and compare all of it; do not take the signature's block apart and"
        " look for the digest in it. Verifiers that did accepted forged signatures (CVE-2006-4339)."
    ),
)

_NOW = 1_700_000_000


def _check_check_times(attempt: Attempt) -> str:
    def claims(**changes: Any) -> dict[str, Any]:
        return {"iat": _NOW - 100, "exp": _NOW + 100, **changes}

    accepts(attempt, (claims(), _NOW), "a token with 100 seconds to live")
    refuses(attempt, (claims(exp=_NOW - 1), _NOW), "a token that ended a second ago")
    refuses(attempt, (claims(exp=_NOW), _NOW), "a token at the very second of its `exp`")
    accepts(attempt, (claims(exp=_NOW + 1), _NOW), "a token with one second to live")
    accepts(
        attempt, (claims(exp=_NOW + 10.5), _NOW), "an `exp` with a fraction, which RFC 7519 section 2 allows"
    )
    refuses(attempt, ({"iat": _NOW - 100}, _NOW), "a token with no `exp`, which would live for ever")
    refuses(attempt, (claims(exp=str(_NOW + 100)), _NOW), "an `exp` that is a text of digits")
    refuses(attempt, (claims(exp=True), 0), "an `exp` of true, which Python takes for the number 1")
    refuses(attempt, (claims(exp=None), _NOW), "an `exp` of null")
    refuses(attempt, (claims(exp=float("inf")), _NOW), "an `exp` of Infinity, which Python's json reads")
    refuses(
        attempt, (claims(exp=float("nan")), _NOW), "an `exp` of NaN, with which every comparison is false,"
    )
    refuses(attempt, (claims(nbf=_NOW + 50), _NOW), "a token whose `nbf`, not before, is still to come")
    accepts(attempt, (claims(nbf=_NOW), _NOW), "a token whose `nbf` is now")
    for nbf in (str(_NOW), None, True):
        refuses(attempt, (claims(nbf=nbf), _NOW), f"an `nbf` that is no number, {nbf!r},")
    return "A missing `exp` is the quiet one: RFC 7519 makes the claim optional, so a verifier has to ask for it."


check_times = Exercise(
    name="check_times",
    lesson="04",
    check=_check_check_times,
    hints=(
        "Three refusals: `exp` or `nbf` is no proper number, `exp` is reached, `nbf` is still to come.",
        '`type(claims.get("exp")) in (int, float)` is true for numbers only: missing, text, null and true all fail it.',
        'Ask for what must hold, and refuse otherwise: `if not now < exp < float("inf")`. `claims.get("nbf", now)` copes with a missing one.',
    ),
    solution_code="""
def check_times(claims, now):
    exp, nbf = claims.get("exp"), claims.get("nbf", now)
    if type(exp) not in (int, float) or type(nbf) not in (int, float):
        raise ValueError("the token does not say when it begins or ends")
    if not now < exp < float("inf"):
        raise ValueError("the token has expired")
    if not nbf <= now:
        raise ValueError("the token is not valid yet")
""",
    explanation=(
        "RFC 7519 section 4.1.4: not accepted on or after `exp`; section 4.1.5: not before `nbf`. RFC 9068 section 2.2 makes `exp`"
        " obligatory for access tokens. `isinstance(True, int)` is true in Python, `type(True) in (int, float)` is not; and asking for what must"
        " hold, in place of what must not, also refuses NaN."
    ),
)


def _check_check_audience(attempt: Attempt) -> str:
    me = "http://localhost:3001"
    accepts(attempt, ({"aud": me}, me), "a token for exactly this API")
    refuses(attempt, ({"aud": "https://reports.example"}, me), "a token for a wholly different API")
    refuses(
        attempt,
        ({"aud": f"{me}-backup"}, me),
        "the audience `http://localhost:3001-backup`, in which ours is a part,",
    )
    refuses(
        attempt,
        ({"aud": "http://localhost"}, me),
        "the audience `http://localhost`, which is a part of ours,",
    )
    refuses(attempt, ({"aud": f"{me}/"}, me), "our audience with a slash at the end")
    accepts(attempt, ({"aud": [me]}, me), "a list with this API alone, which RFC 7519 allows")
    accepts(attempt, ({"aud": ["https://reports.example", me]}, me), "a list in which this API stands second")
    refuses(attempt, ({"aud": ["https://reports.example"]}, me), "a list of other APIs")
    refuses(attempt, ({"aud": []}, me), "an empty list")
    refuses(attempt, ({}, me), "a token with no audience")
    for odd in (None, 3001, {me: 1}, [[me]]):
        refuses(attempt, ({"aud": odd}, me), f"an audience of another form, {odd!r},")
    return "A token for another API is a genuine token. Only this check keeps that API's owner out of yours."


check_audience = Exercise(
    name="check_audience",
    lesson="04",
    check=_check_check_audience,
    hints=(
        "`aud` is a text or a list of texts. Make a list of it in both cases, then look for yours in the list.",
        "`in` between two texts looks for a part of it; `in` on a list compares whole members. Only the second is right here.",
        "`[aud] if isinstance(aud, str) else aud` makes the list, once you have made sure it is one of the two.",
    ),
    solution_code="""
def check_audience(claims, audience):
    aud = claims.get("aud")
    audiences = [aud] if isinstance(aud, str) else aud
    if not isinstance(audiences, list) or audience not in audiences:
        raise ValueError("the token is meant for another API")
""",
    explanation=(
        "RFC 7519 section 4.1.3: a principal that does not find itself in `aud` must reject the token. Comparing is exact."
        " Whether a list that names others too is welcome is a policy; the finished verifier has a parameter for it."
    ),
)


def _check_check_issuer(attempt: Attempt) -> str:
    issuer = "https://tenant.example/"
    accepts(attempt, ({"iss": issuer}, issuer), "our issuer")
    refuses(attempt, ({"iss": "https://attacker.example/"}, issuer), "a wholly different issuer")
    refuses(attempt, ({"iss": "https://tenant.example"}, issuer), "our issuer without its slash")
    refuses(attempt, ({"iss": f"{issuer}staging/"}, issuer), "an issuer whose name begins like ours")
    refuses(attempt, ({"iss": issuer.upper()}, issuer), "our issuer in capitals")
    refuses(attempt, ({"iss": f"https://attacker.example/?{issuer}"}, issuer), "an issuer that contains ours")
    refuses(attempt, ({"iss": [issuer]}, issuer), "a list with our issuer in it")
    refuses(attempt, ({}, issuer), "a token with no issuer")
    return "Character by character, as RFC 8725 and RFC 9068 ask. Auth0's issuers end with a slash; most others' do not."


check_issuer = Exercise(
    name="check_issuer",
    lesson="04",
    check=_check_check_issuer,
    hints=(
        "There is one issuer, and one spelling of it.",
        "No `in`, no `startswith`, no `rstrip`: each of them lets a neighbour in.",
        'If `claims.get("iss") != issuer`, raise a ValueError.',
    ),
    solution_code="""
def check_issuer(claims, issuer):
    if claims.get("iss") != issuer:
        raise ValueError("another issuer made this token")
""",
    explanation="RFC 8725 section 3.8 and RFC 9068 section 4: the issuer must match exactly, and be the one whose keys were used.",
)


def _check_holds_scope(attempt: Attempt) -> str:
    cases = (
        ({"scope": "read:todos"}, "read:todos", True, "the scope alone"),
        ({"scope": "read:todos write:todos"}, "write:todos", True, "the second of two scopes"),
        ({"scope": "read:todos"}, "write:todos", False, "a scope that was not granted"),
        ({"scope": "read:todosX"}, "read:todos", False, "`read:todos` inside of `read:todosX`"),
        ({"scope": "unread:todos"}, "read:todos", False, "`read:todos` inside of `unread:todos`"),
        ({"scope": "read:todos"}, "read:todo", False, "`read:todo`, which is a part of `read:todos`"),
        ({"scope": "Read:Todos"}, "read:todos", False, "`Read:Todos`, since scopes know capitals"),
        ({}, "read:todos", False, "a token with no scope"),
        ({"scope": ""}, "read:todos", False, "an empty scope"),
        (
            {"scope": ["read:todos"]},
            "read:todos",
            False,
            "a list in place of a text, which RFC 8693 does not know",
        ),
        ({"scope": None}, "read:todos", False, "a scope of null"),
    )
    for claims, scope, right, what in cases:
        said = attempt.error(claims, scope)
        if said is not None:
            raise NotYet(f"For {what}: {said} Here the answer is yes or no, and nothing is raised.")
        result = attempt.or_none(claims, scope)
        if not isinstance(result, bool):
            raise NotYet(f"For {what} it returned {result!r}. Return True or False.")
        if result is not right:
            raise NotYet(f"For {what} it returned {result}.")
    return "It answers, and does not refuse: the token is genuine either way. What the API makes of a no is 403, not 401."


holds_scope = Exercise(
    name="holds_scope",
    lesson="04",
    check=_check_holds_scope,
    hints=(
        "The claim is one text of words with spaces between them. Compare whole words.",
        '`claims["scope"].split(" ")` gives the words; `scope in words` compares whole ones.',
        'A missing claim, or one that is no text, holds nothing: `isinstance(claims.get("scope"), str)` first.',
    ),
    solution_code="""
def holds_scope(claims, scope):
    granted = claims.get("scope")
    return isinstance(granted, str) and scope in granted.split(" ")
""",
    explanation="RFC 6749 section 3.3: scopes are words, separated by spaces and case-sensitive. A part of a word is another word.",
)


def _public_jwk(key: RSAPrivateKey, kid: str) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    n, e = (encode(number.to_bytes(size, "big")) for number, size in ((numbers.n, 256), (numbers.e, 3)))
    return {"kty": "RSA", "use": "sig", "kid": kid, "n": n, "e": e}


@functools.cache
def _workshop() -> Workshop:
    key, other = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    claims = {
        "iss": "https://tenant.example/",
        "sub": "job@clients",
        "aud": "https://api.example",
        "iat": _NOW - 100,
        "exp": _NOW + 100,
        "scope": "read:todos",
    }
    # The right key stands second, so that taking the first one shows.
    jwks = {"keys": [_public_jwk(other, "next-key"), _public_jwk(key, "the-key")]}
    return Workshop(signed(_HEADER, claims, key), jwks, key)


def _with_a_wrong_block(workshop: Workshop, key: RSAPrivateKey) -> str:
    """A signature over a block with the right digest at its end and other bytes before it."""
    signing_input = workshop.good.rpartition(".")[0]
    block = bytearray(_block(signing_input.encode(), 256))
    block[100] = 0
    private = key.private_numbers()
    signature = pow(int.from_bytes(block, "big"), private.d, private.public_numbers.n)
    return f"{signing_input}.{encode(signature.to_bytes(256, 'big'))}"


def _bad_tokens(workshop: Workshop, key: RSAPrivateKey) -> list[tuple[str, str]]:
    """What must not get in, each with what it is."""
    claims, header = workshop.claims, workshop.header

    def without(name: str) -> str:
        return workshop.issued({other: value for other, value in claims.items() if other != name})

    header_part, payload_part, signature_part = workshop.good.split(".")
    own_key = _public_jwk(attackers_key(), header["kid"])
    return [
        *((forgery.make(workshop), f"a token that {forgery.story} ({forgery.clause})") for forgery in FIRST),
        (
            workshop.issued(claims, alg="HS256"),
            "a header that names HS256, though the issuer's signature fits",
        ),
        (workshop.forged(claims, jwk=own_key), "a token that brings its own key along in the header"),
        (workshop.issued(claims, kid="withdrawn"), "a key id that the issuer does not publish"),
        (
            _with_a_wrong_block(workshop, key),
            "a signature whose block has the right digest, and other bytes before it",
        ),
        (without("aud"), "a token with no audience"),
        (without("iss"), "a token with no issuer"),
        (workshop.issued({**claims, "aud": "https://api"}), "an audience that is a part of ours"),
        (workshop.issued({**claims, "iss": "https://"}), "an issuer that is a part of ours"),
        (workshop.issued({**claims, "nbf": _NOW + 50}), "a token whose `nbf` is still to come"),
        (workshop.issued({**claims, "exp": float("inf")}), "an `exp` of Infinity, which Python's json reads"),
        ("", "an empty text"),
        (f"{header_part}.{payload_part}", "a token with its signature cut off, dot and all"),
        (f"{header_part}.{payload_part}.", "a token with an empty signature"),
        (f"{workshop.good}.x", "a token with a fourth part"),
        (f"{encode(b'[]')}.{payload_part}.{signature_part}", "a header that is a list"),
    ]


def _check_verify(attempt: Attempt) -> str:
    workshop = _workshop()
    key = workshop.issuer_key
    if key is None:
        raise LookupError("the workshop has lost its key")

    def arguments(token: str, now: float = _NOW) -> tuple[Any, ...]:
        return token, dict(workshop.jwks), "https://tenant.example/", "https://api.example", now

    if said := attempt.error(*arguments(workshop.good)):
        clue = " The checker brings its own issuer, keys and time: does everything come from the five parameters?"
        raise NotYet(f"It refused a good token. {said}{clue if 'It raised' in said else ''}")
    claims = attempt(*arguments(workshop.good))
    if not isinstance(claims, dict):
        raise NotYet(f"For a good token it returned a {type(claims).__name__}. Return the claims, a dict.")
    if claims != workshop.claims:
        raise NotYet("For a good token it returned something else than its claims.")
    listed = workshop.issued({**claims, "aud": ["https://other.example", "https://api.example"]})
    if said := attempt.error(*arguments(listed)):
        raise NotYet(f"It refused a good token whose `aud` is a list with this API in it. {said}")
    for token, what in _bad_tokens(workshop, key):
        raised = attempt.raised(*arguments(token))
        if raised is None:
            raise NotYet(f"This one gets in: {what}.")
        if not isinstance(raised, REFUSALS):
            raise NotYet(
                f"It refused {what}, and with {type(raised).__name__}: at the door that is a bug, and a 500. A refusal is a"
                " ValueError."
            )
    if attempt.raised(*arguments(workshop.good, _NOW + 1_000)) is None:
        raise NotYet("A good token gets in after its end. Is `now` passed on?")
    return "Two dozen bad tokens, and no way in. Whatever you add one day, keep the order: nothing counts before the signature."


verify = Exercise(
    name="verify",
    lesson="04",
    check=_check_verify,
    hints=(
        "The order: take the token apart, header, key, signature, and only then read the claims and check each of them.",
        "The pieces are on this page: `exercises.check_header.working` and its like, and `check_signature` of step 4. For the key:"
        " `exercises.key_for.working(kid, {}, lambda: jwks)`.",
        '`header, payload, signature = token.split(".")` refuses every other number of parts with a ValueError, which is right.',
    ),
    solution_code="""
import base64
import json
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

def decode(segment):
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))

def verify(token, jwks, issuer, audience, now):
    header_part, payload_part, signature_part = token.split(".")
    header = json.loads(decode(header_part))
    if not isinstance(header, dict) or header.get("alg") != "RS256" or "crit" in header:
        raise ValueError("this API takes RS256 without extensions, and nothing else")
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
        raise ValueError("the signature does not fit") from None
    claims = json.loads(decode(payload_part))
    exp, nbf = claims.get("exp"), claims.get("nbf", now)
    if type(exp) not in (int, float) or type(nbf) not in (int, float):
        raise ValueError("the token does not say when it begins or ends")
    if not nbf <= now < exp < float("inf"):
        raise ValueError("the token is not valid now")
    audiences = [claims.get("aud")] if isinstance(claims.get("aud"), str) else claims.get("aud")
    if not isinstance(audiences, list) or audience not in audiences:
        raise ValueError("the token is meant for another API")
    if claims.get("iss") != issuer:
        raise ValueError("another issuer made this token")
    return claims
""",
    explanation=(
        "Here it is in one piece; with the pieces of the page it is a dozen lines. Nothing is believed before the signature:"
        " from the header only the algorithm is compared, and the key chosen among the issuer's own."
    ),
)
