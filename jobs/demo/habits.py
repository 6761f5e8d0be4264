"""How partners deliver: adoption, habit, pace, and the rush before the 1st of a month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.demo.keys import Keys
from jobs.demo.partners import Partners
from jobs.demo.recipe import (
    NEVER,
    Days,
    Flags,
    Floats,
    Ints,
    Recipe,
    day_number,
    stratified_uniforms,
)
from program.calendar import evaluations_between, next_evaluation
from program.rules import DECK_RULES, KEY_KINDS

#: Quantiles of the coverage a partner settles at; the flat stretch is «parked around 50 %».
_HABIT_SHARES = (0.0, 0.06, 0.14, 0.22, 0.32, 0.46, 0.60, 0.72, 0.85, 1.0)
_HABIT_LEVELS = (0.04, 0.16, 0.34, 0.48, 0.54, 0.575, 0.61, 0.70, 0.87, 0.98)
#: Share of partners already delivering when the history begins, and by the end of it.
_ADOPTED_AT_START, _ADOPTED_AT_END = 0.33, 0.99
_DRIFT, _DRIFT_PERSISTENCE = 0.40, 0.94
#: A slump: chance to begin in a month, months that it lasts, loss in log-odds.
_SLUMP_CHANCE, _SLUMP_MONTHS, _SLUMP_DEPTH = 0.017, 7, 2.0
_PACE_SHAPE = 2.0
_COUNTED = tuple(KEY_KINDS.index(kind) for kind in DECK_RULES.counted_kinds)
_RUSH_REACH_DAYS = 75


@dataclass(frozen=True, slots=True)
class Habits:
    """Lasting habits of partners: log-odds by month, days scale, first month, rushing."""

    log_odds: Floats
    pace: Floats
    adopted: Days
    rushes: Flags


def draw_habits(recipe: Recipe, partners: Partners) -> Habits:
    """Return habits that persist for years and drift slowly, so that the past tells the future."""
    rng = recipe.rng("habits")
    n, months = len(partners), len(recipe.months)
    level = np.interp(stratified_uniforms(rng, partners.by_size, 20), _HABIT_SHARES, _HABIT_LEVELS)
    pace = np.exp(rng.normal(np.log(33), 0.45, n))
    eventual = np.clip(level / _delivered_share_inside_window(pace), 0.01, 0.985)
    drift = rng.normal(0, _DRIFT, (n, months))
    for month in range(1, months):
        drift[:, month] *= np.sqrt(1 - _DRIFT_PERSISTENCE**2)
        drift[:, month] += _DRIFT_PERSISTENCE * drift[:, month - 1]
    begun = np.cumsum(rng.random((n, months)) < _SLUMP_CHANCE, axis=1)
    over = np.pad(begun, ((0, 0), (_SLUMP_MONTHS, 0)))[:, :months]
    slump = _SLUMP_DEPTH * (begun > over)
    return Habits(
        log_odds=np.log(eventual / (1 - eventual))[:, None] + drift - slump,
        pace=pace,
        adopted=_adoption_days(rng, recipe, partners),
        rushes=stratified_uniforms(rng, partners.by_size, 10) < 0.3,
    )


def plan_first_deliveries(
    recipe: Recipe, keys: Keys, habits: Habits, rng: np.random.Generator
) -> Days:
    """Return the day of each key's first accepted delivery by its own partner, or ``NEVER``.

    Days may lie after the recipe's day: they are needed to know what a partner in a hurry can
    bring forward, and are cut off later.
    """
    month = recipe.month_index(keys.purchased)
    odds = habits.log_odds[keys.partner, month]
    chance = 1 / (1 + np.exp(-odds))
    started = (keys.activated - habits.adopted[keys.partner]) / 120
    chance *= np.clip(started, 0, 1)  # four months until the habit has settled
    chance *= np.where(np.isin(keys.kind, _COUNTED), 1.0, 0.2)
    lag = 6 + rng.gamma(_PACE_SHAPE, habits.pace[keys.partner])
    delivered = (rng.random(len(keys)) < chance) & (keys.activated < NEVER)
    days = np.where(delivered, keys.activated + np.floor(lag), NEVER).astype(np.int32)
    for evaluated_on in evaluations_between(recipe.evaluations[0], next_evaluation(recipe.today)):
        _rush(recipe, keys, habits, days, day_number(evaluated_on), rng)
    return days


def window_slice(keys: Keys, evaluated_on: int) -> slice:
    """Return the keys, sorted by purchase, whose purchase the evaluation looks at."""
    first = np.datetime64(evaluated_on, "D").astype(object)
    window = DECK_RULES.window(first)
    edges = np.searchsorted(keys.purchased, [day_number(window.start), day_number(window.end)])
    return slice(int(edges[0]), int(edges[1]))


def counts_in_base(keys: Keys, part: slice, evaluated_on: int) -> Flags:
    """Return which of the window's keys are of a counted kind and activated in time."""
    return np.isin(keys.kind[part], _COUNTED) & (keys.activated[part] < evaluated_on)


def _rush(
    recipe: Recipe,
    keys: Keys,
    habits: Habits,
    days: Days,
    evaluated_on: int,
    rng: np.random.Generator,
) -> None:
    """Bring deliveries forward to the last days before ``evaluated_on`` where few are missing."""
    part = window_slice(keys, evaluated_on)
    partner, planned = keys.partner[part], days[part]
    base = counts_in_base(keys, part, evaluated_on)
    size = recipe.scale.partners
    total = np.bincount(partner[base], minlength=size)
    done = np.bincount(partner[base & (planned < evaluated_on)], minlength=size)
    missing = -(-total // 2) - done
    hurried = habits.rushes & (missing >= 1) & (missing <= 3) & (rng.random(size) < 0.6)
    movable = base & hurried[partner] & (planned >= evaluated_on)
    movable &= keys.activated[part] < evaluated_on - 12
    nearly_done = planned < evaluated_on + _RUSH_REACH_DAYS
    movable &= nearly_done | (rng.random(len(planned)) < 0.15)
    candidates = np.flatnonzero(movable)
    rank = _rank_within(partner[candidates], planned[candidates])
    moved = candidates[rank < missing[partner[candidates]]] + part.start
    days[moved] = evaluated_on - 1 - rng.integers(0, 5, len(moved))


def _rank_within(group: Ints, value: Days) -> Ints:
    """Return each row's place, from 0, inside its group by ascending value."""
    order = np.lexsort((value, group))
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(order) else order
    first = np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - first
    return rank


def _delivered_share_inside_window(pace: Floats) -> Floats:
    """Return which share of all it will ever deliver a partner has delivered by the decision.

    Keys of a window are two to fourteen months old then; the gamma distribution of shape 2 has a
    closed form.
    """
    ages = np.arange(2.5, 14) * 30.4 - 22  # less what activation and the shortest project take
    x = ages[None, :] / pace[:, None]
    share: Floats = (1 - np.exp(-x) * (1 + x)).mean(axis=1)
    return share


def _adoption_days(rng: np.random.Generator, recipe: Recipe, partners: Partners) -> Days:
    """Return the day from which a partner delivers; some never begin."""
    u = stratified_uniforms(rng, partners.by_size, 25)
    begin, end = int(recipe.months[0]), recipe.today_number
    share = (u - _ADOPTED_AT_START) / (_ADOPTED_AT_END - _ADOPTED_AT_START)
    day = np.where(share < 0, begin - 400, begin + share * (end - begin))
    day = np.where(share > 1, NEVER, np.maximum(day, partners.joined))
    return day.astype(np.int32)
