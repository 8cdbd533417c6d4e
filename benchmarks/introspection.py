"""GET /todos with local verification, and with introspection of each token (RFC 7662); the API with 1 and 2 workers.

    python benchmarks/introspection.py [SECONDS]

The authorization server, each worker of the API and the load run in processes of their own; two workers share nothing.
It is the measurement of lesson 06, only longer. Saved to benchmarks/results/introspection.{md,svg}.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

from chart import Row, save

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.load import CONNECTIONS
from helpers.measure import ASKING, LOCALLY, WAYS, measure

ROUNDS = 20
NAMES = {LOCALLY: "this verifier", ASKING: "introspection"}


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    measured = measure(seconds, rounds=ROUNDS)
    if measured.failed:
        sys.exit(f"Nothing was measured: {measured.failed}.")
    reference = measured.row(LOCALLY).rates
    rows = [
        Row(
            f"{NAMES[row.way]}, {row.workers} worker{'s' if row.workers > 1 else ''}",
            row.requests_per_second,
            statistics.median(mine / its for mine, its in zip(row.rates, reference, strict=True)),
            (
                f"{row.median_ms:.1f} ms",
                f"{row.p95_ms:.1f} ms",
                f"{row.api_cpu_ms:.2f} ms",
                f"{row.server_cpu_ms:.3f} ms",
            ),
        )
        for row in measured.rows
    ]
    questions = " and ".join(f"{measured.introspections(way):,.0f} with {NAMES[way]}" for way in WAYS)
    note = (
        f"{ROUNDS} rounds over {seconds:.0f} seconds, {CONNECTIONS} requests under way at a time, {os.cpu_count()}"
        " processors for the servers and the load together. Neither way remembers a token. For 1,000 requests to the"
        f" API the authorization server got {questions}; the keys it was asked for {measured.key_fetches} times in all."
    )
    print(
        save(
            "introspection",
            "GET /todos, checking locally and asking each time",
            "requests per second",
            "this verifier, 1 worker",
            note,
            rows,
            (
                "median answer",
                "95 in 100 within",
                "CPU of the API for each",
                "CPU of the authorization server for each",
            ),
        )
    )


if __name__ == "__main__":
    main()
