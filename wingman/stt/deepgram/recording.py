"""Recordings with Deepgram: the sound goes out in long requests, as fast as the service takes them.

A stream may not be sent faster than 1.25 x real time; a request is as fast as the line. One that fails is sent
again. A server that knows the live protocol alone is served by that, as fast as it answers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx
import msgspec
import numpy as np
import structlog

from wingman.audio.tape import Cursor
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import Branch, FaultKind, Missed, Progress, ProviderFault
from wingman.core.media import SOUNDLESS, Gap, PcmBlock
from wingman.core.speech import SpeechEnded, TranscriberEvent
from wingman.core.threads import in_thread
from wingman.core.time import (
    BYTES_PER_SAMPLE,
    SAMPLE_RATE,
    Channel,
    SampleTime,
    Span,
    samples,
    samples_of_ms,
    seconds,
)
from wingman.egress.http import SECONDS, counting, trusted
from wingman.link.offsets import Offsets
from wingman.link.supervisor import Identity, Outcome, Supervisor
from wingman.stt.base import Emit, TranscriberInfo
from wingman.stt.deepgram import recorded, wire
from wingman.stt.deepgram.token import authorization
from wingman.stt.deepgram.transcriber import NAME, DeepgramTranscriber
from wingman.stt.malformed_fields import MalformedFields

log = structlog.get_logger(__name__)

WINDOW_S = 600.0
"""Sound of one request (19 MB): so much is sent again when it fails, and so often is told how far it is."""
AGAIN_S = 30.0
"""Sound that is sent twice where speakers are told apart: by it two requests' labels are brought together."""
QUIET_S = 20.0
"""In the last so many seconds of a window its quietest place is looked for, to part it from the next."""
BITE = 5 * SAMPLE_RATE
PIECE = 1 << 18
"""Bytes handed to the connection at a time."""
STREAM_RATE = 60.0
"""Where the live protocol has to do; its answers decide how fast it really is."""
WRITE_S = 60.0
"""Longest wait for a piece to be taken, and for an answer beyond the length of the sound."""
PROBE = bytes(round(0.1 * SAMPLE_RATE) * BYTES_PER_SAMPLE)


@dataclass(slots=True)
class _Window:
    """Sound of one request, and where it lies in the recording."""

    fresh: SampleTime
    """What lies before was in the request before as well."""
    end: SampleTime
    pcm: bytearray = field(default_factory=bytearray)
    offsets: Offsets = field(default_factory=Offsets)
    missed: list[Gap] = field(default_factory=list)

    @property
    def samples(self) -> int:
        return len(self.pcm) // BYTES_PER_SAMPLE

    def add(self, item: PcmBlock | Gap) -> None:
        if isinstance(item, PcmBlock):
            self.offsets.sent(item.start, item.length)
            self.pcm += item.pcm
            self.end = item.end
        else:
            self.end = item.span.end
            if item.cause not in SOUNDLESS:
                self.missed.append(item)

    def cut(self, again: int) -> _Window:
        """End it at a quiet place. Returns the next one, which begins `again` samples before that."""
        at, last = _quietest(self.pcm), self.samples
        rest = _Window(self.offsets.start_at(at), self.end)
        first = max(0, at - again)
        position = first
        for span in self.offsets.pieces(first, last):
            piece = self.pcm[position * BYTES_PER_SAMPLE : (position + span.length) * BYTES_PER_SAMPLE]
            rest.add(PcmBlock(span.start, bytes(piece)))
            position += span.length
        rest.end = self.end
        self.end = self.offsets.end_at(at)
        del self.pcm[at * BYTES_PER_SAMPLE :]
        return rest

    async def wav(self) -> AsyncIterator[bytes]:
        """It as a WAV file, piece by piece."""
        yield recorded.wav_header(len(self.pcm))
        for at in range(0, len(self.pcm), PIECE):
            yield bytes(self.pcm[at : at + PIECE])


class _LiveProtocolOnlyError(Exception):
    """The server takes no recordings."""


