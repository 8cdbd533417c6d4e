"""Lesson 07: another issuer, and a key instead of the secret."""

import math
import random
from typing import Any

from helpers.exercises.engine import Exercise
from helpers.exercises.predict import Prediction
from helpers.exercises.probe import RAISES_NOTHING, Attempt, NotYet, Probe, probe, shown

assertion_again = Prediction(
    name="assertion_again",
    lesson="07",
    options=(200, 400, 401),
    answer=401,
    because="The server remembers the `jti` of each assertion until that assertion expires, and takes none twice. What was overheard is used up already.",
    otherwise={
        200: "200 would mean that an assertion works like a secret: whoever has seen it has it.",
        400: "Some servers do answer 400 with `invalid_client`, which RFC 6749 section 5.2 allows. This one says 401, as Auth0 does for a client that is not who it says.",
    },
)


SUFFIX = "/.well-known/openid-configuration"


def _address(attempt: Attempt, what: str, issuer: str) -> None:
    url, base = attempt.value(what, issuer), issuer.removesuffix("/")
    if url == base + SUFFIX:
        return
    if not isinstance(url, str):
        fault = "Return the address, a string."
    elif SUFFIX.removeprefix("/") not in url:
        fault = "The document is called `.well-known/openid-configuration`."
    elif url.startswith(base) and "//.well-known" in url:
        fault = "There are two slashes before `.well-known`, and one is right."
    elif url.startswith(base) and "/.well-known" not in url:
        fault = "There is no slash before `.well-known`."
    elif url == _inserted(base):
        fault = (
            "That is the form of RFC 8414, with `.well-known` between host and path. The exercise asks for the other form:"
            " everything is appended to the issuer."
        )
    elif base not in url and base.startswith(url.removesuffix(SUFFIX)) and base.count("/") > 2:
        fault = "A part of the issuer's path is missing: another path is another issuer. (`urljoin` drops what comes after the last slash, or all of the path.)"
    else:
        fault = "The issuer stays as it is, letter by letter, and the document's name is appended to it, with one slash between the two."
    raise NotYet(
        "For {what}, your function returned {url}. {fault}",
        what=f"{what}, {shown(issuer)}",
        url=_whole(url),
        fault=fault,
    )


def _inserted(base: str) -> str:
    """The address as RFC 8414 §3.1 forms it."""
    scheme, _, rest = base.partition("//")
    host, slash, path = rest.partition("/")
    return f"{scheme}//{host}{SUFFIX}{slash}{path}"


def _whole(url: Any) -> str:
    return f"`{url}`" if isinstance(url, str) and len(url) < 200 and "`" not in url else shown(url)


def _addresses(name: str, *issuers: tuple[str, str]) -> Probe:
    def ask(attempt: Attempt) -> None:
        for what, issuer in issuers:
            _address(attempt, what, issuer)

    return Probe(name, ask)


metadata_url = Exercise(
    name="metadata_url",
    lesson="07",
    probes=(
        _addresses(
            "without_a_slash",
            ("an issuer with no slash at its end", "https://tenant.example"),
            ("an issuer with a port", "https://tenant.example:8443"),
            ("an issuer on this machine", "http://127.0.0.1:9000"),
        ),
        _addresses("with_a_slash", ("an issuer with a slash at its end", "https://tenant.example/")),
        _addresses(
            "with_a_path",
            ("an issuer with a path", "https://sso.example/realms/shop"),
            ("an issuer with a path and a slash at its end", "https://sso.example/realms/shop/"),
            ("an issuer with a longer path", "https://sso.example/a/b/c/oauth2"),
        ),
        _addresses(
            "letter_by_letter",
            ("an issuer with capital letters in its path", "https://sso.example/realms/Shop"),
            ("an issuer with a percent sign in its path", "https://sso.example/caf%C3%A9"),
            ("an issuer with a short path", "https://sso.example/x"),
        ),
    ),
    notice="From one address all the others follow. The issuer itself stays as it is, slash or no slash: `iss` is compared with it.",
    hints=(
        "Append to the issuer. There must be exactly one slash between it and `.well-known`.",
        "`rstrip('/')` removes the slashes at the end, and does nothing when there are none.",
        "`issuer.rstrip('/')`, followed by `/.well-known/openid-configuration`.",
    ),
    solution_code="""
def metadata_url(issuer):
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"
""",
    explanation=(
        "OpenID Connect Discovery section 4 appends to the issuer, path and all. RFC 8414 section 3.1 has another address, with the well-known part"
        " between host and path, and calls the first one the older habit (section 5). The course's client and verifier try both."
    ),
    equal={**RAISES_NOTHING},
)

