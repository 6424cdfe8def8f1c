"""Requests that travel: one node accepts a connection, another one answers it. ASGI messages over NATS.

Both ends hold a bounded number of messages that the other has not taken yet, and say every so often that they
are there. Everything is sealed with the cluster's key: what arrives was let in by a node of ours.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

import msgspec
import structlog
from nats.aio.msg import Msg

from wingman.cluster.jetstream import JetStream, UnavailableError
from wingman.cluster.node import Node
from wingman.cluster.record import UnreadableError, seal, unseal
from wingman.core.json import JsonObject

log = structlog.get_logger(__name__)

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

WINDOW = 32
"""Messages on the way in one direction."""
CHUNK = 256 * 1024
"""Bytes of a body that travel together."""
BEAT_S = 1.0
SILENT_S = 4.0
"""The other end is gone when nothing came from it for so long."""
OPEN_S = 2.0
PASSED_ON = frozenset(
    {"type", "method", "path", "query_string", "headers", "http_version", "scheme", "client", "subprotocols"}
)
"""What of a scope travels."""


class SilentError(Exception):
    """The other end is gone."""


class _Line:
    """One end of a connection between two nodes."""

    def __init__(self, jetstream: JetStream, key: bytes) -> None:
        self.inbox = jetstream.inbox()
        self.other = ""
        self._jetstream = jetstream
        self._key = key
        self._arrived: asyncio.Queue[Message | None] = asyncio.Queue()  # bounded by the sender's window
        self._room = asyncio.Semaphore(WINDOW)
        self._heard_at = asyncio.get_running_loop().time()
        self._deaf: Callable[[], Awaitable[None]] | None = None
        self._beating: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._deaf = await self._jetstream.subscribe(self.inbox, self._hear)

    def answer_to(self, other: str) -> None:
        """Where the other end listens."""
        self.other = other
        self._beating = asyncio.get_running_loop().create_task(self._beat())

    async def close(self) -> None:
        """Tell the other end that nothing follows, and let go."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait([self._beating])
        with contextlib.suppress(UnavailableError):
            if self.other:
                await self._tell({"end": True})
        if self._deaf is not None:
            await self._deaf()

    async def put(self, message: Message) -> None:
        """Send one message when there is room for it on the way. Raises `SilentError`."""
        while True:
            try:
                async with asyncio.timeout(BEAT_S):
                    await self._room.acquire()
                break
            except TimeoutError:
                self._check()
        try:
            await self._tell({"message": dict(message)})
        except UnavailableError:
            raise SilentError from None

    async def get(self) -> Message | None:
        """The next message; None when the other end has closed. Raises `SilentError`."""
        while True:
            try:
                async with asyncio.timeout(BEAT_S):
                    message = await self._arrived.get()
                break
            except TimeoutError:
                self._check()
        if message is not None:
            with contextlib.suppress(UnavailableError):
                await self._tell({"taken": 1})
        return message

    def _check(self) -> None:
        if asyncio.get_running_loop().time() - self._heard_at > SILENT_S:
            raise SilentError

    async def _hear(self, arrived: Msg) -> None:
        try:
            told: JsonObject = msgspec.msgpack.decode(unseal(self._key, bytes(arrived.data), self.inbox))
        except (UnreadableError, msgspec.MsgspecError):
            return
        self._heard_at = asyncio.get_running_loop().time()
        if "taken" in told:
            self._room.release()
        if "message" in told:
            self._arrived.put_nowait(told["message"])
        if "end" in told:
            self._arrived.put_nowait(None)

    async def _tell(self, what: JsonObject) -> None:
        await self._jetstream.tell(self.other, seal(self._key, msgspec.msgpack.encode(what), self.other))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            with contextlib.suppress(UnavailableError):
                await self._tell({})


class Relay:
    """Both sides of it on one node."""

    def __init__(self, jetstream: JetStream, node: Node, key: bytes) -> None:
        self._jetstream = jetstream
        self._node = node
        self._key = key
        self._app: App | None = None
        self._serving: set[asyncio.Task[None]] = set()
        node.answer("open", self._opened)

    def serve(self, app: App) -> None:
        """Answer what other nodes send with `app`. Its scopes carry the other's word on who asks."""
        self._app = app

    async def aclose(self) -> None:
        """End what is being answered."""
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)

    async def to(self, node: str, scope: Scope, state: JsonObject, receive: Receive, send: Send) -> bool:
        """Have `node` answer. False when it is not there, and nothing was answered.

        A connection whose node goes away meanwhile is closed (1012), or its answer is broken off.
        """
        line = _Line(self._jetstream, self._key)
        await line.open()
        try:
            passed = {name: scope[name] for name in PASSED_ON if name in scope}
            offer = msgspec.msgpack.encode({"scope": passed, "state": state, "inbox": line.inbox})
            other = await self._node.ask(node, "open", offer, OPEN_S)
            if not other:
                return False
            line.answer_to(other.decode())
            return await _exchange(line, scope, receive, send)
        finally:
            await line.close()

    async def _opened(self, body: bytes) -> bytes:
        if self._app is None:
            return b""
        offer: JsonObject = msgspec.msgpack.decode(body)
        line = _Line(self._jetstream, self._key)
        await line.open()
        line.answer_to(offer["inbox"])
        task = asyncio.get_running_loop().create_task(self._answer(self._app, line, offer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        return line.inbox.encode()

    async def _answer(self, app: App, line: _Line, offer: JsonObject) -> None:
        scope = _scope(offer["scope"], offer["state"])
        gone = {"type": f"{scope['type']}.disconnect", "code": 1006}

        async def receive() -> Message:
            try:
                return await line.get() or gone
            except SilentError:
                return gone

        async def send(message: Message) -> None:
            for part in _parts(message):
                await line.put(part)

        try:
            await app(scope, receive, send)
        except SilentError:
            log.info("who asked through another node is gone", path=scope["path"])
        finally:
            await line.close()


async def _exchange(line: _Line, scope: Scope, receive: Receive, send: Send) -> bool:
    """Pass messages both ways until the answer is over. False when nothing was answered."""
    answered = False

    async def upward() -> None:
        while True:
            message = await receive()
            for part in _parts(message):
                await line.put(part)
            if message["type"].endswith(".disconnect"):
                return

    asking = asyncio.get_running_loop().create_task(upward())
    try:
        while (message := await line.get()) is not None:
            await send(message)
            answered = True
            if message["type"] == "http.response.body" and not message.get("more_body"):
                return True
            if message["type"] == "websocket.close":
                return True
    except SilentError:
        if answered and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1012, "reason": "this meeting moves; connect again"})
    finally:
        asking.cancel()
        await asyncio.wait([asking])
    return answered


def _parts(message: Message) -> list[Message]:
    """A long body as several messages."""
    body = message.get("body", b"")
    if len(body) <= CHUNK:
        return [message]
    pieces = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]
    more = bool(message.get("more_body"))
    last = len(pieces) - 1
    return [{**message, "body": piece, "more_body": more or n < last} for n, piece in enumerate(pieces)]


def _scope(passed: JsonObject, state: JsonObject) -> Scope:
    scope: Scope = {
        **passed,
        "asgi": {"version": "3.0"},
        "root_path": "",
        "server": None,
        "raw_path": str(passed["path"]).encode(),
        "headers": [(bytes(name), bytes(value)) for name, value in passed["headers"]],
        "client": tuple(passed["client"]) if passed.get("client") else None,
        "extensions": {"websocket.http.response": {}},
        "state": dict(state),
    }
    return scope
