"""What one page costs in this process: its statements alone, the page cold, the page warm.

A page is run by Streamlit's own script runner through the router, as a visit is. Timed is the
script with everything it draws, from the first line of the router on. Parts that a page leaves to
parallel fragments come later on the screen and are counted apart. The collection of garbage that
Streamlit does at the end keeps nobody waiting.
"""

from __future__ import annotations

import gc
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from sqlalchemy import Engine, event, make_url
from streamlit.runtime.parallel_coordinator import ParallelFragmentCoordinator
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from components import access
from components.data import ASK_AHEAD, ask_of_all, kept_answers, schema_problems
from components.data_check_list import check_rows
from components.forecast import replay_evidence
from components.simulation import records
from components.warming import ask_for_frame
from program.settings import PROJECT_ROOT, settings
from queries.answers import answers_by_region, partners_surveyed
from queries.engine import duckdb_path, processors

ROUTER = PROJECT_ROOT / "pages" / "_router.py"
#: The promise: a cold page costs little more than its statements alone, a warm one nothing to see.
COLD_FACTOR, COLD_EXTRA, WARM_MOST, STATEMENTS_MOST = 1.3, 0.100, 0.040, 4

#: Parts of the keys of answers that a server asks by itself and that no filter changes.
ASKED_BY_THE_SERVER = frozenset(
    {check_rows, replay_evidence, "forecast", records, answers_by_region, partners_surveyed}
)
#: A server compiles a script once; AppTest by itself would at every visit.
COMPILED = ScriptCache()
Statement = tuple[str, Any]
Run = Callable[[str, Any], Any]


@dataclass
class Visits:
    """What was noted while pages were visited.

    Attributes
    ----------
    page, whole
        Seconds of each visit until the page itself was drawn, and until its fragments were too.
    statements
        What the page itself sent to the database, asked ahead or not, fragments left out.
    """

    page: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)


@dataclass(frozen=True)
class PageCost:
    """Seconds, medians over the repetitions; ``later``: until the fragments are drawn, cold."""

    page: str
    statements: int
    floor: float
    cold: float
    warm: float
    later: float

    @property
    def allowed(self) -> float:
        """Return what the promise allows a cold page."""
        return COLD_FACTOR * self.floor + COLD_EXTRA

    @property
    def kept(self) -> bool:
        """Return whether every promise is kept."""
        return (
            self.cold <= self.allowed
            and self.warm <= WARM_MOST
            and self.statements <= STATEMENTS_MOST
        )


@contextmanager
def noted() -> Iterator[Visits]:
    """Note time and statements of every visit meanwhile."""
    visits, running = Visits(), {}
    execute, join = script_runner.exec_func_with_error_handling, ParallelFragmentCoordinator.join
    caches = app_test.ScriptCache, local_script_runner.ScriptCache
    elsewhere = access.visit_comes_from_elsewhere

    def executed(function: Callable[[], Any], context: Any) -> Any:
        running[threading.get_ident()] = begun = time.perf_counter()
        try:
            return execute(function, context)
        finally:
            visits.whole.append(time.perf_counter() - begun)

    def joined(coordinator: ParallelFragmentCoordinator) -> None:
        visits.page.append(time.perf_counter() - running[threading.get_ident()])
        join(coordinator)

    def sent(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        of_program = connection.dialect.name != "sqlite"  # the state database is another one
        of_page = threading.get_ident() in running or threading.current_thread().name.startswith(
            ASK_AHEAD
        )
        if of_program and of_page:
            visits.statements.append((statement, parameters))

    script_runner.exec_func_with_error_handling = executed
    ParallelFragmentCoordinator.join = joined  # type: ignore[method-assign]  # put back below
    app_test.ScriptCache = local_script_runner.ScriptCache = lambda: COMPILED  # type: ignore[assignment,misc]  # put back
    # A server looks at two attributes of the connection; AppTest builds mocks, as dear as a chart.
    access.visit_comes_from_elsewhere = lambda: False
    event.listen(Engine, "before_cursor_execute", sent)
    try:
        yield visits
    finally:
        event.remove(Engine, "before_cursor_execute", sent)
        access.visit_comes_from_elsewhere = elsewhere
        app_test.ScriptCache, local_script_runner.ScriptCache = caches  # type: ignore[misc]  # put back
        ParallelFragmentCoordinator.join = join  # type: ignore[method-assign]  # put back
        script_runner.exec_func_with_error_handling = execute


def visit(script: str, address: dict[str, str]) -> AppTest:
    """Open a page in a session of its own.

    Raises
    ------
    RuntimeError
        If the page fails or is not drawn: its time would say nothing.
    """
    app = AppTest.from_file(str(ROUTER), default_timeout=600)
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(script).run()
    if app.exception or not app.title:
        raise RuntimeError(f"{script} was not drawn: {[e.message for e in app.exception]}")
    return app


def floor(statements: list[Statement], repeat: int) -> float:
    """Return the seconds that the bare statements take through the driver, one after another."""
    duckdb_file = duckdb_path(settings().database_url)
    with _duckdb(duckdb_file) if duckdb_file else _postgresql() as run:
        runs = []
        for _ in range(repeat + 1):
            begun = time.perf_counter()
            for statement, parameters in statements:
                run(statement, parameters)
            runs.append(time.perf_counter() - begun)
    return statistics.median(runs[1:])


@contextmanager
def _duckdb(file: Path) -> Iterator[Run]:
    """Yield DuckDB itself, with the results as Arrow."""
    config = {
        "memory_limit": settings().duckdb_memory_limit,
        "threads": settings().duckdb_threads or processors(),
    }
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute(f"ATTACH '{file}' AS program (READ_ONLY)")
        connection.execute("USE program")
        yield lambda statement, given: connection.execute(statement, given).to_arrow_table()


@contextmanager
def _postgresql() -> Iterator[Run]:
    """Yield psycopg itself, with the results as tuples."""
    address = make_url(settings().database_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        yield lambda statement, given: connection.execute(statement, given).fetchall()


def cost(script: str, address: dict[str, str], repeat: int) -> PageCost:
    """Measure one page: warmed up once, then cold and warm by turns.

    Cold is a page of which nothing has been asked since the load, as with a filter that nobody has
    chosen yet. What no filter changes has been asked: what stands around every page, the forecast,
    what the checks of the data count, the records that rules are tried on, and the answers that
    every card is compared with. A server asks it by itself, before anybody comes.
    """
    with noted():
        visit(script, address)
    gc.collect()
    gc.freeze()  # as the launcher does
    cold, warm = Visits(), Visits()
    for _ in range(repeat):
        for told in [told for told in kept_answers() if not ASKED_BY_THE_SERVER.intersection(told)]:
            del kept_answers()[told]
        ask_of_all(schema_problems)
        ask_for_frame()
        for visits in (cold, warm):
            with noted() as now:
                visit(script, address)
            visits.page += now.page
            visits.whole += now.whole
            visits.statements = visits.statements or now.statements
    return PageCost(
        script.removesuffix(".py"),
        len(cold.statements),
        floor(cold.statements, repeat),
        statistics.median(cold.page),
        statistics.median(warm.page),
        statistics.median(cold.whole),
    )
