"""A correlator that writes down what it is told."""

from __future__ import annotations

from collections.abc import Callable

from wingman.archive.provider_events import Advanced, Expected, Finished, Flushed, ProviderEventWriter, fed
from wingman.config.correlate import CorrelateSettings
from wingman.core.emotion import EmotionEvent, EmotionInfo
from wingman.core.errors import Branch
from wingman.core.speech import TimedEvent
from wingman.core.time import Channel, SampleTime
from wingman.correlate.correlator import Correlator, Output


class RecordingCorrelator(Correlator):
    """Behaves as any other; `writer` gets each call with the wall time of `clock`.

    The correlator is pure, so its calls are all that a replay needs to join the meeting again.
    """

    def __init__(
        self, settings: CorrelateSettings, writer: ProviderEventWriter, clock: Callable[[], float]
    ) -> None:
        super().__init__(settings)
        self._writer = writer
        self._clock = clock

    def expect_emotion(
        self, channel: Channel, info: EmotionInfo | None, branch: Branch = Branch.EMOTION
    ) -> None:
        self._writer.add(Expected(self._clock(), channel, info, branch))
        super().expect_emotion(channel, info, branch)

    def feed(self, event: TimedEvent | EmotionEvent) -> list[Output]:
        self._writer.add(fed(self._clock(), event))
        return super().feed(event)

    def advance(self, channel: Channel, now: SampleTime) -> list[Output]:
        self._writer.add(Advanced(self._clock(), channel, now))
        return super().advance(channel, now)

    def flush(self, channel: Channel) -> list[Output]:
        self._writer.add(Flushed(self._clock(), channel))
        return super().flush(channel)

    def finish(self) -> list[Output]:
        self._writer.add(Finished(self._clock()))
        return super().finish()
