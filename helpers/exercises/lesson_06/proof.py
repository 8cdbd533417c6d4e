"""Lesson 06: a DPoP proof, checked by hand (RFC 9449 §4.3)."""

import hashlib
import itertools
import math
from typing import Any

from helpers.attacks.workshop import encode
from helpers.bounded import Shared
from helpers.exercises.engine import Exercise
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import (
    ONLY_VALUE_ERRORS,
    Attempt,
    Case,
    NotYet,
    accepts,
    case,
    probe,
    refused,
    refuses,
    shown,
)

NOW = 1_700_000_000
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2ln4"  # noqa: S105 - nobody's; its digest has a "-" and a "_"
OTHER_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.b3RoZXI"  # noqa: S105 - nobody's
URL = "https://api.example/todos"
ADDRESS = "The proof is for one address: everything before `?` and `#` counts, character by character."
_numbers = itertools.count(1)  # so that each proof has an id of its own
QUERY = "Query and fragment do not count, neither in `htu` nor in `url`."


def _ath(token: str) -> str:
    return encode(hashlib.sha256(token.encode()).digest())


def _claims(token: str = TOKEN, **changes: Any) -> dict[str, Any]:
    """A good proof's claims, and what differs from them, new ones first; ``...`` takes a claim away."""
    claims = {"jti": f"id-{next(_numbers)}", "htm": "GET", "htu": URL, "iat": NOW - 5, "ath": _ath(token)}
    new = {name: value for name, value in changes.items() if name not in claims}
    return {name: value for name, value in {**new, **claims, **changes}.items() if value is not ...}


def _case(
    what: str,
    *,
    method: str = "GET",
    url: str = URL,
    token: str = TOKEN,
    seen: set[str] | None = None,
    now: float = NOW,
    **changes: Any,
) -> Case:
    return case(
        what, _claims(token, **changes), method, url, token, set() if seen is None else Shared(seen), now
    )


def _good(attempt: Attempt, what: str, rule: str, **changes: Any) -> None:
    each = _case(what, **changes)
    _, raised, did = attempt.outcome(each.what, *each.arguments)
    if raised is not None:
        raise NotYet("For {what}, your function {did} {rule}", what=what, did=did, rule=rule)


def _another(what: str, value: str) -> str:
    return f"a proof whose {what} is {shown(value)}"


# What an address parser may make equal to the address: white space that it drops, and the small letters of a scheme.
_PARSED_AWAY = (f"{URL}\n", f"{URL}\t", f" {URL}")
OTHER_ADDRESSES = [
    *(
        other
        for _, other in unlike(URL)
        if other.split("?")[0].split("#")[0] != URL and other not in _PARSED_AWAY
    ),
    "https://api.example/Todos",
    "https://api.example/todos/1",
    "https://api.example/todos.evil.example/",
    "https://api.example/todos;x=1",
    "https://api.example/",
    "https://api.example",
    "https://bank.example/todos",
    "https://api.example.evil.example/todos",
    "https://api.example@evil.example/todos",
    "https://someone@api.example/todos",
    "https://api.example:8443/todos",
    "http://api.example/todos",
    "/todos",
    "https://evil.example/#https://api.example/todos",
]
SAME_ADDRESSES = (
    ("a query", f"{URL}?page=2"),
    ("a fragment", f"{URL}#top"),
    ("a query and a fragment", f"{URL}?page=2#top"),
    ("a fragment with a question mark in it", f"{URL}#top?page=2"),
    ("a query that contains another address", f"{URL}?next=https://evil.example/"),
)


@probe
def once(attempt: Attempt) -> None:
    seen: set[str] = set()
    _good(
        attempt,
        "a good proof and an empty `seen`",
        "Its `jti` is new, and the rest is right.",
        jti="e1j3V",
        seen=seen,
    )
    again = _case("the same proof a second time, with the same set `seen`", jti="e1j3V", seen=seen)
    refused(attempt, again, "Its `jti` was used before: the first call has to add it to `seen`.")


