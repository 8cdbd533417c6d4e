"""Right and wrong answers to the exercises of lesson 07."""

from cells import function

from helpers.exercises import lesson_07


def _url(value: str, *before: str) -> str:
    return function(
        "metadata_url(issuer)",
        "from urllib.parse import quote, urljoin, urlsplit",
        *before,
        f"return {value}",
    )


_RIGHT = {
    "iss": "client_id",
    "sub": "client_id",
    "aud": "audience",
    "iat": "int(now)",
    "exp": "int(now) + 60",
    "jti": "secrets.token_urlsafe(16)",
}
_IMPORTS = "import hashlib, itertools, math, os, random, secrets, string, time, uuid\nONCE = secrets.token_urlsafe(16)\nCOUNT = itertools.count(10**18)\n"


def _claims(**changes: str | None) -> str:
    members = ", ".join(f"{name!r}: {value}" for name, value in {**_RIGHT, **changes}.items() if value)
    return _IMPORTS + function("assertion_claims(client_id, audience, now)", f"return {{{members}}}")


_NAME = "'.well-known/openid-configuration'"

RIGHT: dict[str, list[str]] = {
    "metadata_url": [
        _url(f"urljoin(issuer.rstrip('/') + '/', {_NAME})"),
        _url(f"issuer + ('' if issuer.endswith('/') else '/') + {_NAME}"),
        _url(f"parts._replace(path=parts.path.rstrip('/') + '/' + {_NAME}).geturl()", "parts = urlsplit(issuer)"),
        _url(f"'/'.join([issuer.removesuffix('/'), {_NAME}])"),
        function("metadata_url(issuer)", "if issuer[-1] == '/': return metadata_url(issuer[:-1])", f"return f'{{issuer}}/' + {_NAME}"),
        function("metadata_url(issuer)", "import re", f"return re.sub('/?$', '/' + {_NAME}, issuer, count=1)"),
    ],
    "assertion_claims": [
        _claims(jti="str(uuid.uuid4())"),
        _claims(jti="secrets.token_hex(8)", iat="now", exp="now + 300"),
        _claims(jti="uuid.uuid4().hex", exp="int(now) + 1"),
        _claims(jti="''.join(secrets.choice(string.digits) for _ in range(16))", iat="round(now)", exp="round(now) + 300"),
        _claims(jti="f'{client_id}-{secrets.token_hex(16)}'", nbf="int(now)"),
        _claims(jti="hashlib.sha256(os.urandom(32)).hexdigest()", iat="math.floor(now)", exp="math.ceil(now) + 299.5"),
        _claims(jti="str(secrets.randbits(128))", iat="float(now)", exp="now + 0.5"),
        _IMPORTS + function("assertion_claims(client_id, audience, now)", "claims = dict(iss=client_id, sub=client_id)", "claims |= {'aud': audience, 'jti': format(random.SystemRandom().getrandbits(96), '024x')}", "return claims | {'iat': int(now), 'exp': int(now) + 120}"),
    ],
}  # fmt: skip

