"""Deepgram live transcription (`/v1/listen`), on deepgram-sdk 7.17.

The SDK's socket class runs on a `websockets.asyncio` connection of our own. The SDK's `connect` uses the
deprecated `websockets.legacy` with fixed timeouts: a dead peer surfaces after 60 s, a peer that does not read
blocks `send_media` for ever, and leaving can take 30 s. Control messages and tokens go through the SDK; audio
is written to the same socket by a plain call, and `deepgram_wire` decodes results at a tenth of the cost.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Callable

from wingman.audio.tape import Cursor
from wingman.config.stt import DeepgramSettings
from wingman.core.errors import Branch
from wingman.core.media import Gap
from wingman.core.time import SAMPLE_RATE, Channel, samples_of_ms
from wingman.link.socket import Refused, Socket, SocketTuning, open_socket
from wingman.link.supervisor import Identity, Outcome, Supervisor
from wingman.stt.base import Emit, TranscriberInfo
from wingman.stt.deepgram import wire
from wingman.stt.deepgram.connection import Connection, Controls, SocketPair
from wingman.stt.deepgram.stitch import Stitcher
from wingman.stt.deepgram.token import authorization

NAME = "deepgram"
_SDK_MODULE = "deepgram.listen.v1.socket_client"
ROUNDING = samples_of_ms(20)
"""The last window may end this much before the last sample: the service rounds."""


class DeepgramTranscriber:
    """Satisfies `wingman.stt.base.Transcriber`."""

    def __init__(self, settings: DeepgramSettings) -> None:
        """Raises `InputError` when a setting is one the service would refuse."""
        wire.check(settings)
        self._settings = settings
        self._connection: Connection | None = None
        self._generation = 0

    @property
    def info(self) -> TranscriberInfo:
        return TranscriberInfo(NAME, remote=True, windows=True)

    async def run(self, channel: Channel, audio: Cursor, emit: Emit) -> None:
        """See `Transcriber.run`."""
        stitch = Stitcher(channel, audio.position, self._settings.utterance_end_ms, self._generation)
        supervisor = Supervisor(Identity(Branch.TRANSCRIBE, NAME, channel), emit, self._settings.retry)
        give_up_at: float | None = None

        async def connect_once() -> Outcome:
            nonlocal give_up_at
            if not await self._first_audio(audio, stitch, emit):
                return Outcome.DONE
            if audio.ended:
                now = asyncio.get_running_loop().time()
                backlog_s = audio.lag / SAMPLE_RATE / self._settings.replay_rate
                give_up_at = give_up_at or now + self._settings.close_s + backlog_s
                if now >= give_up_at:
                    return Outcome.DONE
            return await self._stream(channel, audio, stitch, emit, supervisor)

        try:
            await supervisor.run(connect_once)
        finally:
            self._generation = stitch.generation
            audio.seek(stitch.settled)
        if audio.ended:
            for event in stitch.finish(audio.position + audio.lag, heard=False):
                emit(event)

    def flush(self) -> None:
        """See `Transcriber.flush`."""
        if self._connection is not None:
            self._connection.flush()

    def apply(self, settings: DeepgramSettings) -> None:
        """Use other settings from now on (a language, key terms): the stream is replaced, no word is lost.

        Raises `InputError` and changes nothing when a setting is one the service would refuse.
        """
        wire.check(settings)
        self._settings = settings
        if self._connection is not None:
            self._connection.replace()

    async def _first_audio(self, audio: Cursor, stitch: Stitcher, emit: Emit) -> bool:
        """Wait until there is a sample to send: the service closes a stream that stays without audio for 10 s.

        False when the tape ended instead.
        """
        audio.seek(stitch.settled)
        changed = asyncio.Event()
        audio.on_change(changed.set)
        try:
            while True:
                item = audio.take(1)
                if isinstance(item, Gap):
                    for event in stitch.skip(item):
                        emit(event)
                elif item is not None:
                    audio.seek(item.start)
                    return True
                elif audio.exhausted:
                    return False
                else:
                    changed.clear()
                    await changed.wait()
        finally:
            audio.on_change(None)

    async def _stream(
        self, channel: Channel, audio: Cursor, stitch: Stitcher, emit: Emit, supervisor: Supervisor
    ) -> Outcome:
        wrap = await _sdk_controls()
        async with await self._open(channel) as socket:
            supervisor.opened()
            line = SocketPair(socket, wrap(socket))
            connection = Connection(line, audio, stitch, self._settings, emit, supervisor.useful)
            self._connection = connection
            try:
                await connection.run()
            finally:
                self._connection = None
            if connection.replaced:
                return Outcome.AGAIN
            ended = socket.closed
        if connection.finished and ended.code in (1000, 1001, 1005):
            again = stitch.asked_again
            for event in stitch.drain() if again else ():
                emit(event)
            if stitch.unsettled <= ROUNDING or again:
                for event in stitch.finish(audio.position, heard=stitch.unsettled <= ROUNDING):
                    emit(event)
                return Outcome.DONE
            stitch.ask_again()
        raise wire.closed(ended.code, ended.reason)

    async def _open(self, channel: Channel) -> Socket:
        headers = {"Authorization": await authorization(self._settings)}
        try:
            tuning = SocketTuning(open_s=self._settings.open_s)
            return await open_socket(wire.listen_url(self._settings, channel), headers, "Deepgram", tuning)
        except Refused as refused:
            raise wire.refused(refused.status, refused.headers, refused.body) from None


async def preload() -> None:
    """Import the SDK (0.4 s) in a thread. Call it when the service starts, so that no meeting pays for it."""
    if _SDK_MODULE not in sys.modules:
        await asyncio.to_thread(importlib.import_module, _SDK_MODULE)


async def _sdk_controls() -> Callable[[Socket], Controls]:
    """The SDK's socket class around a socket of ours."""
    await preload()
    from deepgram.listen.v1.socket_client import AsyncV1SocketClient

    return lambda socket: AsyncV1SocketClient(websocket=socket)  # type: ignore[arg-type]  # it sends and closes, no more
