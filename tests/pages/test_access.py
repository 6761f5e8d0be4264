"""Who is let in: what the provider says, what the staff list says, and nothing asked before."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import this_machine
from components.access import DEMONSTRATION_ROLE, Reason, Refused, session_id_of
from components.readiness import problem
from components.recorder import recorder
from components.signed_out import signed_out_sessions
from components.state import state_database
from program.roles import Role
from queries.audit import JournalCut, journal
from queries.notes import NoteContent, NoteStatus, NoteWrite, write_note
from tests.databases import changed_copy, connected
from tests.pages.conftest import begin_anew
from tests.pages.statements import statements_sent
from tests.pages.visitor import headings, healthy, open_page, page_text
from tests.queries.states import fill, locked, make_room

PLEASE_SIGN_IN = "Sign in with your work account"
NO_ACCESS = "You have no access yet"
OWN_DATA = "UPDATE load_batch SET source = 'load'"


@pytest.fixture(scope="module")
def loaded_file(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records that do not say that they are a demonstration."""
    return changed_copy(demo_file, tmp_path_factory.mktemp("own") / "program.duckdb", OWN_DATA)


@pytest.fixture
def own_file(loaded_file: Path, tmp_path: Path) -> Path:
    """A name of the test's own for these records, which it may put other records under."""
    own = tmp_path / "own.duckdb"
    own.hardlink_to(loaded_file)
    return own