@probe
def seen_before(attempt: Attempt) -> None:
    rule = "Its `jti` is in `seen`."
    for jti in ("e1j3V", "an-earlier-one"):
        seen = {"e1j3V", "an-earlier-one"}
        refused(
            attempt,
            _case(f"a proof whose `jti` is {shown(jti)}, which `seen` contains", jti=jti, seen=seen),
            rule,
        )


@probe
def earlier_ids_stay(attempt: Attempt) -> None:
    seen = {"an-earlier-one"}
    for jti in (f"k{number}" for number in range(100)):
        _good(
            attempt, f"a good proof with the new `jti` {shown(jti)}", "Its `jti` is new.", jti=jti, seen=seen
        )
    each = _case(
        "a proof whose `jti` was in `seen`, after a hundred good ones with new ids",
        jti="an-earlier-one",
        seen=seen,
    )
    refused(attempt, each, "An id that is in `seen` stays there.")


@probe
def new_ids(attempt: Attempt) -> None:
    for _, jti in unlike("e1j3V"):
        if not jti.isprintable():
            continue  # an answer may want ids without control characters
        what = f"a good proof whose `jti` is {shown(jti)}, with `e1j3V` in `seen`"
        _good(attempt, what, "Ids are compared whole: this one is new.", jti=jti, seen={"e1j3V"})


@probe
def nothing_outside_seen(attempt: Attempt) -> None:
    for what in ("a good proof", "the same proof, with another set `seen` that is empty"):
        _good(
            attempt,
            what,
            "Only `seen` says which ids were used. Keep nothing elsewhere.",
            jti="e1j3V",
            seen=set(),
        )


@probe
def refused_ones_are_not_used_up(attempt: Attempt) -> None:
    for what, changes in (
        ("another method", {"htm": "PUT"}),
        ("another address", {"htu": "https://bank.example/todos"}),
        ("another token", {"ath": _ath(OTHER_TOKEN)}),
        ("another time", {"iat": NOW - 3_600}),
    ):
        seen: set[str] = set()
        attempt.outcome(f"a proof for {what}", *_case("", jti=f"for {what}", seen=seen, **changes).arguments)
        _good(
            attempt,
            f"a good proof that has the same `jti` as one for {what}, which was to be refused",
            "A proof that was refused has not used up its `jti`: add the id of a good one only.",
            jti=f"for {what}",
            seen=seen,
        )


MISSING = {
    "jti": "the right id in `id`",
    "htm": "the right method in `verb`",
    "htu": "the right address in `uri`",
    "iat": "the right moment in `nbf`",
    "ath": "the right digest in `at_hash`",
}
ODD_TIMES: list[tuple[str, dict[str, Any]]] = [
    ("an `iat` that is a string of digits", {"iat": str(NOW)}),
    ("an `iat` of null", {"iat": None}),
    ("an `iat` that is a list", {"iat": [NOW]}),
    ("an `iat` that is an object", {"iat": {}}),
    ("an `iat` of true (Python treats `True` as 1) at the time 20", {"iat": True, "now": 20}),
    ("an `iat` of false (Python treats `False` as 0) at the time 20", {"iat": False, "now": 20}),
    ("an `iat` of NaN, for which every comparison is false", {"iat": math.nan}),
    ("an `iat` of Infinity, which Python's json reads", {"iat": math.inf}),
    ("an `iat` of minus Infinity", {"iat": -math.inf}),
]


def _odd(name: str, right: str, *also: tuple[str, Any]) -> list[Case]:
    values = [*odd(right), ("a list with the right string in it", [right]), *also]
    return [_case(f"a proof whose `{name}` is {what}", **{name: value}) for what, value in values]


