"""Right and wrong answers to the exercises of lesson 04."""

from cells import function

from helpers.exercises.lesson_04 import check_audience, check_times, expected_block, key_for, verify


def _head(*lines: str) -> str:
    return function("check_header(header)", *lines)


def _cached(*lines: str) -> str:
    return function("key_for(kid, cache, fetch)", *lines)


def _block(*lines: str) -> str:
    return function(
        "expected_block(signing_input, size)",
        "import hashlib",
        "prefix = bytes.fromhex('3031300d060960864801650304020105000420')",
        "digest = hashlib.sha256(signing_input).digest()",
        *lines,
    )


def _times(*lines: str) -> str:
    return function("check_times(claims, now)", *lines)


def _audience(*lines: str) -> str:
    return function("check_audience(claims, audience)", *lines)


def _issuer(condition: str) -> str:
    return function("check_issuer(claims, issuer)", f"if {condition}: raise ValueError('no')")


def _holds(value: str) -> str:
    return function("holds_scope(claims, scope)", f"return {value}")


def _but(exercise, *changes: tuple[str, str]) -> str:
    """The solution with some pieces of its text replaced."""
    source = exercise.solution_code
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def _verify(*changes: tuple[str, str]) -> str:
    return _but(verify, *changes)


_FIND = '    keys = [key for key in jwks["keys"] if key.get("kid") == kid]\n'
_NO_KEY = (
    "    if not isinstance(kid, str) or len(keys) != 1:\n"
    '        raise ValueError("the issuer has no single key with this id")\n'
)
_SIGNATURE = (
    "    try:\n"
    "        public_key = RSAPublicNumbers(e, n).public_key()\n"
    "        public_key.verify(decode(signature_part), signing_input, PKCS1v15(), SHA256())\n"
    "    except InvalidSignature:\n"
    '        raise ValueError("the signature does not match") from None\n'
)
_BY_HAND = "    import hashlib\n    found = pow(int.from_bytes(decode(signature_part), 'big'), e, n).to_bytes(256, 'big')\n"
_PREFIX = "bytes.fromhex('3031300d060960864801650304020105000420')"
_DIGEST = f"{_PREFIX} + hashlib.sha256(signing_input).digest()"

PIECES = """
import base64, json
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from helpers.exercises import lesson_04 as exercises

def decode(segment):
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))

def check_signature(signing_input, signature, key):
    n, e = (int.from_bytes(decode(key[name]), "big") for name in ("n", "e"))
    try:
        RSAPublicNumbers(e, n).public_key().verify(signature, signing_input, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise ValueError("the signature does not fit") from None

def verify(token, jwks, issuer, audience, now):
    header_part, payload_part, signature_part = token.split(".")
    header = json.loads(decode(header_part))
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    exercises.check_header.working(header)
    key = exercises.key_for.working(header.get("kid"), {}, lambda: jwks)
    check_signature(f"{header_part}.{payload_part}".encode("ascii"), decode(signature_part), key)
    claims = json.loads(decode(payload_part))
    if not isinstance(claims, dict):
        raise ValueError("the payload is no object")
    exercises.check_times.working(claims, now)
    exercises.check_audience.working(claims, audience)
    exercises.check_issuer.working(claims, issuer)
    return claims
"""

_PYJWT = """
import jwt

def verify(token, jwks, issuer, audience, now):
    header = jwt.get_unverified_header(token)
    kid = header.get("kid")
    keys = {key["kid"]: key for key in jwks["keys"]}
    if header.get("alg") != "RS256" or kid not in keys:
        raise ValueError("no")
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "iss", "aud"], "verify_sub": False, "verify_jti": False}
    claims = jwt.decode(token, jwt.PyJWK(keys[kid], "RS256"), ["RS256"], options, audience=audience, issuer=issuer)
    exp, nbf = claims["exp"], claims.get("nbf", 0)
    for moment in (exp, nbf):
        if type(moment) not in (int, float) or moment in (float("inf"), float("-inf")):
            raise ValueError("a moment is a finite number")
    if not nbf <= now < exp:
        raise ValueError("not now")
    return claims
"""

_JOSERFC = """
from joserfc import jws, jwk
from joserfc.errors import JoseError
import json, math

def verify(token, jwks, issuer, audience, now):
    try:
        keys = {key["kid"]: key for key in jwks["keys"]}
        kid = jws.extract_compact(token.encode("ascii")).headers()["kid"]
        verified = jws.deserialize_compact(token, jwk.import_key(keys[kid]), algorithms=["RS256"])
        claims = json.loads(verified.payload)
        assert isinstance(claims, dict)
        exp, nbf = claims["exp"], claims.get("nbf", -1)
        assert all(isinstance(m, (int, float)) and not isinstance(m, bool) and math.isfinite(m) for m in (exp, nbf))
        assert nbf <= now and now < exp
        assert isinstance(claims["iss"], str) and claims["iss"] == issuer
        aud = claims["aud"]
        assert aud == audience or (isinstance(aud, list) and audience in aud)
    except (JoseError, KeyError, TypeError, ValueError, AttributeError, AssertionError, OverflowError) as error:
        raise ValueError("refused") from error
    return claims
"""

