"""What a measurement found: plain data that draws itself. Examples are ready for when nothing can be measured."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.display.bars import bars
from helpers.display.picture import Picture

LOCALLY, ASKING = "locally", "asking"
WAYS = (LOCALLY, ASKING)


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
    failed: why nothing was measured, as a clause; the rows are examples then.
    """

    rows: Sequence[Row]
    key_fetches: int
    note: str = ""
    failed: str = ""

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
        locally = self._mean_cpu(LOCALLY)
        # Some systems count processor time in steps so large that a short measurement takes none.
        return self._mean_cpu(ASKING) / locally if locally else math.inf

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
            f"What it costs to check each token{' (examples, not measured here)' if self.failed else ''}",
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
        said = [self._cost(), self._questions(), self._keys()]
        if self.failed:
            said[:0] = [
                f"This could not be measured here ({self.failed}), so what you see are examples from another machine;"
                " run the cell again to measure yours."
            ]
        return "\n".join(said)

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


def _number(per_thousand: float) -> str:
    return "none" if per_thousand == 0 else f"{per_thousand:,.0f}"


EXAMPLES = (
    Row(LOCALLY, 1, (3_400.0,), 1_900, 2.3, 2.5, 0.3, 0.0, 0),
    Row(LOCALLY, 2, (4_800.0,), 2_700, 1.5, 3.0, 0.32, 0.0, 0),
    Row(ASKING, 1, (810.0,), 480, 9.2, 14.1, 1.06, 0.58, 480),
    Row(ASKING, 2, (1_000.0,), 580, 7.6, 13.4, 1.07, 0.54, 580),
)
"""What a machine with two processors measured."""


def not_measured(why: str) -> Measured:
    """The examples, which say that they are examples: the cells that go on from a measurement still have one.

    :param why: a clause, such as "a process ended early".
    """
    return Measured(EXAMPLES, key_fetches=2, note="Examples from another machine.", failed=why)
