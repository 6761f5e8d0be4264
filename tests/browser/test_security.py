"""What leaves the server: headers on every answer, no telemetry, only to this machine."""

from __future__ import annotations

import socket
import tomllib
from urllib.parse import urljoin, urlsplit

import pytest

from components.security import HEADERS
from program.settings import PROJECT_ROOT
from tests.browser.conftest import OpenTab
from tests.browser.server import Server
from tests.menu import MENU

pytestmark = pytest.mark.browser

WANTED = {name.lower(): value for name, value in HEADERS.items()}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        *(f"/{page.path}" for page in MENU),
        "/readyz",
        "/_stcore/health",
        "/_stcore/host-config",
        "/app/static/icon.png",
        "/app/static/absent.png",
        "/media/absent",
        "/secret",
        "/favicon.png",
    ],
)
def test_every_answer_carries_the_security_headers(server: Server, path: str) -> None:
    _, headers, _ = server.get(path)
    assert {name: headers.get(name) for name in WANTED} == WANTED


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE"])
def test_no_file_is_taken_and_no_other_origin_let_in(server: Server, method: str) -> None:
    path = "/_stcore/upload_file/a/b"
    status, headers, _ = server.get(path, method=method, Origin="https://elsewhere.example.test")
    assert status == 404
    assert [name for name in headers if name.startswith("access-control")] == []


@pytest.mark.parametrize(
    "told", [{"X-Forwarded-For": "192.0.2.7"}, {"Host": "quality.example.test"}, {"Via": "1.1 x"}]
)
def test_the_servers_counters_are_for_its_own_machine(server: Server, told: dict[str, str]) -> None:
    path = "/_stcore/metrics"
    assert server.get(path)[0] == 200
    assert server.get(path, **told)[0] == 404
    assert server.get(path, method="OPTIONS", **told)[0] == 404


@pytest.mark.parametrize("name", ["nginx.conf", "nginx-replicas.conf"])
def test_the_proxy_does_not_pass_the_servers_counters_on(name: str) -> None:
    said = (PROJECT_ROOT / "deploy" / name).read_text(encoding="utf-8")
    assert "location /_stcore/metrics { return 404; }" in said


def test_everything_a_page_fetches_carries_them_too(server: Server, tab: OpenTab) -> None:
    visit = tab(server).open("threshold")
    answers = [answer for answer in visit.responses if answer.url.startswith(server.url)]
    assert len(answers) > 10
    without = [
        answer.url
        for answer in answers
        if answer.all_headers().get("content-security-policy") != WANTED["content-security-policy"]
    ]
    assert without == []


def test_the_policy_lets_nothing_foreign_in() -> None:
    policy = dict(
        rule.split(" ", 1) for rule in HEADERS["Content-Security-Policy"].split("; ") if " " in rule
    )
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert not any(
        source.startswith(("http:", "https:", "ws", "*"))
        for sources in policy.values()
        for source in sources.split()
    )


def test_the_policy_is_enforced_by_the_browser(server: Server, tab: OpenTab) -> None:
    visit = tab(server).open("")
    refused = visit.page.evaluate(
        """() => new Promise(told => {
            document.addEventListener('securitypolicyviolation', e => told(e.effectiveDirective));
            new Image().src = 'https://example.test/x.png';
        })"""
    )
    assert refused == "img-src"


def test_the_server_is_for_this_machine_only(server: Server) -> None:
    """A server on every address of the machine would answer on 127.0.0.2 as well."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5):
        pass
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.2", server.port), timeout=5),
    ):
        pass


def test_telemetry_is_off_and_details_stay_in_the_log() -> None:
    config = tomllib.loads((PROJECT_ROOT / ".streamlit" / "config.toml").read_text())
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["maxUploadSize"] == 1


def test_the_database_is_asked_before_the_server_says_that_it_is_ready(server: Server) -> None:
    assert server.readiness() == (200, {"status": "ready"})


def test_the_icon_is_ours(server: Server, tab: OpenTab) -> None:
    visit = tab(server).open("")
    icon = visit.page.locator('link[rel~="icon"]').first.get_attribute("href")
    assert icon
    assert str(PROJECT_ROOT) not in icon
    status, headers, body = server.get(urlsplit(urljoin(f"{server.url}/", icon)).path)
    assert status == 200
    assert headers["content-type"].startswith("image/")
    assert body == (PROJECT_ROOT / "pages" / "static" / "icon.png").read_bytes()
