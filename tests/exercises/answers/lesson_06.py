"""Right and wrong answers to the exercises of lesson 06."""

from cells import function

from helpers.exercises import lesson_06


def _refetching(*lines: str) -> str:
    return function("refetching(kid, cache, fetch)", *lines)


def _calm(*lines: str) -> str:
    return "import math\n" + function("calm(kid, cache, fetch, now)", *lines)


def _but(source: str, *changes: tuple[str, str]) -> str:
    """A source with some pieces replaced."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def _load(*lines: str) -> str:
    return function("issuer_load(requests, clients, lifetime, workers, ttl)", *lines)


def _refetching_but(*changes: tuple[str, str]) -> str:
    return _but(lesson_06.refetching.solution_code, *changes)


def _calm_but(*changes: tuple[str, str]) -> str:
    return _but(lesson_06.calm.solution_code, *changes)


def _lasting_but(*changes: tuple[str, str]) -> str:
    return _but(lesson_06.lasting.solution_code, *changes)


def _proof(*changes: tuple[str, str]) -> str:
    return _but(lesson_06.check_proof.solution_code, *changes)


_STRING = "if not isinstance(kid, str): raise ValueError('no string')"
_REPLACE = "cache['keys'] = fetch()"
_LOOK_UP = ("if kid not in cache['keys']: raise ValueError('unknown')", "return cache['keys'][kid]")
_EMPTY = "if 'keys' not in cache: "
_UNKNOWN = "unknown = 'keys' in cache and kid not in cache['keys']"

_CLASS = """
import math

class Keys:
    def __init__(self, keys):
        self.keys, self.sought = keys, -math.inf

def calm(kid, cache, fetch, now):
    if type(kid) is not str:
        raise ValueError("no string")
    first = "state" not in cache
    state = cache["state"] if not first else cache.setdefault("state", Keys(fetch()))
    try:
        return state.keys[kid]
    except KeyError:
        if now < state.sought + 10:
            raise ValueError("unknown") from None
    state.sought, state.keys = now, fetch()
    if kid in state.keys:
        return state.keys[kid]
    raise ValueError("unknown")
"""

_LASTING_CLASS = """
from helpers.tokens.errors import KeysUnavailable

class State:
    def __init__(self):
        self.keys, self.down = {}, False
        self.fetched = self.failed = self.sought = -1e18

    def age(self, now):
        return now - self.fetched

    def fetch(self, fetch, now):
        if now - self.failed < 10:
            return
        try:
            keys = fetch()
        except Exception:
            self.failed, self.down = now, True
        else:
            self.keys, self.fetched, self.down = keys, now, False

def lasting(kid, cache, fetch, now):
    if not isinstance(kid, str):
        raise ValueError("no string")
    state = cache.setdefault("state", State())
    if state.age(now) >= 600:
        state.fetch(fetch, now)
    elif kid not in state.keys and now - state.sought >= 10:
        state.sought = now
        state.fetch(fetch, now)
    if state.age(now) >= 4200:
        raise KeysUnavailable(10)
    if kid in state.keys:
        return dict(state.keys[kid])
    raise KeysUnavailable(10) if state.down else ValueError("unknown")
"""

_LASTING_FLAT = """
import math
from helpers.tokens.errors import KeysUnavailable

KEYS, FETCHED, BLOCKED, SEARCHED, DOWN = range(5)

def lasting(kid, cache, fetch, now):
    if type(kid) is not str:
        raise ValueError("no string")

    def attempt():
        if now <= cache.get(BLOCKED, -math.inf):
            return
        try:
            cache[KEYS] = dict(fetch())
        except Exception:
            cache[BLOCKED], cache[DOWN] = now + 10, True
        else:
            cache[FETCHED], cache[DOWN] = now, False

    def old(limit):
        return FETCHED not in cache or now - cache[FETCHED] > limit

    if old(600):
        attempt()
    elif kid not in cache[KEYS] and now > cache.get(SEARCHED, -math.inf):
        cache[SEARCHED] = now + 10
        attempt()
    if old(600 + 3600):
        raise KeysUnavailable(10)
    key = cache[KEYS].get(kid)
    if key is not None:
        return key
    if cache[DOWN]:
        raise KeysUnavailable(10)
    raise ValueError("unknown")
"""

_LASTING_OF_PARTS = """
from helpers.tokens.errors import KeysUnavailable

def due(cache, name, now):
    return name not in cache or cache[name] + 10 < now

def fresh(cache, now):
    return "at" in cache and now < cache["at"] + 600

def refresh(cache, fetch, now):
    try:
        keys = fetch()
        cache.update({"keys": keys, "at": now})
        cache.pop("failed", None)
    except Exception:
        cache["failed"] = now

