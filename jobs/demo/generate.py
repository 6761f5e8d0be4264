"""A whole synthetic programme as a stream of table chunks, in the order of their references."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pyarrow as pa

from jobs.demo.contacts import (
    client_contact_tables,
    contact_attempt_tables,
    deliveries_with_contact,
    draw_calls,
)
from jobs.demo.decisions import competence_evaluation_table, past_decisions
from jobs.demo.deliveries import REJECTED, delivery_tables, draw_deliveries, project_tables
from jobs.demo.keys import draw_keys, license_key_tables
from jobs.demo.monitor import delivery_test_tables, draw_counts
from jobs.demo.partners import (
    city_table,
    draw_partners,
    partner_table,
    region_table,
    staff_table,
)
from jobs.demo.recipe import Recipe
from jobs.demo.surveys import completed_surveys, question_table, survey_and_answer_tables

Chunk = tuple[str, pa.Table]


def program_chunks(recipe: Recipe) -> Iterator[Chunk]:
    """Return (table name, rows) of the recipe's programme, referenced tables first.

    Numbers are drawn as compact arrays for the whole programme, texts only for the chunk at
    hand: that keeps fifteen thousand partners within a few hundred megabytes.
    """
    partners = draw_partners(recipe)
    yield "region", region_table()
    yield "city", city_table()
    yield "staff", staff_table(recipe.scale.partners)
    yield "partner", partner_table(partners)
    yield "question", question_table()
    keys = draw_keys(recipe, partners)
    yield from _named("license_key", license_key_tables(recipe, keys))
    deliveries = draw_deliveries(recipe, partners, keys)
    yield from _named("project", project_tables(recipe, deliveries))
    counts = draw_counts(recipe, keys.edition[deliveries.key], deliveries.status == REJECTED)
    yield from _named("delivery", delivery_tables(deliveries, counts))
    yield from _named("delivery_test", delivery_test_tables(recipe, deliveries.day, counts))
    for decisions in past_decisions(recipe, keys, deliveries):
        yield "competence_evaluation", competence_evaluation_table(decisions)
    contacts = deliveries_with_contact(recipe, deliveries)
    yield from _named("client_contact", client_contact_tables(recipe, contacts))
    calls = draw_calls(recipe, contacts, deliveries.day)
    yield from _named("contact_attempt", contact_attempt_tables(calls))
    surveys = completed_surveys(calls, deliveries)
    yield from survey_and_answer_tables(recipe, partners, surveys)


class ContentDigest:
    """SHA-256 over the chunks as they pass: the same recipe gives the same content."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, table_name: str, rows: pa.Table) -> None:
        """Take one chunk into account."""
        self._hash.update(table_name.encode())
        with pa.ipc.new_stream(pa.PythonFile(self, mode="w"), rows.schema) as stream:
            stream.write_table(rows)

    def write(self, data: bytes) -> int:
        """Take raw bytes into account (the stream's side of the conversation)."""
        self._hash.update(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    @property
    def closed(self) -> bool:
        """Return False: the digest takes more chunks at any time."""
        return False

    def hexdigest(self) -> str:
        """Return the digest of everything so far."""
        return self._hash.hexdigest()


def _named(name: str, tables: Iterator[pa.Table]) -> Iterator[Chunk]:
    for table in tables:
        yield name, table
