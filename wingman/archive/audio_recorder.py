"""Keeps a running meeting's sound: one reader of each channel's tape, which never holds anybody up.

What the tape calls a gap (a pause, a lost connection) becomes silence of the same length, so that sample n of a
file is sample n of the channel. Encoding and writing happen in a thread. A disk that refuses ends the keeping
and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial

import structlog

from wingman.archive.audio_store import AudioStore, SoundFile
from wingman.audio.encode import OpusStream
from wingman.audio.tape import Cursor
from wingman.core.errors import InputError
from wingman.core.events import AudioState, Media
from wingman.core.media import PcmBlock
from wingman.core.threads import in_thread
from wingman.core.time import SAMPLE_RATE, Channel, seconds

logger = structlog.get_logger(__name__)


class AudioRecorder:
    """One meeting's sound. `run` once per channel; both end when the disk refuses one of them."""

    def __init__(
        self, audio_store: AudioStore, meeting: str, publish: Callable[[AudioState, Media | None], None]
    ) -> None:
        self._store = audio_store
        self._meeting = meeting
        self._publish = publish
        self._state = ""

    async def run(self, channel: Channel, audio: Cursor) -> None:
        """Write what `audio` gives until its tape is closed, or the disk refuses. Does not raise `OSError`."""
        try:
            await self._keep(channel, audio)
        except (OSError, InputError) as refused:
            after = seconds(audio.position)
            why = refused.strerror if isinstance(refused, OSError) else str(refused)
            self._tell("lost", f"The disk refuses ({why}): the sound is no longer stored, the meeting goes on.")
            logger.warning("sound not kept", meeting=self._meeting, channel=channel, after=after)

    async def _keep(self, channel: Channel, audio: Cursor) -> None:
        if self._state == "lost":
            return
        file = await in_thread(partial(self._store.create, self._meeting, channel, audio.position))
        try:
            self._tell("storing")
            await self._copy(audio, file, OpusStream())
        finally:
            file.close()

    async def _copy(self, audio: Cursor, file: SoundFile, stream: OpusStream) -> None:
        silent = 0  # samples of silence not yet encoded: a pause grows by 20 ms at a time
        try:
            while self._state != "lost" and (item := await audio.read(SAMPLE_RATE)) is not None:
                if isinstance(item, PcmBlock):
                    await in_thread(partial(_append, file, stream, silent, item.pcm))
                    silent = 0
                elif (silent := silent + item.span.length) >= SAMPLE_RATE:
                    await in_thread(partial(_append, file, stream, silent, b""))
                    silent = 0
            await in_thread(partial(_end, file, stream, silent))
        except asyncio.CancelledError:  # the meeting is cut short: at most a second is left to write
            with contextlib.suppress(OSError):
                _end(file, stream, silent)
            raise

    def _tell(self, state: str, detail: str = "") -> None:
        if self._state not in (state, "lost"):
            self._state = state
            self._publish(AudioState(state, detail), None)


def _append(file: SoundFile, stream: OpusStream, silent: int, pcm: bytes) -> None:
    file.write(stream.silence(silent) + stream.add(pcm))


def _end(file: SoundFile, stream: OpusStream, silent: int) -> None:
    file.write(stream.silence(silent) + stream.finish())
