"""The small demonstration as frames, made once for all tests that look at it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import lru_cache

import pandas as pd
import pyarrow as pa

from jobs.demo.generate import program_chunks
from jobs.demo.recipe import SCALES, Recipe

TODAY = dt.date(2026, 11, 23)
YESTERDAY = TODAY - dt.timedelta(days=1)
SMALL = Recipe(SCALES["small"], 2026, TODAY)

Tables = dict[str, pd.DataFrame]


def collect(recipe: Recipe) -> Tables:
    """Every table of a programme as a DataFrame; dates are ``date`` objects."""
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for name, rows in program_chunks(recipe):
        parts[name].append(rows)
    return {name: pa.concat_tables(tables).to_pandas() for name, tables in parts.items()}


@lru_cache(maxsize=1)
def small_tables() -> Tables:
    """The small demonstration; tests must not change the frames."""
    return collect(SMALL)


def deliveries_with_keys(tables: Tables) -> pd.DataFrame:
    """Deliveries beside the keys of their projects; ``buyer_id`` bought the key."""
    project = tables["project"].rename(columns={"id": "project_id"})
    key = tables["license_key"].rename(columns={"id": "license_key_id", "partner_id": "buyer_id"})
    return tables["delivery"].merge(project, on="project_id").merge(key, on="license_key_id")
