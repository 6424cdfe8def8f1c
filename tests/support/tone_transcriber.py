"""A transcriber that hears the bursts of `media_files`: each is a word named after its pitch."""

from __future__ import annotations

import os
import time
from typing import ClassVar

from tests.support.media_files import hear
from wingman.audio.tape import Cursor
from wingman.core.errors import Branch, Health, Missed, Progress, ProviderState
from wingman.core.media import Gap, GapCause
from wingman.core.speech import Final, SpeechEnded, Word
from wingman.core.time import SAMPLE_RATE, Channel, Span
from wingman.stt.base import Emit, TranscriberInfo

WINDOW = 2 * SAMPLE_RATE


class ToneTranscriber:
    """Faster than any recording; `fault` makes it fail in one of several ways."""

    heard_s: ClassVar[float] = 0.0
    """Seconds of sound that all of them were given."""
    fault: ClassVar[str] = ""
    """`down` gives up, `defect` raises, `deaf` hears nothing, `gap` misses the second half."""
    die_after: ClassVar[int] = 0
    """Kill the process once so many words were settled."""

    info = TranscriberInfo("tone", remote=False)

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        if self.fault == "down":
            emit(ProviderState(Branch.TRANSCRIBE, "tone", Health.DOWN, channel, "the key is wrong"))
            return
        if self.fault == "defect":
            raise RuntimeError("a bug")
        words = 0
        while (item := await audio.read(WINDOW)) is not None:
            span = item.span
            if isinstance(item, Gap):
                emit(Progress(Branch.TRANSCRIBE, channel, span.end))
                continue
            type(self).heard_s += item.length / SAMPLE_RATE
            if self.fault == "gap" and span.start >= 2 * WINDOW:
                emit(Missed(Branch.TRANSCRIBE, channel, span, GapCause.OUTAGE))
                emit(Progress(Branch.TRANSCRIBE, channel, span.end))
                continue
            found = [] if self.fault == "deaf" else hear(item.pcm)
            heard = tuple(self._word(span.start, at, word) for at, word in found)
            for word in heard:
                emit(Final(channel, Span(word.start, word.end), (word,), True))
                emit(SpeechEnded(channel, word.end))
            emit(Progress(Branch.TRANSCRIBE, channel, span.end))
            words += len(heard)
            if self.die_after and words >= self.die_after:
                time.sleep(0.3)  # noqa: ASYNC251 - what was settled is written in a thread; the loop does no more
                os._exit(9)

    def flush(self) -> None:
        """Everything is settled at once."""

    def _word(self, start: int, at: float, word: str) -> Word:
        begin = start + round(at * SAMPLE_RATE)
        return Word(word.capitalize() + ".", begin, begin + SAMPLE_RATE // 2, 0.9, None)
