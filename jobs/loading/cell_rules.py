"""Rules of a single cell: its type, whether it may be empty, its closed list of values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    SmallInteger,
    String,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    true,
    try_cast,
)

WHITESPACE = " \t\r\n\u00a0"
_INTEGER = r"[+-]?[0-9]{1,18}"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}\.[0-9]{2}\.[0-9]{4}"
_DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y")
#: Nothing in the programme is older; an earlier year is a slip of the pen.
FIRST_YEAR = 1990
_TRUE = ("true", "t", "1", "yes", "y", "да", "истина")
_FALSE = ("false", "f", "0", "no", "n", "нет", "ложь")
#: C0, DEL, C1, and the characters that reorder text; Text columns may hold line breaks and tabs.
_CONTROL = r"[\x00-\x1F\x7F-\x9F\x{202A}-\x{202E}\x{2066}-\x{2069}]"
_CONTROL_IN_TEXT = _CONTROL.replace(r"\x00-\x1F", r"\x00-\x08\x0B\x0C\x0E-\x1F")
_EMAIL = r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+"
_MD5 = "[0-9a-fA-F]{32}"
_LINE_LIMIT, _TEXT_LIMIT = 500, 20_000
_LARGEST = {SmallInteger: 2**15 - 1, BigInteger: 2**63 - 1, Integer: 2**31 - 1}

Condition = ColumnElement[bool]
Rule = tuple[str, str | None, Condition]


def trimmed(cell: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the text of ``cell`` without white space around it, NULL if nothing is left."""
    return func.nullif(func.trim(cell, WHITESPACE), "")


def _matches(cell: ColumnElement[Any], pattern: str) -> Condition:
    matches: Condition = func.regexp_full_match(cell, pattern)
    return matches


def is_email(column: Column[Any]) -> bool:
    """Return whether ``column`` holds e-mail addresses, which are kept in lower case."""
    return column.name == "email" or column.name.endswith("_email")


def largest(column: Column[Any]) -> int:
    """Return the largest number that fits the integer ``column``."""
    return next(limit for kind, limit in _LARGEST.items() if isinstance(column.type, kind))


def typed(column: Column[Any], cell: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the value of the text ``cell`` in the type of ``column``, NULL where it has none."""
    if isinstance(column.type, Integer):
        number = try_cast(cell, BigInteger)
        fits = and_(_matches(cell, _INTEGER), func.abs(number) <= largest(column))
        return cast(case((fits, number)), column.type)
    if isinstance(column.type, Boolean):
        return case((func.lower(cell).in_(_TRUE), true()), (func.lower(cell).in_(_FALSE), false()))
    if isinstance(column.type, Date):
        return case((_matches(cell, _DATE), cast(_moment(cell), Date)))
    if column.name == "key_md5":
        return case((_matches(cell, _MD5), func.lower(cell)))
    if is_email(column):
        return case((_matches(cell, _EMAIL), func.lower(cell)))
    return cell


def _moment(cell: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.try_strptime(cell, func.list_value(*_DATE_FORMATS))


def broken_rules(column: Column[Any], cell: ColumnElement[Any]) -> Iterator[Rule]:
    """Yield the name of each rule of ``column``, what it expects, and when ``cell`` breaks it."""
    if not column.nullable:
        yield "required", None, cell.is_(None)
    value = typed(column, cell)
    if isinstance(column.type, Integer):
        whole = _matches(cell, _INTEGER)
        yield "integer", None, ~whole
        yield "integer_range", str(largest(column)), and_(whole, value.is_(None))
    elif isinstance(column.type, Boolean):
        yield "boolean", None, and_(cell.is_not(None), value.is_(None))
    elif isinstance(column.type, Date):
        yield "date", None, and_(cell.is_not(None), value.is_(None))
        yield "date_early", str(FIRST_YEAR), func.year(value) < FIRST_YEAR
    else:
        yield from _text_rules(column, cell)


def _text_rules(column: Column[Any], cell: ColumnElement[Any]) -> Iterator[Rule]:
    assert isinstance(column.type, String)  # noqa: S101 - no other types are in the schema
    long_text = isinstance(column.type, Text)
    limit = _TEXT_LIMIT if long_text else _LINE_LIMIT
    yield "too_long", str(limit), func.length(cell) > limit
    control = _CONTROL_IN_TEXT if long_text else _CONTROL
    yield "control", None, func.regexp_matches(cell, control)
    if values := column.info.get("values"):
        yield "one_of", ", ".join(values), cell.not_in(values)
    if column.name == "key_md5":
        yield "md5", None, ~_matches(cell, _MD5)
    if is_email(column):
        yield "email", None, ~_matches(cell, _EMAIL)
