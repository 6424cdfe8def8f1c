"""Recordings in, notes out: a media file becomes a meeting of its own, as fast as its readers can take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.audio.call_sides import Sides
from wingman.audio.recording import Recording, Track
from wingman.audio.sandboxed import probe
from wingman.core.errors import InputError
from wingman.core.json import JsonObject
from wingman.core.threads import in_thread
from wingman.meeting.api import SPEC_QUERY, MeetingSpec
from wingman.meeting.imports import Imports
from wingman.server.http import Json
from wingman.server.routes import upload
from wingman.server.routing import ApiRoute


@dataclass(frozen=True, slots=True)
class RecordingInspection:
    """What a media file holds: enough to ask whose voice is where."""

    name: str
    duration: float | None
    """Seconds; None when the file does not say."""
    tracks: tuple[Track, ...]
    taken: int
    """The track that is taken unless another is asked for, counted from 1."""
    sides: Sides | None
    """How loud the two sides of a stereo track are, and whether each has a voice of its own."""


def recording_of(wish: upload.Upload, *, listen: bool = False) -> Recording:
    """The probed recording of an upload. Raises `InputError`. Blocking."""
    return probe(wish.path, wish.sources, track=wish.track, listen=listen, title=wish.name)


@dataclass(frozen=True, slots=True)
class RecordingRoutes:
    """The handlers; what runs is the imports'."""

    imports: Imports

    async def start(self, request: Request) -> Response:
        """`POST /api/recordings?name=call.m4a&channels=left=mic,right=tab` with the file as the body."""
        wish = upload.wish_of(request, SPEC_QUERY)
        path = await upload.spool(request, upload.RECORDING_BYTES)
        try:
            recording = await in_thread(partial(recording_of, replace(wish, path=path)))
            spec = _spec(request.query_params, recording.title)
            status = await self.imports.begin(recording, spec, partial(upload.discard, path))
        except BaseException:
            upload.discard(path)
            raise
        return Json(status, 202, {"Location": f"/api/recordings/{status.meeting}"})

    async def status(self, request: Request) -> Response:
        """`GET /api/recordings/MEETING`: how far it is, how fast, and about how long it will still take."""
        meeting = request.path_params["id"]
        status = self.imports.status(meeting) or await self.imports.left(meeting)
        if status is None:
            raise InputError(f"no recording is being read into {meeting[:40]!r} here", field="id", status=404)
        return Json(status)

    async def inspect(self, request: Request) -> Response:
        """`POST /api/recordings/inspect`: what the file (or the beginning) in the body holds. Keeps nothing."""
        wish = upload.wish_of(request)
        path = await upload.spool(request, upload.RECORDING_BYTES)
        try:
            found = await in_thread(partial(recording_of, replace(wish, path=path), listen=True))
        finally:
            upload.discard(path)
        taken = found.feeds[0].track + 1
        return Json(RecordingInspection(found.title, found.duration, found.tracks, taken, found.sides))


def _spec(query: Mapping[str, str], title: str) -> MeetingSpec:
    fields: JsonObject = {name: query[name] for name in SPEC_QUERY if name in query}
    return MeetingSpec(**{"title": title, **fields})


def routes(imports: Imports) -> list[BaseRoute]:
    """`/api/recordings`, and what belongs to it."""
    handlers = RecordingRoutes(imports)
    return [
        ApiRoute("/api/recordings", POST=handlers.start),
        ApiRoute("/api/recordings/inspect", POST=handlers.inspect),
        ApiRoute("/api/recordings/{id}", GET=handlers.status),
    ]
