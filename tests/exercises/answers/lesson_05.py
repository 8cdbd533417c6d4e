"""Right answers to the exercises of lesson 05; the wrong ones are in lesson_05_wrong.py."""

from answers.lesson_05_pieces import (
    ADDRESS,
    BY_HAND_BEARER,
    CAREFUL_READER,
    FINISHED_KEYS,
    GROUPED_KEYS,
    LOOP_KEYS,
    MANY,
    ORDERED_READER,
    VALUES,
    algorithm,
    bearer,
    decode,
    find,
    forms,
    life,
    lifetime,
    read,
    typ,
    usable,
)
from answers.lesson_05_strict import RIGHT_STRICT
from answers.lesson_05_wrong import WRONG

__all__ = ["RIGHT", "WRONG"]

RIGHT: dict[str, list[str]] = {
    "algorithm_for": [
        algorithm("if (header.get('alg'), key.get('kty'), key.get('alg', 'RS256')) == ('RS256', 'RSA', 'RS256'):", "    return 'RS256'", "raise ValueError('no')"),
        algorithm("match header, key:", "    case {'alg': 'RS256'}, {'kty': 'RSA', 'alg': 'RS256'}: return 'RS256'", "    case {'alg': 'RS256'}, {'kty': 'RSA'} if 'alg' not in key: return 'RS256'", "raise ValueError('no')"),
        algorithm("ALGORITHMS = {'RSA': 'RS256'}", "kty = key.get('kty')", "right = ALGORITHMS.get(kty) if isinstance(kty, str) else None", "if right is None or header.get('alg') != right: raise ValueError('no')", "if 'alg' in key and key['alg'] != right: raise ValueError('no')", "return right"),
        algorithm("try:", "    assert header['alg'] == 'RS256' and key['kty'] == 'RSA'", "    assert key.setdefault('alg', 'RS256') == 'RS256'", "except (KeyError, AssertionError):", "    raise ValueError('no') from None", "return header['alg']"),
        algorithm("wanted = [(header, 'alg', 'RS256'), (key, 'kty', 'RSA')] + ([(key, 'alg', 'RS256')] if 'alg' in key else [])", "for where, name, value in wanted:", "    if name not in where or where[name] != value: raise ValueError(name)", "return ''.join(['RS', '256'])"),
    ],
    "usable_keys": [LOOP_KEYS, FINISHED_KEYS, GROUPED_KEYS, usable(("times[key[\"kid\"]] == 1", "sum(other[\"kid\"] == key[\"kid\"] for other in usable) == 1"), (">= 2048", "> 2047"))],
    "trusted_key": [
        find("try:", "    return keys[header['kid']]", "except (KeyError, TypeError):", "    raise ValueError('no') from None"),
        find("kid = header.get('kid')", "found = [key for name, key in keys.items() if name == kid]", "if len(found) != 1: raise ValueError('no')", "return dict(found[0])"),
        find("match header:", "    case {'kid': str(kid)} if kid in keys: return keys[kid]", "raise ValueError('no')"),
        find("kid = header.get('kid')", "key = keys.get(kid) if isinstance(kid, str) else None", "if key is None: raise ValueError('no')", "return key"),
        find("kid = header.get('kid', None)", "if type(kid) is not str or not 0 < len(kid) <= 256: raise ValueError('form')", "for each in keys:", "    if each == kid: return keys[each]", "else:", "    raise ValueError('unknown')"),
    ],
    "check_type": [
        typ("import re", "typ = header.get('typ')", "if type(typ) is not str or not re.fullmatch(r'jwt|(application/)?at\\+jwt', typ, re.IGNORECASE | re.ASCII): raise ValueError('no')"),
        typ("try:", "    typ = header['typ'].lower()", "except (KeyError, AttributeError):", "    raise ValueError('no') from None", "if typ not in ('jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'): raise ValueError('no')", "return typ"),
        typ("typ = header.get('typ')", "for good in ('JWT', 'at+jwt', 'application/at+jwt'):", "    if isinstance(typ, str) and typ.casefold() == good.casefold(): return", "raise ValueError('no')"),
        typ("match header:", "    case {'typ': str(typ)}:", "        kind = typ.upper()", "    case _:", "        raise ValueError('no')", "if kind[:12] == 'APPLICATION/': kind = kind[12:]", "if kind != 'JWT' and kind != 'AT+JWT': raise ValueError('no')"),
    ],
    "check_lifetime": [
        life("for name in ('iat', 'exp'):", "    value = claims.get(name)", "    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or value in (float('inf'), float('-inf')): raise ValueError(name)", "if claims['iat'] > now or now >= claims['exp']: raise ValueError('now')", "if claims['exp'] > claims['iat'] + longest: raise ValueError('long')"),
        life("from decimal import Decimal", "import math", "def moment(name):", "    value = claims.get(name)", "    if type(value) is int or type(value) is float and math.isfinite(value): return Decimal(value)", "    raise ValueError(name)", "iat, exp, now = moment('iat'), moment('exp'), Decimal(now)", "if not (iat <= now and now < exp): raise ValueError('now')", "if exp > iat + longest: raise ValueError('long')"),
        life("from fractions import Fraction", "try:", "    iat, exp = (Fraction({int: int, float: float}[type(claims[name])](claims[name])) for name in ('iat', 'exp'))", "except (KeyError, ValueError, OverflowError):", "    raise ValueError('no') from None", "if exp - iat > longest or iat > now or exp <= now: raise ValueError('no')"),
        life("import math", "try:", "    iat, exp = claims['iat'], claims['exp']", "    if {type(iat), type(exp)} - {int, float}: raise ValueError('type')", "    good = math.isfinite(iat) and math.isfinite(exp) and exp - iat <= longest and iat <= now < exp", "except (KeyError, OverflowError):", "    good = False", "if not good: raise ValueError('no')"),
        lifetime("not all(type(each) in (int, float) for each in (iat, exp))", "not abs(iat) < float('inf')", "iat > now", "not exp > now", "not exp <= iat + longest"),
    ],
    "check_forms": [
        forms("for name in ('iss', 'sub'):", "    if not isinstance(claims.get(name), str): raise ValueError(name)", "if not claims['sub']: raise ValueError('sub')", "for name in ('scope', 'jti'):", "    if name in claims and not isinstance(claims[name], str): raise ValueError(name)", "aud = claims.get('aud')", "if isinstance(aud, str): return", "if not isinstance(aud, list) or any(not isinstance(each, str) for each in aud): raise ValueError('aud')"),
        forms("match claims:", "    case {'iss': str(), 'sub': str(sub), 'aud': str() | list() as aud} if sub: pass", "    case _: raise ValueError('no')", "many = aud if isinstance(aud, list) else [aud]", "if {type(each) for each in many} - {str}: raise ValueError('aud')", "if {type(claims[name]) for name in ('scope', 'jti') if name in claims} - {str}: raise ValueError('no')"),
        forms("try:", "    assert type(claims['iss']) is str and type(claims['sub']) is str and claims['sub'] != ''", "    aud = claims['aud']", "    assert isinstance(aud, str) or isinstance(aud, list) and all(map(lambda one: isinstance(one, str), aud))", "    assert all(type(claims.get(name, '')) is str for name in ['scope', 'jti'])", "except (KeyError, AssertionError):", "    raise ValueError('no') from None", "return True"),
        forms("def texts(value):", "    if isinstance(value, list):", "        return len(value) > 0 and all(isinstance(one, str) for one in value)", "    return isinstance(value, str)", "rules = {'iss': lambda v: isinstance(v, str), 'sub': lambda v: isinstance(v, str) and len(v) > 0, 'aud': texts}", "for name, rule in rules.items():", "    if not rule(claims.get(name)): raise ValueError(name)", "for name in {'scope', 'jti'} & claims.keys():", "    if not isinstance(claims[name], str): raise ValueError(name)"),
    ],
    "decode_strictly": [
        decode("if not re.fullmatch(r'[A-Za-z0-9_-]*', segment): raise ValueError('characters')", "octets = base64.urlsafe_b64decode(segment + '=' * (-len(segment) % 4))", "if base64.urlsafe_b64encode(octets).rstrip(b'=') != segment.encode(): raise ValueError('bits')", "return octets"),
        decode("from helpers.tokens.encoding import decode_base64url", "if not segment.isascii(): raise ValueError('ascii')", "return decode_base64url(segment.encode('ascii'))"),
        decode("alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'", "bits = ''", "for letter in segment:", "    bits += f'{alphabet.index(letter):06b}'", "spare = len(segment) * 6 % 8", "if spare == 6 or spare and '1' in bits[-spare:]: raise ValueError('bits')", "return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits) - spare, 8))"),
        decode("if set(segment) - set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'): raise ValueError('characters')", "size = len(segment)", "if size % 4 == 1: raise ValueError('length')", "if size % 4 == 2 and segment[-1] not in 'AQgw': raise ValueError('bits')", "if size % 4 == 3 and segment[-1] not in 'AEIMQUYcgkosw048': raise ValueError('bits')", "return base64.b64decode(segment.replace('-', '+').replace('_', '/') + '=' * (-size % 4), validate=True)"),
        decode("from joserfc.util import urlsafe_b64decode, urlsafe_b64encode", "octets = urlsafe_b64decode(segment.encode())", "if urlsafe_b64encode(octets).decode() != segment: raise ValueError('no')", "return octets"),
    ],
    "read_object": [
        ORDERED_READER,
        CAREFUL_READER,
        read(("    json.dumps(value, ensure_ascii=False).encode(\"utf-8\")\n", "    try:\n        repr_ = json.dumps(value, ensure_ascii=False).encode('utf-8', 'strict')\n    except UnicodeEncodeError as error:\n        raise ValueError(str(error)) from None\n")),
        read(("parse_constant=finite, ", "parse_constant=lambda name: {}[name], "), ("    value = json.loads(", "    if octets[:1] in (b'\\xef', b'\\xff', b'\\xfe') or b'\\0' in octets:\n        raise ValueError('encoding')\n    try:\n        value = json.loads("), ("finite)\n", "finite)\n    except KeyError:\n        raise ValueError('constant') from None\n")),
        read(("parse_float=finite", "parse_float=finite, parse_int=lambda digits: int(digits) if abs(int(digits)) < 10**308 else finite(digits + '.0')")),
    ],
    "bearer_token": [
        BY_HAND_BEARER,
        bearer(VALUES, "if len(values) == 0: return", MANY, "value, = values", r"word = re.match(r'[\w-]*', value)[0]", "if word.upper() != 'BEARER': return None", "if 'access_token' in {name: 1 for name, _ in query}: raise ValueError('twice')", r"match = re.match(r'[Bb][Ee][Aa][Rr][Ee][Rr] +(?P<token>[-A-Za-z0-9._~+/]+=*)\Z', value)", "if match is None: raise ValueError('form')", "return match.group('token')"),
        bearer("value = None", "for name, each in headers:", "    if name.upper() == 'AUTHORIZATION':", "        if value is not None: raise ValueError('two')", "        value = each", r"if value is None or not re.match(r'bearer\b(?!-)', value, re.I): return None", "for name, _ in query:", "    if name == 'access_token': raise ValueError('twice')", r"token = re.sub(r'^.{6} +', '', value)", r"if token == value or not re.fullmatch(r'[A-Za-z0-9._~+/-]+=*', token): raise ValueError('form')", "return token"),
        bearer(VALUES, "try:", "    value = values.pop()", "except IndexError:", "    return None", "if values: raise ValueError('two')", "scheme, *rest = re.split('( +)', value, maxsplit=1)", r"bearer = re.match(r'bearer(?![\w-])', scheme, re.I)", "if not bearer: return None", ADDRESS, r"if scheme.lower() != 'bearer' or len(rest) != 2 or not re.fullmatch(r'[A-Za-z\d\-._~+/]+=*', rest[1], re.A): raise ValueError('form')", "return rest[1]"),
    ],
    "strict_verify": RIGHT_STRICT,
}  # fmt: skip
