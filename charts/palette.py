"""Colours by role, for both themes. Meaning is never carried by colour alone: see ``SIGNS``.

One accent (blue) also says «good»; what needs attention is burnt orange, what is close is amber,
what cannot be judged is grey. Blue against orange stays apart under every common colour
blindness; red against green would not. ``.streamlit/config.toml`` repeats these colours for
Streamlit's own widgets, and a test keeps the two in step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

ThemeName = Literal["light", "dark"]
THEMES: tuple[ThemeName, ...] = ("light", "dark")


class Tone(StrEnum):
    """What a figure, a state or a verdict says at a glance."""

    GOOD = "good"
    BAD = "bad"
    WATCH = "watch"
    NEUTRAL = "neutral"


#: The sign beside a word, so that a tone is read without its colour.
SIGNS = {Tone.GOOD: "✓", Tone.BAD: "▼", Tone.WATCH: "◆", Tone.NEUTRAL: "○"}
#: The shape of a marker with that tone in a chart (plotly symbol names).
SYMBOLS = {
    Tone.GOOD: "circle",
    Tone.BAD: "triangle-down",
    Tone.WATCH: "diamond",
    Tone.NEUTRAL: "circle-open",
}


@dataclass(frozen=True, slots=True)
class Roles:
    """Colours of one theme by role, as ``#RRGGBB``.

    Attributes
    ----------
    background, surface
        The page, and quiet areas on it (tracks, shading).
    text, muted, grid
        Words, secondary words and axes, hairlines.
    accent, accent_soft
        The measure itself; its range or reserve.
    good, bad, watch, neutral
        Tones; ``good`` is the accent.
    watch_soft, watch_band, bad_soft, neutral_soft
        Fills for areas and bands behind data.
    sequential
        Few to many, seven steps, readable in grey print.
    diverging
        Worst to best in seven steps around a grey middle, colour-blind safe.
    likert
        Five answers, worst (1) to best (5), middle grey.
    likert_few
        The same in greys, where too few answers say nothing.
    series
        Lines of different things in one chart, in order of use.
    """

    background: str
    surface: str
    text: str
    muted: str
    grid: str
    accent: str
    accent_soft: str
    good: str
    bad: str
    watch: str
    neutral: str
    watch_soft: str
    watch_band: str
    bad_soft: str
    neutral_soft: str
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    likert: tuple[str, str, str, str, str]
    likert_few: tuple[str, str, str, str, str]
    series: tuple[str, ...]

    def tone(self, tone: Tone) -> str:
        """Return the colour of ``tone``, dark or light enough for text on the background."""
        return {
            Tone.GOOD: self.good,
            Tone.BAD: self.bad,
            Tone.WATCH: self.watch,
            Tone.NEUTRAL: self.neutral,
        }[tone]


_LIGHT = Roles(
    background="#FFFFFF",
    surface="#F5F5F2",
    text="#101318",
    muted="#5A616C",
    grid="#E6E6E1",
    accent="#1A5FB4",
    accent_soft="#B9D2EE",
    good="#1A5FB4",
    bad="#A63C09",
    watch="#7D5700",
    neutral="#5A616C",
    watch_soft="#FBF4E0",
    watch_band="#EFDCA4",
    bad_soft="#FBEFE8",
    neutral_soft="#E6E6E1",
    sequential=("#EDF3FA", "#CFE0F3", "#A9C8E9", "#7BABDC", "#4C8ACB", "#1A5FB4", "#103F7A"),
    diverging=("#A63C09", "#D37A45", "#EFBD9B", "#E3E3DF", "#A9C8E9", "#5E97D1", "#1A5FB4"),
    likert=("#A63C09", "#E09B6E", "#D5D5D0", "#8DB6E1", "#1A5FB4"),
    likert_few=("#E3E5E8", "#C9CDD2", "#ABB1B8", "#8B929C", "#6B737E"),
    series=("#1A5FB4", "#A63C09", "#7D5700", "#5A616C", "#6B4FA0", "#2B7A8C"),
)

_DARK = Roles(
    background="#12151A",
    surface="#1F242B",
    text="#E8EAED",
    muted="#A7AEB9",
    grid="#2C323A",
    accent="#7FB2F2",
    accent_soft="#34557F",
    good="#7FB2F2",
    bad="#F0915C",
    watch="#E6BC54",
    neutral="#A7AEB9",
    watch_soft="#352C16",
    watch_band="#57481F",
    bad_soft="#3A241A",
    neutral_soft="#343B45",
    sequential=("#1D2A3B", "#24405F", "#2E5987", "#4176B0", "#5F96D6", "#7FB2F2", "#BAD6FA"),
    diverging=("#F0915C", "#B9673B", "#75452D", "#3A4049", "#2E5987", "#4E84C4", "#7FB2F2"),
    likert=("#F0915C", "#A8623D", "#4A515B", "#3F6FA6", "#7FB2F2"),
    likert_few=("#2F363F", "#474F5A", "#626A75", "#8A929E", "#ABB2BD"),
    series=("#7FB2F2", "#F0915C", "#E6BC54", "#A7AEB9", "#B9A2E8", "#6FC0CF"),
)


def roles(theme: ThemeName) -> Roles:
    """Return the colours of ``theme``.

    Raises
    ------
    ValueError
        If there is no such theme.
    """
    if theme not in THEMES:
        raise ValueError(f"no such theme: {theme!r}")
    return _DARK if theme == "dark" else _LIGHT


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def translucent(colour: str, opacity: float) -> str:
    """Return ``colour`` as plotly's ``rgba(…)`` with ``opacity`` 0..1."""
    red, green, blue = _channels(colour)
    return f"rgba({red},{green},{blue},{opacity:g})"


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two colours, 1..21 (AA asks 4.5 for text, 3 else)."""

    def luminance(colour: str) -> float:
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (channel / 255 for channel in _channels(colour))
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def text_on(fill: str) -> str:
    """Return black-ish or white, whichever reads better on ``fill``."""
    dark, bright = "#15181D", "#FFFFFF"
    return dark if contrast(dark, fill) >= contrast(bright, fill) else bright
