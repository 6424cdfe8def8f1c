"""Keys, settings and notes are changed while Wingman runs: refused whole, or in force from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from wingman.app import Service, open_service
from wingman.config.settings_store import SettingsStore
from wingman.core.errors import InputError
from wingman.meeting.admin import Admin
from wingman.suggest.playbook.playbook import load_playbook
from wingman.testing.deepgram.server import DeepgramEmulator


@pytest_asyncio.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    environment = {
        "WINGMAN_DELIVER__DATA_DIR": str(tmp_path / "data"),
        "WINGMAN_TRANSCRIBE__PROVIDER": "off",
        "WINGMAN_SUGGEST__PROVIDER": "cues",
        "WINGMAN_SUGGEST__MEANING": "off",
    }
    (tmp_path / "data").mkdir(mode=0o700)
    book = SettingsStore(None, environment, tmp_path / "data")
    async with open_service(book.settings(), store=book) as running:
        yield running


@pytest.fixture
def admin(service: Service) -> Admin:
    assert service.admin is not None
    return service.admin


def states(admin: Admin) -> dict[str, str]:
    return {each.branch: each.state for each in admin.connections()}


async def test_a_key_is_stored_sealed_and_in_force(admin: Admin, service: Service, tmp_path: Path) -> None:
    await admin.store_key("deepgram", "dg-very-secret")
    assert service.manager.settings.transcribe.deepgram.api_key.reveal() == "dg-very-secret"
    (field,) = admin.connections()[0].keys
    assert (field.provider, field.stored, field.fixed) == ("deepgram", True, "")
    kept = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"dg-very-secret" in content for content in kept)
    await admin.store_key("deepgram", "")
    assert not service.manager.settings.transcribe.deepgram.api_key
    with pytest.raises(InputError):
        await admin.store_key("acme", "k")


async def test_a_key_is_tried_and_not_stored(admin: Admin, service: Service) -> None:
    with pytest.raises(InputError, match="no key of deepgram is stored"):
        await admin.try_key("deepgram", "")
    with pytest.raises(InputError, match="acme"):
        await admin.try_key("acme", "local-key")
    async with DeepgramEmulator() as emulator:
        await admin.change({"transcribe.deepgram.url": emulator.url})
        assert await admin.try_key("deepgram", "local-key") == ""
        assert await admin.try_key("deepgram", "another") != ""
        assert emulator.connections > 0
    assert not service.manager.settings.transcribe.deepgram.api_key


async def test_a_setting_is_in_force_and_goes_back(admin: Admin, service: Service) -> None:
    before = admin.value("suggest.verbosity")
    other = next(word for word in ("quiet", "lively") if word != before)
    await admin.change({"suggest.verbosity": other})
    assert admin.value("suggest.verbosity") == service.manager.settings.suggest.verbosity == other
    await admin.change({"suggest.verbosity": None})
    assert admin.value("suggest.verbosity") == before
    assert isinstance(admin.value("transcribe.deepgram.keyterms"), list)


@pytest.mark.parametrize(
    "values",
    [
        {"suggest.verbosity": "shouting"},
        {"suggest.playbook": "no-such-playbook"},
        {"suggest.verbosity": "quiet", "suggest.provider": "off"},
        {"suggest.verbosity": "quiet", "suggest.nothing": 1},
    ],
)
async def test_a_change_is_refused_whole(admin: Admin, values: dict[str, Any]) -> None:
    before = admin.value("suggest.verbosity")
    with pytest.raises(InputError):
        await admin.change(values)
    assert admin.value("suggest.verbosity") == before


async def test_what_the_environment_set_is_named(admin: Admin) -> None:
    assert "WINGMAN_SUGGEST__PROVIDER" in admin.fixed()["suggest.provider"]
    assert states(admin) == {"transcribe": "off", "emotion": "trial", "suggest": "trial"}
    assert "sales" in [choice.value for choice in admin.choices("suggest.playbook")]
    assert admin.choices("transcribe.language") == []
    labels = [fact.label for fact in admin.facts()]
    assert labels == ["Encryption", "Redaction", "What your feedback has taught"]


async def test_a_note_is_found_until_it_is_removed(admin: Admin) -> None:
    await admin.put("prices.md", b"# Prices\n\nThe enterprise plan costs forty euros per seat.\n")
    assert [document.name for document in await admin.documents()] == ["prices.md"]
    assert await admin.search("What does the enterprise plan cost?")
    await admin.remove("prices.md")
    assert await admin.documents() == []
    with pytest.raises(InputError) as refused:
        await admin.remove("prices.md")
    assert refused.value.status == 404


async def test_a_meeting_in_which_nothing_was_said_shows_no_playbook(admin: Admin) -> None:
    with pytest.raises(InputError) as refused:
        await admin.rehearse(load_playbook("sales"), "m-none", ())
    assert refused.value.status == 404
    assert await admin.rehearse(load_playbook("sales"), "", ()) == ()
