"""Right and wrong answers to the last exercise of lesson 05."""

from cells import function

from helpers.exercises.lesson_05 import strict_verify


def _strict(*changes: tuple[str, str]) -> str:
    """The solution with some pieces of its text replaced."""
    source = strict_verify.solution_code
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def _around(*lines: str) -> str:
    """The solution as `inner`, and a function around it."""
    return (
        _strict(("def strict_verify(", "def inner("))
        + "\n"
        + function("strict_verify(token, jwks, issuer, audience, now)", *lines)
    )


_TYPE = "    lesson_05.check_type.working(header)\n"
_KEY = "lesson_05.trusted_key.working(header, lesson_05.usable_keys.working(jwks))"
_USABLE = "lesson_05.usable_keys.working(jwks)"
_FORMS = "    lesson_05.check_forms.working(claims)\n"
_LIFETIME = "    lesson_05.check_lifetime.working(claims, now, 30 * 86_400)\n"
_TIMES = "    lesson_04.check_times.working(claims, now)\n"
_AUDIENCE = "    lesson_04.check_audience.working(claims, audience)\n"
_ISSUER = "    lesson_04.check_issuer.working(claims, issuer)\n"
_EXTENSIONS = '"crit" in header or header.get("b64", True) is not True'
_BOUND = '{"cnf", "nonce", "at_hash", "c_hash", "s_hash", "events"} & set(claims)'
_SIZE = "len(token) > 8192"
_OCTETS = "[lesson_05.decode_strictly.working(segment) for segment in segments]"
_LENIENT = "__import__('base64').urlsafe_b64decode({0} + '=' * (-len({0}) % 4))"
_HEADER, _CLAIMS = "lesson_05.read_object.working(octets[0])", "lesson_05.read_object.working(octets[1])"

_FINISHED = """
from helpers.tokens.errors import TokenError
from helpers.tokens.keys import read_key_set
from helpers.tokens.verifier import AccessTokenVerifier

def strict_verify(token, jwks, issuer, audience, now):
    keys = read_key_set(jwks)
    verifier = AccessTokenVerifier(issuer=issuer, audience=audience, clock=lambda: now, key_set=keys, types=("at+jwt", "JWT"), leeway=0)
    try:
        return dict(verifier.verify(token))
    except TokenError as error:
        raise ValueError(str(error)) from None
"""

_PYJWT = """
import jwt
from helpers.exercises import lesson_04 as four, lesson_05 as five

def strict_verify(token, jwks, issuer, audience, now):
    if len(token) > 8192 or not token.isascii() or token.count(".") != 2:
        raise ValueError("form")
    head, body = (five.read_object.working(five.decode_strictly.working(part)) for part in token.split(".")[:2])
    five.decode_strictly.working(token.split(".")[2])
    if "crit" in head or ("b64" in head and head["b64"] is not True):
        raise ValueError("extension")
    five.check_type.working(head)
    key = five.trusted_key.working(head, five.usable_keys.working(jwks))
    alg = five.algorithm_for.working(head, key)
    off = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
    jwt.decode(token, jwt.PyJWK(key, alg), [alg], off)
    if any(name in body for name in ("cnf", "nonce", "at_hash", "c_hash", "s_hash", "events")):
        raise ValueError("kind")
    five.check_forms.working(body)
    five.check_lifetime.working(body, now, 2_592_000)
    four.check_times.working(body, now)
    four.check_audience.working(body, audience)
    four.check_issuer.working(body, issuer)
    return body
"""

_BY_HAND = """
import hashlib
from helpers.exercises import lesson_04, lesson_05

def strict_verify(token, jwks, issuer, audience, now):
    if not len(token) <= 8192:
        raise ValueError("long")
    token.encode("ascii")
    head, body, signature = token.split(".")
    decode, read = lesson_05.decode_strictly.working, lesson_05.read_object.working
    header, claims, octets = read(decode(head)), read(decode(body)), decode(signature)
    for name in header:
        if name == "crit" or name == "b64" and header[name] is not True:
            raise ValueError(name)
    lesson_05.check_type.working(header)
    key = lesson_05.trusted_key.working(header, lesson_05.usable_keys.working(jwks))
    lesson_05.algorithm_for.working(header, key)
    n, e = (int.from_bytes(decode(key[name]), "big") for name in "ne")
    size, number = (n.bit_length() + 7) // 8, int.from_bytes(octets, "big")
    if len(octets) != size or number >= n:
        raise ValueError("signature")
    if pow(number, e, n).to_bytes(size, "big") != lesson_04.expected_block.working(f"{head}.{body}".encode(), size):
        raise ValueError("signature")
    if not claims.keys().isdisjoint(("cnf", "nonce", "at_hash", "c_hash", "s_hash", "events")):
        raise ValueError("kind")
    lesson_05.check_forms.working(claims)
    lesson_05.check_lifetime.working(claims, now, 60 * 60 * 24 * 30)
    for check, argument in ((lesson_04.check_times, now), (lesson_04.check_audience, audience), (lesson_04.check_issuer, issuer)):
        check.working(claims, argument)
    return dict(claims)
"""

