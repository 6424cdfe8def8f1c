"""Recordings that arrive as a request body: larger than memory should be, so they go through a file."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request

from wingman.audio.source import AudioSource, ChannelSink
from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.server.http import chunks

SUFFIXES = {"audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "video/mp4": ".mp4"}
"""Content types whose container some decoders only recognise by the file name."""


class Temporary:
    """A source that plays a spooled upload, which is removed when the playing ends."""

    def __init__(self, source: AudioSource, path: Path) -> None:
        self._source = source
        self._path = path

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self._source.channels

    @property
    def recorded(self) -> bool:
        return self._source.recorded

    async def run(self, sinks: Mapping[Channel, ChannelSink]) -> None:
        try:
            await self._source.run(sinks)
        finally:
            discard(self._path)


async def spool(request: Request, limit: int) -> Path:
    """The body as a temporary file, which the caller owns. Raises `InputError` when it is empty or too long."""
    loop = asyncio.get_running_loop()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    handle, name = tempfile.mkstemp(prefix="wingman-", suffix=SUFFIXES.get(kind, ".media"))
    path = Path(name)
    size = 0
    try:
        async for chunk in chunks(request, limit):
            size += len(chunk)
            await loop.run_in_executor(None, _write, handle, chunk)
        if size == 0:
            raise InputError("the body is empty; send a media file", field="body")
    except BaseException:
        discard(path)
        raise
    finally:
        os.close(handle)
    return path


def discard(path: Path) -> None:
    """Remove a spooled file. Idempotent."""
    path.unlink(missing_ok=True)


def _write(handle: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(handle, view) :]
