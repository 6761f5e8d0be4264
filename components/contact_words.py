"""Words and tables of «Обзвон»: stages, outcomes, verdicts; the five outcomes stay apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

from charts import formats
from components.contacts import ResponseNow
from components.definitions import definition
from components.table import Column, Kind
from metrics.anonymity import ENOUGH_OTHERS, ROUNDED_TO
from metrics.difference import Verdict
from metrics.estimate import HIDDEN_BELOW, Estimate, Status
from metrics.proportion import share
from metrics.response import OUTCOMES
from program.language import N_, _, current_language, ngettext
from queries.contact_stages import STAGES
from queries.scope import Scope, Sight

STAGE_NAMES = {
    "keys": N_("Keys bought and activated"),
    "delivered": N_("Delivered through the Quality Monitor"),
    "with_contact": N_("Have a contact on record"),
    "called": N_("Called"),
    "answered": N_("Answered the survey"),
    "said": N_("Said whether they recommend"),
    "recommending": N_("Recommend the developer"),
}
OUTCOME_NAMES = {
    "completed": N_("answered"),
    "refused": N_("refused"),
    "unreachable": N_("not reached"),
    "wrong_contact": N_("wrong contact"),
    "pending": N_("still pending"),
}
VERDICTS = {
    Verdict.LOWER: N_("lower than the others"),
    Verdict.HIGHER: N_("higher than the others"),
    Verdict.WITHIN_CHANCE: N_("within chance"),
    Verdict.TOO_FEW: N_("few contacts"),
}
_CHANGES = {
    Verdict.LOWER: N_("Response rate {share}, lower than in the period before"),
    Verdict.HIGHER: N_("Response rate {share}, higher than in the period before"),
    Verdict.WITHIN_CHANCE: N_("Response rate {share}, the change is within chance"),
}


def outcome_names() -> dict[str, str]:
    """Return outcome -> its name in the current language."""
    return {outcome: _(name) for outcome, name in OUTCOME_NAMES.items()}


def headline(now: ResponseNow) -> str:
    """Return the page's answer in one sentence."""
    if now.rate.status is Status.NONE:
        return _("No contact ended in this period")
    words = _CHANGES.get(now.change) if now.change else None
    return _(words or N_("Response rate {share}")).format(
        share=formats.share(now.rate.value, now.rate.n)
    )


def outcome_totals(now: ResponseNow) -> str:
    """Return how many contacts ended how, each outcome by itself, as a Markdown list."""
    lines = [
        f"- {_(name)}: **{formats.share_of(getattr(now.outcomes, outcome), now.outcomes.ended)}**"
        for outcome, name in OUTCOME_NAMES.items()
        if outcome != "pending"
    ]
    pending = _("still pending, not over and in no share: {n}").format(
        n=formats.number(now.outcomes.pending)
    )
    return "\n".join([*lines, f"- {pending}"])


def stages_note(stages: pd.DataFrame, today: dt.date) -> str:
    """Return how to read the stages, and the share recommending among those who said."""
    counts = stages.iloc[0]
    return _(
        "What became of them by {day}; for recent purchases the way is not over. Beside each "
        "stage: its share of the stage above. Without an answer whether they recommend: {n}; "
        "among the others {share} recommend."
    ).format(
        day=formats.date_long(today),
        n=formats.number(int(counts["without_answer"])),
        share=formats.estimate(share(int(counts["recommending"]), int(counts["said"]))),
    )


def stage_rows(stages: pd.DataFrame) -> pd.DataFrame:
    """Return the stages top to bottom. Grain: one row a stage; ``label``, ``count``."""
    counts = stages.iloc[0]
    return pd.DataFrame(
        {
            "label": [_(STAGE_NAMES[stage]) for stage in STAGES],
            "count": [int(counts[stage]) for stage in STAGES],
        }
    )


def worst_case_words(recommending: Estimate) -> str:
    """Return how far those who did not answer could move the share recommending."""
    if not recommending.shown:
        return formats.hidden_words(recommending.n)
    return _(
        "Of those who answered, {share} recommend the developer, {n}. Had everybody who was "
        "called and did not answer said no, it would be {low}; had all of them said yes, {high}. "
        "Chance is not in these bounds: they say how much rests on the response."
    ).format(
        share=formats.share(recommending.value, recommending.n),
        n=formats.n_of(recommending.n),
        low=formats.share(recommending.low, recommending.n),
        high=formats.share(recommending.high, recommending.n),
    )


