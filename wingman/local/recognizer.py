"""Recognisers behind a small surface: begin, feed, look, end. They run in the worker process only.

PocketSphinx holds the GIL for the whole of each call, and Moonshine is busy for as long; nothing of this
may run beside an event loop.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, SampleTime

FRAME_SAMPLES = SAMPLE_RATE // 100
"""The decoder counts in 10 ms frames."""

_VARIANT = re.compile(r"\(\d+\)$")
_FIRST_PERSON = re.compile(r"^i('|$)")


@dataclass(frozen=True, slots=True)
class HeardWord:
    text: str
    start: SampleTime
    end: SampleTime
    confidence: float


class Recognizer(Protocol):
    """One channel's decoder for 16 kHz mono audio."""

    def begin(self, at: SampleTime) -> None:
        """A new utterance whose audio begins at `at`."""
        ...

    def feed(self, pcm: bytes) -> None: ...

    def look(self) -> list[HeardWord]:
        """The words of the running utterance as understood so far."""
        ...

    def end(self) -> list[HeardWord]:
        """Settle the utterance: its words with times and confidence."""
        ...


class PocketSphinx:
    """English. Loading takes about half a second and 110 MB. Raises `ImportError` where no wheel exists."""

    def __init__(self) -> None:
        import pocketsphinx  # heavy, and missing where no wheel exists

        # maxhmmpf halves the cost of the widest frames and changes no word on our test speech
        self._decoder = pocketsphinx.Decoder(samprate=SAMPLE_RATE, loglevel="FATAL", maxhmmpf=5000)
        self._begin: SampleTime = 0

    def begin(self, at: SampleTime) -> None:
        self._begin = at
        self._decoder.start_utt()

    def feed(self, pcm: bytes) -> None:
        if pcm:  # the decoder raises on an empty block
            self._decoder.process_raw(pcm, False, False)

    def look(self) -> list[HeardWord]:
        return self._words() if self._decoder.hyp() else []

    def end(self) -> list[HeardWord]:
        self._decoder.end_utt()
        return self._words() if self._decoder.hyp() else []

    def _words(self) -> list[HeardWord]:
        words = []
        for segment in self._decoder.seg():
            if segment.word[0] in "<[+":  # sentence marks, silence and noise
                continue
            text = _VARIANT.sub("", segment.word)
            text = _FIRST_PERSON.sub(lambda m: "I" + m.group(1), text)
            words.append(
                HeardWord(
                    text,
                    self._begin + segment.start_frame * FRAME_SAMPLES,
                    self._begin + (segment.end_frame + 1) * FRAME_SAMPLES,
                    round(min(1.0, max(0.0, segment.prob)), 3),
                )
            )
        if words:
            first = words[0]
            words[0] = HeardWord(
                first.text[:1].upper() + first.text[1:], first.start, first.end, first.confidence
            )
        return words


LOOK_EVERY = SAMPLE_RATE
"""Moonshine hears the whole utterance again for each look: once a second is plenty."""


class Moonshine:
    """The `moonshine` extra with a fetched model. Raises `ImportError` or `OSError` when it cannot load."""

    def __init__(self, model_path: str, architecture: int) -> None:
        from moonshine_voice.errors import MoonshineError
        from moonshine_voice.moonshine_api import ModelArch
        from moonshine_voice.transcriber import Transcriber

        try:
            self._transcriber: Any = Transcriber(
                model_path, ModelArch(architecture), options={"word_timestamps": "true"}
            )
        except (MoonshineError, ValueError) as failed:
            raise OSError(str(failed)) from failed
        self._begin: SampleTime = 0
        self._audio = bytearray()
        self._looked_at = 0
        self._seen: list[HeardWord] = []

    def begin(self, at: SampleTime) -> None:
        self._begin = at
        self._audio.clear()
        self._looked_at = 0
        self._seen = []

    def feed(self, pcm: bytes) -> None:
        self._audio += pcm

    def look(self) -> list[HeardWord]:
        if len(self._audio) - self._looked_at >= LOOK_EVERY * BYTES_PER_SAMPLE:
            self._looked_at = len(self._audio)
            self._seen = self._words()
        return self._seen

    def end(self) -> list[HeardWord]:
        return self._words()

    def _words(self) -> list[HeardWord]:
        import numpy as np

        audio = np.frombuffer(bytes(self._audio), np.int16).astype(np.float32) / np.float32(32768)
        lines = self._transcriber.transcribe_without_streaming(audio.tolist(), SAMPLE_RATE).lines
        return [word for line in lines for word in timed(line, self._begin)]


def timed(line: Any, begin: SampleTime) -> list[HeardWord]:
    """A Moonshine line's words; spread evenly over the line when the model gave no word times."""
    if line.words:
        return [
            HeardWord(
                w.word.strip(),
                begin + round(w.start * SAMPLE_RATE),
                begin + round(w.end * SAMPLE_RATE),
                round(min(1.0, max(0.0, w.confidence)), 3),
            )
            for w in line.words
            if w.word.strip()
        ]
    texts = line.text.split()
    start = begin + round(line.start_time * SAMPLE_RATE)
    step = round(line.duration * SAMPLE_RATE / max(1, len(texts)))
    return [HeardWord(t, start + n * step, start + (n + 1) * step, 1.0) for n, t in enumerate(texts)]


def build(engine: dict[str, Any]) -> Recognizer:
    """The recogniser a lane asked for. Raises `ImportError` or `OSError` when it cannot run here."""
    if engine.get("name") == "moonshine":
        return Moonshine(engine["model_path"], engine["architecture"])
    return PocketSphinx()
