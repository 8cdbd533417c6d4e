"""Lesson 07: another issuer, and a key in place of the secret."""

from helpers.exercises.engine import Attempt, Exercise, NotYet
from helpers.exercises.predict import Prediction

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


def _check_metadata_url(attempt: Attempt) -> str:
    suffix = "/.well-known/openid-configuration"
    for issuer, base, what in (
        ("https://tenant.example", "https://tenant.example", "an issuer with no slash at its end"),
        (
            "https://tenant.example/",
            "https://tenant.example",
            "an issuer with a slash at its end, as Auth0's",
        ),
        ("https://sso.example/realms/shop", "https://sso.example/realms/shop", "an issuer with a path"),
        (
            "https://sso.example/realms/shop/",
            "https://sso.example/realms/shop",
            "a path with a slash at its end",
        ),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000", "an issuer on this machine"),
    ):
        url = attempt(issuer)
        if not isinstance(url, str):
            raise NotYet(f"It returned a {type(url).__name__}. Return the address, a text.")
        if url == base + suffix:
            continue
        if "//.well-known" in url:
            raise NotYet(f"For {what} there are two slashes before `.well-known`.")
        if ".well-known/openid-configuration" not in url:
            raise NotYet("The document is called `.well-known/openid-configuration`.")
        if base.count("/") > 2 and base not in url:
            raise NotYet(
                f"For {what} the path is lost: another tenant lives there. `urljoin` does that, too."
            )
        if url.startswith(base) and not url[len(base) :].startswith("/"):
            raise NotYet(f"For {what} there is no slash before `.well-known`.")
        raise NotYet(f"For {what} it returned {url!r:.80}.")
    return "From one address all the others follow. The issuer itself stays as it is, slash or no slash: `iss` is compared with it."


metadata_url = Exercise(
    name="metadata_url",
    lesson="07",
    check=_check_metadata_url,
    hints=(
        "Append to the issuer. There must be exactly one slash between it and `.well-known`.",
        "`rstrip('/')` takes the slashes off the end, and does nothing when there are none.",
        "`issuer.rstrip('/')`, and behind it `/.well-known/openid-configuration`.",
    ),
    solution_code="""
def metadata_url(issuer):
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"
""",
    explanation=(
        "OpenID Connect Discovery section 4 appends to the issuer, path and all. RFC 8414 section 3.1 has another address, in which the well-known part"
        " stands between host and path, and names the first one as the older habit. The course's client and verifier try both."
    ),
)

_NOW = 1_700_000_000


def _check_assertion_claims(attempt: Attempt) -> str:
    client_id, audience = "the-client", "https://tenant.example/oauth/token"
    first, second = (attempt(client_id, audience, _NOW) for _ in range(2))
    for claims in (first, second):
        if not isinstance(claims, dict):
            raise NotYet(f"It returned a {type(claims).__name__}. Return the claims, a dict.")
        missing = [name for name in ("iss", "sub", "aud", "iat", "exp", "jti") if name not in claims]
        if missing:
            raise NotYet(f"There is no `{missing[0]}` among the claims.")
    if first["iss"] != client_id or first["sub"] != client_id:
        raise NotYet("`iss` and `sub` are both the client id: the client speaks, and it speaks about itself.")
    if first["aud"] != audience:
        raise NotYet("`aud` must be the one that the assertion is meant for: the parameter `audience`.")
    exp, iat = first["exp"], first["iat"]
    if type(exp) not in (int, float) or type(iat) not in (int, float):
        raise NotYet("`exp` and `iat` are numbers of seconds.")
    if not exp > _NOW:
        raise NotYet("`exp` is not later than `now`: the assertion is dead before it is sent.")
    if exp > _NOW + 300:
        raise NotYet(
            f"The assertion lives for {exp - _NOW:g} seconds. It is used once, at once: a minute is plenty, five are the limit here."
        )
    if iat > _NOW:
        raise NotYet("`iat` lies in the future. It is `now`.")
    if iat < _NOW - 1:
        raise NotYet("`iat` lies in the past. It is `now`.")
    for claims in (first, second):
        if not isinstance(claims["jti"], str):
            raise NotYet(f"`jti` is a {type(claims['jti']).__name__}. Make it a text.")
        if len(claims["jti"]) < 16:
            raise NotYet(
                "`jti` is a text that no other assertion has, by chance or otherwise: 16 random characters or more."
            )
    if first["jti"] == second["jti"]:
        raise NotYet(
            "Two assertions have the same `jti`, so the server will refuse the second one. Make a new one each time."
        )
    return (
        "A proof for one server, for a short while, for one use. The key behind it stays where it was made."
    )


assertion_claims = Exercise(
    name="assertion_claims",
    lesson="07",
    check=_check_assertion_claims,
    hints=(
        "Six claims: who speaks, about whom, to whom, when, until when, and an id for this very assertion.",
        "`iss` and `sub` are the client id, `aud` is the audience, `iat` is now, and `exp` at most a minute later.",
        "`secrets.token_urlsafe(16)` makes a good `jti`. It must be called inside of the function, or every assertion has the same.",
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
)
