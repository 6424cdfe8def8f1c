"""Raw PCM over a WebSocket as an audio source: for programs that have samples and no WebRTC."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from wingman.audio.decode import pcm_of
from wingman.audio.source import ChannelSink
from wingman.core.errors import InputError
from wingman.core.media import PcmBlock
from wingman.core.time import BYTES_PER_SAMPLE, SAMPLE_RATE, Channel
from wingman.meeting.api import Meetings

MAX_MESSAGE = 1 << 20
"""Bytes of one binary message; half a minute of 16 kHz audio."""
RATES = range(8_000, 96_001)


class PcmSocketSource:
    """One channel fed by binary messages of mono s16le samples at `rate`; `{"type":"end"}` ends it.

    PCM has no clock of its own, so media time is the audio sent.
    """

    def __init__(self, socket: WebSocket, channel: Channel, rate: int) -> None:
        self._socket = socket
        self._channel = channel
        self._convert = _Converter(rate)
        self.finished = asyncio.Event()
        """Set when `run` is over."""
        self.problem: InputError | None = None

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    @property
    def recorded(self) -> bool:
        return False

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        sink = sinks[self._channel]
        sink.anchor(time.time())
        sink.state("capturing")
        try:
            while (pcm := await self._next()) is not None:
                if pcm:
                    sink.write(PcmBlock(sink.position, pcm))
            sink.state("ended")
        except InputError as bad:
            self.problem = bad
            sink.state("ended", str(bad))
        except WebSocketDisconnect:
            sink.state("gone", "the PCM client went away")
        finally:
            self.finished.set()

    async def _next(self) -> bytes | None:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        if (data := message.get("bytes")) is not None:
            if len(data) % BYTES_PER_SAMPLE:
                raise InputError(
                    "a binary message ends in half a sample; send whole 16-bit samples", field="pcm"
                )
            if len(data) > MAX_MESSAGE:
                raise InputError(f"a binary message is longer than {MAX_MESSAGE} bytes; send less", field="pcm")
            return self._convert(data)
        if _is_end(message.get("text") or ""):
            return None
        raise InputError('a text message must be {"type":"end"}', field="type")


class _Converter:
    """Mono s16 at any rate to 16 kHz."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler: Any = None

    def __call__(self, pcm: bytes) -> bytes:
        if self._rate == SAMPLE_RATE or not pcm:
            return pcm
        import av

        if self._resampler is None:
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // BYTES_PER_SAMPLE)
        frame.sample_rate = self._rate
        frame.planes[0].update(pcm.ljust(frame.planes[0].buffer_size, b"\0"))
        return b"".join(pcm_of(out) for out in self._resampler.resample(frame))


def routes(meetings: Meetings) -> list[WebSocketRoute]:
    """`WS /api/meetings/{id}/pcm?channel=mic&rate=16000`."""

    async def pcm(socket: WebSocket) -> None:
        await socket.accept()
        try:
            meeting = meetings.live(socket.path_params["id"])
            source = PcmSocketSource(socket, _channel(socket), _rate(socket))
            await meeting.attach(source)
        except InputError as bad:
            await _refuse(socket, bad)
            return
        try:
            await source.finished.wait()
        finally:
            await meeting.detach(source)
        if source.problem is not None:
            await _refuse(socket, source.problem)
        elif socket.client_state is WebSocketState.CONNECTED:
            await socket.close(1000)

    return [WebSocketRoute("/api/meetings/{id}/pcm", pcm)]


def _channel(socket: WebSocket) -> Channel:
    try:
        return Channel(socket.query_params.get("channel", Channel.TAB))
    except ValueError:
        raise InputError("channel must be `tab` or `mic`", field="channel") from None


def _rate(socket: WebSocket) -> int:
    text = socket.query_params.get("rate", str(SAMPLE_RATE))
    if not text.isascii() or not text.isdigit() or int(text) not in RATES:
        raise InputError("rate must be a whole number from 8000 to 96000 (Hz)", field="rate")
    return int(text)


def _is_end(text: str) -> bool:
    try:
        message = json.loads(text)
    except ValueError:
        return False
    return isinstance(message, dict) and message.get("type") == "end"


async def _refuse(socket: WebSocket, bad: InputError) -> None:
    error = {"type": "error", "code": "bad_input", "field": bad.field, "detail": str(bad)}
    if socket.client_state is WebSocketState.CONNECTED:
        await socket.send_json(error)
        await socket.close(4000 + bad.status, str(bad)[:120])
