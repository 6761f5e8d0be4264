"""The values of widgets as the browser keeps and sends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit.proto.Element_pb2 import Element
from streamlit.proto.WidgetStates_pb2 import WidgetState


def _selectbox(state: WidgetState, widget: Any) -> None:
    if widget.set_value and widget.HasField("raw_value"):
        state.string_value = widget.raw_value
    elif widget.HasField("default") and widget.options:
        state.string_value = widget.options[widget.default]
    else:
        state.ClearField("string_value")


def _button_group(state: WidgetState, widget: Any) -> None:
    chosen = (
        list(widget.raw_values)
        if widget.set_value
        else [widget.options[i].content for i in widget.default]
    )
    state.string_array_value.data[:] = chosen


def _checkbox(state: WidgetState, widget: Any) -> None:
    state.bool_value = widget.value if widget.set_value else widget.default


def _number(state: WidgetState, widget: Any) -> None:
    state.double_value = widget.value if widget.set_value else widget.default


def _text(state: WidgetState, widget: Any) -> None:
    state.string_value = widget.value if widget.set_value else widget.default


#: What a widget shows when it appears, or when the script has set it. Widgets that are not here
#: (dates, files, tables) send nothing until somebody touches them, which nobody does in these runs.
SHOWN: dict[str, Callable[[WidgetState, Any], None]] = {
    "selectbox": _selectbox,
    "button_group": _button_group,
    "checkbox": _checkbox,
    "number_input": _number,
    "text_input": _text,
    "text_area": _text,
}


def widget_of(element: Element) -> Any | None:
    """Return the widget inside an element, ``None`` if it is none whose value is kept."""
    kind = element.WhichOneof("type")
    return getattr(element, kind) if kind in SHOWN else None


def shown_value(element: Element) -> WidgetState:
    """Return the value that a widget shows when it appears."""
    kind = str(element.WhichOneof("type"))
    widget = getattr(element, kind)
    state = WidgetState(id=widget.id)
    SHOWN[kind](state, widget)
    return state


def key_of(widget_id: str) -> str:
    """Return the key that the code gave a widget; its id is ``$$ID-<hash>-<key>``."""
    return widget_id.split("-", 2)[-1]
