"""Forgets what a page's cells have kept of a lab that is gone: its tokens, keys and answers fit nothing any more."""

from __future__ import annotations

import dis
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType

from IPython import get_ipython

_STAY = (ModuleType, type, FunctionType, BuiltinFunctionType, MethodType)


def forget_values() -> bool:
    """Delete the notebook's variables, so that a cell which needs one says so with a NameError; whether there were any.

    Functions, classes and modules stay, and so do CONSTANTS and names that begin with an underscore. A function that
    uses a deleted name goes as well. Outside of a notebook there is nothing to delete.
    """
    shell = get_ipython()
    if shell is None:
        return False
    names = shell.user_ns
    own = {name for name in names if not name.startswith("_")} - set(shell.user_ns_hidden)
    going = {name for name in own if not (name.isupper() or isinstance(names[name], _STAY))}
    gone: set[str] = set()
    while going:
        for name in going:
            del names[name]
        gone |= going
        going = {name for name in own - gone if gone & _globals(names[name])}
    return bool(gone)


def _globals(value: object) -> set[str]:
    """The global names that a function reads."""
    codes, found = [getattr(value, "__code__", None)], set()
    while codes:
        code = codes.pop()
        if isinstance(code, CodeType):
            found |= {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
            codes += code.co_consts
    return found
