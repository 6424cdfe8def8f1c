"""Recordings that arrive as a request body: larger than memory should be, so they go through a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from wingman.archive import nameless_file
from wingman.audio.channel_map import ChannelSource, parse_channel_map
from wingman.audio.source import AudioSource, ChannelSink
from wingman.core.encoders import line
from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.server.http import chunks, only_known, whole_number

RECORDING_BYTES = 4 * 1024**3
"""Largest recording that may be posted."""
WISHES = frozenset({"channels", "track", "name"})
UNNAMED = "the recording"


@dataclass(frozen=True, slots=True)
class Upload:
    """A posted recording, and what its query says of it."""

    path: Path
    sources: tuple[ChannelSource, ...] = ()
    """Whose voice is where; see `parse_channel_map`."""
    track: int | None = None
    """Which audio track (from 0); None: the default one."""
    name: str = UNNAMED
    """What the user calls the file; the copy here has a name of its own."""


def wish_of(request: Request, more: Collection[str] = ()) -> Upload:
    """What the query says; the path is still to come. Raises `InputError`; also for a parameter not known."""
    only_known(request, WISHES | set(more))
    query = request.query_params
    track = whole_number(request, "track", 0, least=1, most=99) if query.get("track") else None
    name = line(query.get("name", ""))[:200] or UNNAMED
    return Upload(Path(), parse_channel_map(query.get("channels")), track - 1 if track else None, name)


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
    handle, path = nameless_file.create()
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
        nameless_file.written(handle, path)
    return path


def discard(path: Path) -> None:
    """Remove a spooled file. Idempotent."""
    nameless_file.discard(path)


def _write(handle: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(handle, view) :]
