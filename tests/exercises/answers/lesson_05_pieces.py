"""What the right and the wrong answers to the exercises of lesson 05 are made of."""

from cells import function

from helpers.exercises import lesson_05
from helpers.exercises.engine import Exercise


def but(exercise: Exercise, *changes: tuple[str, str]) -> str:
    """The solution with some pieces of its text replaced."""
    source = exercise.solution_code
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def algorithm(*lines: str) -> str:
    return function("algorithm_for(header, key)", *lines)


def find(*lines: str) -> str:
    return function("trusted_key(header, keys)", *lines)


def typ(*lines: str) -> str:
    return function("check_type(header)", *lines)


def type(condition: str) -> str:
    return typ("typ = header.get('typ')", f"if {condition}: raise ValueError('no')")


def life(*lines: str) -> str:
    return function("check_lifetime(claims, now, longest)", *lines)


def lifetime(*conditions: str) -> str:
    return life(
        "iat, exp = claims.get('iat'), claims.get('exp')",
        *(f"if {each}: raise ValueError('no')" for each in conditions),
    )


def forms(*lines: str) -> str:
    return function("check_forms(claims)", *lines)


def decode(*lines: str) -> str:
    return "import base64, re, binascii\n" + function("decode_strictly(segment)", *lines)


def bearer(*lines: str) -> str:
    return "import re\n" + function("bearer_token(headers, query)", *lines)


def usable(*changes: tuple[str, str]) -> str:
    return but(lesson_05.usable_keys, *changes)


def read(*changes: tuple[str, str]) -> str:
    return but(lesson_05.read_object, *changes)


def strictly(*changes: tuple[str, str]) -> str:
    return but(lesson_05.decode_strictly, *changes)


WANTED = "any(key.get(name, value) != value for name, value in PURPOSE.items())"
NUMBERS = "type(iat) not in (int, float) or type(exp) not in (int, float)"
VALUES = "values = [value for name, value in headers if name.lower() == 'authorization']"
NONE = "if not values: return None"
MANY = "if len(values) > 1: raise ValueError('two')"
SCHEME = r"if not re.match(r'bearer(?![\w-])', values[0], re.I): return None"
ADDRESS = "if any(name == 'access_token' for name, _ in query): raise ValueError('twice')"
FORM = r"match = re.fullmatch(r'(?i:bearer) +([A-Za-z0-9\-._~+/]+=*)', values[0])"
RESULT = "if not match: raise ValueError('form')\n    return match[1]"
FINDER = (VALUES, NONE, MANY, SCHEME, ADDRESS, FORM, RESULT)


def finder(old: str, new: str) -> str:
    """The steps of a right answer with one replaced; an empty one is left out."""
    assert old in FINDER
    return bearer(*(new if step == old else step for step in FINDER if new or step != old))


ORDERED_READER = """
import json

def read_object(octets):
    def pairs(found):
        made = {}
        for name, value in found:
            if name in made:
                raise ValueError(name)
            made[name] = value
        return made

    def number(digits):
        value = float(digits)
        if value in (float("inf"), float("-inf")):
            raise ValueError(digits)
        return value

    def constant(name):
        raise ValueError(name)

    def check(value):
        if isinstance(value, str):
            if any(0xD800 <= ord(letter) <= 0xDFFF for letter in value):
                raise ValueError("surrogate")
        elif isinstance(value, dict):
            for name, inner in value.items():
                check(name)
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    text = str(octets, "utf-8", "strict")
    depth, string, skip = 0, False, False
    for letter in text:
        if string:
            if skip:
                skip = False
            elif letter == "\\\\":
                skip = True
            elif letter == '"':
                string = False
        elif letter == '"':
            string = True
        elif letter in "[{":
            depth += 1
            if depth > 32:
                raise ValueError("deep")
        elif letter in "]}":
            depth -= 1
    value = json.JSONDecoder(object_pairs_hook=pairs, parse_float=number, parse_constant=constant).decode(text)
    if type(value) is not dict:
        raise ValueError("no object")
    check(value)
    return value
"""

