"""Which voice speaks where in an utterance, by sherpa-onnx with the user's own models. Blocking.

The `speakers` extra. One model finds the stretches of each voice, overlaps included; another makes a vector of
each voice, by which `SpeakerBook` knows it again. Source: k2-fsa/sherpa-onnx, `OfflineSpeakerDiarization`.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import Any, Protocol

import msgspec
import numpy as np

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE
from wingman.local.decoder.wire import Decode, Decoded, Engine, Kind, Voices

TRIAL_TIMEOUT_S = 60.0
APART = 0.5
"""Distance of two voices of one utterance from which they are two people's (sherpa-onnx's own default)."""


class Decoder(Protocol):
    """A recogniser of words."""

    def decode(self, job: Decode, pcm: bytes) -> Decoded:
        """The words of 16 kHz mono s16, as far as they are known by now. Blocks."""
        ...


class WithVoices:
    """A recogniser whose finals also say who speaks where."""

    def __init__(self, words: Decoder, diarizer: Diarizer) -> None:
        self._words = words
        self._diarizer = diarizer

    def decode(self, job: Decode, pcm: bytes) -> Decoded:
        answer = self._words.decode(job, pcm)
        if job.kind is Kind.FINAL and answer.words:
            answer = msgspec.structs.replace(answer, voices=self._diarizer.voices(pcm))
        return answer


class Diarizer:
    """Both models in memory. Raises `ImportError` or `OSError`."""

    def __init__(self, segmentation: str, embedding: str) -> None:
        import sherpa_onnx as onnx

        extractor = onnx.SpeakerEmbeddingExtractorConfig(model=embedding, num_threads=1)
        pyannote = onnx.OfflineSpeakerSegmentationPyannoteModelConfig(model=segmentation)
        config = onnx.OfflineSpeakerDiarizationConfig(
            segmentation=onnx.OfflineSpeakerSegmentationModelConfig(pyannote=pyannote, num_threads=1),
            embedding=extractor,
            clustering=onnx.FastClusteringConfig(num_clusters=-1, threshold=APART),
        )
        if not config.validate():
            raise OSError(f"{segmentation} and {embedding} are no models to tell speakers apart")
        self._segments: Any = onnx.OfflineSpeakerDiarization(config)
        self._extractor: Any = onnx.SpeakerEmbeddingExtractor(extractor)

    def voices(self, pcm: bytes) -> Voices:
        """The voices of an utterance (16 kHz mono s16)."""
        audio = np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)
        found = self._segments.process(audio).sort_by_start_time()
        rows = [(round(one.start * SAMPLE_RATE), round(one.end * SAMPLE_RATE), one.speaker) for one in found]
        order = list(dict.fromkeys(speaker for _, _, speaker in rows))
        segments = tuple((max(0, start), min(len(audio), end), order.index(who)) for start, end, who in rows)
        vectors = tuple(self._vector(_sound(audio, segments, voice)) for voice in range(len(order)))
        return Voices(segments, vectors)

    def _vector(self, audio: np.ndarray[Any, np.dtype[np.float32]]) -> bytes:
        stream = self._extractor.create_stream()
        stream.accept_waveform(SAMPLE_RATE, audio)
        stream.input_finished()
        if not self._extractor.is_ready(stream):
            return b""
        return np.asarray(self._extractor.compute(stream), np.float32).tobytes()


def _sound(
    audio: np.ndarray[Any, np.dtype[np.float32]], segments: tuple[tuple[int, int, int], ...], voice: int
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """What one voice says alone; with the others where it never is alone."""
    owners = np.zeros(len(audio), np.int8)
    mine = np.zeros(len(audio), bool)
    for start, end, who in segments:
        owners[start:end] += 1
        mine[start:end] |= who == voice
    alone = mine & (owners == 1)
    return audio[alone if alone.any() else mine]


@cache
def load(segmentation: str, embedding: str) -> Diarizer:
    """Both models, loaded once per process; tried in another first, because the library ends a process whose
    models it dislikes. Raises `ImportError` or `OSError`."""
    command = [sys.executable, "-m", "wingman.local.decoder.voices", segmentation, embedding]
    try:
        tried = subprocess.run(command, capture_output=True, timeout=TRIAL_TIMEOUT_S, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise OSError(f"the models {segmentation} and {embedding} take too long to load") from None
    if tried.returncode:
        why = tried.stderr.decode(errors="replace").strip().splitlines() or ["the library gave no reason"]
        raise OSError(f"the models {segmentation} and {embedding} cannot tell speakers apart: {why[-1][:200]}")
    return Diarizer(segmentation, embedding)


def with_voices(words: Decoder, engine: Engine) -> Decoder:
    """The recogniser, telling voices apart where the stream asked for it. Raises `ImportError` or `OSError`."""
    if not engine.segmentation:
        return words
    return WithVoices(words, load(engine.segmentation, engine.embedding))


if __name__ == "__main__":
    Diarizer(sys.argv[1], sys.argv[2]).voices(bytes(2 * SAMPLE_RATE * BYTES_PER_SAMPLE))
