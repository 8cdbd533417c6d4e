"""Wrong answers to the exercises of lesson 05, each with a piece of what it must be told."""

from cells import function as _function

from helpers.exercises import lesson_05


def _algorithm(*lines: str) -> str:
    return _function("algorithm_for(header, key)", *lines)


def _find(*lines: str) -> str:
    return _function("trusted_key(header, keys)", *lines)


def _type(condition: str) -> str:
    return _function(
        "check_type(header)", "typ = header.get('typ')", f"if {condition}: raise ValueError('no')"
    )


def _lifetime(*conditions: str) -> str:
    lines = [f"if {condition}: raise ValueError('no')" for condition in conditions]
    return _function(
        "check_lifetime(claims, now, longest)", "iat, exp = claims.get('iat'), claims.get('exp')", *lines
    )


def _forms(*lines: str) -> str:
    return _function("check_forms(claims)", *lines)


def _decode(*lines: str) -> str:
    return "import base64, re\n" + _function("decode_strictly(segment)", *lines)


def _bearer(*lines: str) -> str:
    return "import re\n" + _function("bearer_token(headers, query)", *lines)


_USABLE = """
import base64
from collections import Counter

def number(text):
    return int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big")

def usable_keys(jwks):
    usable = []
    for key in jwks["keys"]:
        if not isinstance(key, dict) or not isinstance(key.get("kid"), str):
            continue
        if {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(key):
            continue
        if key.get("kty") != "RSA" or key.get("use", "sig") != "sig":
            continue
        if key.get("alg", "RS256") != "RS256":
            continue
        if "verify" not in key.get("key_ops", ["verify"]):
            continue
        try:
            if number(key["n"]).bit_length() < 2048:
                continue
            if number(key["e"]) < 65537:
                continue
        except (KeyError, TypeError, ValueError):
            continue
        usable.append(key)
    times = Counter(key["kid"] for key in usable)
    return {key["kid"]: key for key in usable if times[key["kid"]] == 1}
"""


def _usable(old: str, new: str) -> str:
    assert old in _USABLE
    return _USABLE.replace(old, new)


_READ = """
import json, math

def unique(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("twice")
    return dict(pairs)

def finite(digits):
    if not math.isfinite(float(digits)):
        raise ValueError("no number")
    return float(digits)

def read_object(octets):
    text = octets.decode("utf-8")
    if text.count("[") + text.count("{") > 32:
        raise ValueError("deep")
    value = json.loads(text, object_pairs_hook=unique, parse_constant=finite, parse_float=finite)
    json.dumps(value, ensure_ascii=False).encode()
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value
"""


def _read(old: str, new: str) -> str:
    assert old in _READ
    return _READ.replace(old, new)


_VALUES = "values = [value for name, value in headers if name.lower() == 'authorization']"
_NONE = "if not values: return None"
_TWICE = "if len(values) > 1 or 'access_token' in dict(query): raise ValueError('twice')"
_SCHEME = "if not values[0].lower().startswith('bearer'): return None"


def _strict(old: str, new: str = "") -> str:
    solution = lesson_05.strict_verify.solution_code
    assert old in solution
    return solution.replace(old, new)


