"""Lesson 06: a DPoP proof, checked by hand (RFC 9449 §4.3)."""

import hashlib
from typing import Any

from helpers.attacks.workshop import encode
from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.refusals import refuses

_NOW = 1_700_000_000
_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2ln"  # noqa: S105 - nobody's
_URL = "https://api.example/todos"


def _check_check_proof(attempt: Attempt) -> str:
    def proof(**changes: Any) -> dict[str, Any]:
        claims = {
            "jti": "e1j3V",
            "htm": "GET",
            "htu": _URL,
            "iat": _NOW - 5,
            "ath": encode(hashlib.sha256(_TOKEN.encode()).digest()),
        }
        return {name: value for name, value in {**claims, **changes}.items() if value is not ...}

    def case(
        claims: dict[str, Any], seen: set[str] | None = None, method: str = "GET", url: str = _URL
    ) -> tuple[Any, ...]:
        return claims, method, url, _TOKEN, set() if seen is None else seen, _NOW

    seen: set[str] = set()
    if said := attempt.error(*case(proof(), seen)):
        raise NotYet(f"It refused a good proof. {said}")
    if attempt.raised(*case(proof(), seen)) is None:
        raise NotYet("It took the same proof a second time. Is its `jti` kept in `seen`?")
    if said := attempt.error(*case(proof(jti="another"), seen)):
        raise NotYet(f"It refused a second proof, with a `jti` of its own. {said}")
    for claims, url in ((proof(), f"{_URL}?page=2#top"), (proof(htu=f"{_URL}?page=2"), f"{_URL}?page=3")):
        if said := attempt.error(*case(claims, url=url)):
            raise NotYet(
                f"It refused a request with a query. Query and fragment do not count, neither in `htu` nor in the address. {said}"
            )
    refuses(attempt, case(proof(), method="DELETE"), "a proof for GET on a DELETE")
    refuses(attempt, case(proof(htm="get")), "a proof for `get`, since methods know capitals,")
    refuses(attempt, case(proof(), url="https://api.example/todos/1"), "a proof for another address")
    refuses(attempt, case(proof(htu="https://api.example")), "a proof whose address is a part of ours")
    refuses(attempt, case(proof(htu="https://bank.example/todos")), "a proof for another API")
    for seconds, when in ((-60, "made 60 seconds ago"), (60, "from a clock that is 60 seconds ahead")):
        if said := attempt.error(*case(proof(iat=_NOW + seconds))):
            raise NotYet(f"It refused a proof {when}. {said}")
    refuses(attempt, case(proof(iat=_NOW - 3_600)), "a proof from an hour ago")
    refuses(attempt, case(proof(iat=_NOW + 3_600)), "a proof from the future")
    refuses(attempt, case(proof(iat=_NOW - 61)), "a proof from 61 seconds ago")
    refuses(attempt, case(proof(iat=_NOW + 61)), "a proof from a clock that is 61 seconds ahead")
    refuses(
        attempt,
        case(proof(ath=encode(hashlib.sha256(b"another").digest()))),
        "a proof that was made for another token (`ath`)",
    )
    refuses(attempt, case(proof(ath=hashlib.sha256(_TOKEN.encode()).hexdigest())), "an `ath` in hexadecimal")
    for name in ("jti", "htm", "htu", "iat", "ath"):
        refuses(attempt, case(proof(**{name: ...})), f"a proof with no `{name}`")
    refuses(attempt, case(proof(iat=str(_NOW))), "an `iat` that is a text")
    refuses(attempt, case(proof(iat=float("nan"))), "an `iat` of NaN, with which every comparison is false,")
    refuses(attempt, case(proof(jti=["e1j3V"])), "a `jti` that is a list")
    used: set[str] = set()
    attempt.raised(*case(proof(jti="early", htm="PUT"), used))
    if said := attempt.error(*case(proof(jti="early"), used)):
        raise NotYet(
            "A proof that was refused used up its `jti`. Keep it when everything else holds, as the last step."
        )
    return "A copy of the token alone opens nothing now: each request takes a new proof, and the key for it never left the client."


check_proof = Exercise(
    name="check_proof",
    lesson="06",
    check=_check_check_proof,
    hints=(
        "Five claims, five questions: this method? this address, without `?` and `#`? made within the last minute? for this token? and seen before?",
        "`ath` is the SHA-256 digest of the token's characters, in base64url without padding. `url.split('?')[0].split('#')[0]` is the address alone; do the same with `htu`.",
        "`type(iat) in (int, float)` and `abs(now - iat) <= 60`; `isinstance(jti, str)` and `jti not in seen`. Last of all, `seen.add(jti)`.",
    ),
    solution_code="""
import base64
import hashlib

def address(url):
    return url.split("?")[0].split("#")[0]

def check_proof(claims, method, url, token, seen, now):
    digest = hashlib.sha256(token.encode("ascii")).digest()
    ath = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if claims.get("htm") != method or address(str(claims.get("htu"))) != address(url):
        raise ValueError("the proof is for another request")
    if claims.get("ath") != ath:
        raise ValueError("the proof is for another token")
    iat, jti = claims.get("iat"), claims.get("jti")
    if type(iat) not in (int, float) or not abs(now - iat) <= 60:
        raise ValueError("the proof was not made just now")
    if not isinstance(jti, str) or jti in seen:
        raise ValueError("the proof was used before")
    seen.add(jti)
""",
    explanation=(
        "RFC 9449 section 4.3, and section 11.1 for the ids that were seen: that memory has to be shared by all workers of the API, and needs to reach back no"
        " further than the minute. A server may also compare addresses in their normal form (RFC 3986). The signature of the proof has been checked before, with the key in its own header; that is safe here, because the"
        " access token names that very key (`cnf.jkt`), and the access token is the issuer's."
    ),
)
