"""Checking locally against asking each time, measured by processes that are all gone afterwards."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from helpers import measure as module
from helpers.child import Child, ChildError
from helpers.lab import LabError
from helpers.load import CONNECTIONS, turn
from helpers.measure import ASKING, LOCALLY, Measured, Row, measure
from helpers.services import Service, listen

PROCESSES = 4  # the authorization server, two workers of the API, the load
posix = pytest.mark.skipif(os.name != "posix", reason="signals, and processes by their number")


class Known(Child):
    """A child that is remembered, so that a test can ask what became of it."""

    pids: list[int] = []  # noqa: RUF012

    def __init__(self, *arguments: str, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.pids.append(self.pid)


@pytest.fixture
def pids(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(module, "Child", Known)
    monkeypatch.setattr(Known, "pids", [])
    return Known.pids


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # one that has ended and was not yet fetched by who inherited it
    return not (stat.exists() and stat.read_text().rpartition(") ")[2].startswith("Z"))


def all_gone(pids: list[int], within: float = 20.0) -> bool:
    deadline = time.monotonic() + within
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(is_running, pids))


@posix
def test_a_short_measurement(pids: list[int]) -> None:
    measured = measure(0.5, rounds=1)
    assert len(pids) == PROCESSES and all_gone(pids, within=0)
    assert [(row.way, row.workers) for row in measured.rows] == [
        (LOCALLY, 1), (LOCALLY, 2), (ASKING, 1), (ASKING, 2),
    ]  # fmt: skip
    for row in measured.rows:
        assert row.requests >= CONNECTIONS
        assert 10 < row.requests_per_second < 1e6
        assert 0 < row.median_ms <= row.p95_ms < 30_000
        assert row.introspections == (row.requests if row.way == ASKING else 0)
        assert row.api_cpu_ms > 0
    assert measured.row(ASKING).server_cpu_ms > measured.row(LOCALLY).server_cpu_ms
    assert measured.ratio == measured.ratios[1] > 0 and measured.ratios[2] > 0
    assert measured.cpu_ratio > 1
    assert (measured.introspections(ASKING), measured.introspections(LOCALLY), measured.key_fetches) == (
        1_000, 0, 2,
    )  # fmt: skip


@posix
@pytest.mark.slow
def test_the_words_are_the_same_for_every_run_on_a_busy_machine_too(pids: list[int]) -> None:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        words = {str(measure()) for _ in range(2)}
    finally:
        busy.kill()
        busy.wait()
    assert words == {
        "Asking about each token costs the servers several times the work of checking it locally.\n"
        "For 1,000 requests the API sent 1,000 to the authorization server when it asked each time,"
        " and none when it checked locally.\n"
        "To check locally, each worker fetched the keys once."
    }
    assert all_gone(pids, within=0)


SCRIPT = """
from helpers import child, measure

class Told(child.Child):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        print(self.pid, flush=True)

class Seen(measure.Stage):
    def play(self, *arguments):
        print("load", flush=True)
        super().play(*arguments)

