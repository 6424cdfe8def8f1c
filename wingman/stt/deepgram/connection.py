"""One open Deepgram stream: the tape's cursor in, events out, until the audio or the connection ends.

Audio leaves in the callback of the tape's write, so a packet reaches the socket without a task switch. What is
kept count of (pace, the peer's life, its clock) is brought up to date by arithmetic a few times a second, and
whenever it is asked for: with each packet it would cost more than the sending.
Everything else the stream needs (KeepAlive, Finalize, CloseStream, watching for a dead peer) is one upkeep
task; both run on one loop and never send at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import structlog

from wingman.audio.tape import Cursor
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.media import Gap, PcmBlock
from wingman.core.shared_timer import shared_timer
from wingman.core.speech import TranscriberEvent
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, SampleTime, samples_of_ms
from wingman.link.offsets import Offsets
from wingman.link.pacing import Pacer
from wingman.link.socket import Socket, fault_in
from wingman.link.watchdog import Patience, Stall, Watchdog
from wingman.stt.base import Emit
from wingman.stt.deepgram import wire as wire
from wingman.stt.deepgram.chunk_size import ChunkSize
from wingman.stt.deepgram.stitch import Stitcher
from wingman.stt.malformed_fields import MalformedFields

log = structlog.get_logger(__name__)

BURST_S = 0.5
"""Audio that may leave at once: what piled up while the connection was being opened, network jitter."""
BYTES_PER_S = SAMPLE_RATE * BYTES_PER_SAMPLE
BUFFER_BYTES = 2 * SAMPLE_RATE * BYTES_PER_SAMPLE
"""Two seconds of audio that may wait in the socket's buffer; beyond that the peer is not reading."""
BLOCKED_RETRY_S = 0.1
UNANSWERED = samples_of_ms(8000)
"""Audio that may be out and unanswered: who sends faster than the service works would take it for dead."""
UNSETTLED_S = 10.0
"""Once a final was asked for, audio may stay unsettled this much longer."""
ASK_AGAIN = samples_of_ms(1000)
"""So much is sent before a final that did not come is asked for again: each request may cut a word in two."""
TAIL_S = 0.25
"""A piece shorter than a chunk is sent when nothing has joined it for this long."""
LOOK_S = 0.1
"""How often it is looked whether there is one, at most."""
CLOSE_LOOK_S = 0.5
"""How often, while sound flows, whether the peer is behind with its answers."""


STALLED = {
    Stall.UNANSWERED: "Deepgram has stopped answering; reconnecting.",
    Stall.UNREAD: "Deepgram has stopped reading; reconnecting.",
}
UNSETTLED = "Deepgram talks and settles nothing; reconnecting."
LEFT_OUT = "Deepgram left out a part of the transcript; sending that audio again."


class Controls(Protocol):
    """The control messages, as the SDK's `AsyncV1SocketClient` has them."""

    async def send_keep_alive(self) -> None:
        """Say that the connection is still wanted."""
        ...

    async def send_finalize(self) -> None:
        """Ask for everything heard so far."""
        ...

    async def send_close_stream(self) -> None:
        """Say that no more audio comes."""
        ...


class _Control(Enum):
    FINALIZE = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class SocketPair:
    """The two faces of one socket: raw frames, and the SDK's control messages."""

    socket: Socket
    controls: Controls


