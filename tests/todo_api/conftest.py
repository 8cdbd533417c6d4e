"""A Todo API that lets any token in, and requests that are sent to it byte for byte."""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from helpers import todo_api
from helpers.services import Service, listen

Answer = tuple[int, str, Any]
Send = Callable[..., Answer]


async def verify(token: str) -> dict[str, object]:
    return {"scope": "read:todos write:todos"}


@pytest.fixture(scope="module")
def send() -> Iterator[Send]:
    """Sends one request with a good token; returns status, text and JSON of the answer.

    Ten seconds without an answer are an error.
    """
    app = todo_api.create_app(verify, audience="the-api", token_endpoint="http://127.0.0.1:9000/oauth/token")
    service = Service("The Todo API", app, listen()).start()
    host = service.url.removeprefix("http://")

    def request(
        method: str, path: str, body: bytes | None = None, content_type: str = "application/json"
    ) -> Answer:
        connection = http.client.HTTPConnection(host, timeout=10)
        headers = {"Authorization": "Bearer good", "Content-Type": content_type}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text, json.loads(text) if text else None

    yield request
    service.stop()
