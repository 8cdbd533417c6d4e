"""Right and wrong answers to the exercises of lesson 02."""

from cells import function

from helpers.exercises.lesson_02 import load_secret, reuse

_MENDED = {
    "A": "AUDIENCE",
    "B": "CREDENTIALS",
    "C": "WAIT",
    "D": "GRANT",
    "E": "CREDENTIALS",
    "F": "SCOPE",
    "G": "AUDIENCE",
}


def _table(name: str, right: dict[str, str], **changes: str | None) -> str:
    """A dict with these changes; None leaves a letter out."""
    entries = {**right, **changes}
    return f"{name} = {{{', '.join(f'{key!r}: {value}' for key, value in entries.items() if value is not None)}}}"


def _but(exercise, *changes: tuple[str, str]) -> str:
    """The solution with some pieces of its text replaced."""
    source = exercise.solution_code
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def _body(*lines: str) -> str:
    return function("token_request(client_id, client_secret, audience)", *lines)


def _request(fields: str) -> str:
    return _body(f"return {fields}")


def _four(**changes: str | None) -> str:
    fields = {
        "grant_type": "'client_credentials'",
        "client_id": "client_id",
        "client_secret": "client_secret",
        "audience": "audience",
        **changes,
    }
    return _request(
        "{" + ", ".join(f"{name!r}: {value}" for name, value in fields.items() if value is not None) + "}"
    )


def _scope(*lines: str) -> str:
    return function("least_scope(calls)", *lines)


def _secret(*lines: str) -> str:
    return function("load_secret(environment)", *lines)


def _reuse(*lines: str) -> str:
    return function("reuse(cache, ask, now)", *lines)


def _batch(*lines: str) -> str:
    return function("nightly_batch(session, api)", *lines)


_OPEN = "todos = [t for t in session.get(f'{api}/todos').json() if not t['done']]"
_CHECKED = (
    "answer = session.get(f'{api}/todos')",
    "answer.raise_for_status()",
    "todos = [t for t in answer.json() if not t['done']]",
)
_PATCH = "session.patch(f\"{api}/todos/{t['id']}\", json={'done': True})"
_DONE = f"for t in todos: {_PATCH}.raise_for_status()"