WRONG: dict[str, list[str]] = {
    "metadata_url": [
        _url(f"issuer + '/' + {_NAME}"),
        _url(f"issuer + {_NAME}"),
        _url(f"urljoin(issuer, '/' + {_NAME})"),
        _url("issuer.rstrip('/') + '/openid-configuration'"),
        _url("issuer.rstrip('/') + '/.well-known/oauth-authorization-server'"),
        _url(f"urlsplit(issuer).netloc + '/' + {_NAME}"),
        _url("issuer.encode()"),
        # RFC 8414's form.
        _url(f"parts._replace(path='/' + {_NAME} + parts.path.rstrip('/')).geturl()", "parts = urlsplit(issuer)"),
        _url(f"urljoin(issuer, {_NAME})"),
        _url(f"issuer.lower().rstrip('/') + '/' + {_NAME}"),
        _url(f"quote(issuer.rstrip('/'), safe=':/') + '/' + {_NAME}"),
        _url(f"issuer.rstrip('/') + '/' + {_NAME} + '/'"),
        _url(f"issuer.replace('http:', 'https:').rstrip('/') + '/' + {_NAME}"),
        _url(f"(issuer.rstrip('/') if issuer.count('/') > 3 else issuer) + '/' + {_NAME}"),
        _url(f"issuer[:-1] + '/' + {_NAME}"),
        _url(f"(issuer if issuer.count('/') > 3 else issuer.rstrip('/')) + '/' + {_NAME}"),
        _url(f"f'{{parts.scheme}}://{{parts.hostname}}{{parts.path.rstrip(chr(47))}}/' + {_NAME}", "parts = urlsplit(issuer)"),
        _url(f"issuer.strip('htps:/') + '/' + {_NAME}"),
        _url(f"issuer.rstrip('/well-known') + '/' + {_NAME}"),
        _url(f"[issuer.rstrip('/') + '/' + {_NAME}]"),
        "KEPT = {}\n" + _url(f"KEPT.setdefault('url', issuer.rstrip('/') + '/' + {_NAME})"),
        function("metadata_url(issuer)", f"print(issuer.rstrip('/') + '/' + {_NAME})"),
    ],
    "assertion_claims": [
        _claims(jti=None),
        _claims(sub="audience"),
        _claims(sub="'client'"),
        _claims(sub=None),
        _claims(iss="audience"),
        _claims(iss=None),
        _claims(aud="client_id"),
        _claims(aud="[audience]"),
        _claims(aud="audience.rstrip('/')"),
        _claims(aud="audience.rstrip('/') + '/oauth/token'"),
        _claims(exp="int(now)"),
        _claims(exp="int(now) - 60"),
        _claims(exp="int(now) + 86_400"),
        _claims(exp="int(now) + 301"),
        _claims(exp="now + 300.5"),
        _claims(exp="60"),
        _claims(exp="str(now + 60)"),
        _claims(exp="math.inf"),
        _claims(exp="(int(now) + 60) * 1000", iat="int(now) * 1000"),
        _claims(exp="time.time() + 60"),
        _claims(iat="int(now) + 30"),
        _claims(iat="int(now) - 60"),
        _claims(iat="int(time.time())"),
        _claims(iat="str(int(now))"),
        _claims(iat=None),
        _claims(jti="ONCE"),
        _claims(jti="'1'"),
        _claims(jti="secrets.token_urlsafe(8)"),
        _claims(jti="secrets.token_bytes(16)"),
        _claims(jti="uuid.uuid4()"),
        _claims(jti="secrets.randbits(64)"),
        _claims(jti="hashlib.sha256(f'{client_id}{now}'.encode()).hexdigest()"),
        _claims(jti="str(uuid.uuid1())"),
        _claims(jti="str(next(COUNT))"),
        _claims(jti="str(time.time_ns())"),
        _claims(jti="f'{client_id}-{secrets.randbelow(10**6):06}'"),
        _claims(jti="''.join(random.choices(string.ascii_letters, k=22))"),
        _claims(jti="f'{random.getrandbits(128):032x}'"),
        _claims(jti="str(uuid.UUID(int=random.getrandbits(128), version=4))"),
        _claims(jti="random.Random(now).randbytes(16).hex()"),
        _claims(exp=None),
        function("assertion_claims(client_id, audience, now, jti=__import__('secrets').token_urlsafe(16))", "return {'iss': client_id, 'sub': client_id, 'aud': audience, 'iat': now, 'exp': now + 60, 'jti': jti}"),
        "import functools\n" + lesson_07.assertion_claims.solution_code.replace("def assertion", "@functools.lru_cache\ndef assertion"),
        "import json\n" + lesson_07.assertion_claims.solution_code.replace("return {", "return json.dumps({").replace("    }\n", "    })\n"),
    ],
}  # fmt: skip