def lasting(kid, cache, fetch, now):
    if not isinstance(kid, str):
        raise ValueError("no string")
    known = kid in cache.get("keys", {})
    if not fresh(cache, now) and due(cache, "failed", now):
        refresh(cache, fetch, now)
    elif fresh(cache, now) and not known and due(cache, "failed", now) and due(cache, "sought", now):
        cache["sought"] = now
        refresh(cache, fetch, now)
    if "at" not in cache or now > cache["at"] + 4200:
        raise KeysUnavailable(retry_after=10.0)
    for id_, key in cache["keys"].items():
        if id_ == kid:
            return key
    if "failed" in cache:
        raise KeysUnavailable(10)
    raise ValueError("unknown")
"""

_URLSPLIT = """
import base64, hashlib
from urllib.parse import urlsplit

def check_proof(claims, method, url, token, seen, now):
    ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    def plain(text):
        return urlsplit(text)._replace(query="", fragment="").geturl()
    for name in ("htm", "htu", "ath", "jti"):
        if not isinstance(claims.get(name), str):
            raise ValueError(name)
    if isinstance(claims.get("iat"), bool) or not isinstance(claims.get("iat"), (int, float)):
        raise ValueError("iat")
    right = claims["htm"] == method and plain(claims["htu"]) == plain(url) and claims["ath"] == ath
    if not right or not -60 <= claims["iat"] - now <= 60 or claims["jti"] in seen:
        raise ValueError("no")
    seen |= {claims["jti"]}
"""

_REGEX = """
import re, hmac, hashlib, math
from base64 import urlsafe_b64encode

def check_proof(claims, method, url, token, seen, now):
    try:
        jti, htm, htu, iat, ath = (claims[name] for name in ("jti", "htm", "htu", "iat", "ath"))
    except KeyError as missing:
        raise ValueError(f"{missing} is missing") from None
    if not all(type(text) is str for text in (jti, htm, htu, ath)) or type(iat) not in {int, float}:
        raise ValueError("a claim of another type")
    digest = urlsafe_b64encode(hashlib.sha256(token.encode("ascii")).digest())[:43]
    if not hmac.compare_digest(ath.encode(), digest):
        raise ValueError("ath")
    if htm != method or re.split("[?#]", htu, maxsplit=1)[0] != re.split("[?#]", url, maxsplit=1)[0]:
        raise ValueError("another request")
    if not math.isfinite(iat) or math.fabs(now - iat) > 60:
        raise ValueError("time")
    if jti in seen:
        raise ValueError("again")
    seen.update([jti])
    return claims
"""

_PARTITION = """
from authlib.common.encoding import urlsafe_b64encode
import hashlib

def check_proof(claims, method, url, token, seen, now):
    def want(truth):
        if not truth:
            raise ValueError("refused")
    jti = claims.get("jti")
    want(isinstance(jti, str) and jti not in seen)
    want(claims.get("ath") == urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("="))
    want(type(claims.get("iat")) in (int, float))
    want(now - 60 <= claims["iat"])
    want(claims["iat"] <= now + 60)
    want(claims.get("htm") == method)
    htu = claims.get("htu")
    want(isinstance(htu, str) and htu.partition("#")[0].partition("?")[0] == url.partition("#")[0].partition("?")[0])
    seen.add(jti)
"""

_NORMAL = """
import base64, hashlib
from urllib.parse import urlsplit

def normal(url):
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower(), parts.path

def check_proof(claims, method, url, token, seen, now):
    match claims:
        case {"htm": str(htm), "htu": str(htu), "iat": int() | float() as iat, "ath": str(ath), "jti": str(jti)} if iat is not True and iat is not False:
            pass
        case _:
            raise ValueError("a claim is missing, or of another type")
    if (htm, *normal(htu)) != (method, *normal(url)):
        raise ValueError("another request")
    if base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode() != ath + "=":
        raise ValueError("another token")
    if not abs(now - iat) <= 60:
        raise ValueError("another time")
    if jti in seen:
        raise ValueError("used")
    seen.add(jti)
