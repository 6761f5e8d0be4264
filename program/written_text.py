"""What staff may write: plain text of a bounded length without characters that deceive."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

#: They turn the direction of what follows, so that a text reads as another one.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_REFUSED_KINDS = frozenset({"Cc", "Cs", "Zl", "Zp"})


class TextProblem(StrEnum):
    """Why a text is refused."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    CONTROL = "control characters"


class TextRefused(ValueError):
    """A text that is not kept; what was typed is none of the message's business."""

    def __init__(self, problem: TextProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def checked_text(text: str, most: int, *, lines: bool = True) -> str:
    """Return ``text`` as it is kept: composed, without space around it, lines ended by a line feed.

    Parameters
    ----------
    most
        The largest number of characters.
    lines
        Whether the text may have more than one line.

    Raises
    ------
    TextRefused
        If nothing is left, if it is too long, or if it holds control characters (tabs and ends of
        lines are none) or characters that change the direction of writing.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    if not composed:
        raise TextRefused(TextProblem.EMPTY)
    if len(composed) > most:
        raise TextRefused(TextProblem.TOO_LONG)
    for sign in composed:
        if sign == "\n" and lines:
            continue
        if sign in _DIRECTION or unicodedata.category(sign) in _REFUSED_KINDS:
            raise TextRefused(TextProblem.CONTROL)
    return composed
