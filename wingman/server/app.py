"""The HTTP application, assembled. Everything it serves is handed in; nothing is looked up globally."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from wingman.config.server import ServerSettings
from wingman.events.hub import Hub
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.meeting.api import Meetings
from wingman.server.auth import Access, Neighbours
from wingman.server.errors import HANDLERS
from wingman.server.lookup import Lookup
from wingman.server.middleware import Guard
from wingman.server.routes import schemas
from wingman.server.routes.health import HealthRoutes
from wingman.server.routes.meetings import Offers, Rest
from wingman.server.routes.pages import Pages
from wingman.server.routes.report import ReportRoutes
from wingman.server.routes.streams import Streams


def build_app(
    meetings: Meetings,
    log: EventLog,
    hub: Hub,
    settings: ServerSettings,
    *,
    token: str,
    extra_routes: Sequence[BaseRoute] = (),
    offers: Offers = Offers(),
    archive: MeetingIndex | None = None,
) -> Starlette:
    """All routes behind one guard.

    `archive` lists, searches and deletes meetings; without it `log` must be able to (both logs of
    `wingman.events` are). `extra_routes` come from other rooms (WHIP, PCM) and win over ours.
    """
    if archive is None:
        if not isinstance(log, MeetingIndex):
            raise TypeError("this event log is no archive: pass one")
        archive = log
    access = Access(token)
    lookup = Lookup(meetings, archive)
    routes: list[BaseRoute] = [
        *extra_routes,
        *Streams(hub, lookup, settings.stall_seconds).routes(),
        *Rest(lookup, hub, access, offers).routes(),
        *ReportRoutes(log, lookup, offers.sound).routes(),
        *schemas.routes(),
        *HealthRoutes(offers.not_ready).routes(),
        *Pages().routes(),
    ]
    neighbours = Neighbours.of(settings.host, settings.allowed_hosts, settings.allowed_origins)
    guard = Middleware(Guard, access=access, neighbours=neighbours)
    return Starlette(routes=routes, middleware=[guard], exception_handlers=HANDLERS)