WRONG: dict[str, list[tuple[str, str]]] = {
    "algorithm_for": [
        (_algorithm("return header['alg']"), "the token has chosen how it is checked"),
        (
            _algorithm("if header['alg'] == 'none': raise ValueError('no')", "return header['alg']"),
            "For the header's 'None' it returned 'None'",
        ),
        (_algorithm("return 'RS256'"), "It let a header that says 'none' pass"),
        (
            _algorithm("if header['alg'] != 'RS256': raise ValueError('no')", "return 'RS256'"),
            "a header with no `alg`: It raised KeyError",
        ),
        (
            _algorithm("if header.get('alg') != 'RS256': raise ValueError('no')", "return 'RS256'"),
            "a key that its owner made for RS512",
        ),
        (
            _algorithm(
                "if header.get('alg') != 'RS256' or key.get('alg', 'RS256') != 'RS256': raise ValueError('no')",
                "return 'RS256'",
            ),
            "a key whose type is 'oct'",
        ),
        (
            _algorithm("if header.get('alg') != key['alg']: raise ValueError('no')", "return 'RS256'"),
            "raised KeyError: 'alg'",
        ),
    ],
    "usable_keys": [
        (
            _usable(
                '"verify" not in key.get("key_ops", ["verify"])',
                '"verify" not in (key.get("key_ops") or ["verify"])',
            ),
            "A key has None as its `key_ops`",
        ),
        (_usable('number(key["n"]).bit_length() < 2048', "False"), "It would use a key of 512 bits."),
        (_usable("bit_length() < 2048", "bit_length() < 1024"), "It would use a key of 1,024 bits."),
        (_usable('number(key["e"]) < 65537', "False"), "It would use a key whose `e` is 1."),
        (_usable('number(key["e"]) < 65537', 'number(key["e"]) < 2'), "It would use a key whose `e` is 3."),
        (_usable('key.get("use", "sig") != "sig"', "False"), "for encryption"),
        (_usable('key.get("use", "sig") != "sig"', 'key.get("use") != "sig"'), "A good key was left out"),
        (_usable('key.get("alg", "RS256") != "RS256"', "False"), "for another algorithm"),
        (
            _usable('{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(key)', "False"),
            "whose private half is published",
        ),
        (_usable('times[key["kid"]] == 1', "True"), "Two keys have the same id"),
        (
            _usable('"verify" not in key.get("key_ops", ["verify"])', "False"),
            "whose `key_ops` do not hold `verify`",
        ),
        (_function("usable_keys(jwks)", "return jwks['keys']"), "Return a dict from key id to key"),
    ],
    "trusted_key": [
        (
            _find("if 'jwk' in header: raise ValueError('no')", "return keys[header['kid']]"),
            "Pass over what the header brings",
        ),
        (_find("return header.get('jwk') or keys[header['kid']]"), "A header came with `jwk`"),
        (_find("return keys[header['kid']]"), "raised KeyError"),
        (
            _find("if header.get('kid') not in keys: raise ValueError('no')", "return keys[header['kid']]"),
            "raised TypeError",
        ),
        (
            _find(
                "if 'kid' not in header and len(keys) == 1: return next(iter(keys.values()))",
                "kid = header.get('kid')",
                "if not isinstance(kid, str) or kid not in keys: raise ValueError('no')",
                "return keys[kid]",
            ),
            "for a set of one key",
        ),
        (_find("return next(iter(keys.values()))"), "For the key id 'second'"),
        (
            _find(
                "kid = header.get('kid')",
                "if not isinstance(kid, str): raise ValueError('no')",
                "return keys.get(kid)",
            ),
            "It let an unknown key id",
        ),
    ],
    "check_type": [
        (_type("typ != 'JWT'"), "It refused the type 'at+jwt'"),
        (_type("typ != 'at+jwt'"), "It refused the type 'JWT'"),
        (_type("typ not in ('JWT', 'at+jwt')"), "another spelling of the same type"),
        (_type("'jwt' not in typ.lower()"), "It let the type 'logout+jwt' pass"),
        (_type("typ.lower().removeprefix('application/') not in ('jwt', 'at+jwt')"), "raised AttributeError"),
        (
            _type(
                "typ is not None and str(typ).lower().removeprefix('application/') not in ('jwt', 'at+jwt')"
            ),
            "a header with no type",
        ),
        (_type("str(typ).lower().split('/')[-1] not in ('jwt', 'at+jwt')"), "'text/at+jwt'"),
    ],
    "check_lifetime": [
        (_lifetime("exp - iat > 30 * 86400", "exp <= now"), "where one hour is the longest pass"),
        (_lifetime("exp - iat > longest", "exp <= now"), "issued in the future"),
        (_lifetime("not iat <= now < exp <= iat + longest"), "no `iat`: It raised TypeError"),
        (
            _lifetime(
                "type(iat) not in (int, float) or type(exp) not in (int, float)",
                "not iat <= now <= exp <= iat + longest",
            ),
            "at the very second of its `exp`",
        ),
        (
            _lifetime(
                "type(iat) not in (int, float) or type(exp) not in (int, float)",
                "iat > now or exp <= now or exp > iat + longest",
            ),
            "of nan",
        ),
        (
            _lifetime(
                "type(iat) not in (int, float) or type(exp) not in (int, float)",
                "not iat <= now < exp or not float(exp) - iat <= longest",
            ),
            "401 digits",
        ),
        (_lifetime("True"), "It refused a token of one day"),
    ],
    "check_forms": [
        (_forms("if not isinstance(claims['sub'], str): raise ValueError('no')"), "a token with no `iss`"),
        (
            _forms("for name in ('iss', 'sub', 'aud'):", "    if name not in claims: raise ValueError(name)"),
            "a `iss` of 5",
        ),
        (
            _forms(
                "for name in ('iss', 'sub', 'aud', 'scope'):",
                "    if not isinstance(claims.get(name), str): raise ValueError(name)",
            ),
            "It refused a token with no scope",
        ),
        (
            _forms(
                "for name in ('iss', 'sub'):",
                "    if not isinstance(claims.get(name), str) or not claims[name]: raise ValueError(name)",
                "if not isinstance(claims.get('aud'), (str, list)): raise ValueError('aud')",
            ),
            "an `aud` of ['https://api.example', 1]",
        ),
        (
            _forms(
                "for name in ('iss', 'sub'):",
                "    if not isinstance(claims.get(name), str): raise ValueError(name)",
                "if not isinstance(claims.get('aud'), (str, list)): raise ValueError('aud')",
            ),
            "an empty `sub`",
        ),
        (
            _forms(
                "for name in ('iss', 'sub', 'aud'):",
                "    if not isinstance(claims[name], str): raise ValueError(name)",
            ),
            "It refused an `aud` that is a list of texts",
        ),
        (
            _forms(
                "for name in ('iss', 'sub'):",
                "    if not isinstance(claims.get(name), str) or not claims[name]: raise ValueError(name)",
                "aud = claims.get('aud')",
                "if not all(isinstance(a, str) for a in ([aud] if not isinstance(aud, list) else aud)): raise ValueError('aud')",
            ),
            "a `scope` of ['read:todos']",
        ),
    ],
    "decode_strictly": [
        (_decode("return base64.urlsafe_b64decode(segment + '=' * (-len(segment) % 4))"), "with its padding"),
        (_decode("return base64.urlsafe_b64decode(segment)"), "It refused"),
        (
            _decode(
                "if not re.fullmatch('[A-Za-z0-9_-]*', segment): raise ValueError('no')",
                "return base64.urlsafe_b64decode(segment + '=' * (-len(segment) % 4))",
            ),
            "the last character has bits",
        ),
        (
            _decode(
                "octets = base64.urlsafe_b64decode(segment + '=' * (-len(segment) % 4))",
                "if base64.urlsafe_b64encode(octets).decode().rstrip('=') != segment.strip(): raise ValueError('no')",
                "return octets",
            ),
            "a line break at the end",
        ),
        (_decode("return segment.encode()"), "it returned other bytes"),
        (_decode("return base64.urlsafe_b64decode(segment + '==').decode('latin-1')"), "Return the bytes"),
    ],
    "read_object": [
        (_read("object_pairs_hook=unique, ", ""), "an object in which a name stands twice"),
        (_read('octets.decode("utf-8")', 'octets.decode("utf-8-sig")'), "a byte-order mark"),
        (_read('octets.decode("utf-8")', 'octets.decode("utf-8", "replace")'), "bytes that are not UTF-8"),
        (_read("parse_constant=finite, ", ""), "NaN"),
        (_read(", parse_float=finite", ""), "1e400"),
        (_read("    json.dumps(value, ensure_ascii=False).encode()\n", ""), "half of a surrogate pair"),
        (_read("if not isinstance(value, dict)", "if False"), "It let a list pass"),
        (_read('text.count("[") + text.count("{") > 32', "False"), "objects that lie 100 deep"),
        (_read('text.count("[") + text.count("{") > 32', 'text.count("{") > 32'), "5,000 deep"),
    ],
    "bearer_token": [
        (_bearer("return dict(headers).get('Authorization', 'x x').split()[1]"), "know no capitals"),
        (_bearer(_VALUES, "return values[0].split()[1]"), "no Authorization header: It raised IndexError"),
        (_bearer(_VALUES, _NONE, "return values[0].removeprefix('Bearer ')"), "'bearer TOKEN'"),
        (_bearer(_VALUES, _NONE, "return values[0].split()[-1]"), "another scheme, Basic"),
        (_bearer(_VALUES, _NONE, _SCHEME, "return values[0].split()[-1]"), "two Authorization headers"),
        (
            _bearer(
                _VALUES,
                "values += [f'Bearer {value}' for name, value in query if name == 'access_token']",
                _NONE,
                _SCHEME,
                "return values[0].split()[-1]",
            ),
            "a token in the address alone",
        ),
        (
            _bearer(
                _VALUES,
                _NONE,
                "if len(values) > 1: raise ValueError('two')",
                _SCHEME,
                "return values[0].split()[1]",
            ),
            "one in the address",
        ),
        (_bearer(_VALUES, _NONE, _TWICE, _SCHEME, "return values[0].split()[1]"), "nothing behind it"),
        (
            _bearer(
                _VALUES,
                _NONE,
                _TWICE,
                _SCHEME,
                "return re.match(r'(?i:bearer)\\s+(\\S+)', values[0] + ' x')[1]",
            ),
            "the word Bearer with nothing behind it",
        ),
    ],
    "strict_verify": [
        (_strict("    lesson_05.check_type.working(header)\n"), "another kind. It says"),
        (_strict('"crit" in header or header.get("b64", True) is not True', "False"), "demands an extension"),
        (_strict("    lesson_05.check_forms.working(claims)\n"), "aud a list with a number"),
        (_strict("claims, now, 30 * 86_400", "claims, now, 300 * 86_400"), "30 days and a second"),
        (_strict("claims, now, 30 * 86_400", "claims, now, 86_400"), "It refused a good token, the one that"),
        (_strict("    lesson_04.check_audience.working(claims, audience)\n"), "another API's"),
        (_strict("    lesson_04.check_issuer.working(claims, issuer)\n"), "another issuer's"),
        (_strict("    lesson_04.check_times.working(claims, now)\n"), "It begins in an hour"),
        (
            _strict(
                "lesson_05.usable_keys.working(jwks)",
                '{key["kid"]: key for key in jwks["keys"] if "kid" in key}',
            ),
            "512 bits",
        ),
        (
            _strict("lesson_05.read_object.working(octets[1])", "__import__('json').loads(octets[1])"),
            "the same claim twice",
        ),
        (_strict("    return claims\n"), "did not return the claims"),
        (_strict("len(token) > 8192 or not token.isascii()", "not token.isascii()"), "It is a megabyte long"),
        ("from helpers.exercises.lesson_04 import verify\nstrict_verify = verify.working", "b64 a text"),
    ],
}
