"""Program databases for tests: the small demonstration, and what can be wrong with a database."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from jobs.demo.command import build
from jobs.demo.recipe import SCALES, Recipe
from program import schema
from queries.contract import contract_problems
from queries.facts import refresh_facts

TODAY = dt.date(2026, 11, 23)
SEED = 2026


def url_of(path: Path) -> str:
    """Address of a DuckDB file."""
    return f"duckdb:///{path}"


def build_demo(path: Path, *, seed: int = SEED, today: dt.date = TODAY) -> Path:
    """Build the small demonstration at ``path``, or replace the one there atomically."""
    build(url_of(path), Recipe(SCALES["small"], seed, today))
    return path


def build_empty(path: Path) -> Path:
    """Build a database that has the schema and not a single row."""
    engine = create_engine(make_url(url_of(path)), poolclass=NullPool)
    schema.create_all(engine)
    engine.dispose()
    return path


def changed_copy(source: Path, target: Path, *statements: str) -> Path:
    """Copy a database, run ``statements`` on the copy, and derive its facts anew.

    Facts of a schema that the statements have damaged stay as they were.
    """
    shutil.copyfile(source, target)
    with duckdb.connect(str(target)) as connection:
        for statement in statements:
            connection.execute(statement)
    if statements:
        with connected(target) as connection, connection.begin():
            if not contract_problems(connection):
                refresh_facts(connection)
    return target


@contextmanager
def connected(path: Path) -> Iterator[Connection]:
    """Yield a connection to a database that no dashboard of this process has open."""
    engine = create_engine(make_url(url_of(path)), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
