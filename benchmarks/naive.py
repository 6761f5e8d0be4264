"""The same figures as a first version would make them: whole tables into pandas, then group.

Run as a program of its own (``python -m benchmarks.naive <file> <page>``) it prints what it took
as JSON: seconds to load the tables, seconds to group, and the most memory it had. Before that the
figures are compared with those of the page's own queries; a difference is an error.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
from sqlalchemy import Connection, create_engine

from components.outlook import coming_evaluations
from program.calendar import add_months, last_evaluation, month_start
from program.period import Period
from program.rules import DECK_RULES, ProgramRules
from program.settings import PROJECT_ROOT
from queries.answers import answer_counts
from queries.coverage import partner_counts
from queries.filters import Filters
from queries.freshness import freshness
from queries.programme import programme_months
from queries.scope import EVERYTHING
from queries.survey import NO_ANSWER, Sizing

Tables = dict[str, pd.DataFrame]


def loaded(file: Path, names: tuple[str, ...]) -> Tables:
    """Load whole tables: every row, every column."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return {name: connection.table(name).df() for name in names}


def threshold(tables: Tables, today: dt.date, rules: ProgramRules) -> pd.DataFrame:
    """Count base, deliveries and keys not yet activated of every partner, coming evaluations."""
    keys, projects, deliveries = (tables[name] for name in ("license_key", "project", "delivery"))
    accepted = deliveries[deliveries["status"] == "accepted"].merge(
        projects[["id", "license_key_id"]], left_on="project_id", right_on="id"
    )
    first = accepted.groupby(["license_key_id", "partner_id"])["delivered_on"].min()
    keys = keys[keys["kind"].isin(rules.counted_kinds)].merge(
        first.rename("delivered_on"),
        how="left",
        left_on=["id", "partner_id"],
        right_index=True,
    )
    counted = []
    for evaluated_on in coming_evaluations(today, rules):
        window, end = rules.window(evaluated_on), pd.Timestamp(today) + pd.Timedelta(days=1)
        bought = keys[
            (keys["purchased_on"] >= pd.Timestamp(window.start))
            & (keys["purchased_on"] < pd.Timestamp(window.end))
            & (keys["purchased_on"] <= pd.Timestamp(today))
        ]
        base = bought[bought["activated_on"] < end]
        by_partner = pd.DataFrame(
            {
                "base": base.groupby("partner_id").size(),
                "delivered": base[base["delivered_on"] < end].groupby("partner_id").size(),
                "bought": bought.groupby("partner_id").size(),
            }
        )
        by_partner = by_partner.reindex(tables["partner"]["id"]).fillna(0).astype("int64")
        by_partner["evaluated_on"] = pd.Timestamp(evaluated_on)
        counted.append(by_partner)
    rows = pd.concat(counted).rename_axis("partner_id").reset_index()
    rows["pending_activation"] = rows["bought"] - rows["base"]
    return rows[["partner_id", "evaluated_on", "base", "delivered", "pending_activation"]]


def home(tables: Tables, today: dt.date, rules: ProgramRules) -> pd.DataFrame:
    """Count deliveries by month and holders by evaluation."""
    del rules
    deliveries = tables["delivery"]
    since = pd.Timestamp(add_months(last_evaluation(today), -13))
    counted = deliveries[
        (deliveries["status"] == "accepted")
        & (deliveries["delivered_on"] >= since)
        & (deliveries["delivered_on"] <= pd.Timestamp(today))
    ]
    months = counted.groupby(counted["delivered_on"].dt.to_period("M").dt.to_timestamp()).size()
    decided = tables["competence_evaluation"]
    history = decided.assign(partners=decided["base"] > 0).groupby("evaluated_on")
    holders = history.agg(
        {"partners": "sum", "held": "sum", "base": "sum", "delivered": "sum"}
    ).rename(columns={"held": "holders"})
    return pd.concat([holders, months.rename("deliveries").to_frame()]).rename_axis("day")


def satisfaction(tables: Tables, today: dt.date, rules: ProgramRules) -> pd.DataFrame:
    """Count the answers of the last twelve months by question and score."""
    del rules
    surveys = tables["survey"]
    period = _a_year(today)
    surveys = surveys[
        (surveys["completed_on"] >= pd.Timestamp(period.first))
        & (surveys["completed_on"] <= pd.Timestamp(period.last))
    ]
    answers = tables["answer"].merge(surveys, left_on="survey_id", right_on="id")
    counts = answers.groupby(["questionnaire_version", "question_code", "score"]).size()
    return counts.rename("answers").rename_axis(["version", "code", "score"]).reset_index()


