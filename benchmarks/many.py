"""``python -m benchmarks.many``: 1, 10, 20, 50 and 200 people at once, none of whom stops to think.

Each is a tab of its own on a real server: real websocket, real protocol, no browser. They switch
pages and turn filters at random (half and half, the same dice every time), and send the next
request when everything of the last one has arrived, parallel fragments included. The server runs
on two processors, the visitors on the others where there are more. The floor is a blank
Streamlit application with the same visitors, in the same run.

The promise: 20 people → at least 20 reruns a second, 95 % of them within a second, under 600 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import FULL, built, busiest_partners, sizes
from benchmarks.machine import described
from benchmarks.serving import BLANK, own_state, serving
from tests.browser.server import Server
from tests.load.crowd import Crowd, crowd, warmed_up
from tests.load.process import connected_after, processor_seconds, resident_megabytes

PEOPLE = (1, 10, 20, 50, 200)
PROMISED_OF, PER_SECOND_LEAST, WITHIN_MOST, MEMORY_MOST = 20, 20.0, 1.0, 600.0
FAULTS_SHOWN = 5
#: Streamlit keeps the session of a closed tab for two minutes.
KEPT_SECONDS = 130
Asked = set[tuple[str, ...]]

REPORT = """## Many people at once

Each on a tab of its own by Streamlit's websocket protocol, {seconds:.0f} s a line, {servers} on
processors {processors}. Everybody switches pages and turns filters without a pause; a rerun is
counted when everything of it has arrived, fragments included. «First asked»: reruns for page,
filters and partner that nobody had asked for before. The floor is a blank Streamlit application
with as many visitors in the same run.

{table}

