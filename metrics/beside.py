"""One partner's answers beside those of the others, of its region and of the whole programme.

The totals are counted once for all partners that are looked at; the partner's own answers are
taken out of them, so that it is never compared with itself.
"""

from __future__ import annotations

from enum import StrEnum

import pandas as pd


class Beside(StrEnum):
    """Whose answers stand on a partner's card."""

    PARTNER = "partner"
    REGION = "region"
    OTHERS = "others"


COLUMNS = {
    "beside": "str",
    "partners": "int64",
    "version": "int64",
    "code": "str",
    "score": "int64",
    "answers": "int64",
}
_ANSWER = ["version", "code", "score"]


def answers_beside(
    own: pd.DataFrame,
    by_region: pd.DataFrame,
    partners: pd.DataFrame,
    region: str,
    *,
    own_is_counted: bool,
) -> pd.DataFrame:
    """Return a partner's answers, those of the others of its region, and those of all others.

    Parameters
    ----------
    own
        Grain: one row a version, question and score: ``version``, ``code``, ``score`` and the
        number of ``answers`` about the partner.
    by_region
        The same of all partners by ``region``, the partner's own answers among them; an empty
        region is the whole programme.
    partners
        Grain: one row a ``region`` and ``version``: how many ``partners`` may be told to stand
        behind the region's answers.
    region
        Where the partner sits.
    own_is_counted
        Whether the partner is one of ``partners``.

    Returns
    -------
    pandas.DataFrame
        Grain: one row a :class:`Beside`, version, question and score with at least one answer;
        columns as in ``COLUMNS``. ``partners`` stand behind the group in that version. No rows
        without any own answer: there is nothing to set beside the others.
    """
    if own.empty:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)

    def without_own(place: str) -> pd.DataFrame:
        there = by_region[by_region["region"] == place].drop(columns="region")
        others = there.merge(own, on=_ANSWER, how="left", suffixes=("", "_own"))
        others["answers"] -= others.pop("answers_own").fillna(0).astype("int64")
        return others

    mine = own.groupby("version")["answers"].sum().gt(0).astype("int64") * int(own_is_counted)
    at = partners["region"] == region
    behind = {
        Beside.PARTNER: mine,
        Beside.REGION: partners[at].set_index("version")["partners"].sub(mine, fill_value=0),
        Beside.OTHERS: partners.groupby("version")["partners"].sum().sub(mine, fill_value=0),
    }
    answers = {
        Beside.PARTNER: own,
        Beside.REGION: without_own(region),
        Beside.OTHERS: without_own(""),
    }
    rows = [
        group.assign(beside=beside.value, partners=group["version"].map(behind[beside]).fillna(0))
        for beside, group in answers.items()
    ]
    found = pd.concat(rows, ignore_index=True)
    found = found[found["answers"] > 0].astype(COLUMNS)[list(COLUMNS)]
    return found.sort_values(["beside", *_ANSWER], ignore_index=True)
