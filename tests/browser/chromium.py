"""Which Chromium the browser tests drive: one that is there, else one that can be installed.

``python -m tests.browser.chromium`` is run by «make test» before the tests, so that a machine
without a browser learns about it at once and in words.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.groups import switched_off

CHOSEN = "QUALITY_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: A name of somebody else's that leads to this machine; no other name leads anywhere.
ELSEWHERE = "elsewhere.example.test"
ONLY_HERE = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
ARGUMENTS = (
    *("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"),
    # Tabs of one profile share a process, which has to compile the front end only once.
    "--process-per-site",
    f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1, {ONLY_HERE}",
)
HELP = f"""No Chromium was found and none could be installed.
Do one of these and repeat:
  - install Chromium or Google Chrome so that it is on PATH;
  - name one:            {CHOSEN}=/path/to/chromium make test
  - leave the group out: QUALITY_TESTS_WITHOUT=browser make test
"""


class NoChromiumError(Exception):
    """No browser to drive; the message says what to do."""


def find_chromium() -> Path | None:
    """Return the Chromium to drive: the named one, one on PATH, or the one Playwright keeps.

    Raises
    ------
    NoChromiumError
        If the browser named in the environment does not exist: another one would be a surprise.
    """
    if named := os.environ.get(CHOSEN):
        if not Path(named).is_file():
            raise NoChromiumError(f"{CHOSEN} names {named}, which is not a file")
        return Path(named)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.is_file() else None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _tried(*command: str) -> bool:
    _say(" ".join(command))
    try:
        return subprocess.run(command, check=False).returncode == 0
    except FileNotFoundError:
        return False


def install_chromium() -> None:
    """Install Chromium by the system's packages when root on Debian, else by Playwright."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and shutil.which("apt-get"):
        _tried("apt-get", "update", "-q")
        if _tried("apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"):
            return
    _tried(sys.executable, "-m", "playwright", "install", "chromium")


def the_chromium() -> Path:
    """Return the Chromium to drive, installing one if there is none.

    Raises
    ------
    NoChromiumError
        If there is none and none can be installed.
    """
    found = find_chromium()
    if found is None:
        _say("No Chromium found; trying to install one.")
        install_chromium()
        found = find_chromium()
    if found is None:
        raise NoChromiumError(HELP)
    return found


def main() -> int:
    """Say which browser the tests will drive; fail clearly if there cannot be one."""
    if "browser" in switched_off():
        _say("Browser tests are switched off by QUALITY_TESTS_WITHOUT.")
        return 0
    try:
        _say(f"Browser tests drive {the_chromium()}")
    except NoChromiumError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