measure.Child, measure.Stage = Told, Seen
measure.measure(60)
"""


@posix
@pytest.mark.parametrize("after", ["while they start", "under load"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_what_stops_the_kernel_leaves_no_process_behind(after: str, how: signal.Signals) -> None:
    # In a session of its own, the whole of which is interrupted, as Jupyter does it.
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        lines = iter(script.stdout.readline, "")
        pids = [int(next(lines)) for _ in range(PROCESSES)]
        if after == "under load":
            assert next(lines) == "load\n"
        os.killpg(script.pid, how)
        _, errors = script.communicate(timeout=30)
    finally:
        script.kill()
        script.communicate()
    assert all_gone(pids)
    if how == signal.SIGINT:
        assert errors.rstrip().endswith("KeyboardInterrupt") and errors.count("Traceback") == 1


def is_an_example(result: Measured, why: str) -> bool:
    """Whether it says so in one sentence, in words and in the picture, and gives the next cells their numbers."""
    first, *others = str(result).split("\n")
    return (
        re.fullmatch(
            rf"This could not be measured here \({why}\), so what you see are examples from another machine;"
            " run the cell again to measure yours.",
            first,
        )
        is not None
        and len(others) == 3
        and "examples, not measured here" in result.picture().svg
        and result.picture().alt == str(result)
        and result.row(LOCALLY).requests_per_second == 3_400
        and result.ratio > 1
        and result.ratios.keys() == {1, 2}
    )


def test_who_does_not_answer_is_not_waited_for(pids: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    assert is_an_example(measure(0.01), r"a process ended early \(.+\)")
    assert all_gone(pids, within=0)


def test_a_process_that_fails_is_named_with_its_last_words() -> None:
    with (
        Child("helpers.no_such_module") as child,
        pytest.raises(ChildError, match=r"No module named .*no_such"),
    ):
        child.hear()


def test_a_python_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert is_an_example(measure(0.1), r"another Python process cannot be started here \(.+\)")


def test_a_load_that_breaks_off(pids: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def play(*_: object) -> None:
        raise ChildError("The API answered 500 and not 200")

    monkeypatch.setattr(module.Stage, "play", play)
    assert is_an_example(measure(0.1), "The API answered 500 and not 200")
    assert all_gone(pids, within=0)


def test_a_measurement_that_went_well_says_nothing_of_examples() -> None:
    assert "example" not in str(measured()) + measured().picture().svg


def test_processor_time_that_was_not_counted_is_no_division_by_zero() -> None:
    rows = [row(LOCALLY, cpu=0.0), row(ASKING, introspections=200)]
    assert "several times the work" in str(Measured(rows, 1))


@pytest.mark.parametrize(
    "options",
    [{"seconds": 0}, {"seconds": float("nan")}, {"seconds": float("inf")}, {"seconds": 1, "rounds": 0}],
)
def test_there_is_something_to_measure(options: dict[str, float]) -> None:
    with pytest.raises(LabError, match="more than 0 seconds"):
        measure(**options)


# What is said about it


def row(way: str, workers: int = 1, *, cpu: float = 1.0, introspections: int = 0) -> Row:
    return Row(way, workers, (1_234.0, 999.0, 2_000.0), 200, 3.21, 9.87, cpu, 0.0, introspections)


def measured(cpu: float = 5.0, introspections: int = 200, key_fetches: int = 1) -> Measured:
    rows = [row(LOCALLY), row(ASKING, cpu=cpu, introspections=introspections)]
    return Measured(rows, key_fetches, "On this machine.")


@pytest.mark.parametrize(
    ("cpu", "words"),
    [(5.0, "several times the work"), (2.0, "more work than"), (1.0, "no more work than")],
)
def test_the_processor_time_decides_the_words(cpu: float, words: str) -> None:
    assert words in str(measured(cpu)).split("\n")[0]


def test_questions_and_fetches_are_said_as_they_were_counted() -> None:
    assert "sent 1,000 to" in str(measured()) and "and none when it checked locally" in str(measured())
    assert "sent 50 to" in str(measured(introspections=10))
    assert "each worker fetched the keys once" in str(measured())
    assert "the workers (1) fetched the keys 7 times" in str(measured(key_fetches=7))


def test_numbers_stand_in_the_picture_and_never_in_the_words() -> None:
    result = measured()
    for number in ("1,230", "3.2 ms", "9.9 ms", "5.00 ms", "On this machine."):
        assert number in result.picture().svg
    shown = result._repr_mimebundle_()
    assert shown["text/plain"] == str(result)
    assert "1,230" not in shown["text/plain"]


def test_ratios_are_taken_within_each_round() -> None:
    rows = [
        Row(LOCALLY, 1, (100.0, 900.0, 30.0), 200, 1.0, 2.0, 1.0, 0.0, 0),
        Row(ASKING, 1, (50.0, 100.0, 10.0), 200, 1.0, 2.0, 1.0, 1.0, 200),
    ]
    assert Measured(rows, 1).ratios == {1: 3.0}


def test_a_row_by_its_name() -> None:
    assert measured().row(ASKING).way == ASKING
    with pytest.raises(LookupError, match="locally with 1, asking with 1"):
        measured().row(ASKING, 2)


# The load


@pytest.fixture
def api() -> Iterator[tuple[str, list[Request]]]:
    """An API with one worker, which lets the token ``good`` in; and what it was asked."""
    asked: list[Request] = []

    async def app(scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            return
        request = Request(scope)
        asked.append(request)
        good = request.headers["authorization"] == "Bearer good"
        response: Response = JSONResponse([], 200 if good else 401)
        await response(scope, receive, send)

    service = Service("An API", app, listen()).start()
    yield service.url, asked
    service.stop()


def test_a_turn_asks_over_all_connections_until_its_time_is_over(api: tuple[str, list[Request]]) -> None:
    url, asked = api
    answer = asyncio.run(turn([url], "good", seconds=0.05))
    assert len(answer["latencies"]) == len(asked) >= CONNECTIONS
    assert len({request.client for request in asked}) == CONNECTIONS
    assert answer["took"] >= 0.05 and all(0 < latency <= answer["took"] for latency in answer["latencies"])


def test_an_answer_that_is_not_200_ends_the_turn(api: tuple[str, list[Request]]) -> None:
    with pytest.raises(RuntimeError, match="answered 401"):
        asyncio.run(turn([api[0]], "bad", seconds=5))


def test_each_worker_gets_as_many_connections_as_the_other(api: tuple[str, list[Request]]) -> None:
    """On a socket that both shared, one of two workers once took nearly all of 400 connections."""
    other = f"http://localhost:{api[0].rpartition(':')[2]}"
    asyncio.run(turn([api[0], other], "good", seconds=0.05))
    clients = {(request.headers["host"], request.client) for request in api[1]}
    hosts = [host for host, _ in clients]
    assert {host: hosts.count(host) for host in hosts} == {
        api[0].removeprefix("http://"): CONNECTIONS // 2,
        other.removeprefix("http://"): CONNECTIONS // 2,
    }
