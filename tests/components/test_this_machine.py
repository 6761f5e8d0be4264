"""Without sign-in only this machine is served: by its address, its name, and without a proxy."""

from __future__ import annotations

import pytest

from components.this_machine import FORWARDED, comes_from_elsewhere
from program.sign_in import is_loopback

HERE = {"Host": "localhost:8501"}


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.8.9.1"),
        *("::1", "[::1]", "::ffff:127.0.0.1"),
    ],
)
def test_names_and_addresses_of_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        *(None, "", "0.0.0.0", "::", "192.168.1.2", "2130706433", "127.0.0.1:8501"),  # noqa: S104 - refused
        *("localhost.example.test", "127.0.0.1.example.test", "notlocalhost", "unix:///run/x"),
        "::ffff:10.0.0.1",
    ],
)
def test_everything_else_is_not_this_machine(host: str | None) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "[::1]"])
@pytest.mark.parametrize("client", [None, "127.0.0.1", "127.0.0.2", "::1"])
def test_a_browser_on_this_machine_is_served(host: str, client: str | None) -> None:
    assert not comes_from_elsewhere(client, {"Host": host})


@pytest.mark.parametrize("client", ["10.0.0.7", "2001:db8::1", "testclient"])
def test_a_visitor_from_elsewhere_is_not(client: str) -> None:
    assert comes_from_elsewhere(client, HERE)


@pytest.mark.parametrize("header", FORWARDED)
def test_a_proxy_that_says_so_is_not(header: str) -> None:
    assert comes_from_elsewhere(None, HERE | {header: "127.0.0.1"})


@pytest.mark.parametrize("host", ["evil.example.test:8501", "evil.example.test", "", "10.0.0.1"])
def test_a_foreign_name_that_points_here_is_not(host: str) -> None:
    assert comes_from_elsewhere(None, {"Host": host, "Origin": f"http://{host}"})
    assert comes_from_elsewhere(None, {"Origin": "http://localhost:8501"})
