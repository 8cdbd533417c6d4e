"""Whether an answer reads the clock of the machine, so that a message can say so."""

from types import CodeType
from typing import Any

_CLOCKS = {"time", "time_ns", "monotonic", "perf_counter", "now", "utcnow", "today"}


def reads_the_clock(answer: Any) -> bool:
    """Whether the function calls something that tells the time. A parameter of its own does not count."""
    code = getattr(answer, "__code__", None)
    return isinstance(code, CodeType) and not _CLOCKS.isdisjoint(_names(code))


def _names(code: CodeType) -> set[str]:
    inner = (_names(each) for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*inner)
