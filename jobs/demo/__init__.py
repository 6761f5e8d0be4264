"""A synthetic programme: deterministic for its scale, seed and day, and nothing in it is real."""

from jobs.demo.command import demo

__all__ = ["demo"]
