"""One connection to a v0 gateway: a request, its reply, and what each error means for the connection."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Final

import structlog

from wingman.config.emotion import HumeV0Settings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.core.time import samples_of_ms
from wingman.emotion.hume_v0 import wire
from wingman.emotion.hume_v0.tokens import Access
from wingman.link.socket import Refused, Socket, SocketTuning, open_socket

log = structlog.get_logger(__name__)

PROVIDER: Final = "hume-v0"
MAX_IDENTICAL: Final = 9
"""Identical errors in a row after which we stop: the gateway closes at the tenth."""
SILENCE: Final = bytes(16_000)
"""Half a second of it, to keep a connection from being idle."""


class Connection:
    """An open connection. One request is in flight at a time, so every reply has one owner.

    Use it as an asynchronous context manager.
    """

    def __init__(self, socket: Socket, settings: HumeV0Settings, access: Access, due: float) -> None:
        self._socket = socket
        self._settings = settings
        self._access = access
        self._due = due
        self._replies = socket.messages()
        self._asked_at = _now()
        self._last_error = ""
        self._identical = 0
        self._heard = 0  # samples of the gateway's sliding window

    @property
    def aged(self) -> bool:
        """True when the connection should be replaced: session limit or token expiry draw near."""
        return _now() >= self._due

    @property
    def idle_s(self) -> float:
        """Seconds since something was asked."""
        return _now() - self._asked_at

    async def ask(self, request: wire.Request) -> wire.Reply:
        """One request, its reply. An error that costs only this request is in the reply (`E02xx`).

        Raises `ProviderFault` for all others, and for silence, nonsense and a closed connection.
        """
        self._asked_at = _now()
        self._socket.write(wire.encode(request))
        try:
            async with asyncio.timeout(self._settings.answer_timeout_s):
                reply = await self._reply_to(request.payload_id)
        except TimeoutError:
            sentence = "the Hume v0 gateway stopped answering; connecting again"
            raise ProviderFault(sentence, kind=FaultKind.TIMEOUT, code="unanswered") from None
        except wire.WireError as broken:
            log.warning("hume_v0.unreadable_reply", reason=str(broken))
            sentence = "the Hume v0 gateway answered with something unreadable; connecting again"
            raise ProviderFault(sentence, kind=FaultKind.PROTOCOL, code="unreadable") from None
        self._judge(reply.error)
        return reply

    async def measure(self, pcm: bytes, payload_id: str) -> tuple[wire.Reply, int]:
        """One clip with the configured models. Raises like `ask`.

        The reply's times count from `lead` samples before the clip: with a sliding window the gateway puts
        that much of what it heard on this connection in front of it.
        """
        window_ms = self._settings.stream_window_ms or None
        reply = await self.ask(wire.clip(pcm, payload_id, models(self._settings), window_ms=window_ms))
        length = len(pcm) // 2
        analysed = length if window_ms is None else min(self._heard + length, samples_of_ms(window_ms))
        if reply.error is None:
            self._heard = max(analysed, length)
        return reply, max(0, analysed - length)

    async def keep_alive(self) -> None:
        """Ask about silence, so that the connection does not count as idle. Raises like `ask`."""
        await self.ask(wire.clip(SILENCE, "keepalive", wire.Models(prosody={})))
        self._heard = len(SILENCE) // 2

    async def _reply_to(self, payload_id: str | None) -> wire.Reply:
        async for line in self._replies:
            reply = wire.decode(line)
            said_something = reply.predictions or reply.warnings or reply.error or reply.job_id
            if reply.payload_id == payload_id or (reply.payload_id is None and said_something):
                return reply
            log.info("hume_v0.stray_reply", payload_id=reply.payload_id)
        code = self._socket.closed.code
        if code == 1008:
            self._access.refuse()  # perhaps our token was revoked: the next connection brings a fresh one
        raise wire.closed(code)

    def _judge(self, error: wire.Notice | None) -> None:
        if error is None:
            self._identical = 0
            return
        log.warning("hume_v0.error", code=error.code, text=error.text)
        self._identical = self._identical + 1 if error.code == self._last_error else 1
        self._last_error = error.code
        if (fault := wire.fault(error)) is not None:
            raise fault
        if self._identical >= MAX_IDENTICAL:
            sentence = f"Hume refused {MAX_IDENTICAL} requests in a row ({error.code}: {error.text}); stopped"
            raise ProviderFault(sentence, kind=FaultKind.BAD_REQUEST, code=error.code)

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.__aexit__(kind, error, trace)
        await self._replies.aclose()


async def open_connection(settings: HumeV0Settings, access: Access) -> Connection:
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
            raise wire.refused(answer.status, answer.headers) from None
        due = _now() + settings.rotate_after_s
        if target.good_until is not None:
            due = min(due, target.good_until)
        return Connection(socket, settings, access, due)


class RotatingConnection:
    """The connection in use and its replacement: the next is open before the last is left."""

    def __init__(self, settings: HumeV0Settings, access: Access) -> None:
        self._settings = settings
        self._access = access
        self._link: Connection | None = None
        self._retry_at = 0.0

    @property
    def idle_s(self) -> float:
        return self._link.idle_s if self._link else 0.0

    async def ask(self, request: wire.Request) -> wire.Reply:
        """See `Connection.ask`. Connections change between requests, so that a change loses none."""
        return await (await self._current()).ask(request)

    async def measure(self, pcm: bytes, payload_id: str) -> tuple[wire.Reply, int]:
        """See `Connection.measure`."""
        return await (await self._current()).measure(pcm, payload_id)

    async def keep_alive(self) -> None:
        """See `Connection.keep_alive`."""
        await (await self._current()).keep_alive()

    async def __aenter__(self) -> RotatingConnection:
        self._link = await open_connection(self._settings, self._access)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._link is not None:
            await self._link.__aexit__(kind, error, trace)

    async def _current(self) -> Connection:
        link = self._link
        if link is None:
            raise RuntimeError("the line is not open")
        if link.aged and _now() >= self._retry_at:
            try:
                successor = await open_connection(self._settings, self._access)
            except ProviderFault as fault:
                log.warning("hume_v0.rotation_failed", kind=fault.kind, code=fault.code, detail=str(fault))
                self._retry_at = _now() + 5.0
                return link
            self._link, old = successor, link
            await old.__aexit__(None, None, None)
            return successor
        return link


def models(settings: HumeV0Settings) -> wire.Models:
    """The voice models the settings ask for."""
    none: dict[str, Any] = {}
    return wire.Models(prosody=none, burst=none if settings.burst else None)


def _now() -> float:
    return asyncio.get_running_loop().time()
