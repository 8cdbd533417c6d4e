"""What it costs to verify locally, and to ask the authorization server about each token (RFC 7662), measured.

An authorization server, one or two workers of the Todo API and the load each get a process of their own: a server in
this process would share its interpreter with whatever else runs here, and slow down with it.
"""

from __future__ import annotations

import contextlib
import math
import os
import statistics
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.child import Child
from helpers.lab import LabError
from helpers.load import CONNECTIONS
from helpers.measurement import ASKING, LOCALLY, WAYS, Measured, Row, not_measured

__all__ = ["ASKING", "LOCALLY", "WAYS", "Measured", "Row", "measure"]

WORKERS = 2
PATIENCE = 30.0
"""Seconds that everything may take beyond the load itself."""


def measure(seconds: float = 2.5, *, rounds: int = 4) -> Measured:
    """Put load on the API, checking tokens in both ways by turns, with one worker and with two.

    Each worker has an address of its own, and the load goes to both addresses alike. A measurement that fails gives
    examples that say so, since the cells after it need numbers to go on with.

    :param seconds: of load in all; starting and stopping takes some two seconds more.
    :param rounds: in each of which everything has its turn, each round beginning with another.
    :raises LabError: there is nothing to measure.
    """
    if not (0 < seconds < math.inf) or rounds < 1:
        raise LabError("Measure for more than 0 seconds, in at least one round: lab.measure(seconds=2.5).")
    try:
        return _measured(seconds, rounds)
    except (RuntimeError, OSError, ValueError, LookupError) as error:  # a ChildError is a RuntimeError
        return not_measured(str(error) or type(error).__name__)


def _measured(seconds: float, rounds: int) -> Measured:
    with _stage(PATIENCE + 3 * seconds) as stage:
        length = seconds / (rounds + 0.5) / len(stage.turns)
        for turn in stage.turns:  # the first requests find cold caches, and do not count
            stage.play(turn, length / 2, Tally())
        tallies = {turn: Tally() for turn in stage.turns}
        names = list(tallies)
        for number in range(rounds):
            for turn in names[number % len(names) :] + names[: number % len(names)]:
                stage.play(turn, length, tallies[turn])
        key_fetches = stage.count()["key_fetches"]
    return Measured(
        rows=[tally.row(*turn) for turn, tally in tallies.items()],
        key_fetches=key_fetches,
        note=f"Medians of {rounds} rounds with {CONNECTIONS} requests under way at any time; how long an answer took in"
        " the middle, and 95 in 100 at most; and the processor time of API and authorization server for one request."
        f" Neither way remembers a token. {os.cpu_count()} processors, on which everything runs, the load too.",
    )


Turn = tuple[str, int]
"""A way to verify, and a number of workers."""


@dataclass
class Tally:
    """What came of one turn in all rounds."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    api_cpu: float = 0.0
    server_cpu: float = 0.0
    introspections: int = 0

    def row(self, way: str, workers: int) -> Row:
        ordered = sorted(self.latencies)
        count = len(ordered)
        return Row(
            way,
            workers,
            rates=tuple(self.rates),
            requests=count,
            median_ms=1_000 * statistics.median(ordered),
            p95_ms=1_000 * ordered[int(0.95 * (count - 1))],
            api_cpu_ms=1_000 * self.api_cpu / count,
            server_cpu_ms=1_000 * self.server_cpu / count,
            introspections=self.introspections,
        )


class Stage:
    """The processes of a measurement while they run."""

    def __init__(
        self, server: Child, workers: Sequence[Child], load: Child, token: str, urls: dict[Turn, list[str]]
    ) -> None:
        self._server, self._workers, self._load = server, workers, load
        self._token, self._urls = token, urls
        self.turns = list(urls)

    def play(self, turn: Turn, seconds: float, tally: Tally) -> None:
        """Put load on the API for so long, and note what it brought, and what it cost whom."""
        before = self.count()
        answer = self._load.ask(urls=self._urls[turn], token=self._token, seconds=seconds)
        after = self.count()
        tally.rates.append(len(answer["latencies"]) / answer["took"])
        tally.latencies += answer["latencies"]
        tally.api_cpu += after["api_cpu"] - before["api_cpu"]
        tally.server_cpu += after["cpu"] - before["cpu"]
        tally.introspections += after["introspections"] - before["introspections"]

    def count(self) -> dict[str, Any]:
        """What the servers have done since they were started."""
        return {**self._server.ask(), "api_cpu": sum(worker.ask()["cpu"] for worker in self._workers)}


@contextlib.contextmanager
def _stage(patience: float) -> Iterator[Stage]:
    """Start all processes, and end them whatever happens.

    :param patience: seconds after which they are ended, so that nobody waits for one that hangs.
    """
    with contextlib.ExitStack() as running:
        server = running.enter_context(Child("helpers.measured_servers", "authorization-server"))
        pool = [running.enter_context(Child("helpers.measured_servers", "worker")) for _ in range(WORKERS)]
        load = running.enter_context(Child("helpers.load"))
        timer = threading.Timer(patience, _end, [[server, *pool, load]])
        timer.daemon = True
        running.callback(timer.cancel)
        timer.start()

        told = server.hear()
        token = told.pop("token")
        for worker in pool:
            worker.tell(**told)
        each = [worker.hear()["urls"] for worker in pool]
        urls = {
            (way, count): [its[way] for its in each[:count]]
            for way in WAYS
            for count in range(1, WORKERS + 1)
        }
        yield Stage(server, pool, load, token, urls)


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.end()