@pytest.fixture
def team(
    point_at: Callable[[Path], None],
    own_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A dashboard of a team, with sign-in; returns its database."""
    for name, value in {
        "OIDC_METADATA_URL": "https://id.example.test/.well-known/openid-configuration",
        "OIDC_CLIENT_ID": "dashboard",
        "OIDC_CLIENT_SECRET": "of the client",
        "OIDC_REDIRECT_URI": "https://quality.example.test/oauth2callback",
        "COOKIE_SECRET": "x" * 40,
        "SIGNED_OUT_FILE": str(tmp_path / "signed-out.txt"),
    }.items():
        monkeypatch.setenv(f"QUALITY_{name}", value)
    point_at(own_file)
    return own_file


def claims(**changes: Any) -> dict[str, Any]:
    """What a provider says of a leader who has just signed in; ``None`` leaves a claim out."""
    said = {
        "is_logged_in": True,
        "iss": "https://id.example.test",
        "sub": "1",
        "nonce": "n",
        "iat": int(time.time()),
        "email": "leader01@example.test",
        "email_verified": True,
    } | changes
    return {name: value for name, value in said.items() if value is not None}


def visit(user: dict[str, Any], script: str = "partners.py", **address: object) -> AppTest:
    """Open a page as somebody of whom the provider says ``user``."""
    return open_page(script, language="en", user=user, **address)


def has_role_switch(app: AppTest) -> bool:
    return any(field.key == DEMONSTRATION_ROLE for field in app.selectbox)


def nothing_of_the_programme(app: AppTest) -> bool:
    return not (app.metric or app.dataframe or app.get("plotly_chart") or app.selectbox)


@pytest.mark.usefixtures("team")
def test_somebody_of_the_staff_is_let_in() -> None:
    app = visit(claims())
    assert app.dataframe
    assert any("Руководитель 01" in text.value for text in app.sidebar.markdown)


@pytest.mark.usefixtures("team", "nothing_kept")
@pytest.mark.parametrize(
    "user",
    [
        {},
        {"is_logged_in": False},
        {"email": "leader01@example.test", "email_verified": True},
        claims(is_logged_in="true"),
        claims(is_logged_in=None),
        claims(iat=None),
        claims(iat="2026-11-23"),
        claims(iat=True),
    ],
)
def test_who_is_not_signed_in_causes_no_question_at_all(user: dict[str, Any]) -> None:
    with statements_sent("duckdb") as sent:
        app = visit(user)
    assert PLEASE_SIGN_IN in page_text(app)
    assert nothing_of_the_programme(app)
    assert sent == []


@pytest.mark.usefixtures("team", "nothing_kept")
@pytest.mark.parametrize(
    "email",
    [
        "stranger@example.test",
        "leader01@example.test.evil.test",
        "%",
        "leader0_@example.test",
        "' OR 1=1 --",
        "LEADER01@EXAMPLE.TEST\n",
        "leader01@example.test, admin@example.test",
        "l" * 10_000,
    ],
)
def test_who_is_not_in_the_staff_list_causes_the_one_question_about_it(email: str) -> None:
    with statements_sent("duckdb") as sent:  # the journal, of another kind, hears of it
        app = visit(claims(email=email))
    if email.strip().lower() == "leader01@example.test":  # white space around an address is none
        assert app.dataframe
        return
    assert headings(app) == [NO_ACCESS]
    assert nothing_of_the_programme(app)
    assert len(sent) == 1
    assert " staff " in sent[0].text.replace("\n", " ")


@pytest.mark.usefixtures("team", "nothing_kept")
def test_a_page_with_fragments_asks_the_staff_list_once() -> None:
    with statements_sent("duckdb") as sent:
        app = visit(claims(), "threshold.py")
    assert "## Forecast" in page_text(app)
    assert len([each for each in sent if "FROM staff" in each.text]) == 1


@pytest.mark.parametrize(("verified", "let_in"), [(True, True), ("true", True), ("True", True)])
@pytest.mark.usefixtures("team")
def test_a_verified_address_is_believed(verified: object, let_in: bool) -> None:
    assert bool(visit(claims(email_verified=verified)).dataframe) is let_in


@pytest.mark.usefixtures("team", "nothing_kept")
@pytest.mark.parametrize("verified", [False, None, "false", "", 1, "yes", [True]], ids=repr)
def test_an_address_that_is_not_verified_is_nobodys(verified: object) -> None:
    with statements_sent("duckdb") as sent:
        app = visit(claims(email_verified=verified))
    assert headings(app) == [NO_ACCESS]
    assert sent == []


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize(
    ("verified", "let_in"),
    [(None, True), (True, True), ("true", True), (False, False), ("false", False), ("", False)],
)
def test_a_provider_that_vouches_for_its_addresses_is_believed_where_it_says_nothing_else(
    verified: object, let_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUALITY_OIDC_EMAIL_ALWAYS_VERIFIED", "true")
    begin_anew()
    assert bool(visit(claims(email_verified=verified)).dataframe) is let_in
    assert headings(visit(claims(email=None))) == [NO_ACCESS]


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize(
    ("age", "let_in"),
    [(0, True), (7.9 * 3600, True), (8 * 3600, False), (9e9, False), (-200, True), (-900, False)],
)
def test_a_session_lasts_eight_hours(age: float, let_in: bool) -> None:
    app = visit(claims(iat=time.time() - age))
    assert bool(app.dataframe) is let_in
    assert ("A session lasts 8 h" in page_text(app)) is not let_in


@pytest.mark.usefixtures("team")
def test_a_session_ends_in_the_middle_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    app = visit(claims())
    assert app.dataframe
    later = time.time() + 8 * 3600 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert nothing_of_the_programme(healthy(app.run()))


@pytest.mark.usefixtures("team")
def test_signing_out_ends_this_session_and_no_other() -> None:
    user, elsewhere = claims(nonce="here"), claims(nonce="elsewhere")
    app = visit(user)
    app.button(key="sign_out").click().run()
    assert nothing_of_the_programme(app)
    assert session_id_of(user) in signed_out_sessions()
    again = visit(user)
    assert "You have signed out of this session" in page_text(again)
    assert nothing_of_the_programme(again)
    assert visit(elsewhere).dataframe
    begin_anew()  # a restart
    assert "You have signed out" in page_text(visit(user))


@pytest.mark.usefixtures("team")
def test_a_sign_out_that_may_not_last_is_told_in_words() -> None:
    app = visit({}, sign_in="not_for_good")
    assert PLEASE_SIGN_IN in page_text(app)
    assert any("the server could not write that down" in text.value for text in app.warning)


def noted() -> list[tuple[str, str, str, str]]:
    """What the journal says of access, the oldest first."""
    assert recorder().settled(30)
    with state_database().reading(demonstration=False) as connection:
        found = journal(connection, JournalCut(), 100)
    access = found[~found["action"].isin(["opened", "exported"])][::-1]
    return [tuple(row) for row in access[["person", "action", "role", "reason"]].to_numpy()]


@pytest.fixture
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal of the test's own; named before the dashboard is pointed anywhere."""
    path = tmp_path / "journal" / "state.sqlite"
    monkeypatch.setenv("QUALITY_STATE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("QUALITY_STATE_TIMEOUT_SECONDS", "0.3")
    monkeypatch.setenv("QUALITY_STATE_POOL_SIZE", "1")
    return path


@pytest.mark.usefixtures("own_state", "team")
def test_who_comes_leaves_and_is_refused_stands_in_the_journal_once() -> None:
    user = claims()
    for _tab in range(2):
        app = visit(user)
        healthy(app.run())
    app.button(key="sign_out").click().run()
    for said in (user, claims(email="stranger@example.test"), claims(email_verified=False)):
        for _time in range(2):
            healthy(visit(said).run())
    visit({})
    leader = "leader01@example.test"
    assert noted() == [
        (leader, "signed_in", "leader", ""),
        (leader, "signed_out", "leader", ""),
        (leader, "refused", "", "signed_out"),
        ("stranger@example.test", "refused", "", "unknown_person"),
        (leader, "refused", "", "email_not_verified"),
    ]


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize("trouble", ["locked", "full", "damaged"])
def test_signing_in_and_out_works_while_nothing_can_be_written_and_the_log_says_so(
    own_state: Path, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    own_state.parent.mkdir(exist_ok=True)
    if trouble == "damaged":
        own_state.write_bytes(b"this is no database" * 1000)
    else:
        with state_database().writing():
            pass  # the file is there with its tables
    with locked(own_state) if trouble == "locked" else nullcontext():
        if trouble == "full":
            fill(state_database())
        user = claims()
        app = visit(user)
        assert app.dataframe
        assert not recorder().settled(30)
        assert "not in the journal yet" in caplog.text
        assert '"signed_in"' in caplog.text
        app.button(key="sign_out").click().run()
        assert session_id_of(user) in signed_out_sessions()
        assert headings(visit(claims(email="stranger@example.test"))) == [NO_ACCESS]
    if trouble == "damaged":
        own_state.unlink()
    elif trouble == "full":
        make_room(state_database())
    recorder().close(30)
    visit(claims(nonce="later"))
    actions = [action for _person, action, _role, _reason in noted()]
    assert actions == ["signed_in", "signed_out", "refused", "signed_in"]


@pytest.mark.usefixtures("own_state")
def test_a_follow_up_from_before_sign_in_is_the_present_managers(team: Path) -> None:
    """The single user who wrote it is nobody any more."""
    with connected(team) as connection:
        statement = "SELECT manager_email, min(id) FROM partner GROUP BY 1 ORDER BY 1 LIMIT 1"
        email, partner = connection.exec_driver_sql(statement).one()
    content = NoteContent("Call the studio", NoteStatus.OPEN, "local")
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with state_database().writing(demonstration=False) as connection:
        write_note(connection, {partner}, NoteWrite("n1", partner, 0, content, "local"), now)
    seen = page_text(visit(claims(email=email), "home.py"))
    assert "Call the studio · passed on to you, written by without sign" in seen
    assert "Call the studio" not in page_text(visit(claims(), "home.py"))


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], bytes]]:
    """What makes the files of the pages that are visited, as a click calls it."""
    made: list[Callable[[], bytes]] = []
    original = st.download_button

    def noted(*arguments: Any, data: Any, **named: Any) -> bool:
        made.append(data)
        return original(*arguments, data=data, **named)

    monkeypatch.setattr(st, "download_button", noted)
    return made


