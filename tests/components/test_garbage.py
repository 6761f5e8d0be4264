from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import tomllib
import weakref
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from components.garbage import (
    THRESHOLDS,
    collect,
    collect_less_often,
    collect_now_and_then,
    use_one_heap,
)
from program.settings import PROJECT_ROOT
from tests.loops import awaited


class Knot:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """Leave the collector as it was."""
    yield
    gc.unfreeze()


def test_arrow_takes_its_memory_from_the_heap_that_collecting_trims() -> None:
    before = pa.default_memory_pool()
    use_one_heap()
    try:
        assert pa.default_memory_pool().backend_name == "system"
    finally:
        pa.set_memory_pool(before)


GIVEN_BACK = """
from pathlib import Path
import numpy as np
from components.garbage import use_one_heap

def kilobytes():
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0])

use_one_heap()
megabyte = 2**17
for block in [np.ones(16 * megabyte) for _ in range(3)]:  # glibc learns from blocks that were freed
    del block
small, kept = [], []
for _ in range(64):
    small.append(np.ones(megabyte))
    kept.append(np.ones(1000))  # what stays lies between what goes
with_all = kilobytes()
small.clear()
print(with_all - kilobytes())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc; the rule is about glibc")
def test_a_large_block_goes_back_to_the_system_when_it_is_freed() -> None:
    said = subprocess.run(
        [sys.executable, "-c", GIVEN_BACK],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(said.stdout) > 60 * 1024, "64 blocks of a megabyte"


def test_the_collector_looks_seldom_by_itself() -> None:
    before = gc.get_threshold()
    collect_less_often()
    try:
        assert gc.get_threshold() == THRESHOLDS > before
    finally:
        gc.set_threshold(*before)


def test_what_was_kept_out_of_the_way_is_freed_when_it_becomes_garbage() -> None:
    knot = Knot()
    gone = weakref.ref(knot)
    collect()
    assert gc.get_freeze_count() > 0
    del knot
    gc.collect()
    assert gone() is not None, "frozen: nobody walks it between two collections"
    collect()
    assert gone() is None


def test_garbage_is_collected_again_and_again() -> None:
    async def for_a_moment() -> bool:
        collecting = asyncio.create_task(collect_now_and_then(every=0.01))
        gone = []
        for _ in range(2):
            knot = Knot()
            gone.append(weakref.ref(knot))
            del knot
            while gone[-1]() is not None:
                await asyncio.sleep(0.01)
        collecting.cancel()
        return all(ref() is None for ref in gone)

    assert awaited(for_a_moment)


def test_streamlit_does_not_collect_after_every_run() -> None:
    said = tomllib.loads((Path(PROJECT_ROOT) / ".streamlit" / "config.toml").read_text())
    assert said["runner"]["postScriptGC"] is False