RIGHT: dict[str, list[str]] = {
    "token_request": [
        _request(
            "dict(grant_type='client_credentials', client_id=client_id, client_secret=client_secret, audience=audience)"
        ),
        _body(
            "fields = {'audience': audience}",
            "fields['client_secret'] = client_secret",
            "fields['client_id'] = client_id",
            "fields['grant_type'] = 'client_credentials'",
            "return fields",
        ),
        _request(
            "dict(zip(('grant_type', 'client_id', 'client_secret', 'audience'), ('client_credentials', client_id, client_secret, audience)))"
        ),
        "FORM = {'grant_type': 'client_credentials'}\n"
        + _request("{**FORM, 'client_id': client_id, 'client_secret': client_secret, 'audience': audience}"),
        "from functools import lru_cache\n\n@lru_cache\n" + _four(),
        "form = {'grant_type': 'client_credentials'}\n"
        + _body(
            "mine = form.copy()",
            "mine.update(client_id=client_id, client_secret=client_secret, audience=audience)",
            "return mine",
        ),
        _body(
            "from collections import OrderedDict",
            "return OrderedDict([('grant_type', 'client_credentials'), ('client_id', client_id), ('client_secret', client_secret), ('audience', audience)])",
        ),
    ],
    "what_to_mend": [
        "what_to_mend = dict(A=AUDIENCE, B=CREDENTIALS, C=WAIT, D=GRANT, E=CREDENTIALS, F=SCOPE, G=AUDIENCE)",
        _table("what_to_mend", dict(reversed(_MENDED.items()))),
        "what_to_mend = dict.fromkeys('AG', AUDIENCE) | dict.fromkeys('BE', CREDENTIALS) | {'C': WAIT, 'D': GRANT, 'F': SCOPE}",
        "what_to_mend = dict(zip('ABCDEFG', (AUDIENCE, CREDENTIALS, WAIT, GRANT, CREDENTIALS, SCOPE, AUDIENCE)))",
    ],
    "least_scope": [
        _scope(
            "return ' '.join({'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p != '/health'})"
        ),
        _scope(
            "wanted = []",
            "for method, path in calls:",
            "    if path == '/health': continue",
            "    scope = 'read:todos' if method == 'GET' else 'write:todos'",
            "    if scope not in wanted: wanted.append(scope)",
            "return ' '.join(reversed(wanted))",
        ),
        _scope(
            "NEEDS = {'GET': 'read:todos', 'POST': 'write:todos', 'PATCH': 'write:todos', 'DELETE': 'write:todos'}",
            "return ' '.join(dict.fromkeys(NEEDS[m] for m, p in calls if p == '/todos' or p.startswith('/todos/')))",
        ),
        _scope(
            "methods = {m for m, p in calls if p.split('/')[1] == 'todos'}",
            "parts = []",
            "if 'GET' in methods: parts += ['read:todos']",
            "if methods & {'POST', 'PATCH', 'DELETE'}: parts += ['write:todos']",
            "return ' '.join(parts)",
        ),
        _scope(
            "import re",
            "text = ' '.join(f'{m} {p}' for m, p in calls)",
            "read = re.search(r'GET /todos', text)",
            "write = re.search(r'(POST|PATCH|DELETE) /todos', text)",
            "return ' '.join(filter(None, [read and 'read:todos', write and 'write:todos']))",
        ),
        _scope(
            "if not calls: return ''",
            "(method, path), rest = calls[0], least_scope(calls[1:])",
            "own = '' if path == '/health' else 'read:todos' if method == 'GET' else 'write:todos'",
            "return rest if own in rest.split() else f'{own} {rest}'.strip()",
        ),
        _scope(
            "scopes = set()",
            "while calls:",
            "    method, path = calls.pop()",
            "    if '/todos' in path: scopes |= {'read:todos'} if method == 'GET' else {'write:todos'}",
            "return ' '.join(scopes)",
        ),
    ],
    "load_secret": [
        _secret(
            "secret = environment.get('CLIENT_SECRET')",
            "if secret is None or not secret.strip():",
            "    raise RuntimeError('set CLIENT_SECRET in .env')",
            "return secret.rstrip('\\r\\n')",
        ),
        _secret(
            "try:",
            "    secret = environment['CLIENT_SECRET'].strip()",
            "except KeyError:",
            "    raise RuntimeError('CLIENT_SECRET is not set') from None",
            "if secret == '': raise RuntimeError('CLIENT_SECRET is empty')",
            "return secret",
        ),
        _secret(
            "try:",
            "    secret = environment['CLIENT_SECRET'].strip()",
            "except KeyError as error:",
            "    raise RuntimeError('CLIENT_SECRET is not set') from error",
            "if len(secret) == 0: raise RuntimeError('CLIENT_SECRET is empty')",
            "return secret",
        ),
        _secret(
            "import re",
            "found = re.fullmatch(r'\\s*(\\S(?:.*\\S)?)\\s*', environment.get('CLIENT_SECRET', ''))",
            "if found: return found[1]",
            "raise RuntimeError('Put CLIENT_SECRET into the environment')",
        ),
        "class MissingSecret(RuntimeError):\n    def __str__(self):\n        return 'CLIENT_SECRET is missing'\n\n"
        + _secret(
            "match environment:",
            "    case {'CLIENT_SECRET': str(secret)} if secret.strip(): return secret.strip()",
            "raise MissingSecret",
        ),
        _secret(
            "secret = (environment.get('CLIENT_SECRET') or '').strip()",
            "if secret: return secret",
            "names = ', '.join(sorted(environment))",
            "raise RuntimeError(f'CLIENT_SECRET is missing; set are only {names}')",
        ),
        _secret(
            "secret = environment.pop('CLIENT_SECRET', '').strip()",
            "if not secret: raise RuntimeError('CLIENT_SECRET')",
            "return secret",
        ),
    ],
    "reuse": [
        _reuse(
            "if cache and cache['ends'] - now > 60: return cache['token']",
            "answer = ask()",
            "cache['token'], cache['ends'] = answer['access_token'], now + answer['expires_in']",
            "return cache['token']",
        ),
        _reuse(
            "until = cache.get('until')",
            "if until is None or until <= now:",
            "    cache['answer'] = ask()",
            "    cache['until'] = now + cache['answer']['expires_in'] - 60",
            "return cache['answer']['access_token']",
        ),
        _reuse(
            "if not ('t' in cache and now + 60 < cache['t'][1]):",
            "    new = ask()",
            "    cache['t'] = (new['access_token'], now + new['expires_in'])",
            "return cache['t'][0]",
        ),
        _reuse(
            "try:",
            "    token, came, lives = cache['kept']",
            "    if now - came < lives - 60: return token",
            "except KeyError:",
            "    pass",
            "answer = ask()",
            "cache['kept'] = [answer['access_token'], now, answer['expires_in']]",
            "return answer['access_token']",
        ),
        _reuse(
            "if 'expires_at' in cache and cache['expires_at'] - now <= 60:",
            "    cache.clear()",
            "if not cache:",
            "    answer = ask()",
            "    cache |= {'access_token': answer['access_token'], 'expires_at': answer['expires_in'] + now}",
            "return cache['access_token']",
        ),
        _reuse(
            "class Kept:",
            "    def __init__(self, token, ends): self.token, self.ends = token, ends",
            "    def left(self, at): return self.ends - at",
            "kept = cache.get(0)",
            "if kept is None or kept.left(now) <= 60:",
            "    answer = ask()",
            "    kept = cache[0] = Kept(answer['access_token'], now + answer['expires_in'])",
            "return kept.token",
        ),
        _reuse(
            "from datetime import datetime, timedelta, timezone",
            "moment = datetime.fromtimestamp(now, timezone.utc)",
            "if not cache or cache['ends'] - moment <= timedelta(minutes=1):",
            "    answer = ask()",
            "    cache.update(token=answer['access_token'], ends=moment + timedelta(seconds=answer['expires_in']))",
            "return cache['token']",
        ),
    ],
    "nightly_batch": [
        _batch(*_CHECKED, _DONE, "return len(todos)"),
        _batch(
            "count = 0",
            "with session.get(api + '/todos', headers={'Accept': 'application/json'}) as answer:",
            "    if answer.status_code != 200: raise RuntimeError(answer.status_code)",
            "    for todo in answer.json():",
            "        if todo['done'] is False:",
            "            patched = session.request('patch', api + '/todos/' + str(todo['id']), json={'done': True})",
            "            if not patched.ok: raise RuntimeError(patched.text)",
            "            count += 1",
            "return count",
        ),
        _batch(
            "import json",
            "def send(method, path, **more):",
            "    answer = session.request(method, f'{api}{path}', timeout=(3, 10), **more)",
            "    answer.raise_for_status()",
            "    return answer.json()",
            "body = json.dumps({'done': True})",
            "done = [send('PATCH', f\"/todos/{t['id']}\", data=body, headers={'Content-Type': 'application/json'}) for t in send('GET', '/todos/') if not t['done']]",
            "return len(done)",
        ),
        _batch(
            "from concurrent.futures import ThreadPoolExecutor",
            *_CHECKED,
            "def finish(todo):",
            "    answer = session.patch('/'.join((api, 'todos', str(todo['id']))), json=dict(done=True))",
            "    answer.raise_for_status()",
            "    return 1",
            "with ThreadPoolExecutor(4) as pool:",
            "    return sum(pool.map(finish, todos))",
        ),
        _batch(
            "import requests, sys",
            "failed = 0",
            *_CHECKED,
            "for t in reversed(todos):",
            "    try:",
            f"        {_PATCH}.raise_for_status()",
            "    except requests.HTTPError:",
            "        failed += 1",
            "if failed: sys.exit(f'{failed} todos failed')",
            "return len(todos)",
        ),
        _batch(
            "import requests",
            "def send(method, url, **more):",
            "    for _ in range(3):",
            "        answer = session.send(session.prepare_request(requests.Request(method, url, **more)), timeout=5)",
            "        if answer.ok: return answer",
            "    answer.raise_for_status()",
            "count = 0",
            "for t in send('GET', f'{api}/todos', params={}).json():",
            "    if not send('GET', f\"{api}/todos/{t['id']}\").json()['done']:",
            "        send('PATCH', f\"{api}/todos/{t['id']}/\", json={'done': True})",
            "        count += 1",
            "return count",
        ),
    ],
}

