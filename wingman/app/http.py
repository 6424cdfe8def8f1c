"""The HTTP side of a service: what each group of routes is handed, and answering until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import msgspec

from wingman.app.service import Service
from wingman.audio import sandboxed
from wingman.config.paths import SAMPLE
from wingman.config.settings import Settings, plain, without_credentials
from wingman.config.transports import IngestSettings
from wingman.core.time import Channel
from wingman.egress.outlet import outlet
from wingman.meeting.self_test import judge
from wingman.server.app import Application, Routes, build_app
from wingman.server.neighbours import LOOPBACK
from wingman.server.routes import hume_tokens, pcm, recordings, whip
from wingman.server.routes.briefs import BriefRoutes
from wingman.server.routes.feedback import FeedbackRoutes
from wingman.server.routes.meetings import Offers
from wingman.server.routes.notes import NotesRoutes
from wingman.server.routes.playbooks import PlaybookRoutes
from wingman.server.routes.providers import ProviderRoutes
from wingman.server.routes.recordings import recording_of
from wingman.server.routes.self_test import SelfTestRoutes
from wingman.server.routes.settings import SettingsRoutes
from wingman.server.routes.webhooks import WebhookRoutes
from wingman.server.serving import door_of, serve
from wingman.suggest.playbook.user_playbooks import UserPlaybooks
from wingman.transports.file import FileSource

MEDIA_ON_LOOPBACK = ("127.0.0.1", "::1")


async def serve_http(service: Service, ready: Callable[[int], object], *, share: bool = False) -> None:
    """Answer HTTP until cancelled; meetings end before connections do. `ready` is told the port.

    With `share` other processes listen on it, too.
    """
    server = service.settings.server
    door = door_of(server)
    answering = serve(application(service), server.host, server.port, ready, share=share, door=door)
    with outlet(service.outside.outlet):  # what a request sends belongs to no meeting, unless one says so
        serving = asyncio.create_task(answering)
    warming = asyncio.create_task(service.warm_up())
    try:
        await asyncio.wait([serving])
        serving.result()
    except asyncio.CancelledError:
        await service.drain()
        raise
    finally:
        serving.cancel()
        warming.cancel()
        await asyncio.wait([serving, warming])


def application(service: Service) -> Application:
    """The HTTP application over this service."""
    offers = Offers(
        playbooks=lambda: [msgspec.to_builtins(row) for row in UserPlaybooks(None).rows()],
        config=lambda: without_credentials(plain(service.manager.settings)),
        sample=lambda: FileSource(SAMPLE, channels=(Channel.TAB, Channel.MIC)),
        sample_sound=SAMPLE,
        recording=lambda wish: FileSource(recording_of(wish), decode=sandboxed.read),
        forget=service.background.forget,
        not_ready=service.not_ready,
        sound=service.background.audio_store,
        answer=service.manager.answer,
        nodes=service.nodes,
    )
    return build_app(
        service.manager,
        service.log,
        service.hub,
        service.settings.server,
        access=service.access,
        extra_routes=[*_media_routes(service), *_setup_routes(service)],
        offers=offers,
    )


def _media_routes(service: Service) -> Routes:
    """The ways in, and what is told when a meeting is over."""
    webhooks = service.background.webhooks
    return [
        *whip.routes(
            service.manager, ingest_of(service.settings), service.access, service.arrivals, node=service.node
        ),
        *pcm.routes(service.manager),
        *recordings.routes(service.imports),
        *hume_tokens.routes(service.manager.providers.gateway(), service.settings.emotion.hume_v0),
        *(WebhookRoutes(webhooks).routes() if webhooks is not None else ()),
    ]


def _setup_routes(service: Service) -> Routes:
    """Where keys, settings, notes and playbooks are changed; none for a service that keeps nothing."""
    if (admin := service.admin) is None:
        return []
    return [
        *SelfTestRoutes(service.self_test, partial(judge, service.manager, service.log)).routes(),
        *ProviderRoutes(admin).routes(),
        *SettingsRoutes(admin).routes(),
        *BriefRoutes(admin).routes(),
        *NotesRoutes(admin).routes(),
        *FeedbackRoutes(admin).routes(),
        *PlaybookRoutes(
            admin.playbooks, admin.rehearse, lambda: service.manager.settings.suggest.playbook
        ).routes(),
    ]


def ingest_of(settings: Settings) -> IngestSettings:
    """How sound comes in, where that follows from where the service listens.

    On loopback media sockets are bound there, too; a relay server would have to reach them from outside.
    """
    ingest, near = settings.ingest, settings.server.host in LOOPBACK
    if ingest.candidates == "auto":
        ingest = msgspec.structs.replace(ingest, candidates="near" if near else "any")
    if near and not (ingest.host_addresses or ingest.ice_servers):
        ingest = msgspec.structs.replace(ingest, host_addresses=MEDIA_ON_LOOPBACK)
    return ingest
