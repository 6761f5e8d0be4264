"""What benchmarks compare with is the same programme: else their ratios would say nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from benchmarks import naive
from benchmarks.engines import copied
from program.rules import DECK_RULES
from program.schema import metadata
from tests.databases import TODAY, build_demo, url_of


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demonstration; nobody changes it."""
    return build_demo(tmp_path_factory.mktemp("floors") / "program.duckdb")


@pytest.mark.parametrize("page", naive.PAGES)
def test_naive_figures_are_those_of_the_page(demo: Path, page: str) -> None:
    group, tables = naive.PAGES[page]
    figures = group(naive.loaded(demo, tables), TODAY, DECK_RULES)
    assert len(figures)
    naive.compare(figures, page, demo, TODAY)


@pytest.mark.parametrize("page", naive.PAGES)
def test_other_figures_are_refused(demo: Path, page: str) -> None:
    group, tables = naive.PAGES[page]
    figures = group(naive.loaded(demo, tables), TODAY, DECK_RULES)
    changed = figures.select_dtypes("number").columns[-1]
    with pytest.raises(AssertionError):
        naive.compare(figures.assign(**{changed: figures[changed] + 1}), page, demo, TODAY)


def test_more_data_is_the_same_programme_several_times(demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "three.duckdb"
    copied(demo, url_of(file), 3)

    def counted(path: Path) -> pd.Series[int]:
        with duckdb.connect(str(path), read_only=True) as connection:
            return pd.Series(
                {
                    table.name: connection.table(table.name).count("*").fetchall()[0][0]
                    for table in metadata.sorted_tables
                }
            )

    times = counted(file) / counted(demo)
    shared = ["region", "city", "staff", "question", "load_batch"]
    assert (times[shared] == 1).all()
    assert (times.drop(shared).dropna() == 3).all()
    with duckdb.connect(str(file), read_only=True) as connection:
        owners = connection.execute(
            """SELECT count(*), count(DISTINCT k.id), count(DISTINCT k.key_md5), count(p.id)
               FROM license_key k LEFT JOIN partner p ON p.id = k.partner_id"""
        ).fetchone()
    assert owners is not None
    assert len(set(owners)) == 1