def beside_words(rows: pd.DataFrame, hidden: int, *, regions: bool) -> str:
    """Return how many lie below the others, the rule, and how many are hidden."""
    lower = int((rows["verdict"] == Verdict.LOWER.value).sum())
    if (rows["verdict"] == Verdict.TOO_FEW.value).all():
        said = _("Nobody can be judged yet.")
    elif not lower:
        said = _("Nobody lies below the others beyond chance.")
    elif regions:
        said = ngettext(
            "{n} region lies below the others beyond chance.",
            "{n} regions lie below the others beyond chance.",
            lower,
        )
    else:
        said = ngettext(
            "{n} partner lies below the others beyond chance.",
            "{n} partners lie below the others beyond chance.",
            lower,
        )
    parts = [
        said.format(n=formats.number(lower)),
        _("The number of comparisons is allowed for; judged from 10 ended contacts on."),
    ]
    if hidden:
        parts.append(_("Hidden, under 5 contacts: {n}.").format(n=formats.number(hidden)))
    return " ".join(parts)


def others_words(others: int, scope: Scope) -> str | None:
    """Return what a portfolio is told of the others here; ``None`` for who sees everybody."""
    if scope.sight is not Sight.PORTFOLIO:
        return None
    if not others:
        return _(
            "Fewer than {n} partners of other portfolios have ended contacts here, so they are "
            "not shown: your partners are compared among themselves."
        ).format(n=ENOUGH_OTHERS)
    return _(
        "Of other portfolios here: {partners}. Their counts are rounded to multiples of {n}, so "
        "that none of them can be told by subtraction."
    ).format(partners=formats.about(formats.partners(others)), n=ROUNDED_TO)


def described(rows: pd.DataFrame) -> pd.DataFrame:
    """Return partners or regions with interval, verdict and region in words, for the screen."""

    def words(code: str, n: int) -> str:
        if n < HIDDEN_BELOW:
            return _("few contacts ({n}), hidden").format(n=formats.n_of(n))
        if code == Verdict.TOO_FEW:
            return _("few contacts ({n})").format(n=formats.n_of(n))
        return _(VERDICTS[Verdict(code)])

    return rows.assign(
        interval=[
            _("hidden") if formats.missing(low) else formats.share_interval(low, high, 1)
            for low, high in zip(rows["low"], rows["high"], strict=True)
        ],
        said=[words(code, n) for code, n in zip(rows["verdict"], rows["ended"], strict=True)],
        region=rows[f"region_{current_language()}"],
    )


def for_file(rows: pd.DataFrame) -> Callable[[], pd.DataFrame]:
    """Return the function that puts rows into words when a file is asked for.

    Words are taken now, in the visitor's language: a file is written without a visitor.
    """
    verdicts = {code.value: _(name) for code, name in VERDICTS.items()}
    region = f"region_{current_language()}"
    return lambda: rows.assign(said=rows["verdict"].map(verdicts), region=rows[region])


def response_columns(*, of_partners: bool, in_file: bool = False) -> list[Column]:
    """Return the columns of the table of partners or regions, on screen or in its file."""
    hidden = _("hidden")
    who = [Column("region", _("Region"), width="medium")]
    if of_partners:
        who = [
            Column("name", _("Partner"), width=260),
            Column("city", _("City")),
            Column("manager", _("Manager")),
        ]
    interval = [Column("interval", _("95 % interval"), help=definition("interval"))]
    if in_file:
        interval = [
            Column("low", _("95 % interval from"), Kind.SHARE, undefined=hidden),
            Column("high", _("95 % interval to"), Kind.SHARE, undefined=hidden),
        ]
    return [
        who[0],
        Column(
            "rate",
            _("Response rate"),
            Kind.SHARE,
            n="ended",
            undefined=hidden,
            help=definition("response_rate"),
        ),
        *interval,
        Column("ended", _("Contacts"), Kind.COUNT, help=_("Ended contacts: all but pending.")),
        Column("said", _("Beside the others"), help=definition("response_beside")),
        Column(
            "room",
            _("Answers missing"),
            Kind.COUNT,
            undefined=hidden,
            help=_("How many more answers the others' response rate would have brought."),
        ),
        *(
            Column(outcome, _(OUTCOME_NAMES[outcome]).capitalize(), Kind.COUNT, undefined=hidden)
            for outcome in OUTCOMES
        ),
        *who[1:],
    ]
