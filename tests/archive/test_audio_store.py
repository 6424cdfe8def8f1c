from __future__ import annotations

import stat
from pathlib import Path

import pytest

from wingman.archive.audio_store import AudioStore
from wingman.core.errors import InputError
from wingman.core.time import Channel

TAB, MIC = Channel.TAB, Channel.MIC


def put(
    audio_store: AudioStore, meeting: str = "m-1", channel: Channel = TAB, content: bytes = b"OggS, the voices"
) -> None:
    file = audio_store.create(meeting, channel)
    for at in range(0, len(content), 5):
        file.write(content[at : at + 5])
    file.close()


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("key", ["", "secret"])
async def test_what_is_put_there_is_found_and_removed(tmp_path: Path, key: str) -> None:
    audio_store = AudioStore(tmp_path, key)
    put(audio_store)
    put(audio_store, "m-2", MIC)
    assert audio_store.channels("m-1") == (TAB,)
    assert audio_store.read_all("m-1") == {TAB: b"OggS, the voices"}
    assert (audio_store.read("m-1", MIC), audio_store.read_all("m-none")) == (b"", {})
    assert (b"voices" in everything(tmp_path)) == (not key)
    await audio_store.forget("m-1")
    await audio_store.forget("m-1")
    assert [path.name for path in (tmp_path / "meetings").iterdir()] == ["m-2"]
    assert audio_store.channels("m-1") == ()


def test_it_is_for_its_owner_only(tmp_path: Path) -> None:
    put(AudioStore(tmp_path))
    for path in (tmp_path / "meetings").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


async def test_the_voices_are_overwritten_before_they_go(tmp_path: Path) -> None:
    audio_store = AudioStore(tmp_path)
    put(audio_store, content=b"confidential" * 200_000)
    path = tmp_path / "meetings" / "m-1" / "tab.opus"
    (tmp_path / "still-open").hardlink_to(path)
    await audio_store.forget("m-1")
    left = (tmp_path / "still-open").read_bytes()
    assert len(left) == 2_400_000
    assert not left.strip(b"\0")


def test_another_key_is_refused_with_a_sentence(tmp_path: Path) -> None:
    put(AudioStore(tmp_path, "secret"))
    with pytest.raises(InputError, match=r"does not open with deliver\.encryption_key"):
        AudioStore(tmp_path, "another").read("m-1", TAB)


def test_sound_stored_before_the_key_was_set_is_read(tmp_path: Path) -> None:
    put(AudioStore(tmp_path))
    assert AudioStore(tmp_path, "secret").read("m-1", TAB) == b"OggS, the voices"


@pytest.mark.parametrize("meeting", ["..", "../other", "", "a/b", ".", "x\0y", "x" * 300])
async def test_no_name_leads_out_of_the_folder(tmp_path: Path, meeting: str) -> None:
    audio_store = AudioStore(tmp_path / "data")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "tab.opus").write_bytes(b"x")
    (tmp_path / "data" / "meetings").mkdir(parents=True)
    await audio_store.forget(meeting)
    assert audio_store.channels(meeting) == ()
    assert (tmp_path / "other" / "tab.opus").exists()
    assert (tmp_path / "data" / "meetings").is_dir()
