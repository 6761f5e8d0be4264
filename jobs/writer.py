"""What a job can do with the program database while it holds the job lock, whatever the engine."""

from __future__ import annotations

import datetime as dt
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, Executable, Table, and_, delete, func, insert, inspect, select

from jobs import clock
from jobs.refusals import Refusal
from jobs.rows import Rows
from program.questionnaire import MOST_QUESTIONS
from program.schema import (
    FACT_TABLES,
    JOB_TABLES,
    LOAD_TABLES,
    competence_evaluation,
    load_batch,
    metadata,
    question,
)
from queries.facts import DERIVED_FROM, refresh_facts


class StoreError(Refusal):
    """A job cannot read or write the program database."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One row of ``load_batch``: which job published what, and when."""

    id: int
    source: str
    data_as_of: dt.datetime
    loaded_at: dt.datetime
    content_sha256: str


def last_batch(connection: Connection, *sources: str) -> Batch | None:
    """Return the newest batch, of one of ``sources`` if any are named; ``None`` if there is none.

    A database without the table, or with another one of its name, has no batches either.
    """
    inspector = inspect(connection)
    if not inspector.has_table(load_batch.name):
        return None
    found = {column["name"] for column in inspector.get_columns(load_batch.name)}
    if not found.issuperset(load_batch.columns.keys()):
        return None
    wanted = load_batch.c.source.in_(sources) if sources else load_batch.c.id.is_not(None)
    row = connection.execute(
        select(
            load_batch.c.id,
            load_batch.c.source,
            load_batch.c.data_as_of,
            load_batch.c.loaded_at,
            load_batch.c.content_sha256,
        )
        .where(wanted)
        .order_by(load_batch.c.id.desc())
        .limit(1)
    ).one_or_none()
    return Batch(*row) if row else None


class Writer(ABC):
    """The content being written; nothing of it is visible to readers before it is published.

    Attributes
    ----------
    connection
        A SQLAlchemy connection that sees the content being written, for the functions of
        ``queries/``. It belongs to the writer: do not commit or close it.
    """

    connection: Connection

    def __init__(self) -> None:
        self.discarded = False
        self._touched: set[str] = set()
        self._recorded = False

    @abstractmethod
    def _write(self, table: Table, rows: Rows) -> int:
        """Write ``rows`` into ``table`` and return how many there were."""

    @abstractmethod
    def previous(self) -> AbstractContextManager[Connection | None]:
        """Yield a connection to the published content as it was, ``None`` if there is none."""

    def append(self, table_name: str, rows: Rows) -> int:
        """Append ``rows`` to a table and return how many there were.

        Parameters
        ----------
        rows
            A DataFrame, an Arrow table, or a stream of Arrow batches; columns named as in the
            schema, nullable ones may be absent. May be called many times for a table.

        Raises
        ------
        KeyError
            If there is no such table.
        ValueError
            If the columns or values do not fit the table.
        """
        if table_name in JOB_TABLES:
            raise ValueError(f"{table_name} is written by record_batch only")
        self._touched.add(table_name)
        return self._write(metadata.tables[table_name], rows)

    def delete(self, table_name: str, where: Mapping[str, object]) -> int:
        """Delete the rows whose columns equal ``where`` and return how many there were."""
        self._touched.add(table_name)
        table = metadata.tables[table_name]
        matching = and_(*(table.c[name] == value for name, value in where.items()))
        return self.connection.execute(delete(table).where(matching)).rowcount

    def read(self, statement: Executable) -> pd.DataFrame:
        """Return the rows of ``statement`` over the content being written, as Python values."""
        answer = self.connection.execute(statement)
        return pd.DataFrame.from_records(
            [tuple(row) for row in answer.all()], columns=list(answer.keys())
        )

    def record_batch(
        self,
        *,
        source: str,
        data_as_of: dt.datetime,
        content_sha256: str,
        loaded_at: dt.datetime | None = None,
    ) -> dict[str, int]:
        """Record what is being published; the last call before leaving.

        The fact tables are filled anew where what they are derived from was written.

        Parameters
        ----------
        source
            ``demo``, ``load``, ``award`` or ``facts``.
        data_as_of
            The moment the records describe, which every page shows.
        loaded_at
            Now unless given.

        Returns
        -------
        dict
            Number of rows of every table.
        """
        self._recorded = True
        if self._touched - {competence_evaluation.name}:
            self.refresh_facts()
        self._touched.add(load_batch.name)
        counts = {name: self._number_of_rows(name) for name in LOAD_TABLES}
        newest = self.connection.execute(select(func.max(load_batch.c.id))).scalar() or 0
        self.connection.execute(
            insert(load_batch).values(
                id=newest + 1,
                source=source,
                data_as_of=data_as_of,
                loaded_at=loaded_at or clock.local_now(),
                row_counts=json.dumps(counts),
                content_sha256=content_sha256,
            )
        )
        return counts

    def refresh_facts(self) -> None:
        """Fill the fact tables anew from what has been written so far.

        Raises
        ------
        StoreError
            If a version of the questionnaire has more questions than a fact has room for.
        """
        longest = (
            select(func.count().label("questions"))
            .select_from(question)
            .group_by(question.c.version)
            .subquery()
        )
        most = self.connection.execute(select(func.max(longest.c.questions))).scalar()
        if (most or 0) > MOST_QUESTIONS:
            raise StoreError(
                f"a version of the questionnaire has {most} questions, at most "
                f"{MOST_QUESTIONS} can be counted"
            )
        refresh_facts(self.connection)

    def record_facts(self) -> dict[str, int]:
        """Fill the fact tables anew and record that alone; return their numbers of rows."""
        self.refresh_facts()
        newest = last_batch(self.connection)
        self.record_batch(
            source="facts",
            data_as_of=newest.data_as_of if newest else clock.local_now(),
            content_sha256=newest.content_sha256 if newest else "",
        )
        return {name: self._number_of_rows(name) for name in FACT_TABLES}

    def complete_facts(self) -> None:
        """Fill the fact tables of a program that was written before there were all of them."""
        if any(
            self._has_rows(source.name) and not self._has_rows(fact.name)
            for fact, source in DERIVED_FROM.items()
        ):
            self.refresh_facts()

    def _number_of_rows(self, table_name: str) -> int:
        counted = select(func.count()).select_from(metadata.tables[table_name])
        return int(self.connection.execute(counted).scalar_one())

    def _has_rows(self, table_name: str) -> bool:
        table = metadata.tables[table_name]
        return self.connection.execute(select(table.c[0]).limit(1)).first() is not None

    def discard(self) -> None:
        """Publish nothing: leaving will keep everything as it was."""
        self.discarded = True

    @property
    def publishes(self) -> bool:
        """Return whether leaving normally has anything to publish.

        Raises
        ------
        StoreError
            If something was written and no batch recorded.
        """
        if self.discarded or not self._touched:
            return False
        if not self._recorded:
            raise StoreError("a published change must record its batch")
        return True
