"""The decode process answers each service on its socket, and who breaks the protocol harms only himself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.until import until
from wingman.local.decoder import process, queue
from wingman.local.decoder.process import LONGEST, MOST_STREAMS, DecodeServer
from wingman.local.decoder.recognizers import Recognizer
from wingman.local.decoder.settings import DecoderSettings
from wingman.local.decoder.wire import (
    LENGTH,
    LONGEST_MESSAGE,
    Answer,
    Close,
    Decode,
    Decoded,
    Engine,
    Kind,
    Open,
    Opened,
    Pressure,
    Request,
    Unable,
    answer,
    encode,
)

ECHO, STUCK = Engine("echo"), Engine("stuck")


class Echo:
    """Hears how much it was given."""

    def decode(self, job: Decode, pcm: bytes) -> Decoded:
        return Decoded(job.stream, job.number, job.kind, len(pcm) // 2, ((pcm.hex(), 0, 1, 1.0),))


class Stuck(Echo):
    """Answers nothing until it is let go."""

    go_on = threading.Event()

    def decode(self, job: Decode, pcm: bytes) -> Decoded:
        self.go_on.wait(60)
        return super().decode(job, pcm)


class Client:
    """A service's end of the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def ask(self, *requests: Request) -> Answer:
        """Say this, and take the next answer."""
        self.writer.write(b"".join(encode(each) for each in requests))
        return await self.next()

    async def next(self) -> Answer:
        async with asyncio.timeout(60):
            (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
            return answer(await self._reader.readexactly(length))

    async def over(self) -> bool:
        """Wait until the other end hangs up, unread answers aside."""
        async with asyncio.timeout(60):
            await self._reader.read()
        return self._reader.at_eof()


def build(engine: Engine, _: DecoderSettings) -> Recognizer:
    if engine in (ECHO, STUCK):
        return Echo() if engine == ECHO else Stuck()
    raise OSError("no such model")


@pytest_asyncio.fixture
async def socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    monkeypatch.setattr(process, "build", build)
    path = tmp_path / "decoder.sock"
    serving = asyncio.create_task(DecodeServer(DecoderSettings()).serve(path))
    await until(path.exists)
    yield path
    serving.cancel()
    await asyncio.wait([serving])


@asynccontextmanager
async def client(path: Path) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


def final(pcm: bytes, number: int = 0, offset: int = 0, stream: int = 1) -> Decode:
    return Decode(stream, number, Kind.FINAL, offset, pcm)


async def test_sound_that_came_before_is_not_sent_again(socket: Path) -> None:
    async with client(socket) as service:
        assert await service.ask(Open(1, ECHO)) == Opened(1)
        for request, heard in (
            (final(b"aabb"), b"aabb"),
            (final(b"cc", offset=2), b"aabbcc"),
            (final(b"dd", offset=1), b"aadd"),
            (final(b"ee", number=1), b"ee"),
        ):
            found = await service.ask(request)
            assert isinstance(found, Decoded)
            assert (found.number, found.upto) == (request.number, len(heard) // 2)
            assert found.words[0][0] == heard.hex()
            assert min(found.queue_ms, found.decode_ms) >= 0


async def test_what_cannot_be_loaded_is_told_and_the_next_stream_works(socket: Path) -> None:
    async with client(socket) as service:
        refused = await service.ask(Open(1, Engine("other")))
        assert isinstance(refused, Unable)
        assert "no such model" in refused.sentence
        assert await service.ask(final(b"aa"), Open(2, ECHO)) == Opened(2), "nobody answers for a closed stream"
        assert isinstance(await service.ask(final(b"aa", stream=2)), Decoded)
        assert await service.ask(Close(2), final(b"aa", stream=2), Open(3, ECHO)) == Opened(3)


@pytest.mark.parametrize(
    "nonsense",
    [
        LENGTH.pack(LONGEST_MESSAGE + 1),
        LENGTH.pack(3) + b"abc",
        LENGTH.pack(0),
        encode(Opened(1)),
        encode(final(b"aa", offset=5)),
        encode(final(bytes(LONGEST + 2))),
        b"".join(encode(Open(stream, ECHO)) for stream in range(2, MOST_STREAMS + 3)),
    ],
    ids=["long", "bytes", "empty", "answer", "hole", "endless", "streams"],
)
async def test_who_breaks_the_protocol_is_hung_up_on_alone(socket: Path, nonsense: bytes) -> None:
    async with client(socket) as other, client(socket) as service:
        assert await service.ask(Open(1, ECHO)) == Opened(1)
        assert await other.ask(Open(1, ECHO)) == Opened(1)
        other.writer.write(nonsense)
        assert await other.over()
        found = await service.ask(final(b"aa"))
        assert isinstance(found, Decoded)
        assert found.words[0][0] == b"aa".hex()


async def test_words_that_come_ever_later_are_told_again_and_that_they_are_in_time_once(
    socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "PRESSURE_EVERY_S", 0.005)
    monkeypatch.setattr(queue, "OVERLOADED_S", 0.1)
    Stuck.go_on.clear()
    async with client(socket) as service:
        assert await service.ask(Open(1, STUCK)) == Opened(1)
        told = [await service.ask(final(b"aa")), *[await service.next() for _ in range(2)]]
        waits = [each.oldest_s for each in told if isinstance(each, Pressure) and each.overloaded]
        assert len(waits) == 3, told
        assert waits[2] > waits[1] >= waits[0] > 0
        Stuck.go_on.set()
        answers = [await service.next() for _ in range(2)]
        (fine,) = [each for each in answers if isinstance(each, Pressure)]
        assert not fine.overloaded


async def test_it_ends_when_the_last_service_has_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "build", build)
    monkeypatch.setattr(process, "LINGER_S", 0.01)
    path = tmp_path / "decoder.sock"
    serving = asyncio.create_task(DecodeServer(DecoderSettings()).serve(path))
    await until(path.exists)
    async with client(path) as service:
        assert await service.ask(Open(1, ECHO)) == Opened(1)
        assert not serving.done()
    async with asyncio.timeout(60):
        await serving
