"""The issuer's keys, fetched when they are needed and not more often.

"The verifier knows to go back to the jwks_uri location to re-retrieve the keys when it sees an unfamiliar kid value"
(OpenID Connect Core 1.0 §10.1.1). Anybody can make up such values, so not each of them may cost a fetch.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

import requests

from .discovery import check_issuer, discover
from .encoding import decode_json
from .errors import ConfigurationError, DiscoveryError, KeysUnavailable
from .fetch import CarefulSession, FetchError, fetch_document
from .keys import Key, KeySet, read_key_set, unknown_key


@dataclass
class Counters:
    """What a key set did so far."""

    fetches: int = 0
    """Times the JWK Set was asked for."""
    failures: int = 0
    """Fetches without a JWK Set at their end."""
    hits: int = 0
    """Keys given out that were there. Counted without a lock: threads may lose a few."""
    refusals: int = 0
    """Key ids refused because no key has them."""


class _Flight:
    """A fetch under way. `landed` gets a result when it is over, whatever came of it."""

    def __init__(self, timeout: float) -> None:
        self.deadline = time.monotonic() + timeout
        self.landed: Future[None] = Future()
        self.landed.set_running_or_notify_cancel()  # from here on, who waits cannot cancel it for the others

    def remaining(self) -> float:
        return max(0.0, self.deadline - time.monotonic())


class RemoteKeySet:
    """The keys at an address, or of an issuer. Safe to share between threads and tasks.

    ttl        seconds for which the keys are fresh. After that they are fetched again, while the old ones still serve
    max_stale  seconds for which they serve on if that fails; then KeysUnavailable
    cooldown   seconds between two fetches for unknown key ids, and after a failure
    timeout    seconds until a fetch is given up, all in all
    max_size   bytes of a JWK Set
    relocate   seconds after which an issuer's metadata is asked again where the keys are. It is asked at once when they
               cannot be had there, or when an unknown key id is not among them
    clock      seconds, from any zero. Set back to before the last fetch, it makes the keys expire: it then says nothing
               about their age

    The first key asked for makes the first fetch, and everybody who comes meanwhile waits for the same one. A key id
    that is unknown makes one at once: the issuer may have a new key. Nobody else waits: a fetch runs in its own thread,
    and the lock is never held for it. The keys fetched replace the old ones, so a key that is gone is refused from then
    on: `ttl` and one fetch after its withdrawal while tokens come in, at the latest after `ttl` and `max_stale`. A set
    without a usable key replaces nothing: it is a fault like any other.
    """

    def __init__(
        self,
        jwks_uri: str | Callable[[], str],
        *,
        ttl: float = 600.0,
        max_stale: float = 3_600.0,
        cooldown: float = 10.0,
        timeout: float = 5.0,
        max_size: int = 262_144,
        relocate: float = 3_600.0,
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if min(max_stale, cooldown, relocate) < 0 or min(ttl, timeout) <= 0:
            raise ConfigurationError("The times of a key set must not be negative.")
        self._locate = jwks_uri if callable(jwks_uri) else lambda: jwks_uri
        self._ttl, self._max_stale, self._cooldown, self._timeout = ttl, max_stale, cooldown, timeout
        self._max_size, self._relocate = max_size, relocate
        self._session = session or CarefulSession()
        self._clock = clock
        self._lock = threading.Lock()
        self._counters = Counters()
        self._keys = KeySet()
        self._uri: str | None = None
        self._flight: _Flight | None = None
        self._fetched_at = self._fresh_until = self._failed_at = self._sought_at = float("-inf")
        self._located_at = float("-inf")
        self._failing: str | None = None

    @classmethod
    def of_issuer(
        cls, issuer: str, *, session: requests.Session | None = None, timeout: float = 5.0, **settings: float
    ) -> RemoteKeySet:
        """The keys at the `jwks_uri` of the issuer's metadata. Raises ConfigurationError for an unsafe issuer."""
        check_issuer(issuer)
        session = session or CarefulSession()

        def locate() -> str:
            return discover(issuer, session=session, timeout=timeout).jwks_uri

        return cls(locate, session=session, timeout=timeout, **settings)

    @property
    def counters(self) -> Counters:
        """A copy of the counters."""
        with self._lock:
            return replace(self._counters)

    @property
    def keys(self) -> KeySet:
        """The keys as they were fetched last."""
        return self._keys

    @property
    def failing(self) -> str | None:
        """Why the last fetch failed, if it did: for the log, not for the client."""
        return self._failing

    def find(self, kid: str | None) -> Key:
        """The key with this id. Raises KeyRefused if there is none, KeysUnavailable if that cannot be known."""
        if self._fetched_at <= self._clock() < self._fresh_until and (key := self._keys.by_kid.get(kid)):
            self._counters.hits += 1
            return key
        chances = 2  # a fetch that was under way already may have left before the key was published
        while isinstance(found := self._look_up(kid, may_fetch=chances > 0), _Flight):
            chances -= 1
            self._wait(found)
        return found

    async def find_async(self, kid: str | None) -> Key:
        """Like `find`; a key that is there comes at once, without a thread."""
        if self._fetched_at <= self._clock() < self._fresh_until and (key := self._keys.by_kid.get(kid)):
            self._counters.hits += 1
            return key
        chances = 2
        while isinstance(found := self._look_up(kid, may_fetch=chances > 0), _Flight):
            chances -= 1
            await self._wait_async(found)
        return found

    def refresh(self) -> None:
        """Fetch the keys now, cool-down or not, and wait for them. Raises KeysUnavailable if that fails."""
        with self._lock:
            flight = self._flight or self._take_off(None)
        self._wait(flight)
        if self._failing:
            raise KeysUnavailable(self._cooldown)

    def _look_up(self, kid: str | None, *, may_fetch: bool) -> Key | _Flight:
        """The key, or the fetch that may bring it."""
        with self._lock:
            now = self._clock()
            fresh = self._fetched_at <= now < self._fresh_until
            serving = self._fetched_at <= now < self._fresh_until + self._max_stale
            key = self._keys.get(kid) if serving else None
            if key is not None:
                if not fresh:
                    self._fetch_if_allowed(now, fresh, None)  # and nobody waits for it
                self._counters.hits += 1
                return key
            flight = self._fetch_if_allowed(now, fresh, kid) if may_fetch else None
            if flight is not None:
                return flight
            if self._failing or not serving:
                raise KeysUnavailable(min(self._failed_at + self._cooldown - now, self._cooldown))
            self._counters.refusals += 1
            raise unknown_key()

    def _fetch_if_allowed(self, now: float, fresh: bool, sought: str | None) -> _Flight | None:
        """The fetch under way, or a new one for the key id that is sought, unless the cool-down forbids it."""
        if self._flight is not None and not self._flight.remaining():
            self._land_locked(self._flight, "the fetch took too long")
        if self._flight is not None:
            return self._flight
        moments = (self._failed_at, self._sought_at) if fresh else (self._failed_at,)
        if any(0 <= now - moment < self._cooldown for moment in moments):  # one in the future says nothing
            return None
        if fresh:  # nothing but an unknown key id asks for fresh keys
            self._sought_at = now
        return self._take_off(sought)

    def _take_off(self, sought: str | None) -> _Flight:
        self._counters.fetches += 1
        self._flight = flight = _Flight(self._timeout)
        threading.Thread(target=self._fly, args=(flight, sought), name="key-set-fetch", daemon=True).start()
        return flight

    def _fly(self, flight: _Flight, sought: str | None) -> None:
        """In its own thread: fetch, and let everybody know."""
        try:
            keys = self._fetch(sought)
        except Exception as error:  # whatever it is, those who wait need an answer
            self._land(flight, str(error) or type(error).__name__)
        else:
            self._land(flight, keys)

    def _fetch(self, sought: str | None) -> KeySet:
        """The keys, from where they are now: an issuer may move them, and leave the old ones where they were."""
        known, self._uri = self._uri, None  # good until a fetch from there fails; then it is located again
        if known is None or not 0 <= self._clock() - self._located_at < self._relocate:
            uri = self._located()
            keys = self._fetch_from(uri)
        else:
            uri, keys = known, self._fetch_from(known)
            if sought is not None and keys.get(sought) is None:
                with contextlib.suppress(DiscoveryError):  # where they were, keys are still to be had
                    uri = self._located()
                keys = keys if uri == known else self._fetch_from(uri)
        self._uri = uri
        return keys

    def _located(self) -> str:
        uri = self._locate()
        self._located_at = self._clock()
        return uri

    def _fetch_from(self, uri: str) -> KeySet:
        body = fetch_document(uri, session=self._session, timeout=self._timeout, max_size=self._max_size)
        try:
            keys = read_key_set(decode_json(body))
        except ValueError as error:
            raise FetchError(f"{uri} sent no JWK Set ({error})") from None
        if not keys.keys:
            raise FetchError(f"{uri} lists no key that can be used")
        return keys

    def _land(self, flight: _Flight, result: KeySet | str) -> None:
        with self._lock:
            self._land_locked(flight, result)

    def _land_locked(self, flight: _Flight, result: KeySet | str) -> None:
        """Take the result of a fetch: keys, or what went wrong. One that was given up brings nothing any more."""
        if self._flight is not flight:
            return
        self._flight = None
        if isinstance(result, KeySet):
            now = self._clock()
            self._keys, self._fetched_at, self._fresh_until = result, now, now + self._ttl
            self._failing = None
        else:
            self._failed_at, self._failing = self._clock(), result
            self._counters.failures += 1
        flight.landed.set_result(None)

    def _wait(self, flight: _Flight) -> None:
        try:
            flight.landed.result(flight.remaining())
        except TimeoutError:
            self._land(flight, "the fetch took too long")

    async def _wait_async(self, flight: _Flight) -> None:
        try:
            await asyncio.wait_for(asyncio.wrap_future(flight.landed), flight.remaining())
        except TimeoutError:
            self._land(flight, "the fetch took too long")
