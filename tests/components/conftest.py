"""Languages for the tests of what people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from program import language


@pytest.fixture
def speak() -> Iterator[Callable[[str], None]]:
    """Set the current language; Russian, the default, is back after the test."""
    yield lambda code: language.use_language_source(lambda: code)
    language.use_language_source(lambda: language.DEFAULT_LANGUAGE)


@pytest.fixture
def english(speak: Callable[[str], None]) -> None:
    """Speak English during the test."""
    speak("en")


@pytest.fixture
def russian(speak: Callable[[str], None]) -> None:
    """Speak Russian: pages that other tests import listen to a session, and here there is none."""
    speak("ru")
