"""One stream: audio leaves as it is written, controls when they are due, and a peer that is dead is cut off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.support.until import until
from wingman.audio.tape import Tape
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.media import GapCause, PcmBlock
from wingman.core.speech import Final
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.link.socket import Socket, open_socket
from wingman.stt.deepgram.connection import Connection, SocketPair
from wingman.stt.deepgram.stitch import Stitcher
from wingman.testing.virtual_time import run

Answer = Callable[[ServerConnection, str], Awaitable[None]]


def results(start: float, duration: float, *words: tuple[str, float, float]) -> str:
    heard = [{"word": word, "start": first, "end": last, "confidence": 0.9} for word, first, last in words]
    channel = {"alternatives": [{"transcript": " ".join(w["word"] for w in heard), "words": heard}]}  # type: ignore[misc]  # words as they are sent
    message = {"type": "Results", "start": start, "duration": duration, "is_final": True, "channel": channel}
    return json.dumps(message)


class Controls:
    """The control messages as plain texts."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    async def send_keep_alive(self) -> None:
        self._socket.write("KeepAlive")

    async def send_finalize(self) -> None:
        self._socket.write("Finalize")

    async def send_close_stream(self) -> None:
        self._socket.write("CloseStream")


class Stream:
    """A connection between a tape and a peer that writes down what it gets."""

    def __init__(self, pair: SocketPair) -> None:
        settings = DeepgramSettings()
        self.tape = Tape()
        self.cursor = self.tape.cursor(0)
        self.events: list[Any] = []
        self.useful = 0
        stitch = Stitcher(Channel.TAB, 0)
        self.connection = Connection(pair, self.cursor, stitch, settings, self.events.append, self._useful)
        self.sound = 0
        self.texts: list[str] = []

    def _useful(self) -> None:
        self.useful += 1

    def say(self, seconds: float) -> None:
        for first in range(0, round(seconds * SAMPLE_RATE), 1600):
            length = min(1600, round(seconds * SAMPLE_RATE) - first)
            self.tape.write(PcmBlock(self.tape.end, bytes(2 * length)))

    @property
    def words(self) -> list[tuple[str, int]]:
        return [(word.text, word.start) for e in self.events if isinstance(e, Final) for word in e.words]


async def _silent(_: ServerConnection, __: str) -> None:
    """A peer that never answers."""


@asynccontextmanager
async def stream(answer: Answer = _silent) -> AsyncIterator[Stream]:
    made: list[Stream] = []

    async def peer(ws: ServerConnection) -> None:
        async for frame in ws:
            if isinstance(frame, bytes):
                made[0].sound += len(frame)
                await answer(ws, "")
            else:
                made[0].texts.append(frame)
                await answer(ws, frame)

    async with serve(peer, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with await open_socket(f"ws://127.0.0.1:{port}/", {}, "deepgram") as socket:
            made.append(Stream(SocketPair(socket, Controls(socket))))
            yield made[0]
            made[0].cursor.close()


def play(meeting: Coroutine[Any, Any, None]) -> None:
    """In virtual time: minutes of waiting cost nothing."""
    run(meeting)


def test_the_last_words_come_before_the_end() -> None:
    async def answer(ws: ServerConnection, text: str) -> None:
        if text == "CloseStream":
            await ws.send("{ not a message")
            await ws.send(results(0, 1, ("hello", 0.25, 0.5)))
            await ws.close()

    async def meeting() -> None:
        async with stream(answer) as it:
            it.say(1.03)
            it.tape.close()
            await it.connection.run()
            assert it.sound == 2 * round(1.03 * SAMPLE_RATE), "the piece shorter than a chunk, too"
            assert it.texts == ["CloseStream"]
            assert it.words == [("hello", 4_000)]
            assert (it.connection.finished, it.connection.replaced, it.useful) == (True, False, 1)

    play(meeting())


def test_silence_is_settled_once_and_kept_alive_until_it_is_replaced() -> None:
    async def meeting() -> None:
        async with stream() as it, asyncio.TaskGroup() as group:
            running = group.create_task(it.connection.run())
            it.say(0.53)
            await asyncio.sleep(30)
            assert it.sound == 2 * round(0.53 * SAMPLE_RATE)
            assert it.texts.count("Finalize") == 1
            assert it.texts.count("KeepAlive") in (6, 7)
            it.connection.replace()
            await running
            assert (it.connection.finished, it.connection.replaced) == (False, True)
            it.say(0.2)  # nobody is listening any more
            assert it.cursor.lag == round(0.2 * SAMPLE_RATE)

    play(meeting())


def test_flush_sends_what_waits_and_asks_for_what_is_pending() -> None:
    async def meeting() -> None:
        async with stream() as it, asyncio.TaskGroup() as group:
            running = group.create_task(it.connection.run())
            await asyncio.sleep(1)
            it.say(0.03)
            it.connection.flush()
            it.connection.flush()
            await asyncio.sleep(0.1)
            assert (it.sound, it.texts) == (960, ["Finalize"])
            it.connection.replace()
            await running

    play(meeting())


def test_what_waits_for_the_pace_is_sent_before_it_is_asked_to_settle() -> None:
    sent: list[int] = []

    async def meeting() -> None:
        async def answer(ws: ServerConnection, text: str) -> None:
            heard = it.sound / (2 * SAMPLE_RATE)
            if text == "Finalize":
                sent.append(it.sound)
            elif heard > 1:  # the last second is never settled by itself
                await ws.send(results(0, heard - 1))

        async with stream(answer) as it, asyncio.TaskGroup() as group:
            it.say(60)
            running = group.create_task(it.connection.run())
            await asyncio.sleep(0.5)
            assert it.cursor.lag > 0
            it.connection.flush()

            def caught_up() -> bool:
                assert not sent or not it.cursor.lag, "a word would be cut where the sending had come to"
                return not it.cursor.lag

            await until(caught_up, every=0.1, within=120)
            await asyncio.sleep(0.1)
            assert sent == [2 * 60 * SAMPLE_RATE]
            it.connection.replace()
            await running

    play(meeting())


def test_time_goes_on_over_a_gap_without_sound() -> None:
    async def answer(ws: ServerConnection, text: str) -> None:
        if text == "Finalize":
            await ws.send(results(0, 0.5, ("before", 0.0, 0.25)))
        elif text == "CloseStream":
            await ws.send(results(0.5, 0.5, ("after", 0.5, 0.75)))
            await ws.close()

    async def meeting() -> None:
        async with stream(answer) as it:
            it.say(0.5)
            it.tape.skip(60 * SAMPLE_RATE, GapCause.PAUSED)
            it.say(0.5)
            it.tape.close()
            await it.connection.run()
            assert it.texts == ["Finalize", "CloseStream"]
            assert it.words == [("before", 0), ("after", round(60.5 * SAMPLE_RATE))]
            assert it.sound == 2 * SAMPLE_RATE, "the gap is not sent"

    play(meeting())


@pytest.mark.parametrize(("seconds", "ends", "code"), [(8.0, False, "stalled"), (1.0, True, "closing")])
def test_a_peer_that_does_not_answer_is_cut_off(seconds: float, ends: bool, code: str) -> None:
    async def meeting() -> None:
        async with stream() as it:
            it.say(seconds)
            if ends:
                it.tape.close()
            began = asyncio.get_running_loop().time()
            with pytest.raises(ProviderFault) as cut:
                await it.connection.run()
            assert (cut.value.kind, cut.value.code) == (FaultKind.TIMEOUT, code)
            assert 5 < asyncio.get_running_loop().time() - began < 20
            assert it.words == []

    play(meeting())
