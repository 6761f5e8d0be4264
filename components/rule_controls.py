"""The controls of «Если изменить правило»: a variant of the rule, kept in the address as codes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import streamlit as st

from charts import formats
from metrics.simulator import RuleVariant
from program.language import _
from program.rules import ProgramRules

#: Ends of the sliders; per cents, months and keys.
_THRESHOLDS, _MONTHS, _BASES, _GRACE = (10, 100), (0, 24), (1, 20), (0, 12)
_NAMES = ("threshold", "window", "base", "grace", "keep")


def _per_cent(share: Fraction) -> int:
    return round(share * 100)


def _defaults(rules: ProgramRules) -> dict[str, str]:
    return {
        "threshold": str(_per_cent(rules.threshold)),
        "window": f"{rules.window_from_months}-{rules.window_to_months}",
        "base": str(rules.minimum_base),
        "grace": "0",
        "keep": "",
    }


def _whole(said: str) -> int | None:
    """Return a short whole number in plain digits; other scripts have digits too."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= 3 else None


def _number(name: str, rules: ProgramRules, ends: tuple[int, int]) -> int:
    """Return a parameter of the address within its ends; what is no number is the default."""
    default = int(_defaults(rules)[name])
    said = st.query_params.get(name, "")
    number = _whole(said)
    return default if number is None else min(max(number, ends[0]), ends[1])


def _window(rules: ProgramRules) -> tuple[int, int]:
    """Return from and to in months before the evaluation, as the address says if it makes sense."""
    first, _dash, last = st.query_params.get("window", "").partition("-")
    begin, end = _whole(first), _whole(last)
    if begin is not None and end is not None and min(begin, _MONTHS[1]) > end:
        return min(begin, _MONTHS[1]), end
    return rules.window_from_months, rules.window_to_months


def chosen_variant(rules: ProgramRules) -> RuleVariant:
    """Return the variant that the address says; every value is checked here."""
    threshold = _number("threshold", rules, _THRESHOLDS)
    begin, end = _window(rules)
    exact = rules.threshold if threshold == _per_cent(rules.threshold) else Fraction(threshold, 100)
    said = _whole(st.query_params.get("keep", ""))
    keep = threshold if said is None else said
    tried = replace(
        rules,
        threshold=exact,
        window_from_months=begin,
        window_to_months=end,
        minimum_base=_number("base", rules, _BASES),
    )
    lower = Fraction(keep, 100) if _THRESHOLDS[0] <= keep < threshold else None
    return RuleVariant(tried, _number("grace", rules, _GRACE), lower)


def rule_controls(rules: ProgramRules, variant: RuleVariant) -> None:
    """Draw the sliders; each one writes its code into the address when it is moved."""
    threshold = _per_cent(variant.rules.threshold)
    keep = threshold if variant.keep_threshold is None else _per_cent(variant.keep_threshold)
    left, middle, right = st.columns(3, gap="large")
    with left:
        _slider("threshold", _("Threshold to gain, %"), _THRESHOLDS, threshold, rules)
        _slider(
            "keep",
            _("Threshold to keep, %"),
            (_THRESHOLDS[0], max(threshold, _THRESHOLDS[0] + 1)),
            keep,
            rules,
            help_=_("A holder must reach only this; the same as the threshold to gain by default."),
        )
    with middle:
        _window_slider(variant, rules)
        _slider("base", _("Smallest base, keys"), _BASES, variant.rules.minimum_base, rules)
    with right:
        _slider(
            "grace",
            _("Months of grace"),
            _GRACE,
            variant.grace_months,
            rules,
            help_=_("A holder keeps the competence for so many evaluations below the threshold."),
        )
        st.button(
            _("Back to the rule in force"),
            icon=":material/restart_alt:",
            on_click=_forget,
            disabled=variant == RuleVariant(rules),
        )


def _forget() -> None:
    for name in _NAMES:
        st.query_params.pop(name, None)


def _remember(name: str, value: str, rules: ProgramRules) -> None:
    """Write one parameter into the address; the rule in force leaves it clean."""
    if value == _defaults(rules)[name]:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def _slider(
    name: str,
    label: str,
    ends: tuple[int, int],
    value: int,
    rules: ProgramRules,
    help_: str | None = None,
) -> None:
    key = f"rule_{name}"
    st.session_state[key] = min(max(value, ends[0]), ends[1])

    def moved() -> None:
        chosen = st.session_state[key]
        # A threshold to keep at its upper end is no threshold of its own.
        own = name != "keep" or chosen < ends[1]
        _remember(name, str(chosen) if own else "", rules)

    st.slider(label, *ends, key=key, on_change=moved, help=help_)


def _window_slider(variant: RuleVariant, rules: ProgramRules) -> None:
    key = "rule_window"
    tried = variant.rules
    st.session_state[key] = (tried.window_to_months, tried.window_from_months)

    def moved() -> None:
        end, begin = st.session_state[key]
        _remember("window", f"{max(begin, end + 1)}-{end}", rules)

    st.slider(
        _("Window, months before the evaluation"),
        *_MONTHS,
        key=key,
        on_change=moved,
        help=_("Keys bought between these months count: 14 to 2 months before by the deck."),
    )


def rule_words(variant: RuleVariant) -> list[str]:
    """Return the parameters of a rule, one line each."""
    rules = variant.rules
    lines = [
        _("threshold {share}").format(share=formats.share(float(rules.threshold), 1)),
        _("window from {first} to {last} months before").format(
            first=formats.number(rules.window_from_months),
            last=formats.number(rules.window_to_months),
        ),
        _("base from {keys}").format(keys=formats.keys(rules.minimum_base)),
    ]
    if variant.keep_threshold is not None:
        lines.append(
            _("to keep {share}").format(share=formats.share(float(variant.keep_threshold), 1))
        )
    if variant.grace_months:
        lines.append(_("grace {months}").format(months=formats.months(variant.grace_months)))
    return lines
