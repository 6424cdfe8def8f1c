"""The REST routes: meetings and what belongs to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from wingman.archive.audio_store import AudioStore
from wingman.archive.retention import Eraser, Forget
from wingman.audio.source import AudioSource
from wingman.core.emotion_policy import NOTICES
from wingman.core.errors import InputError
from wingman.core.face_policy import FACE_NOTICES
from wingman.core.json import JsonMapping
from wingman.core.threads import in_thread
from wingman.core.time import Channel
from wingman.emotion.faces.pictures import MOST_BYTES
from wingman.events.hub import Hub
from wingman.events.index import unknown_meeting
from wingman.meeting.api import MeetingSpec
from wingman.report.answer import Answer
from wingman.report.record import Record
from wingman.server import client_messages
from wingman.server.auth import PAIRING_SECONDS, Access
from wingman.server.grants import SCOPES, Grant, Role, may_hand_on
from wingman.server.http import Json, body, chunks, origin_of, whole_number
from wingman.server.lookup import Lookup, running, shown
from wingman.server.node_routing import Nodes
from wingman.server.proof_of_possession import readable
from wingman.server.routes import upload
from wingman.server.routes.streams import MOST_SEQ
from wingman.server.routing import ApiRoute, Handler
from wingman.suggest.playbook.playbook import by_name

OLDEST_PICTURE_MS = 10_000
"""Age up to which a picture may be posted."""
SPEC_FIELDS = tuple(field.name for field in fields(MeetingSpec))


@dataclass(frozen=True, slots=True)
class Offers:
    """What other rooms put behind the routes. A callable that is None answers 501."""

    playbooks: Callable[[], Sequence[JsonMapping]] = tuple
    """The playbooks that can be chosen, as plain values."""
    config: Callable[[], JsonMapping] = dict
    """What is configured, secrets masked, and the providers in force."""
    sample: Callable[[], AudioSource] | None = None
    """The bundled sample."""
    sample_sound: Path | None = None
    """Its recording, for whoever watches it being played."""
    recording: Callable[[upload.Upload], AudioSource] | None = None
    """A media file as a source; the file may be removed once the source has ended."""
    forget: Sequence[Forget] = ()
    """What else removes a deleted meeting's traces (stored audio, webhook deliveries)."""
    sound: AudioStore | None = None
    """Where meetings' sound lies, if it was stored."""
    answer: Callable[[Record, str], Awaitable[Answer]] | None = None
    """Answers a question to a stored meeting by the model."""
    not_ready: Callable[[], str] = str
    """A sentence while the service cannot take meetings; empty when it can."""
    nodes: Nodes | None = None
    """The other nodes; None for a service of one process."""