_JOSERFC = """
from joserfc import jwk, jws
from joserfc.errors import JoseError
from helpers.exercises import lesson_04, lesson_05

def strict_verify(token, jwks, issuer, audience, now):
    if len(token) >= 8193 or any(ord(letter) > 127 for letter in token):
        raise ValueError("form")
    parts = [lesson_05.decode_strictly.working(part) for part in token.split(".")]
    if len(parts) != 3:
        raise ValueError("parts")
    header, claims = map(lesson_05.read_object.working, parts[:2])
    if any(name == "crit" for name in header) or header.get("b64", True) is not True:
        raise ValueError("extension")
    key = lesson_05.trusted_key.working(header, lesson_05.usable_keys.working(jwks))
    lesson_05.check_type.working(header)
    lesson_05.algorithm_for.working(header, key)
    for name in ("jwk", "x5c"):  # stricter: a key of its own is never needed
        if name in header:
            raise ValueError(name)
    from cryptography.hazmat.primitives.asymmetric import padding, rsa
    from cryptography.hazmat.primitives import hashes
    n, e = (int.from_bytes(lesson_05.decode_strictly.working(key[name]), "big") for name in ("n", "e"))
    # Its InvalidSignature is a refusal, too.
    rsa.RSAPublicNumbers(e, n).public_key().verify(parts[2], token[: token.rindex(".")].encode(), padding.PKCS1v15(), hashes.SHA256())
    if set(claims) & {"cnf", "nonce", "at_hash", "c_hash", "s_hash", "events"}:
        raise ValueError("kind")
    lesson_05.check_forms.working(claims)
    lesson_05.check_lifetime.working(claims, now, 30 * 24 * 3600)
    lesson_04.check_times.working(claims, now)
    lesson_04.check_issuer.working(claims, issuer)
    lesson_04.check_audience.working(claims, audience)
    return claims
"""

RIGHT_STRICT: list[str] = [_FINISHED, _PYJWT, _BY_HAND, _JOSERFC]

