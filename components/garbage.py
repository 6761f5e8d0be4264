"""Garbage is collected for all visitors together, once in a while.

Streamlit by itself walks everything in memory after every run of every visitor: with the pages
imported and their answers in memory that took two thirds of the server's time with twenty people
at once. ``runner.postScriptGC`` switches it off; this takes its place.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys

import pyarrow as pa
from starlette.concurrency import run_in_threadpool

EVERY_SECONDS = 60.0
#: So many new objects, and younger collections, before the collector looks by itself. Python's own
#: 700 and 10 are for small programs: a page makes ten thousand, nearly all freed without it.
THRESHOLDS = (20_000, 20, 100)
#: The C library's names and numbers (``malloc.h``): what to keep for later, from which size on a
#: block is given back at once, and how many heaps threads share.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_GIVEN_BACK_FROM = 128 * 1024


def use_one_heap() -> None:
    """Let Arrow take its memory from where Python takes it, and where it can be given back.

    Arrow's own allocator keeps some 70 MB of finished answers at full scale; glibc's, left alone,
    learns to keep blocks of up to 32 MB and opens a heap for each of sixteen threads.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    if sys.platform == "linux":
        # A C library without it (musl) has nothing to be told.
        mallopt = getattr(ctypes.CDLL(None), "mallopt", lambda _option, _value: 1)
        mallopt(_MMAP_THRESHOLD, _GIVEN_BACK_FROM)
        mallopt(_TRIM_THRESHOLD, _GIVEN_BACK_FROM)
        mallopt(_ARENA_MAX, 2)


def collect_less_often() -> None:
    """Let the collector leave young objects alone for longer; :func:`collect` finds the rest."""
    gc.set_threshold(*THRESHOLDS)


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