check_proof = Exercise(
    name="check_proof",
    lesson="06",
    probes=(
        accepts(
            "good_proofs",
            _case("a good proof"),
            _case("a good proof for a POST", method="POST", htm="POST"),
            _case(
                "a good proof for another address", url="https://bank.example/a", htu="https://bank.example/a"
            ),
            _case("a good proof for another token", token=OTHER_TOKEN),
            _case("a good proof at a much later time", now=4_000_000_000, iat=3_999_999_999),
            _case("a good proof with one claim more", nonce="n-7"),
            rule="Every claim fits the parameters.",
        ),
        refuses(
            "another_method",
            _case("a proof for GET on a DELETE", method="DELETE"),
            _case("a proof for DELETE on a GET", htm="DELETE"),
            *(_case(_another("`htm`", htm), htm=htm) for _, htm in unlike("GET")),
            *_odd("htm", "GET"),
            rule="`htm` is exactly the method. Methods are case-sensitive.",
        ),
        refuses(
            "another_address",
            *(_case(_another("`htu`", htu), htu=htu) for htu in OTHER_ADDRESSES),
            *(_case(f"a proof for {URL} on a request to {shown(url)}", url=url) for url in OTHER_ADDRESSES),
            rule=ADDRESS,
        ),
        refuses("odd_addresses", *_odd("htu", URL), rule="`htu` is a string, the address."),
        accepts(
            "query_and_fragment",
            *(_case(f"a `url` with {what}: {shown(url)}", url=url) for what, url in SAME_ADDRESSES),
            *(_case(f"an `htu` with {what}: {shown(htu)}", htu=htu) for what, htu in SAME_ADDRESSES),
            _case("a query in `htu` and another one in `url`", htu=f"{URL}?page=2", url=f"{URL}?page=3"),
            _case("a fragment in `htu` and a query in `url`", htu=f"{URL}#top", url=f"{URL}?page=3"),
            rule=QUERY,
        ),
        refuses(
            "another_token",
            _case("a proof that was made for another token", ath=_ath(OTHER_TOKEN)),
            _case("the digest in hexadecimal as `ath`", ath=hashlib.sha256(TOKEN.encode()).hexdigest()),
            _case("an `ath` with padding", ath=f"{_ath(TOKEN)}="),
            _case(
                "an `ath` in the alphabet with `+` and `/`",
                ath=_ath(TOKEN).replace("-", "+").replace("_", "/"),
            ),
            _case("the token itself as `ath`", ath=TOKEN),
            *(_case(_another("`ath`", ath), ath=ath) for _, ath in unlike(_ath(TOKEN))),
            rule="`ath` is exactly the string that `proof_by` makes of this access token.",
        ),
        refuses("odd_digests", *_odd("ath", _ath(TOKEN)), rule="`ath` is a string, the digest."),
        accepts(
            "just_now",
            _case("a proof made 60 seconds ago", iat=NOW - 60),
            _case("a proof made 59.5 seconds ago", iat=NOW - 59.5),
            _case("a proof made 60 seconds ago, at a time with a fraction", iat=NOW - 59.5, now=NOW + 0.5),
            _case("a proof made at this very moment", iat=NOW),
            rule="It was made at most 60 seconds before `now`.",
        ),
        accepts(
            "a_clock_that_is_ahead",
            _case("a proof from a clock that is one second ahead", iat=NOW + 1),
            _case("a proof from a clock that is 60 seconds ahead", iat=NOW + 60),
            _case("a proof from a clock that is 59.5 seconds ahead", iat=NOW + 59.5),
            rule="The client's clock may be up to 60 seconds ahead of yours.",
        ),
        refuses(
            "too_old",
            _case("a proof made 61 seconds ago", iat=NOW - 61),
            _case("a proof made 60.5 seconds ago", iat=NOW - 60.5),
            _case("a proof made 60.5 seconds ago, at a time with a fraction", iat=NOW - 60, now=NOW + 0.5),
            _case("a proof made an hour ago", iat=NOW - 3_600),
            _case("a proof made in 1970", iat=0),
            rule="It was made more than 60 seconds before `now`.",
        ),
        refuses(
            "too_early",
            _case("a proof from a clock that is 61 seconds ahead", iat=NOW + 61),
            _case("a proof from a clock that is 60.5 seconds ahead", iat=NOW + 60.5),
            _case("a proof from a clock that is an hour ahead", iat=NOW + 3_600),
            _case("a proof of today, in 1970", now=100),
            rule="Its `iat` is more than 60 seconds after `now`.",
        ),
        refuses(
            "iat_no_number",
            *(_case(f"a proof with {what}", **changes) for what, changes in ODD_TIMES),
            rule="`iat` is a finite number.",
        ),
        refuses(
            "missing",
            *(_case(f"a proof with no `{name}`", **{name: ...}) for name in MISSING),
            *(
                _case(
                    f"a proof with no `{name}`, and {what}",
                    **{what.split("`")[1]: _claims()[name], name: ...},
                )
                for name, what in MISSING.items()
            ),
            rule="A missing claim must be refused.",
        ),
        refuses(
            "jti_no_string",
            *(_case(f"a proof whose `jti` is {what}", jti=jti) for what, jti in odd("e1j3V") if jti != ""),
            _case("a proof whose `jti` is a list with a string in it", jti=["e1j3V"]),
            rule="`jti` is a string.",
        ),
        once,
        seen_before,
        earlier_ids_stay,
        new_ids,
        nothing_outside_seen,
        refused_ones_are_not_used_up,
    ),
    notice="A copy of the token alone opens nothing now: each request takes a new proof, and the key for it never left the client.",
    hints=(
        "Five claims, five questions. Is the proof for this method? For this address, without `?` and `#`? Is `iat` at most 60 seconds before or after"
        " `now`? Is it for this token? Was its `jti` seen before?",
        "`ath` is the SHA-256 digest of the token's characters, in base64url without padding. `url.split('?')[0].split('#')[0]` is the address alone;"
        " do the same with `htu`, once you know that it is a string. Then compare with `==`.",
        "`type(iat) in (int, float)` is true for numbers only, and `now - 60 <= iat <= now + 60` is false for NaN. `isinstance(jti, str)` comes before"
        " `jti in seen`. Last of all, when everything else is right: `seen.add(jti)`.",
    ),
    solution_code="""
import base64
import hashlib

def address(url):
    return url.split("?")[0].split("#")[0]

def check_proof(claims, method, url, token, seen, now):
    digest = hashlib.sha256(token.encode()).digest()
    ath = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    htu, iat, jti = claims.get("htu"), claims.get("iat"), claims.get("jti")
    if claims.get("htm") != method:
        raise ValueError("the proof is for another method")
    if not isinstance(htu, str) or address(htu) != address(url):
        raise ValueError("the proof is for another address")
    if claims.get("ath") != ath:
        raise ValueError("the proof is for another token")
    if type(iat) not in (int, float) or not now - 60 <= iat <= now + 60:
        raise ValueError("the proof was not made just now")
    if not isinstance(jti, str) or jti in seen:
        raise ValueError("the proof was used before")
    seen.add(jti)
""",
    explanation=(
        "RFC 9449 section 4.3, and section 11.1 for the ids that were seen: all workers of the API have to share that memory. It has to reach back 120"
        " seconds: a proof that is dated a minute ahead of your clock is good until a minute after its own time. A server should compare addresses in their normal form (section 4.3; RFC 3986 section 6.2.2). The signature of the proof has been checked before,"
        " with the key in its own header; that is safe here, because the access token names that very key (`cnf.jkt`), and the access token is the issuer's."
    ),
    equal={
        **ONLY_VALUE_ERRORS,
        "ath = base64.urlsafe_b64encode(digest).decode().rstrip('=x')": "the last of 43 characters stands for four bits, and `x` is none of those",
        "if not isinstance(htu, str) or not str(address(htu)) == str(address(url)):": "both are strings",
        "if not str(claims.get('ath')) == str(ath):": "no JSON value but the string itself prints as it",
        "if not str(claims.get('htm')) == str(method):": "no JSON value but the string itself prints as it",
    },
)
