"""Sessions that were signed out stay signed out: in this process, in another, after a restart."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest

from components.signed_out import KEPT_SECONDS, SignedOutFile

FIRST, SECOND = "a" * 64, "b" * 64


def test_only_what_was_signed_out_is_in_the_list(tmp_path: Path) -> None:
    ended = SignedOutFile(tmp_path / "ended.txt")
    assert FIRST not in ended
    ended.add(FIRST)
    assert FIRST in ended
    assert SECOND not in ended
    assert FIRST[:10] not in ended
    assert "" not in ended


def test_another_process_and_a_restart_know_it_too(tmp_path: Path) -> None:
    here, there = (SignedOutFile(tmp_path / "ended.txt") for _ in range(2))
    assert FIRST not in there
    here.add(FIRST)
    assert FIRST in there
    there.add(SECOND)
    assert SECOND in here
    restarted = SignedOutFile(tmp_path / "ended.txt")
    assert FIRST in restarted
    assert SECOND in restarted


def test_the_file_is_for_its_owner_and_names_nobody(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "ended.txt"
    SignedOutFile(path, now=lambda: 1000.0).add(FIRST)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == f"{FIRST} 1000\n"


def test_what_the_cookie_forgets_by_itself_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "ended.txt"
    SignedOutFile(path, now=lambda: 0.0).add(FIRST)
    SignedOutFile(path, now=lambda: 10.0).add(SECOND)
    later = SignedOutFile(path, now=lambda: KEPT_SECONDS + 5.0)
    assert FIRST not in later
    assert SECOND in later
    assert path.read_text() == f"{SECOND} 10\n"


def test_a_damaged_line_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "ended.txt"
    path.write_bytes(b"\xff\xfe nonsense\n" + f"{FIRST} 1000\n\n{SECOND[:20]}".encode())
    ended = SignedOutFile(path, now=lambda: 1001.0)
    assert FIRST in ended
    assert "" not in ended


def test_a_disk_that_cannot_be_written_ends_the_session_here_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    ended = SignedOutFile(blocked / "ended.txt")
    with caplog.at_level(logging.ERROR):
        assert not ended.add(FIRST)
    assert FIRST in ended._ended
    assert "not remembered over a restart" in caplog.text


def test_the_next_sign_out_tries_a_disk_again_that_could_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.write_text("no folder")
    ended = SignedOutFile(folder / "ended.txt")
    assert not ended.add(FIRST)
    assert not ended.add(FIRST)
    folder.unlink()
    assert ended.add(FIRST)
    assert ended.add(FIRST)
    assert (folder / "ended.txt").read_text().count(FIRST) == 1


def test_a_list_that_cannot_be_read_trusts_nobody(tmp_path: Path) -> None:
    path = tmp_path / "ended.txt"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        _ = FIRST in SignedOutFile(path)
