"""What was set in the browser: plain values, sealed keys, whole or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.support.event_log import full_disk
from wingman.config.user_settings import KEYS, SEAL, VALUES, UserSettings
from wingman.core.errors import InputError


def test_values_and_keys_come_back_as_a_tree(tmp_path: Path) -> None:
    settings = UserSettings(tmp_path)
    assert settings.tree() == {}
    settings.put_values({"transcribe.deepgram.language": "de", "suggest.verbosity": "quiet"})
    settings.put_key("transcribe.deepgram.api_key", "dg-123")
    again = UserSettings(tmp_path)
    assert again.tree() == {
        "transcribe": {"deepgram": {"language": "de", "api_key": "dg-123"}},
        "suggest": {"verbosity": "quiet"},
    }
    again.put_values({"suggest.verbosity": None})
    again.put_key("transcribe.deepgram.api_key", "")
    assert settings.tree() == {"transcribe": {"deepgram": {"language": "de"}}}


def test_a_key_is_nowhere_in_plain_and_files_are_the_owners(tmp_path: Path) -> None:
    UserSettings(tmp_path).put_key("suggest.gemini.api_key", "AIza-very-secret")
    for path in tmp_path.iterdir():
        assert b"very-secret" not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_seal_does_not_open_them(tmp_path: Path) -> None:
    settings = UserSettings(tmp_path)
    settings.put_key("a.b", "c")
    (tmp_path / SEAL).write_bytes(b"x" * 32)
    with pytest.raises(InputError, match=KEYS):
        settings.keys()


@pytest.mark.parametrize("content", [b"{", b"\xff\xff"])
def test_damaged_values_are_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / VALUES).write_bytes(content)
    with pytest.raises(InputError, match="mend or remove"):
        UserSettings(tmp_path).values()


def test_a_disk_that_is_full_is_one_sentence_and_keeps_what_was_set(tmp_path: Path) -> None:
    settings = UserSettings(tmp_path)
    settings.put_values({"a.b": 1})
    with full_disk(4), pytest.raises(InputError, match="cannot write") as refused:
        settings.put_values({"a.b": 2})
    assert (refused.value.status, settings.values(), [*tmp_path.iterdir()]) == (
        503,
        {"a.b": 1},
        [tmp_path / VALUES],
    )


def test_where_the_folder_is_a_file_nothing_was_chosen_in_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    chosen = UserSettings(tmp_path / "file")
    assert (chosen.values(), chosen.keys()) == ({}, {})  # whoever makes the data folder says what is wrong