def all_refused(offered: list[Callable[[], bytes]]) -> set[Reason]:
    """Take every file in vain; return why."""
    reasons = set()
    for make in offered:
        with pytest.raises(Refused) as refused:
            make()
        reasons.add(refused.value.reason)
    return reasons


@pytest.mark.usefixtures("team")
def test_files_end_with_the_session(offered: list[Callable[[], bytes]]) -> None:
    """A page may stay open in another tab after its visitor has signed out."""
    user = claims()
    visit(user)
    assert offered
    assert all(make() for make in offered)
    signed_out_sessions().add(session_id_of(user))
    assert all_refused(offered) == {Reason.SIGNED_OUT}


REMOVED = "DELETE FROM staff WHERE email = '{email}'"
PROMOTED = "UPDATE staff SET role = 'admin' WHERE email = '{email}'"
DEMOTED = "UPDATE staff SET role = 'manager' WHERE email = '{email}'"
HANDED_OVER = "UPDATE partner SET manager_email = 'manager02@example.test'"
OTHERWISE = "UPDATE staff SET name = 'Somebody else' WHERE email <> '{email}'"


@pytest.mark.parametrize(
    ("email", "change", "reason"),
    [
        ("leader01@example.test", REMOVED, Reason.UNKNOWN_PERSON),
        ("leader01@example.test", DEMOTED, Reason.CHANGED),
        ("manager01@example.test", PROMOTED, Reason.CHANGED),
        ("manager01@example.test", HANDED_OVER, Reason.CHANGED),
        ("leader01@example.test", OTHERWISE, None),
    ],
)
def test_files_are_for_the_role_and_the_portfolio_that_the_page_was_drawn_for(
    own_state: Path,
    team: Path,
    tmp_path: Path,
    offered: list[Callable[[], bytes]],
    email: str,
    change: str,
    reason: Reason | None,
) -> None:
    del own_state  # only its order matters
    visit(claims(email=email))
    assert all(make() for make in offered)
    changed = changed_copy(team, tmp_path / "new.duckdb", change.format(email=email))
    os.replace(changed, team)  # noqa: PTH105 - as a job
    if reason is None:
        assert all(make() for make in offered)
    else:
        assert all_refused(offered) == {reason}
        assert (email, "refused", "", reason.code) in noted()


