"""Search as people type: letter case does not matter, and ё is е."""

from __future__ import annotations

import pandas as pd

from components.partner_picker import folded


def matching(rows: pd.DataFrame, said: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows in which every word of ``said`` occurs in some of the text ``columns``.

    Nothing said leaves all rows.
    """
    words = folded(said).split()
    if not words or rows.empty:
        return rows
    texts = rows[columns[0]].str.cat([rows[name] for name in columns[1:]], sep=" \n")
    texts = texts.map(folded)
    found = pd.Series(data=True, index=rows.index)
    for word in words:
        found &= texts.str.contains(word, regex=False)
    return rows[found]
