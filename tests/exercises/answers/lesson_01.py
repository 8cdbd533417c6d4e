"""Right and wrong answers to the exercises of lesson 01."""

from cells import function

_ROLES = {
    "A": "CLIENT",
    "B": "AUTHORIZATION_SERVER",
    "C": "RESOURCE_SERVER",
    "D": "AUTHORIZATION_SERVER",
    "E": "RESOURCE_SERVER",
    "F": "CLIENT",
}
_FLOWS = {
    "A": "CLIENT_CREDENTIALS",
    "B": "AUTHORIZATION_CODE",
    "C": "CLIENT_CREDENTIALS",
    "D": "AUTHORIZATION_CODE",
    "E": "CLIENT_CREDENTIALS",
    "F": "NEITHER",
    "G": "AUTHORIZATION_CODE",
}


def table(name: str, right: dict[str, str], **changes: str | None) -> str:
    """A dict with these changes; None leaves a letter out."""
    entries = {**right, **changes}
    return f"{name} = {{{', '.join(f'{key!r}: {value}' for key, value in entries.items() if value is not None)}}}"


def _answer(*lines: str) -> str:
    return function("answer_to(token_is_genuine, holds_the_scope)", *lines)


RIGHT: dict[str, list[str]] = {
    "answer_to": [
        _answer("return 401 if not token_is_genuine else 200 if holds_the_scope else 403"),
        _answer(
            "if token_is_genuine and holds_the_scope: return 200", "return 403 if token_is_genuine else 401"
        ),
        _answer(
            "match token_is_genuine, holds_the_scope:",
            "    case True, True: return 200",
            "    case True, False: return 403",
            "return 401",
        ),
        _answer(
            "return {(True, True): 200, (True, False): 403}.get((token_is_genuine, holds_the_scope), 401)"
        ),
        _answer(
            "from http import HTTPStatus",
            "if not token_is_genuine: return HTTPStatus.UNAUTHORIZED",
            "return HTTPStatus.OK if holds_the_scope else HTTPStatus.FORBIDDEN",
        ),
        _answer("return [401, 401, 403, 200][2 * token_is_genuine + holds_the_scope]"),
        _answer(
            "try:",
            "    assert token_is_genuine",
            "except AssertionError:",
            "    return 401",
            "return 403 - 203 * holds_the_scope",
        ),
    ],
    "roles": [
        "roles = {letter: role for role, letters in ((CLIENT, 'AF'), (AUTHORIZATION_SERVER, 'BD'), (RESOURCE_SERVER, 'CE')) for letter in letters}",
        table("roles", dict(reversed(_ROLES.items()))),
        "roles = dict(A=CLIENT, B=AUTHORIZATION_SERVER, C=RESOURCE_SERVER, D=AUTHORIZATION_SERVER, E=RESOURCE_SERVER, F=CLIENT)",
        table("roles", _ROLES, A="'client'", B="'authorization ' + 'server'"),
        "from types import MappingProxyType\n" + table("roles", _ROLES) + "\nroles = MappingProxyType(roles)",
    ],
    "flows": [
        "flows = dict.fromkeys('ACE', CLIENT_CREDENTIALS) | dict.fromkeys('BDG', AUTHORIZATION_CODE) | {'F': NEITHER}",
        table("flows", dict(reversed(_FLOWS.items()))),
        "flows = dict(zip('ABCDEFG', [CLIENT_CREDENTIALS, AUTHORIZATION_CODE] * 2 + [CLIENT_CREDENTIALS, NEITHER, AUTHORIZATION_CODE]))",
        "flows = {}\nfor letter in 'ABCDEFG':\n    flows[letter] = CLIENT_CREDENTIALS if letter in 'ACE' else AUTHORIZATION_CODE\nflows['F'] = NEITHER",
    ],
}

