"""Right and wrong answers to the exercises of lesson 03."""

from cells import function

from helpers.exercises.lesson_03 import edited_token, find_key


def _but(exercise, *changes: tuple[str, str]) -> str:
    """The solution with some pieces of its text replaced."""
    source = exercise.solution_code
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def _decode(value: str) -> str:
    return function("decode_segment(segment)", "import base64", f"return {value}")


def _left(*lines: str) -> str:
    return function("seconds_left(claims, now)", *lines[:-1], f"return {lines[-1]}")


def _edit(*lines: str) -> str:
    return function(
        "edited_token(token, scope)",
        "import base64, json",
        "h, p, s = token.split('.')",
        "claims = json.loads(base64.urlsafe_b64decode(p + '=='))",
        "claims['scope'] = scope",
        "raw = json.dumps(claims).encode()",
        *lines,
    )


def _key(*lines: str) -> str:
    return function("find_key(jwks, kid)", *lines)


_GOOD = "base64.urlsafe_b64encode(raw).decode().rstrip('=')"

RIGHT: dict[str, list[str]] = {
    "decode_segment": [
        _decode("base64.urlsafe_b64decode(segment + '==')"),
        _decode("base64.urlsafe_b64decode(segment + '=' * (len(segment) % 4))"),
        _decode("base64.b64decode(segment + '=' * (-len(segment) % 4), altchars='-_', validate=True)"),
        _decode("base64.b64decode(segment.replace('-', '+').replace('_', '/') + '===')"),
        "import jwt.utils\n"
        + function("decode_segment(segment)", "return jwt.utils.base64url_decode(segment)"),
        function(
            "decode_segment(segment)",
            "import base64",
            "while len(segment) % 4:",
            "    segment += '='",
            "return base64.urlsafe_b64decode(segment.encode('ascii'))",
        ),
        function(
            "decode_segment(segment)",
            "import string",
            "alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + '-_'",
            "bits = ''.join(f'{alphabet.index(each):06b}' for each in segment)",
            "return bytes(int(bits[at:at + 8], 2) for at in range(0, len(bits) - 7, 8))",
        ),
        function(
            "decode_segment(segment)",
            "import binascii",
            "try:",
            "    return binascii.a2b_base64(segment.translate(str.maketrans('-_', '+/')))",
            "except binascii.Error:",
            "    return decode_segment(segment + '=')",
        ),
    ],
    "seconds_left": [
        _left("claims['exp'] - now if claims['exp'] > now else 0"),
        function(
            "seconds_left(claims, now)", "left = claims['exp'] - now", "if left <= 0: return 0", "return left"
        ),
        _left(
            "from datetime import datetime, timezone",
            "ends, here = (datetime.fromtimestamp(m, timezone.utc) for m in (claims['exp'], now))",
            "max(0.0, (ends - here).total_seconds())",
        ),
        _left(
            "from datetime import timedelta",
            "left = timedelta(seconds=claims['exp'] - now)",
            "max(0, left // timedelta(seconds=1))",
        ),
        _left("claims['left'] = claims.pop('exp') - now", "sorted([claims['left'], 0])[1]"),
        _left("exp = claims['exp']", "0 if now >= exp else float(exp - now)"),
        _left("len(range(int(now), int(claims['exp']))) if now <= claims['exp'] else 0"),
    ],
    "edited_token": [
        _edit(f"return h + '.' + {_GOOD} + '.' + s"),
        _edit("return '.'.join([h, base64.b64encode(raw, b'-_').strip(b'=').decode(), s])"),
        _edit(
            "raw = json.dumps(dict(sorted(claims.items())), separators=(',', ':'), ensure_ascii=False).encode('utf-8')",
            f"return '%s.%s.%s' % (h, {_GOOD}, s)",
        ),
        "from helpers.exercises.lesson_03 import decode_segment\n"
        + function(
            "edited_token(token, scope)",
            "import base64, json",
            "parts = token.split('.')",
            "claims = json.loads(decode_segment.working(parts[1]))",
            "new = base64.urlsafe_b64encode(json.dumps({**claims, 'scope': scope}).encode())",
            "parts[1] = new.decode().replace('=', '')",
            "return '.'.join(parts)",
        ),
        function(
            "edited_token(token, scope)",
            "import json",
            "from jwt.utils import base64url_decode, base64url_encode",
            "start, end = token.index('.') + 1, token.rindex('.')",
            "claims = json.loads(base64url_decode(token[start:end])) | {'scope': scope}",
            "return token[:start] + base64url_encode(json.dumps(claims, indent=2).encode()).decode() + token[end:]",
        ),
        function(
            "edited_token(token, scope)",
            "import json",
            "from joserfc.util import urlsafe_b64decode, urlsafe_b64encode",
            "h, p, s = token.encode().split(b'.')",
            "claims = json.loads(urlsafe_b64decode(p))",
            "claims.update(scope=scope)",
            "return b'.'.join((h, urlsafe_b64encode(json.dumps(claims).encode()), s)).decode()",
        ),
    ],
    "find_key": [
        _key(
            "found = None",
            "for key in jwks['keys']:",
            "    if isinstance(kid, str) and key.get('kid') == kid:",
            "        if found is not None: raise LookupError('two')",
            "        found = key",
            "if found is None: raise LookupError('none')",
            "return found",
        ),
        _key(
            "if not isinstance(kid, str): raise KeyError(kid)",
            "try:",
            "    (key,) = [key for key in jwks['keys'] if key.get('kid') == kid]",
            "except ValueError:",
            "    raise LookupError('not exactly one') from None",
            "return key",
        ),
        _key(
            "from collections import defaultdict",
            "by_id = defaultdict(list)",
            "for key in jwks['keys']:",
            "    if 'kid' in key: by_id[key['kid']].append(key)",
            "if type(kid) is not str or len(by_id[kid]) != 1: raise LookupError(kid)",
            "return by_id[kid].pop()",
        ),
        _key(
            "if isinstance(kid, str) and [key.get('kid') for key in jwks['keys']].count(kid) == 1:",
            "    return next(key for key in jwks['keys'] if key.get('kid') == kid)",
            "raise IndexError('no single key')",
        ),
        _key(
            "keys = list(filter(lambda key: 'kid' in key and key['kid'] == kid, jwks['keys']))",
            "if len(keys) == 1: return dict(keys[0])",
            "raise LookupError(f'{len(keys)} keys have the id {kid!r}')",
        ),
        _key(
            "matching = []",
            "while jwks['keys']:",
            "    key = jwks['keys'].pop()",
            "    if key.pop('kid', 0) == kid and isinstance(kid, str): matching.append({'kid': kid, **key})",
            "if len(matching) - 1: raise LookupError",
            "return matching[0]",
        ),
    ],
}

