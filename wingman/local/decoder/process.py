"""The machine's decode process: recognises what the detectors of all meetings found, one decode at a time.

Run as `python -m wingman.local.decoder.process SETTINGS`. It puts itself into the background, serves every
service of this user over a socket, and ends a few seconds after the last one left. A second one ends at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# One BLAS thread: the arrays are small, and spinning helpers would steal the other core.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import msgspec

from wingman.core.time import BYTES_PER_SAMPLE
from wingman.local.decoder.queue import DecodeQueue, Job
from wingman.local.decoder.recognizers import Recognizer, build, mend
from wingman.local.decoder.settings import DecoderSettings
from wingman.local.decoder.wire import (
    LENGTH,
    LONGEST_MESSAGE,
    Answer,
    Cancel,
    Close,
    Decode,
    Decoded,
    Open,
    Opened,
    Pressure,
    Shed,
    Unable,
    encode,
    request,
)

LINGER_S = 5.0
"""How long it stays without a service: a next meeting finds its model loaded."""
FIRST_S = 30.0
"""How long it waits for its first one."""
PRESSURE_EVERY_S = 0.5
GROWN = 2.0
"""Who was told of a wait is told again when it is so many times as long."""
MOST_STREAMS = 64
"""Streams of one service."""
LONGEST = 30 * 16_000 * BYTES_PER_SAMPLE
"""Bytes of one utterance."""


class _Stream:
    """One channel of one service: its recogniser, and the audio of its running utterance."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.recognizer = recognizer
        self._number = -1
        self._audio = bytearray()

    def audio(self, job: Decode) -> bytes:
        """The utterance so far, with what this request brought. Raises `ValueError` when a part is missing."""
        if job.number != self._number:
            self._number = job.number
            self._audio.clear()
        if job.offset * BYTES_PER_SAMPLE > len(self._audio) or len(self._audio) + len(job.pcm) > LONGEST:
            raise ValueError("the audio does not follow on what came before")
        self._audio[job.offset * BYTES_PER_SAMPLE :] = job.pcm
        return bytes(self._audio)


