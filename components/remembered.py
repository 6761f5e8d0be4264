"""What takes longer to draw than to ask, made once for all who see the same data and language.

The words of a figure and of a frame are written one by one, which costs more than the query behind
them. What is remembered is shared between visitors and must not be changed.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import pandas as pd

from charts.picture import Picture
from components.data import kept
from components.session import admitted_data
from components.theme import figure_theme
from program.language import current_language

Made = TypeVar("Made")


def remembered(make: Callable[[], Made], name: str, *question: Hashable) -> Made:
    """Return what ``make`` makes, from memory if the same was made before.

    For figures and for frames put into words. The result is shared between visitors and must not
    be changed; it may hold translated words and colours, because language and theme are part of
    the key.

    Parameters
    ----------
    name
        Tells apart what is made of the same question.
    question
        Everything that the result depends on beside data, language and theme, the visitor's
        scope above all; frozen, hashable values, as for ``data.ask``.
    """
    told = (name, question, current_language(), figure_theme())
    # The version that the visitor was let in to, not the newest: what a page asked before a load
    # must not be remembered as made of what was loaded.
    version = admitted_data()
    return kept(make, version, *told) if version else make()


def drawn_once(
    draw: Callable[..., Picture], *frames: Any, question: tuple[Hashable, ...], **details: Any
) -> Picture:
    """Return ``draw(*frames, theme=…, **details)``, from memory where it was drawn before.

    Parameters
    ----------
    draw
        A function of ``charts/``.
    frames
        What it draws.
    question
        Frozen, hashable values that tell these frames from all others: the scope and whatever
        was asked.
    """
    name = f"{draw.__module__}.{draw.__qualname__}"
    return remembered(
        lambda: draw(*frames, theme=figure_theme(), **details),
        name,
        question,
        tuple(sorted(details.items())),
    )


def made_of(make: Callable[..., Made], frame: pd.DataFrame, **options: Any) -> Made:
    """Return ``make(frame, **options)``, from memory if it was made of the same rows before.

    For a few rows that are cheaper to compare than to name: the key is the content itself and the
    language, so what one visitor sees can be another's only where both are the same to the last
    sign.

    Parameters
    ----------
    make
        A function of ``charts/`` or one that calls such functions, or one that puts into words.
    frame
        The few rows it is made of, not a table of records.
    options
        Plain values, the theme among them where colours matter.
    """
    said = (
        make.__module__,
        make.__qualname__,
        current_language(),
        list(frame.columns),
        frame.to_numpy(dtype=object).tolist(),
        sorted(options.items()),
    )
    key = hashlib.sha256(pickle.dumps(said)).digest()
    return kept(lambda: make(frame, **options), key)