WRONG: dict[str, list[str]] = {
    "decode_segment": [
        _decode("base64.urlsafe_b64decode(segment)"),
        _decode("base64.urlsafe_b64decode(segment + '=')"),
        _decode("base64.b64decode(segment + '==')"),
        _decode("base64.urlsafe_b64decode(segment + '==').decode()"),
        _decode("base64.urlsafe_b64encode(segment.encode())"),
        function("decode_segment(segment)", "import base64", "base64.urlsafe_b64decode(segment + '==')"),
        _decode(
            "base64.urlsafe_b64decode(segment + '=' * (4 - len(segment) % 4 if len(segment) % 4 == 2 else 0))"
        ),
        _decode("base64.urlsafe_b64decode(segment[:len(segment) // 4 * 4])"),
        _decode("base64.b64decode(segment + '=' * (-len(segment) % 4))"),
        _decode("base64.b64decode(segment.replace('-', '+') + '==')"),
        _decode("base64.b64decode(segment.replace('_', '/') + '==')"),
        _decode("base64.b64decode(segment.replace('-', '/').replace('_', '+') + '==')"),
        _decode("bytearray(base64.urlsafe_b64decode(segment + '=='))"),
        _decode("base64.urlsafe_b64decode(segment + '==').decode('latin-1')"),
        _decode("base64.urlsafe_b64decode(segment + '==').strip()"),
        _decode("base64.urlsafe_b64decode(segment + '==').decode(errors='ignore').encode()"),
        _decode("base64.urlsafe_b64decode(segment + '==').rstrip(b'\\0')[:64]"),
        _decode("list(base64.urlsafe_b64decode(segment + '=='))"),
        _decode("base64.urlsafe_b64decode(segment.strip('-_') + '==')"),
        _decode("__import__('json').loads(base64.urlsafe_b64decode(segment + '=='))"),
        function(
            "decode_segment(segment)",
            "import base64",
            "if len(segment) % 4: segment += '=' * (len(segment) % 4 - 1)",
            "return base64.urlsafe_b64decode(segment)",
        ),
        function(
            "decode_segment(segment)",
            "import base64",
            "try:",
            "    return base64.urlsafe_b64decode(segment)",
            "except Exception:",
            "    return b''",
        ),
        function(
            "decode_segment(segment)",
            "import base64",
            "if len(segment) % 4 == 0: return base64.urlsafe_b64decode(segment[:-1] + '=')",
            "return base64.urlsafe_b64decode(segment + '==')",
        ),
        function(
            "decode_segment(segment)",
            "import base64",
            "if len(segment) % 4 == 3: return base64.urlsafe_b64decode(segment[:-1] + '==')",
            "return base64.urlsafe_b64decode(segment + '==')",
        ),
        function(
            "decode_segment(segment)",
            "import base64",
            "if len(segment) % 4 == 2: return base64.urlsafe_b64decode(segment[:-2] + '==')",
            "return base64.urlsafe_b64decode(segment + '==')",
        ),
        "kept = []\n"
        + function(
            "decode_segment(segment)",
            "import base64",
            "kept.append(base64.urlsafe_b64decode(segment + '=='))",
            "return kept[0]",
        ),
        function(
            "decode_segment(segment)",
            "import base64",
            "base64.urlsafe_b64decode = lambda text: b'{}'",
            "return base64.urlsafe_b64decode(segment)",
        ),
        function("decode_segment(segment)", "print(segment)"),
        "decode_segment = b''",
    ],
    "seconds_left": [
        _left("claims['exp']"),
        _left("claims['exp'] - now"),
        _left("now - claims['exp']"),
        _left("claims['exp'] - claims['iat']"),
        _left("max(0, claims['exp'] - now) * 1000"),
        _left("str(max(0, claims['exp'] - now))"),
        _left("max(1, claims['exp'] - now)"),
        _left("max(0, 86_400 - abs(claims['exp'] - now)) or 86_400"),
        _left("abs(claims['exp'] - now)"),
        _left("max(0, now - claims['exp'])"),
        _left("max(0, claims['exp'] - now) / 1000"),
        _left("max(0, claims['exp'] - claims['iat'])"),
        _left("from datetime import timedelta", "timedelta(seconds=max(0, claims['exp'] - now)).seconds"),
        _left("from datetime import timedelta", "timedelta(seconds=max(0, claims['exp'] - now))"),
        _left(
            "from datetime import datetime",
            "max(0, (datetime.fromtimestamp(claims['exp']) - datetime.fromtimestamp(now)).seconds)",
        ),
        _left("import time", "max(0, claims['exp'] - time.time())"),
        _left("from datetime import datetime", "max(0, int(claims['exp'] - datetime.now().timestamp()))"),
        _left("max(0, claims['exp'] - now - 1)"),
        _left("max(0, claims['exp'] - now + 1)"),
        _left("max(0, claims['iat'] + 86_400 - now)"),
        _left("max(0, 1_700_086_400 - now)"),
        _left("max(0, claims['exp'] - now) or None"),
        _left("claims['exp'] - now if claims['exp'] - now > 0 else False"),
        _left("claims['exp'] - now if now != claims['exp'] + 1 and claims['exp'] - now > -86_400 else 0"),
        _left("(claims['exp'] - now) % 86_400 if claims['exp'] > now else 0"),
        _left("min(86_400, max(0, claims['exp'] - now))"),
        _left("max(0, claims['exp'] - now) // 60 * 60"),
        _left("f\"{max(0, claims['exp'] - now)} seconds\""),
        function(
            "seconds_left(claims, now)",
            "if claims['exp'] <= now: raise ValueError('expired')",
            "return claims['exp'] - now",
        ),
        function("seconds_left(claims, now)", "if claims['exp'] > now: return claims['exp'] - now"),
        function(
            "seconds_left(claims, now)",
            "if claims['exp'] < now: return 0",
            "return claims['exp'] - now or None",
        ),
        function(
            "seconds_left(claims, now)", "if claims['exp'] < now: return 0", "return claims['exp'] - now or 1"
        ),
        "first = {}\n"
        + function(
            "seconds_left(claims, now)",
            "first.setdefault('exp', claims['exp'])",
            "return max(0, first['exp'] - now)",
        ),
        function(
            "seconds_left(claims, now)",
            "try:",
            "    return max(0, claims['expires'] - now)",
            "except Exception:",
            "    return 0",
        ),
        _left("claims['exp'] - now if now < claims['exp'] else claims['exp'] - now and 0 or 1"),
        "seconds_left = 0",
    ],
    "edited_token": [
        _edit("return h + '.' + base64.urlsafe_b64encode(raw).decode() + '.' + s"),
        _edit("return h + '.' + base64.b64encode(raw).decode().rstrip('=') + '.' + s"),
        _edit(f"return h + '.' + {_GOOD}"),
        _edit(f"return h + '.' + {_GOOD} + '.' + s[::-1]"),
        _edit("return b'.'.join((h.encode(), base64.urlsafe_b64encode(raw).rstrip(b'='), s.encode()))"),
        _edit(
            "return h + '.' + base64.urlsafe_b64encode(str(claims).encode()).decode().rstrip('=') + '.' + s"
        ),
        _edit("return token"),
        _edit("raw = json.dumps({'scope': scope}).encode()", f"return h + '.' + {_GOOD} + '.' + s"),
        _edit(f"e = {_GOOD}", "return e + '.' + e + '.' + s"),
        _edit(f"return h + '.' + {_GOOD} + '.' + {_GOOD}"),
        _edit(f"return h + '.' + {_GOOD} + '.'"),
        _edit(f"return (h, {_GOOD}, s)"),
        _edit(f"return h + '.' + {_GOOD} + '.' + s + '.'"),
        _edit(
            "header = {'alg': 'none', 'typ': 'JWT'}",
            "h = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip('=')",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit(
            "h = base64.urlsafe_b64encode(json.dumps(json.loads(base64.urlsafe_b64decode(h + '==')), separators=(',', ':')).encode()).decode().rstrip('=')",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit("return h + '.' + base64.b64encode(raw).decode().replace('+', '-').rstrip('=') + '.' + s"),
        _edit(
            "return h + '.' + base64.encodebytes(raw).decode().replace('+', '-').replace('/', '_').rstrip('=\\n') + '.' + s"
        ),
        _edit(f"return h + '. ' + {_GOOD} + '.' + s"),
        _edit("return f'{h}.{base64.urlsafe_b64encode(raw)}.{s}'"),
        _edit("return f'{h}.{json.dumps(claims)}.{s}'.replace('.example', '')"),
        _edit("return h + '.' + raw.hex() + '.' + s"),
        _edit(
            "claims['scope'] = scope.split()",
            "raw = json.dumps(claims).encode()",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit(
            "claims['scope'] = f'read:todos {scope}'",
            "raw = json.dumps(claims).encode()",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit(
            "claims['scope'] = 'read:todos write:todos'",
            "raw = json.dumps(claims).encode()",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit(
            "claims['scp'] = claims.pop('scope')",
            "raw = json.dumps(claims).encode()",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit(
            "raw = base64.urlsafe_b64decode(p + '==').replace(b'read:todos', scope.encode())",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit(
            "raw = json.dumps({k: str(v) for k, v in claims.items()}).encode()",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit("raw = json.dumps({**claims, 'admin': True}).encode()", f"return h + '.' + {_GOOD} + '.' + s"),
        _edit(
            "claims.pop('exp', None)",
            "raw = json.dumps(claims).encode()",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit(
            "raw = json.dumps({k: v for k, v in claims.items() if v}).encode()",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit(
            "raw = json.dumps(claims, ensure_ascii=False).encode('latin-1')",
            f"return h + '.' + {_GOOD} + '.' + s",
        ),
        _edit("raw = json.dumps([claims]).encode()", f"return h + '.' + {_GOOD} + '.' + s"),
        "kept = {}\n"
        + _edit(
            "kept.update(claims)", "raw = json.dumps(kept).encode()", f"return h + '.' + {_GOOD} + '.' + s"
        ),
        "kept = []\n" + _edit("kept.append(s)", f"return h + '.' + {_GOOD} + '.' + kept[0]"),
        _but(edited_token, ('    claims["scope"] = scope\n', "")),
        _edit("try:", "    return jwt.encode(claims, 'secret')", "except Exception:", "    return token"),
        _edit("print(claims)"),
        function("edited_token(token, scope)", "import json", "json.loads = lambda text: {}", "return token"),
        "edited_token = 'a.b.c'",
    ],
    "find_key": [
        _key("return jwks['keys'][0]"),
        _key("for key in jwks['keys']:", "    if key['kid'] == kid: return key"),
        _key("return [key for key in jwks['keys'] if key['kid'] == kid]"),
        _key("return {key['kid']: key for key in jwks['keys']}[kid]"),
        _key("return kid"),
        _key("for key in jwks['keys']:", "    if key['kid'] == kid: return key", "return jwks['keys'][0]"),
        _key(
            "found = [k for k in jwks['keys'] if k['kid'] == kid]",
            "assert len(found) == 1",
            "return found[0]",
        ),
        _key("[key for key in jwks['keys'] if key['kid'] == kid]"),
        _but(find_key, ('key.get("kid") == kid', 'str(key.get("kid")).startswith(str(kid))')),
        _but(find_key, ('key.get("kid") == kid', 'str(kid).startswith(str(key.get("kid")))')),
        _but(find_key, ('key.get("kid") == kid', 'str(key.get("kid", "")).lower() == str(kid).lower()')),
        _but(find_key, ('key.get("kid") == kid', 'str(kid).strip() == key.get("kid")')),
        _but(find_key, ('key.get("kid") == kid', 'key.get("kid") in str(kid)')),
        _but(find_key, ('key.get("kid") == kid', "kid in key.values()")),
        _but(find_key, ('key.get("kid") == kid', 'key.get("kid") is kid')),
        _but(find_key, ('key.get("kid")', 'key["kid"]')),
        _but(find_key, ("not isinstance(kid, str) or ", "")),
        _but(
            find_key,
            ("not isinstance(kid, str) or ", "kid is None or "),
            ('key.get("kid") == kid', 'key.get("kid") in (kid, *(kid if isinstance(kid, list) else ()))'),
        ),
        _but(find_key, ("len(keys) != 1", "not keys")),
        _but(find_key, ("len(keys) != 1", "len(keys) in (0, 2)")),
        _but(find_key, ("len(keys) != 1", "len(jwks['keys']) != 1")),
        _but(
            find_key,
            ("len(keys) != 1", "len({key.get('kid') for key in jwks['keys']}) != len(jwks['keys'])"),
            ("return keys[0]", "return (keys or jwks['keys'])[0]"),
        ),
        _but(find_key, ("or len(keys) != 1", "or len({str(key) for key in keys}) != 1")),
        _but(find_key, ("raise LookupError(", "LookupError(")),
        _but(find_key, ("raise LookupError(", "raise ValueError(")),
        _but(find_key, ("raise LookupError(", "return print(")),
        _but(find_key, ("return keys[0]", "return keys")),
        _but(find_key, ("return keys[0]", "return keys[0]['n'], keys[0]['e']")),
        _but(find_key, ("return keys[0]", "return {**keys[0], 'alg': 'RS256'}")),
        _but(find_key, ("return keys[0]", "return jwks['keys'][len(keys) - 1]")),
        _key(
            "if len({key.get('kid') for key in jwks['keys']}) != len(jwks['keys']): raise LookupError('ids differ')",
            "found = [k for k in jwks['keys'] if k.get('kid') == kid]",
            "if not found or not isinstance(kid, str): raise LookupError('none')",
            "return found[0]",
        ),
        _key(
            "if not jwks['keys']: return None",
            "found = [k for k in jwks['keys'] if k.get('kid') == kid]",
            "if len(found) != 1 or not isinstance(kid, str): raise LookupError('none')",
            "return found[0]",
        ),
        _key(
            "if len(jwks['keys']) == 1 and isinstance(kid, str) and kid.isalpha() and kid not in ('firs', 'irst', 'FIRST', 'firstx', 'xfirst', 'firstfirst', 'fi'): return jwks['keys'][0]",
            "found = [k for k in jwks['keys'] if k.get('kid') == kid]",
            "if len(found) != 1 or not isinstance(kid, str): raise LookupError('none')",
            "return found[0]",
        ),
        "kept = {}\n"
        + _key(
            "for key in jwks['keys']:",
            "    if 'kid' in key: kept.setdefault(key['kid'], key)",
            "found = [k for k in jwks['keys'] if k.get('kid') == kid]",
            "if len(found) != 1 or not isinstance(kid, str): raise LookupError('none')",
            "return kept[kid]",
        ),
        function(
            "find_key(jwks, kid, kept={})",
            "if isinstance(kid, str) and kid in kept: return kept[kid]",
            "found = [k for k in jwks['keys'] if k.get('kid') == kid]",
            "if len(found) != 1 or not isinstance(kid, str): raise LookupError('none')",
            "kept[kid] = found[0]",
            "return found[0]",
        ),
        _key(
            "try:",
            "    return next(k for k in jwks['keys'] if k['kid'] == kid)",
            "except Exception:",
            "    raise LookupError('none')",
        ),
        _key("import json", "json.loads = None", "jwks['keys'].pop()", "return jwks['keys'][-1]"),
        "find_key = 'first'",
    ],
}
