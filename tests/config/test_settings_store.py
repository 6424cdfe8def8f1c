from __future__ import annotations

import stat
from pathlib import Path

import pytest

from wingman.config.editable import KEYS, NAMES
from wingman.config.settings import fields
from wingman.config.settings_store import SettingsStore
from wingman.config.user_settings import UserSettings
from wingman.core.errors import InputError

KEY = "dg-1234567890-secret"


def test_what_the_page_sets_lies_beneath_file_and_environment(tmp_path: Path) -> None:
    file = tmp_path / "wingman.yaml"
    file.write_text("suggest:\n  verbosity: quiet\n")
    environ = {"WINGMAN_SUGGEST__MODE": "manual"}
    book = SettingsStore(file, environ, tmp_path / "data")
    changed = book.change({"transcribe.deepgram.language": "de", "deliver.retention_days": 30})
    assert changed.transcribe.deepgram.language == "de"
    again = SettingsStore(file, environ, tmp_path / "data").settings()
    assert (again.transcribe.deepgram.language, again.deliver.retention_days) == ("de", 30)
    assert (again.suggest.verbosity, again.suggest.mode) == ("quiet", "manual")
    assert "settings file" in book.fixed()["suggest.verbosity"]
    assert "WINGMAN_SUGGEST__MODE" in book.fixed()["suggest.mode"]
    with pytest.raises(InputError, match="is set by the settings file") as refused:
        book.change({"suggest.verbosity": "lively"})
    assert refused.value.status == 409


def test_a_wrong_value_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    book = SettingsStore(None, {}, tmp_path)
    with pytest.raises(InputError, match="verbosity"):
        book.change({"suggest.verbosity": "loud", "deliver.retention_days": 3})
    assert book.settings().deliver.retention_days == 0
    book.change({"deliver.retention_days": 3})
    book.change({"deliver.retention_days": None})
    assert book.settings().deliver.retention_days == 0


def test_a_key_is_stored_sealed_for_the_owner_alone(tmp_path: Path) -> None:
    book = SettingsStore(None, {}, tmp_path)
    assert book.put_key(KEYS["deepgram"], KEY).transcribe.deepgram.api_key.reveal() == KEY
    assert book.stored() == {KEYS["deepgram"]}
    for path in tmp_path.iterdir():
        assert KEY.encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SettingsStore(None, {}, tmp_path).settings().transcribe.deepgram.api_key.reveal() == KEY
    assert not book.put_key(KEYS["deepgram"], "").transcribe.deepgram.api_key
    assert book.stored() == set()


def test_a_key_of_the_environment_wins_and_is_named(tmp_path: Path) -> None:
    book = SettingsStore(None, {"DEEPGRAM_API_KEY": "theirs"}, tmp_path)
    assert book.fixed()[KEYS["deepgram"]] == "the variable DEEPGRAM_API_KEY"
    with pytest.raises(InputError, match="DEEPGRAM_API_KEY"):
        book.put_key(KEYS["deepgram"], KEY)


@pytest.mark.parametrize("damage", [b"", b"x" * 40])
def test_a_seal_that_does_not_open_says_what_to_do(tmp_path: Path, damage: bytes) -> None:
    user = UserSettings(tmp_path)
    user.put_key("a.b", KEY)
    (tmp_path / "keys.sealed").write_bytes(damage)
    with pytest.raises(InputError, match="enter the keys again"):
        user.keys()


def test_values_that_were_damaged_say_where_they_lie(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read; mend or remove"):
        UserSettings(tmp_path).values()


def test_the_page_offers_only_settings_that_exist() -> None:
    known = {name for name, _ in fields()}
    assert {*NAMES, *KEYS.values()} <= known
