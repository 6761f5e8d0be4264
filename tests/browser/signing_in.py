"""A sign-in provider on this machine, and dashboards that trust it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from program.settings import PROJECT_ROOT
from tests.browser.server import START_SECONDS, Server, free_port, wait_until_answering
from tests.databases import url_of

#: Who may be at the keyboard: the provider's name of the account and what it says about it.
PEOPLE: dict[str, dict[str, object]] = {
    "leader": {"email": "leader01@example.test", "email_verified": True},
    "manager": {"email": "manager01@example.test", "email_verified": True},
    "analyst": {"email": "Analyst01@EXAMPLE.test", "email_verified": True},
    "stranger": {"email": "stranger@example.test", "email_verified": True},
    "unverified": {"email": "admin@example.test", "email_verified": False},
    "silent": {"email": "admin@example.test"},
}


@dataclass
class Provider:
    """The mock provider as a process, so that it can go away and come back."""

    log: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the provider."""
        return f"http://localhost:{self.port}"

    @property
    def metadata_url(self) -> str:
        """Address of its description."""
        return f"{self.url}/.well-known/openid-configuration"

    def start(self) -> None:
        """Start it and wait until it answers."""
        people = [json.dumps({"sub": sub, **claims}) for sub, claims in PEOPLE.items()]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"),
                    *("--host", "localhost", "--port", str(self.port)),
                    *(part for person in people for part in ("--user-claims", person)),
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(self.metadata_url, timeout=5):  # noqa: S310 - ours
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError(f"the provider did not start:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(15)


@dataclass(frozen=True)
class SignInSettings:
    """What one dashboard and the provider agree on, kept over restarts."""

    provider: Provider
    port: int = field(default_factory=free_port)
    client_secret: str = field(default_factory=lambda: f"client-{secrets.token_hex(8)}")
    cookie_secret: str = field(default_factory=lambda: secrets.token_hex(32))

    def environment(self, **more: str) -> dict[str, str]:
        """Return them as the dashboard reads them."""
        return {
            "QUALITY_OIDC_METADATA_URL": self.provider.metadata_url,
            "QUALITY_OIDC_CLIENT_ID": "quality-dashboard",
            "QUALITY_OIDC_CLIENT_SECRET": self.client_secret,
            "QUALITY_OIDC_REDIRECT_URI": f"http://127.0.0.1:{self.port}/oauth2callback",
            "QUALITY_COOKIE_SECRET": self.cookie_secret,
            **more,
        }


def start_dashboard(
    database: Path,
    log: Path,
    settings: Mapping[str, str],
    *arguments: str,
    port: int | None = None,
) -> Server:
    """Start a dashboard with settings of its own and wait until it answers on ``/readyz``."""
    port = port or free_port()
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STREAMLIT_", "QUALITY_"))
    }
    environment = {
        **inherited,
        "QUALITY_DATABASE_URL": url_of(database),
        "QUALITY_SIGNED_OUT_FILE": str(log.with_name("signed-out.txt")),
        "QUALITY_STATE_URL": f"sqlite:///{log.with_name('state.sqlite')}",
        **settings,
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "dashboard.py"),
                *("--server.port", str(port), "--server.headless", "true", *arguments),
            ],
            cwd=PROJECT_ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(process, f"http://127.0.0.1:{port}", port, database, log)
    wait_until_answering(server)
    return server
