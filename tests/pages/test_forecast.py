"""The forecast on screen: after the exact part, in per cent only where it is proven."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection
from streamlit.testing.v1 import AppTest

from components import forecast as forecasting
from components.forecast import Forecast, forecast_now
from components.outlook import coming_evaluations
from metrics.coverage import deliveries_needed_worst
from metrics.forecast import Settled
from program.rules import DECK_RULES
from queries.scope import EVERYTHING, Scope, Sight
from tests.databases import TODAY, changed_copy, connected
from tests.jobs.test_replaying import NOTHING_MOVES
from tests.pages.visitor import open_page, page_text

COMING = coming_evaluations(TODAY, DECK_RULES)
PER_CENT = re.compile(r"\d\s?%")


@pytest.fixture(scope="session")
def still_file(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Path:
    """The demonstration of a programme in which today's state always stays."""
    return changed_copy(demo_file, tmp_path_factory.mktemp("still") / "p.duckdb", *NOTHING_MOVES)


def forecast_table(app: AppTest) -> pd.DataFrame:
    return next(table.value for table in app.dataframe if "chance_0" in table.value)


def said(app: AppTest) -> set[str]:
    table = forecast_table(app)
    return {*table["chance_0"], *table["chance_1"]}


@pytest.mark.usefixtures("on_demo")
def test_a_proven_forecast_is_shown_in_per_cent_after_the_exact_table() -> None:
    app = open_page("threshold.py", language="en")
    assert any(PER_CENT.search(words) for words in said(app))
    tables = [list(table.value.columns) for table in app.dataframe]
    exact = next(i for i, columns in enumerate(tables) if "outlook_0" in columns)
    chances = next(i for i, columns in enumerate(tables) if "chance_0" in columns)
    assert exact < chances
    assert "will hold" in page_text(app)


@pytest.mark.parametrize("group", ["will_lose", "can_gain", "near", "in_reserve", "no_base"])
def test_without_a_proven_gain_bands_stand_instead_of_per_cent(
    point_at: Callable[[Path], None], still_file: Path, group: str
) -> None:
    point_at(still_file)
    app = open_page("threshold.py", language="en", group=group)
    assert "No gain is proven" in page_text(app)
    if not any("chance_0" in table.value for table in app.dataframe):
        assert group == "will_lose"  # where nothing moves, nobody loses
        return
    words = said(app)
    assert not any(PER_CENT.search(text) for text in words)
    known = ("will keep", "will gain", "out of reach", "no base", "open: ")
    assert all(text.startswith(known) for text in words)


def test_the_card_shows_no_per_cent_of_chance_without_a_proven_gain(
    point_at: Callable[[Path], None], still_file: Path
) -> None:
    point_at(still_file)
    app = open_page("partner.py", language="en", partner=open_partner(still_file))
    sentence = next(line for line in page_text(app).splitlines() if line.startswith("Outlook —"))
    assert not PER_CENT.search(sentence)


def open_partner(path: Path) -> int:
    rows = forecast_of(path).rows
    return int(rows[rows["settled"] == Settled.OPEN.value]["partner_id"].iloc[0])


def forecast_of(path: Path, scope: Scope = EVERYTHING) -> Forecast:
    """The forecast without the dashboard's memory."""
    with connected(path) as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr(forecasting, "ask", asking(connection))
        return forecast_now(scope, COMING, TODAY, DECK_RULES)


def asking(connection: Connection) -> Callable[..., object]:
    return lambda query, scope, *arguments: query(connection, scope, *arguments)


@pytest.mark.usefixtures("on_demo")
def test_the_card_says_the_rule_first_and_the_chance_second(oracle_file: Path) -> None:
    app = open_page("partner.py", language="en", partner=open_partner(oracle_file))
    text = page_text(app)
    chance = next(line for line in text.splitlines() if line.startswith("Chance to hold —"))
    assert text.index("competence on 1 December 2026") < text.index(chance)


@pytest.mark.usefixtures("on_demo")
def test_as_many_keys_are_listed_as_the_rule_asks_for(oracle_file: Path) -> None:
    app = open_page("threshold.py", language="en")
    calls = next(table.value for table in app.dataframe if "last_day" in table.value)
    nearest = calls[(calls["last_day"] == "2026-11-30") & ~calls["if_activated"].eq("yes")]
    listed = nearest.groupby("name").size()
    rows = forecast_of(oracle_file).rows.query("evaluation == 0")
    with connected(oracle_file) as connection:
        names = pd.read_sql("SELECT id AS partner_id, name FROM partner", connection)
    needed = rows.merge(names, on="partner_id").set_index("name")["needed"]
    assert len(listed) > 5
    assert listed.tolist() == needed.loc[listed.index].tolist()


