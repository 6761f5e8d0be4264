"""The journal: what is noted of a visit, who reads it, and that no page depends on it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import make_url

from components.recorder import recorder
from components.state import state_database
from program.settings import settings
from queries import audit as audit_queries
from queries.audit import Action, AuditEvent, JournalCut, journal, keep_events
from tests.menu import MENU
from tests.pages.visitor import headings, healthy, open_page, page_text
from tests.queries.states import locked

pytestmark = pytest.mark.usefixtures("own_state")


def event(*said: Any, **also: Any) -> AuditEvent:
    """An event of the demonstration, which these tests look at."""
    return AuditEvent(*said, **also, demonstration=True)


def events(**cut: Any) -> pd.DataFrame:
    assert recorder().settled(30)
    with state_database().reading(demonstration=True) as connection:
        return journal(connection, JournalCut(**cut), 1000)


def test_a_page_is_noted_once_however_often_it_is_drawn() -> None:
    app = open_page("threshold.py", region="RU-MOW")
    for _ in range(3):
        healthy(app.run())
    found = events()
    assert found["page"].tolist() == ["threshold"]
    (seen,) = found.to_dict("records")
    assert seen["action"] == "opened"
    assert seen["role"] == "admin"
    assert seen["language"] == "ru"
    assert "region=RU-MOW" in seen["filters"]
    assert "on=2026-12" in seen["filters"]


def test_a_change_of_the_address_is_noted() -> None:
    app = open_page("threshold.py")
    app.selectbox(key="filter_region").set_value("RU-MOW")
    healthy(app.run())
    healthy(app.switch_page("coverage.py").run())
    assert events()["page"].tolist() == ["coverage", "threshold", "threshold"]
    assert len(events(page="threshold")) == 2


def test_the_partner_asked_for_is_noted_also_when_it_is_not_shown() -> None:
    open_page("partner.py", role="manager", partner=1)
    open_page("partner.py", role="manager", partner=2)
    open_page("threshold.py", partner=3)
    assert sorted(events()["partner_id"].dropna().tolist()) == [1, 2]


def test_what_somebody_typed_into_the_address_is_not_noted() -> None:
    typed = "Anna +7 900 000-00-00"
    open_page("threshold.py", city=typed, region=typed, manager=typed, partner=typed)
    open_page("methodology.py", city=typed, survey=typed, partner=typed)
    open_page("partner.py", partner=typed)
    said = events().to_csv()
    assert "Anna" not in said
    assert "900" not in said


def test_a_file_is_noted_with_its_rows_each_time_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offered: dict[str, Callable[[], bytes]] = {}
    original = st.download_button

    def noted(*arguments: Any, data: Any, key: str, **named: Any) -> bool:
        offered[key] = data
        return original(*arguments, data=data, key=key, **named)

    monkeypatch.setattr(st, "download_button", noted)
    open_page("partners.py")
    key = next(key for key in offered if key.endswith("-csv"))
    lines = offered[key]().decode("utf-8-sig").strip().splitlines()
    offered[key]()
    found = events(action=Action.EXPORTED)
    assert found["exported_rows"].tolist() == [len(lines) - 1] * 2
    assert set(found["page"]) == {"partners"}


def test_the_journal_shows_events_in_words_and_filters_them() -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with state_database().writing(demonstration=True) as connection:
        keep_events(
            connection,
            [
                event("1", now, "gone@example.test", "leader", Action.OPENED, "home"),
                event(*("2", now, "local", "admin", Action.EXPORTED, "partners"), exported_rows=12),
                event(
                    *("3", now - dt.timedelta(days=90), "old@example.test"),
                    *("leader", Action.OPENED, "home"),
                ),
            ],
        )
    app = open_page("journal.py", language="en")
    shown = app.dataframe[0].value
    assert {"gone@example.test", "without sign-in"} <= set(shown["who"])
    assert "old@example.test" not in set(shown["who"])
    assert {"opened the page", "took a file"} <= set(shown["action"])
    assert "Catalogue" in set(shown["page"])
    app.selectbox(key="journal_person").set_value("gone@example.test")
    shown = healthy(app.run()).dataframe[0].value
    assert set(shown["who"]) == {"gone@example.test"}
    app.selectbox(key="journal_action").set_value("exported")
    assert "Nothing in the journal matches" in page_text(healthy(app.run()))


def test_access_is_shown_with_reasons_and_filtered() -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with state_database().writing(demonstration=True) as connection:
        keep_events(
            connection,
            [
                event("1", now, "eve@example.test", "", Action.REFUSED, "", reason=code)
                if code
                else event("2", now, "bob@example.test", "leader", Action.SIGNED_IN, "")
                for code in ("unknown_person", "")
            ],
        )
    app = open_page("journal.py", language="en")
    shown = app.dataframe[0].value
    assert {"signed in", "was refused"} <= set(shown["action"])
    assert "not in the staff list" in set(shown["reason"])
    app.selectbox(key="journal_action").set_value("refused")
    shown = healthy(app.run()).dataframe[0].value
    assert shown["who"].tolist() == ["eve@example.test"]


def test_a_page_of_another_role_is_noted_as_refused() -> None:
    app = open_page("data_checks.py", role="leader")
    healthy(app.run())
    (seen,) = events().to_dict("records")
    assert (seen["action"], seen["page"], seen["reason"], seen["role"]) == (
        *("refused", "data_checks", "page_of_another_role", "leader"),
    )


def test_old_events_are_forgotten_when_the_next_one_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUALITY_JOURNAL_DAYS", "10")
    monkeypatch.setattr(audit_queries, "FORGOTTEN_AT_ONCE", 2)
    settings.cache_clear()
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with state_database().writing(demonstration=True) as connection:
        keep_events(
            connection,
            [
                event(
                    *(str(age), now - dt.timedelta(days=age), "local", "admin"),
                    *(Action.OPENED, f"page-{age}"),
                )
                for age in (1, 9, 11, 12, 13, 14, 15)
            ],
        )
    open_page("home.py")
    assert recorder().settled(30)
    recorder().close(30)  # forgetting follows the writing
    assert events()["page"].tolist() == ["home", "page-1", "page-9"]


def test_hostile_codes_in_the_journal_are_shown_as_text() -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    hostile = "![](https://example.test/x) <script> :red[x]"
    with state_database().writing(demonstration=True) as connection:
        keep_events(connection, [event("1", now, hostile, "?", Action.OPENED, hostile, hostile)])
    app = open_page("journal.py", language="en")
    assert hostile in set(app.dataframe[0].value["who"])
    app.selectbox(key="journal_person").set_value(hostile)
    assert headings(healthy(app.run()))


@pytest.mark.parametrize("role", ["leader", "analyst", "manager"])
def test_the_journal_is_for_administrators(role: str) -> None:
    app = open_page("journal.py", language="en", role=role)
    assert headings(app) == ["This page is not for your role"]
    assert not app.dataframe


def test_a_forged_filter_of_the_journal_breaks_nothing() -> None:
    app = open_page("journal.py", language="en")
    for key in ("journal_person", "journal_page", "journal_action"):
        app.session_state[key] = "forged"
    assert headings(healthy(app.run()))


@pytest.mark.parametrize("page", MENU, ids=lambda page: page.path)
def test_every_page_opens_while_the_state_database_cannot_be_used(
    page: Any, own_state: Path
) -> None:
    own_state.write_bytes(b"this is no database" * 1000)
    app = open_page(page.script, language="en")
    assert headings(app)
    assert not recorder().settled(30)
    text = page_text(healthy(app.run()))
    assert "The journal is not being written: the database of notes does not answer" in text


def test_a_locked_journal_is_said_and_complete_afterwards(own_state: Path) -> None:
    open_page("home.py", language="en")
    assert len(events()) == 1
    with locked(own_state):
        app = open_page("coverage.py", language="en")
        assert not recorder().settled(30)
        text = page_text(healthy(app.run()))
        assert "The journal is not being written: the database of notes is busy" in text
    recorder().close(30)
    open_page("partners.py", language="en")
    assert events()["page"].tolist() == ["partners", "coverage", "home"]
    assert "journal is not being written" not in page_text(healthy(app.run()))


def test_nothing_is_written_into_the_program_database(own_state: Path) -> None:
    open_page("home.py")
    assert len(events()) == 1
    with sqlite3.connect(own_state) as connection:
        assert connection.execute("SELECT count(*) FROM audit_event").fetchone() == (1,)
    assert make_url(settings().database_url).database != str(own_state)
