"""Garbage is collected for all visitors together, once in a while.

Streamlit by itself walks everything in memory after every run of every visitor: with the pages
imported and their answers in memory that took two thirds of the server's time with twenty people
at once. ``runner.postScriptGC`` switches it off; this takes its place.
"""

from __future__ import annotations

import asyncio
import gc

import pyarrow as pa
from starlette.concurrency import run_in_threadpool

EVERY_SECONDS = 60.0


def use_one_heap() -> None:
    """Let Arrow take its memory from where Python takes it, and where it can be given back.

    Arrow's own allocator keeps some 70 MB of finished answers at full scale.
    """
    pa.set_memory_pool(pa.system_memory_pool())


def collect() -> None:
    """Collect everything, and keep what remains out of the collector's way until the next time.

    What the heap has kept back for later is given to the system too.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    pa.default_memory_pool().release_unused()


async def collect_now_and_then(every: float = EVERY_SECONDS) -> None:
    """Collect again and again, until cancelled."""
    while True:
        await asyncio.sleep(every)
        await run_in_threadpool(collect)
