"""What one Hume session was sent and what it has said about it, on our clock. Pure; no socket, no clock.

Hume counts the audio it accepted since the session began. The ledger remembers where on the channel's
timeline every accepted sample came from, so that a window that straddles a hole comes back as two spans
and never claims a sample the server did not hear.

The watermark (`upto`) is the harder half: Hume says nothing about silence. It moves

- to the start of an utterance when it opens (before it nobody spoke),
- to the end of each measured window (whatever comes later ends later),
- to the end of an utterance when it closes,
- and, while no utterance is open, to the newest sample that the peer provably read long enough ago to
  have announced any voice in it (`quiet`), but never past sound that drew no answer yet: a peer that takes
  everything and says nothing must not look like silence.

A refusal (`rate_limited`) names no frame. What the server said before it proves which frames it had accepted by
then, so one of those sent since was meant. If that is a single one it is sent again. Else the server's clock is
known again after them, and for that stretch no time is claimed: it is missed.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

import numpy as np
import structlog

from wingman.core.emotion import EmotionSpan, Scale, VocalBurst
from wingman.core.errors import Branch, Missed
from wingman.core.media import GapCause
from wingman.core.time import Channel, SampleTime, Span, samples_of_ms
from wingman.core.vocal_sounds import is_sound
from wingman.emotion.hume.refusals import RefusalWindow
from wingman.emotion.hume.wire import (
    Measurement,
    ServerMessage,
    SessionClosed,
    UtteranceEnd,
    UtteranceStart,
    scores,
)
from wingman.link.offsets import Offsets

PROVIDER = "hume"
LOUD_POWER = (32768 * 10 ** (-40 / 20)) ** 2
SILENT_POWER = (32768 * 10 ** (-55 / 20)) ** 2
VOICE = samples_of_ms(2_000)
"""Unanswered sound from which silence on the other side is suspicious; a cough or a door is shorter."""
FORGIVEN = samples_of_ms(10_000)
"""Sound this old that nobody spoke about was no voice: a peer that is gone would have been found by now."""
LAST_DUE_MS = 1000
"""An utterance's last measurement is due unless the one before ended less than this before its end."""
WINDOW = samples_of_ms(30_000)
"""How far back the map of a session is kept; measured windows reach back ten seconds."""

Heard: TypeAlias = EmotionSpan | VocalBurst | Missed
"""What a session has to tell the pipeline."""

log = structlog.get_logger(__name__)


def is_loud(power: float) -> bool:
    """Whether a frame of this power holds sound: its level is over -40 dBFS."""
    return power > LOUD_POWER


def is_silent(power: float) -> bool:
    """Whether a frame of this power holds nothing that a voice could be: its level is below -55 dBFS."""
    return power < SILENT_POWER