@pytest.mark.usefixtures("on_demo")
def test_a_decided_evaluation_has_no_forecast() -> None:
    app = open_page("threshold.py", language="en", on="2026-10")
    assert not any("chance_0" in table.value for table in app.dataframe)


@pytest.mark.usefixtures("on_demo")
@pytest.mark.parametrize("language", ["ru", "en"])
def test_methodology_tells_how_good_the_forecast_has_been(language: str) -> None:
    app = open_page("methodology.py", language=language)
    scores = next(table.value for table in app.dataframe if "baseline" in table.value)
    assert scores["days"].tolist() == [15, 45]
    brier, baseline = (
        scores[name].str.replace(",", ".").astype(float) for name in ("brier", "baseline")
    )
    assert (brier < baseline).all()


def test_methodology_of_an_empty_programme_says_there_is_nothing_to_replay(
    point_at: Callable[[Path], None], empty_file: Path
) -> None:
    point_at(empty_file)
    assert "too few past evaluations" in page_text(open_page("methodology.py", language="en"))


def test_the_forecast_never_contradicts_the_rule(demo_file: Path) -> None:
    rows = forecast_of(demo_file).rows
    worst = deliveries_needed_worst(
        rows["base"].to_numpy(), rows["delivered"].to_numpy(), rows["pending_activation"].to_numpy()
    )
    sure = (rows["base"] > 0) & (worst == 0)
    never = rows["base"] + rows["pending_activation"] == 0
    assert (rows.loc[sure, "chance"] == 1).all()
    assert (rows.loc[sure, "band"] == "holds").all()
    assert (rows.loc[never, "chance"] == 0).all()
    assert rows.loc[~sure & ~never, "chance"].between(0, 1, inclusive="neither").all()


def test_a_chance_does_not_depend_on_who_asks(demo_file: Path) -> None:
    everybody = forecast_of(demo_file).rows.set_index(["partner_id", "evaluation"])["chance"]
    rows = forecast_of(demo_file, Scope(Sight.PORTFOLIO, manager_of(demo_file))).rows
    own = rows.set_index(["partner_id", "evaluation"])["chance"]
    assert 0 < len(own) < len(everybody)
    assert np.allclose(own, everybody.loc[own.index])


@pytest.mark.usefixtures("on_demo")
def test_a_chance_does_not_depend_on_the_cut() -> None:
    def chances(**cut: str) -> dict[str, tuple[str, str]]:
        table = forecast_table(open_page("threshold.py", language="en", **cut))
        return {row.name_: (row.chance_0, row.chance_1) for row in renamed(table).itertuples()}

    everybody = chances()
    cut = chances(tier="gold")
    both = everybody.keys() & cut.keys()
    assert both
    assert {name: cut[name] for name in both} == {name: everybody[name] for name in both}


def renamed(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns={"name": "name_"})


def test_only_partners_of_the_scope_are_told_of(demo_file: Path) -> None:
    found = forecast_of(demo_file, Scope(Sight.PORTFOLIO, manager_of(demo_file)))
    everybody = forecast_of(demo_file).rows["partner_id"]
    foreign = sorted(set(everybody) - set(found.rows["partner_id"]))
    with pytest.raises(KeyError):
        found.among(foreign[:1], 0)
    own = found.rows["partner_id"].iloc[[2, 0]].tolist()
    assert found.among(own, 1)["partner_id"].tolist() == own
    assert (found.among(own, 1)["evaluation"] == 1).all()


def manager_of(path: Path) -> str:
    with connected(path) as connection:
        return str(connection.exec_driver_sql("SELECT min(manager_email) FROM partner").scalar())


def test_number_of_holders_lies_in_its_interval_and_holds_what_is_certain(
    demo_file: Path,
) -> None:
    found = forecast_of(demo_file)
    for place in range(len(COMING)):
        own = found.rows[found.rows["evaluation"] == place]
        partners = own["partner_id"].tolist()
        expected, low, high = found.holders(place, partners)
        assert (own["chance"] == 1).sum() <= low < expected < high <= (own["chance"] > 0).sum()
        assert found.holders(place, []) == (0, 0, 0)
