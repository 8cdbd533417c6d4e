"""Tokens that nobody wrote down: Hypothesis makes them, and an answer must judge them as the reference does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.attacks.workshop import Workshop, attackers_key, encode, public_jwk, signed
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import Attempt, NotYet, case, refused
from helpers.tokens.errors import TokenError
from helpers.tokens.keys import read_key_set
from helpers.tokens.verifier import AccessTokenVerifier

EXAMPLES = 300
MISSING = "(missing)"
FREE = ("jwk", "x5c")
"""Header members for which a careful verifier may refuse a token that is otherwise good."""


@dataclass(frozen=True)
class Made:
    """A token that was made up.

    :param changes: what differs from a good one: ("claim" or "header", name, value).
    :param signer: who signed it.
    """

    changes: tuple[tuple[str, str, Any], ...]
    signer: str
    token: str

    def __str__(self) -> str:
        parts = [f"`{name}` {_said(value)} in its {where}" for where, name, value in self.changes]
        return (
            f"a made-up token, signed by {self.signer}, {' and '.join(parts) or 'otherwise like a good one'}"
        )


def _said(value: Any) -> str:
    return "missing" if value == MISSING else f"{value!r:.60}"


def agrees_with(
    solution: str, name: str, workshop: Callable[[], Workshop], issuer: str, audience: str, now: float
) -> Callable[[Attempt], None]:
    """Asks whether an answer agrees with the reference solution about generated tokens.

    What the reference and the finished verifier both let in must get in; what both refuse must be refused. Where they
    differ, the exercise leaves the choice to the learner.
    """

    def ask(attempt: Attempt) -> None:
        made, wanted = _first_disagreement(
            attempt, _reference(solution, name), workshop(), issuer, audience, now
        )
        if made is None:
            return
        arguments = (made.token, dict(workshop().jwks), issuer, audience, now)
        if wanted:
            _, _, did = attempt.outcome(str(made), *arguments)
            raise NotYet("For {what}, your function {did} It is a good token.", what=made, did=did)
        refused(
            attempt, case(str(made), *arguments), "The solution and the finished verifier both refuse it."
        )

    return ask


@functools.cache
def _reference(solution: str, name: str) -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec(compile(solution, f"<solution of {name}>", "exec"), names)  # noqa: S102 - our own text
    return names[name]


class _Differs(Exception):
    """The answer and the reference judge this token differently."""


def _first_disagreement(
    attempt: Attempt, reference: Callable[..., Any], shop: Workshop, issuer: str, audience: str, now: float
) -> tuple[Made | None, bool]:
    """The simplest token that was found about which they differ, and whether it is a good one."""
    # Imported here: it takes a moment, and only a nearly right answer comes this far.
    from hypothesis import HealthCheck, Phase, Verbosity, given, settings
    from hypothesis import strategies as st
    from hypothesis.errors import Flaky

    finished = AccessTokenVerifier(
        issuer=issuer, audience=audience, clock=lambda: now, key_set=read_key_set(dict(shop.jwks))
    )
    found: list[tuple[Made, bool]] = []
    pool: dict[
        str, list[tuple[str, str, Any]]
    ] = {}  # what may differ, by the name of the member: at most one each
    for change in _changes(issuer, audience, now):
        pool.setdefault(change[1], []).append(change)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        changes=st.lists(st.sampled_from(sorted(pool)), max_size=3, unique=True).flatmap(
            lambda names: st.tuples(*(st.sampled_from(pool[name]) for name in names))
        ),
        signer=st.sampled_from((*["the issuer"] * 6, "another key of the issuer", "an attacker")),
    )
    def judge(changes: tuple[tuple[str, str, Any], ...], signer: str) -> None:
        made = _made(shop, changes, signer)
        arguments = (made.token, dict(shop.jwks), issuer, audience, now)
        lenient, strict = _lets_in(reference, *arguments), _lets_in(finished.verify, made.token)
        if lenient is not strict or (lenient and any(name in FREE for _, name, _ in made.changes)):
            return
        _, raised, _ = attempt.outcome(str(made), *arguments)
        if (raised is None) is not lenient:
            found.append((made, lenient))
            raise _Differs

    try:
        judge()
    except _Differs:
        return found[-1]
    except Flaky:
        raise NotYet(
            "For one and the same token, your function once returned and once raised. Keep no state."
        ) from None
    return None, False


def _lets_in(verify: Callable[..., Any], *arguments: Any) -> bool:
    try:
        verify(*arguments)
    except (ValueError, TypeError, LookupError, AttributeError, TokenError):
        return False
    return True


def _made(shop: Workshop, changes: tuple[tuple[str, str, Any], ...], signer: str) -> Made:
    header, claims = shop.header, shop.claims
    for where, name, value in changes:
        target = header if where == "header" else claims
        target.pop(name, None)
        if value != MISSING:
            target[name] = value
    key = shop.issuers_own()
    if signer == "an attacker":
        key = attackers_key()
    elif signer != "the issuer" and shop.next_key is not None:
        key = shop.next_key[1]
    return Made(changes, signer, signed(header, claims, key))


@functools.cache
def _changes(issuer: str, audience: str, now: float) -> tuple[tuple[str, str, Any], ...]:
    """What may differ from a good token. Lists and dicts are fine: Hypothesis only samples them."""
    moments = [now + offset for offset in (-3_600, -60, -1, -0.5, 0, 0.5, 1, 59, 3_600)]
    no_moments = [
        str(int(now) + 50),
        f"{now + 50}",
        True,
        False,
        None,
        [],
        {},
        float("inf"),
        float("-inf"),
        float("nan"),
        MISSING,
    ]
    strings = {
        ("claims", "iss"): issuer,
        ("claims", "aud"): audience,
        ("header", "alg"): "RS256",
        ("header", "kid"): "the-key",
    }
    found: list[tuple[str, str, Any]] = []
    for (where, name), text in strings.items():
        values = [
            *(other for _, other in unlike(text)),
            *(other for _, other in odd(text)),
            [text],
            text,
            MISSING,
        ]
        found += [(where, name, value) for value in values]
    found += [
        ("claims", "aud", [audience, "other"]),
        ("claims", "aud", ["other", audience]),
        ("claims", "aud", ["other"]),
    ]
    found += [("claims", name, value) for name in ("exp", "nbf") for value in (*moments, *no_moments)]
    found += [("header", "alg", alg) for alg in ("none", "HS256", "RS512", "PS256", "ES256")]
    own = public_jwk(attackers_key(), kid="mine")
    found += [("header", "kid", kid) for kid in ("mine", "next-key", "../the-key", "x' OR '1'='1")]
    found += [("header", "jwk", own), ("header", "x5c", [encode(b"x")])]
    return tuple(found)
