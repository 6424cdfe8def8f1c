"""Finals say who speaks where; what cannot do that is refused before it can end the process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wingman.core.time import SAMPLE_RATE
from wingman.local.decoder import voices
from wingman.local.decoder.voices import WithVoices, with_voices
from wingman.local.decoder.wire import Decode, Decoded, Engine, Kind, Voices

PCM = bytes(2 * SAMPLE_RATE)
TOLD = Voices(((0, 8000, 0),), (b"\0\0\0\0",))


class Words:
    def __init__(self, *texts: str) -> None:
        self._texts = texts

    def decode(self, job: Decode, pcm: bytes) -> Decoded:
        rows = tuple((text, 0, 100, 1.0) for text in self._texts)
        return Decoded(job.stream, job.number, job.kind, len(pcm) // 2, rows)


class Diarizer:
    asked = 0

    def voices(self, pcm: bytes) -> Voices:
        assert pcm == PCM
        self.asked += 1
        return TOLD


@pytest.mark.parametrize(
    ("kind", "texts", "told"),
    [(Kind.FINAL, ("Hi",), TOLD), (Kind.INTERIM, ("Hi",), Voices()), (Kind.FINAL, (), Voices())],
    ids=["a final", "a look", "nothing said"],
)
def test_only_finals_with_words_are_asked_who_spoke(kind: Kind, texts: tuple[str, ...], told: Voices) -> None:
    diarizer: Any = Diarizer()
    answer = WithVoices(Words(*texts), diarizer).decode(Decode(1, 2, kind, 0, b""), PCM)
    assert answer.voices == told
    assert diarizer.asked == (told == TOLD)
    assert [text for text, *_ in answer.words] == list(texts)


def test_an_engine_that_asks_for_no_voices_stays_as_it_is() -> None:
    words = Words("Hi")
    assert with_voices(words, Engine("whisper")) is words


def test_files_that_are_no_models_are_a_sentence_and_the_process_lives(tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx", reason="the speakers extra is not installed")
    for name in ("segmentation.onnx", "embedding.onnx"):
        (tmp_path / name).write_bytes(b"no model")
    voices.load.cache_clear()
    with pytest.raises(OSError, match="cannot tell speakers apart"):
        voices.load(str(tmp_path / "segmentation.onnx"), str(tmp_path / "embedding.onnx"))
