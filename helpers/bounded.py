"""Runs a learner's function so that nothing it does can break what called it.

The function runs in a daemon thread of its own: one that never returns holds up neither its caller nor the end of the
process.
"""

import contextlib
import copy
import ctypes
import inspect
import io
import json
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PRINTED_AT_MOST = 2_000  # characters
SAID_AT_MOST = 200  # characters of an exception's text


class Misbehaved(Exception):
    """The function gave no result to look at.

    did: what it did instead, as a sentence without its subject: "raised KeyError: 'exp'."
    raised: the exception, if that is what it did.
    thread: still running, if it could not be stopped.
    """

    def __init__(
        self, did: str, *, raised: BaseException | None = None, thread: threading.Thread | None = None
    ) -> None:
        super().__init__(f"It {did}")
        self.did = did
        self.raised = raised
        self.thread = thread


class Shared:
    """An argument that the function gets itself instead of a copy, such as a cache that it fills."""

    def __init__(self, value: Any) -> None:
        self.value = value


def call(
    function: Callable[..., Any], *arguments: Any, timeout: float = 2.0, printed: list[str] | None = None
) -> Any:
    """The function's result for copies of these arguments; one that is :class:`Shared` it gets itself.

    :param timeout: seconds until it is stopped.
    :param printed: receives what the function printed, if anything.
    :raises Misbehaved: it takes other arguments, raised, did not return in time, or is a coroutine or a generator.
    """
    check_kind(function, len(arguments))
    run = _Run(function, arguments)
    with _prints_routed():
        try:
            run.start()  # within the try: an interrupt may come while the thread is starting
            run.over.wait(timeout)
        finally:  # an interrupt of the kernel ends the function too
            late = not run.over.is_set()
            stopped = not late or run.stop()
    if printed is not None and run.output.getvalue():
        printed.append(run.output.getvalue())
    if late:  # whatever it returned or raised once it was stopped
        still = "" if stopped else " It is still running: restart the kernel if the page has become slow."
        did = f"did not return within {timeout:g} seconds. Is there a loop that never ends?{still}"
        raise Misbehaved(did, thread=None if stopped else run)
    if run.failure is not None:
        raise Misbehaved(_in_words(run.failure, function), raised=run.failure) from None
    return run.result


def check_kind(function: Callable[..., Any], count: int) -> None:
    """That a function can be called with so many arguments and hands back its result.

    :raises Misbehaved: it is a coroutine or a generator, or takes other arguments.
    """
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise Misbehaved("is an `async def`. Write it as a plain `def`.")
    if inspect.isgeneratorfunction(function):
        raise Misbehaved("uses `yield`. Let it `return` its result.")
    try:
        signature = inspect.signature(function)
    except ValueError:
        return  # some built-in types have none; calling them tells
    try:
        signature.bind(*range(count))
    except TypeError:
        takes, one = len(signature.parameters), "argument" if len(signature.parameters) == 1 else "arguments"
        said = f"takes {takes} {one}, and it is called with {count}. Keep the first line as it was."
        raise Misbehaved(said) from None


class _Stop(BaseException):
    """Thrown into a function that runs too long; no ``except Exception`` of the learner's catches it."""


class _Run(threading.Thread):
    """One call of a function; result, failure and output tell what came of it."""

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        super().__init__(daemon=True, name="a learner's function")
        self.result: Any = None
        self.failure: BaseException | None = None
        self.output = _Bounded()
        self._call = function, arguments
        self.over = threading.Event()
        self._guard = threading.Lock()

    def run(self) -> None:
        with contextlib.suppress(_Stop):  # one that was on its way when the function returned
            _here.output = self.output
            function, arguments = self._call
            try:
                self.result = function(*_copied(arguments))
            except BaseException as failure:
                self.failure = failure
        with self._guard:
            self.over.set()

    def stop(self) -> bool:
        """Whether the function could be ended; one that waits inside a call to C cannot, until that returns."""
        for _ in range(20):
            # A thread that is over may have handed its number to another one, which must not be hit.
            with self._guard:
                if not self.over.is_set():
                    number = ctypes.c_ulong(self.ident or 0)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(number, ctypes.py_object(_Stop))
            if self.over.wait(0.05):
                return True
        return False


def _copied(arguments: tuple[Any, ...]) -> list[Any]:
    return [value.value if isinstance(value, Shared) else as_received(value) for value in arguments]


def as_received(value: Any) -> Any:
    """A copy of plain data as it would come off the wire, so that no string in it is one of ours; else a deep copy.

    An answer that compares with ``is`` works by accident for strings that the interpreter shares, and for no others.
    """
    if isinstance(value, dict) and not any(isinstance(each, tuple) for each in value.values()):
        with contextlib.suppress(TypeError, ValueError, RecursionError):
            read = json.loads(json.dumps(value))
            if read.keys() == value.keys():  # JSON turns every key into a string
                return read
    if callable(value):
        return value  # a copy of a method would bring a copy of its object along
    if isinstance(value, str):
        return value[:1] + value[1:]
    if type(value) in (list, tuple, set):
        return type(value)(as_received(each) for each in value)
    try:
        return copy.deepcopy(value)
    except Exception:
        return value


class _Bounded(io.StringIO):
    def write(self, text: str) -> int:
        if self.tell() < PRINTED_AT_MOST:
            super().write(text[: PRINTED_AT_MOST - self.tell()])
        return len(text)


_here = threading.local()
_routing = threading.Lock()
_calls = 0


class _Routed:
    """Stands for ``sys.stdout``: a thread with an output of its own writes there, every other one where it did."""

    def __init__(self, original: Any) -> None:
        self.original = original

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(_here, "output", self.original), name)


@contextlib.contextmanager
def _prints_routed() -> Iterator[None]:
    """Unlike ``contextlib.redirect_stdout``, leaves other threads' prints alone: a cell may print meanwhile."""
    global _calls
    with _routing:
        _calls += 1
        for name in ("stdout", "stderr"):
            if not isinstance(getattr(sys, name), _Routed):
                setattr(sys, name, _Routed(getattr(sys, name)))
    try:
        yield
    finally:
        with _routing:
            _calls -= 1
            for name in ("stdout", "stderr"):
                stream = getattr(sys, name)
                if _calls == 0 and isinstance(stream, _Routed):
                    setattr(sys, name, stream.original)


def _in_words(error: BaseException, function: Callable[..., Any]) -> str:
    """``raised KeyError: 'audience' (line 3 of the cell).``"""
    try:
        text = str(error).strip().splitlines()
    except Exception:  # an exception class of the learner's own
        text = []
    said = f": {text[0][:SAID_AT_MOST]}" if text else ""
    return f"raised {type(error).__name__}{said}{_place(error, function)}."


def _place(error: BaseException, function: Callable[..., Any]) -> str:
    """The line in the cell or file that the function is written in, as the learner counts it."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if code and frame.filename == code.co_filename and frame.lineno
    ]
    if not lines:
        return ""
    name = Path(code.co_filename).name
    # A cell is compiled under a path of the kernel's own, whose name is a number.
    where = name if name.endswith(".py") and not name.removesuffix(".py").isdigit() else "the cell"
    return f" (line {lines[-1]} of {where})"
