"""One connection to a v0 gateway: a request, its reply, and what each error means for the connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final

import structlog

from wingman.config.emotion import HumeV0Settings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.time import samples_of_ms, seconds
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.notices import Effect, SameErrors, fault_of, pause_s
from wingman.emotion.hume_v0.tokens import GatewayAccess
from wingman.link.slots import Held
from wingman.link.socket import Refused, Socket, SocketTuning, open_socket
from wingman.link.supervisor import Outcome, Supervisor

log = structlog.get_logger(__name__)

PROVIDER: Final = "hume-v0"
SILENCE: Final = bytes(16_000)
"""Half a second of it, to keep a connection from being idle."""


FOLLOWS_S: Final = 0.2
"""How soon the answer follows a message that was not one."""


HAND_OVER_S: Final = 0.25
"""How long a connection is kept at least that somebody else waits for, and how often that is looked at."""


class Connection:
    """An open connection. One request is in flight at a time, so every reply has one owner.

    Use it as an asynchronous context manager.
    """

    def __init__(
        self, socket: Socket, settings: HumeV0Settings, access: GatewayAccess, due: float, errors: SameErrors
    ) -> None:
        self._socket = socket
        self._opened_at = _now()
        self._served = False
        self._settings = settings
        self._access = access
        self._due = due
        self._errors = errors
        self._replies = socket.messages()
        self._asked_at = _now()
        self._ready_at = 0.0
        self._names_replies = True
        self._heard = 0  # samples of the gateway's sliding window

    @property
    def aged(self) -> bool:
        """True when the connection should be replaced: session limit or token expiry draw near."""
        return _now() >= self._due

    @property
    def wanted(self) -> bool:
        """Somebody waits for a connection of this account, and this one has been used."""
        used = self._served and _now() >= self._opened_at + HAND_OVER_S
        return used and self._access.slots.wanted

    @property
    def idle_s(self) -> float:
        """Seconds since something was asked."""
        return _now() - self._asked_at

    async def ask(self, request: wire.Request) -> wire.Reply:
        """One request, its reply. What costs only this request is in the reply (`Reply.failure`).

        Raises `ProviderFault` for what ends the connection, and for silence, nonsense and a closed one.
        """
        reply = await self._exchange(request)
        self._judge(reply)
        return reply

    async def measure(self, pcm: bytes, payload_id: str) -> tuple[wire.Reply, int]:
        """One clip with the configured models. Raises like `ask`.

        The reply's times count from `lead` samples before the clip: with a sliding window the gateway puts
        that much of what it heard on this connection in front of it.
        """
        window_ms = self._settings.stream_window_ms or None
        wanted = self._access.wanted
        while True:
            request = wire.clip(pcm, payload_id, wanted.models(), window_ms=window_ms)
            reply = await self._exchange(request, seconds(len(pcm) // 2))
            if reply.failure is None or not wanted.give_up(reply.failure):
                break
            log.warning("hume_v0.option_refused", text=reply.failure.text)
        self._judge(reply)
        length = len(pcm) // 2
        analysed = length if window_ms is None else min(self._heard + length, samples_of_ms(window_ms))
        if reply.failure is None:
            self._heard = max(analysed, length)
        return reply, max(0, analysed - length)

    async def keep_alive(self) -> None:
        """Ask about silence, so that the connection does not count as idle. Raises like `ask`."""
        request = wire.clip(SILENCE, "keepalive", wire.Models(prosody={}))
        self._judge(await self._exchange(request, content=False))
        self._heard = len(SILENCE) // 2

    async def _exchange(
        self, request: wire.Request, length: float = 0.0, *, content: bool = True
    ) -> wire.Reply:
        """`length`: seconds of sound in it; `content`: it holds something of the meeting's."""
        await self._clear()
        self._asked_at, self._served = _now(), True
        if content or self._socket.may_leave:
            self._socket.deliver(wire.encode(request), length)
        else:
            self._socket.write(wire.encode(request))
        try:
            async with asyncio.timeout(self._settings.answer_timeout_s):
                return await self._reply_to(request.payload_id)
        except TimeoutError:
            sentence = "the Hume v0 gateway stopped answering; connecting again"
            raise ProviderFault(sentence, kind=FaultKind.TIMEOUT, code="unanswered") from None
        except wire.WireError as broken:
            log.warning("hume_v0.unreadable_reply", reason=str(broken))
            sentence = "the Hume v0 gateway answered with something unreadable; connecting again"
            raise ProviderFault(sentence, kind=FaultKind.PROTOCOL, code="unreadable") from None

    async def _reply_to(self, payload_id: str | None) -> wire.Reply:
        async for line in self._replies:
            reply = wire.decode(line)
            if reply.payload_id == payload_id:
                return reply
            if reply.payload_id is None and (reply.predictions or reply.job_id):
                self._names_replies = False
                return reply
            if reply.payload_id is None and (reply.warnings or reply.errors):
                return await self._owned(reply, payload_id)
            log.info("hume_v0.stray_reply", payload_id=reply.payload_id)
        raise self._ended()

    async def _owned(self, unnamed: wire.Reply, payload_id: str | None) -> wire.Reply:
        """A notice without a name is the answer, unless the answer follows it: then nobody asked for it."""
        ends = unnamed.failure is not None and fault_of(unnamed.failure) is not None
        if self._names_replies and not ends and (line := await self._socket.arrived(FOLLOWS_S)) is not None:
            reply = wire.decode(line)
            if reply.payload_id == payload_id:
                log.info("hume_v0.unasked", codes=_codes(unnamed))
                return reply
        return unnamed

    def _ended(self) -> ProviderFault:
        closed = self._socket.closed
        if closed.code == 1008:
            self._access.refuse()  # perhaps our token was revoked: the next connection brings a fresh one
        return wire.closed(closed.code, closed.reason)

    async def _clear(self) -> None:
        """Read what came without being asked for: taken for an answer it would shift all that follow.

        Raises `ProviderFault` when it says that the connection is of no use.
        """
        while (line := await self._socket.arrived()) is not None:
            try:
                reply = wire.decode(line)
            except wire.WireError as broken:
                log.warning("hume_v0.unreadable_message", reason=str(broken))
                continue
            log.info("hume_v0.unasked", codes=_codes(reply))
            if reply.failure is not None and (fault := fault_of(reply.failure)):
                raise fault

    async def rested(self) -> None:
        """Wait until the gateway, after a trouble of its own, may be asked again."""
        await asyncio.sleep(max(0.0, self._ready_at - _now()))

    def _judge(self, reply: wire.Reply) -> None:
        for notice in reply.errors:
            log.warning("hume_v0.error", code=notice.code, text=notice.text, model=notice.model)
        error = reply.failure
        if error is None:
            self._errors.answered()
            return
        too_often = self._errors.refused(error)
        if fault := fault_of(error) or too_often:
            raise fault
        if error.effect is Effect.PAUSE:
            self._ready_at = _now() + pause_s(self._errors.count)

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, ProviderFault):
            await self._socket.close()  # a gateway that counts connections must not take this for a crash
        await self._socket.__aexit__(kind, error, trace)
        await self._replies.aclose()


