"""The todos themselves: what the API guards."""

import itertools
import threading
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

FIRST_TODOS = ("Back up the database", "Rotate the signing key", "Water the plants")


class NewTodo(BaseModel):
    """A todo as a client sends it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = Field(min_length=1, max_length=200, examples=["Write the minutes"])
    done: bool = False


class TodoChange(BaseModel):
    """The fields of a todo to change; a field left out stays as it is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = Field(default="", min_length=1, max_length=200)
    done: bool = False


class Todo(BaseModel):
    """A todo as the API keeps it."""

    id: int
    title: str
    done: bool


class NoSuchTodo(LookupError):
    """There is no todo with this id."""


class TodoStore:
    """Todos in memory, the same few at every start; safe to use from several threads.

    :param titles: of the todos it starts with.
    """

    def __init__(self, titles: Iterable[str] = FIRST_TODOS) -> None:
        self._titles = tuple(titles)
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Back to the first todos."""
        with self._lock:
            self._ids = itertools.count(1)
            self._todos: dict[int, Todo] = {}
            for title in self._titles:
                self._add(NewTodo(title=title))

    def _add(self, new: NewTodo) -> Todo:
        todo = Todo(id=next(self._ids), **new.model_dump())
        self._todos[todo.id] = todo
        return todo

    def all(self) -> list[Todo]:
        """All todos, the oldest first."""
        with self._lock:
            return list(self._todos.values())

    def get(self, todo_id: int) -> Todo:
        """One todo.

        :raises NoSuchTodo: when there is none with this id.
        """
        try:
            return self._todos[todo_id]
        except KeyError:
            raise NoSuchTodo(todo_id) from None

    def add(self, new: NewTodo) -> Todo:
        """Keep a new todo under the next id."""
        with self._lock:
            return self._add(new)

    def change(self, todo_id: int, change: TodoChange) -> Todo:
        """Change the fields that were sent.

        :raises NoSuchTodo: when there is none with this id.
        """
        with self._lock:
            todo = self.get(todo_id).model_copy(update=change.model_dump(exclude_unset=True))
            self._todos[todo_id] = todo
            return todo

    def delete(self, todo_id: int) -> None:
        """Forget one todo.

        :raises NoSuchTodo: when there is none with this id.
        """
        with self._lock:
            del self._todos[self.get(todo_id).id]