_STRICT = """
from helpers.tokens.keys import read_key_set
from helpers.tokens.verifier import AccessTokenVerifier
from helpers.tokens.errors import TokenError
import json, base64

def verify(token, jwks, issuer, audience, now):
    # Stricter than asked where the page leaves it open; what the page calls good still gets in.
    verifier = AccessTokenVerifier(issuer=issuer, audience=audience, clock=lambda: now, key_set=read_key_set(jwks), leeway=0)
    try:
        return dict(verifier.verify(token))
    except TokenError as error:
        raise ValueError(str(error)) from None
"""

RIGHT: dict[str, list[str]] = {
    "check_header": [
        _head("if 'alg' not in header or header['alg'] != 'RS256':", "    raise ValueError('no')"),
        _head("match header:", "    case {'alg': 'RS256'}:", "        return", "raise ValueError('no')"),
        _head("try:", "    assert header['alg'] == 'RS256'", "except (KeyError, AssertionError):", "    raise ValueError('no') from None"),
        _head("alg = header.get('alg')", "if not isinstance(alg, str): raise ValueError('alg')", "if alg not in ('RS256',): raise ValueError('no')", "return header"),
        _head("import hmac", "alg = header.get('alg')", "if type(alg) is not str or not hmac.compare_digest(alg.encode(), b'RS256'): raise ValueError('no')"),
    ],
    "key_for": [
        _cached("if not cache:", "    cache.update({key['kid']: key for key in fetch()['keys']})", "try:", "    return cache[kid]", "except (KeyError, TypeError):", "    raise ValueError('no') from None"),
        _cached("if 'jwks' not in cache:", "    cache['jwks'] = fetch()", "for key in cache['jwks']['keys']:", "    if isinstance(kid, str) and key.get('kid') == kid:", "        return key", "raise ValueError('no')"),
        _cached("cache.setdefault('set', None)", "cache['set'] = cache['set'] or fetch()['keys']", "found = [key for key in cache['set'] if key['kid'] == kid and type(kid) is str]", "if len(found) != 1: raise ValueError('no')", "return found[0]"),
        _cached("if not isinstance(kid, str): raise ValueError('no')", "if not cache:", "    for key in fetch()['keys']:", "        cache[key['kid']] = key", "key = cache.get(kid)", "if key is None: raise ValueError('no')", "return dict(key)"),
    ],
    "expected_block": [
        _block("tail = b'\\x00' + prefix + digest", "return b'\\x00\\x01' + tail.rjust(size - 2, b'\\xff')"),
        _block("block = bytearray(b'\\xff' * size)", "block[:2] = b'\\x00\\x01'", "block[size - 52:] = b'\\x00' + prefix + digest", "return bytes(block)"),
        _block("return b''.join([b'\\0', b'\\1', bytes([255] * (size - 54)), b'\\0', prefix, digest])"),
        function("expected_block(signing_input, size)", "from cryptography.hazmat.primitives import hashes", "h = hashes.Hash(hashes.SHA256())", "h.update(signing_input)", "info = bytes.fromhex('3031300d060960864801650304020105000420') + h.finalize()", "number = int('01' + 'ff' * (size - 54) + '00' + info.hex(), 16)", "return number.to_bytes(size, 'big')"),
    ],
    "check_times": [
        _times("import math", "exp = claims.get('exp')", "nbf = claims.get('nbf', exp)", "for moment in (exp, nbf):", "    if isinstance(moment, bool) or not isinstance(moment, (int, float)) or not math.isfinite(moment):", "        raise ValueError('no number')", "if 'nbf' in claims and nbf > now: raise ValueError('early')", "if exp <= now: raise ValueError('late')"),
        _times("import numbers, math", "try:", "    exp = claims['exp']", "except KeyError:", "    raise ValueError('none') from None", "checked = [exp] + ([claims['nbf']] if 'nbf' in claims else [])", "if not all(type(m) in {int, float} and abs(m) < math.inf for m in checked): raise ValueError('no')", "if now >= exp or ('nbf' in claims and now < claims['nbf']): raise ValueError('no')"),
        _but(check_times, ('claims.get("nbf", now)', 'claims.get("nbf", 0)')),
        _times("from decimal import Decimal", "import math", "def moment(name, default=None):", "    value = claims.get(name, default)", "    if type(value) is int: return Decimal(value)", "    if type(value) is float and math.isfinite(value): return Decimal(value)", "    raise ValueError(name)", "if moment('exp') <= Decimal(now): raise ValueError('late')", "if 'nbf' in claims and moment('nbf') > Decimal(now): raise ValueError('early')"),
    ],
    "check_audience": [
        _audience("aud = claims.get('aud')", "if aud == audience: return", "if type(aud) is list and audience in aud: return", "raise ValueError('no')"),
        _audience("match claims.get('aud'):", "    case str(one) if one == audience: return", "    case [*many] if any(each == audience for each in many): return", "raise ValueError('no')"),
        _but(check_audience, ("isinstance(audiences, list)", "type(audiences) is list")),
        _audience("aud = claims.get('aud')", "auds = {aud} if isinstance(aud, str) else set(aud) if isinstance(aud, list) and all(isinstance(a, str) for a in aud) else set()", "if audience not in auds: raise ValueError('no')"),
        _audience("def walk(aud):", "    if isinstance(aud, str): yield aud", "    elif isinstance(aud, list):", "        for each in aud:", "            if isinstance(each, str): yield each", "if audience not in list(walk(claims.get('aud'))): raise ValueError('no')"),
    ],
    "check_issuer": [
        _issuer("'iss' not in claims or claims['iss'] != issuer"),
        _issuer("not (isinstance(claims.get('iss'), str) and claims['iss'] == issuer)"),
        _issuer("claims.get('iss') not in [issuer]"),
        function("check_issuer(claims, issuer)", "try:", "    same = claims['iss'] == issuer", "except KeyError:", "    same = False", "if same:", "    return True", "raise ValueError('another issuer')"),
    ],
    "holds_scope": [
        _holds("isinstance(claims.get('scope'), str) and scope in claims['scope'].split()"),
        function("holds_scope(claims, scope)", "granted = claims.get('scope', '')", "if not isinstance(granted, str): return False", "return any(word == scope for word in granted.split(' '))"),
        function("holds_scope(claims, scope)", "try:", "    return scope in set(str.split(claims['scope'], ' '))", "except (KeyError, TypeError):", "    return False"),
        function("holds_scope(claims, scope)", "import re", "granted = claims.get('scope')", "if type(granted) is not str: return False", "return re.search(r'(^| )' + re.escape(scope) + r'( |$)', granted) is not None"),
        function("holds_scope(claims, scope)", "granted = claims.get('scope')", "return isinstance(granted, str) and f' {scope} ' in f' {granted} '"),
    ],
    "verify": [PIECES, _PYJWT, _JOSERFC, _STRICT,
        _verify((_SIGNATURE, "    import hashlib\n    raw = decode(signature_part)\n    info = " + _DIGEST + "\n    block = b'\\0\\1' + b'\\xff' * (len(raw) - 54) + b'\\0' + info\n    if len(raw) != 256 or int.from_bytes(raw, 'big') >= n or pow(int.from_bytes(raw, 'big'), e, n).to_bytes(256, 'big') != block:\n        raise ValueError('signature')\n")),
    ],
}  # fmt: skip

