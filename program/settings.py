"""Every setting of the product: ``QUALITY_…`` environment variables or a ``.env`` file."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from program.rules import ProgramRules, RulesRefused
from program.sign_in import SignInProvider, sign_in_provider

PROJECT_ROOT = Path(__file__).resolve().parent.parent


def _per_cent(value: object) -> object:
    """Accept «50» and «12.5» as per cent, exactly."""
    return Fraction(str(value)) / 100 if isinstance(value, str | int | float) else value


#: Parameters of the rules that are set under another name.
_IN_PER_CENT = {"threshold": "threshold_percent", "near_margin": "near_margin_percent"}


def _list(value: object) -> object:
    """Accept a list as JSON; pydantic's own refusal would not name the variable."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("not a list in JSON") from None


PerCent = Annotated[Fraction, BeforeValidator(_per_cent)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_list)]


class Settings(BaseSettings):
    """Settings with the deck's rules as defaults; the README's table is tested against them."""

    model_config = SettingsConfigDict(
        env_prefix="QUALITY_",
        env_file=PROJECT_ROOT / ".env",
        extra="ignore",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,  # a message about a wrong value must not repeat a secret
    )

    database_url: str = Field(
        default="duckdb:///data/program.duckdb",
        repr=False,
        description="The program database: DuckDB file, PostgreSQL (postgresql+psycopg://…) or "
        "ClickHouse (clickhousedb://…).",
    )
    query_timeout_seconds: float = Field(
        default=15, gt=0, description="A query that runs longer is cut off with a clear message."
    )
    pool_size: int = Field(
        default=5, ge=1, le=50, description="Most database connections the dashboard opens."
    )
    duckdb_memory_limit: str = Field(
        default="256MB", description="Memory DuckDB may use inside the dashboard."
    )
    duckdb_threads: int = Field(
        default=0, ge=0, description="Threads of DuckDB; 0 means one for each processor."
    )
    answers_memory_mb: int = Field(
        default=96,
        ge=8,
        description="Memory for answers that visitors share, in megabytes; what pages first show "
        "takes 25 for every million keys.",
    )
    state_url: str = Field(
        default="sqlite:///data/state.sqlite",
        repr=False,
        description="What staff write (notes, views, the journal): SQLite file or PostgreSQL.",
    )
    state_timeout_seconds: float = Field(
        default=3, gt=0, description="A busy state database is waited for no longer than this."
    )
    state_pool_size: int = Field(
        default=5, ge=1, le=50, description="Most connections to the state database."
    )
    journal_days: int = Field(
        default=400, ge=1, description="The journal forgets events after so many days."
    )
    stale_after_days: int = Field(
        default=3, ge=1, description="Older data is marked as out of date on every page."
    )
    oidc_metadata_url: str = Field(
        default="",
        description="Sign-in: the provider's address that ends with "
        "/.well-known/openid-configuration.",
    )
    oidc_client_id: str = Field(
        default="", description="Sign-in: the provider's name for this dashboard."
    )
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Sign-in: the secret shared with the provider."
    )
    oidc_redirect_uri: str = Field(
        default="", description="Sign-in: this dashboard's public address with /oauth2callback."
    )
    oidc_email_always_verified: bool = Field(
        default=False,
        description="Trust e-mail addresses of which the provider does not say email_verified.",
    )
    cookie_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Sign-in: signs the session cookie; at least 32 random characters.",
    )
    session_hours: float = Field(
        default=8, gt=0, le=24 * 30, description="People sign in again after so many hours."
    )
    signed_out_file: str = Field(
        default="data/signed-out.txt",
        description="Where sessions that were signed out are remembered over restarts.",
    )
    single_user_without_sign_in: bool = Field(
        default=False,
        description="One trusted person on this machine sees an own database without sign-in.",
    )
    threshold_percent: PerCent = Field(
        default=Fraction(1, 2), description="Share of the base that must be delivered, per cent."
    )
    window_from_months: int = Field(
        default=14, description="The window begins so many months before the evaluation."
    )
    window_to_months: int = Field(
        default=2, description="The window ends so many months before the evaluation."
    )
    counted_kinds: Words = Field(
        default=("commercial",), description='Kinds of keys that count, as JSON: ["commercial"].'
    )
    near_keys: int = Field(
        default=1, description="Near the threshold: at most so many keys from it, or …"
    )
    near_margin_percent: PerCent = Field(
        default=Fraction(1, 10), description="… at most so many percentage points from it."
    )
    points_per_project: int = Field(default=1, description="Points for one delivered project.")
    points_life_years: int = Field(
        default=1, description="Points live so many years after the latest accepted delivery."
    )

    @property
    def sign_in(self) -> SignInProvider | None:
        """Return the sign-in provider, ``None`` if none is configured.

        Raises
        ------
        ValueError
            If it is configured in part or wrongly.
        """
        return sign_in_provider(
            {
                "QUALITY_OIDC_METADATA_URL": self.oidc_metadata_url,
                "QUALITY_OIDC_CLIENT_ID": self.oidc_client_id,
                "QUALITY_OIDC_CLIENT_SECRET": self.oidc_client_secret.get_secret_value(),
                "QUALITY_OIDC_REDIRECT_URI": self.oidc_redirect_uri,
                "QUALITY_COOKIE_SECRET": self.cookie_secret.get_secret_value(),
            },
            vouches_for_email=self.oidc_email_always_verified,
        )

    @property
    def rules(self) -> ProgramRules:
        """Return the programme's rules as these settings say.

        Raises
        ------
        ValueError
            If they are no rule; the message names the variables.
        """
        try:
            return ProgramRules(
                threshold=self.threshold_percent,
                window_from_months=self.window_from_months,
                window_to_months=self.window_to_months,
                counted_kinds=self.counted_kinds,
                near_keys=self.near_keys,
                near_margin=self.near_margin_percent,
                points_per_project=self.points_per_project,
                points_life_years=self.points_life_years,
            )
        except RulesRefused as error:
            named = [_IN_PER_CENT.get(parameter, parameter) for parameter in error.parameters]
            variables = ", ".join(f"QUALITY_{name.upper()}" for name in named)
            raise ValueError(f"{variables}: {error}") from None


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings, read once.

    Raises
    ------
    pydantic.ValidationError
        If a value is not of its setting's kind; the message names the variable.
    """
    return Settings()
