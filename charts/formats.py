"""How numbers, dates and undefined values are written, in the current language.

The only module that formats for people. Language comes from ``program.language``; numbers come
out with no-break spaces and a real minus; what is undefined becomes words, never ``NaN``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from metrics import anonymity
from metrics.estimate import ENOUGH, Estimate, Status
from program.calendar import ONE_DAY, add_months, month_start
from program.language import _, current_language, ngettext

NBSP = "\u00a0"
MINUS = "\u2212"
#: The dash of «31–58»; a line may end after a bare one and tear the interval apart.
EN_DASH = "\u2013\u2060"
#: From this many on, a share is written with one decimal.
DECIMALS_FROM = 100

Number = int | float | Decimal
_PATTERNS = {
    ("ru", "short"): "dd.MM.yyyy",
    ("en", "short"): "d MMM yyyy",
    ("ru", "long"): "d MMMM yyyy",
    ("en", "long"): "d MMMM yyyy",
    ("ru", "month"): "LLL yyyy",
    ("en", "month"): "LLL yyyy",
    ("ru", "short month"): "LLL",
    ("en", "short month"): "LLL",
}
_QUARTERS = {"ru": ("I", "II", "III", "IV"), "en": ("Q1", "Q2", "Q3", "Q4")}


def missing(value: object) -> bool:
    """Return whether ``value`` has nothing to show: None, NaN or NaT."""
    return value is None or bool(value != value)  # noqa: PLR0124 - NaN and NaT differ from themselves


def no_data() -> str:
    """Return the words for a value that does not exist."""
    return _("no data")


def no_base() -> str:
    """Return the words for a coverage without a base: undefined, not 0 %."""
    return _("no base")


def no_answers() -> str:
    """Return the words for a survey figure without answers."""
    return _("no answers")


def _rounded(value: Number, decimals: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _written(value: Decimal, decimals: int) -> str:
    return _written_in(current_language(), value, decimals)


# The same few thousand figures are written again at every rerun, and Babel takes 40 µs for each.
@lru_cache(maxsize=20_000)
def _written_in(language: str, value: Decimal, decimals: int) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text: str = format_decimal(value, format=pattern, locale=language)
    # Babel groups with U+202F in some languages and keeps the ASCII hyphen for a minus.
    return text.replace("\u202f", NBSP).replace("-", MINUS)


def number(value: Number | None, decimals: int = 0, *, undefined: str | None = None) -> str:
    """Return «1 234,5»: grouped, rounded half up to ``decimals`` places."""
    if value is None or missing(value):
        return no_data() if undefined is None else undefined
    rounded = _rounded(value, decimals)
    return _written(abs(rounded) if rounded == 0 else rounded, decimals)


def signed(value: Number | None, decimals: int = 0, *, undefined: str | None = None) -> str:
    """Return «+3», «−2» or «0»: a number that is a change or a distance."""
    text = number(value, decimals, undefined=undefined)
    if value is None or missing(value):
        return text
    return f"+{text}" if _rounded(value, decimals) > 0 else text


def _per_cent(value: Number, decimals: int) -> str:
    """Round for reading without crossing a line that the exact value has not crossed.

    299 of 300 000 is not «0 %», 99 999 of 100 000 not «100 %» and 4 999 of 10 000 not «50 %».
    """
    exact = Decimal(str(value)) * 100
    if exact in (0, 100):
        return f"{_written(exact, 0)}{NBSP}%"
    step = Decimal(1).scaleb(-decimals)
    rounded = _rounded(exact, decimals)
    if 0 < exact < step and rounded == 0:
        return f"<{_written(step, decimals)}{NBSP}%"
    if any(exact < line <= rounded for line in (50, 100)):
        rounded -= step
    return f"{_written(rounded, decimals)}{NBSP}%"


def share(value: Number | None, n: int | None = None, *, undefined: str | None = None) -> str:
    """Return «46 %» (fewer than 100 cases) or «46,7 %» (100 or more, or ``n`` not given).

    Parameters
    ----------
    value
        A fraction, 0..1.
    n
        How many cases it rests on.
    undefined
        Words when there is no value; «нет данных» by default.
    """
    if value is None or missing(value):
        return no_data() if undefined is None else undefined
    return _per_cent(value, 0 if n is not None and n < DECIMALS_FROM else 1)


def share_of(part: int, whole: int, *, undefined: str | None = None) -> str:
    """Return «9 из 24 (37,5 %)»; the counts stand beside, so the per cents may be exact.

    Exact halves and wholes stay short: «12 из 24 (50 %)». A whole of 0 is ``undefined``.
    """
    if whole == 0:
        return no_data() if undefined is None else undefined
    value = Decimal(int(part)) / Decimal(int(whole))
    decimals = 0 if (value * 100) % 1 == 0 else 1
    return _("{part} of {whole} ({share})").format(
        part=number(int(part)), whole=number(int(whole)), share=_per_cent(value, decimals)
    )


def coverage(delivered: int, base: int) -> str:
    """Return «9 из 24 (37,5 %)», or «нет базы» for an empty base."""
    return share_of(delivered, base, undefined=no_base())


def keys_of(delivered: int, base: int) -> str:
    """Return «9 из 24», or «нет базы» for an empty base: where per cents would only crowd."""
    if base == 0:
        return no_base()
    return _("{part} of {whole}").format(part=number(int(delivered)), whole=number(int(base)))


def share_interval(low: float, high: float, n: int | None = None) -> str:
    """Return «31–58 %»: an interval of fractions 0..1 in one breath."""
    if missing(low) or missing(high):
        return no_data()
    decimals = 0 if n is not None and n < DECIMALS_FROM else 1
    bottom = _per_cent(low, decimals).removesuffix(f"{NBSP}%")
    return f"{bottom}{EN_DASH}{_per_cent(high, decimals)}"


def percentage_points(change: Number | None, n: int | None = None) -> str:
    """Return «+2,1 п. п.»: the change of a share, given as a fraction (0.021)."""
    if change is None or missing(change):
        return no_data()
    decimals = 0 if n is not None and n < DECIMALS_FROM else 1
    points = signed(Decimal(str(change)) * 100, decimals)
    return _("{points} pp").format(points=points).replace(" ", NBSP)


def index_points(value: Number | None, *, undefined: str | None = None) -> str:
    """Return «+35» or «−12»: a recommendation index −1..+1 in points −100..+100."""
    if value is None or missing(value):
        return no_data() if undefined is None else undefined
    return signed(Decimal(str(value)) * 100)


def points_interval(low: float, high: float, n: int | None = None) -> str:
    """Return «−1,5…+4,1 п. п.»: the interval of a change of a share, given as fractions."""
    if missing(low) or missing(high):
        return no_data()
    decimals = 0 if n is not None and n < DECIMALS_FROM else 1
    bottom = signed(Decimal(str(low)) * 100, decimals)
    return f"{bottom}…{percentage_points(high, n)}"


def index_interval(low: float, high: float) -> str:
    """Return «+29…+35»: the interval of an index or of a difference of two, in points."""
    if missing(low) or missing(high):
        return no_data()
    return f"{index_points(low)}…{index_points(high)}"


def p_value(value: Number | None, *, undefined: str | None = None) -> str:
    """Return «p = 0,12», «p = 0,034» or «p < 0,001»: how often chance alone would do as much."""
    if value is None or missing(value):
        return no_data() if undefined is None else undefined
    exact = Decimal(str(value))
    least = Decimal("0.001")
    if exact < least:
        return f"p{NBSP}<{NBSP}{_written(least, 3)}"
    decimals = 2 if exact >= Decimal("0.1") else 3
    return f"p{NBSP}={NBSP}{number(exact, decimals)}"


def estimate(
    value: Estimate, *, index: bool = False, hide_few: bool = False, rounded: bool = False
) -> str:
    """Return a survey figure in words: «62 % (48–74 %), n = 45».

    Parameters
    ----------
    value
        The estimate; fractions 0..1, or −1..+1 with ``index``.
    index
        Write points instead of per cents.
    hide_few
        Hide what rests on fewer than five answers (comparisons and exports).
    rounded
        It rests on rounded counts: whole per cents, and «n ≈ 45».
    """
    if value.status is Status.NONE:
        return no_answers()
    if value.status is Status.HIDDEN and hide_few:
        return hidden_words(value.n)
    told = n_of(value.n, rounded=True) if rounded else n_words(value.n)
    if index:
        span = index_interval(value.low, value.high)
        return f"{index_points(value.value)} ({span}), {told}"
    digits = 1 if rounded else value.n
    span = share_interval(value.low, value.high, digits)
    return f"{share(value.value, digits)} ({span}), {told}"


def n_of(n: int, *, rounded: bool = False) -> str:
    """Return «n = 47», not to be torn apart at a line's end; «n ≈ 45» where counts are rounded."""
    if rounded:
        return f"n{NBSP}≈{NBSP}{number(int(anonymity.rounded(n)))}"
    return f"n{NBSP}={NBSP}{number(n)}"