CAREFUL_READER = """
from helpers.tokens.compact import decode_object
from helpers.tokens.errors import TokenError

def read_object(octets):
    if octets.count(b"[") + octets.count(b"{") > 32:
        raise ValueError("deep")
    try:
        return decode_object(octets, "payload")
    except TokenError as error:
        raise ValueError(str(error)) from None
"""

LOOP_KEYS = """
import base64

def usable_keys(jwks):
    found, shared = {}, set()
    for key in jwks.get("keys", []):
        try:
            kid, e = key["kid"], int.from_bytes(base64.urlsafe_b64decode(key["e"] + "==="), "big")
            octets = base64.b64decode(key["n"].encode("ascii") + b"==", altchars=b"-_").lstrip(bytes(1))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if not isinstance(kid, str) or key.get("kty") != "RSA":
            continue
        if "use" in key and key["use"] != "sig" or "alg" in key and key["alg"] != "RS256":
            continue
        if "key_ops" in key and not (type(key["key_ops"]) is list and "verify" in key["key_ops"]):
            continue
        if any(name in key for name in ("d", "p", "q", "dp", "dq", "qi", "oth", "k")):
            continue
        if len(octets) < 256 or len(octets) == 256 and octets[0] < 128 or e < 2**16 + 1:
            continue
        (shared.add if kid in found else (lambda _: None))(kid)
        found[kid] = dict(key)
    for kid in shared:
        del found[kid]
    return found
"""

FINISHED_KEYS = """
from helpers.tokens.keys import read_key_set

def usable_keys(jwks):
    # Stricter: also an upper bound for n and e.
    entries = [key for key in jwks["keys"] if isinstance(key, dict)]
    named = [key for key in entries if isinstance(key.get("kid"), str) and key.get("kty") == "RSA"]
    usable = read_key_set({"keys": named}).by_kid
    found = {}
    for key in named:
        if key["kid"] in usable:
            alone = read_key_set({"keys": [key]}).by_kid
            if key["kid"] in alone:
                found[key["kid"]] = key
    return found
"""

GROUPED_KEYS = """
import base64, itertools

def strong(key):
    match key:
        case {"kty": "RSA", "kid": str(), "n": str(n), "e": str(e)}:
            pass
        case _:
            return False
    try:
        n, e = (int.from_bytes(base64.urlsafe_b64decode(text + "=="), "big") for text in (n, e))
    except ValueError:
        return False
    ops = key.get("key_ops", ["verify"])
    return (
        n >= 2**2047 and e > 65536 and key.get("use", "sig") == "sig" and key.get("alg", "RS256") == "RS256"
        and isinstance(ops, list) and any(op == "verify" for op in ops)
        and key.keys().isdisjoint({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
    )

def usable_keys(jwks):
    def kid(key):
        return key["kid"]
    ordered = sorted(filter(strong, jwks["keys"]), key=kid)
    groups = [(name, list(group)) for name, group in itertools.groupby(ordered, kid)]
    return {name: group[0] for name, group in groups if len(group) == 1}
"""

BY_HAND_BEARER = """
def bearer_token(headers, query):
    found = [value for name, value in headers if name.casefold() == "authorization"]
    match found:
        case []:
            return None
        case [value]:
            pass
        case _:
            raise ValueError("several")
    word, rest = value[:6], value[6:]
    if word.lower() != "bearer" or rest[:1].isalnum() or rest[:1] in ("-", "_") and rest:
        return None
    if "access_token" in [name for name, _ in query]:
        raise ValueError("twice")
    token = rest.lstrip(" ")
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/")
    core = token.rstrip("=")
    if token == rest or not core or not set(core) <= allowed:
        raise ValueError("form")
    return token
"""
