"""Client contacts and phone calls about accepted deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jobs.demo import columns, names
from jobs.demo.deliveries import ACCEPTED, Deliveries
from jobs.demo.recipe import Codes, Days, Flags, Ints, Recipe, draw_codes
from program.rules import CONTACT_OUTCOMES

COMPLETED, REFUSED, UNREACHABLE, WRONG, PENDING = (
    CONTACT_OUTCOMES.index(o)
    for o in ("completed", "refused", "unreachable", "wrong_contact", "pending")
)
_LEFT_A_CONTACT = 0.97
#: How a contact ends at last, in the order of ``CONTACT_OUTCOMES``.
_OUTCOME_SHARES = (57, 13, 21, 9)
#: Calls needed, by how the contact ends.
_CALLS_SHARES = {
    COMPLETED: (82, 14, 4),
    REFUSED: (85, 12, 3),
    UNREACHABLE: (62, 26, 12),
    WRONG: (95, 5, 0),
}
_MOST_CALLS = 3


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls by day (index = id − 1), with the index of their delivery."""

    delivery: Ints
    day: Days
    outcome: Codes


def deliveries_with_contact(recipe: Recipe, deliveries: Deliveries) -> Ints:
    """Return the accepted deliveries whose report named a person on the client's side."""
    named = recipe.rng("contacts").random(len(deliveries)) < _LEFT_A_CONTACT
    return np.flatnonzero((deliveries.status == ACCEPTED) & named)


def draw_calls(recipe: Recipe, contacts: Ints, delivered: Days) -> Calls:
    """Return one to three calls for every contact, as far as they happened before today.

    Who could not be reached yet is «pending»: the last call so far stays open.
    """
    rng = recipe.rng("calls")
    n = len(contacts)
    end = draw_codes(rng, _OUTCOME_SHARES, n)
    needed = np.zeros(n, dtype=np.int64)
    for ending, shares in _CALLS_SHARES.items():
        chosen = end == ending
        needed[chosen] = 1 + draw_codes(rng, shares, int(chosen.sum()))
    wait = np.empty((n, _MOST_CALLS), dtype=np.int64)
    wait[:, 0] = 3 + np.floor(rng.gamma(2, 5.5, n))
    wait[:, 1:] = 1 + rng.geometric(0.25, (n, _MOST_CALLS - 1))
    day = delivered[contacts][:, None] + wait.cumsum(axis=1)
    number = np.arange(_MOST_CALLS)
    past = day < recipe.today_number
    made = past & (number < needed[:, None])
    made_count = made.sum(axis=1)
    outcome = np.where(rng.random(day.shape) < 0.75, UNREACHABLE, PENDING)
    last = number == made_count[:, None] - 1
    finished = made_count == needed
    outcome = np.where(last, np.where(finished, end, PENDING)[:, None], outcome)
    who, which = np.nonzero(made)
    return _in_order(contacts[who], day[who, which], outcome[who, which])


def client_contact_tables(recipe: Recipe, contacts: Ints) -> Iterator[pa.Table]:
    """Return ``client_contact`` in chunks: numbered people, numbers that nobody can dial."""
    rng = recipe.rng("contact details")
    for part in columns.chunks(len(contacts)):
        number = contacts[part] + 1
        n = len(number)
        written = columns.digits(number)
        hours = rng.integers(0, len(names.CALL_FROM), n)
        yield pa.table(
            {
                "delivery_id": columns.ids(number),
                "name": columns.texts("Контакт ", written),
                "post": columns.picks(
                    names.CLIENT_POSTS, rng.integers(0, len(names.CLIENT_POSTS), n)
                ),
                "phone": columns.texts("+7 000 ", columns.digits(number, 7)),
                "phone_ext": columns.picks(("101", "205", "3"), number % 3, rng.random(n) > 0.1),
                "email": columns.texts(
                    "contact-", written, "@example.test", missing=_none(rng, n, 0.35)
                ),
                "call_from": columns.picks(names.CALL_FROM, hours),
                "call_to": columns.picks(names.CALL_TO, hours),
            }
        )


def contact_attempt_tables(calls: Calls) -> Iterator[pa.Table]:
    """Return ``contact_attempt`` in chunks."""
    for part in columns.chunks(len(calls.delivery)):
        yield pa.table(
            {
                "id": columns.ids(np.arange(part.start + 1, part.stop + 1)),
                "delivery_id": columns.ids(calls.delivery[part] + 1),
                "attempted_on": columns.dates(calls.day[part]),
                "outcome": columns.picks(CONTACT_OUTCOMES, calls.outcome[part]),
            }
        )


def _none(rng: np.random.Generator, size: int, share: float) -> Flags:
    return rng.random(size) < share


def _in_order(delivery: Ints, day: Ints, outcome: Ints) -> Calls:
    order = np.lexsort((delivery, day))
    return Calls(delivery[order], day[order].astype(np.int32), outcome[order].astype(np.int8))
