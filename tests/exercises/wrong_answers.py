"""Wrong answers that people really give, each with a piece of what it must be told. A new exercise adds its own."""

from cells import function as _function

_ROLES = '{{"A": {A}, "B": {B}, "C": {C}, "D": {D}, "E": {E}, "F": {F}}}'
_RIGHT_ROLES = {
    "A": "CLIENT",
    "B": "AUTHORIZATION_SERVER",
    "C": "RESOURCE_SERVER",
    "D": "AUTHORIZATION_SERVER",
    "E": "RESOURCE_SERVER",
    "F": "CLIENT",
}
_RIGHT_FLOWS = {
    "A": "CLIENT_CREDENTIALS",
    "B": "AUTHORIZATION_CODE",
    "C": "CLIENT_CREDENTIALS",
    "D": "AUTHORIZATION_CODE",
    "E": "CLIENT_CREDENTIALS",
    "F": "NEITHER",
    "G": "AUTHORIZATION_CODE",
}


def _dict(name: str, right: dict[str, str], **changes: str | None) -> str:
    entries = {**right, **changes}
    return f"{name} = {{{', '.join(f'{key!r}: {value}' for key, value in entries.items() if value is not None)}}}"


def _header(value: str) -> str:
    return _function("authorization_header(token)", f"return {value}")


def _answer(*lines: str) -> str:
    return _function("answer_to(token_is_genuine, holds_the_scope)", *lines)


def _request(fields: str) -> str:
    return _function("token_request(client_id, client_secret, audience)", f"return {fields}")


def _mend(*lines: str) -> str:
    return _function("what_to_mend(status, error, description)", *lines)


def _scope(*lines: str) -> str:
    return _function("least_scope(calls)", *lines)


def _secret(*lines: str) -> str:
    return _function("load_secret(environment)", *lines)


def _reuse(*lines: str) -> str:
    return _function("reuse(cache, ask, now)", *lines)


def _batch(*lines: str) -> str:
    return _function("nightly_batch(session, api)", *lines)


def _decode(value: str) -> str:
    return _function("decode_segment(segment)", "import base64", f"return {value}")


def _left(value: str) -> str:
    return _function("seconds_left(claims, now)", f"return {value}")


def _edit(*lines: str) -> str:
    return _function(
        "edited_token(token, scope)",
        "import base64, json",
        "h, p, s = token.split('.')",
        "claims = json.loads(base64.urlsafe_b64decode(p + '=='))",
        "claims['scope'] = scope",
        "raw = json.dumps(claims).encode()",
        *lines,
    )


def _key(*lines: str) -> str:
    return _function("find_key(jwks, kid)", *lines)


def _head(*lines: str) -> str:
    return _function("check_header(header)", *lines)


def _cached(*lines: str) -> str:
    return _function("key_for(kid, cache, fetch)", *lines)


def _block(*lines: str) -> str:
    return _function(
        "expected_block(signing_input, size)",
        "import hashlib",
        "prefix = bytes.fromhex('3031300d060960864801650304020105000420')",
        "digest = hashlib.sha256(signing_input).digest()",
        *lines,
    )


def _times(*lines: str) -> str:
    return _function("check_times(claims, now)", *lines)


def _audience(*lines: str) -> str:
    return _function("check_audience(claims, audience)", *lines)


def _issuer(condition: str) -> str:
    return _function("check_issuer(claims, issuer)", f"if {condition}: raise ValueError('no')")


def _holds(value: str) -> str:
    return _function("holds_scope(claims, scope)", f"return {value}")


def _verify(*left_out: str) -> str:
    """The solution of the last exercise of lesson 04, without the lines that hold these words."""
    from helpers.exercises.lesson_04 import verify

    lines, skip = [], 0
    for line in verify.solution_code.strip().splitlines():
        if any(words in line for words in left_out):
            skip = 1
            continue
        if skip and line.strip().startswith("raise ValueError"):
            skip = 0
            continue
        skip = 0
        lines.append(line)
    return "\n".join(lines)


