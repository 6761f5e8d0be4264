"""Coroutines run on a loop of a thread of their own: browser tests keep one running in ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio.from_thread

Answer = TypeVar("Answer")


def awaited(function: Callable[..., Awaitable[Answer]], *arguments: object) -> Answer:
    """Return what ``function`` returns in the end."""
    with anyio.from_thread.start_blocking_portal() as portal:
        return portal.call(function, *arguments)
