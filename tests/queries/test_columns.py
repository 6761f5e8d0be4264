"""Columns of drivers become frames of exactly the announced dtypes, as pandas itself would say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from queries.columns import from_arrow, from_tuples

DAY = dt.date(2026, 11, 14)
TABLE = pa.table(
    {
        "small": pa.array([1, 2, 3], pa.int32()),
        "sum": pa.array([Decimal(5), Decimal(6), Decimal(7)], pa.decimal128(38, 0)),
        "perhaps": pa.array([None, 2, 3], pa.int32()),
        "share": pa.array([0.5, None, 1.0]),
        "yes": pa.array([True, False, True]),
        "maybe": pa.array([True, None, False]),
        "words": pa.array(["ё", None, ""]),
        "long": pa.array(["a", "b", None], pa.large_string()),
        "day": pa.array([DAY, None, DAY], pa.date32()),
        "moment": pa.array([1_794_637_800_000_000, None, None], pa.timestamp("us")),
        "code": pa.array(["x", "y", "x"]).dictionary_encode(),
    }
)
COLUMNS = {
    "small": "int64",
    "sum": "int64",
    "perhaps": "Int64",
    "share": "float64",
    "yes": "bool",
    "maybe": "boolean",
    "words": "str",
    "long": "str",
    "day": "datetime64[us]",
    "moment": "datetime64[us]",
    "code": "str",
}
CUTS = {
    "whole": TABLE,
    "no row": TABLE.slice(0, 0),
    "no batch": TABLE.schema.empty_table(),
    "two batches": pa.concat_tables([TABLE, TABLE.slice(1)]),
    "part of a batch": TABLE.slice(1, 1),
}


@pytest.mark.parametrize("rows", CUTS.values(), ids=CUTS)
def test_frame_is_what_pandas_makes_of_the_same_table(rows):
    expected = rows.to_pandas().astype(COLUMNS)
    pd.testing.assert_frame_equal(from_arrow(rows, COLUMNS), expected)


def test_a_missing_count_is_an_error_and_not_a_number():
    table = pa.table({"n": pa.array([1, None], pa.int32())})
    with pytest.raises(pd.errors.IntCastingNaNError):
        from_arrow(table, {"n": "int64"})


def test_frame_can_be_written_to_without_changing_the_answer():
    table = pa.table({"n": pa.array([1, 2]), "perhaps": pa.array([1, 2]), "words": ["a", "b"]})
    made = from_arrow(table, {"n": "int64", "perhaps": "Int64", "words": "str"})
    made.loc[0] = [9, 9, "z"]
    assert made.to_numpy().tolist() == [[9, 9, "z"], [2, 2, "b"]]
    assert table["n"].to_pylist() == table["perhaps"].to_pylist() == [1, 2]
    assert table["words"].to_pylist() == ["a", "b"]


@pytest.mark.parametrize("told", [[(1, None, "a", DAY), (2, 3, None, None)], []])
def test_tuples_become_the_announced_dtypes(told):
    columns = {"n": "int64", "perhaps": "Int64", "words": "str", "day": "datetime64[us]"}
    made = from_tuples(told, columns)
    expected = pd.DataFrame(told, columns=list(columns)).astype(columns)
    pd.testing.assert_frame_equal(made, expected)
    assert made["perhaps"].isna().tolist() == [row[1] is None for row in told]


def test_tuples_with_a_missing_count_are_an_error():
    with pytest.raises((TypeError, ValueError)):
        from_tuples([(None,)], {"n": "int64"})


def test_numbers_of_a_driver_keep_every_digit():
    large = 2**53 + 1
    assert from_tuples([(large,)], {"n": "int64"})["n"].tolist() == [large]
    table = pa.table({"n": pa.array([large, None])})
    assert from_arrow(table, {"n": "Int64"})["n"].tolist()[0] == large
    assert from_arrow(table.slice(0, 1), {"n": "int64"})["n"].to_numpy() == np.array([large])
