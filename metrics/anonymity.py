"""Showing others without telling which of them is which."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: So many share what is shown of their size.
TOGETHER = 5


def among_neighbours(others: pd.DataFrame, together: int = TOGETHER) -> pd.DataFrame:
    """Return ``others`` with sizes that several of them share, and values in whole hundredths.

    Sorted by size they are taken in groups of ``together`` (the last one may be larger), and each
    gets the median size of its group, rounded to two digits. So nobody stands alone at the end of
    a funnel, where the largest partner would be known by the number of its answers; and a rounded
    value does not give the number away as a fraction would. Every point stays a point: averages
    of groups would hide how much partners vary (microaggregation of one variable, Domingo-Ferrer
    and Mateo-Sanz, 2002, doi:10.1109/69.979982).

    Parameters
    ----------
    others
        Grain: one row a partner. ``n`` (answers), ``value`` (a share or an index).

    Returns
    -------
    pandas.DataFrame
        The same grain and columns, by size. No rows where fewer than ``together`` are given.
    """
    if len(others) < together:
        return others.iloc[:0].astype({"n": "int64"})
    ordered = others.sort_values("n", kind="stable", ignore_index=True)
    groups = np.minimum(np.arange(len(ordered)) // together, len(ordered) // together - 1)
    medians = ordered["n"].groupby(groups).transform("median").to_numpy(dtype=float)
    digits = np.maximum(np.floor(np.log10(np.maximum(medians, 1))) - 1, 0)
    sizes = np.round(medians / 10**digits) * 10**digits
    return ordered.assign(n=sizes.astype("int64"), value=ordered["value"].round(2))
