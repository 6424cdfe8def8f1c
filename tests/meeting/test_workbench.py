"""Keys, settings and notes are changed while Wingman runs: refused whole, or in force from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from wingman.app import Service, open_service
from wingman.config.book import SettingsBook
from wingman.core.errors import InputError
from wingman.meeting.workbench import Workbench
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
    book = SettingsBook(None, environment, tmp_path / "data")
    async with open_service(book.settings(), book=book) as running:
        yield running


@pytest.fixture
def bench(service: Service) -> Workbench:
    assert service.workbench is not None
    return service.workbench


def states(bench: Workbench) -> dict[str, str]:
    return {each.branch: each.state for each in bench.connections()}


async def test_a_key_is_stored_sealed_and_in_force(bench: Workbench, service: Service, tmp_path: Path) -> None:
    await bench.store_key("deepgram", "dg-very-secret")
    assert service.manager.settings.transcribe.deepgram.api_key.reveal() == "dg-very-secret"
    (field,) = bench.connections()[0].keys
    assert (field.provider, field.stored, field.fixed) == ("deepgram", True, "")
    kept = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"dg-very-secret" in content for content in kept)
    await bench.store_key("deepgram", "")
    assert not service.manager.settings.transcribe.deepgram.api_key
    with pytest.raises(InputError):
        await bench.store_key("acme", "k")


async def test_a_key_is_tried_and_not_stored(bench: Workbench, service: Service) -> None:
    with pytest.raises(InputError, match="no key of deepgram is stored"):
        await bench.try_key("deepgram", "")
    with pytest.raises(InputError, match="acme"):
        await bench.try_key("acme", "local-key")
    async with DeepgramEmulator() as emulator:
        await bench.change({"transcribe.deepgram.url": emulator.url})
        assert await bench.try_key("deepgram", "local-key") == ""
        assert await bench.try_key("deepgram", "another") != ""
        assert emulator.connections > 0
    assert not service.manager.settings.transcribe.deepgram.api_key


async def test_a_setting_is_in_force_and_goes_back(bench: Workbench, service: Service) -> None:
    before = bench.value("suggest.verbosity")
    other = next(word for word in ("quiet", "lively") if word != before)
    await bench.change({"suggest.verbosity": other})
    assert bench.value("suggest.verbosity") == service.manager.settings.suggest.verbosity == other
    await bench.change({"suggest.verbosity": None})
    assert bench.value("suggest.verbosity") == before
    assert isinstance(bench.value("transcribe.deepgram.keyterms"), list)


@pytest.mark.parametrize(
    "values",
    [
        {"suggest.verbosity": "shouting"},
        {"suggest.playbook": "no-such-playbook"},
        {"suggest.verbosity": "quiet", "suggest.provider": "off"},
        {"suggest.verbosity": "quiet", "suggest.nothing": 1},
    ],
)
async def test_a_change_is_refused_whole(bench: Workbench, values: dict[str, Any]) -> None:
    before = bench.value("suggest.verbosity")
    with pytest.raises(InputError):
        await bench.change(values)
    assert bench.value("suggest.verbosity") == before


async def test_what_the_environment_set_is_named(bench: Workbench) -> None:
    assert "WINGMAN_SUGGEST__PROVIDER" in bench.fixed()["suggest.provider"]
    assert states(bench) == {"transcribe": "off", "emotion": "trial", "suggest": "trial"}
    assert "sales" in [choice.value for choice in bench.choices("suggest.playbook")]
    assert bench.choices("transcribe.language") == []
    labels = [fact.label for fact in bench.facts()]
    assert labels == ["Encryption", "Redaction", "What your feedback has taught"]


async def test_a_note_is_found_until_it_is_removed(bench: Workbench) -> None:
    await bench.put("prices.md", b"# Prices\n\nThe enterprise plan costs forty euros per seat.\n")
    assert [document.name for document in await bench.documents()] == ["prices.md"]
    assert await bench.search("What does the enterprise plan cost?")
    await bench.remove("prices.md")
    assert await bench.documents() == []
    with pytest.raises(InputError) as refused:
        await bench.remove("prices.md")
    assert refused.value.status == 404


async def test_a_meeting_in_which_nothing_was_said_shows_no_playbook(bench: Workbench) -> None:
    with pytest.raises(InputError) as refused:
        await bench.rehearse(load_playbook("sales"), "m-none", ())
    assert refused.value.status == 404
    assert await bench.rehearse(load_playbook("sales"), "", ()) == ()