WRONG_STRICT: list[str] = [
    _strict((_TYPE, "")),
    _strict((_EXTENSIONS, "False")),
    _strict((_FORMS, "")),
    _strict(("claims, now, 30 * 86_400", "claims, now, 300 * 86_400")),
    _strict(("claims, now, 30 * 86_400", "claims, now, 86_400")),
    _strict((_AUDIENCE, "")),
    _strict((_ISSUER, "")),
    _strict((_TIMES, "")),
    _strict(("lesson_05.usable_keys.working(jwks)", '{key["kid"]: key for key in jwks["keys"] if "kid" in key}')),
    _strict((_CLAIMS, "__import__('json').loads(octets[1])")),
    _strict((_CLAIMS, "json.loads(octets[1])\n    if not isinstance(claims, dict): raise ValueError('no object')"), ("from helpers", "import json\nfrom helpers")),
    _strict((_HEADER, "json.loads(octets[0], object_pairs_hook=unique)\n    if not isinstance(header, dict): raise ValueError('no object')"), ("from helpers", "import json\nfrom helpers"), ("def decoded_number", "def unique(pairs):\n    if len(dict(pairs)) != len(pairs):\n        raise ValueError('twice')\n    return dict(pairs)\n\ndef decoded_number")),
    _strict((_HEADER, "__import__('json').loads(octets[0])")),
    _strict(("    return claims\n", "")),
    _strict((_SIZE, "False")),
    "from helpers.exercises.lesson_04 import verify\nstrict_verify = verify.working",
    # the small things
    _strict((_SIZE, "len(token) >= 8192")),
    _strict((_SIZE, "len(token) > 8193")),
    _strict((_SIZE, "len(token) > 4096")),
    _strict(('header.get("b64", True) is not True', 'header.get("b64") is False')),
    _strict(('header.get("b64", True) is not True', 'header.get("b64", True) != True')),
    _strict(('"crit" in header', 'header.get("crit")')),
    _strict(('"crit" in header', '"b64" in (header.get("crit") or [])')),
    _strict((_BOUND, '{"nonce", "at_hash", "c_hash", "s_hash", "events"} & set(claims)')),
    _strict((_BOUND, '{"cnf", "nonce", "at_hash", "c_hash", "s_hash"} & set(claims)')),
    _strict((_BOUND, 'claims.get("cnf") or claims.get("nonce") or claims.get("at_hash") or claims.get("c_hash") or claims.get("s_hash") or claims.get("events")')),
    _strict((_BOUND, '{"cnf", "nonce"} & set(claims)')),
    _strict((_BOUND, "False")),
    # encodings
    _strict((_OCTETS, f"[{_LENIENT.format('segment')} for segment in segments]")),
    _strict((_OCTETS, f"[*map(lesson_05.decode_strictly.working, segments[:2]), {_LENIENT.format('segments[2]')}]")),
    _strict((_OCTETS, f"[{_LENIENT.format('segment')} for segment in segments[:2]] + [lesson_05.decode_strictly.working(segments[2])]")),
    _strict(("    segments = token.split", "    token = token.strip()\n    segments = token.split")),
    # types, keys
    _strict((_TYPE, "    if 'typ' in header:\n        lesson_05.check_type.working(header)\n")),
    _strict((_TYPE, "    if 'jwt' not in str(header.get('typ')).lower():\n        raise ValueError('typ')\n")),
    _strict(("lesson_05.usable_keys.working(jwks)", '{key["kid"]: key for key in jwks["keys"] if key.get("use", "sig") == "sig" and key.get("kty") == "RSA" and "d" not in key and len(key["n"]) > 340}')),
    _strict((_USABLE, 'lesson_05.usable_keys.working({"keys": [{**key, "use": "sig"} if isinstance(key, dict) else key for key in jwks["keys"]]})')),
    _strict((_USABLE, 'lesson_05.usable_keys.working({"keys": [{name: key[name] for name in key if name not in ("alg", "key_ops")} if isinstance(key, dict) else key for key in jwks["keys"]]})')),
    _strict((_USABLE, '{key["kid"]: key for key in jwks["keys"] if lesson_05.usable_keys.working({"keys": [key]})}')),
    _strict((_KEY, f"header.get('jwk') or {_KEY}")),
    _strict(("    key = ", "    keys = lesson_05.usable_keys.working(jwks)\n    key = keys.get(str(header.get('kid')), next(iter(keys.values())))\n    _ = "), (_KEY, "0")),
    _strict(("        raise ValueError(\"the signature does not match\") from None\n", "        pass\n")),
    # claims
    _strict((_LIFETIME, "    if 'iat' in claims:\n        lesson_05.check_lifetime.working(claims, now, 30 * 86_400)\n")),
    _strict((_LIFETIME, "    if claims['exp'] - now > 30 * 86_400:\n        raise ValueError('long')\n")),
    _strict((_LIFETIME, "    lesson_05.check_lifetime.working(claims, now + 60, 30 * 86_400)\n")),
    _strict((_LIFETIME, "    lesson_05.check_lifetime.working({**claims, 'exp': now + 1, 'iat': max(claims.get('iat', 0), claims['exp'] - 30 * 86_400)}, now, 10**12)\n")),
    _strict((_FORMS, "    lesson_05.check_forms.working({name: value for name, value in claims.items() if name != 'scope'})\n")),
    _strict((_FORMS, "    lesson_05.check_forms.working({**claims, 'sub': claims.get('sub') or 'nobody'})\n")),
    _strict((_AUDIENCE, "    if audience not in claims['aud']:\n        raise ValueError('aud')\n")),
    _strict((_AUDIENCE, "    if claims['aud'] not in (audience, [audience]):\n        raise ValueError('aud')\n")),
    _strict((_ISSUER, "    if not claims['iss'].startswith(issuer.rstrip('/')):\n        raise ValueError('iss')\n")),
    _strict((_TIMES, "    if isinstance(claims['aud'], str):\n        lesson_04.check_times.working(claims, now)\n")),
    _strict((_TIMES, "    if isinstance(claims.get('nbf'), int) and claims['nbf'] > now:\n        raise ValueError('nbf')\n")),
    _strict((_TIMES, "    if 'scope' in claims or 'nbf' not in claims:\n        lesson_04.check_times.working(claims, now)\n")),
    _strict((_TIMES, "    if type(claims['exp']) is not int:\n        raise ValueError('fraction')\n    lesson_04.check_times.working(claims, now)\n")),
    _strict((_LIFETIME, "    if isinstance(claims['aud'], str):\n    " + _LIFETIME), ),
    _strict((_TYPE, "    if header['kid'] != 'next-key':\n    " + _TYPE)),
    # clocks, issuers and keys of another place
    _strict(("    claims = lesson", "    import time\n    now = time.time()\n    claims = lesson")),
    _strict(("    claims = lesson", "    issuer, audience = 'http://127.0.0.1:3000/', 'https://api.todo.example'\n    claims = lesson")),
    "_keys = {}\n" + _strict((_KEY, "lesson_05.trusted_key.working(header, _keys.setdefault('all', lesson_05.usable_keys.working(jwks)))")),
    "_good = set()\n" + _around("if token in _good: return lesson_05.read_object.working(lesson_05.decode_strictly.working(token.split('.')[1]))", "claims = inner(token, jwks, issuer, audience, now)", "_good.add(token)", "return claims"),
    # whatever goes wrong
    _around("try:", "    return inner(token, jwks, issuer, audience, now)", "except Exception:", "    return None"),
    _around("claims = inner(token, jwks, issuer, audience, now)", "return {**claims, 'verified': True}"),
    _around("claims = inner(token, jwks, issuer, audience, now)", "claims.pop('iat')", "return claims"),
    _around("import threading", "found = []", "threading.Thread(target=lambda: found.append(inner(token, jwks, issuer, audience, now))).start()", "return found[0] if found else {}"),
]  # fmt: skip
