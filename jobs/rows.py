"""Rows on their way into the database: Arrow tables of the schema's columns and types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import pandas as pd
import pyarrow as pa
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, SmallInteger, Table

Rows: TypeAlias = pd.DataFrame | pa.Table | pa.RecordBatchReader


def arrow_type(column: Column[object]) -> pa.DataType:
    """Return the Arrow type in which values of ``column`` travel."""
    kinds: tuple[tuple[type, pa.DataType], ...] = (
        (BigInteger, pa.int64()),
        (SmallInteger, pa.int16()),
        (Integer, pa.int32()),
        (Boolean, pa.bool_()),
        (DateTime, pa.timestamp("us")),
        (Date, pa.date32()),
    )
    for kind, arrow in kinds:
        if isinstance(column.type, kind):
            return arrow
    return pa.string()


def conform(table: Table, rows: pd.DataFrame | pa.Table) -> pa.Table:
    """Return ``rows`` with every column of ``table`` in its order and type.

    Nullable columns may be absent and come out empty.

    Raises
    ------
    ValueError
        If a column is unknown or missing, a value is missing where one is required, or a value
        does not fit its column (a fraction in an integer column, say).
    """
    given = (
        pa.Table.from_pandas(rows, preserve_index=False) if isinstance(rows, pd.DataFrame) else rows
    )
    if unknown := set(given.column_names) - set(table.columns.keys()):
        raise ValueError(f"{table.name} has no columns {sorted(unknown)}")
    arrays = []
    for column in table.columns:
        if column.name in given.column_names:
            try:
                values = given[column.name].cast(arrow_type(column))
            except pa.ArrowException as error:
                raise ValueError(f"{table.name}.{column.name}: {error}") from error
        else:
            values = pa.nulls(given.num_rows, arrow_type(column))
        if not column.nullable and values.null_count:
            raise ValueError(f"{table.name}.{column.name} is empty in {values.null_count} rows")
        arrays.append(values)
    return pa.table(arrays, names=table.columns.keys())


def batches(rows: Rows) -> Iterator[pd.DataFrame | pa.Table]:
    """Yield ``rows`` in pieces that fit into memory: a stream is never read as a whole."""
    if isinstance(rows, pa.RecordBatchReader):
        for batch in rows:
            yield pa.Table.from_batches([batch])
    else:
        yield rows


def is_ascending(values: pa.ChunkedArray) -> bool:
    """Return whether ``values`` (dates without gaps) never step back."""
    days = values.combine_chunks().cast(pa.int32()).to_numpy(zero_copy_only=False)
    return bool((days[1:] >= days[:-1]).all())
