"""The two languages: each message has its Russian, and no word on screen escapes the catalogue."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog
from babel.messages import Message as Entry
from babel.messages.pofile import read_po

from program.language import LOCALES
from program.settings import PROJECT_ROOT

PACKAGES = ("program", "metrics", "queries", "charts", "components", "pages", "jobs")
CATALOGUES = sorted((LOCALES / "ru" / "LC_MESSAGES").glob("*.po"))

#: Russian that is data or a name, not a message: file or folder, the literals, and why.
#: No literals named means all of the file or folder.
RUSSIAN_BY_RIGHT: dict[str, frozenset[str]] = {
    # The questionnaire is versioned data in the deck's own words.
    "program/questionnaire.py": frozenset(),
    # A language is offered under its own name.
    "pages/_router.py": frozenset({"Русский"}),
    # What a file may say for yes and no: read, never shown.
    "jobs/loading/cell_rules.py": frozenset({"да", "истина", "нет", "ложь"}),
    # A file's yes and no unless its maker says otherwise.
    "components/download.py": frozenset({"да", "нет"}),
    # Letters with which an abbreviated name does not end.
    "components/regions.py": frozenset({"аеёиоуыэюяйьъaeiouy -", "с"}),
    # Letters that a search takes for one.
    "components/partner_picker.py": frozenset({"ё", "е"}),
    # Letters that stand in one place of the alphabet.
    "queries/alphabet.py": frozenset({"ё", "е", "Ё", "Е"}),
    # Invented names, posts and comments of the demonstration.
    "jobs/demo": frozenset(),
}

#: Arguments by which a call hands over words for people.
WORDS = {
    *("alt", "basis", "because", "body", "caption", "change", "definition", "description"),
    *("help", "label", "lead", "note", "page_title", "placeholder", "text", "then", "title"),
    *("undefined", "what", "why"),
}
#: Positions of such words in calls of our own; those of Streamlit draw their first argument.
POSITIONS = {
    "Column": (1,),
    "Tile": (0, 1),
    "PageOfMenu": (1, 3),
    "badge": (0,),
    "empty": (0,),
    "not_allowed": (0,),
    "title": (0, 1),
    "verdict": (0,),
}
#: Parts of Streamlit whose first argument is no word: addresses, keys, folders of memory.
SILENT = ("st.query_params", "st.session_state", "st.switch_page", "st.Page", "st.image")
#: Markdown that is not read: icons, colours, targets of links, code.
MARKUP = re.compile(r":material/\w+:|:[\w-]+\[|\]\([^)]*\)|`[^`]*`")


@dataclass(frozen=True, slots=True)
class Message:
    """One message where the code speaks it: the id, and the plural id if there is one."""

    where: str
    ids: tuple[str, ...]


def sources(*packages: str) -> list[Path]:
    return [path for name in packages for path in sorted((PROJECT_ROOT / name).rglob("*.py"))]


SPOKEN = [PROJECT_ROOT / "dashboard.py", *sources(*PACKAGES)]


def named(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), named(path))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Name of what is called, dots included, and the call."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def ids_of(name: str, call: ast.Call) -> list[ast.expr]:
    """Arguments of a call that are message ids.

    Babel's own extraction reads tokens and does not see calls inside f-strings on Python 3.11.
    """
    return {"_": call.args[:1], "N_": call.args[:1], "ngettext": call.args[:2]}.get(name, [])


@cache
def messages() -> tuple[Message, ...]:
    return tuple(
        Message(f"{named(path)}:{call.lineno}", tuple(str(id_.value) for id_ in ids))
        for path in SPOKEN
        for name, call in calls(path)
        if (ids := [id_ for id_ in ids_of(name, call) if isinstance(id_, ast.Constant)])
    )


def is_computed(value: ast.AST) -> bool:
    """Whether an expression builds text or spells it out unmarked, rather than naming a message."""
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) != "N_"
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
        return False
    if isinstance(value, ast.JoinedStr | ast.BinOp | ast.Constant):
        return True
    return any(is_computed(part) for part in ast.iter_child_nodes(value))


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="ru", abort_invalid=True)


def ids(entry: Entry) -> tuple[str, ...]:
    return (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)


def strings(entry: Entry) -> tuple[str, ...]:
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)


def entries(path: Path) -> list[Entry]:
    """Every entry but the header."""
    return [entry for entry in catalogue(path) if entry.id]


def all_entries() -> Iterator[tuple[str, Entry]]:
    for path in CATALOGUES:
        for entry in entries(path):
            yield f"{path.name}: {ids(entry)[0]!r}", entry


def placeholders(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def literals(value: ast.expr) -> Iterator[str]:
    """Texts that an argument spells out itself, whatever it computes besides."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        # Joined before judging: Markdown may begin in one part and end in the next.
        yield "".join(part.value for part in value.values if isinstance(part, ast.Constant))
    elif isinstance(value, ast.BinOp):
        yield from [*literals(value.left), *literals(value.right)]
    elif isinstance(value, ast.IfExp):
        yield from [*literals(value.body), *literals(value.orelse)]
    elif isinstance(value, ast.BoolOp):
        yield from (text for part in value.values for text in literals(part))
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        yield from literals(value.func.value)  # "…".format(…), "…".join(…)


def shown(name: str, call: ast.Call) -> Iterator[ast.expr]:
    """Arguments of a call that people will read."""
    yield from (keyword.value for keyword in call.keywords if keyword.arg in WORDS)
    if name.startswith("st.") and not name.startswith(SILENT):
        yield from call.args[:1]
    for position in POSITIONS.get(name, ()):
        yield from call.args[position : position + 1]


