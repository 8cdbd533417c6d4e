"""Attacks with tokens that the issuer really signed: for another API, for another time, for another purpose."""

from collections.abc import Callable
from typing import Any

from helpers.attacks.attack import Attack
from helpers.attacks.checks import (
    AUDIENCE,
    BEARER,
    EVENT,
    EXPIRY,
    ID_TOKEN,
    ISSUED,
    ISSUER,
    LIFETIME,
    START,
    SUBJECT,
    THERE,
    TYPE,
    TYPE_FORM,
    WELL_FORMED,
)
from helpers.attacks.workshop import Workshop

HOUR, DAY, YEAR = 3_600, 86_400, 31_536_000  # seconds

OTHER_ISSUER = "Whoever runs another tenant of the same service makes tokens for your API."
OTHER_API = "Whoever runs another API, and sees its callers' tokens, calls yours with them."
FOR_EVER = "A token that was stolen once is good for ever."
UNREAD = "The claim is there, and nothing has looked at it: what it should rule out is not ruled out."
NOBODY = "Your log says that nobody did it."
OTHER_KIND = "A token made for another purpose, and perhaps handed to others, opens your API."
LOGIN = "Every application with a login button can call your API as its user."
STOLEN = "Whoever has copied the token uses it, though it was bound to a key so that nobody can."


def _with(**claims: Any) -> Callable[[Workshop], str]:
    """Claims as the issuer would sign them; a function among them is called with the workshop."""

    def make(workshop: Workshop) -> str:
        workshop.issuers_own()  # before anything is asked of claims that another issuer may not send
        return workshop.issued_with(
            **{name: value(workshop) if callable(value) else value for name, value in claims.items()}
        )

    return make


def _in(seconds: float) -> Callable[[Workshop], float]:
    """So many seconds from now."""
    return lambda workshop: workshop.seconds + seconds


def _after_iat(seconds: float) -> Callable[[Workshop], float]:
    return lambda workshop: workshop.claims["iat"] + seconds


def _typ(typ: Any) -> Callable[[Workshop], str]:
    return lambda workshop: workshop.issued(typ=typ)


def _id_token(**claims: Any) -> Callable[[Workshop], str]:
    """What OpenID Connect Core §2 tells an application. The scope stays, so that these claims are all that is wrong."""
    login = {"gty": ..., "azp": ..., "sub": "auth0|somebody", "auth_time": lambda w: w.claims["iat"] - 5}
    return _with(**{**login, **claims})


_RECOMMENDED = "policy; RFC 8725 §3.11 recommends it"

