"""Proves the check of each exercise: what it must accept, what it must refuse, and that each probe earns its place.

python tests/exercises/prove.py check_times reuse     prints what is missing for these, and every message
python tests/exercises/prove.py                       the same for all, without the messages
python tests/exercises/prove.py --table               writes docs/exercises.md
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import importlib
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from solution_mutants import Mutant, mutants  # noqa: E402

from helpers.exercises.engine import Attempt, Exercise, Outcome, Result  # noqa: E402
from helpers.exercises.probe import NotYet, Probe  # noqa: E402
from helpers.exercises.report import LESSONS, tasks  # noqa: E402
from helpers.exercises.undisturbed import undisturbed  # noqa: E402

TABLE = ROOT / "docs" / "exercises.md"
SENTENCE = re.compile(r"[A-Z`].*[.?!)]", re.DOTALL)
_Given, _Found = TypeVar("_Given"), TypeVar("_Found")
TIMEOUT = 0.4  # seconds for one call; mutants that loop forever are many


@functools.cache
def exercises() -> dict[str, Exercise]:
    """Every exercise of every lesson, by name."""
    return {task.name: task for lesson in LESSONS for task in tasks(lesson) if isinstance(task, Exercise)}


@functools.cache
def answers(lesson: str, kind: str) -> dict[str, list[str]]:
    """The right or the wrong answers of a lesson, by exercise."""
    try:
        module = importlib.import_module(f"answers.lesson_{lesson}")
    except ModuleNotFoundError:
        return {}
    return getattr(module, kind)


def answer_of(exercise: Exercise, source: str) -> Any:
    """What an answer's code defines, with the lesson's names around it, freshly executed."""
    lesson = importlib.import_module(f"helpers.exercises.lesson_{exercise.lesson}")
    names = {
        "__name__": "answer",
        **{name: value for name, value in vars(lesson).items() if name[:2] != "__"},
    }
    names.pop(exercise.name, None)
    exec(compile(source, "<answer>", "exec"), names)
    return names[exercise.name]


def judged(exercise: Exercise, source: str) -> Result | None:
    """The result of an answer; None when its code cannot even be executed."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), undisturbed():
            answer = answer_of(exercise, source)
    except Exception:
        return None
    return exercise.attempt(answer)


def alone(exercise: Exercise, source: str, name: str) -> bool:
    """Whether this probe finds a fault in an answer, and no other does; nets do not count."""
    deciding = sorted(exercise.probes, key=lambda probe: probe.name != name)
    return all(
        _stops(probe, exercise, source) is (probe.name == name)
        for probe in deciding
        if probe.name == name or not probe.net
    )


def _stops(probe: Probe, exercise: Exercise, source: str) -> bool:
    try:
        with contextlib.redirect_stdout(io.StringIO()), undisturbed():
            probe.ask(Attempt(answer_of(exercise, source)))
    except Exception:
        return True
    return False


