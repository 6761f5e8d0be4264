"""Languages of the product: gettext catalogues from ``locales/`` and who says which is current.

Messages in code are English; Russian comes from the catalogue. The dashboard registers a source
that looks at the visitor's session; jobs and tests set a language outright. Translated words must
never enter a shared cache: caches hold data, words are put on at the end.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from program.settings import PROJECT_ROOT

LANGUAGES = ("ru", "en")
DEFAULT_LANGUAGE = "ru"
LOCALES = PROJECT_ROOT / "locales"

_pinned: ContextVar[str | None] = ContextVar("pinned_language", default=None)
_source: Callable[[], str] = lambda: DEFAULT_LANGUAGE  # noqa: E731 - a replaceable default


def use_language_source(source: Callable[[], str]) -> None:
    """Let ``source`` say, at every message, which language is current."""
    global _source  # noqa: PLW0603 - one process-wide hook, set once at start
    _source = source


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Keep to ``language`` inside the block, on this thread, whatever the source says.

    A file is built on a thread without a visitor; whoever offers it remembers the language.
    """
    token = _pinned.set(language)
    try:
        yield
    finally:
        _pinned.reset(token)


def speak(language: str) -> None:
    """Keep to ``language`` on this thread from now on, and on threads started from it.

    A page asks for hundreds of words: the router finds the visitor's language once a run.
    """
    _pinned.set(language)


def current_language() -> str:
    """Return the current language code, always one of ``LANGUAGES``."""
    language = _pinned.get() or _source()
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


class _Written(NullTranslations):
    """English: messages are the keys. «95 %» stays on one line, as it does in the catalogues."""

    def gettext(self, message: str) -> str:
        return message.replace(" %", "\N{NO-BREAK SPACE}%")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(super().ngettext(msgid1, msgid2, n))


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """Return the messages of ``language``, compiled from its ``.po`` files once a process.

    English needs no catalogue: its messages are the keys.
    """
    everything = Catalog(locale=language)
    for path in sorted((LOCALES / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                # Every file has a header, under the empty identifier.
                everything[message.id] = message
    if not len(everything):
        return _Written()
    compiled = io.BytesIO()
    write_mo(compiled, everything)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _(message: str) -> str:
    """Return ``message`` in the current language."""
    return catalogue(current_language()).gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """Return the plural form for ``n`` in the current language (three forms in Russian)."""
    return catalogue(current_language()).ngettext(one, many, n)


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name for «mark, translate later»
    """Mark ``message`` for the catalogue without translating it yet."""
    return message
