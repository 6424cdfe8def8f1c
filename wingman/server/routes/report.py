"""What is left of a meeting, over HTTP: the page, the exports, the summary."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.archive.audio_store import AudioStore
from wingman.archive.bundle import Bundle
from wingman.archive.egress_ledger import account
from wingman.archive.provider_events import decode
from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.events.log import EventLog
from wingman.events.provider_log import ProviderLog
from wingman.report.answer import Answer
from wingman.report.ask import ask
from wingman.report.files import make
from wingman.report.follow_up import follow_up
from wingman.report.items import summary_of
from wingman.report.page import content_security_policy, page
from wingman.report.record import Record, read, read_all
from wingman.server.grants import Scope
from wingman.server.http import Json, part
from wingman.server.lookup import Lookup
from wingman.server.routes.pages import PAGE_HEADERS
from wingman.server.routing import ApiRoute

Answering: TypeAlias = Callable[[Record, str], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class ReportRoutes:
    """Work on a running meeting, too: they show what has been said so far."""

    log: EventLog
    lookup: Lookup
    audio_store: AudioStore | None = None
    """Where meetings' sound lies; None where none is ever stored."""
    answer: Answering | None = None
    """Answers by the model; None where there is none, and the lines answer alone."""

    def routes(self) -> list[BaseRoute]:
        """The addresses and who answers."""
        return [
            ApiRoute("/meetings/{id}", GET=self.page),
            ApiRoute("/api/meetings/{id}/export", GET=self.export),
            ApiRoute("/api/meetings/{id}/audio/{channel}", GET=self.audio),
            ApiRoute("/api/meetings/{id}/summary", GET=self.summary),
            ApiRoute("/api/meetings/{id}/ledger", GET=self.ledger),
            ApiRoute("/api/meetings/{id}/follow-up", GET=self.follow_up),
            ApiRoute("/api/meetings/{id}/answers", GET=self.answers),
        ]

    async def page(self, request: Request) -> Response:
        """`GET …/report`."""
        record = await self._record(request)
        heard: Collection[Channel] = ()
        if self.audio_store is not None and _may_listen(request):
            heard = await asyncio.to_thread(self.audio_store.channels, record.id)
        shown = await asyncio.to_thread(page, record, sound=heard)
        headers = {**PAGE_HEADERS, "Content-Security-Policy": content_security_policy()}
        return Response(shown, media_type="text/html", headers=headers)

    async def export(self, request: Request) -> Response:
        """`?format=md|json|srt|vtt|csv`, `html` (the report page as a file), `bundle` (to replay it)."""
        meeting = request.path_params["id"]
        await self.lookup.must_exist(meeting)
        await self.log.flush()  # a meeting that has just begun is there from its first event on
        name = request.query_params.get("format", "md")
        whole = Bundle(meeting, tuple(await read_all(self.log, meeting)))
        if name == "bundle":
            whole = await self._whole(request, whole)
        made = await asyncio.to_thread(make, whole, name)
        headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
        return Response(made.content, headers=headers, media_type=made.media_type)

    async def audio(self, request: Request) -> Response:
        """One channel's stored sound as Ogg Opus, whole or the range that is asked for."""
        meeting, channel = request.path_params["id"], request.path_params["channel"]
        await self.lookup.must_exist(meeting)
        content = b""
        if self.audio_store is not None and channel in tuple(Channel):
            content = await asyncio.to_thread(self.audio_store.read, meeting, Channel(channel))
        if not content:
            raise InputError(
                f"no sound of `{channel[:40]}` was stored for this meeting; see report.store_audio",
                field="channel",
                status=404,
            )
        return part(content, request.headers.get("range", ""), "audio/ogg")

    async def summary(self, request: Request) -> Response:
        """`GET …/summary`."""
        record = await self._record(request)
        return Json(await asyncio.to_thread(summary_of, record))

    async def follow_up(self, request: Request) -> Response:
        """`GET …/follow-up`: the draft of an e-mail."""
        return Json(await asyncio.to_thread(follow_up, await self._record(request)))

    async def answers(self, request: Request) -> Response:
        """`GET …/answers?q=`: what the meeting says to a question, with the lines that say it."""
        question = request.query_params.get("q", "").strip()[:500]
        if not question:
            raise InputError("`q` is empty; give the question", field="q")
        record = await self._record(request)
        if self.answer is None or not _may_ask(request):
            return Json(Answer(await asyncio.to_thread(ask, record, question)))
        return Json(await self.answer(record, question))

    async def ledger(self, request: Request) -> Response:
        """What left this machine for this meeting, and the proof that nothing did while it was paused."""
        meeting = request.path_params["id"]
        await self.lookup.must_exist(meeting)
        found = await asyncio.to_thread(account, await read_all(self.log, meeting))
        return Json({"totals": found.totals, "pauses": found.pauses, "clean": found.clean})

    async def _whole(self, request: Request, whole: Bundle) -> Bundle:
        """The bundle with what the providers said and, for the meeting's owner, its sound."""
        if isinstance(self.log, ProviderLog):
            chunks = await self.log.heard(whole.meeting)
            whole = replace(whole, heard=await asyncio.to_thread(decode, b"".join(chunks)))
        if self.audio_store is not None and _may_listen(request):
            whole = replace(whole, audio=await asyncio.to_thread(self.audio_store.read_all, whole.meeting))
        return whole

    async def _record(self, request: Request) -> Record:
        meeting = request.path_params["id"]
        await self.lookup.must_exist(meeting)
        await self.log.flush()
        return await read(self.log, meeting)


def _may_listen(request: Request) -> bool:
    """Whoever was only let in to watch a meeting does not get its voices as well."""
    return Scope.LISTEN in request.state.grant.scopes


def _may_ask(request: Request) -> bool:
    """A question costs money and sends the transcript to the model: reading alone does not allow that."""
    return Scope.COACH in request.state.grant.scopes
