"""Moonshine without its model: nothing is downloaded, and every way in says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from moonshine_voice.moonshine_api import TranscriptLine, WordTiming

from tests.support.local import running, tape_of, turn_pcm
from wingman.config.settings import Settings
from wingman.config.stt import MoonshineSettings
from wingman.core.errors import Health, InputError, ProviderState
from wingman.core.speech import TranscriberEvent
from wingman.core.time import Channel
from wingman.local.decoder.recognizers import timed
from wingman.local.models import NOTE
from wingman.meeting.provider_builders import LocalWorker
from wingman.stt import moonshine


def settings(folder: Path) -> MoonshineSettings:
    return MoonshineSettings(model_dir=str(folder), model="tiny-streaming")


def note(folder: Path, path: Path) -> None:
    found = {"model_path": str(path), "architecture": 2}
    (folder / f"tiny-streaming.{NOTE}").write_text(json.dumps(found), encoding="utf-8")


def test_a_model_is_present_only_when_it_was_fetched_whole(tmp_path: Path) -> None:
    assert not moonshine.model_present(settings(tmp_path))
    note(tmp_path, tmp_path / "gone")
    assert not moonshine.model_present(settings(tmp_path))
    note(tmp_path, tmp_path)
    assert moonshine.model_present(settings(tmp_path))


def test_without_a_model_it_says_how_to_get_one(tmp_path: Path) -> None:
    local = LocalWorker(Settings())
    with pytest.raises(InputError, match="wingman models fetch"):
        moonshine.build(local.get(), local.decoder(), settings(tmp_path))


def test_a_download_that_fails_is_a_sentence(tmp_path: Path) -> None:
    """There is no network here; on a machine with one this would fetch 78 MB, hence the closed proxy."""
    patch = pytest.MonkeyPatch()
    with patch.context() as environment:
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            environment.setenv(name, "http://127.0.0.1:9")
        with pytest.raises(InputError, match="could not be downloaded"):
            moonshine.fetch(settings(tmp_path), lambda share, name: None)
    assert not moonshine.model_present(settings(tmp_path))


async def test_a_broken_model_takes_its_branch_down_in_words(tmp_path: Path) -> None:
    note(tmp_path, tmp_path)
    events = list[TranscriberEvent]()
    tape = tape_of(turn_pcm())
    tape.close()
    async with running() as local:
        transcriber = moonshine.build(local.get(), local.decoder(), settings(tmp_path))
        await transcriber.run(Channel.TAB, tape.cursor(), events.append)
    down = events[-1]
    assert isinstance(down, ProviderState)
    assert (down.provider, down.health) == ("moonshine", Health.DOWN)
    assert "wingman doctor" in down.detail


def test_words_get_their_times() -> None:
    words = [WordTiming(" Hello", 0.5, 0.9, 0.8), WordTiming("there.", 0.9, 1.4, 1.2)]
    line = TranscriptLine("Hello there.", 0.5, 0.9, 1, True, words=words)
    heard = timed(line)
    assert heard == [
        ("Hello", 8_000, 14_400, 0.8),
        ("there.", 14_400, 22_400, 1.0),
    ]
    spread = timed(TranscriptLine("Hello there", 0.0, 1.0, 1, True))
    assert spread == [("Hello", 0, 8_000, 1.0), ("there", 8_000, 16_000, 1.0)]
