"""Settings of sign-in: whole or not at all, and no message repeats a secret."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from program.roles import EVERYBODY, Role
from program.rules import STAFF_ROLES
from program.settings import PROJECT_ROOT, Settings
from program.sign_in import sign_in_provider

WHOLE = {
    "METADATA": "https://id.example.test/.well-known/openid-configuration",
    "CLIENT": "dashboard",
    "SECRET": "hush-hush",
    "REDIRECT": "https://quality.example.test/oauth2callback",
    "COOKIE": "0123456789abcdef0123456789abcdef",
}


def test_roles_are_those_of_the_staff_list() -> None:
    assert {role.value for role in Role} == set(STAFF_ROLES)
    assert set(Role) == EVERYBODY


def test_no_settings_mean_no_sign_in() -> None:
    assert sign_in_provider(dict.fromkeys(WHOLE, "")) is None


def test_whole_settings_mean_sign_in() -> None:
    provider = sign_in_provider(WHOLE, vouches_for_email=True)
    assert provider is not None
    assert provider.origin == "https://quality.example.test"
    assert provider.is_behind_tls
    assert provider.vouches_for_email


@pytest.mark.parametrize("missing", WHOLE)
def test_settings_in_part_are_refused_and_the_missing_one_is_named(missing: str) -> None:
    with pytest.raises(ValueError, match=f"also set {missing}"):
        sign_in_provider(WHOLE | {missing: ""})


@pytest.mark.parametrize(
    "wrong",
    [
        {"METADATA": "http://id.example.test/.well-known/openid-configuration"},
        {"METADATA": "id.example.test"},
        {"REDIRECT": "http://quality.example.test/oauth2callback"},
        {"REDIRECT": "https://quality.example.test/"},
        {"COOKIE": "short"},
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_right_is_refused_without_repeating_it(
    wrong: Mapping[str, str],
) -> None:
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=name) as refused:
        sign_in_provider({**WHOLE, **wrong})
    assert value not in str(refused.value)


def test_plain_http_is_for_this_machine() -> None:
    here = {"METADATA": "http://localhost:1/x", "REDIRECT": "http://127.0.0.1:2/oauth2callback"}
    provider = sign_in_provider(WHOLE | here)
    assert provider is not None
    assert not provider.is_behind_tls


def test_messages_and_pictures_of_settings_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUALITY_DATABASE_URL", "postgresql+psycopg://u:hush-hush@db.test/q")
    monkeypatch.setenv("QUALITY_OIDC_CLIENT_SECRET", "hush-hush")
    monkeypatch.setenv("QUALITY_COOKIE_SECRET", "hush-hush")
    assert "hush-hush" not in repr(Settings())
    monkeypatch.setenv("QUALITY_POOL_SIZE", "hush-hush")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "pool_size" in str(refused.value)
    assert "hush-hush" not in str(refused.value)


def test_a_dashboard_with_half_a_sign_in_does_not_start() -> None:
    half = {"QUALITY_OIDC_CLIENT_SECRET": "hush-hush", "PATH": "/usr/bin:/bin"}
    started = subprocess.run(
        [sys.executable, "-c", "import dashboard"],
        cwd=PROJECT_ROOT,
        env=half,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert started.returncode == 1
    assert "does not start: sign-in is configured in part" in started.stderr
    assert "QUALITY_OIDC_METADATA_URL" in started.stderr
    assert "hush-hush" not in started.stderr + started.stdout
