"""The HTTP application, assembled. Everything it serves is handed in; nothing is looked up globally."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from wingman.config.server import ServerSettings
from wingman.events.hub import Hub
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.meeting.api import Meetings
from wingman.server.auth import Access
from wingman.server.contract import hold
from wingman.server.errors import HANDLERS
from wingman.server.lookup import Lookup
from wingman.server.middleware import Guard, with_cookie
from wingman.server.neighbours import Neighbours, hostname
from wingman.server.node_routing import NodeRouting, behind_guard
from wingman.server.openapi import OPERATIONS
from wingman.server.routes import schemas
from wingman.server.routes.annotations import AnnotationRoutes
from wingman.server.routes.health import HealthRoutes
from wingman.server.routes.meetings import Offers, Rest
from wingman.server.routes.pages import Pages
from wingman.server.routes.report import ReportRoutes
from wingman.server.routes.session import SessionRoutes
from wingman.server.routes.streams import Streams, answer_for

Application: TypeAlias = Starlette
Routes: TypeAlias = list[BaseRoute]


def build_app(
    meetings: Meetings,
    log: EventLog,
    hub: Hub,
    settings: ServerSettings,
    *,
    access: Access,
    extra_routes: Sequence[BaseRoute] = (),
    offers: Offers = Offers(),
) -> Application:
    """All routes behind one guard.

    `log` lists, searches and deletes meetings as well: every log of `events` and `cluster` does.
    `extra_routes` come from other rooms (WHIP, PCM) and win over ours.
    """
    if not isinstance(log, MeetingIndex):
        raise TypeError("this event log is no index of meetings")
    secure = settings.public_url.startswith("https://")
    lookup = Lookup(meetings, log, offers.nodes)
    annotations = AnnotationRoutes(log, lookup)
    routes: Routes = [
        *extra_routes,
        *Streams(hub, lookup, settings.stall_seconds, access).routes(),
        *Rest(lookup, hub, access, offers, annotations.change, settings.public_url).routes(),
        *SessionRoutes(access, partial(with_cookie, secure=secure)).routes(),
        *annotations.routes(),
        *ReportRoutes(log, lookup, offers.sound, offers.answer).routes(),
        *schemas.routes(),
        *HealthRoutes(offers.not_ready).routes(),
        *Pages(sound=offers.sample_sound).routes(),
    ]
    hold(routes, OPERATIONS)
    hosts, origins = settings.allowed_hosts, settings.allowed_origins
    if public := urlsplit(settings.public_url).netloc:
        hosts, origins = (*hosts, hostname(public)), (*origins, settings.public_url.rstrip("/"))
    neighbours = Neighbours.of(settings.host, hosts, origins)
    middleware = [Middleware(Guard, access=access, neighbours=neighbours, secure=secure)]
    if offers.nodes is not None:
        middleware.append(Middleware(NodeRouting, nodes=offers.nodes))
        inner = Starlette(routes=routes, exception_handlers=HANDLERS)
        offers.nodes.serve(behind_guard(inner), partial(answer_for, lookup))
    return Starlette(routes=routes, middleware=middleware, exception_handlers=HANDLERS)
