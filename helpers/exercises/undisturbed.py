"""Puts back whatever a learner's function changes in the interpreter."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
from collections.abc import Iterator

_MODULES = ("base64", "binascii", "hashlib", "hmac", "json", "math", "random", "re", "secrets", "time")
_one_at_a_time = threading.RLock()


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Whatever a function changes in the interpreter meanwhile is put back, so that no later verdict depends on it."""
    with _one_at_a_time:
        modules = [(vars(module), dict(vars(module))) for module in map(importlib.import_module, _MODULES)]
        streams = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr")}
        environment, limit = dict(os.environ), sys.getrecursionlimit()
        try:
            yield
        finally:
            for now, before in modules:
                if now != before:
                    now.clear()
                    now.update(before)
            for name, stream in streams.items():
                setattr(sys, name, stream)
            if os.environ != environment:
                os.environ.clear()
                os.environ.update(environment)
            if sys.getrecursionlimit() != limit:
                sys.setrecursionlimit(limit)
