"""What it costs to verify locally, and to ask the authorization server about each token (RFC 7662), measured.

An authorization server, one or two workers of the Todo API and the load each get a process of their own: a server in
this process would share its interpreter with whatever else runs here, and slow down with it.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.child import Child
from helpers.display.bars import bars
from helpers.display.picture import Picture
from helpers.lab import LabError
from helpers.load import CONNECTIONS
from helpers.services import listen, origin

LOCALLY, ASKING = "locally", "asking"
WAYS = (LOCALLY, ASKING)
PATIENCE = 30.0
"""Seconds that everything may take beyond the load itself."""


@dataclass(frozen=True)
class Row:
    """What one way to verify did.

    way: ``locally`` or ``asking``.
    workers: processes that serve the API.
    rates: requests per second in each round.
    requests: to the API, in all rounds.
    median_ms, p95_ms: how long half of the answers took at most, and 95 in 100.
    api_cpu_ms, server_cpu_ms: processor time for one request, of the API and of the authorization server.
    introspections: questions to the authorization server in all rounds.
    """

    way: str
    workers: int
    rates: tuple[float, ...]
    requests: int
    median_ms: float
    p95_ms: float
    api_cpu_ms: float
    server_cpu_ms: float
    introspections: int

    @property
    def label(self) -> str:
        return f"{self.way}, {self.workers} worker{'s' if self.workers > 1 else ''}"

    @property
    def requests_per_second(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.rates)

    @property
    def cpu_ms(self) -> float:
        """Processor time for one request, of both servers."""
        return self.api_cpu_ms + self.server_cpu_ms


@dataclass(frozen=True)
class Measured:
    """A measurement; at the end of a cell it draws itself. Its words are the same for every run, its numbers are not.

    rows: one for each way to verify and number of workers.
    key_fetches: how often all workers together fetched the keys.
    """

    rows: Sequence[Row]
    key_fetches: int
    note: str = ""

    @property
    def ratios(self) -> dict[int, float]:
        """By number of workers, the requests per second when checking locally, as a multiple of those when asking.

        They are taken within each round, where both ways met the same machine; this is their median.
        """
        found = {}
        for row in self.rows:
            if row.way == LOCALLY:
                rounds = zip(row.rates, self.row(ASKING, row.workers).rates, strict=True)
                found[row.workers] = statistics.median(locally / asking for locally, asking in rounds)
        return found

    @property
    def ratio(self) -> float:
        """The one of :attr:`ratios` with one worker."""
        return self.ratios[1]

    @property
    def cpu_ratio(self) -> float:
        """The processor time that both servers need for one request when asking, as a multiple of checking locally."""
        return self._mean_cpu(ASKING) / self._mean_cpu(LOCALLY)

    def _mean_cpu(self, way: str) -> float:
        return statistics.fmean(row.cpu_ms for row in self.rows if row.way == way)

    def introspections(self, way: str) -> float:
        """How many questions the authorization server got for 1,000 requests to the API."""
        rows = [row for row in self.rows if row.way == way]
        return 1_000 * sum(row.introspections for row in rows) / sum(row.requests for row in rows)

    def row(self, way: str, workers: int = 1) -> Row:
        """The row of ``locally`` or ``asking`` with so many workers.

        :raises LookupError: that was not measured.
        """
        for row in self.rows:
            if (row.way, row.workers) == (way, workers):
                return row
        raise LookupError(f"Measured were {', '.join(f'{row.way} with {row.workers}' for row in self.rows)}.")

    def picture(self) -> Picture:
        """Requests per second as bars, and what else was measured beside them."""
        return bars(
            "What it costs to check each token",
            "requests per second",
            [(row.label, row.requests_per_second) for row in self.rows],
            alt=str(self),
            note=self.note,
            columns={
                "median": [f"{row.median_ms:.1f} ms" for row in self.rows],
                "95 %": [f"{row.p95_ms:.1f} ms" for row in self.rows],
                "CPU": [f"{row.cpu_ms:.2f} ms" for row in self.rows],
            },
        )

    def __str__(self) -> str:
        return "\n".join([self._cost(), self._questions(), self._keys()])

    def _cost(self) -> str:
        # Decided by processor time, which hardly changes when the machine is busy: four to six times, as measured.
        if self.cpu_ratio >= 3:
            return "Asking about each token costs the servers several times the work of checking it locally."
        if self.cpu_ratio >= 1.2:
            return "Asking about each token costs the servers more work than checking it locally."
        return "Asking about each token cost the servers no more work than checking it locally."

    def _questions(self) -> str:
        asking, locally = (_number(self.introspections(way)) for way in (ASKING, LOCALLY))
        return (
            f"For 1,000 requests the API sent {asking} to the authorization server when it asked each time,"
            f" and {locally} when it checked locally."
        )

    def _keys(self) -> str:
        workers = max(row.workers for row in self.rows)
        if self.key_fetches == workers:
            return "To check locally, each worker fetched the keys once."
        return f"To check locally, the workers ({workers}) fetched the keys {self.key_fetches} times."

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.picture()._repr_mimebundle_()


def measure(seconds: float = 2.5, *, rounds: int = 4) -> Measured:
    """Put load on the API, checking tokens in both ways by turns, with one worker and with two.

    Two workers share one socket, which works on POSIX systems; elsewhere only one worker is measured.

    :param seconds: of load in all; starting and stopping takes some two seconds more.
    :param rounds: in each of which everything has its turn, each round beginning with another.
    :raises LabError: a process cannot be started, or does not answer.
    """
    if not seconds > 0 or rounds < 1:
        raise LabError("Measure for more than 0 seconds, in at least one round: lab.measure(seconds=2.5).")
    with _stage(2 if os.name == "posix" else 1, PATIENCE + 3 * seconds) as stage:
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
        self, server: Child, workers: Sequence[Child], load: Child, token: str, urls: dict[Turn, str]
    ) -> None:
        self._server, self._workers, self._load = server, workers, load
        self._token, self._urls = token, urls
        self.turns = list(urls)

    def play(self, turn: Turn, seconds: float, tally: Tally) -> None:
        """Put load on the API for so long, and note what it brought, and what it cost whom."""
        before = self.count()
        answer = self._load.ask(url=self._urls[turn], token=self._token, seconds=seconds, workers=turn[1])
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
def _stage(workers: int, patience: float) -> Iterator[Stage]:
    """Start all processes, and end them whatever happens.

    :param patience: seconds after which they are ended, so that nobody waits for one that hangs.
    """
    with contextlib.ExitStack() as running:
        shared = {way: running.enter_context(listen()) for way in WAYS} if workers > 1 else {}
        sockets = [sock.fileno() for sock in shared.values()]
        server = running.enter_context(Child("helpers.measured_servers", "authorization-server"))
        pool = [
            running.enter_context(Child("helpers.measured_servers", "worker", sockets=sockets))
            for _ in range(workers)
        ]
        load = running.enter_context(Child("helpers.load"))
        timer = threading.Timer(patience, _end, [[server, *pool, load]])
        timer.daemon = True
        running.callback(timer.cancel)
        timer.start()

        told = server.hear()
        token = told.pop("token")
        descriptors = {way: sock.fileno() for way, sock in shared.items()}
        for number, worker in enumerate(pool):
            worker.tell(worker=number, shared=descriptors, **told)
        alone, *_ = [worker.hear()["urls"] for worker in pool]
        urls = {}
        for way in WAYS:
            urls[way, 1] = alone[way]
            if way in shared:
                urls[way, workers] = origin(shared[way])
        yield Stage(server, pool, load, token, urls)


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.end()


def _number(per_thousand: float) -> str:
    return "none" if per_thousand == 0 else f"{per_thousand:,.0f}"