def foreign_words(name: str, call: ast.Call) -> Iterator[str]:
    """English that a call would show without asking the catalogue."""
    for argument in shown(name, call):
        for text in literals(argument):
            if re.search("[A-Za-z]{2}", MARKUP.sub("", text)):
                yield text


def russian_by_right(path: Path, text: str) -> bool:
    return any(
        named(path).startswith(place) and (not allowed or text in allowed)
        for place, allowed in RUSSIAN_BY_RIGHT.items()
    )


def russian_literals(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every Russian string that is not documentation."""
    prose = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in prose
            and re.search("[А-Яа-яЁё]", node.value)
        ):
            yield node.lineno, node.value


def test_the_messages_and_the_catalogues_are_found() -> None:
    assert len(messages()) > 100
    assert {"components.po", "pages.po"} <= {path.name for path in CATALOGUES}


def test_every_message_is_spelled_out() -> None:
    """A computed message is in no catalogue. ``_`` may also say one that ``N_`` has marked."""
    wrong = [
        f"{named(path)}:{call.lineno} {ast.unparse(call)}"
        for path in SPOKEN
        for name, call in calls(path)
        for id_ in ids_of(name, call)
        if not isinstance(id_, ast.Constant) and (name != "_" or is_computed(id_))
    ]
    assert not wrong


def test_every_message_has_its_russian() -> None:
    known = {ids(entry) for _, entry in all_entries() if all(strings(entry))}
    assert sorted({f"{m.where} {m.ids}" for m in messages() if m.ids not in known}) == []


def test_every_entry_of_the_catalogues_is_spoken() -> None:
    spoken = {message.ids for message in messages()}
    assert [where for where, entry in all_entries() if ids(entry) not in spoken] == []


def test_a_message_reads_the_same_in_every_catalogue() -> None:
    """The catalogues are one to the reader: which file comes first must not matter."""
    said: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for _, entry in all_entries():
        said[ids(entry)[0]].add(strings(entry))
    assert {text: ways for text, ways in said.items() if len(ways) > 1} == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=named)
def test_no_entry_is_fuzzy_obsolete_or_repeated(path: Path) -> None:
    assert [entry.id for entry in entries(path) if entry.fuzzy] == []
    assert list(catalogue(path).obsolete) == []
    written = re.findall(r"^msgid ", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(written) == len(entries(path)) + 1, "the header and each entry once"


def test_translations_keep_the_placeholders() -> None:
    wrong = [
        (where, text)
        for where, entry in all_entries()
        for text in (*ids(entry), *strings(entry))
        if placeholders(text) != placeholders(ids(entry)[-1])
    ]
    assert not wrong


@pytest.mark.parametrize("path", CATALOGUES, ids=named)
def test_russian_counts_in_three_forms(path: Path) -> None:
    counted = [entry for entry in entries(path) if len(ids(entry)) > 1]
    assert [entry.id for entry in counted if len(strings(entry)) != 3] == []
    form = c2py(catalogue(path).plural_expr)
    assert [form(n) for n in (1, 21, 101)] == [0, 0, 0]
    assert [form(n) for n in (2, 4, 22, 103)] == [1, 1, 1, 1]
    assert [form(n) for n in (0, 5, 11, 12, 14, 111, 212)] == [2, 2, 2, 2, 2, 2, 2]


def test_russian_keeps_its_typography() -> None:
    """A no-break space before %, real quotes, one-sign ellipses, long dashes, партнёр with ё."""
    slips = re.compile(r"[\d}] %|\"|\.\.\.|  | [-–] |[Пп]артнер")
    wrong = [
        (where, slip.group())
        for where, entry in all_entries()
        for text in strings(entry)
        if (slip := slips.search(text))
    ]
    assert not wrong


def test_russian_stands_in_the_catalogues_only() -> None:
    wrong = [
        f"{named(path)}:{line} {text!r}"
        for path in SPOKEN
        for line, text in russian_literals(path)
        if not russian_by_right(path, text)
    ]
    assert not wrong


def test_every_exception_for_russian_is_still_needed() -> None:
    found = [(named(path), text) for path in SPOKEN for _, text in russian_literals(path)]
    unneeded = [
        (place, text)
        for place, allowed in RUSSIAN_BY_RIGHT.items()
        for text in allowed or {""}
        if not any(name.startswith(place) and text in ("", said) for name, said in found)
    ]
    assert not unneeded


@pytest.mark.parametrize("path", sources("components", "pages"), ids=named)
def test_words_on_screen_come_from_the_catalogue(path: Path) -> None:
    wrong = [
        f"{named(path)}:{call.lineno} {text!r}"
        for name, call in calls(path)
        for text in foreign_words(name, call)
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("source", "escapes"),
    [
        ('st.button("Reset")', True),
        ('st.caption(f"{n} keys")', True),
        ('st.markdown("Keys: " + words)', True),
        ('tiles.Tile(label, value, basis="of all")', True),
        ('Column("base", "In the base")', True),
        ('st.caption(f":gray[:material/inbox:] {why}")', False),
        ('st.button(_("Reset"))', False),
        ("st.markdown(f'#### {_(\"Figures\")}')", False),
        ('st.query_params.get("partner")', False),
        ('Column("base", _("In the base"))', False),
    ],
)
def test_the_watch_over_words_on_screen_sees(source: str, escapes: bool) -> None:
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)
    assert bool(list(foreign_words(ast.unparse(call.func), call))) is escapes
