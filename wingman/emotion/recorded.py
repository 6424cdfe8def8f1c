"""A meter that knows its answers beforehand: the spans of a batch job, told as the audio passes by."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from wingman.audio.tape import Cursor
from wingman.core.emotion import EmotionInfo, EmotionSpan, VocalBurst
from wingman.core.errors import Branch, Health, Progress, ProviderState
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.emotion.base import Emit

STEP = SAMPLE_RATE // 2


class RecordedAnalyzer:
    """Satisfies `wingman.emotion.base.VoiceAnalyzer`. `spans` are in media time, in any order."""

    def __init__(self, spans: Sequence[EmotionSpan | VocalBurst], info: EmotionInfo) -> None:
        self._spans = deque(sorted(spans, key=lambda span: span.span))
        self._info = info

    @property
    def info(self) -> EmotionInfo:
        return self._info

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        emit(ProviderState(Branch.EMOTION, self._info.name, Health.UP, channel))
        while await audio.read(STEP) is not None:
            self._tell(audio.position, emit)
            emit(Progress(Branch.EMOTION, channel, audio.position))
        while self._spans:  # a span may end a little after the audio does
            emit(self._spans.popleft())
        emit(ProviderState(Branch.EMOTION, self._info.name, Health.ENDED, channel))

    def _tell(self, position: int, emit: Emit) -> None:
        while self._spans and self._spans[0].span.end <= position:
            emit(self._spans.popleft())
