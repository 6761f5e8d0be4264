"""Arrow columns out of numpy arrays, without a Python object for every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.demo.recipe import CHUNK_ROWS


def dates(days: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return a date column; rows in ``missing`` are null."""
    return pa.array(days.astype(np.int32), mask=missing).cast(pa.date32())


def ids(numbers: NDArray[Any]) -> pa.Array:
    """Return an integer column of the schema's ids and counts."""
    return pa.array(numbers.astype(np.int32))


def picks(
    pool: Sequence[str | None], codes: NDArray[Any], missing: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Return ``pool[code]`` as a text column; rows in ``missing`` are null."""
    return pa.array(pool, type=pa.string()).take(pa.array(codes.astype(np.int32), mask=missing))


def texts(*parts: str | pa.Array, missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """Return the row-wise concatenation of fixed texts and text columns."""
    joined = pc.binary_join_element_wise(*parts, "")
    if missing is None:
        return joined
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), joined)


def digits(numbers: NDArray[Any], width: int = 0) -> pa.Array:
    """Return the numbers as text, padded with zeros to ``width``."""
    written = pa.array(numbers.astype(np.int64)).cast(pa.string())
    return pc.utf8_lpad(written, width, "0") if width else written


def random_md5(rng: np.random.Generator, size: int) -> pa.Array:
    """Return 128 random bits as hexadecimal digits: what the md5 of an unknown key looks like."""
    letters = rng.bytes(16 * size).hex().encode()
    offsets = np.arange(size + 1, dtype=np.int32) * 32
    return pa.StringArray.from_buffers(size, pa.py_buffer(offsets), pa.py_buffer(letters))


def chunks(rows: int) -> Iterator[slice]:
    """Return slices of at most ``CHUNK_ROWS`` rows that cover ``rows``."""
    for start in range(0, rows, CHUNK_ROWS):
        yield slice(start, min(start + CHUNK_ROWS, rows))
