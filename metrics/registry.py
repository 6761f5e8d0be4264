"""Every figure on screen by name: what it is, its formula, its direction and its source.

The registry drives the «?» of tiles, the headings of tables, the sheet about an export and the
page «Методика», so that a figure is defined once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from program.language import N_


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure; texts are messages for the catalogue.

    Attributes
    ----------
    code
        Stable name, used in code and as the anchor on «Методика».
    title, meaning, formula
        Its name on screen, what it says in one or two sentences, how it is computed.
    small_numbers
        What happens when little stands behind it.
    source
        Slide of the programme's deck, or the method's paper with its DOI.
    """

    code: str
    title: str
    meaning: str
    formula: str
    direction: Direction
    small_numbers: str
    source: str


_DECK = N_("Programme deck, slide «Competence “Quality Programme”»")
_FEW = N_("5–9 answers are grey, fewer than 5 are hidden in comparisons and exports.")
_COUNT = N_("A count of all keys, not a sample: exact at any size, no interval.")

METRICS: tuple[Metric, ...] = (
    Metric(
        "competence",
        N_("Competence «Quality Programme»"),
        N_(
            "The badge of a partner who hands at least half of its projects over through the "
            "Quality Monitor. Granted or removed automatically on the 1st of every month."
        ),
        N_("held if the base is not empty and 2 × delivered ≥ base, in whole numbers"),
        Direction.HIGHER,
        N_("One key decides when the base is small; look at the distance in keys."),
        _DECK,
    ),
    Metric(
        "base",
        N_("Keys in the base"),
        N_(
            "Counted licence keys that the partner bought in the evaluation window and that were "
            "activated before the evaluation."
        ),
        N_(
            "keys bought in [T − 14 months, T − 2 months), of a counted kind, activated before T; "
            "T is the evaluation date"
        ),
        Direction.NEITHER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "delivered",
        N_("Delivered keys"),
        N_(
            "Keys of the base whose project the same partner delivered through the Quality "
            "Monitor. A key counts once, however often its project is delivered again."
        ),
        N_("keys of the base with an accepted delivery by the key's buyer before T"),
        Direction.HIGHER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "coverage",
        N_("Coverage"),
        N_("Share of the keys in the base that were delivered. Undefined without a base."),
        N_("delivered / base"),
        Direction.HIGHER,
        N_(
            "With few keys per cent mislead: one key is 0 or 100 %, one of seven is 14 "
            "percentage points. The distance in keys leads. No interval: it is no estimate."
        ),
        _DECK,
    ),
    Metric(
        "needed",
        N_("Deliveries needed"),
        N_(
            "How many more keys of the base must be delivered before the evaluation to hold the "
            "competence. An interval when keys bought in the window may still be activated."
        ),
        N_(
            "from max(0, ⌈base / 2⌉ − delivered) to the same with every pending key activated "
            "and undelivered"
        ),
        Direction.LOWER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "spare",
        N_("Reserve"),
        N_("How many delivered keys the partner could do without; negative when short."),
        N_("delivered − ⌈base / 2⌉"),
        Direction.HIGHER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "pending_activation",
        N_("Pending activations"),
        N_(
            "Keys bought in the window and not activated yet. Once activated they enlarge the "
            "base, and with it the number of deliveries needed."
        ),
        N_("counted keys bought in the window and not activated"),
        Direction.NEITHER,
        _COUNT,
        _DECK,
    ),
    Metric(
        "near",
        N_("Near the threshold"),
        N_("The decision turns on few keys."),
        N_("|2 × delivered − base| ≤ 2 × near keys, or |coverage − 50 %| ≤ near margin"),
        Direction.NEITHER,
        N_("Both limits are settings; the one in keys matters for small bases."),
        N_("Definition of this dashboard"),
    ),
    Metric(
        "points",
        N_("Points"),
        N_(
            "One award for every project a partner has delivered, alive for a year after the "
            "latest accepted delivery. A repeated delivery renews it and does not add."
        ),
        N_(
            "points per project × projects with first delivery ≤ day < latest delivery + 1 year "
            "(29 February → 28 February)"
        ),
        Direction.HIGHER,
        _COUNT,
        N_("Programme deck, slide «Successful delivery of a project»"),
    ),
    Metric(
        "interval",
        N_("95 % interval"),
        N_(
            "How far the figure could lie from what all clients would say, given how few were "
            "asked: so computed, it misses the truth once in twenty times. It stands beside every "
            "share of answers, every index and the response rate; coverage and other counts of "
            "all keys are exact and have none."
        ),
        N_(
            "share: Wilson; index: score interval (Tango); difference of shares: Newcombe; "
            "difference of indices: MOVER"
        ),
        Direction.NEITHER,
        N_("Wide at few answers, never empty and never outside 0–100 %."),
        "doi:10.1080/01621459.1927.10502953, doi:10.1002/(SICI)1097-0258(19980430)17:8<891::"
        "AID-SIM780>3.0.CO;2-B",
    ),
    Metric(
        "peer_flag",
        N_("A partner among the others"),
        N_(
            "«A reason to ask» or «watch» when a partner's answers are lower than chance explains "
            "against all other partners of the group; «better than the others» is the mirror "
            "image. It is a reason to ask the partner, never a judgement, and no rank."
        ),
        N_(
            "watch: exact one-sided p ≤ 2.5 % against all the others; a reason to ask: "
            "Benjamini–Hochberg q ≤ 5 % over all judged partners and outside the 95 % limits "
            "widened by over-dispersion"
        ),
        Direction.NEITHER,
        N_(
            "Judged from 10 answers and only when at least 10 partners have as many; figures are "
            "grey at 5–9 answers and hidden below 5."
        ),
        "doi:10.1002/sim.1970, doi:10.1136/qshc.2005.013755, "
        "doi:10.1111/j.2517-6161.1995.tb02031.x",
    ),
    Metric(
        "room",
        N_("Room for improvement"),
        N_(
            "How many more good answers would have brought the partner to the common level of "
            "the group. It sorts by what asking is worth: a small share of many clients weighs "
            "more than a smaller one of few."
        ),
        N_("max(0, ⌈answers × common level − good answers⌉); for the index promoters − critics"),
        Direction.LOWER,
        N_("Hidden below 5 answers."),
        N_("Definition of this dashboard"),
    ),
    Metric(
        "worsening",
        N_("Low and getting worse"),
        N_(
            "A partner with «a reason to ask» or «watch» whose latest period is significantly "
            "lower than its own period just before. For all time the latest 12 months stand "
            "against the 12 before."
        ),
        N_("the 95 % interval of the difference (Newcombe; index: MOVER) lies below 0"),
        Direction.LOWER,
        N_("Both periods need at least 5 answers."),
        "doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
    ),
    Metric(
        "contact_outcome",
        N_("How a contact ended"),
        N_(
            "Each accepted delivery counts once, by its last attempt: answered, refused, not "
            "reached, wrong contact, or still pending. The five are never put together."
        ),
        N_("the attempt of the latest day; of several on that day the one recorded last"),
        Direction.NEITHER,
        _COUNT,
        N_("Programme deck, slide «Evaluation of the project by the customer»"),
    ),
    Metric(
        "response_rate",
        N_("Response rate"),
        N_(
            "Share of contacts that ended with answers. Refused, not reached and wrong contacts "
            "stay in the total; pending ones are not over and are left out."
        ),
        N_("completed / (completed + refused + not reached + wrong contact), by the last attempt"),
        Direction.HIGHER,
        N_("With its Wilson interval; between partners hidden below 5 contacts."),
        N_("AAPOR Standard Definitions, response rate 1, pending cases set aside"),
    ),
    Metric(
        "response_beside",
        N_("Response beside the others"),
        N_(
            "Whether clients of this partner or region answer less, or more, than all the others "
            "together: «within chance» unless the difference survives the number of comparisons."
        ),
        N_("exact one-sided test against all the others, Benjamini–Hochberg q ≤ 5 %"),
        Direction.NEITHER,
        N_("Judged from 10 ended contacts; hidden below 5."),
        "doi:10.1214/ss/1177011454, doi:10.1111/j.2517-6161.1995.tb02031.x",
    ),
    Metric(
        "contact_stages",
        N_("From key to recommendation"),
        N_(
            "How many of the keys bought in the period were delivered, have a contact, were "
            "called, answered, said whether they recommend the developer, and do. A key reaches a "
            "stage when at least one of its accepted deliveries by the key's buyer did."
        ),
        N_(
            "has a contact: at least one attempt of any outcome is recorded, a pending one "
            "included (client contacts themselves are personal data and are not read); called: "
            "an attempt that is not pending; recommends: answered 5 or 4"
        ),
        Direction.HIGHER,
        _COUNT,
        N_("Programme deck, slide «Evaluation of the project by the customer»"),
    ),
    Metric(
        "days_to_call",
        N_("Days from delivery to the call"),
        N_(
            "Days from an accepted delivery to its first call, for calls made in the period. "
            "Deliveries nobody called yet have no such number and are not in it."
        ),
        N_("day of the first attempt that is not pending − day of delivery; median, share ≤ 30"),
        Direction.LOWER,
        _COUNT,
        N_("Definition of this dashboard"),
    ),
    Metric(
        "recommending",
        N_("Share recommending"),
        N_(
            "Clients who would recommend the developer or the platform, among those who answered "
            "the question. «Hard to say» is an answer; no answer is in no denominator."
        ),
        N_("answers 5 and 4 (9 and 10 on a 0–10 scale) / all answers; Wilson 95 % interval"),
        Direction.HIGHER,
        _FEW,
        "doi:10.1080/01621459.1927.10502953",
    ),
    Metric(
        "not_recommending",
        N_("Share not recommending"),
        N_(
            "Clients who would not recommend the developer or the platform, among those who "
            "answered. It is not the rest of those who would: «Hard to say» belongs to neither."
        ),
        N_("answers 2 and 1 (0–6 on a 0–10 scale) / all answers; Wilson 95 % interval"),
        Direction.LOWER,
        _FEW,
        "doi:10.1080/01621459.1927.10502953",
    ),
    Metric(
        "recommendation_index",
        N_("Recommendation index (NPS analogue)"),
        N_(
            "Promoters less critics, in points from −100 to +100. On the five-point scale it is "
            "no NPS; the mapping is named beside every value and never mixed."
        ),
        N_(
            "(promoters − critics) / answers. Strict: 5 | 4 | 1–3, as the NHS Friends and Family "
            "Test; balanced: 5 | 4–3 | 1–2; a 0–10 question: 9–10 | 7–8 | 0–6. Score interval"
        ),
        Direction.HIGHER,
        _FEW,
        "doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B",
    ),
    Metric(
        "good_answers",
        N_("Good answers"),
        N_("Share of the two best answers to a question among those who answered it."),
        N_("answers 5 and 4 (9 and 10 on a 0–10 scale) / all answers; Wilson 95 % interval"),
        Direction.HIGHER,
        _FEW,
        "doi:10.1080/01621459.1927.10502953",
    ),
    Metric(
        "answer_distribution",
        N_("Distribution of answers"),
        N_(
            "How the answers to one question are spread from the worst to the best. The middle "
            "answer «Hard to say» is an answer; surveys without an answer are counted apart."
        ),
        N_(
            "answers with each score / all answers to the question; Goodman's 95 % intervals hold "
            "for all scores together"
        ),
        Direction.NEITHER,
        _FEW,
        "doi:10.1080/00401706.1965.10490252",
    ),
    Metric(
        "survey_difference",
        N_("Difference of two groups of answers"),
        N_(
            "Two periods without a common day, or a segment against all the others. «Within "
            "chance» when the interval of the difference contains 0; overlapping intervals of the "
            "two figures say nothing."
        ),
        N_("share: Newcombe 95 % interval; index: MOVER on the score limits"),
        Direction.NEITHER,
        N_("Judged from 10 answers on both sides; hidden below 5."),
        "doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
    ),
    Metric(
        "survey_control_chart",
        N_("Signals in a series"),
        N_(
            "Whether a monthly or quarterly figure moves more than it usually does. Every period "
            "has its own answers; where the wording of the question changes, limits start anew."
        ),
        N_(
            "XmR chart: mean ± 2.66 × mean moving range. Signals: outside a limit; 7 points "
            "rising or falling; 2 of 3 close to a limit; 7 on one side of the mean"
        ),
        Direction.NEITHER,
        N_(
            "Quarters when a month has under 10 answers; with 5–9 they are not judged, with fewer "
            "left out, and nothing is compared across a gap. Preliminary under 13 points."
        ),
        N_("NHS England, Making Data Count"),
    ),
    Metric(
        "distribution_difference",
        N_("Difference of whole distributions"),
        N_(
            "How much more often an answer of the first group is better than one of the second "
            "than worse: from −1 to +1."
        ),
        N_(
            "Cliff's δ with Newcombe's interval; permutation Mann–Whitney test, exact where all "
            "permutations can be counted"
        ),
        Direction.NEITHER,
        N_("Right at one answer and with any ties; judged from 10 answers on both sides."),
        "doi:10.1037/0033-2909.114.3.494, doi:10.1214/aoms/1177730491",
    ),
    Metric(
        "association",
        N_("Goes together with recommending"),
        N_(
            "Whether clients who rate this question higher also recommend more. It is an "
            "association: nothing here says that one causes the other."
        ),
        N_(
            "Spearman's ρ over those who answered both; established when the Benjamini–Hochberg "
            "q ≤ 5 % over all the questions"
        ),
        Direction.NEITHER,
        N_("Every question has its own n; missing answers stay missing. Hidden below 5."),
        "doi:10.2307/1412159, doi:10.1111/j.2517-6161.1995.tb02031.x",
    ),
    Metric(
        "importance",
        N_("Weight among what goes with recommending"),
        N_(
            "What part of the common association with recommending a question carries; all "
            "parts make 100 %. It is an association, not a cause."
        ),
        N_(
            "LMG (Shapley) shares of R² on Spearman ranks; percentile bootstrap whiskers. «Improve "
            "first» where the weight lies above the average of the questions and good answers "
            "below theirs, each with its whole interval"
        ),
        Direction.NEITHER,
        N_("Shown from 50 answers, with 30 for every pair of questions."),
        "doi:10.18637/jss.v017.i01",
    ),
    Metric(
        "members",
        N_("In the programme"),
        N_(
            "Partners on the day: joined by then and not left. Where a day is not on record the "
            "partner counts."
        ),
        N_("joined on or before the evaluation, left after it or not at all"),
        Direction.HIGHER,
        _COUNT,
        N_("Definition of this dashboard"),
    ),
    Metric(
        "delivering",
        N_("Deliver"),
        N_("Partners with at least one delivered key in the base of the evaluation."),
        N_("delivered > 0"),
        Direction.HIGHER,
        _COUNT,
        N_("Definition of this dashboard"),
    ),
    Metric(
        "programme_forecast",
        N_("Forecast of the programme"),
        N_(
            "Where partners and coverage arrive after the coming evaluations if they go on as in "
            "the last year. Only stored decisions are looked at; it is no plan and knows of "
            "nothing that is about to change."
        ),
        N_(
            "last decision + h × (last decision − the one twelve months before) / 12, h months "
            "ahead; interval: ± the ⌈(n + 1) · 0.8⌉-th smallest of the n misses that the same "
            "sum has made h months ahead"
        ),
        Direction.NEITHER,
        N_(
            "From 12 misses on, that is from 27 months of decisions for 3 months ahead, and from "
            "10 partners with a base. Misses overlap, so the interval is no guarantee."
        ),
        N_(
            "Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section "
            "5.2; doi:10.1007/b106715, doi:10.1080/01621459.2017.1307116"
        ),
    ),
    Metric(
        "deliveries_12",
        N_("Delivered in 12 months"),
        N_(
            "Accepted deliveries through the Quality Monitor in the last twelve whole months "
            "before the evaluation, repeated ones included."
        ),
        N_("accepted deliveries in [T − 12 months, T), T not after the current month"),
        Direction.HIGHER,
        _COUNT,
        N_("Definition of this dashboard"),
    ),
    Metric(
        "holding",
        N_("Share of partners with the competence"),
        N_("Among partners with a base, how many hold the competence at the evaluation."),
        N_("holders / partners with a base"),
        Direction.HIGHER,
        _COUNT,
        N_("Definition of this dashboard"),
    ),
    Metric(
        "delivery_lag",
        N_("Time to delivery"),
        N_(
            "Share of activated keys delivered by the buyer within so many days of the "
            "activation. A key still open says «longer than so far», not «never»."
        ),
        N_(
            "1 − Kaplan–Meier over the keys activated in the last 24 months, right-censored on the "
            "last whole day of the data"
        ),
        Direction.HIGHER,
        N_("With its 95 % band; at few keys the curve is a few large steps."),
        "doi:10.1080/01621459.1958.10501452",
    ),
    Metric(
        "matured_share",
        N_("Share delivered within 90 days"),
        N_(
            "Of the counted keys bought in one month, those delivered by the buyer within 90 days "
            "of the purchase. Months have no key in common, so this series may be judged against "
            "its own limits; the rolling coverage may not."
        ),
        N_("keys bought in month m and delivered ≤ 90 days later / keys bought in month m"),
        Direction.HIGHER,
        N_("Joined to quarters where a month has fewer than 10 keys; judged from 10 keys on."),
        N_("Limits: NHS England, Making Data Count"),
    ),
    Metric(
        "switches",
        N_("Switches per partner and year"),
        N_(
            "How often a partner gains or loses the competence in a year. A rule that switches "
            "often is hard to plan with."
        ),
        N_(
            "gains and losses between neighbouring evaluations / years in which the partner had a "
            "base or the competence"
        ),
        Direction.LOWER,
        _COUNT,
        N_("Definition of this dashboard"),
    ),
    Metric(
        "chance",
        N_("Chance to hold the competence"),
        N_(
            "How likely a partner holds at a coming evaluation that the rule has not settled yet. "
            "What the rule says stands first and is never overruled: certain stays certain, "
            "impossible stays impossible."
        ),
        N_(
            "each open key is delivered in time with the chance of the Kaplan–Meier curve of days "
            "from activation to delivery (24 months, all partners), times the partner's own pace "
            "of the last 180 days, shrunk toward all partners; keys not activated yet enlarge the "
            "base or come delivered; corrected by how often such chances came true at the last 12 "
            "evaluations"
        ),
        Direction.HIGHER,
        N_(
            "Shown in per cent only where a replay of past evaluations proves it better than «what "
            "the records say stays»; otherwise as «will keep», «open: needs k more», "
            "«out of reach»."
        ),
        "doi:10.1080/01621459.1958.10501452, doi:10.2307/2532003, doi:10.1093/biomet/45.3-4.562",
    ),
    Metric(
        "forecast_error",
        N_("Error of the forecast (Brier score)"),
        N_(
            "How far the chances were from what happened, over past evaluations forecast from as "
            "many days before. Compared with the answer that needs no model: what today's records "
            "say stays."
        ),
        N_("mean of (chance − outcome)², outcome 1 if the competence was held, else 0; 0 is best"),
        Direction.LOWER,
        N_(
            "A gain is believed from 6 evaluations on, when the lower end of its one-sided 97.5 % "
            "interval over evaluations is above 0. What was known on a past day is taken by the "
            "dates of the records."
        ),
        "doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2, doi:10.1016/S0169-2070(96)00719-4",
    ),
    Metric(
        "out_of_reach",
        N_("Out of reach"),
        N_(
            "In the past evaluations nobody with as many open keys delivered so many in as few "
            "days, so a call changes nothing for that evaluation. It is a record, not a model."
        ),
        N_("deliveries needed > the most ever made with as many open keys or fewer"),
        Direction.NEITHER,
        N_("Said only where at least 300 past cases had enough open keys for it."),
        "doi:10.1001/jama.1983.03330370053031",
    ),
)

_BY_CODE = {metric.code: metric for metric in METRICS}


def metric(code: str) -> Metric:
    """Return the metric named ``code``.

    Raises
    ------
    KeyError
        If there is none.
    """
    return _BY_CODE[code]
