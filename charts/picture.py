"""A figure as browsers get it: plain values, in the words of plotly's own specification.

Plotly's figures check and copy every value at every step, which took a quarter of a page that
nobody had asked for before. A :class:`Picture` checks nothing: the tests hold each one to plotly
(``tests/checked.py``).
"""

from __future__ import annotations

import base64
import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

Spec = dict[str, Any]

#: What JSON has as it is; a number may still be none.
_PLAIN = frozenset({str, int, bool, type(None)})
#: Numbers that plotly.js reads as bytes, by their code in numpy; it knows no 64-bit integers.
_CODES = frozenset({"i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8"})
_SMALLER = (np.int8, np.int16, np.int32)


@dataclass
class Picture:
    """Traces and layout of one figure, finished once it has been returned by its chart.

    Words are those of https://plotly.com/javascript/reference/, parts of parts are dictionaries
    in dictionaries (no ``margin_r``), and what is ``None`` is left out.

    Attributes
    ----------
    data, layout
        What browsers get.
    marked
        What is marked on its axis of time, as a sentence for those who do not see it.
    """

    data: list[Spec] = field(default_factory=list)
    layout: Spec = field(default_factory=dict)
    marked: str = ""

    def add_scatter(self, **trace: Any) -> None:
        """Draw points or a line."""
        self._add("scatter", trace)

    def add_bar(self, **trace: Any) -> None:
        """Draw bars."""
        self._add("bar", trace)

    def add_heatmap(self, **trace: Any) -> None:
        """Draw a grid of coloured cells."""
        self._add("heatmap", trace)

    def _add(self, kind: str, trace: Spec) -> None:
        self.data.append({"type": kind, **_spec(trace)})

    def add_shape(self, **shape: Any) -> None:
        """Draw a line, rectangle or path in data coordinates."""
        self.layout.setdefault("shapes", []).append(_spec(shape))

    def add_annotation(self, **words: Any) -> None:
        """Write words at a place."""
        self.layout.setdefault("annotations", []).append(_spec(words))

    def add_hline(self, y: float, **look: Any) -> None:
        """Draw a line across the whole plot."""
        self.add_shape(type="line", x0=0, x1=1, y0=y, y1=y, xref="x domain", yref="y", **look)

    def add_vline(self, x: Any, **look: Any) -> None:
        """Draw a line from the bottom of the plot to its top."""
        self.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, xref="x", yref="y domain", **look)

    def add_vrect(self, x0: Any, x1: Any, **look: Any) -> None:
        """Fill a band from the bottom of the plot to its top."""
        self.add_shape(type="rect", x0=x0, x1=x1, y0=0, y1=1, xref="x", yref="y domain", **look)

    def update_layout(self, **layout: Any) -> None:
        """Say something more about the layout; what was said before stays."""
        _merge(self.layout, _spec(layout))

    def update_xaxes(self, **axis: Any) -> None:
        """Say something more about the axis across."""
        self.update_layout(xaxis=axis)

    def update_yaxes(self, **axis: Any) -> None:
        """Say something more about the upright axis."""
        self.update_layout(yaxis=axis)


def _merge(said: Spec, more: Spec) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(said.get(name), dict):
            _merge(said[name], value)
        else:
            said[name] = value


def _spec(given: Spec) -> Spec:
    return {name: _plain(value) for name, value in given.items() if value is not None}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it, numbers of an array as the bytes that plotly.js reads."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, dict):
        return _spec(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, pd.Series | pd.Index | np.ndarray):
        return _array(np.asarray(value))
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"a figure cannot hold {value!r}")


def _array(values: np.ndarray) -> Any:
    if values.dtype.kind == "M":
        return np.datetime_as_string(values).tolist()
    if values.dtype == np.int64:
        narrowed = (values.astype(smaller) for smaller in _SMALLER)
        values = next((n for n in narrowed if (n == values).all()), values)
    code = values.dtype.str[1:]
    if code not in _CODES or not values.size:
        return _plain(values.tolist())
    told = {"dtype": code, "bdata": base64.b64encode(values.tobytes()).decode()}
    return told if values.ndim == 1 else {**told, "shape": ", ".join(map(str, values.shape))}
