"""Every statement that the dashboard sends to a database, with its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event


@dataclass(frozen=True)
class Statement:
    """One statement as a driver gets it."""

    text: str
    parameters: tuple[Any, ...]


def _flat(parameters: Any) -> tuple[Any, ...]:
    return tuple(parameters.values()) if isinstance(parameters, dict) else tuple(parameters or ())


@contextmanager
def statements_sent(dialect: str | None = None) -> Iterator[list[Statement]]:
    """Collect the statements of every engine in this process, or of those of one dialect."""
    sent: list[Statement] = []

    def note(
        _connection: Any, _cursor: Any, text: str, parameters: Any, context: Any, many: bool
    ) -> None:
        assert not many
        if dialect in (None, context.dialect.name):
            sent.append(Statement(text, _flat(parameters)))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
