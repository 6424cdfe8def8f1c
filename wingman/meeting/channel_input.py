"""What a source of sound writes into: one channel's tape, its media time, and what is said of the capture."""

from __future__ import annotations

import time
from collections.abc import Callable

from wingman.audio.level import ENOUGH_S, SOURCES, SpeechLevel
from wingman.audio.source import AudioSource
from wingman.audio.tape import Tape
from wingman.audio.timeline import MAX_FILL
from wingman.core.errors import Branch
from wingman.core.events import CaptureLoss, CaptureState, Media, Publish, TranscriptGap
from wingman.core.losses import Loss, LossCause, LossUnit
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel, SampleTime, Span, samples_of_ms, seconds
from wingman.correlate.coverage import Coverage

CAPTURING = "capturing"
SOUNDLESS = (CAPTURING, "no_signal")
"""What a source says of itself while nothing but silence comes from it."""
AT_ONCE = samples_of_ms(50)
"""A source that follows another within this much leaves no hole worth telling."""
TOGETHER = samples_of_ms(250)
"""First sounds this near to each other begin together: a client needs as long to connect."""
LONGEST_SPOKEN = 15 * SAMPLE_RATE
"""Samples of one utterance whose level is looked at."""


class ChannelInput:
    """The sink a source writes into. While paused, audio is turned into a hole before anybody can read it.

    A hole in the sound is told as a gap the moment it is made: what was said in it nobody will ever know.
    """

    __slots__ = (
        "_cause",
        "_clock",
        "_elsewhere",
        "_level",
        "_level_told",
        "_on_second",
        "_publish",
        "_reported",
        "_second",
        "_state",
        "_written_at",
        "_zero_at",
        "channel",
        "coverage",
        "muted",
        "paused",
        "source",
        "started_at",
        "tape",
    )

    def __init__(
        self,
        channel: Channel,
        tape: Tape,
        publish: Publish,
        *,
        clock: Callable[[], float] | None = time.monotonic,
        on_second: Callable[[], None] = lambda: None,
        ago_s: float | None = None,
        elsewhere: Callable[[], SampleTime] = lambda: 0,
    ) -> None:
        """`clock` dates what is written; None for a recording that is played faster than real time.
        `on_second` is called for each second received. `ago_s`: another process fed it until the tape's
        beginning, so many seconds ago. `elsewhere`: how far the meeting's other channels are by now.
        """
        self.channel = channel
        self.tape = tape
        self.coverage = Coverage()
        self.source: AudioSource | None = None
        self.paused = False
        self.muted = False
        """Who sends it has switched it off, and said so."""
        self.started_at: float | None = None
        """Wall time of sample 0, for display; None until a source has anchored it."""
        self._publish = publish
        self._clock = clock
        self._elsewhere = elsewhere
        self._on_second = on_second
        self._second: SampleTime = 0
        self._written_at: float | None = None
        self._zero_at: float | None = None  # when sample 0 was heard
        self._cause = GapCause.RECONNECT  # of what is missing when the next source begins
        if ago_s is not None and clock is not None:
            self.coverage.silent(Span(0, tape.end))
            self._written_at = clock() - ago_s
            self._cause = GapCause.INTERRUPTED
        self._state = ""
        self._reported = ("connecting", "")
        self._level = SpeechLevel(SOURCES[channel])
        self._level_told = ("", "")
        """What is wrong with the level now, and the sentence."""

    @property
    def position(self) -> SampleTime:
        """The media time reached, in samples."""
        return self.tape.end

    @property
    def written(self) -> int:
        """Samples of audio put on the tape so far; holes and pauses do not count."""
        return self.tape.stored

    @property
    def reported(self) -> str:
        """The capture state the source reported last, whether it was shown or not."""
        return self._reported[0]

    @property
    def quiet_s(self) -> float:
        """For how long nothing has been written; 0 before the first block, and for a recording."""
        if self._clock is None or self._written_at is None:
            return 0.0
        return self._clock() - self._written_at

    def write(self, block: PcmBlock) -> None:
        """Put a block on the tape; a hole of its length while paused."""
        clock = self._clock
        if clock is not None:
            self._written_at = clock()
        if self.paused:
            self.skip(block.length, GapCause.PAUSED)
        else:
            self.tape.write(block)
            if self.tape.end - self._second >= SAMPLE_RATE:
                self._came_on()

    def skip(self, count: int, cause: GapCause) -> None:
        """Media time without audio; for a few packets that were lost, readers get silence."""
        if count <= 0:
            return
        cause = GapCause.PAUSED if self.paused else cause
        span = Span(self.position, self.position + count)
        if cause is GapCause.PAUSED:
            self.coverage.silent(span)
        else:
            for told in self.coverage.missed(span):
                gap = TranscriptGap(self.channel, Branch.TRANSCRIBE, cause)
                self._publish(gap, Media.of(self.channel, told))
        if cause is GapCause.LOST and count <= MAX_FILL:  # a hole would end the sentence around it
            self.tape.write(PcmBlock(self.position, bytes(count * BYTES_PER_SAMPLE)))
        else:
            self.tape.skip(count, cause)
        self._came_on()

    def _came_on(self) -> None:
        if self.position - self._second >= SAMPLE_RATE:
            self._second = self.position
            self._on_second()

    def lost(self, loss: Loss) -> None:
        """Tell what was dropped."""
        at = seconds(self.position)
        told = CaptureLoss(self.channel, loss.cause, loss.unit, round(loss.amount, 3), loss.detail)
        self._publish(told, Media(self.channel, at, at))

    def spoken(self, span: Span) -> None:
        """Somebody speaks there, live: tell it where that is too quiet or too loud, and where no longer."""
        reach = self.position - span.start
        if self._clock is None or not 0 < span.length <= min(reach, LONGEST_SPOKEN):
            return
        since = self.tape.newest(reach)
        if len(since) < reach * BYTES_PER_SAMPLE:
            return  # a hole, or the tape no longer has it
        found = self._level.heard(since[: span.length * BYTES_PER_SAMPLE])
        if found is None:
            return
        verdict, sentence = found
        self._level_told = (verdict, sentence)
        if sentence:
            self.lost(Loss(LossCause(verdict), LossUnit.SECONDS, ENOUGH_S, sentence))
        if self._state == CAPTURING:
            self._state = ""
            self._show(*self._reported)

    @property
    def by_now(self) -> SampleTime:
        """The media time reached, and what has passed since by the clock; less where a client is ahead."""
        reached = self.position + round(self.quiet_s * SAMPLE_RATE)
        if self._clock is None or self._zero_at is None:
            return reached
        return min(reached, round((self._clock() - self._zero_at) * SAMPLE_RATE))

    def anchor(self, wall: float, kept_s: float = 0.0, *, begun_s: float | None = None) -> int:
        """A source begins, with sound of the last `kept_s` seconds where its client kept some.

        After another it begins at wall distance from what that one wrote last; how many samples of what was
        kept that one had written is returned. The first one begins where the other channels are by then, where
        it says how much of its sound, `begun_s`, is older than `wall`.
        """
        known = 0
        if self._clock is not None and self._written_at is not None:
            away = round((self._clock() - kept_s - self._written_at) * SAMPLE_RATE)
            known = max(0, -away)
            if away > AT_ONCE:
                self.skip(away, self._cause)
        elif begun_s is not None and self._clock is not None and not self.position:
            late = self._elsewhere() - round(begun_s * SAMPLE_RATE)
            if late > TOGETHER:
                self.skip(late, GapCause.NOT_SENT)
        self._cause = GapCause.RECONNECT
        older = (kept_s or begun_s or 0.0) + seconds(self.position)
        if self._clock is not None and self._zero_at is None:
            self._zero_at = self._clock() - older
        self.started_at = wall - older + seconds(known)
        return known

    def newest(self, count: int) -> bytes:
        """What was written last; a client that sends its own copy of it again goes on after that."""
        return self.tape.newest(count)

    def state(self, state: str, detail: str = "") -> None:
        """What the source says of itself; while paused it is kept and told after the pause."""
        self._reported = (state, detail)
        if not self.paused:
            self._show(state, detail)

    def mute(self, *, muted: bool) -> None:
        """Who sends it has switched it off there, or on again."""
        self.muted = muted
        self.state(*self._reported)

    def pause(self) -> None:
        """Turn what comes into holes."""
        self.paused = True
        self.tape.pause()
        self._show("paused")

    def resume(self) -> None:
        """Take sound again."""
        self.paused = False
        self.tape.resume()
        self._show(*self._reported)

    def _show(self, state: str, detail: str = "") -> None:
        if self.muted and state in SOUNDLESS:
            state, detail = "muted", "it is muted where it is captured"
        if state == self._state:
            return
        self._state = state
        level, sentence = self._level_told if state == CAPTURING else ("", "")
        at = seconds(self.position)
        told = CaptureState(self.channel, state, detail or sentence, level)
        self._publish(told, Media(self.channel, at, at))
