"""The todos over real HTTP, with a door that lets everyone in."""

from collections.abc import Iterator

import pytest
import requests

from helpers import todo_api
from helpers.services import Service, listen

BEARER = {"Authorization": "Bearer x"}


async def verify(token: str) -> dict[str, object]:
    return {"scope": "read:todos write:todos"}


@pytest.fixture
def todos() -> Iterator[str]:
    app = todo_api.create_app(verify, audience="the-api", token_endpoint="http://127.0.0.1:9000/oauth/token")
    service = Service("The Todo API", app, listen()).start()
    yield f"{service.url}/todos"
    service.stop()


def call(method: str, url: str, **options: object) -> requests.Response:
    return requests.request(method, url, headers=BEARER, timeout=5, **options)  # type: ignore[arg-type]


def test_it_starts_with_the_same_few(todos: str) -> None:
    assert [todo["id"] for todo in call("GET", todos).json()] == [1, 2, 3]
    assert call("GET", f"{todos}/1").json() == {"id": 1, "title": "Back up the database", "done": False}


def test_create_read_change_delete(todos: str) -> None:
    created = call("POST", todos, json={"title": "New"})
    assert (created.status_code, created.json()) == (201, {"id": 4, "title": "New", "done": False})
    assert call("PATCH", f"{todos}/4", json={"done": True}).json() == {"id": 4, "title": "New", "done": True}
    assert call("PATCH", f"{todos}/4", json={"title": "Newer"}).json() == {
        "id": 4,
        "title": "Newer",
        "done": True,
    }
    deleted = call("DELETE", f"{todos}/4")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert call("GET", f"{todos}/4").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_todo_is_404(todos: str, method: str) -> None:
    assert call(method, f"{todos}/99", json={"done": True}).json() == {
        "detail": "There is no todo with this id."
    }


@pytest.mark.parametrize(
    "body", [{}, {"title": ""}, {"title": "x" * 201}, {"title": 3}, {"title": "x", "id": 9}, [], "x"]
)
def test_a_malformed_todo_is_422(todos: str, body: object) -> None:
    assert call("POST", todos, json=body).status_code == 422
    assert len(call("GET", todos).json()) == 3


@pytest.mark.parametrize("change", [{"done": None}, {"title": None}, {"title": ""}, {"owner": "me"}])
def test_a_malformed_change_is_422(todos: str, change: object) -> None:
    assert call("PATCH", f"{todos}/1", json=change).status_code == 422


def test_the_openapi_page_declares_the_flow_and_loads_nothing_from_elsewhere(todos: str) -> None:
    api = todos.removesuffix("/todos")
    schema = requests.get(f"{api}/openapi.json", timeout=5).json()
    flow = schema["components"]["securitySchemes"]["Todo API"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "http://127.0.0.1:9000/oauth/token"
    assert set(flow["scopes"]) == {"read:todos", "write:todos"}
    assert schema["paths"]["/todos"]["post"]["security"] == [{"Todo API": ["write:todos"]}]
    page = requests.get(f"{api}/docs", timeout=5).text
    assert "https://" not in page and "//cdn" not in page
    for asset in ("swagger/swagger-ui.css", "swagger/swagger-ui-bundle.js"):
        assert asset in page
        assert requests.get(f"{api}/{asset}", timeout=5).status_code == 200
