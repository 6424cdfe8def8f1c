"""A service's end of the decode process: find it or start it, ask, and ask again when it died.

One `DecodeLink` per meeting, run as a task of the meeting's TaskGroup. Every request keeps its audio until
it is answered, so a process that is killed costs time and no word.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import msgspec
import structlog

from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.time import BYTES_PER_SAMPLE
from wingman.local.decoder.settings import DecoderSettings
from wingman.local.decoder.wire import (
    LENGTH,
    LONGEST_MESSAGE,
    Answer,
    Cancel,
    Close,
    Decode,
    Decoded,
    Engine,
    Kind,
    Open,
    Opened,
    Pressure,
    Request,
    Shed,
    Unable,
    answer,
    encode,
)

log = structlog.get_logger(__name__)

START_TIMEOUT_S = 30.0
"""Starting takes a fraction of a second; a busy machine may need many."""
START_AGAIN_S = 2.0
"""It may have died before anybody could reach it; one too many ends at once."""
LOOK_EVERY_S = 0.02
DEATHS = 6
"""A process that dies this often without an answer will not get better."""
PAUSE_S = 0.1
"""Before another is started, longer each time."""


@dataclass(slots=True)
class DecodeStream:
    """One channel's requests. Answers come by `on_answer`, in order, from the event loop's thread."""

    engine: Engine
    on_answer: Callable[[Decoded], None]
    on_shed: Callable[[], None]
    on_pressure: Callable[[Pressure], None]
    on_served: Callable[[bool], None]
    """True when the process is there (again), False when it went away."""
    number: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the stream will never be served; `fault` says why."""
    fault: ProviderFault | None = None
    _link: DecodeLink | None = None
    _finals: dict[int, Decode] = field(default_factory=dict)
    _sent: tuple[int, int] = (-1, 0)  # utterance, and samples of it that the process has

    def ask(self, job: Decode) -> None:
        """Send a request whose `pcm` is the whole utterance; what the process has of it is not sent again."""
        if job.kind is Kind.FINAL:
            self._finals[job.number] = job
        elif not self.opened.is_set():
            self.on_shed()
            return
        self._send(job)

    def withdraw(self, number: int) -> None:
        """Give up a request that nobody waits for."""
        if self._finals.pop(number, None) is not None:
            self._tell(Cancel(self.number, number))

    def _send(self, job: Decode) -> None:
        if self._link is None or not self.opened.is_set():
            return  # it is sent when the process is there
        whole = len(job.pcm) // BYTES_PER_SAMPLE
        has = min(self._sent[1], whole) if self._sent[0] == job.number else 0
        self._sent = (job.number, whole)
        pcm = job.pcm[has * BYTES_PER_SAMPLE :]
        self._tell(msgspec.structs.replace(job, stream=self.number, offset=has, pcm=pcm))

    def _tell(self, message: Request) -> None:
        if self._link is not None and self.opened.is_set():
            self._link.write(message)

    def _take(self, message: Answer) -> None:
        match message:
            case Opened():
                self.opened.set()
                self.on_served(True)  # noqa: FBT003 - a callback has no names
                self._sent = (-1, 0)
                for job in list(self._finals.values()):
                    self._send(job)
            case Unable(sentence=sentence):
                self.fail(ProviderFault(sentence, kind=FaultKind.BAD_REQUEST, code="unable"))
            case Decoded():
                if message.kind is Kind.FINAL:
                    self._finals.pop(message.number, None)
                self.on_answer(message)
            case Shed():
                self.on_shed()
            case Pressure():
                self.on_pressure(message)

    async def never_served(self) -> None:
        """Wait for the news that this stream will never be served. Raises it as a `ProviderFault`."""
        await self.failed.wait()
        if self.fault is not None:
            raise self.fault

    def fail(self, fault: ProviderFault) -> None:
        """End everything that waits with `fault`."""
        self.fault = fault
        self.failed.set()

    def _lost(self) -> None:
        if self.opened.is_set():
            self.opened.clear()
            self.on_served(False)  # noqa: FBT003 - a callback has no names
        self.on_shed()


