"""The shape of the product: who may import whom, who may speak SQL, what never appears."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from program.settings import PROJECT_ROOT

#: Floors, the highest first; a file imports from its own floor's package and from below only.
FLOORS = (
    ("dashboard",),
    ("pages", "jobs"),
    ("components",),
    ("charts",),
    ("queries",),
    ("metrics",),
    ("program",),
)
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}


def sources(*floors: str) -> list[Path]:
    """Python files of the named packages, of all of them by default."""
    found = []
    for name in floors or FLOOR_OF:
        module = PROJECT_ROOT / f"{name}.py"
        found += [module] if module.exists() else sorted((PROJECT_ROOT / name).rglob("*.py"))
    return found


def named(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), named(path))


def imports(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, module and imported name of every import, those inside functions included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(path)}:{node.lineno} imports relatively"
            yield from ((node.lineno, node.module or "", alias.name) for alias in node.names)


def words_of_code(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every name and every string that is not documentation."""
    prose = {
        id(node.value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.alias):
            yield node.lineno, node.name
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
        ):
            yield node.lineno, node.value


def tracked() -> list[Path]:
    """Files that a clone would contain."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    return [path for name in names if name and (path := PROJECT_ROOT / name).is_file()]


def test_every_floor_is_looked_at() -> None:
    assert all(sources(name) for name in FLOOR_OF)


@pytest.mark.parametrize("path", sources(), ids=named)
def test_imports_only_go_down(path: Path) -> None:
    package = path.relative_to(PROJECT_ROOT).parts[0].removesuffix(".py")
    wrong = [
        f"{named(path)}:{line} imports {module}"
        for line, module, _ in imports(path)
        if (target := module.split(".")[0]) in FLOOR_OF
        and target != package
        and FLOOR_OF[target] <= FLOOR_OF[package]
    ]
    assert not wrong


def test_pages_do_not_import_one_another() -> None:
    wrong = [
        f"{named(path)}:{line}"
        for path in sources("pages")
        for line, module, _ in imports(path)
        if module.split(".")[0] == "pages"
    ]
    assert not wrong


def test_the_product_does_not_import_its_tests() -> None:
    wrong = [
        f"{named(path)}:{line}"
        for path in sources()
        for line, module, _ in imports(path)
        if module.split(".")[0] in {"tests", "benchmarks"}
    ]
    assert not wrong


def test_only_queries_and_jobs_speak_sql() -> None:
    """Components may name the type ``Connection`` that they hand on to a query, nothing more."""
    schemas = [PROJECT_ROOT / "program" / name for name in ("schema.py", "state_schema.py")]
    wrong = [
        f"{named(path)}:{line} imports {module} {name}"
        for path in sources()
        for line, module, name in imports(path)
        if module.split(".")[0] in {"sqlalchemy", "duckdb", "psycopg", "duckdb_sqlalchemy"}
        and named(path).split("/")[0] not in {"queries", "jobs"}
        and path not in schemas
        and not (
            named(path).startswith("components/") and (module, name) == ("sqlalchemy", "Connection")
        )
    ]
    assert not wrong


def test_components_and_pages_do_not_build_statements() -> None:
    """Tables of the schema are for queries and jobs; whoever holds one is about to write SQL."""
    wrong = [
        f"{named(path)}:{line}"
        for path in sources("dashboard", "pages", "components", "charts", "metrics")
        for line, module, _ in imports(path)
        if module in {"program.schema", "program.state_schema"}
    ]
    assert not wrong


@pytest.mark.parametrize(
    "path", sources("dashboard", "pages", "components", "charts", "queries", "metrics"), ids=named
)
def test_the_dashboard_never_touches_personal_data(path: Path) -> None:
    wrong = [line for line, word in words_of_code(path) if "client_contact" in word]
    assert not wrong, f"{named(path)} mentions client_contact in lines {wrong}"


PAGES = [path for path in sources("pages") if not path.name.startswith("_")]


def is_constant(value: ast.expr | None) -> bool:
    """Whether an expression only spells values out: no call but the mark for translation."""
    return value is not None and all(
        ast.unparse(node.func) == "N_" for node in ast.walk(value) if isinstance(node, ast.Call)
    )


def is_harmless(statement: ast.stmt) -> bool:
    """Whether a statement only imports, documents, or names a constant."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Assign | ast.AnnAssign) and is_constant(statement.value)


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_a_page_first_asks_who_is_looking(path: Path) -> None:
    first = next(node for node in tree(path).body if not is_harmless(node))
    assert ast.unparse(first) == "user = require_user()", f"{named(path)}:{first.lineno}"