NOW = 1_700_000_000
ISSUER = "https://tenant.example/"
ASSERTIONS = (
    ("the-client", ISSUER, NOW),
    ("the-client", ISSUER, NOW + 0.75),
    ("another-client", "https://sso.example/realms/shop", 4_000_000_000.25),
)
"""What assertions are made of: client, audience, and when."""
FIVE_MINUTES = 300
MANY = 48  # assertions, to see which characters of their ids change
ENOUGH = 46  # bits that change; a counter or a time changes fewer, 16 random digits some 53


def _asked(client_id: str, audience: str, now: float) -> str:
    return f"the client `{client_id}`, the audience `{audience}` and a `now` of {now:.10g}"


def _claim(attempt: Attempt, name: str, *arguments: Any) -> Any:
    """One claim of the assertion that is made for these arguments."""
    what = _asked(*arguments)
    claims = attempt.value(what, *arguments)
    if not isinstance(claims, dict):
        raise NotYet(
            "For {what}, your function returned {claims}. Return the claims, a dict.",
            what=what,
            claims=shown(claims),
        )
    if name not in claims:
        raise NotYet(
            "For {what}, the claims that your function returned have no `{name}`.", what=what, name=name
        )
    return claims[name]


def _says(attempt: Attempt, name: str, place: int, rule: str) -> None:
    """A claim is one of the arguments."""
    for arguments in ASSERTIONS:
        value = _claim(attempt, name, *arguments)
        if value != arguments[place]:
            raise NotYet(
                "For {what}, your `{name}` is {value}. {rule}",
                what=_asked(*arguments),
                name=name,
                value=shown(value),
                rule=rule,
            )


@probe
def iss(attempt: Attempt) -> None:
    _says(attempt, "iss", 0, "The client itself makes the assertion, so `iss` is its id.")


@probe
def sub(attempt: Attempt) -> None:
    _says(attempt, "sub", 0, "The assertion is about the client, so `sub` is its id.")


@probe
def aud(attempt: Attempt) -> None:
    _says(
        attempt,
        "aud",
        1,
        "It is the parameter `audience`, letter by letter, and a string: one server alone may take this assertion.",
    )


def _moment(attempt: Attempt, name: str, *arguments: Any) -> float:
    value = _claim(attempt, name, *arguments)
    if type(value) not in (int, float) or not math.isfinite(value):
        raise NotYet(
            "For {what}, your `{name}` is {value}. Make it a number of seconds.",
            what=_asked(*arguments),
            name=name,
            value=shown(value),
        )
    return value


@probe
def iat(attempt: Attempt) -> None:
    for arguments in ASSERTIONS:
        value = _moment(attempt, "iat", *arguments)
        if abs(value - arguments[2]) >= 1:
            raise NotYet(
                "For {what}, your `iat` is {value}. It is the parameter `now`; only a fraction of a second may be rounded.",
                what=_asked(*arguments),
                value=shown(value),
            )


@probe
def exp(attempt: Attempt) -> None:
    for arguments in ASSERTIONS:
        value = _moment(attempt, "exp", *arguments)
        if not value > arguments[2]:
            raise NotYet(
                "For {what}, your `exp` is {value}, which is not later than `now`: the assertion has expired before it is sent.",
                what=_asked(*arguments),
                value=shown(value),
            )


@probe
def five_minutes(attempt: Attempt) -> None:
    for arguments in ASSERTIONS:
        value = _moment(attempt, "exp", *arguments)
        if value > math.ceil(arguments[2]) + FIVE_MINUTES:
            raise NotYet(
                "For {what}, your `exp` is {seconds:,g} seconds after `now`. It is used once, at once: five minutes are the limit, and one is plenty.",
                what=_asked(*arguments),
                seconds=value - arguments[2],
            )


def _ids(attempt: Attempt, count: int) -> list[str]:
    return [str(_claim(attempt, "jti", *ASSERTIONS[0])) for _ in range(count)]


@probe
def jti(attempt: Attempt) -> None:
    for arguments in ASSERTIONS:
        value = _claim(attempt, "jti", *arguments)
        if not isinstance(value, str):
            raise NotYet(
                "For {what}, your `jti` is {value}. Make it a string.",
                what=_asked(*arguments),
                value=shown(value),
            )
        if len(value) < 16:
            raise NotYet(
                "For {what}, your `jti` is {value}, {count} characters long. Make it 16 characters or longer.",
                what=_asked(*arguments),
                value=shown(value),
                count=len(value),
            )


