"""The same client for asyncio and httpx, which has to be installed beside it."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import sleep
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any
from urllib.parse import urlsplit

import httpx

from .discovery import discover
from .fetch import is_loopback
from .token_client import TokenClient
from .token_endpoint import LONGEST_WAIT, NOT_NOW, PAUSES
from .token_response import MAX_BYTES, Granted, TokenRequestError, no_answer, read_token_response


class AsyncClientCredentials(TokenClient, httpx.Auth):
    """Asks for an access token in the application's own name, and reuses it until shortly before it expires.

    `await httpx_client.get(url, auth=client)` sends it as RFC 6750 §2.1 says. Tasks of one event loop may share one
    client. `TokenClient` says what the settings mean; session is an `httpx.AsyncClient`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._asking: asyncio.Task[str] | None = None

    @classmethod
    async def from_issuer(cls, issuer: str, **settings: Any) -> AsyncClientCredentials:
        """A client of the token endpoint that the issuer's metadata names (RFC 8414 §3).

        settings: see `TokenClient`; assertions are for the issuer unless they say otherwise.
        Raises DiscoveryError when the metadata cannot be had, ConfigurationError as the class does.
        """
        found = await asyncio.to_thread(discover, issuer, allow_http=settings.get("allow_http", False))
        return cls(token_endpoint=found.token_endpoint, **{"assertion_audience": issuer} | settings)

    async def token(self) -> str:
        """The access token, the one at hand or a new one.

        Tasks that ask at once share one request and its outcome. Raises TokenRequestError.
        """
        if (token := self._at_hand()) is not None:
            return token
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._asked)
        # Shielded: a task that is cancelled gives up for itself, not for the others.
        return await asyncio.shield(self._asking)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Put the token into a request (RFC 6750 §2.1); if the API calls it invalid, try a new one once.

        Raises TokenRequestError, or ConfigurationError when the network would see the token (RFC 6750 §5.3).
        """
        self._check_address(str(request.url))
        token = await self.token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        challenge = response.headers.get("WWW-Authenticate", "")
        # A body that is a stream was used up by the first try.
        if self._may_renew(response.status_code, challenge, token) and isinstance(
            request.stream, httpx.ByteStream
        ):
            request.headers["Authorization"] = f"Bearer {await self.token()}"
            yield request

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        raise RuntimeError("An AsyncClientCredentials takes an httpx.AsyncClient.")

    def _asked(self, task: asyncio.Task[str]) -> None:
        self._asking = None
        if not task.cancelled():
            task.exception()  # seen, also when everybody who waited was cancelled

    async def _ask(self) -> str:
        for pause in (*PAUSES, None):
            asked_at = self._clock()
            outcome = await self._attempt(asked_at)
            if isinstance(outcome, Granted):
                return self._keep(outcome, asked_at)
            wait = outcome.retry_after or pause
            tried_in_vain = outcome.status is None and self._authentication.is_one_time
            if (
                outcome.status not in (None, *NOT_NOW)
                or tried_in_vain
                or pause is None
                or wait > LONGEST_WAIT
            ):
                break
            await sleep(wait)
        self._fail(outcome)
        raise outcome

    async def _attempt(self, now: float) -> Granted | TokenRequestError:
        proof = self._authentication.proof(now)
        connect, answer = (
            self._timeout if isinstance(self._timeout, tuple) else (self._timeout, self._timeout)
        )
        body = b""
        try:
            async with (
                asyncio.timeout(connect + 2 * answer),
                self._opened() as session,
                session.stream(
                    "POST",
                    self.token_endpoint,
                    data={**self._parameters, **self._authentication.form(proof)},
                    headers={"Accept": "application/json", **self._authentication.headers(proof)},
                    timeout=httpx.Timeout(answer, connect=connect),
                    follow_redirects=False,  # the secret would go along
                    auth=None,
                ) as response,
            ):
                async for chunk in response.aiter_bytes(8192):
                    body += chunk
                    if len(body) > MAX_BYTES:
                        break
        except (httpx.TimeoutException, TimeoutError):
            return no_answer(self.token_endpoint, "late")
        except httpx.HTTPError as error:
            untrusted = isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error)
            return no_answer(self.token_endpoint, "untrusted" if untrusted else "unreachable")
        wait = response.headers.get("Retry-After", "")
        return read_token_response(
            response.status_code,
            body,
            endpoint=self.token_endpoint,
            secret=proof,
            asked=self.scope,
            retry_after=float(wait) if wait.isdecimal() and len(wait) <= 6 else None,
        )

    def _opened(self) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        if self._session is not None:
            return nullcontext(self._session)
        # Plain http to this machine goes through no proxy; httpx reads no .netrc.
        return httpx.AsyncClient(trust_env=not is_loopback(urlsplit(self.token_endpoint).hostname or ""))
