"""Services with equal settings find the same process, in a folder nobody else can enter."""

from __future__ import annotations

import fcntl
from dataclasses import replace
from pathlib import Path

import pytest

from wingman.local.decoder.settings import DecoderSettings, runtime_folder


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def test_equal_settings_share_a_socket_and_others_do_not() -> None:
    plain = DecoderSettings()
    others = [
        replace(plain, device="cuda"),
        replace(plain, threads=2),
        replace(plain, workers=2),
        replace(plain, niceness=5),
    ]
    assert DecoderSettings().socket == plain.socket
    assert len({settings.socket for settings in (plain, *others)}) == 5


def test_the_folder_is_the_users_own(runtime: Path) -> None:
    folder = runtime_folder()
    assert folder.parent == runtime
    assert folder.stat().st_mode & 0o777 == 0o700
    assert runtime_folder() == folder


@pytest.mark.parametrize("trap", ["open", "file", "link"])
def test_a_folder_others_could_enter_is_refused(trap: str, runtime: Path) -> None:
    folder = runtime_folder()
    folder.rmdir()
    if trap == "open":
        folder.mkdir(mode=0o700)
        folder.chmod(0o750)
    elif trap == "file":
        folder.touch(mode=0o600)
    else:
        elsewhere = runtime / "elsewhere"
        elsewhere.mkdir(mode=0o700)
        folder.symlink_to(elsewhere)
    with pytest.raises(OSError, match=folder.name):
        runtime_folder()


def test_a_process_is_known_while_it_holds_its_lock() -> None:
    settings = DecoderSettings()
    assert settings.pid is None
    with settings.socket.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4242")
        lock.flush()
        assert settings.pid == 4242
        assert replace(settings, threads=2).pid is None
    assert settings.pid is None, "its number is still in the file, and nobody holds it"


@pytest.mark.parametrize("content", ["", "no number", "\x00"])
def test_a_lock_without_a_number_names_nobody(content: str) -> None:
    settings = DecoderSettings()
    path = settings.socket.with_suffix(".lock")
    path.write_text(content, encoding="utf-8")
    with path.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert settings.pid is None