@probe
def each_its_own(attempt: Attempt) -> None:
    for first in ASSERTIONS:
        ids = [_claim(attempt, "jti", *arguments) for arguments in (first, first, ASSERTIONS[0])]
        if ids[0] in ids[1:]:
            raise NotYet(
                "Two assertions have the same `jti`, {jti}, so the server refuses the second one. Make a new one in each call, also for the same arguments.",
                jti=shown(ids[0]),
            )


@probe
def not_guessed(attempt: Attempt) -> None:
    ids = _ids(attempt, MANY)
    columns = zip(*(each[:200].ljust(200) for each in ids), strict=True)
    bits = sum(math.log2(len(set(column))) for column in columns)
    if 0 < bits < ENOUGH:
        raise NotYet(
            "Two assertions that are made one after the other have `jti`s that differ little: {first} and {second}. Whoever knows one can guess the next,"
            " and a counter begins again when the program does. Make all of it at random, with `secrets` or `uuid.uuid4()`.",
            first=shown(ids[0]),
            second=shown(ids[1]),
        )


@probe
def not_from_random(attempt: Attempt) -> None:
    state = random.getstate()
    try:
        made = []
        for _ in range(2):
            random.seed(7)
            made.append(_ids(attempt, 2))
    finally:
        random.setstate(state)
    if made[0] == made[1] and made[0][0] != made[0][1]:
        raise NotYet(
            "Your `jti` comes from Python's `random`, whose numbers can be computed from earlier ones. Take `secrets` or `uuid.uuid4()`, which cannot be predicted."
        )


assertion_claims = Exercise(
    name="assertion_claims",
    lesson="07",
    probes=(iss, sub, aud, iat, exp, five_minutes, jti, each_its_own, not_guessed, not_from_random),
    notice="A proof for one server, for a short while, for one use where the server remembers it. The key behind it stays where it was made.",
    hints=(
        "Six claims: who speaks, about whom, to whom, when, until when, and an id for this very assertion.",
        "`iss` and `sub` are the client id, `aud` is the audience, `iat` is now, and `exp` is a minute later.",
        "`secrets.token_urlsafe(16)` makes a good `jti`. Call it inside the function, or every assertion has the same.",
    ),
    solution_code="""
import secrets

def assertion_claims(client_id, audience, now):
    return {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": int(now),
        "exp": int(now) + 60,
        "jti": secrets.token_urlsafe(16),
    }
""",
    explanation=(
        "RFC 7523 section 3: `iss`, `sub`, `aud` and `exp` are required, and `sub` is the client id when a client authenticates. `jti` lets the server refuse"
        " an assertion that it has seen; Auth0 and this course's server ask for it."
    ),
    equal={
        **RAISES_NOTHING,
        "return {'iss': client_id, 'sub': client_id, 'aud': audience, 'iat': int(now), 'exp': int(now) + 59, 'jti': secrets.token_urlsafe(16)}": "any life of at most five minutes will do",
        "return {'iss': client_id, 'sub': client_id, 'aud': audience, 'iat': int(now), 'exp': int(now) + 61, 'jti': secrets.token_urlsafe(16)}": "any life of at most five minutes will do",
        "return {'iss': client_id, 'sub': client_id, 'aud': audience, 'iat': int(now), 'exp': now + 60, 'jti': secrets.token_urlsafe(16)}": "a number may have a fraction",
        "return {'iss': client_id, 'sub': client_id, 'aud': audience, 'iat': now, 'exp': int(now) + 60, 'jti': secrets.token_urlsafe(16)}": "a number may have a fraction",
        "return {'iss': client_id, 'sub': client_id, 'aud': audience, 'iat': int(now), 'exp': int(now) + 60, 'jti': secrets.token_urlsafe()}": "that is 32 bytes",
        "return {'iss': client_id, 'sub': client_id, 'aud': audience, 'iat': int(now), 'exp': int(now) + 60, 'jti': secrets.token_urlsafe(15)}": "that is 20 characters",
        "return {'iss': client_id, 'sub': client_id, 'aud': audience, 'iat': int(now), 'exp': int(now) + 60, 'jti': secrets.token_urlsafe(17)}": "that is 23 characters",
    },
)