class Connection:
    """Use once: `await run()`."""

    __slots__ = (
        "_asleep_until",
        "_audio",
        "_beats",
        "_chunk",
        "_clock",
        "_closing_at",
        "_controls",
        "_counted",
        "_emit",
        "_finalized_at",
        "_free_until",
        "_last_audio",
        "_last_control",
        "_look_closely_at",
        "_looking",
        "_odd",
        "_offsets",
        "_pacer",
        "_replaced",
        "_resume_at",
        "_settings",
        "_settle_at",
        "_socket",
        "_sockets",
        "_soonest",
        "_stitch",
        "_tail_s",
        "_useful",
        "_wake",
        "_watchdog",
    )

    def __init__(
        self,
        sockets: SocketPair,
        audio: Cursor,
        stitch: Stitcher,
        settings: DeepgramSettings,
        emit: Emit,
        useful: Callable[[], None],
    ) -> None:
        self._sockets = sockets
        self._socket = sockets.socket
        self._audio = audio
        self._stitch = stitch
        self._settings = settings
        self._emit = emit
        self._useful = useful
        self._chunk = ChunkSize(samples_of_ms(settings.chunk_ms), samples_of_ms(settings.endpointing_ms))
        self._offsets = Offsets(audio.position)
        self._clock = asyncio.get_running_loop().time
        now = self._clock()
        self._pacer = Pacer(settings.replay_rate, round(BURST_S * SAMPLE_RATE), now)
        self._watchdog = Watchdog(Patience(settings.stall_slack_s, settings.stall_limit_s))
        self._controls: deque[_Control] = deque()
        self._wake = asyncio.Event()
        waits = (settings.keepalive_s, settings.stall_limit_s, settings.close_s)
        self._soonest = min(waits)  # nothing but a pace that holds back is due within so long
        self._resume_at: float | None = None
        self._tail_s = min(TAIL_S, settings.idle_finalize_s)
        self._beats = shared_timer(min(LOOK_S, self._tail_s / 2))
        self._looking = False
        self._last_audio = self._last_control = self._look_closely_at = self._asleep_until = now
        self._counted = audio.position  # media time up to which what was sent is counted
        self._free_until = audio.position  # and up to which more may be sent without another look
        self._finalized_at = -1
        self._settle_at = math.inf  # asked to settle once all before this is sent; sooner it would cut a word
        self._closing_at: float | None = None
        self._replaced = False
        self._odd = MalformedFields("deepgram", emit)

    @property
    def finished(self) -> bool:
        """True when the stream was closed by us after the last sample."""
        return self._closing_at is not None

    @property
    def replaced(self) -> bool:
        """True when it was ended to make room for another."""
        return self._replaced

    def replace(self) -> None:
        """End this stream now: the next one takes over from the last settled word."""
        self._replaced = True
        self._socket.abort()

    async def run(self) -> None:
        """Returns when the peer has ended the stream; raises `ProviderFault` when it had to be cut."""
        self._stitch.connected(self._offsets)
        self._audio.on_change(self._pump, self._chunk.least)
        self._look_after_rest()
        try:
            async with asyncio.TaskGroup() as group:
                upkeep = group.create_task(self._look_after())
                await self._read()
                upkeep.cancel()
        except BaseExceptionGroup as failed:
            fault = fault_in(failed)
            if fault is None:
                raise
            raise fault from None
        finally:
            self._audio.on_change(None)
            self._count(self._audio.position)
            self._odd.close()
            self._beats.leave(self._look_at_rest)

    def flush(self) -> None:
        """Send the piece that waits for a whole chunk, and ask for what is pending once all has been sent."""
        self._pump(whole=False)
        self._settle_at = self._audio.tape.end
        self._wake.set()

    # Sending: plain calls, from the tape's callback or from the upkeep task.

    def _pump(self, whole: bool = True) -> None:
        """Move what is due from the tape to the socket. Never raises, never waits."""
        audio, clock = self._audio, self._clock
        tape, now = audio.tape, clock()
        if tape.paused:  # a replay begun before the pause goes on after it
            self._resume_at = None
            return
        while (lag := tape.end - audio.position) > 0 and not self._controls and self._closing_at is None:
            if lag < self._chunk.least and whole and not tape.closed:
                break
            size = lag if lag <= self._chunk.most else self._chunk.samples
            if audio.position + size > self._free_until and not self._may_send(size, now):
                break
            item = audio.take(size)
            if isinstance(item, PcmBlock):
                self._last_audio = now
                self._socket.deliver(item.pcm, len(item.pcm) / BYTES_PER_S)
                if self._chunk.varies and self._chunk.sent(item.pcm):
                    audio.on_change(self._pump, self._chunk.least)
                if not self._looking:
                    self._look_after_rest()
            elif item is not None:
                self._cross(item)
        if (
            tape.closed
            and audio.exhausted
            and self._closing_at is None
            and _Control.CLOSE not in self._controls
        ):
            self._controls.append(_Control.CLOSE)
        if self._controls or self._resume_at is not None:
            self._wake_for(now)

    def _wake_for(self, now: float) -> None:
        """Wake the upkeep task if there is something to do before it wakes by itself."""
        sooner = self._resume_at is not None or self._asleep_until > now + self._soonest
        if self._controls or (sooner and self._due() < self._asleep_until):
            self._wake.set()

    def _count(self, upto: SampleTime) -> None:
        """Bring what is kept count of up to date: all before `upto` was sent, the last at `_last_audio`."""
        count = upto - self._counted
        if count > 0:
            self._offsets.sent(self._counted, count)
            self._pacer.sent(count, self._last_audio)
            self._watchdog.sent(self._offsets.accepted, self._last_audio)
            self._counted = upto

    def _may_send(self, size: int, now: float) -> bool:
        """May `size` samples be sent now? Finds out how many more after them may be."""
        self._count(self._audio.position)
        self._resume_at = None
        if not self._socket.is_open:
            return False
        if self._socket.buffered > BUFFER_BYTES:
            self._watchdog.blocked(now)
            self._resume_at = now + BLOCKED_RETRY_S
        elif self._watchdog.outstanding > UNANSWERED:
            self._resume_at = now + BLOCKED_RETRY_S
        elif wait := self._pacer.wait(size, now):
            self._resume_at = now + wait
        else:
            self._free_until = self._counted + max(size, self._pacer.ready(now))
        return self._resume_at is None

    def _look_after_rest(self) -> None:
        """Less than a chunk calls nobody: look now and then what was left lying, or has to settle."""
        self._looking = True
        self._beats.join(self._look_at_rest)

    def _look_at_rest(self, now: float) -> None:
        quiet = now - self._last_audio
        if quiet < self._tail_s and now < self._look_closely_at:
            return
        self._look_closely_at = now + CLOSE_LOOK_S
        self._count(self._audio.position)
        self._wake_for(now)
        asked_for = self._offsets.accepted - self._finalized_at >= ASK_AGAIN
        if asked_for and self._stitch.unsettled > self._settings.max_unsettled_s * SAMPLE_RATE:
            self._ask_to_settle()
        if quiet >= self._tail_s and (self._audio.lag or self._audio.exhausted):
            self._pump(whole=False)
        if quiet >= self._settings.idle_finalize_s:
            self._ask_to_settle()
            if not self._audio.lag:  # else it waits for the pace, or a pause's end
                self._looking = False
                self._beats.leave(self._look_at_rest)

    def _cross(self, gap: Gap) -> None:
        """The tape has no audio here: time moves on, and nothing said before may stay pending."""
        self._count(gap.span.start)
        self._counted = self._free_until = gap.span.end
        self._ask_to_settle()
        self._offsets.jump(gap.span.end)
        self._tell(self._stitch.gap(gap))

    def _ask_to_settle(self) -> None:
        self._settle_at = math.inf
        self._count(self._audio.position)
        sent = self._offsets.accepted
        if self._stitch.unsettled and sent != self._finalized_at and _Control.FINALIZE not in self._controls:
            self._finalized_at = sent
            self._controls.append(_Control.FINALIZE)
            self._wake.set()

    # Upkeep: everything that happens at a time instead of with a packet.

    async def _look_after(self) -> None:
        loop = asyncio.get_running_loop()
        self._pump()
        while self._socket.is_open:  # once it is not, nothing can be sent and the reader is about to end
            await self._sleep()
            now = loop.time()
            self._check(now)
            while self._controls:
                await self._carry_out(self._controls.popleft(), now)
            if self._offsets.accepted and now >= self._last_frame + self._settings.keepalive_s:
                await self._sockets.controls.send_keep_alive()
                self._last_control = now
            self._pump(whole=now < self._last_audio + TAIL_S)
            idle = now >= self._last_audio + self._settings.idle_finalize_s
            if idle or self._audio.position >= self._settle_at:
                self._ask_to_settle()

    @property
    def _last_frame(self) -> float:
        return max(self._last_audio, self._last_control)

    async def _sleep(self) -> None:
        self._asleep_until = self._due()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(None if self._asleep_until == math.inf else self._asleep_until):
                await self._wake.wait()
        self._wake.clear()

    def _due(self) -> float:
        """The next moment at which there is something to do besides sending."""
        self._count(self._audio.position)
        times = [self._last_frame + self._settings.keepalive_s] if self._offsets.accepted else []
        if self._resume_at is not None:
            times.append(self._resume_at)
        if (stalled := self._watchdog.due()) is not None:
            times.append(stalled)
        if self._closing_at is not None:
            times.append(self._closing_at + self._settings.close_s)
        return min(times, default=math.inf)

    def _check(self, now: float) -> None:
        """Raise `ProviderFault` when the peer counts as dead."""
        self._count(self._audio.position)
        if stall := self._watchdog.verdict(now):
            raise _cut(STALLED[stall], "stalled")
        if self._stitch.unsettled > (self._settings.max_unsettled_s + UNSETTLED_S) * SAMPLE_RATE:
            raise _cut(UNSETTLED, "unsettled", FaultKind.PROTOCOL)
        if self._closing_at is not None and now >= self._closing_at + self._settings.close_s:
            raise _cut("Deepgram did not deliver the last words in time.", "closing")

    async def _carry_out(self, control: _Control, now: float) -> None:
        self._last_control = now
        if control is _Control.FINALIZE:
            await self._sockets.controls.send_finalize()
        else:
            self._closing_at = now
            await self._sockets.controls.send_close_stream()

    async def _read(self) -> None:
        async for raw in self._socket.messages():
            try:
                message = wire.decode(raw, self._odd.note)
            except wire.Unreadable as broken:
                log.warning("unreadable message", provider="deepgram", detail=str(broken)[:200])
                self._stitch.unreadable()
                continue
            if message is not None:
                self._understand(message)
            if self._stitch.passed_over:
                self._stitch.ask_again()
                raise _cut(LEFT_OUT, "hole", FaultKind.PROTOCOL)

    def _understand(self, message: wire.Message) -> None:
        self._count(self._audio.position)
        match message:
            case wire.Results():
                before = self._stitch.position
                self._tell(self._stitch.results(message))
                self._watchdog.acknowledged(self._stitch.answered, self._clock())
                if self._stitch.position > before:
                    self._useful()
            case wire.UtteranceEnd():
                self._tell(self._stitch.utterance_end(message.last_word_end))
            case wire.SpeechStartedMessage():
                self._tell(self._stitch.speech_started(message.timestamp))
            case wire.ErrorMessage() | wire.ConfigureFailure():
                log.warning("the provider complains", provider="deepgram", detail=message.description[:200])
            case wire.Metadata() | wire.ConfigureSuccess():
                pass

    def _tell(self, events: list[TranscriberEvent]) -> None:
        for event in events:
            self._emit(event)


def _cut(sentence: str, code: str, kind: FaultKind = FaultKind.TIMEOUT) -> ProviderFault:
    """Why a connection that is open is given up."""
    return ProviderFault(sentence, kind=kind, code=code)
