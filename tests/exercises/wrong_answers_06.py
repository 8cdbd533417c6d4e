"""Wrong answers to the exercises of lesson 06, each with a piece of what it must be told."""

from cells import function as _function

from helpers.exercises import lesson_06


def _refetching(*lines: str) -> str:
    return _function("refetching(kid, cache, fetch)", *lines)


def _calm(*lines: str) -> str:
    return "import math\n" + _function("calm(kid, cache, fetch, now)", *lines)


_TEXT = "if not isinstance(kid, str): raise ValueError('no text')"
_REPLACE = "cache['keys'] = fetch()"
_LOOK_UP = ("if kid not in cache['keys']: raise ValueError('unknown')", "return cache['keys'][kid]")


def _lasting(old: str, new: str) -> str:
    solution = lesson_06.lasting.solution_code
    assert old in solution
    return solution.replace(old, new)


def _load(*lines: str) -> str:
    return _function("issuer_load(requests, clients, lifetime, workers, ttl)", *lines)


_PROOF = """
import base64, hashlib

def address(url):
    return url.split("?")[0].split("#")[0]

def check_proof(claims, method, url, token, seen, now):
    ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("=")
    if claims.get("htm") != method: raise ValueError("method")
    if address(str(claims.get("htu"))) != address(url): raise ValueError("address")
    if claims.get("ath") != ath: raise ValueError("token")
    iat, jti = claims.get("iat"), claims.get("jti")
    if type(iat) not in (int, float) or not abs(now - iat) <= 60: raise ValueError("time")
    if not isinstance(jti, str) or jti in seen: raise ValueError("again")
    seen.add(jti)
"""


def _proof(old: str, new: str) -> str:
    assert old in _PROOF
    return _PROOF.replace(old, new)


