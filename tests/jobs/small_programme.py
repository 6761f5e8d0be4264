"""A small programme written to either engine, for the jobs that read it."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from jobs.store import new_program
from tests.oracle import Programme
from tests.programmes import rows_of

TODAY = dt.date(2026, 11, 14)


def some_programme() -> Programme:
    day = dt.date.fromisoformat
    keys = [
        ("2026-01-10", "2026-01-20", "commercial", 1),
        ("2026-02-10", None, "commercial", 1),
        ("2025-10-31", "2025-11-30", "commercial", 1),
        ("2026-03-10", "2026-03-20", "nfr", 1),
        ("2026-03-10", "2026-03-20", "commercial", 2),
        ("2026-10-05", "2026-10-06", "commercial", 2),
    ]
    return Programme(
        partner_ids=[1, 2, 3],
        keys=[
            {
                "id": i,
                "purchased_on": day(bought),
                "activated_on": day(activated) if activated else None,
                "kind": kind,
                "partner_id": partner,
            }
            for i, (bought, activated, kind, partner) in enumerate(keys, 1)
        ],
        projects=[{"id": i, "license_key_id": i} for i in range(1, 7)],
        deliveries=[
            {
                "id": i,
                "project_id": project,
                "partner_id": partner,
                "delivered_on": day(on),
                "status": "accepted",
            }
            for i, (project, partner, on) in enumerate(
                [(1, 1, "2026-05-01"), (5, 1, "2026-05-01"), (6, 2, "2026-10-20")], 1
            )
        ],
    )


def store(url: str, as_of: dt.datetime) -> None:
    with new_program(url) as writer:
        for name, rows in rows_of(some_programme()).items():
            writer.append(name, pd.DataFrame(rows))
        writer.record_batch(source="load", data_as_of=as_of, loaded_at=as_of, content_sha256="0")