async def open_connection(settings: HumeV0Settings, access: GatewayAccess, errors: SameErrors) -> Connection:
    """Connect; an expired token is replaced once. Raises `ProviderFault`."""
    tuning = SocketTuning(open_s=settings.connect_timeout_s)
    fresh = False
    while True:
        target = await access.target()
        try:
            socket = await open_socket(target.url, target.headers, "The Hume v0 gateway", tuning)
        except Refused as answer:
            if answer.status == 401 and not fresh and access.refuse():
                log.info("hume_v0.token_refused")
                fresh = True
                continue
            raise wire.refused(answer.status, answer.headers, answer.body) from None
        due = _now() + settings.rotate_after_s
        if target.good_until is not None:
            due = min(due, target.good_until)
        return Connection(socket, settings, access, due, errors)


class RotatingConnection:
    """The connection in use and its replacement: the next is open before the last is left.

    Where the plan limits connections it takes a slot first, and leaves it to others who wait (`rest`).
    """

    def __init__(
        self,
        settings: HumeV0Settings,
        access: GatewayAccess,
        errors: SameErrors | None = None,
        held: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`errors` outlives connections; without it they count for themselves. `held` hears of a long wait."""
        self._settings = settings
        self._access = access
        self._errors = errors or SameErrors()
        self._held = held
        self._link: Connection | None = None
        self._slot: Held | None = None
        self._retry_at = 0.0

    @property
    def idle_s(self) -> float:
        """Seconds since anything was sent."""
        return self._link.idle_s if self._link else 0.0

    @property
    def wanted(self) -> bool:
        """Somebody else waits for a connection, and this one has served."""
        return self._link is not None and self._link.wanted

    @property
    def look_s(self) -> float:
        """How long to wait for something to ask before `rest` is looked at."""
        return HAND_OVER_S if self._access.slots.count else self._settings.keepalive_s

    def rest(self) -> Outcome | None:
        """How this ends while there is nothing to ask; None: it stays open."""
        if self.wanted:
            return Outcome.SHARED
        return Outcome.AGAIN if self.idle_s >= self._settings.keepalive_s else None

    async def ready(self) -> Connection:
        """The connection for the next request, as soon as the gateway may be asked.

        Connections change between requests, so that a change loses none.
        """
        link = await self._current()
        await link.rested()
        return link

    async def __aenter__(self) -> RotatingConnection:
        self._slot = await self._access.slots.take(self._tell)
        try:
            self._link = await self._open()
        except BaseException:
            self._slot.release()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._link is not None:
                await self._link.__aexit__(kind, error, trace)
        finally:
            if self._slot is not None:
                self._slot.release()

    def _tell(self) -> None:
        count = self._access.slots.count
        plan = "the only connection" if count == 1 else f"all {count} connections"
        self._held(f"{plan} of the Hume plan (emotion.hume_v0.connections) in use; waiting for one to be free")

    async def _open(self) -> Connection:
        return await open_connection(self._settings, self._access, self._errors)

    async def _current(self) -> Connection:
        link = self._link
        if link is None:
            raise RuntimeError("the connection is not open")
        if link.aged and _now() >= self._retry_at:
            slot = self._access.slots.take_now()
            if slot is None:  # the plan allows no second one: leave the old one first
                self._link = None
                await link.__aexit__(None, None, None)
                self._link = await self._open()
                return self._link
            try:
                successor = await self._open()
            except ProviderFault as fault:
                slot.release()
                log.warning("hume_v0.rotation_failed", kind=fault.kind, code=fault.code, detail=str(fault))
                self._retry_at = _now() + 5.0
                return link
            old_slot, self._slot = self._slot, slot
            self._link, old = successor, link
            await old.__aexit__(None, None, None)
            if old_slot is not None:
                old_slot.release()
            return successor
        return link


async def serve(
    connection: RotatingConnection,
    supervisor: Supervisor,
    wait: Callable[[float | None], Awaitable[bool | None]],
    ask: Callable[[RotatingConnection], Awaitable[bool]],
) -> Outcome:
    """Ask about what comes by, once something has, until nothing more will come or the connection has idled.

    `wait(idle_s)` is True when something waits, False when nothing will, None when nothing came for so long.
    `ask` asks about it and says whether that was answered. Raises `ProviderFault`.
    """
    if not await wait(None):
        return Outcome.DONE
    async with connection:
        supervisor.opened()
        while (more := await wait(connection.look_s)) is not False:
            if more and await ask(connection):
                supervisor.useful()
            if (outcome := connection.rest()) is not None:
                return outcome  # what comes next opens a new connection
    return Outcome.DONE


def _codes(reply: wire.Reply) -> list[str]:
    return [notice.code for notice in (*reply.errors, *reply.warnings)]


def _now() -> float:
    return asyncio.get_running_loop().time()
