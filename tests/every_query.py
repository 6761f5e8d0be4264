"""Calls of every query of the program database, found by themselves: nobody lists them.

A query is a public function of ``queries/`` that takes a connection and a scope. What its other
parameters get is told by their names and types alone, so a new query is called from the day it is
written, and one with a parameter that nothing is known of fails loudly.
"""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import EnumType
from typing import Any, get_args, get_type_hints

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

import queries
from metrics.lag_curve import LagCurve
from program import schema
from program.calendar import add_months, last_evaluation
from program.period import Period
from program.rules import DECK_RULES, ProgramRules
from queries.answers import Segments
from queries.data_checks import CHECKS
from queries.facts import RECOMMEND_PARTNER
from queries.filters import NO_FILTERS, BaseSize, Filters
from queries.peers import Measured
from queries.scope import EVERYTHING, Scope, Sight
from queries.survey import Dimension

Query = Callable[..., Any]


def every_query() -> list[Query]:
    """Return every query, by module and name."""
    found = []
    for module_info in pkgutil.iter_modules(queries.__path__):
        module = importlib.import_module(f"queries.{module_info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and {"connection", "scope"} <= set(inspect.signature(function).parameters):
                found.append(function)
    return found


@dataclass(frozen=True)
class Asked:
    """What there is to ask about: a day, and one partner of the content with its whereabouts."""

    today: dt.date
    evaluations: Sequence[dt.date]
    partner_id: int
    manager: str
    region: str
    city_id: int
    tier: str

    @classmethod
    def about(cls, connection: Connection, today: dt.date, evaluations: Sequence[dt.date]) -> Asked:
        """Ask about the first partner who delivered anything, or simply the first."""
        partner, city = schema.partner, schema.city
        delivered = func.count(schema.delivery.c.id)
        row = connection.execute(
            select(
                partner.c.id, partner.c.manager_email, city.c.region_code, city.c.id, partner.c.tier
            )
            .join(city, city.c.id == partner.c.city_id)
            .outerjoin(schema.delivery, schema.delivery.c.partner_id == partner.c.id)
            .group_by(*partner.columns, *city.columns)
            .order_by(delivered.desc(), partner.c.id)
        ).first()
        assert row is not None
        return cls(today, evaluations, *row)

    def turns(self, query: Query, most: int) -> int:
        """Return how many turns to ask in: each data check has rows of its own."""
        asks_for_a_check = "code" in inspect.signature(query).parameters
        return len(CHECKS) if asks_for_a_check else most

    def arguments(self, query: Query, turn: int) -> dict[str, Any]:
        """Return one choice of arguments; successive turns go through what may be chosen."""
        hints = get_type_hints(query)
        names = [name for name in inspect.signature(query).parameters if name != "connection"]
        return {name: self._value(name, hints[name], turn) for name in names}

    def _value(self, name: str, hint: Any, turn: int) -> Any:
        choices = self._by_name().get(name) or self._by_type().get(hint)
        if choices is None:
            kinds = [kind for kind in (hint, *get_args(hint)) if kind is not type(None)]
            kind = next((k for k in kinds if isinstance(k, EnumType) or is_dataclass(k)), None)
            if isinstance(kind, EnumType):
                choices = [*kind, None] if type(None) in get_args(hint) else list(kind)
            elif kind is not None:
                types = get_type_hints(kind)
                built = {f.name: self._value(f.name, types[f.name], turn) for f in fields(kind)}
                choices = [kind(**built)]
            else:
                raise LookupError(f"say in {__name__} what a query's «{name}: {hint}» may be")
        return choices[turn % len(choices)]

    def _by_name(self) -> dict[str, list[Any]]:
        year_ago = self.today - dt.timedelta(days=365)
        half_ago = self.today - dt.timedelta(days=180)
        return {
            "today": [self.today],
            "as_of": [self.today],
            "until": [self.today],
            "evaluated_on": list(self.evaluations),
            "decided_on": [last_evaluation(self.today)],
            "evaluations": [list(self.evaluations), list(self.evaluations[:1])],
            "coming": [[add_months(last_evaluation(self.today), n) for n in (1, 2)]],
            "months": [list(self.evaluations)],
            "before": [self.evaluations[0], half_ago],
            "first": [year_ago],
            "since": [year_ago, half_ago],
            "bought_since": [year_ago, dt.date(2000, 1, 1)],
            "partner_id": [self.partner_id],
            "partner_ids": [[self.partner_id], [self.partner_id, -1], []],
            "region_code": [self.region],
            "emails": [(self.manager, "nobody@example.test")],
            "codes": [("goals", RECOMMEND_PARTNER)],
            "versions": [(1,), (1, 2)],
            "highest": [2, 4],
            "number": [0, 1],
            "scan": [None, 0],
            "size": [3, 20],
            "limit": [5, 500],
            "days": [30, 180],
            "question": [RECOMMEND_PARTNER],
            "most": [None, 3],
            "most_partners": [None, 1],
            "outcome": [RECOMMEND_PARTNER],
            "stored": [True, False],
            "prior": [(1, 1)],
            "code": [check.code for check in CHECKS],
        }

    def _by_type(self) -> dict[Any, list[Any]]:
        half_ago = self.today - dt.timedelta(days=180)
        period = Period(half_ago, self.today)
        lately = {"survey_from": half_ago, "survey_to": self.today}
        life = np.linspace(0.99, 0.2, 400)
        return {
            Scope: [EVERYTHING, EVERYTHING, Scope(Sight.PORTFOLIO, self.manager), Scope()],
            Filters: [
                NO_FILTERS,
                Filters(tier=self.tier, **lately),
                Filters(size=BaseSize.FEW, region=self.region),
                Filters(manager_email=self.manager, city_id=self.city_id, **lately),
                Filters(size=BaseSize.MANY, country="RU"),
            ],
            Period: [period],
            Period | None: [period.previous(), None],
            ProgramRules: [DECK_RULES, ProgramRules(counted_kinds=("commercial", "nfr"))],
            Segments: [
                Segments(Dimension.REGION, self.region),
                Segments(
                    Dimension.TIER, self.tier, "business" if self.tier != "business" else "gold"
                ),
                Segments(Dimension.SIZE, BaseSize.FEW.value),
                Segments(Dimension.EDITION, "start", "business"),
                Segments(Dimension.MANAGER, self.manager),
            ],
            LagCurve: [LagCurve(np.arange(400, 0, -1), np.ones(400, dtype=np.int64), life)],
            Measured: [Measured(RECOMMEND_PARTNER)],
        }


def same(left: Any, right: Any, *, ordered: bool) -> None:
    """Compare two answers of a query, frame for frame where they are frames."""
    if isinstance(left, pd.DataFrame):
        if not ordered and isinstance(left.index, pd.RangeIndex):
            left, right = (f.sort_values(list(f), ignore_index=True) for f in (left, right))
        pd.testing.assert_frame_equal(left, right, check_exact=False, rtol=1e-9)
    elif isinstance(left, dict):
        assert list(left) == list(right)
        for key, value in left.items():
            same(value, right[key], ordered=ordered)
    elif is_dataclass(left) and not isinstance(left, type):
        assert type(left) is type(right)
        for part in fields(left):
            same(getattr(left, part.name), getattr(right, part.name), ordered=ordered)
    elif isinstance(left, np.ndarray):
        np.testing.assert_array_equal(left, right)
    else:
        assert left == right
