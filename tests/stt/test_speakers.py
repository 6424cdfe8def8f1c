"""What the settings for telling speakers apart need, and what they change in how a channel is asked."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.support import real_speech, speaker_models
from tests.support import whisper as model
from tests.support.local import running, tape_of
from wingman.config.stt import SpeakerSettings, WhisperSettings
from wingman.core.errors import InputError
from wingman.core.speech import Final, TranscriberEvent
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.local.decoder.wire import Engine
from wingman.local.utterances import Traits
from wingman.stt import speakers, whisper
from wingman.stt.base import TranscriberInfo
from wingman.stt.local import LocalEngine

ENGINE = LocalEngine(TranscriberInfo("whisper", remote=False), Engine("whisper", "/models/base"), Traits())


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SpeakerSettings:
    for name in ("segmentation.onnx", "embedding.onnx"):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(speakers, "installed", lambda: True)
    return SpeakerSettings(str(tmp_path / "segmentation.onnx"), str(tmp_path / "embedding.onnx"))


def test_nothing_changes_for_those_who_name_no_models() -> None:
    assert speakers.told_apart(ENGINE, SpeakerSettings()) is ENGINE


def test_the_tab_is_asked_for_voices_and_the_microphone_is_not(files: SpeakerSettings) -> None:
    engine = speakers.told_apart(ENGINE, files)
    assert engine.on(Channel.TAB) == Engine("whisper", "/models/base", 0, files.segmentation, files.embedding)
    assert engine.on(Channel.MIC) == ENGINE.engine


@pytest.mark.parametrize("left_out", ["segmentation", "embedding"])
def test_one_model_alone_is_refused_by_the_name_of_the_other(files: SpeakerSettings, left_out: str) -> None:
    half = msgspec.structs.replace(files, **{left_out: ""})
    with pytest.raises(InputError, match=f"transcribe.speakers.{left_out}") as refused:
        speakers.told_apart(ENGINE, half)
    assert refused.value.field == f"transcribe.speakers.{left_out}"


def test_a_file_that_is_not_there_is_named(files: SpeakerSettings) -> None:
    Path(files.embedding).unlink()
    with pytest.raises(InputError, match=r"no file .*embedding\.onnx"):
        speakers.told_apart(ENGINE, files)


def test_without_the_extra_it_says_how_to_get_it(
    files: SpeakerSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speakers, "installed", lambda: False)
    with pytest.raises(InputError, match=r"pip install 'wingman-sidecar\[speakers\]'"):
        speakers.told_apart(ENGINE, files)


async def test_two_readers_keep_their_labels_though_nobody_pauses() -> None:
    """With real models: one after the other without a breath, and back again."""
    people = speaker_models.settings()
    chosen = WhisperSettings(model_dir=str(model.folder()), language="en")
    one, two = (next(r for r in real_speech.readings() if r.name == name) for name in ("0930", "two cities"))
    turns = [one.sound, two.sound[14_400:73_000], one.sound]
    tape = tape_of(*(turn.tobytes() for turn in turns), bytes(SAMPLE_RATE))
    tape.close()
    events: list[TranscriberEvent] = []
    async with running() as local:
        hearing = whisper.build(local.get(), local.decoder(), chosen, people=people)
        await hearing.run(Channel.TAB, tape.cursor(), events.append)
    borders = [len(turns[0]), len(turns[0]) + len(turns[1])]
    said: dict[int, set[str | None]] = {0: set(), 1: set(), 2: set()}
    for word in (w for e in events if isinstance(e, Final) for w in e.words):
        middle = (word.start + word.end) // 2
        if min(abs(middle - border) for border in borders) > SAMPLE_RATE // 4:
            said[sum(middle > border for border in borders)].add(word.speaker)
    assert said == {0: {"0"}, 1: {"1"}, 2: {"0"}}
