"""The parent's end of the worker process: start it, restart it when it dies, end it cleanly.

One `EmbeddedWorker` per meeting, run as a task of the meeting's TaskGroup. Transcribers and meters open
*streams* on it; when the process dies every open stream is told, and its owner replays from what was settled.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import structlog

from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.media import Gap, PcmBlock
from wingman.core.time import samples_of_ms
from wingman.local.wire import LENGTH, Command, Done, Message, Ready, decode, pack

log = structlog.get_logger(__name__)

START_TIMEOUT_S = 30.0
"""Loading takes about a second; a busy machine may need many."""
QUICK_DEATH_S = 5.0
QUICK_DEATHS = 3
"""A worker that dies this often this soon will not get better."""
END_TIMEOUT_S = 2.0


class WorkerDied(Exception):
    """The process ended while a stream was open. The stream's owner opens a new one and replays."""


@dataclass(frozen=True, slots=True)
class WorkerRules:
    """How the worker cuts speech into utterances."""

    end_silence_ms: int = 416
    max_utterance_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a stream is to do: find speech or measure prosody."""

    command: Command


class WorkerStream:
    """One channel's stream to the worker for one job. Ends with `done`, or with an exception."""

    def __init__(self, worker: _Process, number: int, on_message: Callable[[Message], None]) -> None:
        self._process = worker
        self._number = number
        self._on_message = on_message
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Resolves when the worker has answered everything; raises `WorkerDied` or `ProviderFault`."""

    async def send(self, item: PcmBlock | Gap) -> None:
        """Pass audio (or its absence) on; waits while the worker is behind."""
        if isinstance(item, Gap):
            await self._process.write(pack(Command.GAP, self._number, item.span.end))
        else:
            await self._process.write(pack(Command.AUDIO, self._number, item.start, item.pcm))

    async def finish(self) -> None:
        """Say that no more audio comes."""
        await self._process.write(pack(Command.CLOSE, self._number))

    def flush(self) -> None:
        """Settle the running utterance now."""
        self._process.write_soon(pack(Command.FLUSH, self._number))

    def _answer(self, message: Message) -> None:
        if self.ended.done():
            return
        if isinstance(message, Done):
            self.ended.set_result(None)
        else:
            self._on_message(message)

    def fail(self, error: Exception) -> None:
        """End the stream with `error`."""
        if not self.ended.done():
            self.ended.set_exception(error)
            self.ended.exception()  # its owner may be gone already; that is no unhandled error


class _Process:
    """One incarnation of the worker process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise TypeError("the worker process needs both pipes")
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout
        self._streams: dict[int, WorkerStream] = {}
        self._next = 1

    @property
    def pid(self) -> int:
        return self._process.pid

    def open(self, order: Order, on_message: Callable[[Message], None]) -> WorkerStream:
        number, self._next = self._next, self._next + 1
        stream = self._streams[number] = WorkerStream(self, number, on_message)
        self.write_soon(pack(order.command, number))
        return stream

    def close(self, stream: WorkerStream) -> None:
        for number, known in list(self._streams.items()):
            if known is stream:
                del self._streams[number]
                if not stream.ended.done():
                    self.write_soon(pack(Command.CLOSE, number))
                    stream.fail(WorkerDied("the stream was closed"))

    async def write(self, data: bytes) -> None:
        self.write_soon(data)
        try:
            await self._stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as gone:
            raise WorkerDied("the worker process went away") from gone

    def write_soon(self, data: bytes) -> None:
        if not self._stdin.is_closing():
            self._stdin.write(data)

    async def receive(self) -> Message | None:
        """The next message, or None when the process closed its end."""
        try:
            (length,) = LENGTH.unpack(await self._stdout.readexactly(LENGTH.size))
            return decode(await self._stdout.readexactly(length))
        except asyncio.IncompleteReadError:
            return None

    async def dispatch(self) -> None:
        """Hand answers to their streams until the process ends."""
        while (message := await self.receive()) is not None:
            stream = None if isinstance(message, Ready) else self._streams.get(message.stream)
            if stream is not None:
                stream._answer(message)

    async def end(self) -> None:
        """Close its input, give it a moment, then kill it. Leaves no zombie."""
        for stream in self._streams.values():
            stream.fail(WorkerDied("the worker process ended"))
        self._streams.clear()
        if self._process.returncode is None:
            self._stdin.close()
            try:
                async with asyncio.timeout(END_TIMEOUT_S):
                    await self._process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
        await self._process.wait()
        await self._stdout.read()  # what it still had to say; afterwards both pipes are closed


class EmbeddedWorker:
    """Keeps one worker process alive for as long as `run` runs."""

    def __init__(self, rules: WorkerRules) -> None:
        self._rules = rules
        self._process: _Process | None = None
        self._failure: ProviderFault | None = None
        self._wanted = asyncio.Event()
        self._changed = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """Process id of the running worker, for diagnosis; None while there is none."""
        return self._process.pid if self._process else None

    async def run(self) -> None:
        """Own the process until cancelled. Never raises for the process's sake; streams are told instead.

        One that keeps dying is given up for the streams there are; a stream that is opened later tries again.
        """
        while True:
            await self._wanted.wait()  # nobody has opened a stream: nothing to start
            self._failure = None
            await self._keep_alive()
            sentence = "the embedded worker keeps dying; look at the log, or configure another provider"
            self._failure = ProviderFault(sentence, kind=FaultKind.UNAVAILABLE, code="worker")
            self._wanted.clear()
            self._changed.set()

    async def _keep_alive(self) -> None:
        """One incarnation after the other, until too many have died young."""
        loop = asyncio.get_running_loop()
        deaths = 0
        while deaths < QUICK_DEATHS:
            began = loop.time()
            await self._live()
            deaths = deaths + 1 if loop.time() - began < QUICK_DEATH_S else 1
            log.warning("embedded worker died", deaths_in_a_row=deaths)

    async def _live(self) -> None:
        """One incarnation, from start to death (or cancellation)."""
        arguments = (
            str(samples_of_ms(self._rules.end_silence_ms)),
            str(samples_of_ms(self._rules.max_utterance_s * 1000)),
        )
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "wingman.local.worker",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        process = _Process(child)
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                first = await process.receive()
            if isinstance(first, Ready):
                self._process = process
                self._changed.set()
                await process.dispatch()
        except TimeoutError:
            log.warning("embedded worker did not start", seconds=START_TIMEOUT_S)
        finally:
            self._process = None
            await process.end()

    @contextlib.asynccontextmanager
    async def stream(self, order: Order, on_message: Callable[[Message], None]) -> AsyncIterator[WorkerStream]:
        """Open a stream as soon as a worker lives. Raises `ProviderFault` when none does after some tries."""
        known = self._failure
        self._wanted.set()
        while (process := self._process) is None:
            if self._failure is not None and self._failure is not known:
                raise self._failure
            self._changed.clear()
            await self._changed.wait()
        stream = process.open(order, on_message)
        try:
            yield stream
        finally:
            process.close(stream)
