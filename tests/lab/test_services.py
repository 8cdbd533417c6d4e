"""Servers in threads: free ports, ready when they answer, stopped cleanly."""

import threading

import pytest
import requests
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from helpers.services import PortInUse, Service, ServiceError, listen, listen_near


def app() -> Starlette:
    return Starlette(routes=[Route("/", lambda request: PlainTextResponse("here"))])


def test_it_answers_when_start_returns_and_the_port_is_free_after_stop() -> None:
    service = Service("A server", app(), listen()).start()
    port = int(service.url.rpartition(":")[2])
    assert requests.get(service.url, timeout=5).text == "here"
    assert service.url.startswith("http://127.0.0.1:")
    service.stop()
    assert not service.running
    listen(port).close()


def test_a_taken_port_is_named() -> None:
    with listen() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=str(port)):
            listen(port)
        with listen_near(port) as other:
            assert other.getsockname()[1] != port


def test_an_app_that_cannot_start_is_said() -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise RuntimeError("cannot")

    service = Service("The broken one", broken, listen())
    with pytest.raises(ServiceError, match="The broken one"):
        service.start(timeout=5)


def test_stopping_twice_is_fine_and_leaves_no_thread() -> None:
    before = threading.active_count()
    service = Service("A server", app(), listen()).start()
    service.stop()
    service.stop()
    assert threading.active_count() <= before + 1