ATTACKS = (
    Attack(
        "another issuer's",
        ISSUER,
        "comes from the staging tenant, which signs with the same key",
        OTHER_ISSUER,
        _with(iss=lambda w: f"{w.issuer}staging/"),
    ),
    Attack(
        "iss cut short",
        ISSUER,
        "leaves out the last character of the issuer, which is a slash at many",
        OTHER_ISSUER,
        _with(iss=lambda w: w.issuer[:-1]),
    ),
    Attack(
        "iss a part of ours",
        ISSUER,
        "names as its issuer what stands in the middle of ours",
        OTHER_ISSUER,
        _with(iss=lambda w: w.issuer[4:-4]),
        "CVE-2024-53861",
    ),
    *(
        Attack(f"iss {what}", ISSUER, story, OTHER_ISSUER, _with(iss=iss))
        for what, story, iss in (
            ("of a stranger", "comes from a wholly different issuer", "https://evil.example/"),
            ("in capitals", "writes the issuer in capitals", lambda w: w.issuer.upper()),
            (
                "with ours inside",
                "puts the issuer into an address of the attacker's",
                lambda w: f"https://evil.example/?{w.issuer}",
            ),
        )
    ),
    Attack("no iss", THERE["iss"], "does not say who issued it", OTHER_ISSUER, _with(iss=...)),
    Attack(
        "iss a list",
        WELL_FORMED["iss"],
        "names two issuers in a list, one of them right",
        OTHER_ISSUER,
        _with(iss=lambda w: [w.issuer, "https://evil.example/"]),
        "CVE-2025-30144",
    ),
    Attack(
        "another API's",
        AUDIENCE,
        "is meant for an API whose name begins like ours",
        OTHER_API,
        _with(aud=lambda w: f"{w.audience}-backup"),
    ),
    *(
        Attack(f"aud {what}", AUDIENCE, story, OTHER_API, _with(aud=aud), source)
        for what, story, aud, source in (
            ("of a stranger", "is meant for a wholly different API", "https://evil.example", ""),
            ("cut short", "is meant for an API whose name ours begins with", lambda w: w.audience[:-1], ""),
            ("in capitals", "writes our name in capitals", lambda w: w.audience.upper(), ""),
            ("an empty list", "is meant for nobody", [], "CVE-2020-26160"),
            ("a list of others", "is meant for two other APIs", ["https://a.example", "https://b.example"], ""),
            ("a list with a number", "names us and, beside us, what is no name", lambda w: [w.audience, 1], ""),
        )
    ),
    Attack(
        "an ID token",
        AUDIENCE,
        "tells an application who has logged in, and is no access token",
        LOGIN,
        _id_token(aud=lambda w: w.claims.get("azp", "an-application")),
    ),
    Attack("no aud", THERE["aud"], "does not say for which API it is", OTHER_API, _with(aud=...)),
    *(
        Attack(f"aud {what}", WELL_FORMED["aud"], story, OTHER_API, _with(aud=aud))
        for what, story, aud in (
            ("an object", "names us as the key of an object", lambda w: {w.audience: True}),
            ("null", "names null as its API", None),
        )
    ),
    Attack(
        "expired",
        EXPIRY,
        "was good until an hour before",
        "A token from an old log or backup is still good.",
        _with(iat=_after_iat(-25 * HOUR), exp=_after_iat(-HOUR)),
    ),
    Attack(
        "exp is now",
        EXPIRY,
        "ends this very second",
        "Every token lives longer than it says.",
        _with(exp=_in(0)),
        rule="policy; RFC 7519 §4.1.4 permits some leeway",
    ),
    Attack(
        "exp below zero",
        EXPIRY,
        "ended before 1970",
        "A number without a sign makes it end in the year 2106.",
        _with(exp=-1),
    ),
    Attack(
        "exp far below zero",
        EXPIRY,
        "ended before there was time, by a number of a thousand digits",
        "A number that overflows makes it end far ahead.",
        _with(exp=-(10**1_000)),
    ),
    Attack("no expiry", THERE["exp"], "never says when it ends", FOR_EVER, _with(exp=...)),
    *(
        Attack(f"exp {what}", WELL_FORMED["exp"], story, FOR_EVER, _with(exp=exp), source)
        for what, story, exp, source in (
            ("a text", "writes when it ends as a text of digits", lambda w: str(w.seconds + HOUR), "CVE-2026-25537"),
            ("true", "ends at true, which Python takes for 1", True, ""),
            ("null", "ends at null", None, ""),
            ("a list", "ends at a list", lambda w: [w.seconds + HOUR], ""),
        )
    ),
    Attack(
        "for a century",
        LIFETIME,
        "ends a hundred years from now",
        FOR_EVER,
        _with(exp=_after_iat(100 * YEAR)),
    ),
    Attack(
        "30 days and a second",
        LIFETIME,
        "lives a second longer than its issuer ever allows",
        "Nothing yet. But no token of your issuer looks like this: somebody else has its key, or its settings.",
        _with(exp=_after_iat(30 * DAY + 1)),
    ),
    Attack(
        "exp of a thousand digits",
        LIFETIME,
        "ends when the universe has, by a number of a thousand digits",
        FOR_EVER,
        _with(exp=10**1_000),
    ),
    Attack(
        "issued long ago",
        LIFETIME,
        "was issued in 1970",
        "Nothing yet. But a lifetime that is not measured from iat is not measured.",
        _with(iat=0),
    ),
    Attack(
        "not yet valid",
        START,
        "begins in an hour",
        "A token for next week's maintenance works today.",
        _with(nbf=_in(HOUR)),
    ),
    *(
        Attack(f"nbf {what}", WELL_FORMED["nbf"], story, UNREAD, _with(nbf=nbf))
        for what, story, nbf in (
            ("a text", "writes when it begins as a text of digits", lambda w: str(w.seconds + HOUR)),
            ("null", "begins at null", None),
        )
    ),
    Attack(
        "issued in an hour",
        ISSUED,
        "was issued in the future",
        "Somebody with the key writes tokens ahead, for a time when they no longer have it.",
        _with(iat=_in(HOUR), exp=_in(2 * HOUR)),
    ),
    Attack("no iat", THERE["iat"], "does not say when it was issued", UNREAD, _with(iat=...)),
    Attack(
        "iat a text",
        WELL_FORMED["iat"],
        "writes when it was issued as a text of digits",
        UNREAD,
        _with(iat=lambda w: str(w.claims["iat"])),
    ),
    Attack("no sub", THERE["sub"], "does not say about whom it is", NOBODY, _with(sub=...)),
    Attack("sub empty", SUBJECT, "is about an empty name", NOBODY, _with(sub="")),
    *(
        Attack(
            f"sub {what}",
            WELL_FORMED["sub"],
            f"is about {story}",
            "Two subjects that your code holds apart may be one in your database, or the reverse.",
            _with(sub=sub),
        )
        for what, story, sub in (("a number", "a number", 42), ("a list", "two at once", ["admin", "nightly-batch"]))
    ),
    Attack(
        "jti a number",
        WELL_FORMED["jti"],
        "has a number for its own id",
        "A list of withdrawn tokens, kept as texts, never finds it.",
        _with(jti=42),
    ),
    Attack(
        "scope a list",
        WELL_FORMED["scope"],
        "has a list where a text of scopes belongs",
        "An `in` that looks for a word in a text finds it in a list too, and the other way round finds parts of words.",
        _with(scope=lambda w: w.claims.get("scope", "").split()),
        answers=(401, 403),
    ),
    Attack("another kind", TYPE, "says by its typ that it is a logout token", OTHER_KIND, _typ("logout+jwt")),
    *(
        Attack(f"typ {typ}", TYPE, story, OTHER_KIND, _typ(typ))
        for typ, story in (
            ("secevent+jwt", "says that it reports a security event"),
            ("dpop+jwt", "says that it proves the possession of a key"),
            ("application/logout+jwt", "says that it is a logout token, and spells it out"),
        )
    ),
    Attack("typ empty", TYPE, "says nothing about what it is", OTHER_KIND, _typ(""), rule=_RECOMMENDED),
    Attack("no typ", TYPE, "leaves out what it is", OTHER_KIND, _typ(...), rule=_RECOMMENDED),
    *(
        Attack(name, ID_TOKEN, story, LOGIN, _id_token(**{claim: value}))
        for name, story, claim, value in (
            (
                "an ID token for this API",
                "tells who has logged in, to an application of the same name as this API",
                "nonce",
                "n-0S6_WzA2Mj",
            ),
            (
                "an ID token with at_hash",
                "tells who has logged in, and with which access token it came",
                "at_hash",
                "77QmUPtjPfzWtF2AnpK9RQ",
            ),
            (
                "an ID token with c_hash",
                "tells who has logged in, and with which code it came",
                "c_hash",
                "LDktKdoQak3Pk0cnXxCltA",
            ),
        )
    ),
    *(
        Attack(name, BEARER, story, STOLEN, _with(cnf={member: value}), "", rule)
        for name, story, member, value, rule in (
            (
                "bound to a DPoP key",
                "is good together with a proof of its client's key, and comes without",
                "jkt",
                "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
                "",
            ),
            (
                "bound to a certificate",
                "is good over a connection with its client's certificate, and comes without",
                "x5t#S256",
                "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2",
                "policy; RFC 8705 §3 asks it of an API that knows such tokens",
            ),
        )
    ),
    Attack(
        "a security event",
        EVENT,
        "reports that somebody's session has ended, with the usual type",
        "What a service was told about a user opens the API.",
        _with(events={"http://schemas.openid.net/event/backchannel-logout": {}}),
    ),
    Attack(
        "cnf a text",
        WELL_FORMED["cnf"],
        "is bound to a key by a text",
        STOLEN,
        _with(cnf="0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
    ),
    Attack("typ a list", TYPE_FORM, "says that it is several things", OTHER_KIND, _typ(["JWT", "logout+jwt"])),
)  # fmt: skip
"""In the order in which lesson 05 tells of them."""
