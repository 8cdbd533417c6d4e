"""Runs a learner's function so that nothing it does can break the page."""

import contextlib
import copy
import ctypes
import inspect
import io
import threading
import traceback
from collections.abc import Callable
from typing import Any

PRINTED_AT_MOST = 2_000  # characters


class Misbehaved(Exception):
    """The function gave no result to look at; the message says what it did instead."""


class _Stop(BaseException):
    """Thrown into a function that runs too long; no ``except Exception`` of the learner's catches it."""


class _Bounded(io.StringIO):
    def write(self, text: str) -> int:
        if self.tell() < PRINTED_AT_MOST:
            super().write(text[: PRINTED_AT_MOST - self.tell()])
        return len(text)


def call(
    function: Callable[..., Any], *arguments: Any, timeout: float = 2.0, printed: list[str] | None = None
) -> Any:
    """The function's result for copies of these arguments.

    :param timeout: seconds until it is stopped.
    :param printed: receives what the function printed, if anything.
    :raises Misbehaved: it takes other arguments, raised, did not return in time, or is a coroutine or a generator.
    """
    _check_kind(function, len(arguments))
    result: list[Any] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(function(*_copied(arguments)))
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True, name="exercise")
    output = _Bounded()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        thread.start()
        thread.join(timeout)
        stopped = not thread.is_alive() or _stop(thread)
    if printed is not None and output.getvalue():
        printed.append(output.getvalue())
    if not result and (not failure or isinstance(failure[0], _Stop)):
        still = "" if stopped else " It is still running: restart the kernel if the page has become slow."
        raise Misbehaved(
            f"It did not return within {timeout:g} seconds. Is there a loop that never ends?{still}"
        )
    if failure:
        raise Misbehaved(_in_words(failure[0], function)) from None
    return result[0]


def _check_kind(function: Callable[..., Any], count: int) -> None:
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise Misbehaved("It is an `async def`. Write it as a plain `def`.")
    if inspect.isgeneratorfunction(function):
        raise Misbehaved("It uses `yield`. Let it `return` its result.")
    try:
        signature = inspect.signature(function)
    except ValueError:
        return  # some built-in types have none; calling them tells
    try:
        signature.bind(*range(count))
    except TypeError:
        takes = len(signature.parameters)
        raise Misbehaved(
            f"It takes {takes} arguments, and it is called with {count}. Keep the first line as it was."
        ) from None


def _copied(arguments: tuple[Any, ...]) -> list[Any]:
    """Copies of plain data, so that the function cannot change what the check looks at; functions pass as they are."""
    return [copy.deepcopy(value) if isinstance(value, list | tuple) else value for value in arguments]


def _stop(thread: threading.Thread) -> bool:
    for _ in range(20):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Stop))
        thread.join(0.05)
        if not thread.is_alive():
            return True
    return False


def _in_words(error: BaseException, function: Callable[..., Any]) -> str:
    """``It raised KeyError: 'audience' (line 3 of the function).``"""
    code = inspect.unwrap(function).__code__ if hasattr(inspect.unwrap(function), "__code__") else None
    lines = [
        frame.lineno - code.co_firstlineno + 1
        for frame in traceback.extract_tb(error.__traceback__)
        if code
        and frame.filename == code.co_filename
        and frame.lineno
        and frame.lineno >= code.co_firstlineno
    ]
    place = f" (line {lines[-1]} of the cell's function)" if lines else ""
    text = str(error).strip().splitlines()
    said = f": {text[0][:200]}" if text else ""
    return f"It raised {type(error).__name__}{said}{place}."