class DeepgramRecordingTranscriber:
    """Satisfies `wingman.stt.base.Transcriber`, for one channel of a recording."""

    def __init__(self, settings: DeepgramSettings) -> None:
        """Raises `InputError` when a setting is one the service would refuse."""
        wire.check(settings)
        self._settings = settings
        rate = max(settings.replay_rate, STREAM_RATE)
        self._live = DeepgramTranscriber(msgspec.structs.replace(settings, replay_rate=rate))
        self._asked = recorded.hosted(settings)
        self._whole: _Window | None = None
        self._begun: _Window | None = None
        self._labels = recorded.Labels()

    @property
    def info(self) -> TranscriberInfo:
        return self._live.info

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        """See `Transcriber.run`. What could not be sent is kept for the next call."""
        supervisor = Supervisor(Identity(Branch.TRANSCRIBE, NAME, channel), emit, self._settings.retry)
        if (kept := self._whole or self._begun) is not None:
            audio.seek(max(kept.end, self._begun.end if self._begun else 0))
        odd = MalformedFields(NAME, emit)
        try:
            async with await _client() as http:
                line = _Line(http, self._settings, channel)
                await supervisor.run(lambda: self._attempt(line, audio, supervisor, odd, emit))
        except _LiveProtocolOnlyError:
            log.info("the server takes no recordings; its live protocol is used", provider=NAME)
            await self._live.run(channel, audio, emit)
        finally:
            odd.close()

    def flush(self) -> None:
        """Nobody waits for a recording's next sentence."""
        self._live.flush()

    async def _attempt(
        self, line: _Line, audio: Cursor, supervisor: Supervisor, odd: MalformedFields, emit: Emit
    ) -> Outcome:
        if not self._asked:
            if not await line.takes_recordings():
                raise _LiveProtocolOnlyError
            self._asked = True
        again = samples(AGAIN_S) if wire.diarizes(self._settings, line.channel) else 0
        while (window := await self._next(audio, again)) is not None:
            await audio.resumed()
            words = await line.send(window, odd) if window.samples else ()
            supervisor.opened()
            supervisor.useful()
            self._whole = None
            for event in self._settled(line.channel, window, words):
                emit(event)
        return Outcome.DONE

    async def _next(self, audio: Cursor, again: int) -> _Window | None:
        """The next request's sound; None after the last."""
        if self._whole is not None:
            return self._whole
        window = self._begun or _Window(audio.position, audio.position)
        self._begun = window
        fresh = window.end > window.fresh
        while window.samples < samples(WINDOW_S):
            item = await audio.read(BITE)
            if item is None:
                self._begun = None
                self._whole = window if fresh else None
                return self._whole
            window.add(item)
            fresh = True
        self._begun = await in_thread(partial(window.cut, again))
        self._whole = window
        return window

    def _settled(
        self, channel: Channel, window: _Window, words: Sequence[wire.Heard]
    ) -> list[TranscriberEvent]:
        events: list[TranscriberEvent] = [
            Missed(Branch.TRANSCRIBE, channel, gap.span, gap.cause) for gap in window.missed
        ]
        named = self._labels.name(words, window.offsets, window.fresh)
        span = Span(window.fresh, max(window.fresh, window.end))
        ending = samples_of_ms(self._settings.utterance_end_ms or recorded.PAUSE_MS)
        ended: SampleTime | None = None
        for final in recorded.finals(channel, named, span, self._settings.endpointing_ms):
            if ended is not None and (not final.words or final.words[0].start - ended >= ending):
                events.append(SpeechEnded(channel, ended))
            events.append(final)
            ended = final.words[-1].end if final.words else None
        if ended is not None:
            events.append(SpeechEnded(channel, ended))
        events.append(Progress(Branch.TRANSCRIBE, channel, window.end))
        return events


@dataclass(frozen=True, slots=True)
class _Line:
    """Requests of one channel."""

    http: httpx.AsyncClient
    settings: DeepgramSettings
    channel: Channel

    async def takes_recordings(self) -> bool:
        """Whether the server knows this request at all: asked with a moment of silence."""
        silence = _Window(0, 0)
        silence.add(PcmBlock(0, PROBE))
        try:
            answer = await self._post(silence, 0.0)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return False  # a server of WebSockets hangs up on it
        if answer.status_code in recorded.NOT_HERE:
            return False
        return answer.status_code != 400 or answer.content.lstrip()[:1] == b"{"

    async def send(self, window: _Window, odd: MalformedFields) -> tuple[wire.Heard, ...]:
        """The window's words, in seconds of its sound. Raises `ProviderFault`."""
        try:
            answer = await self._post(window, seconds(window.samples))
            if answer.status_code != 200:
                raise wire.refused(answer.status_code, answer.headers, answer.content)
            return recorded.read_answer(answer.content, window.samples, odd.note)
        except (wire.Unreadable, httpx.DecodingError) as broken:
            sentence = f"Deepgram's answer to a recording cannot be read: {broken}."
            raise ProviderFault(sentence, kind=FaultKind.BAD_REQUEST, code="unreadable") from None
        except httpx.HTTPError as failed:
            raise _unreached(failed) from None

    async def _post(self, window: _Window, spoken_s: float) -> httpx.Response:
        """`spoken_s`: how many seconds of the meeting's sound are in it."""
        headers = {
            "Authorization": await authorization(self.settings),
            "Content-Type": "audio/wav",
            "Content-Length": str(recorded.HEADER_BYTES + len(window.pcm)),
        }
        # the service works on it before it says anything: as long as the sound lasts is enough for any
        patience = httpx.Timeout(WRITE_S, connect=self.settings.open_s, read=WRITE_S + seconds(window.samples))
        url = recorded.listen_url(self.settings, self.channel)
        holds = {SECONDS: spoken_s}
        return await self.http.post(
            url, content=window.wav(), headers=headers, timeout=patience, extensions=holds
        )


async def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=counting(await in_thread(trusted)))


def _unreached(failed: httpx.HTTPError) -> ProviderFault:
    if isinstance(failed, httpx.TimeoutException):
        return ProviderFault("Deepgram did not answer a recording in time.", kind=FaultKind.TIMEOUT)
    sentence = f"The connection to Deepgram was lost ({type(failed).__name__})."
    return ProviderFault(sentence, kind=FaultKind.NETWORK, code=type(failed).__name__)


def _quietest(pcm: bytearray) -> int:
    """The sample in the last `QUIET_S` around which least is to be heard."""
    frame = SAMPLE_RATE // 10
    count = len(pcm) // BYTES_PER_SAMPLE
    frames = min(count, round(QUIET_S * SAMPLE_RATE)) // frame
    if frames < 2:
        return count
    first = count - frames * frame
    tail = np.frombuffer(pcm, "<i2", count=frames * frame, offset=first * BYTES_PER_SAMPLE)
    power = np.square(tail.reshape(frames, frame).astype(np.float32)).mean(axis=1)
    around = np.convolve(power, np.ones(3), mode="same")
    return first + int(np.argmin(around[1:])) * frame + frame + frame // 2