WRONG: dict[str, list[str]] = {
    "answer_to": [
        _answer("return 401 if not token_is_genuine else 200"),
        _answer("if not token_is_genuine: return 403", "return 200 if holds_the_scope else 401"),
        _answer("if not holds_the_scope: return 403", "return 200 if token_is_genuine else 401"),
        _answer("if holds_the_scope: return 200", "return 403 if token_is_genuine else 401"),
        _answer("return '401'"),
        _answer("return 401"),
        _answer("if not token_is_genuine: return 401", "return 201 if holds_the_scope else 403"),
        _answer("if token_is_genuine and holds_the_scope: return 200", "return 401"),
        _answer("if not token_is_genuine: return 401", "if not holds_the_scope: return 403"),
        _answer(
            "if not token_is_genuine and not holds_the_scope: return 401",
            "return 200 if holds_the_scope else 403",
        ),
        _answer(
            "if not token_is_genuine: return 403 if holds_the_scope else 401",
            "return 200 if holds_the_scope else 403",
        ),
        _answer(
            "if token_is_genuine: return 200 if holds_the_scope else 403",
            "return 401 if holds_the_scope else 403",
        ),
        _answer(
            "if token_is_genuine is holds_the_scope: return 200", "return 403 if token_is_genuine else 401"
        ),
        _answer("if not token_is_genuine: return 401", "if not holds_the_scope: return '403'", "return 200"),
        _answer("if not token_is_genuine: return 401", "if not holds_the_scope: return 403", "return True"),
        _answer(
            "if not token_is_genuine: raise PermissionError(401)", "return 200 if holds_the_scope else 403"
        ),
        _answer("return (401, 'Unauthorized') if not token_is_genuine else 200"),
        _answer("print(401 if not token_is_genuine else 403 if not holds_the_scope else 200)"),
        "kept = []\n"
        + _answer(
            "kept.append(401 if not token_is_genuine else 200 if holds_the_scope else 403)", "return kept[0]"
        ),
        _answer(
            "try:",
            "    return {True: 200, False: 403}[holds_the_scope]",
            "except Exception:",
            "    return 401",
        ),
        "answer_to = 401",
    ],
    "roles": [
        table("roles", _ROLES, B="RESOURCE_SERVER"),
        table("roles", _ROLES, E="AUTHORIZATION_SERVER"),
        table("roles", _ROLES, F="AUTHORIZATION_SERVER", A="RESOURCE_SERVER"),
        table("roles", _ROLES, D="'auth0'"),
        table("roles", _ROLES, C=None),
        table("roles", _ROLES, A="'CLIENT'"),
        table("roles", _ROLES, A="[CLIENT]"),
        table("roles", _ROLES, A="{CLIENT, RESOURCE_SERVER}"),
        table("roles", _ROLES, D="None"),
        table("roles", _ROLES, D="AUTHORIZATION_SERVER.upper()"),
        table("roles", dict.fromkeys(_ROLES, "CLIENT")),
        "roles = [CLIENT, AUTHORIZATION_SERVER, RESOURCE_SERVER, AUTHORIZATION_SERVER, RESOURCE_SERVER, CLIENT]",
        "roles = {letter.lower(): CLIENT for letter in 'ABCDEF'}",
        "def roles(letter):\n    return CLIENT if letter in 'AF' else AUTHORIZATION_SERVER if letter in 'BD' else RESOURCE_SERVER",
    ],
    "flows": [
        table("flows", dict.fromkeys(_FLOWS, "CLIENT_CREDENTIALS")),
        table("flows", _FLOWS, G="CLIENT_CREDENTIALS"),
        table("flows", _FLOWS, D="CLIENT_CREDENTIALS"),
        table("flows", _FLOWS, E="AUTHORIZATION_CODE"),
        table("flows", _FLOWS, F="CLIENT_CREDENTIALS"),
        table("flows", _FLOWS, A="'code'"),
        table("flows", _FLOWS, F="None"),
        table("flows", _FLOWS, F="AUTHORIZATION_CODE"),
        table("flows", _FLOWS, B="NEITHER"),
        table("flows", _FLOWS, C="NEITHER"),
        table("flows", _FLOWS, G="NEITHER"),
        table("flows", _FLOWS, G=None, F=None),
        table("flows", _FLOWS, A="(CLIENT_CREDENTIALS,)"),
        "flows = {'ACE': CLIENT_CREDENTIALS, 'BDG': AUTHORIZATION_CODE, 'F': NEITHER}",
        "flows = list(zip('ABCDEFG', [CLIENT_CREDENTIALS] * 7))",
    ],
}