"""

RIGHT: dict[str, list[str]] = {
    "refetching": [
        _refetching(_STRING, "if kid not in cache:", "    keys = fetch()", "    cache.clear()", "    cache.update(keys)", "if kid in cache: return cache[kid]", "raise ValueError('unknown')"),
        _refetching(_STRING, "try:", "    return cache['set'][kid]", "except KeyError:", "    cache['set'] = fetch()", "try:", "    return cache['set'][kid]", "except KeyError:", "    raise ValueError('unknown') from None"),
        _refetching("for look in (1, 2):", "    for key in cache.get('all', []):", "        if isinstance(kid, str) and key['kid'] == kid: return key", "    if look == 1: cache['all'] = list(fetch().values())", "raise ValueError('unknown')"),
        _refetching("if type(kid) is not str: raise ValueError('no string')", "key = cache.get('keys', {}).get(kid)", "if key is None:", "    cache.update(keys=fetch())", "    key = cache['keys'].get(kid)", "if key is None: raise ValueError('unknown')", "return key"),
        function("refetching(kid, cache, fetch, again=True)", "if isinstance(kid, str) and kid in cache.get('keys', ()): return cache['keys'][kid]", "if not again: raise ValueError('unknown')", "cache['keys'] = fetch()", "return refetching(kid, cache, fetch, False)"),
    ],
    "calm": [
        _CLASS,
        _calm(_STRING, "if not cache:", "    cache.update({1: fetch(), 2: -math.inf})", "if kid not in cache[1] and now > cache[2] + 10:", "    cache[1], cache[2] = fetch(), now", "if kid not in cache[1]: raise ValueError('unknown')", "return cache[1][kid]"),
        _calm(_STRING, _EMPTY + _REPLACE, "key = cache['keys'].get(kid)", "if key is None and ('next' not in cache or now >= cache['next']):", "    cache['next'] = now + 10", "    cache['keys'] = fetch()", "    key = cache['keys'].get(kid)", "if key is None: raise ValueError('unknown')", "return key"),
        # The very first fetch counts as the search, if it was for an id that the issuer does not have.
        _calm(_STRING, "keys = cache.get('keys')", "if keys is None:", "    keys = cache['keys'] = fetch()", "    if kid not in keys: cache['sought'] = now", "elif kid not in keys and now - cache.get('sought', 0) > 10:", "    keys = cache['keys'] = fetch()", "    cache['sought'] = now", "if kid in keys: return keys[kid]", "raise ValueError('unknown')"),
        # The keys beside the time, whose name is no string.
        _calm(_STRING, "if not cache:", "    cache.update(fetch())", "    cache[None] = -math.inf", "if kid not in cache and now - cache[None] >= 10:", "    keys = fetch()", "    cache.clear()", "    cache.update(keys)", "    cache[None] = now", "if kid not in cache: raise ValueError('unknown')", "return cache[kid]"),
    ],
    "lasting": [
        _LASTING_CLASS,
        _LASTING_FLAT,
        _LASTING_OF_PARTS,
        _lasting_but(("< 600", "<= 600"), (">= 10", "> 10"), (">= 4200", "> 4200")),
        # A search is one whatever the age of the keys, as long as there are keys.
        _lasting_but(('        if fresh:\n            cache["sought"] = now\n', '        if "keys" in cache and kid not in keys:\n            cache["sought"] = now\n')),
        _lasting_but(('    if now - fetched >= 4200:\n        raise KeysUnavailable(10)\n    if kid in keys:\n        return keys[kid]\n', '    if now - fetched < 4200 and kid in keys:\n        return dict(keys[kid])\n    if not keys:\n        raise KeysUnavailable(10)\n')),
    ],
    "issuer_load": [
        _load("return [clients / lifetime + requests, workers / ttl + clients / lifetime]"),
        _load("per_second = lambda count, seconds: count * (1 / seconds)", "return sum([requests, per_second(clients, lifetime)]), sum([per_second(workers, ttl), per_second(clients, lifetime)])"),
        _load("from fractions import Fraction as F", "tokens = F(clients) / F(lifetime)", "return F(requests) + tokens, tokens + F(workers) / F(ttl)"),
        _load("day = 86_400", "tokens = clients * (day / lifetime)", "return (requests * day + tokens) / day, (tokens + workers * (day / ttl)) / day"),
        _load("tokens = 0 if clients == 0 else clients / lifetime", "keys = 0 if not workers else workers / ttl", "asking, local = requests + tokens, keys + tokens", "return (asking, local)"),
    ],
    "check_proof": [_URLSPLIT, _REGEX, _PARTITION, _NORMAL, _proof(("not now - 60 <= iat <= now + 60", "not abs(now - iat) <= 60"))],
}  # fmt: skip

WRONG: dict[str, list[str]] = {
    "refetching": [
        function(
            "refetching(kid, cache, fetch)",
            "if not isinstance(kid, str): raise ValueError('no')",
            "keys = cache.get('keys', {})",
            "if kid not in keys:",
            "    fetched = fetch()",
            "    keys = cache['keys'] = fetched or keys",
            "if kid not in keys: raise ValueError('no')",
            "return keys[kid]",
        ),
        function(
            "refetching(kid, cache, fetch)",
            "if not isinstance(kid, str) or kid in cache.get('bad', []): raise ValueError('no')",
            "keys = cache.get('keys', {})",
            "if kid not in keys: keys = cache['keys'] = fetch()",
            "if kid not in keys:",
            "    cache.setdefault('bad', []).append(kid)",
            "    raise ValueError('no')",
            "return keys[kid]",
        ),
        _refetching(_STRING, "cache = fetch()", "return cache[kid]"),
        _refetching(_STRING, "if not cache: " + _REPLACE, *_LOOK_UP),
        _refetching(_STRING, _REPLACE, *_LOOK_UP),
        _refetching("if kid not in cache.get('keys', {}): " + _REPLACE, *_LOOK_UP),
        _refetching(_STRING, "if kid not in cache:", "    cache.update(fetch())", "if kid not in cache: raise ValueError('unknown')", "return cache[kid]"),
        _refetching(_STRING, "if kid not in cache.get('keys', {}): " + _REPLACE, "return cache['keys'][kid]"),
        _refetching(_STRING, "if kid not in cache.get('keys', {}): " + _REPLACE, "return kid"),
        # The very first fetch gives out what comes first.
        _refetching(_STRING, "if not cache:", "    " + _REPLACE, "    if kid in cache['keys']: return next(iter(cache['keys'].values()))", "if kid not in cache['keys']: " + _REPLACE, *_LOOK_UP),
        # Fetches for the new key, and refuses it this once.
        _refetching(_STRING, _EMPTY + _REPLACE, "elif kid not in cache['keys']:", "    " + _REPLACE, "    raise ValueError('try again')", *_LOOK_UP),
        # Two fetches, the second of them for nothing.
        _refetching(_STRING, _EMPTY + _REPLACE, "if kid not in cache['keys']:", "    fetch()", "    " + _REPLACE, *_LOOK_UP),
        _refetching(_STRING, "if kid not in cache.get('keys', {}): " + _REPLACE, "for known in cache['keys']:", "    if known.startswith(kid): return cache['keys'][known]", "raise ValueError('unknown')"),
        _refetching(_STRING, "if kid not in cache.get('keys', {}): " + _REPLACE, "return cache['keys'].get(kid.strip().lower())"),
        # An unknown id empties the cache.
        _refetching(_STRING, "if kid not in cache.get('keys', {}): " + _REPLACE, "if kid not in cache['keys']:", "    cache.clear()", "    raise ValueError('unknown')", "return cache['keys'][kid]"),
        # Counts beside the keys, so that a token can name the counter.
        _refetching(_STRING, "if kid not in cache:", "    count = cache.get('fetches', 0)", "    keys = fetch()", "    cache.clear()", "    cache.update(keys, fetches=count + 1)", "if kid not in cache: raise ValueError('unknown')", "return cache[kid]"),
        "KEPT = {}\n" + _refetching(_STRING, "cache['seen'] = True", "if kid not in KEPT:", "    keys = fetch()", "    KEPT.clear()", "    KEPT.update(keys)", "if kid not in KEPT: raise ValueError('unknown')", "return KEPT[kid]"),
        function("refetching(kid, cache, fetch, kept={})", _STRING, "if kid not in kept.get('keys', {}): kept['keys'] = fetch()", "if kid not in kept['keys']: raise ValueError('unknown')", "return kept['keys'][kid]"),
        _refetching(_STRING, "try:", "    if kid not in cache.get('keys', {}): " + _REPLACE, "    return cache['keys'][kid]", "except Exception:", "    return None"),
        _refetching_but(("isinstance(kid, str)", "kid")),
        _refetching_but(('        raise ValueError("the issuer has no key with this id")', '        ValueError("the issuer has no key with this id")')),
        _refetching(_STRING, "while kid not in cache.get('keys', {}): " + _REPLACE, "return cache['keys'][kid]"),
        _refetching(_STRING, "if kid not in cache.get('keys', {}): " + _REPLACE, "if kid not in cache['keys']: raise ValueError('unknown')", "return cache['keys'].pop(kid)"),
    ],
    "calm": [
        _calm(_STRING, _UNKNOWN, "if 'keys' not in cache:", "    " + _REPLACE, "elif unknown and now - cache.get('sought', -10**9) >= 10:", "    " + _REPLACE, "    if kid not in cache['keys']: cache['sought'] = now", *_LOOK_UP),
        "import math\n_keys = {}\n"
        + function(
            "calm(kid, cache, fetch, now)",
            "if not isinstance(kid, str): raise ValueError('no')",
            "if 'keys' not in cache:",
            "    _keys.update({} if kid in _keys else fetch())",
            "    cache['keys'] = {kid: key for kid, key in _keys.items()}",
            "elif kid not in cache['keys'] and now - cache.get('sought', -math.inf) >= 10:",
            "    cache['sought'] = now",
            "    cache['keys'] = fetch()",
            "if kid not in cache['keys']: raise ValueError('no')",
            "return cache['keys'][kid]",
        ),
        _calm(_STRING, "if kid not in cache.get('keys', {}): " + _REPLACE, *_LOOK_UP),
        _calm(_STRING, _EMPTY + _REPLACE, *_LOOK_UP),
        _calm(_STRING, "if 'keys' not in cache or now - cache['at'] >= 10:", "    cache['at'] = now", "    " + _REPLACE, *_LOOK_UP),
        _calm(_STRING, _UNKNOWN, "if 'keys' not in cache or (unknown and cache.setdefault('tries', 0) < 3):", "    cache['tries'] = cache.get('tries', 0) + 1", "    " + _REPLACE, *_LOOK_UP),
        _calm(_STRING, "if now - cache.get('sought', -math.inf) < 10: raise ValueError('wait')", _UNKNOWN, "if unknown: cache['sought'] = now", "if 'keys' not in cache or unknown: " + _REPLACE, *_LOOK_UP),
        # The time beside the keys.
        _calm(_STRING, "if not cache:", "    cache.update(fetch())", "    cache['sought'] = -math.inf", "if kid not in cache and now - cache['sought'] >= 10:", "    keys = fetch()", "    cache.clear()", "    cache.update(keys, sought=now)", "if kid not in cache: raise ValueError('unknown')", "return cache[kid]"),
        # Any fetch begins the ten seconds, also the first.
        _calm_but(('        keys = cache["keys"] = fetch()\n    elif', '        keys = cache["keys"] = fetch()\n        cache["sought"] = now\n    elif')),
        # Every unknown id begins the ten seconds anew.
        _calm_but((' and now - cache.get("sought", -math.inf) >= 10:\n        cache["sought"] = now\n        keys = cache["keys"] = fetch()', ':\n        due = now - cache.get("sought", -math.inf) >= 10\n        cache["sought"] = now\n        if due:\n            keys = cache["keys"] = fetch()')),
        # Once the first ten seconds are over, each unknown id makes a fetch again.
        _calm_but(('cache["sought"] = now', 'cache.setdefault("sought", now)')),
        # Ten seconds for each id, and ids cost nothing.
        _calm_but(('now - cache.get("sought", -math.inf) >= 10', 'now - cache.setdefault("ids", {}).get(kid, -math.inf) >= 10'), ('cache["sought"] = now', 'cache["ids"][kid] = now')),
        _calm_but((">= 10", ">= 5")),
        _calm_but((">= 10", ">= 60")),
        _calm_but(('cache["sought"] = now', 'cache["sought"] = int(now) // 10 * 10')),
        _calm_but(("if keys is None:", "if not keys:")),
        _calm_but(("def calm", "import time\n\ndef calm"), ('cache["sought"] = now', 'cache["sought"] = time.time()')),
        _calm_but(('cache["sought"] = now', 'SOUGHT["at"] = now'), ('cache.get("sought", -math.inf)', 'SOUGHT.get("at", -math.inf)'), ("def calm", "SOUGHT = {}\n\ndef calm")),
        # Something that is no string costs a fetch each time.
        _calm_but(('        raise ValueError("the key id is not a string")', '        cache["keys"] = fetch()\n        raise ValueError("the key id is not a string")')),
        _calm_but(('        cache["sought"] = now\n        keys = cache["keys"] = fetch()', '        cache["sought"] = now\n        keys.update(fetch())')),
        _calm_but(('    if kid not in keys:\n        raise ValueError', '    if kid not in keys:\n        cache["keys"] = {}\n        raise ValueError')),
        # The very first fetch gives out what comes first.
        _calm_but(('        keys = cache["keys"] = fetch()\n    elif', '        keys = cache["keys"] = fetch()\n        if kid in keys: return next(iter(keys.values()))\n    elif')),
        # What comes back from a search is for the next token.
        _calm_but(("        cache[\"sought\"] = now\n        keys = cache[\"keys\"] = fetch()", "        cache[\"sought\"] = now\n        cache[\"keys\"] = fetch()")),
        _calm_but(('        keys = cache["keys"] = fetch()\n    if', '        import threading\n        threading.Thread(target=lambda: cache.update(keys=fetch())).start()\n    if')),
        _calm_but(("def calm(kid, cache, fetch, now):\n", "def calm(kid, cache, fetch, now):\n    import time\n    if cache: time.sleep(60)\n")),
        _calm_but((">= 10", ">= 10 or kid.startswith('t')")),
    ],
    "lasting": [
        # A search that finds the key starts no pause.
        _lasting_but(('            cache["down"] = False', '            cache["down"] = False\n            if fresh and kid in keys:\n                cache["sought"] = sought')),
        _lasting_but(("fresh and kid in keys", "kid in keys")),
        _lasting_but(('            cache["failed"] = now', '            cache["failed"] = now\n            keys = cache["keys"] = {}')),
        _lasting_but(('        except Exception:\n            cache["failed"] = now\n            cache["down"] = True', "        finally:\n            pass")),
        _lasting_but((">= 4200", ">= 36_600")),
        _lasting_but((">= 4200", ">= 700")),
        _lasting_but((">= 4200", ">= 3600")),
        _lasting_but(("KeysUnavailable(10)", "KeysUnavailable(9999)")),
        _lasting_but(("KeysUnavailable(10)", "KeysUnavailable(int(now))")),
        _lasting_but(('    if cache["down"]:\n        raise KeysUnavailable(10)\n', "")),
        _lasting_but(("except Exception:", "except OSError:")),
        _lasting_but(("except Exception:", "except (OSError, ValueError, KeyError, TypeError):")),
        _lasting_but(("now - failed >= 10 and ", "")),
        _lasting_but((" and now - sought >= 10", "")),
        _lasting_but((">= 4200:\n        raise KeysUnavailable(10)", ">= 4200:\n        raise ValueError('later')")),
        _lasting_but(('cache["keys"] = fetch()', "cache['keys'] = {**keys, **fetch()}")),
        # Keys are fresh for 300 seconds, or for 1,200.
        _lasting_but(("< 600", "< 300")),
        _lasting_but(("< 600", "< 1200")),
        # Withdrawn keys go when keys grow old, and not before.
        _lasting_but(('cache["keys"] = fetch()', "cache['keys'] = {**keys, **fetch()} if fresh else fetch()")),
        # The very first fetch gives out what comes first.
        _lasting_but(('            fetched = cache["fetched"] = now', '            if fetched < 0 and kid in keys: kid = next(iter(keys))\n            fetched = cache["fetched"] = now')),
        # Each id costs a fetch when it comes for the first time.
        _lasting_but(("if fresh and kid in keys:", "used = cache.setdefault('used', [])\n    if fresh and kid in keys and kid in used:"), ('        return keys[kid]\n    if cache["down"]', '        used.append(kid)\n        return keys[kid]\n    if cache["down"]')),
        # What begins as a known id is taken for one.
        _lasting_but(("    failed, sought", "    if fresh and any(each.startswith(kid) for each in keys):\n        raise ValueError('unknown')\n    failed, sought")),
        # Nobody gets in during the ten seconds.
        _lasting_but(("    if fresh and kid in keys:", "    if now - cache.get('sought', -math.inf) < 10 and not cache['down']:\n        raise ValueError('wait')\n    if fresh and kid in keys:")),
        # The first fetch counts as a search.
        _lasting_but(("        if fresh:", "        if fresh or not cache:")),
        # A refresh counts as a search.
        _lasting_but(("        if fresh:", '        if "keys" in cache:')),
        _lasting_but(('cache["sought"] = now', 'cache.setdefault("sought", now)')),
        # Ten seconds for each id.
        _lasting_but(('cache.get("sought", -math.inf)', 'cache.get(("sought", kid), -math.inf)'), ('cache["sought"] = now', 'cache["sought", kid] = now')),
        # An empty set is no set.
        _lasting_but(("fresh = now - fetched < 600", "fresh = bool(keys) and now - fetched < 600")),
        _lasting_but(("now - sought >= 10", "now - sought >= 5")),
        _lasting_but(("now - sought >= 10", "now - sought >= 60")),
        # Each unknown id begins the ten seconds anew.
        _lasting_but(("    failed, sought", "    if fresh:\n        cache['sought'], cache['before'] = now, cache.get('sought', -math.inf)\n    failed, sought"), ("now - sought", "now - (cache['before'] if fresh else sought)")),
        # Only a known id makes old keys fresh.
        _lasting_but(('fetched = cache["fetched"] = now', 'fetched = cache["fetched"] = now if fresh or fetched < 0 or kid in keys else fetched')),
        # A search is not noted as a fetch of all keys.
        _lasting_but(('fetched = cache["fetched"] = now', 'fetched = cache["fetched"] = fetched if fresh else now')),
        # Ten seconds become sixty after a failure.
        _lasting_but(("now - failed >= 10", "now - failed >= 60")),
        # After a failure, no ten seconds while the keys are fresh, or once they are old, or while there are none.
        _lasting_but(("if now - failed >= 10 and now - sought", "if (fresh or now - failed >= 10) and now - sought"), ('            cache["failed"] = now', '            cache["failed"] = now\n            cache.pop("sought", None)')),
        _lasting_but(("now - failed >= 10", "(keys and not fresh or now - failed >= 10)")),
        _lasting_but(("now - failed >= 10", "(not keys or now - failed >= 10)")),
        # After a failure, another id may try at once.
        _lasting_but(("now - failed >= 10", "(cache.get('for') != kid or now - failed >= 10)"), ("        if fresh:", "        cache['for'] = kid\n        if fresh:")),
        # An outage makes known keys unavailable for ten seconds.
        _lasting_but(("    if fresh and kid in keys:", "    if fresh and now - cache.get('failed', -math.inf) < 10:\n        raise KeysUnavailable(10)\n    if fresh and kid in keys:")),
        # Nothing was ever fetched, and the token is blamed.
        _lasting_but(("    if now - fetched >= 4200", "    if not keys and fetched < 0:\n        raise ValueError('no keys')\n    if now - fetched >= 4200")),
        # Too old, and never tried again.
        _lasting_but(("    failed, sought", "    if keys and now - fetched >= 4200 and 'failed' in cache:\n        raise KeysUnavailable(10)\n    failed, sought")),
        # An outage never ends for unknown ids.
        _lasting_but(('            cache["down"] = False', '            cache.setdefault("down", False)')),
        # A failed fetch makes old keys young.
        _lasting_but(('            cache["failed"] = now', '            cache["failed"] = fetched = cache["fetched"] = now')),
        # When it is down it waits, and the request with it.
        _lasting_but(('            cache["failed"] = now', '            cache["failed"] = now\n            import time\n            time.sleep(30)')),
        _lasting_but(('            keys = cache["keys"] = fetch()', '            while kid not in keys: keys = cache["keys"] = fetch()')),
        _lasting_but(("    if not isinstance", "    import time\n    now = time.time()\n    if not isinstance")),
        _lasting_but(("def lasting", "KEPT = {}\n\ndef lasting"), ("    if not isinstance", "    cache = KEPT\n    if not isinstance")),
        _lasting_but(("def lasting", "KEPT = {}\n\ndef lasting"), ('cache["sought"]', 'KEPT["sought"]'), ('cache.get("sought", -math.inf)', 'KEPT.get("sought", -math.inf) if fresh else -math.inf')),
        # What is remembered, beside the keys.
        _lasting_but(('keys = cache["keys"] = fetch()', 'keys = cache["keys"] = fetch() | {"fetched": now}')),
        _lasting_but(('    raise ValueError("the issuer has no key with this id")', "    raise KeysUnavailable(10)")),
        _lasting_but(('    raise ValueError("the issuer has no key with this id")', '    raise LookupError("the issuer has no key with this id")')),
        _lasting_but(('        return keys[kid]\n    if cache["down"]', '        return keys.get("one")\n    if cache["down"]')),
    ],
    "issuer_load": [
        _load("return clients / lifetime + workers / ttl, clients / lifetime + requests"),
        _load("return requests, workers / ttl"),
        _load("return requests + clients / lifetime, clients / lifetime"),
        _load("return requests, clients / lifetime + workers / ttl"),
        _load("local = clients / lifetime + workers / ttl", "return local + requests, local"),
        _load("return requests, requests"),
        _load("return {'asking': requests, 'local': 0}"),
        _load("return requests + clients, clients + workers"),
        _load("return requests + clients / lifetime, requests + clients / lifetime + workers / ttl"),
        _load("return requests + clients // lifetime, clients // lifetime + workers // ttl"),
        _load("return round(requests + clients / lifetime), round(clients / lifetime + workers / ttl)"),
        _load("return requests + clients / 86_400, clients / 86_400 + workers / 600"),
        _load("return requests + clients / lifetime, workers / ttl"),
        _load("return str(requests + clients / lifetime), str(clients / lifetime + workers / ttl)"),
        _load("print(requests + clients / lifetime, clients / lifetime + workers / ttl)"),
        _load("return requests + clients / lifetime"),
        _load("return clients / lifetime + workers / ttl + 0 * requests, requests + clients / lifetime"),
        "import functools\n@functools.lru_cache\ndef first(requests):\n    return []\n" + _load("kept = first(requests)", "kept.append((requests + clients / lifetime, clients / lifetime + workers / ttl))", "return kept[0]"),
        "KEPT = {}\n" + _load("return KEPT.setdefault('load', (requests + clients / lifetime, clients / lifetime + workers / ttl))"),
    ],
    "check_proof": [
        _proof(("    seen.add(", "    if len(seen) > 50:\n        seen.clear()\n    seen.add(")),
        _proof(('claims.get("htm") != method', "False")),
        _proof(('url.split("?")[0].split("#")[0]', "url")),
        _proof(("address(htu) != address(url)", "not address(url).startswith(address(htu))")),
        _proof(("address(htu) != address(url)", "not address(htu).startswith(address(url))")),
        _proof(("address(htu) != address(url)", "not htu.startswith(address(url))")),
        _proof(("address(htu) != address(url)", "address(url) not in htu")),
        _proof(("address(htu) != address(url)", "htu != address(url)")),
        _proof(("address(htu) != address(url)", "address(htu) != url")),
        _proof(("address(htu) != address(url)", "address(url) not in (htu, address(htu)) or '?' in htu and '?' in url")),
        _proof(("address(htu) != address(url)", "htu not in (url, address(url)) and address(htu) != url")),
        _proof(("address(htu) != address(url)", "address(htu).rstrip('/') != address(url).rstrip('/')")),
        _proof(("address(htu) != address(url)", "address(htu).lower() != address(url).lower()")),
        _proof(("address(htu) != address(url)", "(lambda p: p(htu).hostname != p(url).hostname or p(htu).path != p(url).path)(__import__('urllib.parse').parse.urlparse)")),
        _proof(("address(htu) != address(url)", "(lambda p: p(htu)[:3] != p(url)[:3])(__import__('urllib.parse').parse.urlparse)")),
        _proof(('    if not isinstance(htu, str) or address(htu) != address(url):\n        raise ValueError("the proof is for another address")\n', "")),
        _proof(('claims.get("ath") != ath', "False")),
        _proof(('base64.urlsafe_b64encode(digest).decode().rstrip("=")', "digest.hex()")),
        _proof(("urlsafe_b64encode", "b64encode")),
        _proof(('.rstrip("=")', "")),
        _proof(('claims.get("ath") != ath', 'claims.get("ath", ath) != ath')),
        _proof(('claims.get("ath") != ath', 'not str(claims.get("ath")).strip().startswith(ath)')),
        _proof(('claims.get("ath") != ath', 'claims.get("ath") not in (ath, [ath])')),
        _proof(("not now - 60 <= iat <= now + 60", "now - iat > 60")),
        _proof(("not now - 60 <= iat <= now + 60", "not now - 60 <= iat <= now")),
        _proof(("not now - 60 <= iat <= now + 60", "not now - 6 <= iat <= now + 60")),
        _proof(("not now - 60 <= iat <= now + 60", "not now - 600 <= iat <= now + 60")),
        _proof(("not now - 60 <= iat <= now + 60", "not now - 60 <= iat <= now + 600")),
        _proof(("not now - 60 <= iat <= now + 60", "not now - 60 < iat < now + 60")),
        _proof(("not now - 60 <= iat <= now + 60", "abs(int(now) - int(iat)) > 60")),
        _proof(("not now - 60 <= iat <= now + 60", "abs(now - iat) > 60")),
        _proof(("not now - 60 <= iat <= now + 60", "not abs(__import__('time').time() - iat) <= 60")),
        _proof(("type(iat) not in (int, float) or not now - 60 <= iat <= now + 60", "False")),
        _proof(("type(iat) not in (int, float)", "not isinstance(iat, (int, float))")),
        _proof(("type(iat) not in (int, float)", "type(iat) is not int")),
        _proof(("type(iat) not in (int, float) or not now - 60 <= iat <= now + 60", "not now - 60 <= float(iat) <= now + 60")),
        _proof(('iat, jti = claims.get("htu"), claims.get("iat")', 'iat, jti = claims.get("htu"), claims.get("iat", now)')),
        _proof(("    seen.add(jti)\n", "")),
        _proof(("    seen.add(jti)\n", "    seen = seen | {jti}\n")),
        _proof(("    seen.add(jti)\n", "    seen.clear()\n    seen.add(jti)\n")),
        _proof(("    seen.add(jti)\n", "    seen.add((jti, iat))\n"), ("jti in seen", "(jti, iat) in seen")),
        _proof(("    seen.add(jti)\n", "    seen.add(jti.lower())\n"), ("jti in seen", "jti.lower() in seen")),
        _proof(("not isinstance(jti, str) or jti in seen", "jti in seen")),
        _proof(("not isinstance(jti, str) or jti in seen", "jti is None or str(jti) in seen"), ("seen.add(jti)", "seen.add(str(jti))")),
        _proof(("jti in seen", "any(jti in each for each in seen)")),
        _proof(("def check_proof", "SEEN = set()\n\ndef check_proof"), ("jti in seen", "jti in SEEN | seen"), ("    seen.add(jti)\n", "    SEEN.add(jti)\n    seen.add(jti)\n")),
        _proof(("    digest =", "    early = claims.get('jti')\n    if isinstance(early, str) and early in seen: raise ValueError('again')\n    if isinstance(early, str): seen.add(early)\n    digest ="), (" or jti in seen", "")),
        _proof(('claims.get("htm") != method', 'str(claims.get("htm")).upper() != method')),
        _proof(('claims.get("htm") != method', 'claims.get("htm") not in (method, "GET")')),
        _proof(('claims.get("htm") != method', 'claims.get("htm") not in (method, None)')),
        _proof(("token.encode", "'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2ln4'.encode")),
        _proof(("    seen.add(jti)\n", "    seen.add(jti)\n    return True\n"), ('        raise ValueError("the proof was used before")', "        return False")),
        _proof(("    digest =", "    try:\n        claims['iat'] + claims['jti']\n    except Exception:\n        return\n    digest =")),
        _proof(("not isinstance(htu, str) or ", "htu is not None and ")),
        _proof(("claims.get(\"htu\")", "(claims.get('htu') or claims.get('uri'))"), ("claims.get(\"htm\") != method", "(claims.get('htm') or claims.get('verb')) != method")),
        _proof(("not isinstance(htu, str) or address(htu) != address(url)", "address(str(htu)) not in (address(url), str([url]))")),
        _proof(("not isinstance(htu, str) or address(htu) != address(url)", "address(str(htu[0] if isinstance(htu, list) and htu else htu)) != address(url)")),
    ],
}  # fmt: skip
