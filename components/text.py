"""Strings from data, shown as the text they are.

Streamlit reads Markdown in most of its labels: a partner named ``![](https://…)`` would make the
browser fetch an address, ``:red[…]`` would colour the page. Whatever comes from the database
passes through :func:`plain` before it goes into a sentence, a label or a help text.
"""

from __future__ import annotations

import re
import unicodedata

#: Invisible, takes no room, breaks no line: it only parts what would be read as one mark.
WORD_JOINER = "\u2060"

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&^=\"'])")
#: Streamlit and GitHub Markdown look for these after escapes are resolved, so a backslash is not
#: enough: emoji and icon codes, colour directives, addresses, e-mails, typographic arrows.
_AFTER_ESCAPES = re.compile(r"(:)(?=[A-Za-z_+/\-])|(www)(?=\.)|(@)|(-)(?=>)|(<)(?=-)", re.I)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def within(sentence: str) -> str:
    """Return a heading as it stands within a sentence: «Индекс (аналог NPS)» keeps its NPS."""
    return sentence[:1].lower() + sentence[1:]


def one_line(value: object) -> str:
    """Return ``value`` as one line: control and direction-changing characters become a space."""
    text = unicodedata.normalize("NFC", str(value))
    # Nothing that is printable is a control character, and asking so is quicker than looking.
    return (text if text.isprintable() else _CONTROL.sub(" ", text)).strip()


def plain(value: object) -> str:
    """Return ``value`` so that Streamlit's Markdown shows exactly its characters."""
    parted = _AFTER_ESCAPES.sub(lambda mark: mark.group(0) + WORD_JOINER, one_line(value))
    return _MARKDOWN.sub(r"\\\1", parted)