WRONG: dict[str, list[tuple[str, str]]] = {
    "refetching": [
        (
            _refetching(_TEXT, "cache = fetch()", "return cache[kid]"),
            "only makes another dict",
        ),
        (
            _refetching(_TEXT, "if not cache: " + _REPLACE, *_LOOK_UP),
            "After a rotation, for the new key's first token",
        ),
        (_refetching(_TEXT, _REPLACE, *_LOOK_UP), "The same key was asked for twice"),
        (_refetching("if kid not in cache.get('keys', {}): " + _REPLACE, *_LOOK_UP), "raised TypeError"),
        (
            _refetching(
                _TEXT,
                "if kid not in cache:",
                "    cache.update(fetch())",
                "if kid not in cache: raise ValueError('unknown')",
                "return cache[kid]",
            ),
            "It let a withdrawn key",
        ),
        (
            _refetching(
                _TEXT, "if kid not in cache.get('keys', {}): " + _REPLACE, "return cache['keys'][kid]"
            ),
            "raised KeyError",
        ),
        (
            _refetching(_TEXT, "if kid not in cache.get('keys', {}): " + _REPLACE, "return kid"),
            "it returned a text",
        ),
    ],
    "calm": [
        (
            _calm(_TEXT, "if kid not in cache.get('keys', {}): " + _REPLACE, *_LOOK_UP),
            "2 made-up key ids within two seconds cost 2 fetches",
        ),
        (_calm(_TEXT, "if 'keys' not in cache: " + _REPLACE, *_LOOK_UP), "for the new key's first token"),
        (
            _calm(
                _TEXT,
                "if 'keys' not in cache or now - cache['at'] >= 10:",
                "    cache['at'] = now",
                "    " + _REPLACE,
                *_LOOK_UP,
            ),
            "one second after the first fetch was found ten seconds later",
        ),
        (
            _calm(
                _TEXT,
                "unknown = 'keys' in cache and kid not in cache['keys']",
                "if 'keys' not in cache or (unknown and cache.setdefault('tries', 0) < 3):",
                "    cache['tries'] = cache.get('tries', 0) + 1",
                "    " + _REPLACE,
                *_LOOK_UP,
            ),
            "Ten seconds after the fetch that the flood has caused",
        ),
        (
            _calm(
                _TEXT,
                "if now - cache.get('sought', -math.inf) < 10: raise ValueError('wait')",
                "unknown = 'keys' in cache and kid not in cache['keys']",
                "if unknown: cache['sought'] = now",
                "if 'keys' not in cache or unknown: " + _REPLACE,
                *_LOOK_UP,
            ),
            "In the middle of a flood",
        ),
    ],
    "lasting": [
        (
            _lasting("fresh and kid in cache", "kid in cache.get('keys', {}) and kid in cache"),
            "and 2 are needed",
        ),
        (
            _lasting(
                '            cache["failed"] = now',
                '            cache["failed"] = now\n            cache["keys"] = {}',
            ),
            "With the key server down, and keys that are 600 seconds old",
        ),
        (
            _lasting(
                '        except Exception:\n            cache["failed"] = now',
                "        finally:\n            pass",
            ),
            "it raised OSError",
        ),
        (_lasting("+ TTL + MAX_STALE", "+ TTL + 10 * MAX_STALE"), "it still gave out a key"),
        (
            _lasting("+ TTL + MAX_STALE", "+ TTL + 100"),
            "One second before the keys are 600 + 3,600 seconds old",
        ),
        (
            _lasting("raise KeysUnavailable(COOLDOWN)", "raise KeysUnavailable(9999)"),
            "come back in 9999 seconds",
        ),
        (
            _lasting('    if cache["failed"] > NEVER:\n        raise KeysUnavailable(COOLDOWN)\n', ""),
            "for a key id that is not known, it refused the token",
        ),
        (_lasting("except Exception:", "except OSError:"), "raises ValueError"),
        (
            _lasting(
                'max(cache.get("failed", NEVER), cache.get("sought", NEVER) if fresh else NEVER)',
                '(cache.get("sought", NEVER) if fresh else NEVER)',
            ),
            "was asked a moment ago",
        ),
        (
            _lasting(
                "MAX_STALE:\n        raise KeysUnavailable(COOLDOWN)",
                "MAX_STALE:\n        raise ValueError('later')",
            ),
            "seconds old, it refused the token",
        ),
        (
            _lasting('cache.get("sought", NEVER) if fresh else NEVER', "NEVER"),
            "2 made-up key ids within two seconds cost 2 fetches",
        ),
        (
            _lasting("keys=fetch(), fetched=now", "keys={**cache.get('keys', {}), **fetch()}, fetched=now"),
            "a withdrawn key",
        ),
    ],
    "issuer_load": [
        (_load("return clients / lifetime + workers / ttl, clients / lifetime + requests"), "changed places"),
        (_load("return requests, workers / ttl"), "Local: the clients are missing"),
        (_load("return requests + clients / lifetime, clients / lifetime"), "the workers are missing"),
        (
            _load("return requests, clients / lifetime + workers / ttl"),
            "Asking each time: the clients are missing",
        ),
        (
            _load("local = clients / lifetime + workers / ttl", "return local + requests, local"),
            "needs no keys",
        ),
        (_load("return requests, requests"), "Both numbers are the same"),
        (_load("return {'asking': requests, 'local': 0}"), "Return two numbers"),
        (_load("return requests + clients, clients + workers"), "1000 requests a second and 7200 clients"),
    ],
    "check_proof": [
        (_proof('claims.get("htm") != method', "False"), "a proof for GET on a DELETE"),
        (_proof('url.split("?")[0].split("#")[0]', "url"), "Query and fragment do not count"),
        (
            _proof(
                'address(str(claims.get("htu"))) != address(url)',
                'not address(url).startswith(address(str(claims.get("htu", "-"))))',
            ),
            "a proof for another address",
        ),
        (_proof('claims.get("ath") != ath', "False"), "made for another token"),
        (
            _proof(
                'base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("=")',
                "hashlib.sha256(token.encode()).hexdigest()",
            ),
            "It refused a good proof",
        ),
        (_proof("not abs(now - iat) <= 60", "now - iat > 60"), "from the future"),
        (_proof("abs(now - iat) <= 60", "abs(now - iat) <= 6"), "made 60 seconds ago"),
        (_proof("abs(now - iat) <= 60", "abs(now - iat) <= 600"), "61 seconds ago"),
        (_proof("type(iat) not in (int, float) or not abs(now - iat) <= 60", "False"), "from an hour ago"),
        (_proof("    seen.add(jti)\n", ""), "Is its `jti` kept"),
        (_proof("not isinstance(jti, str) or jti in seen", "jti in seen"), "a proof with no `jti`"),
        (
            _proof(
                "    ath =",
                "    jti = claims.get('jti')\n    if not isinstance(jti, str) or jti in seen: raise ValueError('again')\n    seen.add(jti)\n    ath =",
            ).replace('if not isinstance(jti, str) or jti in seen: raise ValueError("again")', "pass"),
            "used up its `jti`",
        ),
    ],
}