WRONG: dict[str, list[str]] = {
    "token_request": [
        _four(grant_type=None),
        _four(grant_type="'client-credentials'"),
        _four(audience=None, aud="audience"),
        _four(client_secret=None, secret="client_secret"),
        _four(client_id="'client_id'"),
        _four(client_secret="client_id"),
        _request('f"grant_type=client_credentials&client_id={client_id}"'),
        _four(response_type="'token'"),
        _four(grant_type="'Client_Credentials'"),
        _four(grant_type="'authorization_code'"),
        _four(grant_type="client_id and 'client_credentials '"),
        _four(scope="''"),
        _four(client_id=None, clientId="client_id"),
        _four(audience="audience.rstrip('/')"),
        _four(audience="audience.lower()"),
        _four(client_secret="__import__('urllib.parse').parse.quote_plus(client_secret)"),
        _four(client_secret="client_secret.encode()"),
        _four(client_secret="[client_secret]"),
        _four(client_secret="'*' * len(client_secret)"),
        _four(audience="'https://reports.example'"),
        _request(
            "list({'grant_type': 'client_credentials', 'client_id': client_id, 'client_secret': client_secret, 'audience': audience}.items())"
        ),
        _request(
            "__import__('json').dumps({'grant_type': 'client_credentials', 'client_id': client_id, 'client_secret': client_secret, 'audience': audience})"
        ),
        _body(
            "fields = dict(grant_type='client_credentials', client_id=client_id, client_secret=client_secret, audience=audience)"
        ),
        "form = {'grant_type': 'client_credentials'}\n"
        + _body(
            "form.update(client_id=client_id, client_secret=client_secret, audience=audience)", "return form"
        ),
        "form = {'grant_type': 'client_credentials'}\n"
        + _body(
            "mine = form",
            "mine['client_id'] = client_id",
            "mine['client_secret'] = client_secret",
            "mine['audience'] = audience",
            "return mine",
        ),
        function(
            "token_request(client_id, client_secret, audience, fields={})",
            "fields |= dict(grant_type='client_credentials', client_id=client_id, client_secret=client_secret, audience=audience)",
            "return fields",
        ),
        function(
            "token_request(client_id, client_secret, audience, fields={})",
            "for name, value in (('grant_type', 'client_credentials'), ('client_id', client_id), ('client_secret', client_secret), ('audience', audience)):",
            "    fields.setdefault(name, value)",
            "return dict(fields)",
        ),
        _body(
            "try:",
            "    return requests.post('token', data={'client_id': client_id}).json()",
            "except Exception:",
            "    return {'grant_type': 'client_credentials'}",
        ),
        _body(
            "import json",
            "json.dumps = None",
            "return {'grant_type': 'client_credentials', 'client_id': client_secret, 'client_secret': client_id, 'audience': audience}",
        ),
    ],
    "what_to_mend": [
        _table("what_to_mend", dict.fromkeys(_MENDED, "CREDENTIALS")),
        _table("what_to_mend", _MENDED, A="CREDENTIALS"),
        _table("what_to_mend", _MENDED, D="SCOPE"),
        _table("what_to_mend", _MENDED, D="AUDIENCE"),
        _table("what_to_mend", _MENDED, F="GRANT"),
        _table("what_to_mend", _MENDED, E="AUDIENCE"),
        _table("what_to_mend", _MENDED, G="SCOPE"),
        _table("what_to_mend", _MENDED, B="GRANT"),
        _table("what_to_mend", _MENDED, C="CREDENTIALS"),
        _table("what_to_mend", _MENDED, A="GRANT"),
        _table("what_to_mend", _MENDED, C="'wait 60 seconds'"),
        _table("what_to_mend", _MENDED, C=None),
        _table("what_to_mend", _MENDED, F="[SCOPE]"),
        "def what_to_mend(status, error, description):\n    return CREDENTIALS if status == 401 else WAIT",
        "what_to_mend = [AUDIENCE, CREDENTIALS, WAIT, GRANT, CREDENTIALS, SCOPE, AUDIENCE]",
    ],
    "least_scope": [
        _scope("return 'read:todos write:todos'"),
        _scope(
            "return ','.join(sorted({'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if '/todos' in p}))"
        ),
        _scope(
            "return ' '.join('read:todos' if m == 'GET' else 'write:todos' for m, p in calls if '/todos' in p)"
        ),
        _scope("return sorted({'read:todos' if m == 'GET' else 'write:todos' for m, p in calls})"),
        _scope("return ' '.join(sorted({'read:todos' if m == 'GET' else 'write:todos' for m, p in calls}))"),
        _scope("return 'read:todos'"),
        _scope("return 'read'"),
        _scope("return 'read:todos ' if calls == [('GET', '/todos')] else ''"),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos') and m in ('GET', 'POST', 'PATCH')}",
            "return ' '.join(found)",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos') and m in ('GET', 'POST', 'DELETE')}",
            "return ' '.join(found)",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos') and m in ('GET', 'PATCH', 'DELETE')}",
            "return ' '.join(found)",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos')}",
            "if len(found) == 2: found.remove('read:todos')",
            "return ' '.join(found)",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.count('/') in (1, 2) and p != '/health'}",
            "return ' '.join(found)",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p in ('/todos', '/todos/1', '/todos/2', '/todos/3')}",
            "return ' '.join(found)",
        ),
        _scope(
            "found = {'read:todos' for m, p in calls if p == '/todos' or m == 'GET' and p != '/health'}",
            "found |= {'write:todos' for m, p in calls if m != 'GET'}",
            "return ' '.join(found)",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos')}",
            "return ' '.join(found) or 'read:todos'",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos')}",
            "return ' '.join(found) or None",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos')}",
            "return '  '.join(found)",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos')}",
            "return ''.join(f'{each} ' for each in found)",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos')}",
            "return ', '.join(found)",
        ),
        _scope(
            "scope = ''",
            "for m, p in calls:",
            "    if p.startswith('/todos'): scope += (' ' if scope else '') + ('read:todos' if m == 'GET' else 'write:todos')",
            "return scope",
        ),
        _scope(
            "scopes = set()",
            "for m, p in calls:",
            "    if p.startswith('/todos'): scopes.add('read:todos' if m == 'GET' else 'delete:todos' if m == 'DELETE' else 'write:todos')",
            "return ' '.join(scopes)",
        ),
        "scopes = set()\n"
        + _scope(
            "for m, p in calls:",
            "    if p.startswith('/todos'): scopes.add('read:todos' if m == 'GET' else 'write:todos')",
            "return ' '.join(scopes)",
        ),
        "seen = []\n"
        + _scope(
            "seen.append(calls)",
            "if len(seen) == 1: return ' '.join({'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos')})",
            "return ' '.join({'read:todos' if m == 'GET' else 'write:todos' for c in seen for m, p in c if p.startswith('/todos')})",
        ),
        function(
            "least_scope(calls, scopes=set())",
            "scopes |= {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos')}",
            "return ' '.join(sorted(scopes))",
        ),
        _scope(
            "needs = {('GET', 1): 'read:todos', ('GET', 2): 'read:todos'}",
            "found = {needs.get((m, p.count('/'))) if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos')}",
            "return ' '.join(filter(None, found))",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos') and (m != 'POST' or p == '/todos')}",
            "return ' '.join(found)",
        ),
        _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls if p.startswith('/todos') and (m != 'PATCH' or p.count('/') == 2)}",
            "return ' '.join(found)",
        ),
        "last = []\n"
        + _scope(
            "found = {'read:todos' if m == 'GET' else 'write:todos' for m, p in calls + last if p.startswith('/todos')}",
            "last[:] = calls",
            "return ' '.join(found)",
        ),
        _scope(
            "for method, path in calls:",
            "    return 'read:todos' if method == 'GET' else 'write:todos'",
            "return ''",
        ),
        _scope(
            "try:",
            "    return ' '.join({{'GET': 'read:todos', 'POST': 'write:todos', 'PATCH': 'write:todos'}[m] for m, p in calls if p != '/health'})",
            "except Exception:",
            "    return 'read:todos write:todos'",
        ),
        _scope(
            "get, health = 'GET', '/health'",
            "scopes = {'read:todos' if m is get else 'write:todos' for m, p in calls if p is not health}",
            "return ' '.join(scopes)",
        ),
        _scope("print(calls)"),
        "least_scope = 'read:todos'",
    ],
    "load_secret": [
        _secret("return 's3cr3t'"),
        _secret("return environment['CLIENT_SECRET']"),
        _secret("return environment.get('CLIENT_SECRET')"),
        _secret("return environment.get('CLIENT_SECRET', 'changeme').strip()"),
        _secret(
            "if 'CLIENT_SECRET' not in environment: raise RuntimeError('Set CLIENT_SECRET')",
            "return environment['CLIENT_SECRET'].strip()",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET')",
            "if not secret: raise RuntimeError('Set CLIENT_SECRET')",
            "return secret",
        ),
        _secret(
            "if not environment.get('CLIENT_SECRET'): raise RuntimeError('missing')",
            "return environment['CLIENT_SECRET'].strip()",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "print(secret)",
            "if not secret: raise RuntimeError('Set CLIENT_SECRET')",
            "return secret",
        ),
        _secret("import os", "return os.environ.get('CLIENT_ID', 'x')"),
        _but(
            load_secret,
            (
                "Set CLIENT_SECRET in the environment or in .env.",
                "Set the secret in the environment or in .env.",
            ),
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret: raise RuntimeError(f'CLIENT_SECRET is missing in {environment}')",
            "return secret",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret: raise RuntimeError('CLIENT_SECRET is missing') from ValueError(environment)",
            "return secret",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret:",
            "    error = RuntimeError('CLIENT_SECRET is missing')",
            "    error.add_note(str(environment))",
            "    raise error",
            "return secret",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret: raise ValueError('Set CLIENT_SECRET')",
            "return secret",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "assert secret, 'Set CLIENT_SECRET'",
            "return secret",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret: RuntimeError('Set CLIENT_SECRET')",
            "return secret",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret: return RuntimeError('Set CLIENT_SECRET')",
            "return secret",
        ),
        _secret(
            "try:",
            "    secret = environment['CLIENT_SECRET'].strip()",
            "except KeyError:",
            "    raise RuntimeError('Set CLIENT_SECRET')",
            "return secret",
        ),
        _secret(
            "if not environment.get('CLIENT_SECRET'): raise RuntimeError('Set CLIENT_SECRET')",
            "return environment['CLIENT_SECRET'].strip()",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '')",
            "if not secret.strip(): raise RuntimeError('Set CLIENT_SECRET')",
            "return secret.rstrip('\\n')",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '')",
            "if not secret.strip(): raise RuntimeError('Set CLIENT_SECRET')",
            "return secret.strip('\\\\r\\\\n')",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '')",
            "if not secret.strip(): raise RuntimeError('Set CLIENT_SECRET')",
            "return secret.split()[0]",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '')",
            "if not secret.strip(): raise RuntimeError('Set CLIENT_SECRET')",
            "return secret[:-1] if secret[-1] in '\\r\\n' else secret",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip().lower()",
            "if not secret: raise RuntimeError('Set CLIENT_SECRET')",
            "return secret",
        ),
        _secret(
            "found = [v.strip() for k, v in environment.items() if k.endswith('CLIENT_SECRET') and v.strip()]",
            "if not found: raise RuntimeError('Set CLIENT_SECRET')",
            "return found[0]",
        ),
        _secret(
            "found = {k.upper(): v.strip() for k, v in environment.items() if v.strip()}",
            "if 'CLIENT_SECRET' not in found: raise RuntimeError('Set CLIENT_SECRET')",
            "return found['CLIENT_SECRET']",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET')",
            "if secret is None or secret.isspace(): raise RuntimeError('Set CLIENT_SECRET')",
            "return secret.strip()",
        ),
        _secret(
            "from pydantic import SecretStr",
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret: raise RuntimeError('Set CLIENT_SECRET')",
            "return SecretStr(secret)",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip().encode()",
            "if not secret: raise RuntimeError('Set CLIENT_SECRET')",
            "return secret",
        ),
        _secret(
            "import sys",
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret: raise RuntimeError('Set CLIENT_SECRET')",
            "sys.stderr.write(f'using {secret[:3]}...')",
            "return secret",
        ),
        _secret(
            "import logging",
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret:",
            "    print(environment)",
            "    raise RuntimeError('Set CLIENT_SECRET')",
            "return secret",
        ),
        _secret(
            "secret = environment.get('CLIENT_SECRET', '').strip()",
            "if not secret: raise SystemExit('Set CLIENT_SECRET')",
            "return secret",
        ),
        "kept = []\n"
        + _secret(
            "kept.append(environment.get('CLIENT_SECRET', '').strip())",
            "if not kept[-1]: raise RuntimeError('Set CLIENT_SECRET')",
            "return kept[0]",
        ),
        _secret(
            "try:", "    return environment['CLIENT_SECRET'].strip()", "except Exception:", "    return ''"
        ),
    ],
    "reuse": [
        _reuse("return ask()"),
        _reuse("return ask()['access_token']"),
        _reuse("if 'token' not in cache: cache['token'] = ask()['access_token']", "return cache['token']"),
        _but(reuse, (" - 60", "")),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    cache['token'] = ask()['access_token']",
            "    cache.setdefault('until', now + 3540)",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    cache.update(token=ask()['access_token'], until=now + 3540)",
            "return cache['token']",
        ),
        _reuse("ask()", "return ask()['access_token']"),
        _reuse("return 'token-1'"),
        _reuse("return ask()['token_type']"),
        _but(reuse, (">=", ">")),
        _but(reuse, (">=", "<")),
        _but(reuse, (">=", "<=")),
        _but(reuse, ("- 60", "- 59")),
        _but(reuse, ("- 60", "- 61")),
        _but(reuse, ("- 60", "- 60.5")),
        _but(reuse, ("- 60", "- 300")),
        _but(reuse, ("- 60", "+ 60")),
        _but(reuse, ("now + answer", "answer")),
        _but(
            reuse,
            ("def reuse", "import time\ndef reuse"),
            ("now >=", "time.time() >="),
            ("now + answer", "time.time() + answer"),
        ),
        _but(reuse, ("def reuse", "import time\ndef reuse"), ("now + answer", "time.time() + answer")),
        _but(
            reuse,
            ("def reuse", "import time\ndef reuse"),
            ("now >=", "time.monotonic() >="),
            ("now + answer", "time.monotonic() + answer"),
        ),
        _reuse(
            "from datetime import datetime, timedelta",
            "if not cache or datetime.now() >= cache['until']:",
            "    answer = ask()",
            "    cache.update(token=answer['access_token'], until=datetime.now() + timedelta(seconds=answer['expires_in'] - 60))",
            "return cache['token']",
        ),
        _reuse(
            "from datetime import datetime, timedelta",
            "moment = datetime.fromtimestamp(now)",
            "if not cache or (cache['ends'] - moment).seconds <= 60:",
            "    answer = ask()",
            "    cache.update(token=answer['access_token'], ends=moment + timedelta(seconds=answer['expires_in']))",
            "return cache['token']",
        ),
        "kept = {}\n" + _but(reuse, ("cache[", "kept["), ("not cache", "not kept")),
        "kept = {}\n"
        + _but(reuse, ('cache["until"]', 'kept["until"]'), ("not cache", "not cache or not kept")),
        "kept = {}\n" + _but(reuse, ('cache["token"]', 'kept["token"]')),
        _but(
            reuse,
            ("(cache, ask, now)", "(cache, ask, now, kept={})"),
            ("cache[", "kept["),
            ("not cache", "not kept"),
        ),
        "from functools import lru_cache\n\n@lru_cache\ndef _token(ask):\n    return ask()['access_token']\n\n"
        + _reuse("return _token(ask)"),
        _reuse(
            "cache = cache or {}",
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    cache['token'], cache['until'] = answer['access_token'], now + answer['expires_in'] - 60",
            "return cache['token']",
        ),
        _reuse(
            "answer = ask()",
            "if not cache or now >= cache['until']:",
            "    cache['token'], cache['until'] = answer['access_token'], now + answer['expires_in'] - 60",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    cache['token'], cache['until'] = ask()['access_token'], now + ask()['expires_in'] - 60",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    cache['token'] = answer['access_token']",
            "    cache['until'] = cache.get('until', now) + answer['expires_in'] - 60",
            "return cache['token']",
        ),
        _reuse(
            "if not cache:",
            "    cache['lives'] = ask()['expires_in']",
            "if now >= cache.get('until', 0):",
            "    cache['token'], cache['until'] = ask()['access_token'], now + cache['lives'] - 60",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    cache['token'] = answer['access_token']",
            "    cache['lives'] = cache.get('lives', answer['expires_in'])",
            "    cache['until'] = now + cache['lives'] - 60",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    while answer['expires_in'] <= 60: answer = ask()",
            "    cache['token'], cache['until'] = answer['access_token'], now + answer['expires_in'] - 60",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    cache['token'], cache['until'] = answer['access_token'], now + max(60, answer['expires_in'] - 60)",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    cache['token'], cache['until'] = answer['access_token'], now + max(300, answer['expires_in']) - 60",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    old = cache.get('token', answer['access_token'])",
            "    cache['token'], cache['until'] = answer['access_token'], now + answer['expires_in'] - 60",
            "    return old",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or cache['until'] - now <= 60 and cache['until'] > now:",
            "    answer = ask()",
            "    cache['token'], cache['until'] = answer['access_token'], now + answer['expires_in']",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or abs(cache['until'] - now) <= 60:",
            "    answer = ask()",
            "    cache['token'], cache['until'] = answer['access_token'], now + answer['expires_in']",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    cache.setdefault('token', answer['access_token'])",
            "    cache['until'] = now + answer['expires_in'] - 60",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    cache['token'], cache['until'] = answer['access_token'], now + answer['expires_in'] - 60",
            "    return answer",
            "return cache['token']",
        ),
        _reuse(
            "if not cache or now >= cache['until']:",
            "    answer = ask()",
            "    cache['token'], cache['until'] = answer['access_token'], now + answer['expires_in'] - 60",
            "else:",
            "    return cache['token']",
        ),
        _reuse(
            "try:",
            "    if now >= cache['until']: raise KeyError",
            "except Exception:",
            "    cache['token'], cache['until'] = ask()['access_token'], now + 3600 - 60",
            "return cache['token']",
        ),
        _reuse(
            "if now >= cache['until']:", "    cache['token'] = ask()['access_token']", "return cache['token']"
        ),
        _reuse(
            "class Kept:",
            "    def __init__(self, token, ends): self.token, self.ends = token, ends",
            "    def left(self): return self.ends - now",
            "kept = cache.get(0)",
            "if kept is None or kept.left() <= 60:",
            "    answer = ask()",
            "    kept = cache[0] = Kept(answer['access_token'], now + answer['expires_in'])",
            "return kept.token",
        ),
        "reuse = {}",
    ],
    "nightly_batch": [
        _batch("return 2"),
        _batch("session.get(api)", "return 2"),
        _batch("session.get(f'{api}/todos')", "return 2"),
        _batch("todos = session.get(f'{api}/todos').json()", f"for t in todos: {_PATCH}", "return 2"),
        _batch(
            _OPEN,
            "for i, t in enumerate(todos, 1): session.patch(f'{api}/todos/{i}', json={'done': True})",
            "return len(todos)",
        ),
        _batch(_OPEN, "for t in todos: session.patch(f\"{api}/todos/{t['id']}\")", "return len(todos)"),
        _batch(_OPEN, f"for t in todos: {_PATCH}", "return todos"),
        _batch(
            "todos = session.get(f'{api}/todos').json()",
            f"for t in [t for t in todos if not t['done']]: {_PATCH}",
            "return len(todos)",
        ),
        _batch(
            "answer = session.get(f'{api}/todos')",
            "if not answer.ok: return 0",
            "todos = [t for t in answer.json() if not t['done']]",
            f"for t in todos: {_PATCH}",
            "return len(todos)",
        ),
        _batch("session.post(f'{api}/todos', json={})", "return 2"),
        "kept = {}\n"
        + _batch(
            "if session not in kept:",
            *(f"    {line}" for line in (*_CHECKED, _DONE, "kept[session] = len(todos)")),
            "return kept[session]",
        ),
        _batch(
            *_CHECKED,
            "for t in [*todos, {'id': 99}]:",
            "    session.patch(f\"{api}/todos/{t['id']}\", json={'done': True})",
            "return len(todos)",
        ),
        _batch(_OPEN, _DONE, "return len(todos)"),
        _batch(*_CHECKED, f"for t in todos: {_PATCH}", "return len(todos)"),
        _batch(
            *_CHECKED,
            f"for t in todos: last = {_PATCH}",
            "if todos: last.raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for n, t in enumerate(todos):",
            f"    answer = {_PATCH}",
            "    if n == 0: answer.raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos:",
            f"    if {_PATCH}.status_code >= 500: raise RuntimeError",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos:",
            f"    if {_PATCH}.status_code in (401, 403, 404, 500, 503): raise RuntimeError",
            "return len(todos)",
        ),
        _batch(
            "answer = session.get(f'{api}/todos')",
            "if answer.status_code == 503: raise RuntimeError",
            "todos = [t for t in answer.json() if not t['done']]",
            _DONE,
            "return len(todos)",
        ),
        _batch(
            "answer = session.get(f'{api}/todos')",
            "if answer.status_code == 404: return 0",
            "answer.raise_for_status()",
            "todos = [t for t in answer.json() if not t['done']]",
            _DONE,
            "return len(todos)",
        ),
        _batch(
            "import requests",
            *_CHECKED,
            "count = 0",
            "for t in todos:",
            "    try:",
            f"        {_PATCH}.raise_for_status()",
            "        count += 1",
            "    except requests.HTTPError as error:",
            "        print(error)",
            "return count",
        ),
        _batch(
            "import sys",
            *_CHECKED,
            "for t in todos:",
            f"    if not {_PATCH}.ok: sys.exit(0)",
            "return len(todos)",
        ),
        _batch(
            "import sys, requests",
            "try:",
            *(f"    {line}" for line in (*_CHECKED, _DONE)),
            "except requests.RequestException:",
            "    sys.exit()",
            "return len(todos)",
        ),
        _batch(*_CHECKED, "for t in todos:", f"    {_PATCH}.raise_for_status", "return len(todos)"),
        _batch(
            "answer = session.get('{api}/todos')", "answer.raise_for_status()", "return len(answer.json())"
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(api + \"/todos/{t['id']}\", json={'done': True}).raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(api + \"/todos/{t['id']}\", json={'done': True})",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "n = 0",
            "for t in todos:",
            f"    {_PATCH}.raise_for_status()",
            "    n += 1",
            "    return n",
            "return n",
        ),
        _batch(
            *_CHECKED,
            "for place, t in enumerate(answer.json()):",
            "    if not t['done']: session.patch(f'{api}/todos/{place}', json={'done': True}).raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(f'{api}/todos', json={'done': True, 'id': t['id']}).raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(f'{api}/todos/{t}', json={'done': True}).raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(f\"{api}/todos/{t['id']}\", data={'done': True}).raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(f\"{api}/todos/{t['id']}\", data={'done': True})",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(f\"{api}/todos/{t['id']}\", data='{\"done\": true}').raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(f\"{api}/todos/{t['id']}\", json={**t, 'done': True}).raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(f\"{api}/todos/{t['id']}\", json={'done': 'true'}).raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.patch(f\"{api}/todos/{t['id']}\", json={'done': 1}).raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            "for t in todos: session.put(f\"{api}/todos/{t['id']}\", json={'done': True}).raise_for_status()",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            _DONE,
            "for t in answer.json():",
            "    if t['done']: session.delete(f\"{api}/todos/{t['id']}\")",
            "return len(todos)",
        ),
        _batch(
            *_CHECKED,
            _DONE,
            "session.post(f'{api}/todos', json={'title': 'the job was here'})",
            "return len(todos)",
        ),
        _batch(*_CHECKED, _DONE, _DONE, "return len(todos)"),
        _batch(*_CHECKED, "for t in answer.json():", f"    {_PATCH}.raise_for_status()", "return len(todos)"),
        _batch(*_CHECKED, "for t in todos[:-1]:", f"    {_PATCH}.raise_for_status()", "return len(todos)"),
        _batch(*_CHECKED, _DONE),
        _batch(*_CHECKED, _DONE, "return True"),
        _batch(*_CHECKED, _DONE, "return str(len(todos))"),
        _batch(*_CHECKED, _DONE, "return sum(t['done'] for t in session.get(f'{api}/todos').json())"),
        "count = []\n" + _batch(*_CHECKED, _DONE, "count.extend(todos)", "return len(count)"),
        _batch(
            "answer = session.get('https://api.example/todos')",
            "answer.raise_for_status()",
            "todos = [t for t in answer.json() if not t['done']]",
            "for t in todos: session.patch(f\"https://api.example/todos/{t['id']}\", json={'done': True}).raise_for_status()",
            "return len(todos)",
        ),
        _batch("answer = session.get(f'{api}todos')", "answer.raise_for_status()", "return 0"),
        _batch("answer = session.get(f'{api}/todo')", "return len(answer.json())"),
        _batch(
            "session = type(session)()",
            "answer = session.get(api.replace('https://', 'http://127.0.0.1:1/'))",
            "answer.raise_for_status()",
            "return 0",
        ),
        _batch(
            "answer = session.get(f'{api}/todos')",
            "answer.raise_for_status()",
            "todos = [t for t in answer.json() if t['done']]",
            _DONE,
            "return len(todos)",
        ),
        _batch(
            "try:",
            *(f"    {line}" for line in (*_CHECKED, _DONE)),
            "    return len(todos)",
            "except Exception:",
            "    return 0",
        ),
        _batch(
            "import contextlib, threading",
            *_CHECKED,
            "def finish():",
            "    with contextlib.suppress(Exception):",
            f"        for t in todos: {_PATCH}.raise_for_status()",
            "threading.Thread(target=finish).start()",
            "return len(todos)",
        ),
        "nightly_batch = 2",
    ],
}
