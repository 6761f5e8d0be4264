"""The table of partners on «Порог 50 %»: its columns, its order, its rows in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from charts import formats
from charts.palette import ThemeName
from charts.sparkline import bullet_picture, data_address
from components.definitions import definition
from components.outlook_words import decided_words, outlook_words
from components.table import Column, Kind
from components.words import TIERS, word
from metrics.coverage import Group
from program.language import _

#: What acting now is worth: by which columns a group is sorted, and whether ascending.
ORDER: dict[Group, dict[str, bool]] = {
    Group.WILL_LOSE: {
        "cannot_be_saved": True,
        "needed_0": True,
        "needed_worst_0": True,
        "base_0": False,
    },
    Group.CAN_GAIN: {"gains_anyway": True, "needed_0": True, "base_0": False},
    Group.NEAR: {"needed_worst_0": False, "spare_0": True, "base_0": False},
    Group.IN_RESERVE: {"spare_0": True, "base_0": False},
    Group.NO_BASE: {"pending_activation_0": False},
}


def of_group(outlook: pd.DataFrame, group: Group) -> pd.DataFrame:
    """Return the partners of a group, those first for whom acting now is worth most.

    Grain: one row a partner, as from ``components.outlook.partners_outlook``.
    """
    rows = outlook[outlook["group_0"] == group.value]
    rows = rows.assign(gains_anyway=rows["needed_0"] == 0, cannot_be_saved=rows["base_0"] == 0)
    order = ORDER[group] | {"name": True}
    return rows.sort_values(list(order), ascending=list(order.values()), ignore_index=True)


def described(
    partners: pd.DataFrame,
    evaluations: Sequence[dt.date],
    theme: ThemeName,
    *,
    decided: bool = False,
) -> pd.DataFrame:
    """Return ``partners`` with the outlook of each evaluation in words and a bar of coverage.

    ``decided``: the evaluation is over, and the words speak of what it brought.
    """
    words = {
        f"outlook_{i}": [
            decided_words(state, held_before=held, needed=needed, spare=spare)
            if decided
            else outlook_words(state, held_now=held, needed=needed, needed_worst=worst, spare=spare)
            for state, held, needed, worst, spare in zip(
                partners[f"state_{i}"],
                partners["held_now"],
                partners[f"needed_{i}"],
                partners[f"needed_worst_{i}"],
                partners[f"spare_{i}"],
                strict=True,
            )
        ]
        for i in range(len(evaluations))
    }
    counts = (partners["base_0"], partners["delivered_0"], partners["pending_activation_0"])
    return partners.assign(
        **words,
        needed=[
            formats.span(low, high) if base else formats.no_base()
            for low, high, base in zip(
                partners["needed_0"], partners["needed_worst_0"], partners["base_0"], strict=True
            )
        ],
        bar=[data_address(bullet_picture(*row, theme=theme)) for row in zip(*counts, strict=True)],
        open_keys=partners["base_0"] - partners["delivered_0"],
        tier=[word(TIERS, code) for code in partners["tier"]],
    )


def outlook_columns(evaluations: Sequence[dt.date], *, decided: bool = False) -> list[Column]:
    """Return the columns of the table and of its file: what to do first, who it is last."""
    outlooks = [
        Column(f"outlook_{i}", formats.date_short(day), width=236)
        for i, day in enumerate(evaluations)
    ]
    return [
        Column("name", _("Partner"), width=240),
        Column(
            "needed",
            _("Were needed") if decided else _("Needed"),
            width=92,
            help=definition("needed"),
        ),
        Column("bar", _("Against 50 %"), Kind.PICTURE, width=86, help=definition("coverage")),
        *outlooks,
        Column("coverage_0", _("Coverage"), Kind.SHARE, n="base_0", undefined=formats.no_base()),
        Column("delivered_0", _("Delivered"), Kind.COUNT, help=definition("delivered")),
        Column("base_0", _("In the base"), Kind.COUNT, help=definition("base")),
        Column(
            "open_keys",
            _("Open keys"),
            Kind.COUNT,
            help=_("Keys of the base without a delivery yet; each one delivered counts."),
        ),
        Column(
            "pending_activation_0",
            _("Pending activations"),
            Kind.COUNT,
            help=definition("pending_activation"),
        ),
        Column("near_0", _("Near the threshold"), Kind.YES_NO, help=definition("near")),
        Column(
            "held_now",
            _("Competence before") if decided else _("Competence now"),
            Kind.YES_NO,
            help=definition("competence"),
        ),
        Column("city", _("City")),
        Column("tier", _("Partner tier")),
        Column("manager", _("Manager")),
    ]
