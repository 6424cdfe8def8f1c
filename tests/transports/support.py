"""What the ingest tests share: sinks that remember, a meeting without stages, a real server, test sounds."""

from __future__ import annotations

import asyncio
import math
import struct
import wave
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support.until import until
from wingman.audio.source import PLAYED, AudioSource, SourceOrigin
from wingman.audio.tape import Tape
from wingman.config.transports import IngestSettings
from wingman.core.errors import InputError
from wingman.core.losses import Loss
from wingman.core.media import GapCause, PcmBlock
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.meeting.api import MeetingSpec, MeetingStatus
from wingman.server.routes import pcm, whip

LOOPBACK = IngestSettings(host_addresses=("127.0.0.1",))


class TapeSink:
    """A `ChannelSink` over a real tape; keeps everything that was written."""

    def __init__(self, position: int = 0) -> None:
        self.tape = Tape(600)
        self.pcm = bytearray()
        self.gaps: list[tuple[int, int, GapCause]] = []
        self.states: list[str] = []
        self.details: list[str] = []
        self.losses: list[Loss] = []
        self.anchors: list[tuple[int, float]] = []
        self.begun: list[float | None] = []
        self.known = 0
        """Samples of what a client kept that are here already."""
        if position:
            self.tape.skip(position, GapCause.RECONNECT)

    @property
    def position(self) -> int:
        return self.tape.end

    def write(self, block: PcmBlock) -> None:
        self.tape.write(block)
        self.pcm += block.pcm

    def skip(self, count: int, cause: GapCause) -> None:
        self.gaps.append((self.position, count, cause))
        self.tape.skip(count, cause)

    def anchor(self, wall: float, kept_s: float = 0.0, *, begun_s: float | None = None) -> int:
        self.anchors.append((self.position, wall))
        self.begun.append(begun_s)
        return min(self.known, round(kept_s * SAMPLE_RATE))

    def newest(self, count: int) -> bytes:
        return self.tape.newest(count)

    def lost(self, loss: Loss) -> None:
        self.losses.append(loss)

    def state(self, state: str, detail: str = "") -> None:
        if not self.states or self.states[-1] != state:
            self.states.append(state)
            self.details.append(detail)

    def samples(self) -> memoryview:
        return memoryview(bytes(self.pcm)).cast("h")


class Meeting:
    """A meeting without stages: sources run into sinks, in a TaskGroup as in the real one."""

    def __init__(self, name: str, tasks: asyncio.TaskGroup) -> None:
        self.id = name
        self.sinks: dict[Channel, TapeSink] = {}
        self.ended = ""
        self._tasks = tasks
        self._running: dict[AudioSource, asyncio.Task[None]] = {}

    async def attach(self, source: AudioSource, origin: SourceOrigin = PLAYED) -> None:
        for channel in source.channels:
            if any(channel in other.channels for other in self._running):
                raise InputError(f"{channel} is taken", field="channels", status=409)
            self.sinks.setdefault(channel, TapeSink())
        task = self._tasks.create_task(source.run(self.sinks))
        self._running[source] = task
        task.add_done_callback(lambda _: self._running.pop(source, None))

    async def detach(self, source: AudioSource) -> None:
        if task := self._running.get(source):
            task.cancel()
            await asyncio.wait([task])

    async def end(self, reason: str = "stopped") -> None:
        self.ended = reason
        for source in list(self._running):
            await self.detach(source)

    async def idle(self) -> None:
        while self._running:
            await asyncio.wait(list(self._running.values()))

    def status(self) -> MeetingStatus:
        return MeetingStatus(self.id, "", "live", 0.0, 0.0)


class Meetings:
    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self.known: dict[str, Meeting] = {}
        self.specs: list[MeetingSpec] = []

    async def create(self, spec: MeetingSpec, *, made_by_source: bool = False) -> Meeting:
        self.specs.append(spec)
        name = f"m-{len(self.known) + 1}"
        self.known[name] = Meeting(name, self._tasks)
        return self.known[name]

    def live(self, meeting: str) -> Meeting:
        if meeting not in self.known:
            raise InputError(f"no meeting {meeting} runs here", field="meeting", status=404)
        return self.known[meeting]

    async def end(self) -> None:
        for meeting in self.known.values():
            await meeting.end()


@asynccontextmanager
async def service(settings: IngestSettings = LOOPBACK) -> AsyncIterator[tuple[str, Meetings]]:
    """The WHIP and PCM routes behind a real server on loopback: its URL and its meetings."""
    async with asyncio.TaskGroup() as tasks:
        meetings = Meetings(tasks)
        app = Starlette(
            routes=[*whip.routes(meetings, settings), *pcm.routes(meetings)],  # type: ignore[arg-type]  # the part that is used
            exception_handlers={InputError: _bad_input},  # type: ignore[dict-item]  # for one kind of error
        )
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="error", ws="websockets-sansio", lifespan="off"
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # pytest has its own
        serving = tasks.create_task(server.serve())
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}", meetings
        finally:
            await meetings.end()
            server.should_exit = True
            await serving


async def _bad_input(request: Request, bad: InputError) -> Response:
    error = {"code": "bad_input", "field": bad.field, "detail": str(bad)}
    return JSONResponse({"error": error}, status_code=bad.status)


def tone(hertz: float, seconds: float, rate: int = 48_000, level: float = 0.4) -> bytes:
    count = round(seconds * rate)
    top = level * 32767
    return struct.pack(
        f"<{count}h", *(round(top * math.sin(2 * math.pi * hertz * n / rate)) for n in range(count))
    )


def write_wav(path: Path, pcm: bytes, rate: int = 48_000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm)
    return path


def interleave(left: bytes, right: bytes) -> bytes:
    out = bytearray(len(left) * 2)
    for side, samples in enumerate((left, right)):
        for byte in range(2):
            out[2 * side + byte :: 4] = samples[byte::2]
    return bytes(out)


def pitch(pcm: bytes | bytearray | memoryview, rate: int = 16_000) -> float:
    """The dominant frequency of mono s16 audio, in Hz."""
    import numpy

    samples = numpy.frombuffer(bytes(pcm), dtype="<i2").astype(float)
    spectrum = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples))))
    return float(numpy.argmax(spectrum) * rate / len(samples))


def rms(pcm: bytes | bytearray | memoryview) -> float:
    import numpy

    samples = numpy.frombuffer(bytes(pcm), dtype="<i2").astype(float)
    return float(numpy.sqrt(numpy.mean(samples**2))) if len(samples) else 0.0


SinkMap = Mapping[Channel, TapeSink]
