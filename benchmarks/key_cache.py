"""A key cache in five scenes: RemoteKeySet beside PyJWT's PyJWKClient, as usually configured and at its best.

    python benchmarks/key_cache.py [RUNS]

All meet the same fake key server, in one run, by turns. It answers after 50 ms, counts, and can hang, be down or talk
nonsense. The clock of the caches is moved on by hand; what a request waits is real time. Waits are medians over the
runs of the worst wait in each run; what hangs is played once. Saved to benchmarks/results/key_cache.{md,svg}.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
from chart import Line, save_lines
from key_server import KeyServer

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.tokens.key_set import RemoteKeySet

TTL, COOLDOWN, TIMEOUT = 600.0, 10.0, 5.0
"""RemoteKeySet's own defaults, which the tuned PyJWKClients get too."""

TUNED = {"lifespan": TTL, "cooldown_duration": COOLDOWN, "timeout": TIMEOUT}
AT_ONCE = 50
FLOOD = 1_000
HORIZON = 7_200
"""Seconds for which a withdrawn key is tried."""


class Clock:
    """What the caches take for the time: real time, plus however far it was moved on."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.perf_counter() + self.offset


CLOCK = Clock()
Find = Callable[[str], Any]

CONTENDERS: dict[str, Callable[[str], Find]] = {
    "this key set": lambda url: RemoteKeySet(url, clock=CLOCK).find,
    "PyJWKClient as usual": lambda url: jwt.PyJWKClient(url).get_signing_key,
    "PyJWKClient tuned": lambda url: jwt.PyJWKClient(url, **TUNED).get_signing_key,
    "PyJWKClient tuned, cache_keys": lambda url: (
        jwt.PyJWKClient(url, cache_keys=True, **TUNED).get_signing_key
    ),
}


@dataclass
class Seen:
    """What came of one scene: the fetches, and of each request with a known key id what it waited, and why it failed.

    delay: seconds of the cache's clock after which a new key was taken, or a withdrawn one refused.
    """

    fetches: int = 0
    waits: list[float] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    delay: float | None = None

    def ask(self, find: Find, kid: str = "known") -> None:
        started = time.perf_counter()
        try:
            find(kid)
        except Exception as error:  # whatever it is, the request does not pass
            self.refusals[type(error).__name__] += 1
        self.waits.append(time.perf_counter() - started)


def passes(find: Find, kid: str) -> bool:
    try:
        find(kid)
    except Exception:
        return False
    return True


@contextmanager
def known_requests(find: Find, seen: Seen) -> Iterator[None]:
    """Ask for the known key again and again meanwhile, and wait for the last of it."""
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            seen.ask(find)
            time.sleep(0.001)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def cold_start(server: KeyServer, find: Find) -> Seen:
    server.set()
    seen, together = Seen(), threading.Barrier(AT_ONCE)

    def first() -> None:
        together.wait()
        seen.ask(find)

    threads = [threading.Thread(target=first) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return finished(server, seen)


def rotation(server: KeyServer, find: Find, *, after: float) -> Seen:
    """A new key is published and used so many seconds after the last fetch."""
    warm(server, find, after)
    server.set(kids=("known", "other", "new"))
    seen = Seen()
    with known_requests(find, seen):
        seen.delay = seconds_until(lambda: passes(find, "new"), within=HORIZON)
    return finished(server, seen)


def flood(server: KeyServer, find: Find, mode: str = "good") -> Seen:
    """Tokens with key ids that nobody ever had; the keys are fresh, and every cool-down is over when it begins.

    If the key server is well, a new key is published right after it.
    """
    warm(server, find, 60)
    server.set(mode)
    seen = Seen()
    with known_requests(find, seen):
        for number in range(FLOOD):
            passes(find, f"unknown {number}")
    finished(server, seen)
    if mode == "good":
        server.set(kids=("known", "other", "new"))
        seen.delay = seconds_until(lambda: passes(find, "new"), within=HORIZON)
    return seen


def flood_while_down(server: KeyServer, find: Find) -> Seen:
    return flood(server, find, "down")


def hang(server: KeyServer, find: Find) -> Seen:
    """The key server stops answering, the keys are fresh, and one token with an unknown key id comes."""
    warm(server, find, 60)
    server.set("hang")
    seen = Seen()
    stranger = threading.Thread(target=passes, args=(find, "unknown"))
    stranger.start()
    while stranger.is_alive() and not server.fetches():
        time.sleep(0.001)
    with known_requests(find, seen):
        stranger.join()
    return finished(server, seen)


def outage(server: KeyServer, find: Find, mode: str = "down") -> Seen:
    """The keys are just too old to be fresh, and the key server does not help. Twenty requests, or a second of them."""
    warm(server, find, TTL + 1)
    server.set(mode)
    seen = Seen()
    while len(seen.waits) < 20 and sum(seen.waits) < 1:
        seen.ask(find)
        time.sleep(0.001)
    return finished(server, seen)


def outage_hanging(server: KeyServer, find: Find) -> Seen:
    return outage(server, find, "hang")


def garbage(server: KeyServer, find: Find) -> Seen:
    return outage(server, find, "garbage")


def withdrawal(server: KeyServer, find: Find) -> Seen:
    """The known key is taken out of the set. A request with it comes every ten seconds, and is sent twice."""
    warm(server, find, 0)
    server.set(kids=("other",), delay=0.0)
    seen = Seen()

    def refused() -> bool:
        first = passes(find, "known")
        time.sleep(0.02)  # time for a fetch in the background
        return not first or not passes(find, "known")

    seen.delay = seconds_until(refused, within=HORIZON, step=10)
    return finished(server, seen)


def warm(server: KeyServer, find: Find, later: float) -> None:
    """Fetch the keys, then let so many seconds go by."""
    server.set(delay=0.0)
    find("known")
    CLOCK.offset += later


def seconds_until(happened: Callable[[], bool], *, within: float, step: float = 1.0) -> float | None:
    """How far the clock had to be moved on; None when it was no use."""
    passed = 0.0
    while not happened():
        if passed >= within:
            return None
        CLOCK.offset += step
        passed += step
    return passed


def finished(server: KeyServer, seen: Seen) -> Seen:
    seen.fetches = server.fetches()
    return seen


def rotation_later(server: KeyServer, find: Find) -> Seen:
    return rotation(server, find, after=60)


def rotation_soon(server: KeyServer, find: Find) -> Seen:
    return rotation(server, find, after=1)


SCENES: dict[str, Callable[[KeyServer, Find], Seen]] = {
    f"1 cold start, {AT_ONCE} at once": cold_start,
    "2 a new key, a minute after the last fetch": rotation_later,
    "2 a new key, a second after the last fetch": rotation_soon,
    f"3 flood of {FLOOD:,} unknown key ids": flood,
    "4 key server hangs, one unknown key id": hang,
    f"4 key server down, flood of {FLOOD:,}": flood_while_down,
    "4 key server down, keys past their time": outage,
    "4 key server hangs, keys past their time": outage_hanging,
    "5 garbage, keys past their time": garbage,
    "5 a key is withdrawn": withdrawal,
}
PLAYED_ONCE = (hang, outage_hanging, withdrawal)


def play(runs: int) -> dict[str, dict[str, list[Seen]]]:
    """By scene and contender, what was seen in each run."""
    seen: dict[str, dict[str, list[Seen]]] = {scene: {name: [] for name in CONTENDERS} for scene in SCENES}
    names = list(CONTENDERS)
    with KeyServer() as server:
        for scene, act in SCENES.items():
            for number in range(1 if act in PLAYED_ONCE else runs):
                for name in names[number % len(names) :] + names[: number % len(names)]:
                    seen[scene][name].append(act(server, CONTENDERS[name](server.url)))
    return seen


def lines(seen: dict[str, dict[str, list[Seen]]]) -> list[Line]:
    """The lines of the table: for each scene what differs, and the worst waits for the chart."""
    found = []
    for scene, by_name in seen.items():
        runs = list(by_name.values())
        found.append(Line(scene, "fetches", [spread([one.fetches for one in its]) for its in runs]))
        if any(one.waits for its in runs for one in its):
            waits = [statistics.median(max(one.waits) for one in its) for its in runs]
            found.append(
                Line(scene, "worst wait, known key id", [milliseconds(wait) for wait in waits], waits)
            )
            found.append(Line(scene, "known key id refused", [refusals(its) for its in runs]))
        if any(one.delay is not None for its in runs for one in its):
            what = "withdrawn key refused" if SCENES[scene] is withdrawal else "new key taken"
            found.append(Line(scene, what, [after(its) for its in runs]))
    return found


def spread(counts: list[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def milliseconds(wait: float) -> str:
    if wait < 0.0001:
        return "below 0.1 ms"
    return f"{1_000 * wait:,.0f} ms" if wait >= 0.01 else f"{1_000 * wait:.1f} ms"


def refusals(runs: list[Seen]) -> str:
    whole = sum((one.refusals for one in runs), Counter[str]())
    share = sum(whole.values()) / sum(len(one.waits) for one in runs)
    return f"{share:.0%} ({', '.join(whole)})" if whole else "none"


def after(runs: list[Seen]) -> str:
    delays = [one.delay for one in runs]
    if None in delays:
        return f"not within {HORIZON // 3_600} h"
    longest = max(delay for delay in delays if delay is not None)
    return f"after {longest:.0f} s" if longest else "at once"


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    sys.setswitchinterval(0.0002)  # seconds; else a thread that computes keeps the others waiting up to 5 ms
    for module in (jwt.jwks_client, jwt.jwk_set_cache, jwt.api_jwk):
        module.time = SimpleNamespace(monotonic=CLOCK)  # type: ignore[attr-defined]
    note = (
        f"{runs} runs, by turns; the key server answers after 50 ms. This key set has its defaults: keys are fresh"
        f" for {TTL:.0f} s, {COOLDOWN:.0f} s between fetches for unknown key ids, a fetch is given up after"
        f" {TIMEOUT:.0f} s. PyJWKClient {jwt.__version__} as usual: lifespan 300 s, cool-down 30 s, timeout 30 s."
        " Tuned: with the times of this key set. With cache_keys it keeps each key that was used, for ever."
    )
    print(save_lines("key_cache", "A key cache in five scenes", note, list(CONTENDERS), lines(play(runs))))


if __name__ == "__main__":
    main()
