"""The machine in words: a number without it says nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return "unknown memory"
    return f"{size / 2**30:.0f} GB of memory"


def load() -> float:
    """Return how many processes wanted a processor in the last minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def described() -> str:
    """Return processor, memory, system and the versions that matter, in one sentence."""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("streamlit", "pandas", "duckdb", "plotly")
    )
    return (
        f"{_processor()}, {os.cpu_count()} processors, {_memory()}, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}, load {load():.1f} at the start."
    )
