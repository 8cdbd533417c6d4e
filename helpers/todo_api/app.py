"""The Todo API's routes, and its OpenAPI page."""

import json
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2
from fastapi.staticfiles import StaticFiles
from starlette.responses import HTMLResponse

from helpers.todo_api import answers
from helpers.todo_api.door import Door, GuardedRoute, Verify, refuse
from helpers.todo_api.todos import NewTodo, NoSuchTodo, Todo, TodoChange, TodoStore
from helpers.tokens.errors import TokenError

SCOPES = {"read:todos": "Read the todos", "write:todos": "Create, change and delete todos"}


def create_app(
    verify: Verify, *, audience: str, token_endpoint: str, store: TodoStore | None = None
) -> FastAPI:
    """The Todo API as an ASGI app.

    :param verify: what the door asks about each access token; ``app.state.door.verify`` replaces it later.
    :param audience: the API's identifier, which the OpenAPI page asks a token for.
    :param token_endpoint: URL of the authorization server's token endpoint, for the OpenAPI page's Authorize button.
    :param store: the todos; a fresh store when left out.
    """
    # The server's address is relative, so that the page works at any address: its own, or behind a proxy.
    app = FastAPI(
        title="Todo API",
        version="1.0",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": "./"}],
        redirect_slashes=False,  # a redirect would lead to whatever the Host header says
    )
    app.state.door = Door(verify)
    app.state.store = store or TodoStore()
    app.add_exception_handler(TokenError, refuse)
    app.add_exception_handler(NoSuchTodo, answers.not_found)
    app.add_exception_handler(RequestValidationError, answers.invalid)
    app.add_exception_handler(400, answers.unreadable)

    @app.get("/health", tags=["open"])
    async def health() -> dict[str, str]:
        """Whether the API is up; anyone may ask."""
        return {"status": "ok"}

    app.include_router(_todos(OAuth2(flows=_flows(token_endpoint), scheme_name="Todo API", auto_error=False)))
    _mount_docs(app, audience, token_endpoint)
    return app


def _flows(token_endpoint: str) -> OAuthFlows:
    return OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl=token_endpoint, scopes=SCOPES))


def _todos(oauth2: OAuth2) -> APIRouter:
    read, write = Security(oauth2, scopes=["read:todos"]), Security(oauth2, scopes=["write:todos"])
    router = APIRouter(
        prefix="/todos", tags=["todos"], route_class=GuardedRoute, responses=answers.OF_THE_DOOR
    )
    of_an_id, of_a_body = answers.OF_AN_ID, answers.OF_A_BODY

    @router.get("", dependencies=[read])
    async def list_todos(request: Request) -> list[Todo]:
        return request.app.state.store.all()

    @router.post("", dependencies=[write], status_code=201, responses=of_a_body)
    async def create_todo(request: Request, new: NewTodo) -> Todo:
        return request.app.state.store.add(new)

    @router.get("/{todo_id}", dependencies=[read], responses=of_an_id)
    async def read_todo(request: Request, todo_id: int) -> Todo:
        return request.app.state.store.get(todo_id)

    @router.patch("/{todo_id}", dependencies=[write], responses=of_an_id | of_a_body)
    async def change_todo(request: Request, todo_id: int, change: TodoChange) -> Todo:
        return request.app.state.store.change(todo_id, change)

    @router.delete("/{todo_id}", dependencies=[write], status_code=204, responses=of_an_id)
    async def delete_todo(request: Request, todo_id: int) -> None:
        request.app.state.store.delete(todo_id)

    return router


def _mount_docs(app: FastAPI, audience: str, token_endpoint: str) -> None:
    page = files("helpers.todo_api").joinpath("docs.html").read_text(encoding="utf-8")
    settings = json.dumps({"audience": audience, "tokenEndpoint": token_endpoint}).replace("<", "\\u003c")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page.replace("{{settings}}", settings))

    # Swagger's own files, from a package, so that the page needs no network.
    app.mount("/swagger", StaticFiles(packages=[("fastapi_offline", "static")]))