@dataclass(frozen=True, slots=True)
class Redeem:
    """A one-time login code, and the public key of the browser that will hold the session."""

    code: str
    key: str = ""
    """Public key of the extension; later requests are signed with its private half."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The handlers; state lives in what they are given."""

    lookup: Lookup
    hub: Hub
    access: Access
    offers: Offers
    change: Handler
    """Answers `PATCH` on a meeting: its name and tags."""
    public_url: str = ""
    """Where people reach the service; empty for the address they asked at."""

    def routes(self) -> list[BaseRoute]:
        """The addresses and who answers."""
        one = "/api/meetings/{id}"
        return [
            ApiRoute("/api/meetings", GET=self.list, POST=self.create),
            ApiRoute(one, GET=self.get, PATCH=self.change, DELETE=self.delete),
            ApiRoute(f"{one}/pause", POST=self.pause),
            ApiRoute(f"{one}/resume", POST=self.resume),
            ApiRoute(f"{one}/end", POST=self.end),
            ApiRoute(f"{one}/recording", POST=self.recording),
            ApiRoute(f"{one}/faces/{{channel}}", POST=self.picture),
            ApiRoute(f"{one}/events", GET=self.events),
            ApiRoute(f"{one}/actions", POST=self.act),
            ApiRoute(f"{one}/feedback", POST=self.feedback),
            ApiRoute(f"{one}/control", POST=self.control),
            ApiRoute(f"{one}/viewers", POST=self.viewers),
            ApiRoute("/api/pairing", POST=self.pair),
            ApiRoute("/api/pairing/redeem", POST=self.redeem),
            ApiRoute("/api/playbooks", GET=self.playbooks),
            ApiRoute("/api/notices", GET=self.notices),
            ApiRoute("/api/config", GET=self.config),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /api/meetings`."""
        wanted = await body(request, NewMeeting)
        if wanted.source not in ("", "sample"):
            raise InputError(
                "`source` can only be `sample`; audio comes by WHIP, PCM or recording", field="source"
            )
        if wanted.source == "sample" and self.offers.sample is None:
            raise InputError("this server has no bundled sample", field="source", status=501)
        if wanted.by:
            raise InputError("`by` is filled in by the service", field="by")
        spec = MeetingSpec(**{name: getattr(wanted, name) for name in SPEC_FIELDS})
        spec = replace(spec, by=request.state.grant.id, playbook=by_name(spec.playbook))
        handle = await self.lookup.meetings.create(spec)
        if wanted.source == "sample" and self.offers.sample is not None:
            await handle.attach(self.offers.sample(), origin_of(request, "recording"))
        return Json(
            shown(handle.status(), request.state.grant), 201, {"Location": f"/api/meetings/{handle.id}"}
        )

    async def list(self, request: Request) -> Response:
        """`GET /api/meetings`."""
        limit = whole_number(request, "limit", 50, least=1, most=500)
        before = request.query_params.get("before", "")
        if words := request.query_params.get("q", "").strip():
            return Json({"hits": await self.lookup.index.search(words[:200], limit)})
        live = {handle.id: handle for handle in self.lookup.meetings.all_live()}
        rows = await self.lookup.index.meetings(limit, before)
        listed = [running(live.pop(row.id), row) if row.id in live else self.lookup.stored(row) for row in rows]
        # created a moment ago, not yet in the log; where the page is full, others are merely further down
        left = [] if before else [live[meeting] for meeting in reversed(live)]
        full = len(rows) == limit
        fresh = [one.status() for one in left if not full or not await self.hub.log.last_seq(one.id)]
        return Json({"meetings": [shown(one, request.state.grant) for one in (fresh + listed)[:limit]]})

    async def get(self, request: Request) -> Response:
        """`GET /api/meetings/{id}`."""
        status = await self.lookup.status(request.path_params["id"])
        grant: Grant = request.state.grant
        return Json(replace(shown(status, grant), role=grant.role, grant=grant.id))

    async def delete(self, request: Request) -> Response:
        """`DELETE /api/meetings/{id}`."""
        meeting = request.path_params["id"]
        handle = self.lookup.live(meeting)
        if handle is not None:
            await handle.end("stopped")
        known = await Eraser(self.lookup.index, self.offers.forget).erase(meeting)
        if not known and handle is None:
            raise unknown_meeting(meeting)
        self.access.ended(meeting)
        self.hub.end(meeting, "the meeting was deleted")
        return Response(status_code=204)

    async def pause(self, request: Request) -> Response:
        """`POST …/pause`."""
        handle = self.lookup.must_live(request.path_params["id"])
        handle.pause()
        return Json(shown(handle.status(), request.state.grant))

    async def resume(self, request: Request) -> Response:
        """`POST …/resume`."""
        handle = self.lookup.must_live(request.path_params["id"])
        handle.resume()
        return Json(shown(handle.status(), request.state.grant))

    async def end(self, request: Request) -> Response:
        """`POST …/end`."""
        meeting = request.path_params["id"]
        handle = self.lookup.live(meeting)
        if handle is not None:
            await handle.end("stopped")
        return Json(shown(await self.lookup.status(meeting), request.state.grant))

    async def recording(self, request: Request) -> Response:
        """`POST …/recording`."""
        handle = self.lookup.must_live(request.path_params["id"])
        if self.offers.recording is None:
            raise InputError("this server does not take recordings", field="body", status=501)
        wish = upload.wish_of(request)
        path = await upload.spool(request, upload.RECORDING_BYTES)
        try:
            source = await in_thread(partial(self.offers.recording, replace(wish, path=path)))
            await handle.attach(upload.Temporary(source, path), origin_of(request, "recording"))
        except BaseException:
            upload.discard(path)
            raise
        return Json(shown(handle.status(), request.state.grant), 202)

    async def picture(self, request: Request) -> Response:
        """One picture of a channel's speakers, to be measured and not kept."""
        handle = self.lookup.must_live(request.path_params["id"])
        name = request.path_params["channel"]
        if name not in tuple(Channel):
            raise InputError(f"`channel` must be one of {', '.join(Channel)}", field="channel")
        age_ms = whole_number(request, "age_ms", 0, most=OLDEST_PICTURE_MS)
        data = b"".join([chunk async for chunk in chunks(request, MOST_BYTES)])
        return Json({"taken": handle.show(Channel(name), data, age_ms / 1000)}, 202)

    async def events(self, request: Request) -> Response:
        """`GET …/events`."""
        meeting = request.path_params["id"]
        after = whole_number(request, "after", 0, most=MOST_SEQ)
        limit = whole_number(request, "limit", 1000, least=1, most=10_000)
        await self.lookup.must_exist(meeting)
        log = self.hub.log
        return Json({"events": await log.read(meeting, after, limit), "last": await log.last_seq(meeting)})

    async def act(self, request: Request) -> Response:
        """`POST …/actions`."""
        handle = self.lookup.must_live(request.path_params["id"])
        return Json({"id": (await body(request, client_messages.ActionRequest)).apply(handle)}, 202)

    async def feedback(self, request: Request) -> Response:
        """`POST …/suggestions/{id}/feedback`."""
        handle = self.lookup.must_live(request.path_params["id"])
        return Json({"id": (await body(request, client_messages.SuggestionFeedback)).apply(handle)})

    async def control(self, request: Request) -> Response:
        """`POST …/control`."""
        handle = self.lookup.must_live(request.path_params["id"])
        return Json(
            {"setting": (await body(request, client_messages.Control)).apply(handle, request.state.grant.id)}
        )

    async def viewers(self, request: Request) -> Response:
        """`POST …/viewers`: a link that may only watch."""
        meeting = request.path_params["id"]
        may_hand_on(request.state.grant, SCOPES[Role.VIEWER])
        status = await self.lookup.status(meeting)
        ended = status.state == "ended"
        token = await self.access.ask(partial(self.access.viewer, meeting, by=request.state.grant, ended=ended))
        root = self.public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
        url = f"{root}/overlay?meeting={meeting}&token={token}"
        return Json({"token": token, "url": url}, 201)

    async def pair(self, request: Request) -> Response:
        """`POST /api/pairing`: a code for an extension."""
        may_hand_on(request.state.grant, SCOPES[Role.EXTENSION])
        return Json({"code": await self.access.ask(self.access.pair), "expires_in": PAIRING_SECONDS})

    async def redeem(self, request: Request) -> Response:
        """`POST /api/pairing/redeem`."""
        wanted = await body(request, Redeem)
        if wanted.key and not readable(wanted.key):
            raise InputError("`key` must be a P-256 public key, base64url of its point", field="key")
        origin = request.headers.get("origin", "")
        redeem = partial(self.access.redeem, wanted.code, origin, wanted.key)
        return Json({"token": await self.access.ask(redeem)})

    async def playbooks(self, _: Request) -> Response:
        """`GET /api/playbooks`."""
        return Json({"playbooks": self.offers.playbooks()})

    async def notices(self, _: Request) -> Response:
        """What can be acknowledged before a voice is measured; `consent` names one."""
        offered = [notice for notice in NOTICES if notice.offered]
        voices = [{"name": n.name, "policies": n.policies, "text": n.text} for n in offered]
        faces = [{"name": n.name, "policies": n.policies, "text": n.text} for n in FACE_NOTICES]
        return Json({"notices": voices, "faces": faces})

    async def config(self, _: Request) -> Response:
        """`GET /api/config`, without secrets."""
        return Json(self.offers.config())


@dataclass(frozen=True, slots=True)
class NewMeeting(MeetingSpec):
    """A `MeetingSpec`, and where its audio comes from."""

    source: str = ""
