"""What is left of a meeting, over HTTP: the page, the exports, the summary."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.bundle.archive import Bundle
from wingman.bundle.heard import Heard, decode
from wingman.deliver.heard import HeardStore
from wingman.deliver.log import EventLog
from wingman.privacy.ledger import account
from wingman.report.extractive import summarize
from wingman.report.files import make
from wingman.report.page import content_security_policy, page
from wingman.report.record import Record, read, read_all
from wingman.server.answers import Json
from wingman.server.lookup import Lookup
from wingman.server.routing import ApiRoute


@dataclass(frozen=True, slots=True)
class ReportRoutes:
    """Work on a running meeting, too: they show what has been said so far."""

    log: EventLog
    lookup: Lookup

    def routes(self) -> list[BaseRoute]:
        return [
            ApiRoute("/meetings/{id}", GET=self.page),
            ApiRoute("/api/meetings/{id}/export", GET=self.export),
            ApiRoute("/api/meetings/{id}/summary", GET=self.summary),
            ApiRoute("/api/meetings/{id}/ledger", GET=self.ledger),
        ]

    async def page(self, request: Request) -> Response:
        shown = page(await self._record(request))
        headers = {"Content-Security-Policy": content_security_policy(), "Cache-Control": "no-store"}
        return Response(shown, media_type="text/html", headers=headers)

    async def export(self, request: Request) -> Response:
        """`?format=md|json|srt|vtt|csv`, `html` (the report page as a file), `bundle` (to replay it)."""
        meeting = request.path_params["id"]
        await self.lookup.must_exist(meeting)
        name = request.query_params.get("format", "md")
        told: tuple[Heard, ...] = ()
        if name == "bundle" and isinstance(self.log, HeardStore):
            told = decode(b"".join(await self.log.heard(meeting)))
        made = make(Bundle(meeting, tuple(await read_all(self.log, meeting)), heard=told), name)
        headers = {
            "Content-Disposition": f'attachment; filename="{made.name}"',
            "Cache-Control": "no-store",
        }
        return Response(made.content, headers=headers, media_type=made.media_type)

    async def summary(self, request: Request) -> Response:
        record = await self._record(request)
        return Json(record.summary or summarize(record))

    async def ledger(self, request: Request) -> Response:
        """What left this machine for this meeting, and the proof that nothing did while it was paused."""
        meeting = request.path_params["id"]
        await self.lookup.must_exist(meeting)
        found = account(await read_all(self.log, meeting))
        return Json({"totals": found.totals, "pauses": found.pauses, "clean": found.clean})

    async def _record(self, request: Request) -> Record:
        meeting = request.path_params["id"]
        await self.lookup.must_exist(meeting)
        return await read(self.log, meeting)
