"""Wrong answers to the exercises of lesson 07, each with a piece of what it must be told."""


def _url(value: str) -> str:
    return f"def metadata_url(issuer):\n    from urllib.parse import urljoin, urlsplit\n    return {value}"


_RIGHT = {
    "iss": "client_id",
    "sub": "client_id",
    "aud": "audience",
    "iat": "int(now)",
    "exp": "int(now) + 60",
    "jti": "secrets.token_urlsafe(16)",
}


def _claims(**changes: str | None) -> str:
    members = ", ".join(f"{name!r}: {value}" for name, value in {**_RIGHT, **changes}.items() if value)
    return f"import secrets, time\nONCE = secrets.token_urlsafe(16)\ndef assertion_claims(client_id, audience, now):\n    return {{{members}}}"


_NAME = "'.well-known/openid-configuration'"

WRONG: dict[str, list[tuple[str, str]]] = {
    "metadata_url": [
        (_url(f"issuer + '/' + {_NAME}"), "a slash at its end, as Auth0's there are two slashes"),
        (_url(f"issuer + {_NAME}"), "an issuer with no slash at its end there is no slash"),
        (_url(f"urljoin(issuer, '/' + {_NAME})"), "the path is lost"),
        (_url("issuer.rstrip('/') + '/openid-configuration'"), "The document is called"),
        (_url(f"urlsplit(issuer).netloc + '/' + {_NAME}"), "it returned 'tenant.example/"),
        (_url("issuer.encode()"), "Return the address, a text"),
    ],
    "assertion_claims": [
        (_claims(jti=None), "There is no `jti`"),
        (_claims(sub="audience"), "`iss` and `sub` are both the client id"),
        (_claims(aud="client_id"), "`aud` must be the one"),
        (_claims(exp="int(now)"), "dead before it is sent"),
        (_claims(exp="int(now) + 86_400"), "lives for 86400 seconds"),
        (_claims(exp="str(now + 60)"), "numbers of seconds"),
        (_claims(iat="int(now) + 30"), "`iat` lies in the future"),
        (_claims(jti="ONCE"), "the same `jti`"),
        (_claims(jti="'1'"), "16 random characters"),
        (_claims(exp=None), "There is no `exp`"),
    ],
}
