"""PocketSphinx behind a small surface: begin, feed, look, end. Runs in the worker process only.

The decoder holds the GIL for the whole of each call, which is why nothing of this may run beside an
event loop.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wingman.model.time import SAMPLE_RATE, SampleTime

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


class Recognizer:
    """One channel's decoder. English, 16 kHz. Loading takes about half a second and 110 MB."""

    def __init__(self) -> None:
        import pocketsphinx  # heavy, and missing where no wheel exists

        # maxhmmpf halves the cost of the widest frames and changes no word on our test speech
        self._decoder = pocketsphinx.Decoder(samprate=SAMPLE_RATE, loglevel="FATAL", maxhmmpf=5000)
        self._begin: SampleTime = 0

    def begin(self, at: SampleTime) -> None:
        """A new utterance whose audio begins at `at`."""
        self._begin = at
        self._decoder.start_utt()

    def feed(self, pcm: bytes) -> None:
        if pcm:  # the decoder raises on an empty block
            self._decoder.process_raw(pcm, False, False)

    def look(self) -> list[HeardWord]:
        """The words of the running utterance as understood so far."""
        return self._words() if self._decoder.hyp() else []

    def end(self) -> list[HeardWord]:
        """Settle the utterance: its words with times and posterior confidence."""
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