{after} The promise: with {promised} people {least:.0f} reruns a second, 95 % of them within
{within:.0f} s, under {memory:.0f} MB, and no error with any number.
"""


@dataclass(frozen=True)
class Line:
    """What one number of people did to one server; memory in MB, processor in seconds a rerun."""

    people: int
    seen: Crowd
    processor: float
    before: float
    during: float

    @property
    def memory_each(self) -> float:
        """Return how much memory one more session takes."""
        return (self.during - self.before) / self.people

    @property
    def kept(self) -> bool:
        """Return whether the promise is kept; of other numbers than promised, only no fault is."""
        if self.seen.faults:
            return False
        return self.people != PROMISED_OF or (
            self.seen.per_second >= PER_SECOND_LEAST
            and self.seen.within(0.95) < WITHIN_MOST
            and self.during < MEMORY_MOST
        )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument(
        "--database", type=Path, default=FULL, help="a DuckDB file; built at full scale if absent"
    )
    parser.add_argument("--people", type=int, nargs="+", default=PEOPLE, help="how many at once")
    parser.add_argument("--seconds", type=float, default=20, help="how long each number stays")
    parser.add_argument("--processors", default="0,1", help="for the server; empty for all")
    parser.add_argument(
        "--replicas", type=int, default=1, help="servers; each visitor stays with one"
    )
    parser.add_argument(
        "--wait-for-sessions",
        action="store_true",
        help="stay two minutes more, until the sessions kept for reconnection are gone too",
    )
    parser.add_argument(
        "--option", nargs="*", default=(), help="of Streamlit, e.g. runner.fastReruns=false"
    )
    return parser.parse_args()


def measured(
    servers: Sequence[Server], people: int, seconds: float, partners: list[int], asked: Asked
) -> Line:
    """Let so many people at servers, replicas of one another, that have been warmed up."""
    before, spent = _megabytes(servers), sum(map(processor_seconds, servers))
    during = []
    seen = asyncio.run(
        crowd(
            servers[0],
            people,
            seconds,
            beside=servers[1:],
            partners=partners,
            asked=asked,
            before_they_leave=lambda: during.append(_megabytes(servers)),
        )
    )
    spent = sum(map(processor_seconds, servers)) - spent
    if left := sum(connected_after(server, 15) for server in servers):
        seen.opened[0].faults.append(f"{left} sessions are still connected")
    reruns = len(seen.runs) + len(seen.opened)
    return Line(people, seen, spent / reruns, before, during[0] if during else before)


def _megabytes(servers: Sequence[Server]) -> float:
    return sum(map(resident_megabytes, servers))


def written(line: Line, floor: Line) -> str:
    """Return one line of the table."""
    seen = line.seen
    return (
        f"| {line.people} | {len(seen.runs)} | {100 * seen.first // max(1, len(seen.runs))} % "
        f"| {seen.per_second:.1f} | {floor.seen.per_second:.1f} "
        f"| {line.processor * 1000:.0f} | {line.processor / floor.processor:.1f} "
        f"| {seen.within(0.5) * 1000:.0f} | {seen.within(0.95) * 1000:.0f} "
        f"| {line.during:.0f} | {line.memory_each:.1f} | {len(seen.faults)} "
        f"| {'yes' if line.kept else 'NO'} |"
    )


COLUMNS = (
    *("People", "Reruns", "First asked", "Reruns/s", "Floor, reruns/s", "Processor, ms a rerun"),
    *("× floor", "p50, ms", "p95, ms", "Memory, MB", "MB a session", "Errors", "Kept"),
)


def after_they_left(servers: Sequence[Server], *, patient: bool) -> str:
    """Return in words what the servers hold when everybody has gone."""
    connected = sum(connected_after(server, 15) for server in servers)
    at_once = _megabytes(servers)
    later = ""
    if patient:
        time.sleep(KEPT_SECONDS)
        # Streamlit lets go of sessions that are over when the next one leaves.
        asyncio.run(crowd(servers[0], len(servers), 0, beside=servers[1:]))
        time.sleep(5)
        later = f", {_megabytes(servers):.0f} MB when Streamlit has let go of their sessions"
    return f"After everybody left: {connected} sessions connected, {at_once:.0f} MB at once{later}."


@dataclass(frozen=True)
class Plan:
    """Who comes, how long each number of people stays, and how the server runs."""

    people: tuple[int, ...] = PEOPLE
    seconds: float = 20.0
    processors: frozenset[int] = frozenset({0, 1})
    options: tuple[str, ...] = ()
    patient: bool = False
    replicas: int = 1


@contextmanager
def replicas_of(database: Path, plan: Plan, folder: Path | None = None) -> Iterator[list[Server]]:
    """Yield as many servers as planned, of the dashboard or of another application."""
    with ExitStack() as running:
        yield [
            running.enter_context(
                serving(
                    database,
                    processors=plan.processors,
                    folder=folder,
                    options=() if folder else plan.options,
                )
            )
            for _ in range(plan.replicas)
        ]


def lines_of(
    servers: Sequence[Server], plan: Plan, partners: list[int], floors: dict[int, Line]
) -> list[Line]:
    """Measure every number of people on the servers, telling each at once."""
    for server in servers:
        for run in asyncio.run(warmed_up(server, partners)):
            for fault in run.faults:
                print(f"while warming up: /{run.page}: {fault}")
    lines, asked = [], Asked()
    for people in plan.people:
        line = measured(servers, people, plan.seconds, partners, asked)
        lines.append(line)
        print(f"{people} people: {written(line, floors[people])}", flush=True)
        slowest = list(line.seen.median_of_pages().items())[:4]
        print("  slowest: " + ", ".join(f"{page} {t * 1000:.0f} ms" for page, t in slowest))
        for fault in line.seen.faults[:FAULTS_SHOWN]:
            print(f"  {fault}")
    return lines


def many_report(database: Path, plan: Plan) -> tuple[str, bool]:
    """Return the table, and whether every promise is kept and nothing went wrong."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, ours - plan.processors or ours)
    partners, floors = busiest_partners(database, 50), {}
    try:
        with replicas_of(database, plan, BLANK) as blank:
            for people in plan.people:
                floors[people] = measured(blank, people, min(plan.seconds, 8), [], Asked())
        with replicas_of(database, plan) as servers:
            lines = lines_of(servers, plan, partners, floors)
            after = after_they_left(servers, patient=plan.patient)
    finally:
        os.sched_setaffinity(0, ours)
    head = f"| {' | '.join(COLUMNS)} |\n|{'---:|' * (len(COLUMNS) - 1)}---|"
    report = REPORT.format(
        seconds=plan.seconds,
        servers="the server" if plan.replicas == 1 else f"{plan.replicas} replicas, sticky,",
        processors=", ".join(map(str, sorted(plan.processors))) or "all",
        table="\n".join([head, *(written(line, floors[line.people]) for line in lines)]),
        after=after,
        promised=PROMISED_OF,
        least=PER_SECOND_LEAST,
        within=WITHIN_MOST,
        memory=MEMORY_MOST,
    )
    return report, all(line.kept for line in lines)


def main() -> int:
    """Measure, print the table, and fail if a promise is broken or anything went wrong."""
    chosen = arguments()
    database = built(chosen.database)
    plan = Plan(
        tuple(chosen.people),
        chosen.seconds,
        frozenset(int(number) for number in chosen.processors.split(",") if number),
        tuple(chosen.option),
        chosen.wait_for_sessions,
        chosen.replicas,
    )
    with own_state():
        machine = described()
        report, kept = many_report(database, plan)
    print(f"{machine}\n\nData: {sizes(database)}.\n\n{report}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