#: Where Streamlit's fragments get the guard that they have to pass.
FRAGMENT_OF_OURS = "components/fragment.py"


def test_no_part_of_a_page_is_drawn_again_around_the_guard() -> None:
    """Streamlit runs fragments and dialogs again without router and page; ours ask first."""
    bare = re.compile(r"(st|streamlit)\b.*\b(experimental_)?(fragment|dialog)\b")
    wrong = [
        f"{named(path)}:{line} {used}"
        for path in sources("dashboard", "pages", "components")
        for line, used in [
            *((line, f"{module} {name}") for line, module, name in imports(path)),
            *(
                (node.lineno, ast.unparse(node))
                for node in ast.walk(tree(path))
                if isinstance(node, ast.Attribute)
            ),
        ]
        if bare.match(used)
    ]
    assert [place for place in wrong if not place.startswith(f"{FRAGMENT_OF_OURS}:")] == []
    assert any(place.startswith(f"{FRAGMENT_OF_OURS}:") for place in wrong)


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_pages_neither_draw_nor_query_by_themselves(path: Path) -> None:
    wrong = [
        f"{named(path)}:{line} imports {module}"
        for line, module, _ in imports(path)
        if module.split(".")[0] in {"plotly", "sqlalchemy", "duckdb"}
    ]
    assert not wrong


def test_every_page_is_in_the_menu() -> None:
    router = (PROJECT_ROOT / "pages" / "_router.py").read_text(encoding="utf-8")
    assert [path.name for path in PAGES if f'"{path.name}"' not in router] == []


def test_no_drawer_for_odds_and_ends() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
    everywhere = [*sources(), *(PROJECT_ROOT / "tests").rglob("*.py")]
    assert [named(path) for path in everywhere if path.name in drawers] == []


def test_headings_leave_no_level_out() -> None:
    """The title is the first level, sections the second, their parts the third."""
    wrong = [
        f"{named(path)}:{line} {word[:40]!r}"
        for path in sources("pages", "components")
        for line, word in words_of_code(path)
        if re.match(r"#{4,} |# ", word)
    ]
    assert not wrong


def test_every_tile_opens_its_definition() -> None:
    """A figure whose meaning cannot be asked for is a figure that people guess."""
    without = [
        f"{named(path)}:{node.lineno}"
        for path in sources("pages", "components")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Tile"
        and "definition" not in {keyword.arg for keyword in node.keywords}
    ]
    assert without == []


#: Where our own style sheet and two lines of script are sent.
HTML_OF_OURS = "components/document.py"


def test_nothing_from_data_can_become_markup() -> None:
    """``st.write`` guesses what a value is; raw HTML and the HTML element trust it."""
    wrong = []
    for path in sources("dashboard", "pages", "components"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in {"st.write", "st.html"}:
                wrong.append(f"{named(path)}:{node.lineno} {ast.unparse(node)}")
            if isinstance(node, ast.keyword) and node.arg == "unsafe_allow_html":
                wrong.append(f"{named(path)}:{node.value.lineno} unsafe_allow_html")
    assert [place for place in wrong if not place.startswith(f"{HTML_OF_OURS}:")] == []


def test_html_of_ours_is_made_of_constants() -> None:
    """It knows neither data nor visitors, and puts two checked values into what it sends."""
    source = PROJECT_ROOT / HTML_OF_OURS
    assert {module for _, module, _ in imports(source)} <= {
        *("__future__", "pathlib", "streamlit", "charts.palette", "program.language"),
    }
    filled = {
        ast.unparse(node.value)
        for node in ast.walk(tree(source))
        if isinstance(node, ast.FormattedValue)
    }
    assert filled == {"language", "number"}


@pytest.mark.parametrize("path", sources("metrics", "charts"), ids=named)
def test_formulas_and_figures_have_no_clock(path: Path) -> None:
    wrong = [f"imports {module}" for _, module, _ in imports(path) if module == "time"]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
            receiver = ast.unparse(node.value)
            if receiver.split(".")[-1] in {"datetime", "date", "Timestamp"}:
                wrong.append(f"line {node.lineno}: {ast.unparse(node)}")
    assert not wrong, named(path)


# Patterns are spelled so that this file does not match itself.
FOREIGN = {
    "a path of somebody's machine": r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]|User[s])/\w+",
    "a registry or a mirror": r"inde[x]-url|pyp[i]\.org|pythonhoste[d]|artifactor[y]|find-link[s]",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_nothing_tracked_mentions(what: str) -> None:
    pattern = re.compile(FOREIGN[what])
    wrong = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # fonts, pictures, workbooks
        wrong += [f"{named(path)}: {match.group()}" for match in pattern.finditer(text)]
    assert not wrong