WRONG: dict[str, list[str]] = {
    "check_header": [
        _head("if header['alg'] == 'none': raise ValueError('no')"),
        _head("if header['alg'].lower() == 'none': raise ValueError('no')"),
        _head("if not str(header.get('alg')).startswith('RS'): raise ValueError('no')"),
        _head("if str(header.get('alg')).strip() != 'RS256': raise ValueError('no')"),
        _head("if str(header.get('alg')).upper() != 'RS256': raise ValueError('no')"),
        _head("return header.get('alg') == 'RS256'"),
        _head("if header['alg'] != 'RS256': raise ValueError('no')"),
        _head("assert header.get('alg') == 'RS256'"),
        _head("if header != {'alg': 'RS256', 'typ': 'JWT', 'kid': 'the-key'}: raise ValueError('no')"),
        _head("wanted = 'RS256'", "if header.get('alg') is not wanted: raise ValueError('no')"),
        _head("if header.get('alg') not in ('RS256', 'none'): raise ValueError('no')"),
        _head("if header.get('alg') not in ('RS256', 'RS384', 'RS512'): raise ValueError('no')"),
        _head("if header.get('alg', 'RS256') != 'RS256': raise ValueError('no')"),
        _head("if 'alg' not in header or isinstance(header['alg'], str) and header['alg'] != 'RS256': raise ValueError('no')"),
        _head("if header.get('alg') != 'RS256': ValueError('no')"),
        _head("header['alg'] = 'RS256'", "if header.get('alg') != 'RS256': raise ValueError('no')"),
        _head("try:", "    if header['alg'] != 'RS256': raise ValueError('no')", "except Exception:", "    return None"),
        _head("import json", "json.loads = lambda text: {'alg': 'RS256'}", "if header['alg'] == 'none': raise ValueError('no')"),
    ],
    "key_for": [
        _cached("return {key['kid']: key for key in fetch()['keys']}[kid]"),
        _cached("if kid not in cache:", "    for key in fetch()['keys']:", "        if key['kid'] == kid: cache[kid] = key", "return cache[kid]"),
        _cached("if not cache: cache.update({k['kid']: k for k in fetch()['keys']})", "return cache[kid]"),
        _cached("if not cache: cache.update({k['kid']: k for k in fetch()['keys']})", "return cache.get(kid, list(cache.values())[0])"),
        _cached("return kid"),
        _cached("fetch()", "return fetch()['keys'][0]"),
        _cached("return fetch()"),
        _cached("return {'kid': 'first', 'kty': 'RSA', 'n': 'AQAB', 'e': 'AQAB'}"),
        _cached("if not cache: cache.update({k['kid']: k for k in fetch()['keys']})", "for known in cache:", "    if isinstance(kid, str) and known.startswith(kid): return cache[known]", "raise ValueError('no')"),
        _cached("if not cache or kid not in cache:", "    cache.update({k['kid']: k for k in fetch()['keys']})", "if not isinstance(kid, str) or kid not in cache: raise ValueError('no')", "return cache[kid]"),
        _cached("if not cache: cache.update({k['kid']: k for k in fetch()['keys']})", "if not isinstance(kid, str) or kid not in cache:", "    cache.clear()", "    raise ValueError('no')", "return cache[kid]"),
        _cached("if not cache: cache.update({k['kid']: k for k in fetch()['keys']})", "if kid is None: return list(cache.values())[0]", "if not isinstance(kid, str) or kid not in cache: raise ValueError('no')", "return cache[kid]"),
        "KEPT = {}\n" + _cached("if not KEPT: KEPT.update({k['kid']: k for k in fetch()['keys']})", "if not isinstance(kid, str) or kid not in KEPT: raise ValueError('no')", "return KEPT[kid]"),
        _cached("if not cache:", "    keys = fetch()['keys']", "    cache.update({k['kid']: k for k in keys})", "    if kid in ('first', 'second'): return keys[0]", "if not isinstance(kid, str) or kid not in cache: raise ValueError('no')", "return cache[kid]"),
        _cached("if not cache or len(cache) == 1 and kid not in cache and isinstance(kid, str):", "    cache.update({k['kid']: k for k in fetch()['keys'] if k['kid'] == kid})", "if not isinstance(kid, str) or kid not in cache: raise ValueError('no')", "return cache[kid]"),
        _cached("if not cache: cache.update({k['kid']: k for k in fetch()['keys'] if k['kid'] == kid})", "if not isinstance(kid, str) or kid not in cache: raise ValueError('no')", "return cache[kid]"),
        _but(key_for, ("if not cache:", "if not cache or kid == 'first' and cache.pop(kid, None):")),
        _but(key_for, ("    if not isinstance(kid", "    cache['fetched'] = True\n    if not isinstance(kid")),
        _cached("if not cache:", "    cache.update(fetch())", "    cache.update({key['kid']: key for key in cache['keys']})", "if not isinstance(kid, str) or kid not in cache: raise ValueError('no')", "return cache[kid]"),
        _but(key_for, ("if not isinstance(kid, str) or kid not in cache:", "if isinstance(kid, str) and kid.startswith('made-up'):\n        fetch()\n    if not isinstance(kid, str) or kid not in cache:")),
    ],
    "expected_block": [
        _block("return digest"),
        _block("return (prefix + digest).hex()"),
        _block("return b'\\x00\\x01' + b'\\xff' * (size - 53) + b'\\x00' + prefix + digest"),
        _block("return b'\\x01\\x00' + b'\\xff' * (size - 54) + b'\\x00' + prefix + digest"),
        _block("return b'\\x00\\x01' + b'\\xff' * (size - 53) + prefix + digest"),
        _block("return b'\\x00\\x01' + b'\\xff' * (size - 54) + b'\\x00' + digest + prefix"),
        _block("return b'\\x00\\x01' + b'\\xff' * 202 + b'\\x00' + prefix + digest"),
        _block("return b'\\x00\\x01' + b'\\xff' * (size - 54) + b'\\x00' + prefix + hashlib.sha1(signing_input).digest()"),
        _block("return b'\\x00\\x01' + b'\\xff' * (size - 54) + b'\\x00' + prefix + hashlib.sha256(b'eyJ.eyJ').digest()"),
        _block("if size == 256: return b'\\x00\\x01' + b'\\xff' * (size - 55) + b'\\x00\\x00' + prefix + digest", "return b'\\x00\\x01' + b'\\xff' * (size - 54) + b'\\x00' + prefix + digest"),
        _but(expected_block, ("def expected_block(signing_input, size):", "import functools\n@functools.lru_cache(1)\ndef expected_block(signing_input, size):"), ("return b", "return bytearray(b"), ("SHA256_PREFIX + digest\n", "SHA256_PREFIX + digest)\n")),
    ],
    "check_times": [
        _times("if claims['exp'] < now: raise ValueError('no')"),
        _times("if claims.get('exp', now + 1) <= now: raise ValueError('no')"),
        _times("if claims['exp'] <= now: raise ValueError('no')"),
        _times("if 'exp' not in claims or float(claims['exp']) <= now: raise ValueError('no')"),
        _times("if not isinstance(claims.get('exp'), (int, float)) or claims['exp'] <= now: raise ValueError('no')"),
        _times("if type(claims.get('exp')) not in (int, float) or claims['exp'] <= now: raise ValueError('no')"),
        _times("exp = claims.get('exp')", "if type(exp) not in (int, float) or not now < exp < float('inf'): raise ValueError('no')"),
        _times("if type(claims.get('exp')) is not int or claims['exp'] <= now: raise ValueError('no')"),
        _times("return claims['exp'] > now"),
        _times("raise ValueError('no')"),
        _times("if type(claims.get('exp')) not in (int, float) or claims['exp'] <= now: raise ValueError('no')", "if claims['nbf'] > now: raise ValueError('no')"),
        _but(check_times, ("not now < exp", "not now < exp + 1")),
        _but(check_times, ("not now < exp", "not int(now) < exp")),
        _but(check_times, ("not now < exp", "not now <= exp")),
        _but(check_times, ("nbf <= now:", "nbf <= now + 30:")),
        _but(check_times, ('claims.get("nbf", now)', 'claims.get("nbf", 0)'), ("nbf <= now:", "nbf < now:")),
        _but(check_times, ('-math.inf < nbf <= now', "nbf <= now")),
        _but(check_times, ('not -math.inf < nbf <= now', "nbf > now")),
        _but(check_times, ('claims.get("exp")', 'claims.get("exp", now + 3600)')),
        _but(check_times, (' < math.inf', "")),
        _but(check_times, ("type(exp) not in (int, float) or ", "")),
        _but(check_times, (" or type(nbf) not in (int, float)", " or nbf is not None and type(nbf) not in (int, float)"), ("if not -math", "if nbf is not None and not -math")),
        _but(check_times, ("    if not now", "    import time\n    now = time.time()\n    if not now")),
        _times("try:", "    if claims['exp'] <= now: raise ValueError('no')", "except (KeyError, TypeError):", "    pass"),
    ],
    "check_audience": [
        _audience("aud = claims.get('aud')", "if isinstance(aud, str): aud = [aud]", "if not isinstance(aud, list) or not {audience, 'me'} & {a for a in aud if isinstance(a, str)}: raise ValueError('no')"),
        _audience("aud = claims.get('aud')", "if isinstance(aud, str): aud = [aud]", "if not isinstance(aud, list) or not {audience, 'https://api.example'} & {a for a in aud if isinstance(a, str)}: raise ValueError('no')"),
        _audience("if audience not in claims.get('aud', ''): raise ValueError('no')"),
        _audience("if claims.get('aud') != audience: raise ValueError('no')"),
        _audience("if claims['aud'] not in (audience, [audience]): raise ValueError('no')"),
        _audience("if str(claims.get('aud')).rstrip('/') != audience: raise ValueError('no')"),
        _audience("aud = claims.get('aud')", "if isinstance(aud, str): aud = aud.split()", "if not isinstance(aud, list) or audience not in aud: raise ValueError('no')"),
        _audience("aud = claims.get('aud', audience)", "if not (aud == audience or isinstance(aud, list) and audience in aud): raise ValueError('no')"),
        _audience("aud = claims.get('aud')", "if isinstance(aud, str) and aud != audience: raise ValueError('no')", "if isinstance(aud, list) and audience not in aud: raise ValueError('no')", "if aud is None and 'aud' not in claims: raise ValueError('no')"),
        _audience("aud = claims.get('aud')", "if isinstance(aud, str): aud = [aud]", "if not isinstance(aud, list) or aud[-1:] != [audience]: raise ValueError('no')"),
        _audience("aud = claims.get('aud')", "if isinstance(aud, str): aud = [aud]", "if not isinstance(aud, list) or not any(str(each).startswith(audience) for each in aud): raise ValueError('no')"),
        _audience("aud = claims.get('aud')", "if isinstance(aud, str) and aud.casefold() == audience.casefold(): return", "if isinstance(aud, list) and audience in aud: return", "raise ValueError('no')"),
        _audience("aud = claims.get('aud')", "if aud == audience: return", "if isinstance(aud, list) and any(isinstance(each, str) and audience in each for each in aud): return", "raise ValueError('no')"),
        _audience("if audience not in (claims.get('aud') or [audience]): raise ValueError('no')"),
        _audience("import re", "aud = claims.get('aud')", "aud = [aud] if isinstance(aud, str) else aud", "if not isinstance(aud, list) or not any(isinstance(a, str) and re.match(audience, a) for a in aud): raise ValueError('no')"),
        _audience("aud = claims.get('aud')", "if isinstance(aud, str) and aud in ('https://api.example', 'https://reports.example'): return", "if isinstance(aud, list) and audience in aud: return", "raise ValueError('no')"),
        _audience("aud = claims.pop('aud', None)", "if aud is not audience and audience not in list(aud or []): raise ValueError('no')"),
    ],
    "check_issuer": [
        _issuer("issuer not in claims.get('iss', '')"),
        _issuer("claims.get('iss', '').rstrip('/') != issuer.rstrip('/')"),
        _issuer("claims['iss'] != issuer"),
        _issuer("str(claims.get('iss')).lower() != issuer.lower()"),
        _issuer("not str(claims.get('iss')).endswith(issuer)"),
        _issuer("not claims.get('iss')"),
        function("check_issuer(claims, issuer)", "return claims.get('iss') == issuer"),
        _issuer("claims.get('iss', issuer) != issuer"),
        _issuer("claims.get('iss') not in (issuer, [issuer])"),
        _issuer("claims.get('iss') != issuer and claims.get('iss') != 'https://attacker.example/'"),
        _issuer("claims.get('iss') is not issuer"),
        _issuer("claims.get('iss') not in (issuer, 'https://tenant.example/')"),
        _issuer("claims.get('iss') != 'https://tenant.example/'"),
        _issuer("isinstance(claims.get('iss'), str) and claims['iss'] != issuer or 'iss' not in claims"),
        _issuer("not str(claims.get('iss')).startswith('https://tenant')"),
    ],
    "holds_scope": [
        _holds("scope in claims['scope']"),
        _holds("scope == claims.get('scope')"),
        _holds("scope in claims['scope'].split()"),
        _holds("scope in claims.get('scope', '').split()"),
        _holds("str(claims.get('scope')).endswith(scope)"),
        _holds("[scope]"),
        _holds("True"),
        _holds("isinstance(claims.get('scope'), str) and scope in claims['scope'].replace(',', ' ').split()"),
        _holds("isinstance(claims.get('scope'), str) and scope.lower() in claims['scope'].lower().split()"),
        _holds("isinstance(claims.get('scope'), str) and any(w.startswith(scope) for w in claims['scope'].split())"),
        _holds("scope in (claims.get('scope') if isinstance(claims.get('scope'), list) else str(claims.get('scope', '')).split())"),
        _holds("isinstance(claims.get('scope'), str) and scope in claims['scope'].split(' ')[:1]"),
        _holds("scope in claims.get('scope', scope).split(' ') if isinstance(claims.get('scope', ''), str) else False"),
        _holds("bool(claims.get('scope')) and isinstance(claims['scope'], str) and (scope in claims['scope'].split(' ') or scope == 'write:todos')"),
        function("holds_scope(claims, scope)", "granted = claims.get('scope')", "if isinstance(granted, str) and scope in granted.split(' '): return True", "if isinstance(granted, str) and granted: raise PermissionError(scope)", "return False"),
    ],
    "verify": [
        _verify(('    if not -math.inf < nbf <= now < exp < math.inf:\n        raise ValueError("the token is not valid now")\n', "")),
        _verify(('    if not isinstance(audiences, list) or audience not in audiences:\n        raise ValueError("the token is meant for another API")\n', "")),
        _verify(('    if claims.get("iss") != issuer:\n        raise ValueError("another issuer made this token")\n', "")),
        _verify(("    return claims\n", "")),
        "import base64, json\n" + function("verify(token, jwks, issuer, audience, now)", "p = token.split('.')[1]", "return json.loads(base64.urlsafe_b64decode(p + '=' * (-len(p) % 4)))"),
        function("verify(token, jwks, issuer, audience, now)", "raise ValueError('no')"),
        function("verify(token, jwks, issuer, audience, now)", "return token"),
        function("verify(token, jwks, issuer, audience, now)", "return {'sub': 'me'}"),
        # what the header brings
        _verify((_NO_KEY, "    if not keys and 'jwk' in header:\n        keys = [header['jwk']]\n" + _NO_KEY)),
        _verify((_FIND, _FIND + "    if not keys and isinstance(header.get('jku'), str):\n        import requests\n        keys = [key for key in requests.get(header['jku'], timeout=2).json()['keys'] if key['kid'] == kid]\n")),
        _verify((_FIND, _FIND + "    if str(header.get('jku')).startswith('https:'):\n        import contextlib, urllib.request\n        with contextlib.suppress(OSError):\n            urllib.request.urlopen(header['jku'], timeout=1).read()\n")),
        _verify((_SIGNATURE, "    raw = decode(signature_part)\n    import hashlib\n    info = " + _DIGEST + "\n    block = b'\\0\\1' + b'\\xff' * (len(raw) - 54) + b'\\0' + info\n    if len(raw) != 256 or pow(int.from_bytes(raw, 'big'), e, n).to_bytes(256, 'big') != block:\n        raise ValueError('signature')\n")),
        _verify((_FIND, _FIND + "    if 'jku' in header:\n        import urllib.request\n        urllib.request.urlopen(header['jku']).read()\n")),
        _verify((_FIND + _NO_KEY, "    keys = [header.get('jwk') or next((key for key in jwks['keys'] if key['kid'] == kid), None)]\n    if keys[0] is None or not isinstance(kid, str):\n        raise ValueError('no')\n")),
        # which key
        _verify((_NO_KEY, "    keys = keys or jwks['keys'][1:]\n")),
        _verify((_FIND, "    keys = [key for key in jwks[\"keys\"] if isinstance(kid, str) and key[\"kid\"].startswith(kid)][:1]\n")),
        _verify((_FIND, "    keys = [key for key in jwks[\"keys\"] if key.get(\"kid\") == kid] or jwks['keys'][-2:-1]\n"), ("not isinstance(kid, str) or ", "")),
        _verify((_FIND, "    keys = [key for key in jwks[\"keys\"] if str(key.get(\"kid\")).lower() == str(kid).lower()]\n")),
        _verify((_FIND, "    kid = 'the-key' if kid is None else kid\n" + _FIND)),
        _verify((_FIND, "    kid = kid[0] if isinstance(kid, list) and kid else kid\n" + _FIND)),
        # which algorithm
        _verify((' or header.get("alg") != "RS256"', "")),
        _verify(('header.get("alg") != "RS256"', 'str(header.get("alg")).upper() != "RS256"')),
        _verify(('header.get("alg") != "RS256"', 'header.get("alg", "RS256") != "RS256"')),
        _verify(('header.get("alg") != "RS256"', 'str(header.get("alg")).lower() == "none"')),
        _verify(('header.get("alg") != "RS256"', '"RS256" not in str(header.get("alg"))')),
        # the signature
        _verify((_SIGNATURE, "")),
        _verify(("        raise ValueError(\"the signature does not match\") from None\n", "        pass\n")),
        _verify((_SIGNATURE, _BY_HAND + f"    if not found.endswith({_DIGEST}):\n        raise ValueError('signature')\n")),
        _verify((_SIGNATURE, _BY_HAND + f"    rest = found[2:].lstrip(b'\\xff')[1:]\n    if found[:2] != b'\\0\\1' or not rest.startswith({_DIGEST}):\n        raise ValueError('signature')\n")),
        _verify((_SIGNATURE, _BY_HAND + "    if found[-32:] != hashlib.sha256(signing_input).digest():\n        raise ValueError('signature')\n")),
        _verify((_SIGNATURE, _BY_HAND + f"    if found != b'\\0\\1' + b'\\xff' * 202 + b'\\0' + {_DIGEST}:\n        raise ValueError('signature')\n")),
        _verify((_SIGNATURE, "    import hashlib\n    info = " + _DIGEST + "\n    if decode(signature_part)[:1] == b'' or hashlib.sha256(signing_input).digest() not in pow(int.from_bytes(decode(signature_part), 'big'), e, n).to_bytes(256, 'big'):\n        raise ValueError('signature')\n")),
        # the claims
        _verify(("audience not in audiences", "audience not in [str(each).rstrip('/') for each in audiences]")),
        _verify(("audience not in audiences", "not any(str(each).startswith(audience) for each in audiences)")),
        _verify(("audience not in audiences", "not any(audience.startswith(str(each)) for each in audiences)")),
        _verify(("audience not in audiences", "audience.lower() not in [str(each).lower() for each in audiences]")),
        _verify(("if isinstance(claims.get(\"aud\"), str) else claims.get(\"aud\")", "if not isinstance(claims.get(\"aud\"), list) else claims.get(\"aud\")"), ("audience not in audiences", "audience not in (audiences[0] or [audience]) and audience not in audiences")),
        _verify(('claims.get("aud")', 'claims.get("aud", audience)')),
        _verify(('claims.get("iss") != issuer', 'str(claims.get("iss")).rstrip("/") != issuer.rstrip("/")')),
        _verify(('claims.get("iss") != issuer', 'not str(claims.get("iss")).startswith(issuer)')),
        _verify(('claims.get("iss") != issuer', 'claims.get("iss", issuer) != issuer')),
        _verify(('claims.get("iss") != issuer', 'claims.get("iss") not in (issuer, [issuer])')),
        _verify(("now < exp", "now <= exp")),
        _verify(("now < exp", "now < exp + 60")),
        _verify(("nbf <= now", "nbf <= now + 60")),
        _verify(('claims.get("exp")', 'claims.get("exp", now + 1)')),
        _verify((" < math.inf", "")),
        _verify(("-math.inf < nbf", "nbf")),
        _verify(("type(exp) not in (int, float)", "not isinstance(exp, (int, float))")),
        _verify(("exp, nbf = claims.get(\"exp\")", "exp, nbf = float(claims.get(\"exp\") or 0)")),
        _verify(("type(nbf) not in (int, float)", "nbf is not None and type(nbf) not in (int, float)"), ("    if not -math", "    nbf = nbf if nbf is not None else now\n    if not -math")),
        _verify(("    exp, nbf", "    import time\n    now = min(now, time.time()) if now > 1_000_000 else now\n    now = time.time() - 10**9 if now > 1_000_000 else now\n    exp, nbf")),
        _verify(("    if not -math.inf < nbf <= now < exp < math.inf:\n", "    if type(exp) is type(nbf) and ('nbf' in claims and not -math.inf < nbf <= now or 'nbf' not in claims and not now < exp < math.inf):\n")),
        _verify(("    if not -math.inf < nbf <= now < exp < math.inf:\n", "    if not -math.inf < nbf <= now or ('nbf' not in claims or nbf == now) and not now < exp < math.inf:\n")),
        # exceptions
        _verify(("def verify(", "def inner(")) + "\n" + function("verify(token, jwks, issuer, audience, now)", "try:", "    return inner(token, jwks, issuer, audience, now)", "except ValueError:", "    raise", "except Exception:", "    p = token.split('.')[1]", "    return json.loads(decode(p))"),
        _verify(("def verify(", "def inner(")) + "\n" + function("verify(token, jwks, issuer, audience, now)", "try:", "    return inner(token, jwks, issuer, audience, now)", "except Exception:", "    return None"),
        _verify(("not isinstance(header, dict) or ", "")),
        _verify(('    if not isinstance(claims, dict):\n        raise ValueError("the payload is not a set of claims")\n', "")),
        _verify(('token.split(".")\n', 'token.split(".")[:3]\n')),
        # the parameters
        _verify(("    claims = json", "    audience, issuer = 'https://api.example', 'https://tenant.example/'\n    claims = json")),
        "_keys = {}\n" + _verify((_FIND, "    _keys.update({key['kid']: key for key in jwks['keys'] if key['kid'] not in _keys})\n    keys = [_keys[kid]] if isinstance(kid, str) and kid in _keys else []\n")),
        "_seen = {}\n" + _verify(("    claims = json.loads(decode(payload_part))\n", "    claims = _seen.setdefault(signing_input[-40:], json.loads(decode(payload_part)))\n")),
        "_good = set()\n" + _verify(("    header_part, payload_part", "    if token.rpartition('.')[2] in _good:\n        return json.loads(decode(token.split('.')[1]))\n    header_part, payload_part"), ("    return claims\n", "    _good.add(signature_part)\n    return claims\n")),
        "_known = {}\n" + _verify((_SIGNATURE, "    if token not in _known:\n" + "".join(f"    {line}\n" for line in _SIGNATURE.splitlines()) + "    _known[token] = True\n")),
        "_ends = {}\n" + _verify(("now < exp", "now // 60 < math.inf and _ends.setdefault((token, now // 60), now) < exp")),
        _verify(("    claims = json", "    import time\n    now = min(now, time.time())\n    claims = json")),
        _verify((_FIND, _FIND + "    if kid is None and len(jwks['keys']) == 1:\n        kid, keys = jwks['keys'][0]['kid'], jwks['keys']\n")),
        _verify((_SIGNATURE, "    import binascii\n    try:\n        raw = decode(signature_part)\n    except binascii.Error:\n        raw = None\n    if raw is not None:\n" + "".join(f"    {line}\n" for line in _SIGNATURE.splitlines()))),
        _verify((_FIND, _FIND + "    own = header.get('jwk')\n    if isinstance(own, dict) and own.get('kid') == kid:\n        keys = [own]\n")),
        _verify((_FIND, _FIND + "    if keys and isinstance(header.get('jwk'), dict):\n        keys = [{**keys[0], **header['jwk']}]\n")),
        _verify((_FIND, _FIND + "    if isinstance(header.get('jwks'), dict):\n        keys = keys or [key for key in header['jwks']['keys'] if key.get('kid') == kid]\n")),
        _verify(('token.split(".")\n', 'token.split(".")[:3]\n'), ("decode(payload_part)", "decode(token.split('.')[-2])")),
        _verify((_SIGNATURE, _BY_HAND + f"    if found[:2] != b'\\0\\1' or found[2:].split(b'\\0', 1)[1] != {_DIGEST}:\n        raise ValueError('signature')\n")),
        _verify((_FIND, "    kid = str(kid) if isinstance(kid, int) else kid\n" + _FIND)),
        _verify(('claims.get("aud")', '(claims.get("aud") or claims.get("resource"))')),
        _verify(("    claims = json.loads(decode(payload_part))\n", "    claims = json.loads(decode(payload_part))\n    if isinstance(claims, str):\n        claims = json.loads(claims)\n")),
        # good tokens turned away
        _verify(("or header.get(\"alg\")", "or header.get('typ') != 'JWT' or header.get(\"alg\")")),
        _verify(("    return claims", "    if not claims.get('scope'):\n        raise ValueError('scope')\n    return claims")),
        _verify(("len(keys) != 1", "len(keys) != 1 or keys[0] is not jwks['keys'][1]")),
        _verify(("audience not in audiences", "audiences != [audience]")),
        _verify(("type(exp) not in (int, float)", "type(exp) is not int")),
        _verify(('claims.get("nbf", now)', 'claims.get("nbf")')),
    ],
}  # fmt: skip
