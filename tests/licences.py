"""``make licences``: what the dashboard runs on and under which terms, from installed metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from program.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "licences.md"
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(\[[\w,]+\])?==(\S+)")
_CLASSIFIER = "License :: OSI Approved :: "
_LONGEST = 60
HEAD = """# What the dashboard runs on, and under which terms

Made by `make licences` from the metadata of the installed packages; a test holds every pinned
requirement to it. Packages that only the tests need are not listed; those «with ClickHouse» are
installed only where the program database is one.

Beside them: the IBM Plex Sans fonts in `pages/static/fonts` (SIL Open Font License 1.1, its text
lies there). Streamlit's wheel brings its front end, and the wheels of numpy, scipy, pyarrow, duckdb
and psycopg-binary bring compiled libraries; their licences lie in those wheels. psycopg is LGPL: it
is installed as its authors publish it, and can be replaced.

| Package | Version | Licence | Why it is here |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package, its terms, and why it is here."""

    name: str
    version: str
    licence: str
    why: str


#: What the product is installed from; why packages are here that a file names or that follow it.
FILES = {
    "requirements.txt": ("required", "brought along"),
    "requirements-clickhouse.txt": ("with ClickHouse", "with ClickHouse"),
}


def pinned_requirements(*files: str) -> dict[str, tuple[str, str]]:
    """Return version and extras of each package that these files pin, all of them by default."""
    texts = [(PROJECT_ROOT / file).read_text() for file in files or FILES]
    lines = [line for text in texts for line in text.splitlines()]
    found = [match.groups() for line in lines if (match := _PINNED.match(line))]
    return {canonicalize_name(name): (version, extras or "") for name, extras, version in found}


def licence_of(package: Distribution) -> str:
    """Return the terms as the package states them, empty if it does not."""
    stated = package.metadata
    if expression := stated.get("License-Expression"):
        return expression
    classified = [
        line.removeprefix(_CLASSIFIER)
        for line in stated.get_all("Classifier", [])
        if line.startswith(_CLASSIFIER)
    ]
    written = (stated.get("License") or "").strip().split("\n")[0]
    short = written if len(written) <= _LONGEST else ""
    return ", ".join(classified) or ("" if short.upper() == "UNKNOWN" else short)


def runtime_packages() -> Iterator[Package]:
    """Yield what the files name and all that it brings along here, by name."""
    found: dict[str, Package] = {}
    for file, (named, following) in FILES.items():
        wanted = pinned_requirements(file)
        for package in _brought_along(wanted):
            name = canonicalize_name(package.name)
            why = named if name in wanted else following
            found.setdefault(name, Package(name, package.version, licence_of(package), why))
    yield from (found[name] for name in sorted(found))


def _brought_along(wanted: dict[str, tuple[str, str]]) -> Iterator[Distribution]:
    """Yield the packages that are wanted and those that they need here, some more than once."""
    left = [Requirement(f"{name}{extras}") for name, (_, extras) in wanted.items()]
    walked: set[str] = set()
    while left:
        asked = left.pop()
        if str(asked) in walked:
            continue
        walked.add(str(asked))
        package = distribution(asked.name)
        yield package
        for line in package.requires or ():
            needed = Requirement(line)
            extras = asked.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                left.append(needed)


def main() -> None:
    """Write the page anew."""
    rows = [
        f"| {package.name} | {package.version} | {package.licence} | {package.why} |"
        for package in runtime_packages()
    ]
    PAGE.write_text(HEAD + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
