"""WHIP: POST an offer, get an answer and a resource to DELETE.

Source: RFC 9725 section 4 (sessions, ICE by PATCH, errors), RFC 9110 section 13 (`ETag`, `If-Match`).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wingman.config.transports import IngestSettings
from wingman.core.errors import InputError
from wingman.meeting.api import SPEC_QUERY, MeetingHandle, Meetings, MeetingSpec
from wingman.meeting.handover import Arrivals
from wingman.server.auth import OWNER, Access
from wingman.server.budgets import SILENT_SESSIONS
from wingman.server.grants import Grant
from wingman.server.http import chunks, grant_of, only_known, origin_of
from wingman.suggest.playbook.playbook import by_name
from wingman.transports.ice_fragment import MEDIA_TYPE, IceFragment, parse
from wingman.transports.sdp import MAX_OFFER, parse_channels, read_offer
from wingman.transports.sdp import MEDIA_TYPE as SDP
from wingman.transports.webrtc import WebRtcSource

REMEMBERED = 1000
"""Ended sessions whose DELETE is still answered with 200."""

PARAMETERS = frozenset({*SPEC_QUERY, "channels", "keyterms", "meeting", "to"})


@dataclass(slots=True)
class _Session:
    source: WebRtcSource
    detach: Callable[[], Coroutine[object, object, None]]
    """Ends its sound."""
    held: contextlib.ExitStack
    """While it is open, the session ends with the grant it was begun with."""
    by: str
    """The grant it was begun with."""
    tag: str
    """The ETag of its ICE session; a restart makes a new one."""
    restarted: IceFragment | None = None
    """The answer to the last restart."""


_Begun: TypeAlias = tuple[str, str, Callable[[], Coroutine[object, object, None]]]
"""The meeting, the answer, and what ends the sound."""


def _tag() -> str:
    return f'"{secrets.token_urlsafe(8)}"'


class WhipEndpoint:
    """The WHIP resources of this process."""

    def __init__(
        self,
        meetings: Meetings,
        settings: IngestSettings,
        access: Access | None = None,
        arrivals: Arrivals | None = None,
        node: str = "",
    ) -> None:
        """`node` begins the names of sessions, so that other nodes know where they are; `arrivals` takes
        clients whose meeting is about to come here from another one.
        """
        self._arrivals = arrivals
        self._node = f"{node}." if node else ""
        self._meetings = meetings
        self._access = access
        self._ending: set[asyncio.Task[None]] = set()
        self._settings = settings
        self._sessions: OrderedDict[str, _Session | None] = OrderedDict()

    async def collection(self, request: Request) -> Response:
        """`OPTIONS` and `POST /whip`."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Accept-Post": SDP, "Allow": "POST, OPTIONS"})
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != SDP:
            raise InputError(f"the Content-Type must be {SDP}", field="content-type", status=415)
        only_known(request, PARAMETERS)
        channels = parse_channels(request.query_params.get("channels"))
        offer = read_offer(await _body(request), channels, far=self._settings.candidates != "near")
        self._check_silent(getattr(request.state, "grant", None))
        source = WebRtcSource(offer, self._settings)
        to = request.query_params.get("to", "")
        begin = self._move(request, source, to) if to else self._attach(request, source)
        meeting, answer, detach = await begin
        session = self._node + secrets.token_urlsafe(16)
        made = _Session(source, detach, self._hold(request, session), grant_of(request), _tag())
        self._remember(session, made)
        events = f"/api/meetings/{meeting}/stream"
        headers = {
            "Location": f"/whip/{session}",
            "ETag": made.tag,
            "Accept-Patch": MEDIA_TYPE,
            "Link": f'<{events}>; rel="urn:wingman:events"',
            "X-Wingman-Meeting": meeting,
        }
        return Response(answer, status_code=201, media_type=SDP, headers=headers)

    async def _attach(self, request: Request, source: WebRtcSource) -> _Begun:
        """Feed a meeting that runs here, or a new one."""
        meeting, created = await self._meeting(request)
        try:
            answer = await source.accept()
            await meeting.attach(source, origin_of(request, "whip"))
        except BaseException:
            await source.close()
            if created:
                await meeting.end("never_connected")
            raise
        return meeting.id, answer, partial(meeting.detach, source)

    async def _move(self, request: Request, source: WebRtcSource, to: str) -> _Begun:
        """Be heard here before the meeting comes: its node is about to stop."""
        meeting = request.query_params.get("meeting", "")
        if self._arrivals is None or not meeting:
            raise InputError("`to` is for a meeting that moves between nodes; leave it out", field="to")
        await self._arrivals.check(meeting, to)
        try:
            answer = await source.accept()
        except BaseException:
            await source.close()
            raise
        return (
            meeting,
            answer,
            self._arrivals.expect(meeting, source, origin_of(request, "whip")).close,
        )

    async def resource(self, request: Request) -> Response:
        """`DELETE /whip/SESSION` ends it; `PATCH` brings candidates or restarts ICE (RFC 9725, 4.3)."""
        name = request.path_params["session"]
        if name not in self._sessions:
            raise InputError("no such WHIP session; it may have been started by another process", status=404)
        if request.method == "PATCH":
            return await self._patch(request, self._sessions[name])
        session, self._sessions[name] = self._sessions[name], None
        if session is not None:
            session.held.close()
            await session.detach()
        return Response(status_code=200)

    def _check_silent(self, grant: Grant | None) -> None:
        """Sessions whose media never comes cost sockets and meetings. Raises `InputError` for too many."""
        own = [s for s in self._sessions.values() if s is not None and grant is not None and s.by == grant.id]
        silent = sum(not (session.source.ended or session.source.connected) for session in own)
        if grant != OWNER and silent >= SILENT_SESSIONS:
            raise InputError(
                f"{silent} WHIP sessions of this grant have no media yet; connect them or DELETE them",
                status=429,
            )

    def _hold(self, request: Request, name: str) -> contextlib.ExitStack:
        held = contextlib.ExitStack()
        grant: Grant | None = getattr(request.state, "grant", None)
        if self._access is not None and grant is not None and grant != OWNER:
            held.enter_context(self._access.connected(grant, partial(self._revoked, name)))
        return held

    def _revoked(self, name: str) -> None:
        """The grant is gone: so is the sound it brought."""
        session = self._sessions.get(name)
        if session is not None:
            ending = asyncio.get_running_loop().create_task(session.detach())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _patch(self, request: Request, session: _Session | None) -> Response:
        if session is None or session.source.ended:
            raise InputError("this WHIP session has ended; make a new one", field="session", status=404)
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != MEDIA_TYPE:
            raise InputError(f"the Content-Type must be {MEDIA_TYPE}", field="content-type", status=415)
        matches = {one.strip() for one in request.headers.get("if-match", "").split(",")} - {""}
        if not matches:
            raise InputError("If-Match must name the session's ETag, or be *", field="if-match", status=428)
        if not matches & {"*", session.tag}:
            raise InputError(
                "the session has been restarted since; If-Match is old", field="if-match", status=412
            )
        fragment = parse(await _body(request))
        answer = await session.source.patch(fragment, again="*" in matches)
        if answer is None:
            return Response(status_code=204)  # RFC 9725, 4.3.2: without an ETag
        if answer is not session.restarted:
            session.tag, session.restarted = _tag(), answer
        body = answer.text(session.source.mids)
        return Response(body, status_code=200, media_type=MEDIA_TYPE, headers={"ETag": session.tag})

    async def _meeting(self, request: Request) -> tuple[MeetingHandle, bool]:
        query = request.query_params
        if name := query.get("meeting"):
            return self._meetings.live(name), False
        fields = {field: query[field] for field in SPEC_QUERY if field in query}
        by_name(fields.get("playbook", ""))
        terms = tuple(term.strip() for term in query.get("keyterms", "").split(",") if term.strip())
        return await self._meetings.create(
            MeetingSpec(**fields, keyterms=terms, by=grant_of(request)), made_by_source=True
        ), True

    def _remember(self, name: str, session: _Session) -> None:
        for known, old in self._sessions.items():
            if old is not None and old.source.ended:
                old.held.close()
                self._sessions[known] = None
        self._sessions[name] = session
        for known in [known for known, old in self._sessions.items() if old is None][:-REMEMBERED]:
            del self._sessions[known]


def routes(
    meetings: Meetings,
    settings: IngestSettings,
    access: Access | None = None,
    arrivals: Arrivals | None = None,
    node: str = "",
) -> list[Route]:
    """The WHIP routes: `/whip` and `/whip/{session}`."""
    endpoint = WhipEndpoint(meetings, settings, access, arrivals, node)
    return [
        Route("/whip", endpoint.collection, methods=["POST", "OPTIONS"]),
        Route("/whip/{session}", endpoint.resource, methods=["DELETE", "PATCH"]),
    ]


async def _body(request: Request) -> bytes:
    """The request's body, read no further than an offer can be long."""
    return b"".join([chunk async for chunk in chunks(request, MAX_OFFER)])
