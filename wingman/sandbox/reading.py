"""Reads a file of somebody else's in a process of its own. Blocking: callers are in a thread.

The reader is a function `(file, ask) -> items` that is named, not passed: the other process imports it, reads
what it is given as an open file, and answers item by item. Nothing it says is executed or unpickled here.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Generic, TypeVar

import msgspec

from wingman.core.errors import InputError
from wingman.sandbox.frames import HEADER, Ended, Frame, as_plain, from_plain
from wingman.sandbox.limits import MEGABYTE, Limits

T = TypeVar("T")

PLAIN: Final = {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
PASSED_ON: Final = ("PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""Environment variables a reading process needs to find its own code. No other goes with it: some are keys."""


@dataclass(frozen=True, slots=True)
class Reader(Generic[T]):
    """One kind of file and what comes out of it."""

    target: str
    """`module:function`."""
    answers: Any
    """The type of each item, as msgspec takes it."""
    limits: Limits = field(default_factory=Limits)
    modules: tuple[str, ...] = ()
    """Imported before anything is read; afterwards nothing can be."""
    about: str = "file"
    """The field that errors name."""

    def read(self, source: Path | bytes, ask: object, title: str) -> Generator[T, None, None]:
        """Items one by one. Raises `InputError`: the reader's own, or one that says what the file would cost.

        `title` is what a person calls the file. Close the generator to end the process.
        """
        with _opened(source, title, self.about) as file, _started(self, file, ask) as (process, pipe):
            answers = msgspec.msgpack.Decoder(self.answers, dec_hook=from_plain)
            for kind, content in self._frames(pipe, process, title):
                if kind is Frame.ENDED:
                    self._settle(msgspec.msgpack.decode(content, type=Ended), title)
                    return
                try:
                    yield answers.decode(content)
                except msgspec.MsgspecError:
                    raise self._broken(title, "it gave an answer that is none") from None

    def _frames(self, pipe: int, process: subprocess.Popen[bytes], title: str) -> Iterator[tuple[Frame, bytes]]:
        """Until the pipe is closed by the other end, which is an end before its time."""
        while True:
            try:
                kind, length = HEADER.unpack(self._exactly(pipe, HEADER.size))
                if length > self.limits.answer_mb * MEGABYTE:
                    raise self._costly(title)
                yield Frame(kind), self._exactly(pipe, length)
            except EOFError:
                if process.wait() in (-signal.SIGXCPU, -signal.SIGKILL):
                    raise self._costly(title) from None
                raise self._broken(title, "the program that reads such files crashed") from None
            except TimeoutError:
                raise self._costly(title) from None

    def _exactly(self, pipe: int, size: int) -> bytes:
        """Raises `EOFError`, and `TimeoutError` when nothing comes for too long."""
        content = bytearray()
        until = time.monotonic() + self.limits.stall_s
        while len(content) < size:
            if hasattr(select, "poll"):
                waiting = select.poll()
                waiting.register(pipe, select.POLLIN)
                if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
                    raise TimeoutError
            if not (piece := os.read(pipe, min(size - len(content), MEGABYTE))):
                raise EOFError
            content += piece
        return bytes(content)

    def _settle(self, ended: Ended, title: str) -> None:
        if ended.refusal is not None:
            raise InputError(ended.refusal.sentence, field=ended.refusal.field, status=ended.refusal.status)
        if ended.too_much:
            raise self._costly(title)
        if ended.broken:
            raise self._broken(title, ended.broken)

    def _costly(self, title: str) -> InputError:
        limits = self.limits
        return InputError(
            f"{title} takes more than {limits.memory_mb} MB or {limits.cpu_s} s to read, which no such file "
            "needs; save it again with the program it comes from",
            field=self.about,
            status=413,
        )

    def _broken(self, title: str, why: str) -> InputError:
        return InputError(
            f"{title} cannot be read ({why}); save it again, or in another format", field=self.about
        )


@contextlib.contextmanager
def _opened(source: Path | bytes, title: str, about: str) -> Iterator[IO[bytes]]:
    """The file, open. Raises `InputError` for what is no regular file."""
    if isinstance(source, bytes):
        with tempfile.TemporaryFile() as copy:
            copy.write(source)
            copy.flush()
            copy.seek(0)
            yield copy
        return
    try:
        # not blocking: opening a named pipe would otherwise wait for somebody to write into it
        handle = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        file = os.fdopen(handle, "rb")
    except OSError as failed:
        raise InputError(f"cannot open {title}: {failed.strerror}; check the path", field=about) from None
    with file:
        yield file


@contextlib.contextmanager
def _started(
    reader: Reader[Any], file: IO[bytes], ask: object
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The process while it is needed, and the descriptor it answers on."""
    ours, theirs = os.pipe()
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | PLAIN
    try:
        process = subprocess.Popen(
            _command(reader, ask),
            stdin=file,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            cwd=os.sep,
            env=environment,
        )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _command(reader: Reader[Any], ask: object) -> Sequence[str]:
    # in ASCII: a locale of another encoding cannot hand every character to a process
    asked = json.dumps(msgspec.to_builtins(ask, enc_hook=as_plain))
    limits = msgspec.json.encode(reader.limits).decode()
    python = (sys.executable, "-P", "-m", "wingman.sandbox.child")
    return (*python, reader.target, asked, limits, *reader.modules)