class _Connection:
    """One service."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.streams: dict[int, _Stream] = {}

    def send(self, answer: Answer) -> None:
        if not self._writer.is_closing():
            self._writer.write(encode(answer))


Work = tuple[_Connection, Decode, bytes]


class DecodeServer:
    """Serves until nobody needs it any more."""

    def __init__(self, settings: DecoderSettings) -> None:
        self._settings = settings
        self._queue: DecodeQueue[Work] = DecodeQueue()
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="decode")
        self._running: set[asyncio.Task[None]] = set()
        self._connections: set[_Connection] = set()
        self._changed = asyncio.Event()
        self._told_s: float | None = None
        """The wait that services were told of last; None while they need not be."""

    async def serve(self, path: Path) -> None:
        """Answer on a socket at `path` until cancelled."""
        server = await asyncio.start_unix_server(self._connected, path, limit=LONGEST_MESSAGE)
        pressure = asyncio.get_running_loop().create_task(self._watch())
        try:
            patience = FIRST_S
            while await self._anybody(patience):
                patience = LINGER_S
        finally:
            pressure.cancel()
            server.close()
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _anybody(self, patience: float) -> bool:
        """Wait for a change, for as long as it takes while somebody is here; False when nobody came."""
        self._changed.clear()
        try:
            async with asyncio.timeout(None if self._connections else patience):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer)
        self._connections.add(connection)
        self._changed.set()
        try:
            while True:
                (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                if length > LONGEST_MESSAGE:
                    break
                await self._handle(connection, await reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.MsgspecError, ValueError, OverflowError):
            pass  # the service left, or does not keep to the protocol: it connects anew and asks again
        finally:
            for number in connection.streams:
                self._queue.drop((connection, number))
            connection.streams.clear()
            self._connections.discard(connection)
            writer.close()
            self._changed.set()

    async def _handle(self, connection: _Connection, body: bytes) -> None:
        match request(body):
            case Open() as wanted:
                await self._open(connection, wanted)
            case Decode() as job:
                self._decode(connection, job)
            case Cancel(stream=stream, number=number):
                self._queue.cancel((connection, stream), number)
            case Close(stream=stream):
                self._queue.drop((connection, stream))
                connection.streams.pop(stream, None)

    async def _open(self, connection: _Connection, wanted: Open) -> None:
        if len(connection.streams) >= MOST_STREAMS:
            raise OverflowError("too many streams")
        loop = asyncio.get_running_loop()
        try:
            recognizer = await loop.run_in_executor(self._threads, build, wanted.engine, self._settings)
        except (ImportError, OSError) as missing:
            connection.send(Unable(wanted.stream, mend(wanted.engine, missing)))
            return
        connection.streams[wanted.stream] = _Stream(recognizer)
        connection.send(Opened(wanted.stream))
        if self._told_s is not None:  # the others were told when it began
            connection.send(self._pressure())

    def _decode(self, connection: _Connection, job: Decode) -> None:
        stream = connection.streams.get(job.stream)
        if stream is None:
            return
        work = (connection, job, stream.audio(job))
        shed = self._queue.put(Job((connection, job.stream), job.number, job.kind, time.monotonic(), work))
        if shed is not None:
            connection.send(Shed(job.stream, shed.number))
        self._start()

    def _start(self) -> None:
        """Give free threads their next jobs."""
        while len(self._running) < self._settings.workers:
            job = self._queue.take(time.monotonic())
            if job is None:
                return
            task = asyncio.get_running_loop().create_task(self._run(job))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (failed := task.exception()) is not None:
            # a recogniser that broke down may be broken for good: a new process starts clean
            sys.stderr.write(f"decode failed: {failed!r}\n")
            sys.stderr.flush()
            os._exit(1)
        self._start()

    async def _run(self, job: Job[Work]) -> None:
        connection, asked, audio = job.payload
        stream = connection.streams.get(asked.stream)
        try:
            if stream is None:
                return
            began = time.monotonic()
            loop = asyncio.get_running_loop()
            answer: Decoded = await loop.run_in_executor(self._threads, stream.recognizer.decode, asked, audio)
            spent = time.monotonic() - began
            connection.send(
                msgspec.structs.replace(
                    answer, queue_ms=round(1000 * (began - job.since), 1), decode_ms=round(1000 * spent, 1)
                )
            )
        finally:
            self._queue.done(job)

    async def _watch(self) -> None:
        """Tell the services when the queue becomes too long, much longer yet, and when it is short again."""
        while True:
            await asyncio.sleep(PRESSURE_EVERY_S)
            now = time.monotonic()
            waits = self._queue.oldest_final(now) if self._queue.overloaded(now) else None
            told, self._told_s = self._told_s, waits
            if waits is not None and told is not None and waits < GROWN * told:
                self._told_s = told
            elif waits != told:
                for connection in self._connections:
                    connection.send(self._pressure())

    def _pressure(self) -> Pressure:
        oldest = self._queue.oldest_final(time.monotonic())
        return Pressure(self._told_s is not None, round(oldest, 1), self._streams)

    @property
    def _streams(self) -> int:
        return sum(len(connection.streams) for connection in self._connections)


def main(argv: list[str]) -> int:
    """Run the decoder process; returns the exit status."""
    settings = msgspec.json.decode(argv[0], type=DecoderSettings)
    path = settings.socket
    _into_background(path.with_suffix(".log"))
    with contextlib.suppress(PermissionError):  # a filter of system calls may refuse even to be modest
        os.nice(settings.niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with path.with_suffix(".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0  # another one serves this machine
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        path.unlink(missing_ok=True)
        try:
            asyncio.run(DecodeServer(settings).serve(path))
        finally:
            path.unlink(missing_ok=True)
    os._exit(0)  # a decode may still run in its thread; nobody waits for it


def _into_background(log: Path) -> None:
    """Leave whoever started this: it serves others too, and must outlive them."""
    if os.fork():
        os._exit(0)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for ours, theirs in ((0, nothing), (1, nothing), (2, written)):
        os.dup2(theirs, ours)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
