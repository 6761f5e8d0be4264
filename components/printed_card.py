"""What a partner's card has on paper only: the keys to deliver as text, short enough for a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from charts import formats
from components.document import ON_PAPER, print_document
from components.text import plain
from components.words import KEY_REASONS, word
from metrics.next_keys import keys_to_deliver
from program.calendar import ONE_DAY
from program.language import _, ngettext
from program.rules import ProgramRules

#: More keys would take the page from the figures; the file of the list holds all.
MOST_KEYS = 10
_MARK = "●"


def print_button() -> None:
    """Offer the card on paper."""
    if st.button(_("Print"), icon=":material/print:", type="tertiary", key="print_card"):
        print_document()


def printed_keys(
    keys: pd.DataFrame, evaluations: Sequence[dt.date], today: dt.date, rules: ProgramRules
) -> tuple[str, ...]:
    """Return the open keys as text: first, and marked, those of the shortest list.

    ``keys`` as from ``metrics.keys.keys_that_decide`` for ``evaluations``. A table and the note
    below it; one sentence where no key is open.
    """
    needed = keys_to_deliver(keys, evaluations, today, rules)
    others = keys[(keys["helps"] > 0) & ~keys["key_md5"].isin(needed["key_md5"])]
    rows = pd.concat([needed, others], ignore_index=True)
    if rows.empty:
        return (_("No open key is left: no delivery changes these evaluations."),)
    shown = rows.head(MOST_KEYS)
    note = _("{mark} belongs to the shortest list of keys; last day {days}.").format(
        mark=_MARK,
        days=formats.listed(formats.date_short(day - ONE_DAY) for day in evaluations),
    )
    if more := len(rows) - len(shown):
        note += " " + ngettext(
            "{n} more open key is not printed.", "{n} more open keys are not printed.", more
        ).format(n=formats.number(more))
    return "\n".join(_table(shown, len(needed), evaluations)), note


def show_printed(words: tuple[str, ...]) -> None:
    """Draw :func:`printed_keys` where paper shows it and the screen does not."""
    with st.container(key=ON_PAPER):
        st.markdown(words[0])
        for note in words[1:]:
            st.caption(note)


def _table(rows: pd.DataFrame, needed: int, evaluations: Sequence[dt.date]) -> list[str]:
    days = [
        _("Evaluation on {day}").format(day=formats.date_short(evaluated_on))
        for evaluated_on in evaluations
    ]
    heads = ["", _("Open keys"), _("Key (hash)"), *days, _("Bought"), _("Activated")]
    lines = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    for number, row in enumerate(rows.to_dict("records")):
        cells = [
            _MARK if number < needed else "",
            plain(row["project"]) if row["project"] else _("no project yet"),
            str(row["key_md5"])[:8],
            *(word(KEY_REASONS, row[f"reason_{i}"]) for i in range(len(evaluations))),
            formats.date_short(row["purchased_on"]),
            formats.date_short(row["activated_on"], undefined=_("not yet")),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