def no_answer(n: int) -> str:
    """Return «нет ответа: 8», not to be torn apart at a line's end."""
    return _("no answer: {n}").format(n=number(n)).replace(" ", NBSP)


def about(words: str, *, rounded: bool = True) -> str:
    """Return «≈ 45 партнёров» for a number that is rounded, the words themselves for another."""
    return f"≈{NBSP}{words}" if rounded else words


def few_words(n: int) -> str:
    """Return «мало ответов (n = 7)»."""
    return _("few answers ({n})").format(n=n_of(n))


def n_words(n: int) -> str:
    """Return «n = 45», or «мало ответов (n = 7)» where so few say little."""
    return n_of(n) if n >= ENOUGH else few_words(n)


def hidden_words(n: int) -> str:
    """Return «мало ответов (n = 4), скрыто»."""
    return _("few answers ({n}), hidden").format(n=n_of(n))


def _in_pattern(day: dt.date, style: str) -> str:
    return _day_in(current_language(), day, style)


@lru_cache(maxsize=5_000)
def _day_in(language: str, day: dt.date, style: str) -> str:
    text: str = format_date(day, format=_PATTERNS[language, style], locale=language)
    return text


def date_short(day: dt.date | None, *, undefined: str | None = None) -> str:
    """Return «01.01.2027»: dates in tables."""
    if day is None or missing(day):
        return no_data() if undefined is None else undefined
    return _in_pattern(day, "short")


