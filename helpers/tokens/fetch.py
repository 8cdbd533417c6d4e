"""Careful HTTP: whom a request reaches and what goes along, and how much of an answer is read, and for how long."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter

_DIRECTLY = {"http": None, "https": None, "all": None}
"""Proxies that requests is told to leave out, whatever the environment says."""


class FetchError(Exception):
    """The document could not be had. The message says why; status is the HTTP status, if there was one."""

    def __init__(self, message: str, *, status: int | None = None, timed_out: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.timed_out = timed_out


class CarefulSession(requests.Session):
    """Takes proxies and certificates from the environment, as requests does, but no password from a .netrc file, and
    no proxy on the way to this machine.

    A line `default` in .netrc goes to every host. A proxy would see what is sent in plain http, and could change keys.
    adapter: what sends the requests, if not requests' own.
    """

    def __init__(self, adapter: BaseAdapter | None = None) -> None:
        super().__init__()
        self.auth = nothing_added  # without an auth of its own, requests looks into .netrc
        if adapter is not None:
            for scheme in ("https://", "http://"):
                self.mount(scheme, adapter)

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Mapping[str, Any]:
        if is_loopback(urlsplit(url).hostname or ""):
            proxies = _DIRECTLY | dict(proxies or {})
        return super().merge_environment_settings(url, proxies, stream, verify, cert)


def nothing_added(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An `auth` of requests that leaves a request as it is."""
    return request


def is_safe_address(url: str, *, allow_http: bool = False) -> bool:
    """https, or http to this machine itself: who can change the keys on their way can sign any token.

    allow_http: plain http to any host is safe too, as between the sidecars of a service mesh, which encrypt it.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and (allow_http or is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def fetch_document(
    url: str,
    *,
    session: requests.Session,
    timeout: float = 5.0,
    max_size: int = 262_144,
    allow_http: bool = False,
) -> bytes:
    """The body of a 200 answer.

    timeout: seconds to connect, for each read, and for all of the body.  max_size: bytes.  allow_http: see
    `is_safe_address`.
    Raises FetchError, for a redirect too: whoever can redirect the request could choose the keys.
    """
    if not is_safe_address(url, allow_http=allow_http):
        raise FetchError(f"{url} is neither https nor on this machine")
    deadline = time.monotonic() + timeout
    try:
        with session.get(
            url,
            # Uncompressed, so that the bound on the size is a bound on what is read.
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "Connection": "close"},
            timeout=timeout,
            stream=True,
            allow_redirects=False,
        ) as response:
            if response.status_code != 200:
                what = "redirects elsewhere" if response.is_redirect else f"answered {response.status_code}"
                raise FetchError(f"{url} {what}", status=response.status_code)
            return read_bounded(response, url, deadline, max_size)
    except (requests.Timeout, urllib3.exceptions.TimeoutError):
        raise FetchError(f"{url} did not answer within {timeout:g} s", timed_out=True) from None
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise FetchError(f"cannot connect to {url} ({type(error).__name__})") from None


def read_bounded(response: requests.Response, url: str, deadline: float, max_size: int) -> bytes:
    """The body of a response that was asked for with `stream=True`; the deadline is one of `time.monotonic`.

    Raises FetchError when it is longer than `max_size` bytes, or not there in time.
    """
    body = bytearray()
    # read1 returns after one read of the socket: a server that sends a byte a second meets the deadline.
    while chunk := response.raw.read1(8192, decode_content=True):
        body += chunk
        if len(body) > max_size:
            raise FetchError(f"{url} sent more than {max_size} bytes")
        if time.monotonic() > deadline:
            raise FetchError(f"{url} sent its answer too slowly", timed_out=True)
    return bytes(body)
