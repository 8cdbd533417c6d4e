"""Runs a learner's function so that nothing it does can break what called it.

The function runs in a daemon thread: one that never returns holds up neither its caller nor the end of the process.
"""

import contextlib
import copy
import ctypes
import inspect
import io
import json
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

PRINTED_AT_MOST = 2_000  # characters
SAID_AT_MOST = 200  # characters of an exception's text
_IDLE, _BUSY = "waits for a learner's function", "a learner's function"


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


class WrongKind(Misbehaved):
    """The function cannot be called as it is: a coroutine, a generator, or one that takes other arguments."""


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
    :raises WrongKind: see :func:`check_kind`.
    :raises Misbehaved: it raised, or did not return in time.
    """
    check_kind(function, len(arguments))
    run = _Run(function, arguments)
    with _prints_routed():
        worker = _Worker.idle()
        try:
            worker.take(run)  # within the try: an interrupt may come at any moment
            run.over.wait(timeout)
        finally:  # an interrupt of the kernel ends the function too
            late = not run.over.is_set()
            stopped = not late or worker.stop(run)
    if printed is not None and run.output.getvalue():
        printed.append(run.output.getvalue())
    if late:  # whatever it returned or raised once it was stopped
        still = "" if stopped else " It is still running: restart the kernel if the page has become slow."
        did = f"did not return within {timeout:g} seconds. Is there a loop that never ends?{still}"
        raise Misbehaved(did, thread=None if stopped else worker)
    if run.failure is not None:
        raise Misbehaved(_in_words(run.failure, function), raised=run.failure) from None
    return run.result


def check_kind(function: Callable[..., Any], count: int) -> None:
    """That a function can be called with so many arguments and hands back its result.

    :raises WrongKind: it is a coroutine or a generator, or takes other arguments.
    """
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise WrongKind("is an `async def`. Write it as a plain `def`.")
    if inspect.isgeneratorfunction(function):
        raise WrongKind("uses `yield`. Let it `return` its result.")
    try:
        signature = inspect.signature(function)
    except ValueError:
        return  # some built-in types have none; calling them tells
    try:
        signature.bind(*range(count))
    except TypeError:
        takes, one = len(signature.parameters), "argument" if len(signature.parameters) == 1 else "arguments"
        said = f"takes {takes} {one}, and it is called with {count}. Keep the first line as it was."
        raise WrongKind(said) from None


class _Stop(BaseException):
    """Thrown into a function that runs too long; no ``except Exception`` of the learner's catches it."""


class _Run:
    """One call of a function; result, failure and output tell what came of it."""

    def __init__(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.result: Any = None
        self.failure: BaseException | None = None
        self.output = _Bounded()
        self.over = threading.Event()
        self._call = function, arguments

    def make(self) -> None:
        function, arguments = self._call
        try:
            self.result = function(*_copied(arguments))
        except BaseException as failure:
            self.failure = failure


class _Worker(threading.Thread):
    """Makes one call after the other, since a new thread for each would take longer than most of them do.

    One that had to be stopped makes no other: what was thrown into it may still be on its way.
    """

    _idle: ClassVar[list["_Worker"]] = []

    def __init__(self) -> None:
        super().__init__(daemon=True, name=_IDLE)
        self._runs: queue.SimpleQueue[_Run] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._stopped = False
        self.start()

    @classmethod
    def idle(cls) -> "_Worker":
        while cls._idle:
            worker = cls._idle.pop()
            if worker.is_alive():  # a process that was forked has the list, and not the threads
                return worker
        return cls()

    def take(self, run: _Run) -> None:
        self._runs.put(run)

    def run(self) -> None:
        with contextlib.suppress(_Stop):  # one that was on its way when the function returned
            while not self._stopped:
                run = self._runs.get()
                _here.output, self.name = run.output, _BUSY
                run.make()
                self.name = _IDLE
                with self._guard:
                    if not self._stopped:
                        self._idle.append(self)
                    run.over.set()
                del run

    def stop(self, run: _Run) -> bool:
        """Whether the function could be ended; one that waits inside a call to C cannot, until that returns."""
        for _ in range(20):
            with self._guard:  # the next call must not be hit
                if run.over.is_set():
                    return True
                self._stopped = True
                number = ctypes.c_ulong(self.ident or 0)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(number, ctypes.py_object(_Stop))
            if run.over.wait(0.05):
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
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if code and frame.f_code.co_filename == code.co_filename and line
    ]
    if not lines:
        return ""
    name = Path(code.co_filename).name
    # A cell is compiled under a path of the kernel's own, whose name is a number.
    where = name if name.endswith(".py") and not name.removesuffix(".py").isdigit() else "the cell"
    return f" (line {lines[-1]} of {where})"
