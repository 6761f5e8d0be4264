"""The forecast in words: the exact part first, a chance only where the replay has proven it."""

from __future__ import annotations

from collections.abc import Sequence

from charts import formats
from components.forecast import Forecast
from metrics.evidence import Evidence
from metrics.forecast import Settled
from metrics.reach import Band
from program.language import _, ngettext

#: Chances are told in whole per cents: the model knows no more.
_WHOLE = 99


def chance_words(
    band: str,
    settled: str,
    held_now: bool,
    needed: int,
    needed_worst: int,
    chance: float,
    *,
    proven: bool,
) -> str:
    """Return what is said of one partner at one evaluation, short enough for a table cell.

    What the rule settles and what is out of reach is told in words; the rest as a chance where
    that is ``proven``, else as what is still needed.
    """
    if band == Band.HOLDS:
        return _("will keep") if held_now else _("will gain")
    if settled == Settled.CANNOT_HOLD:
        return formats.no_base()
    if band == Band.OUT_OF_REACH:
        return _("out of reach")
    if proven:
        return formats.share(chance, _WHOLE)
    if needed_worst == 0:
        return _("open: depends on activations")
    return _("open: needs {n} more").format(n=formats.span(needed, needed_worst))


def holders_line(forecast: Forecast, place: int, partners: Sequence[int]) -> str:
    """Return how many of ``partners`` are expected to hold at an evaluation, with the interval.

    Without a proven gain only what the rule says.
    """
    own = forecast.among(partners, place)
    sure = int((own["band"] == Band.HOLDS.value).sum())
    by_records = formats.number(int(own["held"].sum()))
    day = formats.date_long(forecast.evaluations[place])
    if not forecast.proven(place):
        return _("**{day}**: {sure} hold whatever happens, {held} by today's records.").format(
            day=day, sure=formats.partners(sure), held=by_records
        )
    expected, low, high = forecast.holders(place, partners)
    return _(
        "**{day}**: about {expected} of {all} will hold ({span}); by today's records {held}."
    ).format(
        day=day,
        expected=formats.number(expected),
        all=formats.number(len(own)),
        span=f"{formats.number(low)}{formats.EN_DASH}{formats.number(high)}",
        held=by_records,
    )


def proof_line(evidence: Evidence) -> str:
    """Return in one sentence whether forecasts from so many days before have been any good."""
    proof = evidence.proof
    before = formats.days(proof.days_before)
    if not proof.evaluations:
        return _("From {days} before: no past evaluation to learn from, so no per cent.").format(
            days=before
        )
    words = ngettext(
        "From {days} before, over {n} past evaluation: error {brier}, against {baseline} of «what "
        "the records say stays».",
        "From {days} before, over {n} past evaluations: error {brier}, against {baseline} of «what "
        "the records say stays».",
        proof.evaluations,
    )
    told = words.format(
        days=before,
        n=formats.number(proof.evaluations),
        brier=formats.number(proof.brier, 3),
        baseline=formats.number(proof.baseline, 3),
    )
    if proof.proven:
        return told
    return f"{told} {_('No gain is proven, so no per cent is shown.')}"


def card_sentence(forecast: Forecast, partner_id: int, *, held_now: bool) -> str:
    """Return one sentence on a partner's chances, empty where the rule has settled everything."""
    rows = forecast.of(partner_id)
    if rows.empty or (rows["settled"] != Settled.OPEN.value).all():
        return ""
    parts = [
        _("{day}: {words}").format(
            day=formats.date_long(day),
            words=chance_words(
                rows["band"].iloc[i],
                rows["settled"].iloc[i],
                held_now,
                int(rows["needed"].iloc[i]),
                int(rows["needed_worst"].iloc[i]),
                float(rows["chance"].iloc[i]),
                proven=forecast.proven(i),
            ),
        )
        for i, day in enumerate(forecast.evaluations)
    ]
    if any(forecast.proven(i) for i in range(len(parts))):
        return _("Chance to hold — {list}.").format(list="; ".join(parts))
    return _("Outlook — {list}.").format(list="; ".join(parts))


def last_day_note() -> str:
    """Say why no earlier «safe» day is given."""
    return _(
        "The last day is the day before the evaluation. A delivery counts once it is accepted; "
        "how long acceptance takes the records do not tell (a delivery has one date and its "
        "present status), so hand over earlier."
    )