def lines_of(fault: NotYet | None) -> set[tuple[str, int]]:
    """Where a fault was said: every file and line that it passed through."""
    lines, trace = set(), fault.__traceback__ if fault else None
    while trace is not None:
        lines.add((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return lines


@dataclass
class Proof:
    """What came of proving one exercise."""

    name: str
    lesson: str
    probes: int = 0
    right: int = 0
    wrong: int = 0
    mutants: int = 0
    equal: int = 0
    refused_right: list[str] = field(default_factory=list)
    accepted_wrong: list[str] = field(default_factory=list)
    passing: list[str] = field(default_factory=list)
    not_equal: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    stumbled: list[str] = field(default_factory=list)
    disturbed: list[str] = field(default_factory=list)
    reached: set[tuple[str, int]] = field(default_factory=set)
    messages: list[tuple[str, str]] = field(default_factory=list)
    giving_away: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that is not as it must be, a sentence each."""
        said = []
        for what, entries in (
            ("refuses a right answer", self.refused_right),
            ("accepts a wrong answer", self.accepted_wrong),
            ("accepts a mutant that is not listed in `equal`", self.passing),
            ("lists in `equal` what is no mutant that passes", self.not_equal),
            ("has a probe that never decides alone", self.idle),
            ("stumbles", self.stumbled),
            ("says what is no whole sentence", [m for _, m in self.messages if not SENTENCE.fullmatch(m)]),
            ("gives the answer away", self.giving_away),
            ("refuses the solution after a misbehaving answer", self.disturbed),
        ):
            said += [f"{self.name} {what}: {entry}" for entry in entries]
        if self.right < 4:
            said.append(f"{self.name} has {self.right} right answers of its own; four are needed")
        if self.wrong < 6:
            said.append(f"{self.name} has {self.wrong} wrong answers of its own; six are needed")
        return said


def mutants_of(exercise: Exercise) -> list[Mutant]:
    """The mutants of its solution; a table of choices has none."""
    if f"def {exercise.name}(" not in exercise.solution_code:
        return []
    return mutants(exercise.solution_code, exercise.name)


def counted(name: str) -> Proof:
    """How much there is to prove for one exercise, with nothing proven yet."""
    exercise = exercises()[name]
    made = mutants_of(exercise)
    return Proof(
        name,
        exercise.lesson,
        probes=len(exercise.probes),
        right=len(answers(exercise.lesson, "RIGHT").get(name, [])),
        wrong=len(answers(exercise.lesson, "WRONG").get(name, [])),
        mutants=len(made),
        equal=sum(mutant.change in exercise.equal for mutant in made),
    )


def prove(name: str) -> Proof:
    """Run everything for one exercise."""
    Attempt.timeout = TIMEOUT
    exercise, proof = exercises()[name], counted(name)
    made = mutants_of(exercise)
    right, wrong = (answers(exercise.lesson, kind).get(name, []) for kind in ("RIGHT", "WRONG"))
    solution = answer_of(exercise, exercise.solution_code)
    for source in [exercise.solution_code, *right]:
        result = judged(exercise, source)
        if result is None or result.outcome is not Outcome.CORRECT:
            proof.refused_right.append(f"{result and result.message}\n{source}")
    bad: list[tuple[str, str]] = []
    for source in wrong:
        result = judged(exercise, source)
        if result is None or result.outcome is not Outcome.NOT_YET:
            proof.accepted_wrong.append(source)
            continue
        _note(proof, source, result)
        proof.messages.append((source, result.message))
        lines = [line.strip() for line in exercise.solution_code.splitlines() if len(line.strip()) > 20]
        if any(line in result.message for line in lines if not line.startswith("def ")):
            proof.giving_away.append(result.message)
        bad.append((source, result.probe))
    # Whatever they did together: what disturbs a later verdict stays disturbed.
    if not _accepted(exercise, solution):
        proof.disturbed.append("after all its wrong answers")
    passed = set()
    for mutant in made:
        result = judged(exercise, mutant.source)
        if result is not None and result.outcome is Outcome.CORRECT:
            passed.add(mutant.change)
        elif result is not None and result.outcome is Outcome.NOT_YET:
            _note(proof, mutant.source, result)
            bad.append((mutant.source, result.probe))
    proof.passing = sorted(passed - set(exercise.equal))
    proof.not_equal = sorted(set(exercise.equal) - passed)
    proof.idle = _idle(exercise, bad)
    return proof


def _accepted(exercise: Exercise, answer: Any) -> bool:
    """Whether every probe but the nets accepts an answer, which is what a misbehaving one before it could change."""
    attempt = Attempt(answer)
    try:
        for probe in exercise.probes:
            if not probe.net:
                probe.ask(attempt)
    except Exception:
        return False
    return True


def _note(proof: Proof, source: str, result: Result) -> None:
    proof.reached |= lines_of(result.fault)
    if result.stumbled is not None:
        proof.stumbled.append(f"{result.stumbled!r}\n{source}")


def _idle(exercise: Exercise, bad: list[tuple[str, str]]) -> list[str]:
    """The probes for which no bad answer is known that they alone stop.

    :param bad: the answers, each with the first probe that stopped it, which is most likely the one that is alone.
    """
    idle = {probe.name for probe in exercise.probes}
    for source, first in bad:
        if first in idle and alone(exercise, source, first):
            idle.remove(first)
    # An answer that keeps state may be stopped earlier than by the probe that is made for it.
    return [
        probe.name
        for probe in exercise.probes
        if probe.name in idle and not any(alone(exercise, source, probe.name) for source, _ in bad)
    ]


def sites(lesson: str) -> Iterator[tuple[str, int]]:
    """Every place of a lesson's checks that says what is wrong: file, and the line of its ``raise NotYet``."""
    folder = ROOT / "helpers" / "exercises"
    for path in [*folder.glob(f"lesson_{lesson}.py"), *folder.glob(f"lesson_{lesson}/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and "NotYet(" in ast.unparse(node):
                yield str(path), node.lineno


def prove_all(names: list[str]) -> list[Proof]:
    """The proofs of these exercises, on as many processors as there are, the slowest first."""
    slow = ("strict_verify", "verify", "lasting", "usable_keys", "read_object")
    ordered = sorted(names, key=lambda name: name not in slow)
    found = {proof.name: proof for proof in map_all(prove, ordered)}
    return [found[name] for name in names]


def map_all(function: Callable[[_Given], _Found], values: Sequence[_Given]) -> list[_Found]:
    """What a function of this module makes of each value, on as many processors as there are."""
    # A copy of this process (fork) would have its servers on loopback, without the threads that answer there.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return list(pool.map(function, values))


def outcome_of(answer: tuple[str, str]) -> Outcome | None:
    """The outcome of an answer.

    :param answer: the name of the exercise, and the source.
    """
    Attempt.timeout = TIMEOUT
    result = judged(exercises()[answer[0]], answer[1])
    return result and result.outcome


def unreached(proofs: list[Proof]) -> list[str]:
    """The lines that say what is wrong, and that no wrong answer reaches, for lessons that were proven whole."""
    reached = {line for proof in proofs for line in proof.reached}
    lessons = {proof.lesson for proof in proofs}
    return [
        f"{Path(path).relative_to(ROOT)}:{line}"
        for lesson in sorted(lessons)
        if {e.name for e in exercises().values() if e.lesson == lesson} <= {p.name for p in proofs}
        for path, line in sites(lesson)
        if (path, line) not in reached
    ]


def table(proofs: list[Proof]) -> str:
    """docs/exercises.md."""
    rows = [
        f"| {p.lesson} | `{p.name}` | {p.probes} | {p.right} | {p.wrong} | {p.mutants} | {p.mutants - p.equal} | {p.equal} |"
        for p in proofs
    ]
    sums = [
        sum(getattr(p, each) for p in proofs) for each in ("probes", "right", "wrong", "mutants", "equal")
    ]
    equal = [
        f"- `{name}`, `{change}`: {reason}."
        for name, exercise in exercises().items()
        for change, reason in exercise.equal.items()
    ]
    return "\n".join([
        "# What the exercises' checks are proven with",
        "",
        "*Correct* is a promise, so each check is tried by a machine. This page is made by `python tests/exercises/prove.py --table`,"
        " and a test holds it to what comes out.",
        "",
        "- A **probe** is one rule that a check asks for. For each there is a wrong answer that it alone stops.",
        "- **Right** answers take other routes than the solution; every one is accepted.",
        "- **Wrong** answers were written by hand; every one is refused, and the solution is still accepted after it.",
        "- **Mutants** are made from the solution's syntax tree, each with one fault (`tests/exercises/solution_mutants.py`)."
        " Every one is refused, or means the same as the solution: those are listed at the end, with the reason.",
        "",
        "| lesson | exercise | probes | right | wrong | mutants | refused | equal |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        f"| | **all** | {sums[0]} | {sums[1]} | {sums[2]} | {sums[3]} | {sums[3] - sums[4]} | {sums[4]} |",
        "",
        "## Mutants that mean the same",
        "",
        *equal,
        "",
    ])  # fmt: skip


def main() -> int:
    """Prove what the command line names; the exit code is 1 when anything is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="exercises; none: all")
    parser.add_argument("--table", action="store_true", help="write docs/exercises.md")
    options = parser.parse_args()
    if options.table:
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(table([counted(name) for name in exercises()]), encoding="utf-8")
        return 0
    proofs = prove_all(options.names or list(exercises()))
    faults = [*(fault for proof in proofs for fault in proof.faults), *unreached(proofs)]
    for proof in proofs if options.names else ():
        for source, message in proof.messages:
            print(f"--- {proof.name}\n{source.strip()}\n>>> {message}\n")
    for proof in proofs:
        print(
            f"{proof.name}: {proof.probes} probes, {proof.right} right, {proof.wrong} wrong, {proof.mutants} mutants, {proof.equal} equal"
        )
    print("\n".join(["", *faults, f"{len(faults)} faults"]))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
