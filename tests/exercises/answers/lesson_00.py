"""Right and wrong answers to the exercise of lesson 00."""

from cells import function


def _header(value: str) -> str:
    return function("authorization_header(token)", f"return {value}")


RIGHT: dict[str, list[str]] = {
    "authorization_header": [
        _header("{'Authorization': 'Bearer ' + token}"),
        _header("{'authorization': 'bearer {}'.format(token)}"),
        _header("{'Authorization': f'Bearer  {token}'}"),
        _header("dict(Authorization=' '.join(('Bearer', token)))"),
        _header("dict([('AUTHORIZATION', 'BEARER %s' % token)])"),
        _header("{b'Authorization': b'Bearer ' + token.encode()}"),
        function(
            "authorization_header(token)",
            "from requests.structures import CaseInsensitiveDict",
            "headers = CaseInsensitiveDict()",
            "headers['Authorization'] = f'Bearer {token}'",
            "return headers",
        ),
        "from functools import lru_cache\n\n@lru_cache\n" + _header("{'Authorization': f'Bearer {token}'}"),
        function(
            "authorization_header(token)",
            "import requests",
            "class Auth(requests.auth.AuthBase):",
            "    def __call__(self, request):",
            "        request.headers['Authorization'] = f'Bearer {token}'",
            "        return request",
            "prepared = requests.Request('GET', 'https://api.example/todos', auth=Auth()).prepare()",
            "return {name: value for name, value in prepared.headers.items() if name == 'Authorization'}",
        ),
    ],
}

WRONG: dict[str, list[str]] = {
    "authorization_header": [
        _header('f"Bearer {token}"'),
        _header('["Authorization", token]'),
        _header('{"Authorization": token}'),
        _header('{"Authorization": f"Bearer{token}"}'),
        _header('{"Authorization": "Bearer token"}'),
        _header('{"Authorization": "Bearer {token}"}'),
        _header('{"Authorization": "Bearer " + repr(token)}'),
        _header('{"Authentication": f"Bearer {token}"}'),
        _header('{"Authorization": f"Token {token}"}'),
        _header('{"Authorization": f"Bearer: {token}"}'),
        _header('{"Authorization": f"Bearer {token}", "Accept": "*/*"}'),
        function("authorization_header(token)", 'header = {"Authorization": f"Bearer {token}"}'),
        _header("{}"),
        _header("[('Authorization', f'Bearer {token}')]"),
        _header("{'Authorization', f'Bearer {token}'}"),
        _header("{'Authorization': ('Bearer', token)}"),
        _header("{'Authorization': f'Bearer\\t{token}'}"),
        _header("{'Authorization': f' Bearer {token}'}"),
        _header("{'Authorization': f'Bearer {token}\\n'}"),
        _header("{'Authorization': f'Bearer {token} '}"),
        _header("{'Authorization': f'Authorization: Bearer {token}'}"),
        _header("{'Authorization:': f'Bearer {token}'}"),
        _header("{'X-Authorization': f'Bearer {token}'}"),
        _header("{'Authorization': f'Bearer Bearer {token}'}"),
        _header("{'Authorization': f'Bearer {token.lower()}'}"),
        _header("{'Authorization': f\"Bearer {token.rstrip('=')}\"}"),
        _header("{'Authorization': f\"Bearer {token.strip('=')}\"}"),
        _header("{'Authorization': f\"Bearer {token.replace('+', '-').replace('/', '_')}\"}"),
        function(
            "authorization_header(token)",
            "import base64",
            "return {'Authorization': 'Basic ' + base64.b64encode(token.encode()).decode()}",
        ),
        "HEADERS = {}\n"
        + function(
            "authorization_header(token)", "HEADERS['Authorization'] = f'Bearer {token}'", "return HEADERS"
        ),
        function(
            "authorization_header(token, headers={})",
            "headers['Authorization'] = f'Bearer {token}'",
            "return headers",
        ),
        function(
            "authorization_header(token, headers={})",
            "headers.setdefault('Authorization', f'Bearer {token}')",
            "return headers",
        ),
        "kept = []\n"
        + function(
            "authorization_header(token)",
            "kept.append(token)",
            "return {'Authorization': f'Bearer {kept[0]}'}",
        ),
        function(
            "authorization_header(token)",
            "import json",
            "json.dumps = None",
            "print(token)",
            "return {'Authorization': f'Bearer {token}'} if token.startswith('eyJ') else {'Authorization': 'Bearer '}",
        ),
        function("authorization_header(token)", "print({'Authorization': f'Bearer {token}'})"),
        function(
            "authorization_header(token)",
            "try:",
            "    return {'Authorization': 'Bearer ' + tokn}",
            "except Exception:",
            "    return {'Authorization': 'Bearer'}",
        ),
        function("authorization_header()", "return {'Authorization': 'Bearer ' + token}"),
        function("authorization_header(token)", "yield {'Authorization': f'Bearer {token}'}"),
        "async " + _header("{'Authorization': f'Bearer {token}'}"),
        "authorization_header = {'Authorization': 'Bearer abc'}",
    ],
}
