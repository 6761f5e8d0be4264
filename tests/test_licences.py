"""Everything the dashboard runs on is listed with its terms."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from program.settings import PROJECT_ROOT
from tests.licences import PAGE, pinned_requirements, runtime_packages

ROW = re.compile(
    r"^\| ([a-z0-9-]+) \| (\S+) \| (.*) \| (required|brought along|with ClickHouse) \|$"
)
LISTED = {
    match[1]: (match[2], match[3])
    for line in PAGE.read_text().splitlines()
    if (match := ROW.match(line))
}
CONSTRAINED = {
    canonicalize_name(name): version
    for name, version in (
        line.split("==")
        for line in (PROJECT_ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    )
}


def test_every_pinned_requirement_is_listed_in_its_version():
    pinned = pinned_requirements()
    assert len(pinned) > 15
    assert {name: LISTED[name][0] for name in pinned} == {
        name: version for name, (version, _) in pinned.items()
    }


def test_the_driver_of_clickhouse_is_listed_with_what_it_brings():
    assert {"clickhouse-connect", "lz4", "backports-zstd"} <= set(LISTED)


def test_everything_they_bring_along_is_listed_in_the_version_tested_together():
    installed = {package.name for package in runtime_packages()}
    assert installed <= set(LISTED), "make licences"
    versions = {name: version for name, (version, _) in LISTED.items()}
    assert versions == {name: CONSTRAINED[name] for name in versions}


def test_no_licence_is_missing():
    assert [name for name, (_, licence) in LISTED.items() if len(licence) < 3] == []
    assert [package.name for package in runtime_packages() if not package.licence] == []