WRONG: dict[str, list[tuple[str, str]]] = {
    "authorization_header": [
        (_header('f"Bearer {token}"'), "returned a string"),
        (_header('["Authorization", token]'), "returned a list"),
        (_header('{"Authorization": token}'), "the token alone"),
        (_header('{"Authorization": f"Bearer{token}"}'), "exactly one space"),
        (_header('{"Authorization": "Bearer token"}'), "in quotes"),
        (_header('{"Authorization": "Bearer " + repr(token)}'), "stands around the token"),
        (_header('{"Authentication": f"Bearer {token}"}'), "'Authentication'"),
        (_header('{"Authorization": f"Token {token}"}'), "another kind of credential"),
        (_header('{"Authorization": f"Bearer: {token}"}'), "No colon"),
        (_header('{"Authorization": f"Bearer {token}", "Accept": "*/*"}'), "2 entries"),
        (
            _function("authorization_header(token)", 'header = {"Authorization": f"Bearer {token}"}'),
            "Is a `return` missing",
        ),
    ],
    "answer_to": [
        (_answer("return 401 if not token_is_genuine else 200"), "without the scope it answers 200"),
        (
            _answer("if not token_is_genuine: return 403", "return 200 if holds_the_scope else 401"),
            "wrong way round",
        ),
        (
            _answer("if not holds_the_scope: return 403", "return 200 if token_is_genuine else 401"),
            "depends on their scope",
        ),
        (
            _answer("if holds_the_scope: return 200", "return 403 if token_is_genuine else 401"),
            "because it names the scope",
        ),
        (_answer("return '401'"), "returned a string"),
        (_answer("return 401"), "401 in every case"),
        (
            _answer("if not token_is_genuine: return 401", "return 201 if holds_the_scope else 403"),
            "it answers 201",
        ),
        (
            _answer("if token_is_genuine and holds_the_scope: return 200", "return 401"),
            "without the scope it answers 401",
        ),
    ],
    "roles": [
        (_dict("roles", _RIGHT_ROLES, B="RESOURCE_SERVER"), "5 of 6 are right. Look again at B"),
        (_dict("roles", _RIGHT_ROLES, E="AUTHORIZATION_SERVER"), "Look again at E"),
        (
            _dict("roles", _RIGHT_ROLES, F="AUTHORIZATION_SERVER", A="RESOURCE_SERVER"),
            "4 of 6 are right. Look again at A",
        ),
        (_dict("roles", _RIGHT_ROLES, D="'auth0'"), "The entry for D is none of the choices"),
        (_dict("roles", _RIGHT_ROLES, C=None), "no entry for C"),
    ],
    "flows": [
        (_dict("flows", dict.fromkeys(_RIGHT_FLOWS, "CLIENT_CREDENTIALS")), "All of them got the same flow"),
        (_dict("flows", _RIGHT_FLOWS, G="CLIENT_CREDENTIALS"), "into every phone"),
        (_dict("flows", _RIGHT_FLOWS, D="CLIENT_CREDENTIALS"), "Look again at D"),
        (_dict("flows", _RIGHT_FLOWS, E="AUTHORIZATION_CODE"), "Look again at E"),
        (_dict("flows", _RIGHT_FLOWS, F="CLIENT_CREDENTIALS"), "Look again at F"),
        (_dict("flows", _RIGHT_FLOWS, A="'code'"), "The entry for A is none of the choices"),
    ],
    "token_request": [
        (
            _request('{"client_id": client_id, "client_secret": client_secret, "audience": audience}'),
            "which flow this is",
        ),
        (
            _request(
                '{"grant_type": "client-credentials", "client_id": client_id, "client_secret": client_secret, "audience": audience}'
            ),
            "fixes the value",
        ),
        (
            _request(
                '{"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret, "aud": audience}'
            ),
            "There is 'aud'",
        ),
        (
            _request(
                '{"grant_type": "client_credentials", "client_id": client_id, "secret": client_secret, "audience": audience}'
            ),
            "There is 'secret'",
        ),
        (
            _request(
                '{"grant_type": "client_credentials", "client_id": "client_id", "client_secret": client_secret, "audience": audience}'
            ),
            "Take the quotes off",
        ),
        (
            _request(
                '{"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_id, "audience": audience}'
            ),
            "not the parameter of that name",
        ),
        (_request('f"grant_type=client_credentials&client_id={client_id}"'), "returned a string"),
        (
            _request(
                '{"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret, "audience": audience,'
                ' "response_type": "token"}'
            ),
            "response_type does not belong",
        ),
    ],
    "what_to_mend": [
        (_mend("return CREDENTIALS"), "for every answer"),
        (_mend("return CREDENTIALS if error == 'access_denied' else WAIT"), "it says WAIT"),
        (
            _mend("if status == 429: return WAIT", "if status == 401: return CREDENTIALS", "return SCOPE"),
            "it says SCOPE",
        ),
        (
            _mend(
                "if status == 429: return WAIT",
                "if error == 'access_denied': return CREDENTIALS",
                "return CREDENTIALS",
            ),
            "a wrong secret gets another status",
        ),
        (_mend("if status == 401: return CREDENTIALS"), "Which case is missing"),
        (_mend("return 'nothing' if status == 401 else WAIT"), "Return one of the five names"),
        (
            _mend(
                "if status == 401: return CREDENTIALS",
                "if status == 429: return WAIT",
                "return AUDIENCE if 'audience' in description else SCOPE",
            ),
            "Service not enabled",
        ),
    ],
    "least_scope": [
        (_scope("return 'read:todos write:todos'"), "which no call needs"),
        (
            _scope(
                "return ','.join(sorted({'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if '/todos' in p}))"
            ),
            "A comma",
        ),
        (
            _scope(
                "return ' '.join('read:todos' if m == 'GET' else 'write:todos' for m, p in calls if '/todos' in p)"
            ),
            "comes twice",
        ),
        (
            _scope("return sorted({'read:todos' if m == 'GET' else 'write:todos' for m, p in calls})"),
            "returned a list",
        ),
        (
            _scope(
                "return ' '.join(sorted({'read:todos' if m == 'GET' else 'write:todos' for m, p in calls}))"
            ),
            "What does that page take",
        ),
        (_scope("return 'read:todos'"), "leaves out write:todos"),
        (_scope("return 'read'"), "no scope of this API"),
        (_scope("return 'read:todos ' if calls == [('GET', '/todos')] else ''"), "a space too many"),
    ],
    "load_secret": [
        (_secret("return 's3cr3t'"), "whatever the environment holds"),
        (_secret("return environment['CLIENT_SECRET']"), "it raises KeyError"),
        (_secret("return environment.get('CLIENT_SECRET')"), "is not set it returns None"),
        (
            _secret("return environment.get('CLIENT_SECRET', 'changeme').strip()"),
            "is not set it returns 'changeme'",
        ),
        (
            _secret(
                "if 'CLIENT_SECRET' not in environment: raise RuntimeError('Set CLIENT_SECRET')",
                "return environment['CLIENT_SECRET'].strip()",
            ),
            "is set to nothing it returns ''",
        ),
        (
            _secret(
                "secret = environment.get('CLIENT_SECRET')",
                "if not secret: raise RuntimeError('Set CLIENT_SECRET')",
                "return secret",
            ),
            "ends with a newline",
        ),
        (
            _secret(
                "if not environment.get('CLIENT_SECRET'): raise RuntimeError('missing')",
                "return environment['CLIENT_SECRET'].strip()",
            ),
            "name it",
        ),
        (
            _secret(
                "secret = environment.get('CLIENT_SECRET', '').strip()",
                "print(secret)",
                "if not secret: raise RuntimeError('Set CLIENT_SECRET')",
                "return secret",
            ),
            "It prints",
        ),
        (_secret("import os", "return os.environ.get('CLIENT_ID', 'x')"), "Read it from the parameter"),
    ],
    "reuse": [
        (_reuse("return ask()"), "returned the whole answer"),
        (_reuse("return ask()['access_token']"), "A local variable forgets it"),
        (
            _reuse(
                "if 'token' not in cache: cache['token'] = ask()['access_token']", "return cache['token']"
            ),
            "An hour after",
        ),
        (
            _reuse(
                "if not cache or now >= cache['until']:",
                "    answer = ask()",
                "    cache.update(token=answer['access_token'], until=now + answer['expires_in'])",
                "return cache['token']",
            ),
            "stop a minute early",
        ),
        (
            _reuse(
                "if not cache or now >= cache['until']:",
                "    cache['token'] = ask()['access_token']",
                "    cache.setdefault('until', now + 3540)",
                "return cache['token']",
            ),
            "The second token was thrown away",
        ),
        (
            _reuse(
                "if not cache or now >= cache['until']:",
                "    cache.update(token=ask()['access_token'], until=now + 3540)",
                "return cache['token']",
            ),
            "after two hours",
        ),
        (_reuse("ask()", "return ask()['access_token']"), "asked 2 times"),
        (_reuse("return 'token-1'"), "call `ask()` once. It did not"),
        (_reuse("return ask()['token_type']"), "returned 'Bearer'"),
    ],
    "nightly_batch": [
        (_batch("return 2"), "It sent no request"),
        (_batch("session.get(api)", "return 2"), "Its first request was GET https://api.example;"),
        (_batch("session.get(f'{api}/todos')", "return 2"), "It changed no todo"),
        (
            _batch(
                "todos = session.get(f'{api}/todos').json()",
                "for t in todos: session.patch(f\"{api}/todos/{t['id']}\", json={'done': True})",
                "return 2",
            ),
            "done already",
        ),
        (
            _batch(
                "todos = [t for t in session.get(f'{api}/todos').json() if not t['done']]",
                "for i, t in enumerate(todos, 1): session.patch(f'{api}/todos/{i}', json={'done': True})",
                "return len(todos)",
            ),
            "not its place in the list",
        ),
        (
            _batch(
                "todos = [t for t in session.get(f'{api}/todos').json() if not t['done']]",
                "for t in todos: session.patch(f\"{api}/todos/{t['id']}\")",
                "return len(todos)",
            ),
            "still open",
        ),
        (
            _batch(
                "todos = [t for t in session.get(f'{api}/todos').json() if not t['done']]",
                "for t in todos: session.patch(f\"{api}/todos/{t['id']}\", json={'done': True})",
                "return todos",
            ),
            "It returned list",
        ),
        (
            _batch(
                "todos = session.get(f'{api}/todos').json()",
                "for t in [t for t in todos if not t['done']]: session.patch(f\"{api}/todos/{t['id']}\", json={'done': True})",
                "return len(todos)",
            ),
            "finished 2 todos and returned 3",
        ),
        (
            _batch(
                "answer = session.get(f'{api}/todos')",
                "if not answer.ok: return 0",
                "todos = [t for t in answer.json() if not t['done']]",
                "for t in todos: session.patch(f\"{api}/todos/{t['id']}\", json={'done': True})",
                "return len(todos)",
            ),
            "Who would find out",
        ),
        (_batch("session.post(f'{api}/todos', json={})", "return 2"), "session.post is not there"),
    ],
    "decode_segment": [
        (_decode("base64.urlsafe_b64decode(segment)"), "lacks one `=`: It raised Error: Incorrect padding"),
        (
            _decode("base64.urlsafe_b64decode(segment + '=')"),
            "lacks two `=`: It raised Error: Incorrect padding",
        ),
        (_decode("base64.b64decode(segment + '==')"), "Which of the two alphabets"),
        (_decode("base64.urlsafe_b64decode(segment + '==').decode()"), "It returned a string"),
        (_decode("base64.urlsafe_b64encode(segment.encode())"), "a multiple of four, it returned"),
        (
            _function("decode_segment(segment)", "import base64", "base64.urlsafe_b64decode(segment + '==')"),
            "Is a `return` missing",
        ),
    ],
    "seconds_left": [
        (_left("claims['exp']"), "a moment"),
        (_left("claims['exp'] - now"), "less than nothing"),
        (_left("now - claims['exp']"), "The sign"),
        (_left("claims['exp'] - claims['iat']"), "whatever `now` is"),
        (_left("max(0, claims['exp'] - now) * 1000"), "factor of a thousand"),
        (_left("str(max(0, claims['exp'] - now))"), "It returned a str"),
        (_left("max(1, claims['exp'] - now)"), "At the very moment"),
        (_left("max(0, 86_400 - abs(claims['exp'] - now)) or 86_400"), "Ten seconds before the end"),
    ],
    "edited_token": [
        (_edit("return h + '.' + base64.urlsafe_b64encode(raw).decode() + '.' + s"), "no padding"),
        (
            _edit("return h + '.' + base64.b64encode(raw).decode().rstrip('=') + '.' + s"),
            "look at the alphabet",
        ),
        (_edit("return h + '.' + base64.urlsafe_b64encode(raw).decode().rstrip('=')"), "1 dots"),
        (
            _edit("return h + '.' + base64.urlsafe_b64encode(raw).decode().rstrip('=') + '.' + s[::-1]"),
            "not the old one",
        ),
        (
            _edit("return b'.'.join((h.encode(), base64.urlsafe_b64encode(raw).rstrip(b'='), s.encode()))"),
            "It returned bytes",
        ),
        (
            _edit(
                "return h + '.' + base64.urlsafe_b64encode(str(claims).encode()).decode().rstrip('=') + '.' + s"
            ),
            "json.dumps",
        ),
        (_edit("return token"), "as it was"),
        (
            _edit(
                "raw = json.dumps({'scope': scope}).encode()",
                "return h + '.' + base64.urlsafe_b64encode(raw).decode().rstrip('=') + '.' + s",
            ),
            "Other claims",
        ),
        (
            _edit("e = base64.urlsafe_b64encode(raw).decode().rstrip('=')", "return e + '.' + e + '.' + s"),
            "The header changed",
        ),
    ],
    "find_key": [
        (_key("return jwks['keys'][0]"), "another key"),
        (_key("for key in jwks['keys']:", "    if key['kid'] == kid: return key"), "it returns None"),
        (_key("return [key for key in jwks['keys'] if key['kid'] == kid]"), "returned a list"),
        (_key("return {key['kid']: key for key in jwks['keys']}[kid]"), "Two keys of the set"),
        (_key("return kid"), "The key is the whole dict"),
        (
            _key(
                "for key in jwks['keys']:", "    if key['kid'] == kid: return key", "return jwks['keys'][0]"
            ),
            "returns some key anyway",
        ),
        (
            _key(
                "found = [k for k in jwks['keys'] if k['kid'] == kid]",
                "assert len(found) == 1",
                "return found[0]",
            ),
            "tell this case from a bug",
        ),
        (_key("[key for key in jwks['keys'] if key['kid'] == kid]"), "Is a `return` missing"),
    ],
    "check_header": [
        (_head("if header['alg'] == 'none': raise ValueError('no')"), "the algorithm 'None'"),
        (_head("if header['alg'].lower() == 'none': raise ValueError('no')"), "the algorithm 'HS256'"),
        (
            _head("if not str(header.get('alg')).startswith('RS'): raise ValueError('no')"),
            "the algorithm 'RS512'",
        ),
        (
            _head("if str(header.get('alg')).strip() != 'RS256': raise ValueError('no')"),
            "the algorithm 'RS256 '",
        ),
        (
            _head("if str(header.get('alg')).upper() != 'RS256': raise ValueError('no')"),
            "the algorithm 'rs256'",
        ),
        (_head("return header.get('alg') == 'RS256'"), "Returning False is easily overlooked"),
        (_head("if header['alg'] != 'RS256': raise ValueError('no')"), "no `alg` at all: It raised KeyError"),
        (_head("assert header.get('alg') == 'RS256'"), "A refusal is a ValueError"),
        (
            _head("if header != {'alg': 'RS256', 'typ': 'JWT', 'kid': 'the-key'}: raise ValueError('no')"),
            "another key id",
        ),
    ],
    "key_for": [
        (_cached("return {key['kid']: key for key in fetch()['keys']}[kid]"), "local variable forgets"),
        (
            _cached(
                "if kid not in cache:",
                "    for key in fetch()['keys']:",
                "        if key['kid'] == kid: cache[kid] = key",
                "return cache[kid]",
            ),
            "One fetch brings the whole set",
        ),
        (
            _cached(
                "if not cache: cache.update({k['kid']: k for k in fetch()['keys']})", "return cache[kid]"
            ),
            "It raised KeyError",
        ),
        (
            _cached(
                "if not cache: cache.update({k['kid']: k for k in fetch()['keys']})",
                "return cache.get(kid, list(cache.values())[0])",
            ),
            "It let a key id that the issuer does not have pass",
        ),
        (_cached("return kid"), "The key is the dict"),
        (_cached("fetch()", "return fetch()['keys'][0]"), "cost 2 fetches"),
        (_cached("return fetch()"), "did not return that key of the set"),
        (_cached("return {'kid': 'first', 'kty': 'RSA', 'n': 'AQAB', 'e': 'AQAB'}"), "never called"),
    ],
    "expected_block": [
        (_block("return digest"), "the 19 bytes"),
        (_block("return (prefix + digest).hex()"), "returned a str"),
        (
            _block("return b'\\x00\\x01' + b'\\xff' * (size - 53) + b'\\x00' + prefix + digest"),
            "It is 257 bytes long",
        ),
        (
            _block("return b'\\x01\\x00' + b'\\xff' * (size - 54) + b'\\x00' + prefix + digest"),
            "It begins with 01 00",
        ),
        (_block("return b'\\x00\\x01' + b'\\xff' * (size - 53) + prefix + digest"), "the middle is not"),
        (
            _block("return b'\\x00\\x01' + b'\\xff' * (size - 54) + b'\\x00' + digest + prefix"),
            "at the very end",
        ),
        (_block("return b'\\x00\\x01' + b'\\xff' * 202 + b'\\x00' + prefix + digest"), "for a key of 512"),
        (
            _block(
                "return b'\\x00\\x01' + b'\\xff' * (size - 54) + b'\\x00' + prefix + hashlib.sha1(signing_input).digest()"
            ),
            "is not in it",
        ),
    ],
    "check_times": [
        (_times("if claims['exp'] < now: raise ValueError('no')"), "the very second"),
        (_times("if claims.get('exp', now + 1) <= now: raise ValueError('no')"), "would live for ever"),
        (_times("if claims['exp'] <= now: raise ValueError('no')"), "It raised KeyError"),
        (
            _times("if 'exp' not in claims or float(claims['exp']) <= now: raise ValueError('no')"),
            "a text of digits",
        ),
        (
            _times(
                "if not isinstance(claims.get('exp'), (int, float)) or claims['exp'] <= now: raise ValueError('no')"
            ),
            "takes for the number 1",
        ),
        (
            _times(
                "if type(claims.get('exp')) not in (int, float) or claims['exp'] <= now: raise ValueError('no')"
            ),
            "an `exp` of Infinity",
        ),
        (
            _times(
                "exp = claims.get('exp')",
                "if type(exp) not in (int, float) or not now < exp < float('inf'): raise ValueError('no')",
            ),
            "`nbf`, not before",
        ),
        (
            _times("if type(claims.get('exp')) is not int or claims['exp'] <= now: raise ValueError('no')"),
            "with a fraction",
        ),
        (_times("return claims['exp'] > now"), "Returning False is easily overlooked"),
        (_times("raise ValueError('no')"), "It refused a token with 100 seconds to live"),
        (
            _times(
                "if type(claims.get('exp')) not in (int, float) or claims['exp'] <= now: raise ValueError('no')",
                "if claims['nbf'] > now: raise ValueError('no')",
            ),
            "It raised KeyError: 'nbf'",
        ),
    ],
    "check_audience": [
        (
            _audience("if audience not in claims.get('aud', ''): raise ValueError('no')"),
            "in which ours is a part",
        ),
        (_audience("if claims.get('aud') != audience: raise ValueError('no')"), "a list with this API alone"),
        (
            _audience("if claims['aud'] not in (audience, [audience]): raise ValueError('no')"),
            "stands second",
        ),
        (
            _audience("if str(claims.get('aud')).rstrip('/') != audience: raise ValueError('no')"),
            "a slash at the end",
        ),
        (
            _audience("if not audience.startswith(str(claims.get('aud'))): raise ValueError('no')"),
            "which is a part of ours",
        ),
        (
            _audience(
                "aud = claims['aud']",
                "if audience not in ([aud] if isinstance(aud, str) else aud): raise ValueError('no')",
            ),
            "no audience: It raised KeyError",
        ),
        (_audience("return audience == claims.get('aud')"), "Returning False is easily overlooked"),
        (
            _audience(
                "aud = claims.get('aud') or []",
                "if audience not in ([aud] if isinstance(aud, str) else aud): raise ValueError('no')",
            ),
            "an audience of another form, 3001",
        ),
    ],
    "check_issuer": [
        (_issuer("issuer not in claims.get('iss', '')"), "begins like ours"),
        (_issuer("claims.get('iss', '').rstrip('/') != issuer.rstrip('/')"), "without its slash"),
        (_issuer("claims['iss'] != issuer"), "a token with no issuer: It raised KeyError"),
        (_issuer("str(claims.get('iss')).lower() != issuer.lower()"), "in capitals"),
        (_issuer("not str(claims.get('iss')).endswith(issuer)"), "contains ours"),
        (_issuer("not claims.get('iss')"), "a wholly different issuer"),
        (
            _function("check_issuer(claims, issuer)", "return claims.get('iss') == issuer"),
            "Returning False is easily overlooked",
        ),
    ],
    "holds_scope": [
        (_holds("scope in claims['scope']"), "inside of `read:todosX`"),
        (_holds("scope == claims.get('scope')"), "the second of two scopes"),
        (_holds("scope in claims['scope'].split()"), "no scope: It raised KeyError"),
        (_holds("scope in claims.get('scope', '').split()"), "a list in place of a text"),
        (_holds("str(claims.get('scope')).endswith(scope)"), "inside of `unread:todos`"),
        (_holds("[scope]"), "Return True or False"),
        (_holds("True"), "a scope that was not granted"),
    ],
    "verify": [
        (_verify("nbf <= now < exp"), "was good until an hour before"),
        (_verify("audience not in audiences"), "whose name begins like ours"),
        (_verify('claims.get("iss") != issuer'), "the staging tenant"),
        (_verify("return claims"), "returned `None`"),
        (
            "import base64, json\n"
            + _function(
                "verify(token, jwks, issuer, audience, now)",
                "p = token.split('.')[1]",
                "return json.loads(base64.urlsafe_b64decode(p + '=' * (-len(p) % 4)))",
            ),
            "says that it needs no signature",
        ),
        (
            _function("verify(token, jwks, issuer, audience, now)", "raise ValueError('no')"),
            "It refused a good token",
        ),
        (_function("verify(token, jwks, issuer, audience, now)", "return token"), "returned a str"),
        (
            _function("verify(token, jwks, issuer, audience, now)", "return {'sub': 'me'}"),
            "something else than its claims",
        ),
    ],
}
