"""Pictures held to plotly: its own figures know every property, and which values it may have."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import plotly.graph_objects as go

from charts.picture import Picture


def checked(picture: Picture) -> go.Figure:
    """Return a picture as a figure of plotly, which refuses whatever it does not know.

    Browsers get the picture: what plotly would send in its place must be the same.
    """
    sent = {"data": picture.data, "layout": picture.layout}
    figure = go.Figure(_numbers(sent))
    assert json.loads(figure.to_json()) == json.loads(json.dumps(sent, allow_nan=False))
    return figure


def _numbers(sent: Any) -> Any:
    """Return what is sent with arrays of numbers again in place of their bytes."""
    if isinstance(sent, list):
        return [_numbers(item) for item in sent]
    if not isinstance(sent, dict):
        return sent
    if "bdata" not in sent:
        return {name: _numbers(value) for name, value in sent.items()}
    values = np.frombuffer(base64.b64decode(sent["bdata"]), sent["dtype"])
    return values.reshape([int(n) for n in sent.get("shape", str(len(values))).split(",")])
