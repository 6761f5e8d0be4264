"""Views that somebody has saved: a name, a page and its codes; everybody has one's own.

Those of the demonstration and those of the own programme do not know of each other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, select

from program.state_schema import saved_view
from queries.state import insert_once, of_programme

#: More views than these are no help to anybody.
MOST_VIEWS = 30


class NameTaken(Exception):
    """The person has another view of this name."""


class TooManyViews(Exception):
    """The person has ``MOST_VIEWS`` already."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """One view.

    Attributes
    ----------
    id
        Made by whoever saves, so that saving again changes nothing.
    person
        Whose it is; a code as in the journal.
    codes
        What the address of the page says, as in a URL after «?».
    """

    id: str
    person: str
    name: str
    page: str
    codes: str


def _own(connection: Connection, person: str) -> ColumnElement[bool]:
    return of_programme(connection, saved_view) & (saved_view.c.person == person)


def views_of(connection: Connection, person: str) -> list[SavedView]:
    """Return the views of one person by name."""
    columns = [saved_view.c[name] for name in ("id", "person", "name", "page", "codes")]
    statement = select(*columns).where(_own(connection, person)).order_by(saved_view.c.name)
    return [SavedView(*row) for row in connection.execute(statement)]


def keep_view(connection: Connection, view: SavedView, now: dt.datetime) -> None:
    """Save a view; one that is there already under this id stays as it is.

    Raises
    ------
    NameTaken, TooManyViews
        Then nothing is written.
    """
    own = _own(connection, view.person)
    there = select(saved_view.c.id).where(own, saved_view.c.id == view.id)
    if connection.execute(there).first():
        return
    many = select(func.count()).select_from(saved_view).where(own)
    if connection.execute(many).scalar_one() >= MOST_VIEWS:
        raise TooManyViews
    if not insert_once(connection, saved_view, [asdict(view) | {"created_at": now}]) and (
        not connection.execute(there).first()
    ):
        raise NameTaken


def forget_view(connection: Connection, person: str, view_id: str) -> None:
    """Delete a view of ``person``; one of somebody else, or none at all, is left alone."""
    connection.execute(
        delete(saved_view).where(_own(connection, person), saved_view.c.id == view_id)
    )
