"""What the settings for telling speakers apart need, and what they change in how a channel is asked."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from wingman.config.stt import SpeakerSettings
from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.local.decoder.wire import Engine
from wingman.local.utterances import Traits
from wingman.stt import speakers
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
    assert engine.info.diarizes
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