class DecodeLink:
    """Keeps one connection to the machine's decode process for as long as `run` runs and a stream is open."""

    def __init__(self, settings: DecoderSettings) -> None:
        self._settings = settings
        self._streams: dict[int, DecodeStream] = {}
        self._next = 1
        self._wanted = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None
        self._answered = False

    def write(self, message: Request) -> None:
        """Send one message to the decoder."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encode(message))

    @contextlib.asynccontextmanager
    async def stream(self, stream: DecodeStream) -> AsyncIterator[None]:
        """Open a stream. What it asks before the process is there is sent when it is; see its `failed`."""
        stream.number, self._next = self._next, self._next + 1
        stream._link = self
        self._streams[stream.number] = stream
        self._wanted.set()
        try:
            self.write(Open(stream.number, stream.engine))
            yield
        finally:
            stream._link = None
            del self._streams[stream.number]
            self.write(Close(stream.number))
            if not self._streams:
                self._wanted.clear()

    async def run(self) -> None:
        """Own the connection until cancelled. Never raises for the process's sake; streams are told instead.

        One that keeps dying is given up for the streams there are; a stream that is opened later tries again.
        """
        while True:
            await self._keep_alive()
            sentence = "the decode process keeps dying; look at its log, or configure another provider"
            fault = ProviderFault(sentence, kind=FaultKind.UNAVAILABLE, code="decoder")
            self._wanted.clear()
            for stream in self._streams.values():
                stream.fail(fault)

    async def _keep_alive(self) -> None:
        """One connection after the other, until too many have ended without an answer."""
        deaths = 0
        while deaths < DEATHS:
            await self._wanted.wait()
            self._answered = False
            await self._live()
            deaths = 1 if self._answered else deaths + 1
            if self._streams:
                log.warning("decode process went away", deaths_in_a_row=deaths)
                await asyncio.sleep(PAUSE_S * deaths)

    async def _live(self) -> None:
        """One connection, from start to loss (or cancellation)."""
        writer: asyncio.StreamWriter | None = None
        try:
            reader, writer = await self._connect()
            self._writer = writer
            for stream in self._streams.values():
                self.write(Open(stream.number, stream.engine))
            await self._receive(reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, msgspec.MsgspecError) as failed:
            log.info("decode process not reachable", reason=repr(failed))
        finally:
            self._writer = None
            if writer is not None:
                writer.close()
            for stream in self._streams.values():
                stream._lost()

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        while True:
            (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
            if length > LONGEST_MESSAGE:
                return
            message = answer(await reader.readexactly(length))
            self._answered |= isinstance(message, Decoded)
            if isinstance(message, Pressure):
                for stream in self._streams.values():
                    stream._take(message)
            elif (opened := self._streams.get(message.stream)) is not None:
                opened._take(message)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The running process, or a new one. Raises `OSError` or `TimeoutError`."""
        path = self._settings.socket
        loop = asyncio.get_running_loop()
        started_at = loop.time() - START_AGAIN_S
        async with asyncio.timeout(START_TIMEOUT_S):
            while True:
                with contextlib.suppress(OSError):
                    return await asyncio.open_unix_connection(path, limit=LONGEST_MESSAGE)
                if loop.time() - started_at >= START_AGAIN_S:
                    await self._start()
                    started_at = loop.time()
                await asyncio.sleep(LOOK_EVERY_S)

    async def _start(self) -> None:
        """Start one; it goes into the background at once, and ends if another was faster. Raises `OSError`."""
        settings = msgspec.json.encode(self._settings).decode()
        starter = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "wingman.local.decoder.process",
            settings,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
        )
        try:
            if status := await starter.wait():
                raise ChildProcessError(f"the decode process cannot start (status {status})")
        finally:
            if starter.returncode is None:
                starter.kill()
                await starter.wait()
