from __future__ import annotations

import json
import re
from fractions import Fraction

from pydantic import SecretStr

from program.settings import PROJECT_ROOT, Settings

ROW = re.compile(r"^\| `(QUALITY_\w+)` \| (?:`([^`]*)`)? ?\| (.+) \|$")


def written(default: object) -> str:
    """How a default stands in the README: as it would be written into ``.env``."""
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, Fraction):
        return str(default * 100)
    if isinstance(default, tuple):
        return json.dumps(list(default))
    return str(default)


def test_configuration_table_of_the_readme_is_the_settings():
    section = (PROJECT_ROOT / "README.md").read_text().split("## Configuration")[1].split("## ")[0]
    table = [match.groups() for line in section.splitlines() if (match := ROW.match(line))]
    settings = [
        (f"QUALITY_{name.upper()}", written(field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]
    assert [(name, default or "", meaning) for name, default, meaning in table] == settings