def date_long(day: dt.date | None, *, undefined: str | None = None) -> str:
    """Return «1 января 2027»: dates in sentences, its parts kept on one line."""
    if day is None or missing(day):
        return no_data() if undefined is None else undefined
    return _in_pattern(day, "long").replace(" ", NBSP)


def month(day: dt.date) -> str:
    """Return «янв. 2027», «март 2027»: the month that ``day`` lies in, for axes and tables."""
    return _in_pattern(day, "month").replace(" ", NBSP)


def quarter(day: dt.date) -> str:
    """Return «II кв. 2026»: the calendar quarter that ``day`` lies in."""
    return _quarters((_quarter_name(day),), day.year)


def months_or_quarters(first: dt.date, last: dt.date, *, quarterly: bool = False) -> str:
    """Return «апр. 2026 – июль 2026» or «II–III кв. 2026»: periods from one to another."""
    write = quarter if quarterly else month
    if write(first) == write(last):
        return write(first)
    if quarterly and first.year == last.year:
        return _quarters((_quarter_name(first), _quarter_name(last)), first.year)
    return f"{write(first)} – {write(last)}"


def _quarter_name(day: dt.date) -> str:
    return _QUARTERS[current_language()][(day.month - 1) // 3]


def _quarters(names: tuple[str, ...], year: int) -> str:
    words = _("{quarters} {year}").format(quarters=EN_DASH.join(names), year=year)
    return words.replace(" ", NBSP)


def period(first: dt.date, last: dt.date) -> str:
    """Return «01.11.2025–31.10.2026»: both days belong to the period."""
    return f"{date_short(first)}{EN_DASH}{date_short(last)}".replace(" ", NBSP)


def window(start: dt.date, end: dt.date) -> str:
    """Return a half-open window ``[start, end)`` as people read it, both days included."""
    return period(start, end - ONE_DAY)


def moment(at: dt.datetime) -> str:
    """Return «14.11.2026 06:00»: when the data were taken."""
    clock: str = format_time(at.time(), format="HH:mm", locale="ru")
    return f"{date_short(at.date())}{NBSP}{clock}"


def data_as_of(at: dt.datetime | None) -> str:
    """Return «Данные на 14.11.2026 06:00», or that nothing has been loaded."""
    if at is None or missing(at):
        return _("No data have been loaded")
    return _("Data as of {moment}").format(moment=moment(at))


def keys(n: int) -> str:
    """Return «1 ключ», «2 ключа», «5 ключей»."""
    return _counted(ngettext("{n} key", "{n} keys", n), n)


def deliveries(n: int) -> str:
    """Return «1 сдача», «2 сдачи», «5 сдач»."""
    return _counted(ngettext("{n} delivery", "{n} deliveries", n), n)


def partners(n: int) -> str:
    """Return «1 партнёр», «2 партнёра», «5 партнёров»."""
    return _counted(ngettext("{n} partner", "{n} partners", n), n)


def answers(n: int) -> str:
    """Return «1 ответ», «2 ответа», «5 ответов»."""
    return _counted(ngettext("{n} answer", "{n} answers", n), n)


def projects(n: int) -> str:
    """Return «1 проект», «2 проекта», «5 проектов»."""
    return _counted(ngettext("{n} project", "{n} projects", n), n)


def points(n: int) -> str:
    """Return «1 балл», «2 балла», «5 баллов»."""
    return _counted(ngettext("{n} point", "{n} points", n), n)


def days(n: float) -> str:
    """Return «1 день», «2 дня», «5 дней», «12,5 дня»."""
    whole = n == int(n)
    # A fraction takes the form of two in both languages.
    form = ngettext("{n} day", "{n} days", int(n) if whole else 2)
    return form.format(n=number(n, 0 if whole else 1)).replace(" ", NBSP)


def months(n: int) -> str:
    """Return «1 месяц», «2 месяца», «5 месяцев»."""
    return _counted(ngettext("{n} month", "{n} months", n), n)


def years(n: int) -> str:
    """Return «1 год», «2 года», «5 лет»."""
    return _counted(ngettext("{n} year", "{n} years", n), n)


def _counted(form: str, n: int) -> str:
    return form.format(n=number(n)).replace(" ", NBSP)


def span(low: int, high: int) -> str:
    """Return «3–4», or «3» when both ends agree."""
    return number(low) if low == high else f"{number(low)}{EN_DASH}{number(high)}"


def short_of(needed: int, needed_worst: int | None = None) -> str:
    """Return «не хватает 2 сдач», or «не хватает 3–4 сдач» while activations are pending."""
    worst = needed if needed_worst is None else needed_worst
    form = ngettext("short by {n} delivery", "short by {n} deliveries", worst)
    return form.replace("{n} ", "{n}" + NBSP).format(n=span(needed, worst))


def reserve(spare: int) -> str:
    """Return «запас +3», «запас 0»."""
    return _("reserve {n}").format(n=signed(spare)).replace(" ", NBSP)


def distance(spare: int, needed: int, needed_worst: int) -> str:
    """Return the distance from the threshold in keys: a reserve, or what is missing.

    A reserve that pending activations could eat is said too: «запас +1, с активациями не
    хватает 1 сдачи».
    """
    if needed > 0:
        return short_of(needed, needed_worst)
    if needed_worst > 0:
        return _("{reserve}, after activations {short}").format(
            reserve=reserve(spare), short=short_of(needed_worst)
        )
    return reserve(spare)


def listed(items: Iterable[str]) -> str:
    """Return «А, Б и В»: names or reasons in a sentence."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])


def disputed_decisions(differing: int, otherwise: int) -> str:
    """Return how many stored decisions differ from today's records, and how many in the decision.

    «1 770 сохранённых решений с другими числами, из них 290 с другим решением».
    """
    if not differing:
        return _("Today's records repeat every stored decision")
    return ngettext(
        "{n} stored decision differs from today's records in its counts, {otherwise} of them in "
        "the decision",
        "{n} stored decisions differ from today's records in their counts, {otherwise} of them in "
        "the decision",
        differing,
    ).format(n=number(differing), otherwise=number(otherwise))


def plotly_separators() -> str:
    """Return plotly's decimal and thousands signs for the current language."""
    return f",{NBSP}" if current_language() == "ru" else ".,"


def month_ticks(first: dt.date, last: dt.date, most: int = 6) -> tuple[list[dt.date], list[str]]:
    """Return at most ``most`` 1sts of months from ``first`` to ``last``, and how to write them.

    Plotly would write English months. The year stands on the first tick and on each January (or
    on the first tick of a year).

    Raises
    ------
    ValueError
        If ``last`` lies before ``first`` or no tick is allowed.
    """
    if last < first or most < 1:
        raise ValueError("ticks need a period that ends after it begins, and room for one")
    begin = month_start(first)
    months = (last.year - begin.year) * 12 + last.month - begin.month + 1
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, months) if -(-months // s) <= most)
    # Coarser ticks stand on calendar quarters, halves and years.
    offset = (-(begin.month - 1)) % step if step in (3, 6, 12) and months > step else 0
    ticks = [add_months(begin, i) for i in range(offset, months, step)]
    texts, year = [], None
    for tick in ticks:
        name = _in_pattern(tick, "short month")
        texts.append(name if tick.year == year else f"{name}<br>{tick.year}")
        year = tick.year
    return ticks, texts