def test_files_of_the_demonstration_do_not_hold_own_records_that_came_in_its_place(
    point_at: Callable[[Path], None],
    demo_file: Path,
    own_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    offered: list[Callable[[], bytes]],
) -> None:
    database = changed_copy(demo_file, tmp_path / "program.duckdb")
    point_at(database)
    monkeypatch.delenv("QUALITY_SINGLE_USER_WITHOUT_SIGN_IN")
    begin_anew()
    visit({})
    assert all(make() for make in offered)
    os.replace(changed_copy(own_file, tmp_path / "new.duckdb"), database)  # noqa: PTH105 - as a job
    assert all_refused(offered) == {Reason.OWN_DATABASE}


def test_the_staff_list_decides_on_the_role(team: Path) -> None:
    with connected(team) as connection:
        (foreign,) = connection.exec_driver_sql(
            "SELECT min(id) FROM partner WHERE manager_email <> 'manager01@example.test'"
        ).one()
    for email, sees in (("manager01@example.test", False), ("Analyst01@Example.TEST", True)):
        app = visit(claims(email=email), "partner.py", partner=foreign)
        assert bool(app.metric) is sees, email


@pytest.mark.usefixtures("team")
def test_the_role_switch_of_the_demonstration_is_no_way_up() -> None:
    user = claims(email="manager01@example.test")
    app = open_page("data_checks.py", language="en", user=user, role="admin")
    app.session_state["admitted_roles"] = frozenset(Role)
    healthy(app.run())
    assert headings(app) == ["This page is not for your role"]
    assert not has_role_switch(app)


