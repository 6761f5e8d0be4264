"""Cells are written by our formats while their values keep sorting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from streamlit import dataframe_util
from streamlit.dataframe_util import (
    convert_arrow_bytes_to_pandas_df,
    convert_arrow_table_to_arrow_bytes,
    convert_pandas_df_to_arrow_table,
)
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData as ArrowDataProto
from streamlit.testing.v1 import AppTest

from charts import formats
from components.table import (
    Column,
    Kind,
    _handed_over,
    in_file,
    written,
    written_column,
    written_table,
)

NB = "\u00a0"
FRAME = pd.DataFrame(
    {
        "name": ["Б", "А\n<b>", None],
        "coverage": [0.375, np.nan, 0.4999],
        "base": [24, 0, 5000],
        "on": pd.to_datetime(["2027-01-01", None, "2026-03-01"]),
        "held": [True, False, True],
    }
)
COVERAGE = Column("coverage", "Охват", Kind.SHARE, n="base", undefined="нет базы")


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.TEXT, "a\nb", "a b"),
        (Kind.COUNT, 1234, f"1{NB}234"),
        (Kind.DECIMAL, 1.25, "1,3"),
        (Kind.SIGNED, -3, "−3"),
        (Kind.POINTS, 0.021, f"+2,1{NB}п.{NB}п."),
        (Kind.INDEX, 0.35, "+35"),
        (Kind.P_VALUE, 0.034, f"p{NB}={NB}0,034"),
        (Kind.DATE, pd.Timestamp(2027, 1, 1), "01.01.2027"),
        (Kind.MONTH, pd.Timestamp(2027, 1, 1), f"янв.{NB}2027"),
        (Kind.MOMENT, pd.Timestamp(2026, 11, 14, 6), f"14.11.2026{NB}06:00"),
        (Kind.YES_NO, False, "нет"),
    ],
)
def test_cell_is_written_as_people_read_it(kind, value, text):
    assert written(value, Column("x", "X", kind)) == text


def test_share_takes_its_decimals_from_the_cases_behind_it():
    assert written_column(FRAME, COVERAGE) == [f"38{NB}%", "нет базы", f"49,9{NB}%"]


def test_undefined_cell_is_words():
    assert written(None, Column("x", "X", Kind.COUNT)) == formats.no_data()
    assert written(np.nan, COVERAGE) == "нет базы"


SPANS = pd.DataFrame(
    {"low": [0.116, np.nan, np.nan], "high": [0.5, np.nan, np.nan], "n": [99, 4, 0]}
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.SHARE, f"12–50{NB}%"),
        (Kind.POINTS, f"+12…+50{NB}п.{NB}п."),
        (Kind.INDEX, "+12…+50"),
    ],
)
def test_an_interval_stands_in_one_cell_and_says_why_there_is_none(kind, text):
    column = Column(
        "low", "Интервал", kind, n="n", high="high", undefined="нет ответов", hidden="скрыто"
    )
    told = [cell.replace("\u2060", "") for cell in written_column(SPANS, column)]
    assert told == [text, "скрыто", "нет ответов"]


def test_a_file_has_both_ends_of_an_interval_and_no_pictures():
    columns = [
        Column("low", "Интервал", Kind.SHARE, n="n", high="high"),
        Column("line", "Полоса", Kind.PICTURE),
    ]
    opened = in_file(columns)
    assert [(c.name, c.label) for c in opened] == [
        ("low", "Интервал: от"),
        ("high", "Интервал: до"),
    ]
    assert in_file(opened) == opened


def sent(frame: pd.DataFrame, columns: list[Column], key: str) -> ArrowDataProto:
    """Return what a browser receives for a table."""

    def draw(frame, columns, key):
        from components.table import show_table  # noqa: PLC0415 - only the body is run

        show_table(frame, columns, key=key, alt="")

    app = AppTest.from_function(draw, args=(frame, columns, key)).run()
    assert not app.exception
    return app.dataframe[0].proto.arrow_data


def test_displayed_cells_follow_our_formats_however_often_they_are_drawn():
    columns = [COVERAGE, Column("on", "Дата", Kind.DATE), Column("base", "База", Kind.COUNT)]
    for _drawing in range(2):
        shown = convert_arrow_bytes_to_pandas_df(
            sent(FRAME, columns, "table").styler.display_values
        )
        assert shown.to_numpy().tolist() == [
            [f"38{NB}%", "01.01.2027", "24"],
            ["нет базы", "нет данных", "0"],
            [f"49,9{NB}%", "01.03.2026", f"5{NB}000"],
        ]


def test_texts_reach_the_browser_as_pandas_would_have_sent_them():
    columns = [Column("name", "Имя"), COVERAGE, Column("base", "База", Kind.COUNT)]
    ours = sent(FRAME, columns, "table")
    styler = written_table(FRAME, columns=columns).cells.style
    texts = {c.name: iter(written_column(FRAME, c)) for c in columns}
    for name, following in texts.items():
        styler = styler.format(lambda _cell, following=following: next(following), subset=[name])
    theirs = ArrowDataProto()
    marshall_styler(theirs, styler, "table")
    assert ours.styler.display_values == theirs.styler.display_values
    assert not theirs.styler.caption
    assert not ours.styler.styles
    assert ours.data == convert_arrow_table_to_arrow_bytes(
        convert_pandas_df_to_arrow_table(styler.data)
    )


def test_rows_taken_from_a_table_are_sent_as_the_rows_they_are():
    first = _handed_over(written_table(FRAME, columns=[COVERAGE])).data.head(1)
    sent_rows = convert_arrow_bytes_to_pandas_df(
        dataframe_util.convert_pandas_df_to_arrow_bytes(first)
    )
    assert sent_rows["coverage"].tolist() == first["coverage"].tolist()
    assert len(sent_rows) == 1


def test_a_styler_of_somebody_else_is_left_to_streamlit():
    def draw(frame):
        import streamlit as st  # noqa: PLC0415 - only the body is run

        st.dataframe(frame.style.format("<{}>", subset=["base"]))

    app = AppTest.from_function(draw, args=(FRAME[["base"]],)).run()
    shown = convert_arrow_bytes_to_pandas_df(
        app.dataframe[0].proto.arrow_data.styler.display_values
    )
    assert shown["base"].tolist() == ["<24>", "<0>", "<5000>"]


def test_a_table_of_words_needs_no_texts_beside():
    column = Column("name", "Имя")
    names = sent(FRAME, [column], "table")
    shown = convert_arrow_bytes_to_pandas_df(names.data)["name"]
    assert shown.tolist() == written_column(FRAME, column)
    assert not names.styler.display_values


def test_values_below_stay_numbers_and_undefined_sorts_last():
    values = written_table(FRAME, columns=[COVERAGE]).cells["coverage"]
    assert values.dtype == "float64"
    assert values.idxmin() == 1
    assert values.notna().all()


def test_only_the_columns_asked_for_are_sent():
    data = sent(FRAME, [COVERAGE], "table").data
    assert list(convert_arrow_bytes_to_pandas_df(data).columns) == ["coverage"]


def test_yes_and_no_are_words():
    shown = written_table(FRAME, columns=[Column("held", "Держит", Kind.YES_NO)]).cells
    assert list(shown["held"]) == ["да", "нет", "да"]
