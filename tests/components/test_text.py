"""Strings from data show as the text they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.text import WORD_JOINER, one_line, plain, within

HOSTILE = [
    "![x](https://evil.example/x.png)",
    ":red[x]",
    ":material/home:",
    ":smile:",
    "<img src=x onerror=alert(1)>",
    "$x^2$",
    "**b** _i_ `c` ~~s~~",
    "# heading",
    "1. list",
    "- list",
    "| a | b |",
    "https://evil.example www.evil.example a@evil.example",
    "-> <- &amp;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_mark_of_markdown_is_escaped(text):
    written = plain(text)
    for sign in "![]`*_<>#$~|&":
        assert written.count(sign) == written.count(f"\\{sign}")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (":material/home:", ":material"),
        (":smile:", ":smile"),
        (":red[x]", ":red"),
        ("https://evil.example", "https:/"),
        ("WWW.evil.example", "WWW\\."),
        ("a@evil.example", "@evil"),
        ("->", "\\-\\>"),
    ],
)
def test_marks_that_streamlit_seeks_after_escapes_are_parted(text, mark):
    assert mark not in plain(text)


@given(st.text())
def test_reader_sees_the_same_characters(text):
    shown = plain(text).replace(WORD_JOINER, "")
    unescaped, rest = "", list(shown)
    while rest:
        sign = rest.pop(0)
        unescaped += rest.pop(0) if sign == "\\" else sign
    assert unescaped == one_line(text).replace(WORD_JOINER, "")


@pytest.mark.parametrize("sign", ["\n", "\r", "\t", "\x00", "\u2028", "\u202e", "\u2066"])
def test_line_breaks_and_direction_changes_become_a_space(sign):
    assert one_line(f"a{sign}b") == "a b"


def test_time_of_day_is_left_alone():
    assert plain("06:00") == "06:00"


def test_a_heading_within_a_sentence_loses_its_first_capital_alone():
    assert within("Индекс (аналог NPS)") == "индекс (аналог NPS)"
    assert within("") == ""
