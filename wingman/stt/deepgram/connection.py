"""One open Deepgram stream: the tape's cursor in, events out, until the audio or the connection ends.

Audio leaves in the callback of the tape's write, so a packet reaches the socket without a task switch.
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
from wingman.core.speech import TranscriberEvent
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, samples_of_ms
from wingman.link.offsets import Offsets
from wingman.link.pacing import Pacer
from wingman.link.socket import Socket, fault_in
from wingman.link.watchdog import Patience, Stall, Watchdog
from wingman.stt.base import Emit
from wingman.stt.deepgram import wire as wire
from wingman.stt.deepgram.chunk_size import ChunkSize
from wingman.stt.deepgram.stitch import Stitcher
from wingman.stt.odd_fields import OddFields

log = structlog.get_logger(__name__)

BURST_S = 0.5
"""Audio that may leave at once: what piled up while the connection was being opened, network jitter."""
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

    def __init__(
        self,
        line: SocketPair,
        audio: Cursor,
        stitch: Stitcher,
        settings: DeepgramSettings,
        emit: Emit,
        useful: Callable[[], None],
    ) -> None:
        self._line = line
        self._socket = line.socket
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
        self._asleep_until = now
        waits = (settings.keepalive_s, settings.stall_limit_s, settings.close_s)
        self._soonest = min(waits)  # nothing but a pace that holds back is due within so long
        self._resume_at: float | None = None
        self._tail: asyncio.TimerHandle | None = None
        self._tail_s = min(TAIL_S, settings.idle_finalize_s)
        self._last_audio = self._last_frame = now
        self._finalized_at = -1
        self._closing_at: float | None = None
        self._replaced = False
        self._odd = OddFields("deepgram", emit)

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
        self._watch_tail(self._tail_s)
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
            self._odd.close()
            if self._tail is not None:
                self._tail.cancel()

    def flush(self) -> None:
        """Send the piece that waits for a whole chunk and ask for all that is pending."""
        self._pump(whole=False)
        self._ask_to_settle()

    # Sending: plain calls, from the tape's callback or from the upkeep task.

    def _pump(self, whole: bool = True) -> None:
        """Move what is due from the tape to the socket. Never raises, never waits."""
        audio, now = self._audio, self._clock()
        if audio.paused:  # a replay begun before the pause goes on after it
            self._resume_at = None
            return
        while (lag := audio.lag) > 0 and not self._controls and self._closing_at is None:
            if lag < self._chunk.least and whole and not audio.ended:
                break
            if not self._socket.is_open or not self._may_send(lag, now):
                break
            item = audio.take(self._chunk.of(lag))
            if isinstance(item, PcmBlock):
                self._send(item, now)
            elif item is not None:
                self._cross(item)
        if audio.exhausted and self._closing_at is None and _Control.CLOSE not in self._controls:
            self._controls.append(_Control.CLOSE)
        sooner = self._resume_at is not None or self._asleep_until > now + self._soonest
        if self._controls or (sooner and self._due() < self._asleep_until):
            self._wake.set()

    def _may_send(self, lag: int, now: float) -> bool:
        self._resume_at = None
        if self._socket.buffered > BUFFER_BYTES:
            self._watchdog.blocked(now)
            self._resume_at = now + BLOCKED_RETRY_S
        elif self._watchdog.outstanding > UNANSWERED:
            self._resume_at = now + BLOCKED_RETRY_S
        elif wait := self._pacer.wait(min(self._chunk.samples, lag), now):
            self._resume_at = now + wait
        return self._resume_at is None

    def _send(self, block: PcmBlock, now: float) -> None:
        length = block.length
        self._socket.deliver(block.pcm, length / SAMPLE_RATE)
        self._offsets.sent(block.start, length)
        self._pacer.sent(length, now)
        self._watchdog.sent(self._offsets.accepted, now)
        self._last_audio = self._last_frame = now
        if self._chunk.sent(block.pcm):
            self._audio.on_change(self._pump, self._chunk.least)
        if self._tail is None:
            self._watch_tail(self._tail_s)

    def _watch_tail(self, after: float) -> None:
        """Less than a chunk calls nobody: look after a while what was left lying, or has to settle."""
        self._tail = asyncio.get_running_loop().call_later(after, self._send_tail)

    def _send_tail(self) -> None:
        self._tail = None
        asked_for = self._offsets.accepted - self._finalized_at >= ASK_AGAIN
        if asked_for and self._stitch.unsettled > self._settings.max_unsettled_s * SAMPLE_RATE:
            self._ask_to_settle()
        quiet = self._clock() - self._last_audio
        if quiet < self._tail_s - 0.001:
            self._watch_tail(self._tail_s - quiet)
            return
        self._pump(whole=False)
        left = self._settings.idle_finalize_s - quiet - 0.001  # a timer is not exact
        if left <= 0:
            self._ask_to_settle()
        if self._tail is None and (left > 0 or self._audio.lag):  # what waits for the pace, or a pause's end
            self._watch_tail(min(self._tail_s, left + 0.001) if left > 0 else self._tail_s)

    def _cross(self, gap: Gap) -> None:
        """The tape has no audio here: time moves on, and nothing said before may stay pending."""
        self._ask_to_settle()
        self._offsets.jump(gap.span.end)
        self._tell(self._stitch.gap(gap))

    def _ask_to_settle(self) -> None:
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
                await self._line.controls.send_keep_alive()
                self._last_frame = now
            if now >= self._last_audio + self._settings.idle_finalize_s:
                self._ask_to_settle()
            self._pump(whole=now < self._last_audio + TAIL_S)

    async def _sleep(self) -> None:
        self._asleep_until = self._due()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(None if self._asleep_until == math.inf else self._asleep_until):
                await self._wake.wait()
        self._wake.clear()

    def _due(self) -> float:
        """The next moment at which there is something to do besides sending."""
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
        if stall := self._watchdog.verdict(now):
            sentence = {
                Stall.UNANSWERED: "Deepgram has stopped answering; reconnecting.",
                Stall.UNREAD: "Deepgram has stopped reading; reconnecting.",
            }[stall]
            raise ProviderFault(sentence, kind=FaultKind.TIMEOUT, code="stalled")
        if self._stitch.unsettled > (self._settings.max_unsettled_s + UNSETTLED_S) * SAMPLE_RATE:
            raise ProviderFault(
                "Deepgram talks and settles nothing; reconnecting.", kind=FaultKind.PROTOCOL, code="unsettled"
            )
        if self._closing_at is not None and now >= self._closing_at + self._settings.close_s:
            raise ProviderFault(
                "Deepgram did not deliver the last words in time.", kind=FaultKind.TIMEOUT, code="closing"
            )

    async def _carry_out(self, control: _Control, now: float) -> None:
        self._last_frame = now
        if control is _Control.FINALIZE:
            await self._line.controls.send_finalize()
        else:
            self._closing_at = now
            await self._line.controls.send_close_stream()

    # Reading.

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
                raise ProviderFault(
                    "Deepgram left out a part of the transcript; sending that audio again.",
                    kind=FaultKind.PROTOCOL,
                    code="hole",
                )

    def _understand(self, message: wire.Message) -> None:
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

    def _tell(self, events: list[TranscriberEvent]) -> None:
        for event in events:
            self._emit(event)
