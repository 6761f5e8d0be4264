"""Languages: which one is current, and for whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context

import pytest

from program import language
from program.language import _, current_language, ngettext, speaking


@pytest.fixture(autouse=True)
def english_visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_source", lambda: "en")


def test_a_message_is_its_own_english() -> None:
    assert _("no base") == "no base"
    assert ngettext("{n} key", "{n} keys", 2) == "{n} keys"


def test_a_number_stays_with_its_per_cent_sign_in_english_too() -> None:
    assert _("95 % interval") == "95\N{NO-BREAK SPACE}% interval"
    assert ngettext("{n} % of one", "{n} % of many", 2) == "{n}\N{NO-BREAK SPACE}% of many"


def test_russian_counts_in_three_forms() -> None:
    with speaking("ru"):
        forms = [ngettext("{n} key", "{n} keys", n).format(n=n) for n in (1, 2, 5, 11, 21)]
    assert forms == ["1 ключ", "2 ключа", "5 ключей", "11 ключей", "21 ключ"]


def test_a_message_without_a_translation_stays_english() -> None:
    with speaking("ru"):
        assert _("nobody ever translates this") == "nobody ever translates this"


def test_an_unknown_language_becomes_russian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_source", lambda: "de")
    assert current_language() == "ru"


def test_speaking_a_language_ends_with_its_block_even_by_an_error() -> None:
    with suppress(ZeroDivisionError), speaking("ru"):
        assert current_language() == "ru"
        raise ZeroDivisionError
    assert current_language() == "en"


def test_speaking_on_one_thread_does_not_change_another() -> None:
    with ThreadPoolExecutor(1) as other, speaking("ru"):
        assert other.submit(current_language).result() == "en"
        assert other.submit(copy_context().run, current_language).result() == "ru"
