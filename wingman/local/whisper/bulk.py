"""A recording cut into long windows for bulk decoding, and their answers put back on its clock. Pure but
for the detector.

The detector finds utterances; neighbours are packed into windows of up to 28 s of speech, without the
silence between them: long windows cost least, and a window full of silence invites inventions.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from wingman.core.media import PcmBlock
from wingman.core.speaker_segments import labelled
from wingman.core.speech import Final, Word
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel, SampleTime, Span, samples_of_ms
from wingman.local.decoder.wire import Decoded
from wingman.local.endpointer import FRAME, FRAME_BYTES, Endpointer, EndpointRules, Mark, Offset, Onset
from wingman.local.speaker_book import SpeakerBook
from wingman.local.voice_detector import SileroVoiceActivityDetector

LONGEST_WINDOW = 28 * SAMPLE_RATE
RULES = EndpointRules(longest=25 * SAMPLE_RATE, hurried_silence=samples_of_ms(416))
LEAST_VOICE = samples_of_ms(300)


@dataclass(frozen=True, slots=True)
class SpeechSegment:
    """A stretch of speech between two silences, in samples of its channel."""

    begin: SampleTime
    end: SampleTime
    """Where the voice stopped."""
    pcm: bytes
    """With what was kept before the voice and the silence that ended it."""

    @property
    def length(self) -> int:
        return len(self.pcm) // BYTES_PER_SAMPLE


Window = tuple[SpeechSegment, ...]


class Packer:
    """Feed it a recording's blocks in order (jumps are gaps); it hands out windows that are full."""

    def __init__(self, start: SampleTime = 0) -> None:
        self._hearing = _Hearing(start)
        self._window: list[SpeechSegment] = []

    @property
    def done(self) -> SampleTime:
        """Everything before it is in a window that was handed out."""
        return self._window[0].begin if self._window else self._hearing.certain

    def block(self, block: PcmBlock) -> list[Window]:
        return self._pack(self._hearing.block(block))

    def finish(self) -> list[Window]:
        """No more comes."""
        full = self._pack(self._hearing.cut())
        last, self._window = tuple(self._window), []
        return [*full, last] if last else full

    def _pack(self, utterances: Sequence[SpeechSegment]) -> list[Window]:
        full: list[Window] = []
        for one in utterances:
            if sum(before.length for before in self._window) + one.length > LONGEST_WINDOW and self._window:
                full.append(tuple(self._window))
                self._window.clear()
            self._window.append(one)
        return full


class _Hearing:
    """Detector and endpointer over blocks of any size, keeping the sound of the running utterance."""

    def __init__(self, start: SampleTime) -> None:
        self.at = start
        self._detector = SileroVoiceActivityDetector()
        self._endpointer = Endpointer(RULES)
        self._pending = bytearray()
        self._kept = bytearray()  # ends at `at`
        self._begin: SampleTime = 0

    @property
    def certain(self) -> SampleTime:
        """No utterance that is still to come begins before it."""
        open_since = self._endpointer.open_since
        return max(0, self.at - RULES.pre_roll) if open_since is None else open_since

    def block(self, block: PcmBlock) -> list[SpeechSegment]:
        found: list[SpeechSegment] = []
        if block.start != self.at + len(self._pending) // BYTES_PER_SAMPLE:
            found += self.cut()
            self.at = block.start
        self._pending += block.pcm
        whole = len(self._pending) // FRAME_BYTES * FRAME_BYTES
        for first in range(0, whole, FRAME_BYTES):
            found += self._frame(bytes(self._pending[first : first + FRAME_BYTES]))
        del self._pending[:whole]
        return found

    def cut(self) -> list[SpeechSegment]:
        """The sound stops here."""
        if self._pending:
            short = len(self._pending)
            frame, self._pending = bytes(self._pending).ljust(FRAME_BYTES, b"\0"), bytearray()
            found = self._frame(frame)
            self.at -= (FRAME_BYTES - short) // BYTES_PER_SAMPLE
        else:
            found = []
        found += self._marks(self._endpointer.cut(self.at))
        self._detector.reset()
        self._kept.clear()
        return found

    def _frame(self, frame: bytes) -> list[SpeechSegment]:
        level = np.frombuffer(frame, np.int16).astype(np.float32)
        marks = self._endpointer.frame(self.at, self._detector(frame), float(level @ level))
        self._kept += frame
        self.at += FRAME
        found = self._marks(marks)
        if self._endpointer.open_since is None:
            del self._kept[: -RULES.pre_roll * BYTES_PER_SAMPLE]
        return found

    def _marks(self, marks: Sequence[Mark]) -> list[SpeechSegment]:
        found = []
        for mark in marks:
            match mark:
                case Onset(at=at):
                    self._begin = at
                case Offset(at=at, upto=upto, voiced=voiced) if voiced >= LEAST_VOICE:
                    found.append(SpeechSegment(self._begin, at, self._sound(self._begin, upto)))
                case _:
                    pass
        return found

    def _sound(self, begin: SampleTime, upto: SampleTime) -> bytes:
        start = self.at - len(self._kept) // BYTES_PER_SAMPLE
        first = max(0, begin - start) * BYTES_PER_SAMPLE
        return bytes(self._kept[first : max(0, upto - start) * BYTES_PER_SAMPLE])


def finals(channel: Channel, window: Window, answer: Decoded, people: SpeakerBook) -> list[Final]:
    """The window's words, each in the utterance it was said in, on the recording's clock."""
    ends = list(accumulate(one.length for one in window))
    rows: list[list[Word]] = [[] for _ in window]
    said = labelled([Word(*row) for row in answer.words], people.segments(answer.voices, 0))
    for word in said:
        number = min(bisect_right(ends, (word.start + word.end) // 2), len(window) - 1)
        one = window[number]
        shift = one.begin - (ends[number] - one.length)
        last = max(one.begin, min(one.end, word.end + shift))
        rows[number].append(replace(word, start=min(max(one.begin, word.start + shift), last), end=last))
    return [
        Final(channel, Span(one.begin, one.end), tuple(words), endpoint=True)
        for one, words in zip(window, rows, strict=True)
        if words
    ]