def power_of(pcm: bytes) -> float:
    """Mean square of a frame's samples (s16)."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    return float(np.dot(samples, samples)) / len(samples) if len(samples) else 0.0


def _accepted_ms(message: ServerMessage) -> int:
    """How much accepted audio a message proves."""
    match message:
        case Measurement() | UtteranceEnd():
            return message.audio_end_ms
        case UtteranceStart():
            return message.audio_start_ms
        case _:
            return 0


class SessionLedger:
    """One session's books. Every method runs to completion and returns what to tell the pipeline."""

    def __init__(self, channel: Channel, begin: SampleTime) -> None:
        self._channel = channel
        self._map = Offsets(begin)
        self._count = 0
        self._sent_to = self._sent_before = begin
        self._refusals = RefusalWindow(WINDOW)
        self._open: int | None = None
        self._next = 0  # id of the next utterance
        self._sounds: set[str] = set()  # told of the current utterance
        self._covered = 0  # session milliseconds up to which the current utterance was measured
        self._upto = begin
        self._heard_at = 0  # accepted samples when the last message came
        self._loud = 0  # samples of sound sent since then
        self._loud_from: SampleTime | None = None
        self._unanswered: deque[tuple[SampleTime, SampleTime]] = deque(maxlen=4096)

    @property
    def position(self) -> SampleTime:
        """Media time up to which audio was sent; holes before it were skipped, not sent."""
        return max(self._upto, self._sent_to)

    @property
    def upto(self) -> SampleTime:
        """Watermark of this session: everything that ends at or before it was reported."""
        return self._upto

    @property
    def speaking(self) -> bool:
        """True while the server has an utterance open."""
        return self._open is not None

    @property
    def accepted(self) -> int:
        """Samples sent and not refused."""
        return self._map.accepted

    @property
    def frames(self) -> int:
        """Frames sent and not refused."""
        return self._count

    @property
    def owed(self) -> int:
        """Samples since an answer became due: since the last message while an utterance is open, else since
        sound began to go out unanswered (once there is enough of it to be a voice)."""
        if self.speaking:
            return self.accepted - self._heard_at
        if self._loud_from is None or self._loud < VOICE:
            return 0
        return self.position - self._loud_from

    def sent(self, start: SampleTime, length: int, loud: bool) -> None:
        """A frame went out; `loud` when it holds sound. Accepted until `refused` says otherwise."""
        if not self._map.accepted:
            self._upto = max(self._upto, start)
        self._map.sent(start, length)
        self._map.forget(self._map.accepted - WINDOW)
        self._refusals.sent(Span(start, start + length), self._map.accepted)
        self._count += 1
        self._sent_before, self._sent_to = self._sent_to, start + length
        if loud:
            self._unanswered.append((start, start + length))
            self._loud += length
            self._loud_from = start if self._loud_from is None else self._loud_from

    def refused(self) -> list[Missed] | None:
        """One frame was not accepted; which one is not said.

        None: it can only be the one sent last, which may be sent again. Else the stretches that are given up.
        Raises `LookupError` when the server's clock cannot be known any more.
        """
        refusals = self._refusals
        length = refusals.length
        if refusals.single:
            refusals.clear(self._map.accepted - length)
            self._map.retract(length)
            self._sent_to = self._sent_before
            self._count -= 1
            return None
        self._map.refused(refusals.since, length)
        self._count -= 1
        while self._unanswered and self._unanswered[-1][0] >= refusals.start:
            self._unanswered.pop()
        lost = [
            Span(max(span.start, self._upto), span.end) for span in refusals.refused() if span.end > self._upto
        ]
        return [Missed(Branch.EMOTION, self._channel, span, GapCause.PROVIDER) for span in lost]

    def receive(self, message: ServerMessage) -> list[Heard]:
        """Take one message in; what it yields, in media time. The watermark may move.

        A measurement that was due and never came (it was unreadable, say) shows in the ids and at the
        utterance's end: its stretch is reported as missed.
        """
        self._heard_at, self._loud, self._loud_from = self.accepted, 0, None
        self._refusals.accepted(samples_of_ms(_accepted_ms(message)))
        match message:
            case UtteranceStart():
                begin = self._start(message.audio_start_ms)
                lost = self._enter(message.utterance_id, message.audio_start_ms)
                self._answered(begin)
                return lost
            case Measurement():
                lost = self._enter(message.utterance_id, message.audio_start_ms)
                self._covered = max(self._covered, message.audio_end_ms)
                spans = self._measured(message)
                self._answered(self._end(message.audio_end_ms))
                return lost + spans
            case UtteranceEnd():
                lost = self._enter(message.utterance_id, message.audio_start_ms)
                return lost + self._ended(message)
            case SessionClosed() if self._complete(message):
                self._answered(self.position)
            case _:
                pass
        return []

    def quiet(self, mark: SampleTime) -> None:
        """The peer read everything up to `mark` a while ago. Without an open utterance it was silence."""
        if self._open is not None:
            return
        while self._unanswered and self._unanswered[0][1] <= self.position - FORGIVEN:
            self._unanswered.popleft()
        self._advance(min(mark, self._unanswered[0][0]) if self._unanswered else mark)

    def difference(self, closed: SessionClosed) -> int:
        """Samples we believe accepted minus what the server counted; 0 when every time was right.

        The server counts whole milliseconds, so less than one is no difference.
        """
        apart = self._map.accepted - samples_of_ms(closed.received.audio_duration_ms)
        return apart if abs(apart) >= samples_of_ms(1) else 0

    def abandon(self) -> list[Span]:
        """The session is over: the stretches it accepted and never answered for."""
        heard = self._map.pieces(max(0, self._map.accepted - WINDOW), self._map.accepted)
        left = [Span(max(span.start, self._upto), span.end) for span in heard if span.end > self._upto]
        self._open = None
        self._upto = self.position
        return left

    def _enter(self, utterance: int, at_ms: int) -> list[Heard]:
        """A message about `utterance`. If it is the first one, others may have been lost before it."""
        if utterance < self._next:
            return []
        skipped = utterance > self._next or self._open is not None
        lost = self._lost(self._upto, self._start(at_ms)) if skipped else []
        self._open, self._next, self._covered = utterance, utterance + 1, at_ms
        self._sounds.clear()
        return lost

    def _complete(self, closed: SessionClosed) -> bool:
        """Whether a closed session has told us about everything it heard."""
        return closed.reason != "error" and self._open is None and closed.produced.utterances <= self._next

    def _answered(self, upto: SampleTime) -> None:
        """Everything before `upto` was spoken about; sound after it still waits for its answer."""
        while self._unanswered and self._unanswered[0][1] <= upto:
            self._unanswered.popleft()
        self._advance(upto)

    def _ended(self, message: UtteranceEnd) -> list[Heard]:
        covered = max(self._covered, message.audio_start_ms)
        bare = message.audio_end_ms - covered
        due = bare >= LAST_DUE_MS or (bare > 0 and covered == message.audio_start_ms)
        lost = self._lost(self._start(covered), self._end(message.audio_end_ms)) if due else []
        self._open = None
        self._answered(self._end(message.audio_end_ms))
        return lost

    def _lost(self, start: SampleTime, end: SampleTime) -> list[Heard]:
        if start >= end:
            return []
        return [Missed(Branch.EMOTION, self._channel, Span(start, end), GapCause.PROVIDER)]

    def _advance(self, to: SampleTime) -> None:
        self._upto = max(self._upto, min(to, self.position))

    def _measured(self, message: Measurement) -> list[Heard]:
        first = samples_of_ms(message.audio_start_ms)
        last = min(samples_of_ms(message.audio_end_ms), self._map.accepted)
        if first >= last:
            log.warning("hume.measured_unsent_audio", at_ms=message.audio_start_ms)
            return []
        expressions, attributes = scores(message.expressions), scores(message.voice_attributes)
        pieces = list(self._map.pieces(first, last))
        found: list[Heard] = [
            EmotionSpan(self._channel, span, expressions, PROVIDER, Scale.PROBABILITY, attributes=attributes)
            for span in pieces
        ]
        for score in expressions if pieces else ():  # windows overlap: a sound is told once an utterance
            if is_sound(score.label) and score.label not in self._sounds:
                self._sounds.add(score.label)
                found.append(VocalBurst(self._channel, pieces[-1], score.label, score.value, PROVIDER))
        return found

    def _start(self, ms: int) -> SampleTime:
        return self._map.start_at(min(samples_of_ms(ms), self._map.accepted))

    def _end(self, ms: int) -> SampleTime:
        return self._map.end_at(min(samples_of_ms(ms), self._map.accepted))