def test_who_leaves_the_staff_list_is_out_at_the_next_click(team: Path, tmp_path: Path) -> None:
    app = visit(claims())
    assert app.dataframe
    left = "DELETE FROM staff WHERE email = 'leader01@example.test'"
    os.replace(changed_copy(team, tmp_path / "new.duckdb", left), team)  # noqa: PTH105 - as a job
    assert headings(healthy(app.run())) == [NO_ACCESS]


def test_a_role_that_nobody_knows_is_no_role(team: Path, tmp_path: Path) -> None:
    unknown = "UPDATE staff SET role = 'owner' WHERE email = 'leader01@example.test'"
    os.replace(changed_copy(team, tmp_path / "new.duckdb", unknown), team)  # noqa: PTH105 - as a job
    assert headings(visit(claims())) == [NO_ACCESS]


@pytest.mark.usefixtures("team")
def test_a_look_alike_of_an_address_is_somebody_else() -> None:
    """The Kelvin sign is a Latin k in lower case, the long s a Latin s in capitals."""
    for email in ("analy\u017ft01@example.test", "leader01@e\u212aample.test"):
        assert headings(visit(claims(email=email))) == [NO_ACCESS]


@pytest.mark.usefixtures("nothing_kept")
def test_own_records_without_sign_in_are_not_shown(
    point_at: Callable[[Path], None], own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(own_file)
    monkeypatch.delenv("QUALITY_SINGLE_USER_WITHOUT_SIGN_IN")
    begin_anew()
    with statements_sent("duckdb") as sent:
        app = visit({})
    assert headings(app) == ["These data need sign-in"]
    assert any("QUALITY_SINGLE_USER_WITHOUT_SIGN_IN=true" in code.value for code in app.code)
    assert nothing_of_the_programme(app)
    assert len(sent) == 1
    assert "load_batch" in sent[0].text


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7", "", "unix:///run/quality"])  # noqa: S104 - refused
@pytest.mark.usefixtures("on_demo")
def test_a_server_for_other_machines_shows_not_even_the_demonstration(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(this_machine.st, "get_option", lambda _name: address)
    app = visit({})
    assert headings(app) == ["Without sign-in only this computer is served"]
    assert nothing_of_the_programme(app)


def test_one_trusted_person_sees_everything_under_a_standing_banner(
    point_at: Callable[[Path], None], own_file: Path
) -> None:
    point_at(own_file)
    for script in ("threshold.py", "data_checks.py"):
        app = visit({}, script)
        assert "No sign-in: whoever uses this computer sees everything" in page_text(app)
        assert app.dataframe
        assert not has_role_switch(app)


@pytest.mark.usefixtures("on_demo")
def test_a_demonstration_has_a_role_switch_and_no_banner_about_sign_in() -> None:
    app = visit({})
    assert "No sign-in" not in page_text(app)
    assert has_role_switch(app)


def test_the_state_databases_password_stands_on_no_page_and_in_no_log(
    on_demo: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    del on_demo  # only its order matters
    password = "hush-hush-password"  # noqa: S105 - of a server that is not there
    url = f"postgresql+psycopg://quality:{password}@127.0.0.1:1/quality"
    monkeypatch.setenv("QUALITY_STATE_URL", url)
    begin_anew()
    app = visit({})
    assert app.dataframe
    assert not recorder().settled(30)
    healthy(app.run())
    everything = caplog.text + str(app) + page_text(app)
    assert "not in the journal yet" in caplog.text
    assert "StateDown" in caplog.text
    assert password not in everything


def test_the_databases_password_stands_on_no_page_and_in_no_log(
    point_at: Callable[[Path], None],
    own_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    point_at(own_file)
    password = "hush-hush-password"  # noqa: S105 - of a server that is not there
    url = f"postgresql+psycopg://quality:{password}@127.0.0.1:1/quality"
    monkeypatch.setenv("QUALITY_DATABASE_URL", url)
    begin_anew()
    app = visit({})
    assert "The program database does not answer" in page_text(app)
    assert problem() == "DatabaseDown"
    everything = caplog.text + str(app) + page_text(app)
    assert "connection" in caplog.text  # the log does say what went wrong
    assert password not in everything
