"""Events to clients: the same envelopes over WebSocket and server-sent events, resumable by `seq`."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from wingman.core.errors import InputError
from wingman.events.frames import Frame
from wingman.events.hub import Hub, Subscription
from wingman.meeting.api import MeetingHandle
from wingman.server import client_messages
from wingman.server.auth import Access
from wingman.server.errors import error
from wingman.server.grants import Scope as May
from wingman.server.http import only_known, whole_number
from wingman.server.lookup import Lookup
from wingman.server.uvicorn_seam import CLOSE_FLOODING, Push, abort

CLOSE_SLOW = 4408
CLOSE_GONE = 4404
CLOSE_STOPPING = 1012
SLOW = "slow; resume with after=SEQ"

KEEPALIVE_SECONDS = 15.0
SSE_FRAMES = 16
"""Frames written to an SSE client at a time."""
MOST_SEQ = 2**53
PAGES = "pages"
"""With `backlog=pages` what was missed comes as JSON arrays of envelopes; what happens now comes one by one."""
SOCKET_QUERY = frozenset({"after", "backlog", "epoch"})
STREAM_QUERY = frozenset({"after", "epoch"})
_LAST_EVENT = re.compile(r"([0-9]{1,16})(?:\.([0-9]{1,9}))?")
"""An event's `seq`, and which owner of the meeting told it."""
ABORT_SECONDS = 2.0
"""What a client that was told to go is given to take the close frame."""


class SlowClient(Exception):
    """The client did not read for too long."""


@dataclass(frozen=True, slots=True)
class Streams:
    """The event routes."""

    hub: Hub
    lookup: Lookup
    stall_seconds: float
    access: Access

    def routes(self) -> list[BaseRoute]:
        """The addresses and who answers."""
        return [
            WebSocketRoute("/api/meetings/{id}/ws", self.websocket),
            Route("/api/meetings/{id}/stream", self.sse),
        ]

    async def websocket(self, ws: WebSocket) -> None:
        """`WS …/ws`."""
        meeting = ws.path_params["id"]
        try:
            only_known(ws, SOCKET_QUERY)
            after = whole_number(ws, "after", 0, most=MOST_SEQ)
            epoch = whole_number(ws, "epoch", 0, most=MOST_SEQ)
            paged = _paged(ws)
            await self.lookup.must_exist(meeting)
        except InputError as refused:
            await ws.send_denial_response(error(refused.status, str(refused), field=refused.field))
            return
        await ws.accept()
        subscription = self.hub.subscribe(meeting, after, epoch=epoch, whole=paged)
        socket = _EventSocket(ws, subscription, self, paged=paged)
        try:
            await socket.run()
        finally:
            subscription.close()

    async def sse(self, request: Request) -> Response:
        """`GET …/stream`."""
        meeting = request.path_params["id"]
        only_known(request, STREAM_QUERY)
        after = whole_number(request, "after", 0, most=MOST_SEQ)
        epoch = whole_number(request, "epoch", 0, most=MOST_SEQ)
        if found := _LAST_EVENT.fullmatch(request.headers.get("last-event-id", "")):
            after, epoch = int(found[1]), int(found[2] or epoch)
        await self.lookup.must_exist(meeting)
        return _SseResponse(partial(self.hub.subscribe, meeting, after, epoch=epoch), self.stall_seconds)


def answer_for(lookup: Lookup, meeting: str, text: str, by: str) -> bytes:
    """The answer to a client's message that came to another node."""
    return msgspec.json.encode(client_messages.answer(text, lookup.live(meeting), by))


