"""Tokens that nobody wrote down: Hypothesis makes them, and an answer must judge them as the reference does."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.attacks.workshop import Workshop, attackers_key, encode, public_jwk, signed
from helpers.exercises.near import odd, unlike
from helpers.exercises.probe import Attempt, NotYet, case, refused, shown
from helpers.tokens.errors import TokenError
from helpers.tokens.keys import read_key_set
from helpers.tokens.verifier import AccessTokenVerifier

EXAMPLES = 400
SIGNERS = ("the issuer", "another key of the issuer", "an attacker")
MISSING = "(missing)"
FREE = ("jwk", "x5c")
"""Header members for which a careful verifier may refuse a token that is otherwise good."""

Change = tuple[str, str, Any]
"""What differs from a good token: "claims" or "header", the name of the member, its value."""
Changes = tuple[Change, ...]


@dataclass(frozen=True)
class Made:
    """A token that was made up.

    :param signer: who signed it.
    :param refused_for: why the reference refuses it; empty when it is a good one.
    """

    changes: Changes
    signer: str
    token: str
    refused_for: str

    def __str__(self) -> str:
        parts = [f"`{name}` {_said(value)} in its {where}" for where, name, value in self.changes]
        return (
            f"a made-up token, signed by {self.signer}, {' and '.join(parts) or 'otherwise like a good one'}"
        )


def _said(value: Any) -> str:
    return "missing" if value == MISSING else shown(value)


def agrees_with(
    solution: str, name: str, workshop: Callable[[], Workshop], issuer: str, audience: str, now: float
) -> Callable[[Attempt], None]:
    """Asks whether an answer agrees with the reference solution about generated tokens.

    What the reference and the finished verifier both let in must get in; what both refuse must be refused. Where they
    differ, the exercise leaves the choice to the learner.
    """

    @functools.cache
    def maker() -> Callable[[str, Changes], Made | None]:
        """Makes a token with these changes by this signer; ``None`` where the learner may choose what to do with it."""
        shop, names = workshop(), dict[str, Any]()
        exec(compile(solution, f"<solution of {name}>", "exec"), names)  # noqa: S102 - our own text
        key_set = read_key_set(dict(shop.jwks))
        finished = AccessTokenVerifier(
            issuer=issuer, audience=audience, clock=lambda: now, key_set=key_set, leeway=0
        )

        def made(signer: str, changes: Changes) -> Made | None:
            token = _token(shop, changes, signer)
            lenient = _refused(names[name], token, dict(shop.jwks), issuer, audience, now)
            strict = _refused(finished.verify, token)
            free = not lenient and any(member in FREE for _, member, _ in changes)
            return (
                None if bool(lenient) is not bool(strict) or free else Made(changes, signer, token, lenient)
            )

        return made

    @functools.cache
    def examples() -> list[Made]:
        make, changes = maker(), _changes(issuer, audience, now)
        alone = [(each, make(SIGNERS[0], (each,))) for each in changes]
        harmless = [each for each, made in alone if made is not None and not made.refused_for]
        return [made for drawn in _drawn(changes, harmless) if (made := make(*drawn)) is not None]

    def arguments(made: Made) -> tuple[Any, ...]:
        return made.token, dict(workshop().jwks), issuer, audience, now

    def differs(attempt: Attempt, made: Made) -> bool:
        raised = attempt.outcome(str(made), *arguments(made))[1]
        return (raised is not None) is not bool(made.refused_for)

    def simplest(attempt: Attempt, found: Made) -> Made:
        """The token with the fewest of its changes about which they still differ."""
        for count in range(len(found.changes)):
            for fewer in itertools.combinations(found.changes, count):
                made = maker()(found.signer, fewer)
                same = made is not None and bool(made.refused_for) is bool(found.refused_for)
                if made is not None and same and differs(attempt, made):
                    return made
        return found

    def ask(attempt: Attempt) -> None:
        found = next((each for each in examples() if differs(attempt, each)), None)
        if found is None:
            return
        made = simplest(attempt, found)
        if not made.refused_for:
            _, _, did = attempt.outcome(str(made), *arguments(made))
            raise NotYet("For {what}, your function {did} It is a good token.", what=made, did=did)
        refused(attempt, case(str(made), *arguments(made)), f"It is to be refused: {made.refused_for}.")
        raise NotYet("For {what}, your function once returned and once raised. Keep no state.", what=made)

    return ask


def _drawn(changes: Sequence[Change], harmless: Sequence[Change]) -> list[tuple[str, Changes]]:
    """Signers, and changes of different members: up to three that are harmless alone, and at most one more, which is any.

    Two faults in one token would hide each other. They are always the same, since Hypothesis draws by a fixed seed.
    """
    # Imported here: it takes a moment, and only a nearly right answer comes this far.
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    any_one, good = _by_member(changes), _by_member(harmless)
    drawn: list[tuple[str, Changes]] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(
        signer=st.sampled_from((*[SIGNERS[0]] * 6, *SIGNERS[1:])),
        others=st.lists(st.sampled_from(sorted(good)), max_size=3, unique=True).flatmap(
            lambda names: st.tuples(*(st.sampled_from(good[name]) for name in names))
        ),
        ones=st.lists(
            st.sampled_from(sorted(any_one)).flatmap(lambda name: st.sampled_from(any_one[name])), max_size=1
        ),
    )
    def draw(signer: str, others: Changes, ones: list[Change]) -> None:
        others = tuple(each for each in others if each[1] not in {name for _, name, _ in ones})
        drawn.append((signer, (*others, *ones)))

    draw()
    return drawn


def _by_member(changes: Sequence[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change[1], []).append(change)
    return found


def _refused(verify: Callable[..., Any], *arguments: Any) -> str:
    """Why a token is refused; empty when it is let in."""
    try:
        verify(*arguments)
    except (ValueError, TypeError, LookupError, AttributeError, TokenError) as error:
        return str(error) or "it is malformed"
    return ""


def _token(shop: Workshop, changes: Changes, signer: str) -> str:
    header, claims = shop.header, shop.claims
    for where, name, value in changes:
        target = header if where == "header" else claims
        target.pop(name, None)
        if value != MISSING:
            target[name] = value
    key = shop.issuers_own()
    if signer == SIGNERS[2]:
        key = attackers_key()
    elif signer == SIGNERS[1] and shop.next_key is not None:
        key = shop.next_key[1]
    return signed(header, claims, key)


@functools.cache
def _changes(issuer: str, audience: str, now: float) -> Changes:
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
    found: list[Change] = []
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
