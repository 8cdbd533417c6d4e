"""Lesson 05: the verifier that comes along from lesson 04, and the one that stands up to the whole battery."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from IPython.display import display

from helpers.attacks.bad_keys import entries
from helpers.attacks.battery import Battery
from helpers.attacks.workshop import Workshop, public_jwk, signed
from helpers.display.card import Note
from helpers.exercises import lesson_04
from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.refusals import REFUSALS

FILE = "my_verifier.py"

_ISSUER, _AUDIENCE, _NOW = "https://tenant.example/", "https://api.example", 1_700_000_000


def carried_over() -> Callable[..., Any]:
    """``verify(token, jwks, issuer, audience, now)`` out of the file my_verifier.py beside the page, shown with a note.

    Without the file, or when it cannot be used, lesson 04's solution.
    """
    function, note = _from_file(Path(FILE))
    display(note)
    return function


def _from_file(file: Path) -> tuple[Callable[..., Any], Note]:
    solution = lesson_04.verify.working
    if not file.is_file():
        said = (
            f"There is no `{file.name}` beside this page, so the page goes on with the solution of lesson 04."
        )
        return solution, Note("Lesson 04's solution.", [said])
    instead = "The page goes on with the solution of lesson 04; mend the file and run this cell again."
    names: dict[str, Any] = {"__name__": file.stem}
    try:
        exec(compile(file.read_text(encoding="utf-8"), file.name, "exec"), names)  # noqa: S102 - the learner's own file
    except Exception as error:
        said = f"Running it raised {type(error).__name__}: {error}."
        return solution, Note(f"{file.name} cannot be used.", [said, instead], "warn")
    function = names.get("verify")
    parameters = list(inspect.signature(function).parameters) if inspect.isfunction(function) else []
    if len(parameters) != 5:
        said = "It must define `verify(token, jwks, issuer, audience, now)`, with what it needs above it."
        return solution, Note(f"{file.name} cannot be used.", [said, instead], "warn")
    return function, Note("Your own.", [f"`verify` comes from `{file.name}` beside this page."], "good")


@functools.cache
def _workshop() -> Workshop:
    key, following = (generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    own = [public_jwk(each, kid=kid, use="sig") for each, kid in ((following, "next"), (key, "current"))]
    claims = {
        "iss": _ISSUER,
        "sub": "job@clients",
        "aud": _AUDIENCE,
        "iat": _NOW - 100,
        "exp": _NOW + 3_600,
        "scope": "read:todos",
    }
    good = signed({"alg": "RS256", "typ": "JWT", "kid": "current"}, claims, key)
    return Workshop(good, {"keys": [*own, *entries()]}, key, ("next", following), now=_NOW)


def _of_one_token(
    verify: Callable[..., Any], arguments: Callable[[str], tuple[Any, ...]]
) -> Callable[[str], Any]:
    """The learner's function with its other arguments filled in; what it raises is still told by its own lines."""

    def ask(token: str) -> Any:
        return verify(*arguments(token))

    ask.__signature__ = inspect.signature(ask)  # type: ignore[attr-defined] - found before __wrapped__
    ask.__wrapped__ = verify  # type: ignore[attr-defined]
    return ask


def _check_strict_verify(attempt: Attempt) -> str:
    workshop = _workshop()

    def arguments(token: str) -> tuple[Any, ...]:
        return token, dict(workshop.jwks), _ISSUER, _AUDIENCE, _NOW

    claims, raised = attempt.tried(*arguments(workshop.good))
    if raised is not None:
        raise NotYet(f"It refused a good token. It raised {type(raised).__name__}: {raised}")
    if claims != workshop.claims:
        raise NotYet("For a good token it did not return the claims. Return the dict that the payload holds.")
    result = Battery(workshop).try_function(
        _of_one_token(attempt.answer, arguments), refusals=REFUSALS, timeout=attempt.timeout
    )
    for outcome in result.goods:
        if not outcome.let_in:
            raise NotYet(f"It refused a good token, the one that {outcome.subject.story}. It {outcome.said}")
    if result.let_in:
        first, *others = (o for o in result.attacks if o.let_in)
        names = ", ".join(other.name for other in others[:8]) + (" and more" if len(others) > 8 else "")
        more = f" Besides it: {names}." if others else ""
        raise NotYet(
            f"This one gets in: {first.name}. It {first.subject.story} ({first.subject.clause}).{more}"
        )
    if result.broke:
        first = next(o for o in result.attacks if o.name in result.broke)
        raise NotYet(
            f"Nothing gets in, but it broke on this one: {first.name}. It {first.said} At the door that is a 500."
        )
    return f"{len(result.stopped)} forged tokens, and none gets in; {len(result.goods)} good ones, and each does. This is a verifier. (The battery's attacks on the door are not among them, since a function sees no request; a few that no HTTP header can carry are.)"


strict_verify = Exercise(
    name="strict_verify",
    lesson="05",
    check=_check_strict_verify,
    hints=(
        "The order of lesson 04 stays: length and parts, header, key, signature, then the claims. Put this page's pieces in the places of the soft ones.",
        "The header: decoded strictly, read strictly, no `crit`, `b64` not false, the right type. The key: `trusted_key(header, usable_keys(jwks))`, then"
        " `algorithm_for`. After the signature, the payload in the same way, then forms, lifetime, `nbf`, audience, issuer.",
        "What is left over are small things: a token of more than 8,192 characters, characters outside ASCII, a `kid` of more than 256, an `exp` with a fraction.",
    ),
    solution_code="""
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from helpers.exercises import lesson_04, lesson_05

def number(text):
    return int.from_bytes(lesson_05.decode_strictly.working(text), "big")

def strict_verify(token, jwks, issuer, audience, now):
    if len(token) > 8192 or not token.isascii():
        raise ValueError("no token is that long, or holds such characters")
    segments = token.split(".")
    if len(segments) != 3:
        raise ValueError("a signed token has three parts")
    octets = [lesson_05.decode_strictly.working(segment) for segment in segments]
    header = lesson_05.read_object.working(octets[0])
    if "crit" in header or header.get("b64", True) is not True:
        raise ValueError("this API knows no extensions")
    lesson_05.check_type.working(header)
    key = lesson_05.trusted_key.working(header, lesson_05.usable_keys.working(jwks))
    lesson_05.algorithm_for.working(header, key)
    public_key = RSAPublicNumbers(number(key["e"]), number(key["n"])).public_key()
    try:
        public_key.verify(octets[2], token.rpartition(".")[0].encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise ValueError("the signature does not fit") from None
    claims = lesson_05.read_object.working(octets[1])
    if {"cnf", "nonce", "at_hash", "c_hash"} & set(claims):
        raise ValueError("this is bound to a key, or an ID token: no bearer token")
    lesson_05.check_forms.working(claims)
    lesson_05.check_lifetime.working(claims, now, 30 * 86_400)
    lesson_04.check_times.working(claims, now)
    lesson_04.check_audience.working(claims, audience)
    lesson_04.check_issuer.working(claims, issuer)
    return claims
""",
    explanation=(
        "It is lesson 04's verifier with each soft piece replaced by a strict one. Compare it with `helpers/tokens/verifier.py`, the one that the Todo"
        " API uses otherwise: the same questions in the same order."
    ),
)