class _EventSocket:
    """One client's WebSocket: frames down, messages up."""

    def __init__(self, ws: WebSocket, subscription: Subscription, streams: Streams, *, paged: bool) -> None:
        self._ws = ws
        self._push = Push.of(ws)
        self._subscription = subscription
        self._lookup = streams.lookup
        self._stall = streams.stall_seconds
        self._access = streams.access
        self._paged = paged
        self._attention = asyncio.Event()

    async def run(self) -> None:
        """Serve until either side leaves. A client that stops reading is closed with 4408."""
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send())
                await self._receive()
                sending.cancel()
        except* SlowClient:
            await self._drop()
        except* WebSocketDisconnect:
            pass

    async def _send(self) -> None:
        subscription = self._subscription
        told = False
        while not subscription.ended:
            while frames := await subscription.catch_up():
                await self._write_missed(frames)
            if not told:
                await self._write(subscription.caught_up().text)
                told = True
            if self._push is None:
                for frame in await subscription.read():
                    await self._write(frame.text)
            else:
                await self._live(self._push)
        gone = subscription.ended
        await self._ws.close(CLOSE_GONE if "deleted" in gone else CLOSE_STOPPING, gone)

    async def _live(self, push: Push) -> None:
        """Let the hub write straight into the socket until something needs this task's attention."""
        subscription, attention = self._subscription, self._attention

        def drain() -> None:
            writable = push.writable
            while writable and (frame := subscription.take()) is not None:
                push.write(frame.websocket)
                writable = push.writable
            if not writable or subscription.stuck:
                attention.set()

        attention.clear()
        subscription.on_ready(drain)
        drain()
        try:
            await attention.wait()
        finally:
            subscription.on_ready(None)
        try:
            async with asyncio.timeout(self._stall):
                await push.drained()
        except TimeoutError:
            raise SlowClient from None

    async def _write_missed(self, frames: Sequence[Frame]) -> None:
        if self._paged:
            await self._write(f"[{','.join(frame.text for frame in frames)}]")
            return
        for frame in frames:
            await self._write(frame.text)

    async def _write(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._stall):
                await self._ws.send_text(text)
        except TimeoutError:
            raise SlowClient from None

    async def _receive(self) -> None:
        grant = self._ws.scope["state"].get("grant")
        owner = grant is not None and May.COACH in grant.scopes
        allowance = self._access.budget(grant).messages if grant is not None else None
        while True:
            message = await self._ws.receive()
            if message["type"] == "websocket.disconnect":
                return
            if allowance is not None and not allowance.take(time.monotonic()):
                await self._ws.close(CLOSE_FLOODING, "too many messages; send fewer")
                return
            by = grant.id if grant is not None else ""
            await self._ws.send_text((await self._answer(message.get("text"), by, owner)).decode())

    async def _answer(self, text: str | None, by: str, owner: bool) -> bytes:
        """The answer to one message of grant `by`, which was carried out where the meeting runs."""
        if text is None:
            refusal = client_messages.Refusal(
                "error", "bad_input", "body", "messages are JSON text, not binary", ""
            )
            return msgspec.json.encode(refusal)
        told = await self._elsewhere(text, by) if owner else None
        if told is None:
            told = msgspec.json.encode(client_messages.answer(text, self._handle() if owner else None, by))
        if client_messages.changes_setting(text, told):
            meeting = self._subscription.meeting
            self._access.store.audit.note("control", self._access.clock(), grant=by, meeting=meeting)
        return told

    def _handle(self) -> MeetingHandle | None:
        return self._lookup.live(self._subscription.meeting)

    async def _elsewhere(self, text: str, by: str) -> bytes | None:
        """The answer of the node that runs the meeting; None where that is this one, or nobody."""
        nodes, meeting = self._lookup.nodes, self._subscription.meeting
        if nodes is None or self._handle() is not None:
            return None
        return await nodes.message(meeting, text, by)

    async def _drop(self) -> None:
        if self._push is None:
            return
        self._push.close(CLOSE_SLOW, SLOW)
        try:
            async with asyncio.timeout(ABORT_SECONDS):
                while (await self._ws.receive())["type"] != "websocket.disconnect":
                    pass
        except TimeoutError:
            self._push.abort()


class _SseResponse(Response):
    """A server-sent event stream that ends with the meeting's subscription, the client or a stall."""

    def __init__(self, subscribe: Callable[[], Subscription], stall: float) -> None:
        # nginx gathers an answer in pages of its own before it hands it on, unless it is told not to
        super().__init__(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._subscribe = subscribe
        self._stall = stall

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        subscription = self._subscribe()
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send(subscription, send))
                watching = group.create_task(_disconnected(receive))
                sending.add_done_callback(lambda _: watching.cancel())
                watching.add_done_callback(lambda _: sending.cancel())
        except* SlowClient:
            await abort(scope)  # an unfinished body tells the client that it must resume
        finally:
            subscription.close()

    async def _send(self, subscription: Subscription, send: Send) -> None:
        while frames := await subscription.catch_up():
            await self._write_all(send, frames, subscription.epoch)
        await self._write(send, subscription.caught_up().sse(subscription.epoch))
        while not subscription.ended:
            try:
                async with asyncio.timeout(KEEPALIVE_SECONDS):
                    frames = await subscription.read()
            except TimeoutError:
                await self._write(send, b": still here\n\n")
            else:
                await self._write_all(send, frames, subscription.epoch)
        await send({"type": "http.response.body", "body": b""})

    async def _write_all(self, send: Send, frames: Sequence[Frame], epoch: int) -> None:
        """A few frames at a time, so that what waits for a slow reader stays small."""
        for at in range(0, len(frames), SSE_FRAMES):
            await self._write(send, b"".join(frame.sse(epoch) for frame in frames[at : at + SSE_FRAMES]))

    async def _write(self, send: Send, chunk: bytes) -> None:
        try:
            async with asyncio.timeout(self._stall):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except TimeoutError:
            raise SlowClient from None


def _paged(ws: WebSocket) -> bool:
    wanted = ws.query_params.get("backlog", "")
    if wanted not in ("", PAGES):
        raise InputError(f"`backlog` must be `{PAGES}`, or left out", field="backlog")
    return wanted == PAGES


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
