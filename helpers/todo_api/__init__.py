"""The resource server: a small Todo API, and the bearer door in front of it."""

from helpers.todo_api.app import SCOPES, create_app
from helpers.todo_api.door import Door, Verify
from helpers.todo_api.todos import Todo, TodoStore

__all__ = ["SCOPES", "Door", "Todo", "TodoStore", "Verify", "create_app"]