def _a_year(today: dt.date) -> Period:
    return Period(month_start(add_months(month_start(today), -12)), today)


def by_queries(
    page: str, connection: Connection, today: dt.date, rules: ProgramRules
) -> pd.DataFrame:
    """Return the same figures by the queries of the page."""
    coming, everybody = coming_evaluations(today, rules), Filters()
    if page == "threshold":
        return partner_counts(connection, EVERYTHING, everybody, coming, today, rules)
    if page == "home":
        first = add_months(last_evaluation(today), -13)
        months = programme_months(connection, EVERYTHING, everybody, first, today)
        return pd.concat(
            [months.history.set_index("evaluated_on"), months.deliveries.set_index("month")]
        ).rename_axis("day")
    period = _a_year(today)
    year = Filters(survey_from=period.first, survey_to=period.last)
    sizing = Sizing(coming[0], today, rules)
    counts = answer_counts(connection, EVERYTHING, year, None, None, sizing)
    counts = counts[counts["score"] != NO_ANSWER]
    return counts.groupby(["version", "code", "score"])["answers"].sum().reset_index()


PAGES: dict[
    str, tuple[Callable[[Tables, dt.date, ProgramRules], pd.DataFrame], tuple[str, ...]]
] = {
    "home": (home, ("delivery", "competence_evaluation")),
    "threshold": (threshold, ("partner", "license_key", "project", "delivery")),
    "satisfaction": (satisfaction, ("survey", "answer")),
}


def compare(figures: pd.DataFrame, page: str, file: Path, today: dt.date) -> float:
    """Return the seconds that the page's queries take for the same figures, which must be equal.

    Raises
    ------
    AssertionError
        If they differ: then the times say nothing.
    """
    engine = create_engine(f"duckdb:///{file}", connect_args={"read_only": True})
    with engine.connect() as connection:
        by_queries(page, connection, today, DECK_RULES)
        begun = time.perf_counter()
        ours = by_queries(page, connection, today, DECK_RULES)
        took = time.perf_counter() - begun
    engine.dispose()
    by = [name for name in ("evaluated_on", "partner_id", "version", "code") if name in ours]
    by += [name for name in ("score",) if name in ours]
    if by:
        figures, ours = (rows.sort_values(by).reset_index(drop=True) for rows in (figures, ours))
    pd.testing.assert_frame_equal(
        figures[list(ours.columns)], ours, check_dtype=False, check_index_type=False
    )
    return took


def measured(file: Path, page: str) -> dict[str, float]:
    """Return what the naive version of a page takes in this process, compared afterwards."""
    engine = create_engine(f"duckdb:///{file}", connect_args={"read_only": True})
    with engine.connect() as connection:
        fresh = freshness(connection, EVERYTHING)
    engine.dispose()
    if fresh is None:
        raise RuntimeError("the database says nothing about its day")
    today = fresh.data_as_of.date()
    group, names = PAGES[page]
    begun = time.perf_counter()
    tables = loaded(file, names)
    read = time.perf_counter()
    figures = group(tables, today, DECK_RULES)
    done = time.perf_counter()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    queries = compare(figures, page, file, today)
    return {"load": read - begun, "group": done - read, "queries": queries, "memory": most}


def naive_costs(file: Path) -> dict[str, dict[str, float]]:
    """Return what each page takes, each in a process of its own."""
    return {
        page: json.loads(
            subprocess.run(
                [sys.executable, "-m", "benchmarks.naive", str(file), page],
                cwd=PROJECT_ROOT,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for page in PAGES
    }


def naive_report(file: Path) -> str:
    """Return the table: naive pandas beside the queries of the page, for the same figures."""
    head = ("Page", "Load, ms", "Group, ms", "Memory, MB", "Our queries, ms", "Naive / ours")
    lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
    for page, cost in naive_costs(file).items():
        naive = cost["load"] + cost["group"]
        lines.append(
            f"| {page} | {cost['load'] * 1000:.0f} | {cost['group'] * 1000:.0f} "
            f"| {cost['memory']:.0f} | {cost['queries'] * 1000:.0f} "
            f"| {naive / cost['queries']:.1f} |"
        )
    return (
        "## Beside naive pandas\n\nWhole tables into pandas, then group, for the main figures of "
        "three pages; equal to the page's own, which is checked. A version that keeps the tables "
        "in memory pays only the grouping, and the memory for as long as it runs; a filter or "
        "somebody else's scope groups again.\n\n"
    ) + "\n".join(lines)


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]), sys.argv[2])))
