"""A meter that knows its answers beforehand: the spans of a batch job, told as the audio passes by."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from wingman.audio.tape import Cursor
from wingman.core.emotion import EmotionInfo, EmotionSpan, VocalBurst
from wingman.core.errors import Branch, Health, Progress, ProviderState
from wingman.core.time import SAMPLE_RATE, Channel, SampleTime
from wingman.egress.outlet import Counted
from wingman.emotion.base import Emit
from wingman.emotion.faces.pictures import Picture

STEP = SAMPLE_RATE // 2


class RecordedAnalyzer:
    """Satisfies `wingman.emotion.base.VoiceAnalyzer`. `spans` are in media time, in any order."""

    def __init__(
        self, spans: Sequence[EmotionSpan | VocalBurst], info: EmotionInfo, left: Counted | None = None
    ) -> None:
        """`left` is what was sent for them."""
        self._left = left or Counted()
        self._spans = deque(sorted(spans, key=lambda span: (span.span.end, span.span.start)))
        self._info = info

    @property
    def info(self) -> EmotionInfo:
        return self._info

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        self._left.enter()
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


class RecordedFaceAnalyzer:
    """Satisfies `FaceAnalyzer` with what the pictures of a film showed, told as its sound passes by."""

    def __init__(self, spans: Sequence[EmotionSpan], info: EmotionInfo, left: Counted | None = None) -> None:
        """`left` is what was sent for them."""
        self._left = left or Counted()
        self._spans = deque(sorted(spans, key=lambda span: (span.span.end, span.span.start)))
        self._info = info
        self._emit: Emit | None = None
        self._over = asyncio.Event()

    @property
    def info(self) -> EmotionInfo:
        return self._info

    async def run(self, channel: Channel, emit: Emit) -> None:
        """See `FaceAnalyzer.run`."""
        self._emit = emit
        self._left.enter()
        emit(ProviderState(Branch.FACE, self._info.name, Health.UP, channel))
        await self._over.wait()
        while self._spans:
            emit(self._spans.popleft())
        emit(ProviderState(Branch.FACE, self._info.name, Health.ENDED, channel))

    def show(self, picture: Picture) -> bool:
        """The pictures are the film's."""
        return False

    def hold(self, held: bool) -> None:
        """Nothing leaves any more."""

    def advance(self, now: SampleTime) -> SampleTime:
        """See `FaceAnalyzer.advance`."""
        while self._emit is not None and self._spans and self._spans[0].span.end <= now:
            self._emit(self._spans.popleft())
        return now

    def close(self) -> None:
        """See `FaceAnalyzer.close`."""
        self._over.set()
