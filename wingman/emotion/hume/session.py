"""One WebSocket to Hume's realtime API, from handshake to `session.closed`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from websockets.exceptions import ConnectionClosed

from wingman.config.emotion import HumeSettings
from wingman.core.errors import FaultKind, InputError, ProviderFault
from wingman.core.media import PcmBlock
from wingman.core.time import seconds
from wingman.emotion.hume import wire
from wingman.emotion.hume.ledger import PROVIDER, Heard, SessionLedger
from wingman.link.socket import Refused, Socket, SocketTuning, open_socket

log = structlog.get_logger(__name__)

FAREWELL_S = 1.0
"""How long the server may take to close the socket after `session.closed`."""
MAX_MALFORMED = 10
"""Unreadable messages in a row after which a session is given up."""
TUNING = SocketTuning(open_s=3600.0, ping_s=3600.0)
"""Our own time-out covers handshake and `session.created`; our own heartbeat pings, and learns from it."""

UNANSWERED = "unanswered"
"""Fault code of a peer that takes audio and says nothing about it."""


@dataclass(frozen=True, slots=True)
class OpenSocket:
    """A socket and the one generator that reads it, from the handshake to the end."""

    socket: Socket
    messages: AsyncGenerator[bytes, None]


@dataclass(frozen=True, slots=True)
class SessionCallbacks:
    """What a session owes its meter."""

    report: Callable[[list[Heard]], None]
    """Called after every message and every settled silence: new spans, and perhaps a moved watermark."""
    patience: int
    """Samples that may be owed (see `SessionLedger.owed`) before the peer is taken for dead."""


class HumeSession:
    """One open session. `run` listens until the end; `over` is set when nothing more will come.

    `fault` then says why it ended; None after an orderly end or the provider's idle time-out.
    """

    def __init__(
        self, line: OpenSocket, ledger: SessionLedger, settings: HumeSettings, duty: SessionCallbacks
    ) -> None:
        self.ledger = ledger
        self.settings = settings
        self.over = asyncio.Event()
        self.fault: ProviderFault | None = None
        self.difference = 0
        """Samples we believed accepted minus what the server counted (known after `session.closed`)."""
        self.hasty = False
        """True once the server has refused audio that came too fast for it."""
        self._socket = line.socket
        self._messages = line.messages
        self._duty = duty
        self._error: wire.SessionError | None = None
        self._closed: wire.SessionClosed | None = None
        self._malformed = 0
        self._last: PcmBlock | None = None
        self._refused: PcmBlock | None = None

    async def run(self) -> None:
        """Listen until the session is over. Never raises on the provider's account; cancelling ends at once."""
        try:
            async with self._socket, aclosing(self._messages), asyncio.TaskGroup() as group:
                beat = group.create_task(self._heartbeat(), name="hume-heartbeat")
                try:
                    await self._listen()
                finally:
                    beat.cancel()
        finally:
            self.over.set()

    def send(self, block: PcmBlock, loud: bool) -> None:
        """Send one frame now; `loud` when it holds sound.

        A session that is over swallows it (and its ledger reports it unanswered).
        """
        self._last = block
        self.ledger.sent(block.start, block.length, loud)
        self._socket.deliver(block.pcm, seconds(block.length))
        if self.ledger.owed > self._duty.patience:
            self._give_up("Hume takes audio and measures nothing; trying again", FaultKind.TIMEOUT, UNANSWERED)

    def take_refused(self) -> PcmBlock | None:
        """The frame that has to be sent again before any other, once."""
        block, self._refused = self._refused, None
        return block

    async def finish(self) -> None:
        """Ask for an orderly end and wait for it; a peer that does not comply is cut off."""
        self._socket.write(wire.session_close())
        try:
            async with asyncio.timeout(self.settings.answer_timeout_s):
                await self.over.wait()
        except TimeoutError:
            self._give_up("Hume did not finish the session", FaultKind.TIMEOUT, "session.close")
            await self.over.wait()

    def cut(self) -> None:
        """End the connection at once. Idempotent."""
        self._socket.abort()

    async def discard(self) -> None:
        """Leave a session that was never listened to."""
        async with self._socket, aclosing(self._messages):
            self.over.set()

    async def _listen(self) -> None:
        try:
            async with asyncio.timeout(None) as patience:
                async for text in self._messages:
                    self._take(text)
                    if self._closed is not None:  # nothing follows, yet not every server hurries to close
                        patience.reschedule(asyncio.get_running_loop().time() + FAREWELL_S)
        except TimeoutError:
            log.info("hume.left_open", reason="the server did not close a session it had ended")
        if self._closed is None:
            self.fault = self.fault or wire.closed_fault(self._socket.closed.code, self._error)
        elif self._closed.reason not in ("client_request", "idle_timeout"):
            self.fault = self.fault or wire.closed_fault(1012, self._error)

    def _take(self, text: str | bytes) -> None:
        try:
            message = wire.decode(text)
        except wire.WireError as broken:
            self._malformed += 1
            log.warning("hume.unreadable_message", reason=str(broken), in_a_row=self._malformed)
            if self._malformed >= MAX_MALFORMED:
                self._give_up("Hume sends nothing readable; trying again", FaultKind.PROTOCOL, "unreadable")
            return
        self._malformed = 0
        match message:
            case wire.SessionError():
                self._failed(message)
            case wire.SessionClosed():
                self._closed = message
                self.difference = self.ledger.difference(message)
                if self.difference:
                    log.warning("hume.totals_differ", samples=self.difference, reason=message.reason)
            case wire.Unknown():
                log.info("hume.unknown_message", type=message.type)
            case _:
                pass
        self._duty.report(self.ledger.receive(message))

    def _failed(self, error: wire.SessionError) -> None:
        if error.code != "rate_limited":
            log.warning("hume.error", code=error.code, message=error.message, retryable=error.retryable)
            self._error = error
            if error.retryable and error.code != "message_invalid":
                # A frame was dropped, we cannot know which: every later time would be wrong.
                self._give_up("Hume refused audio; starting a new session", FaultKind.PROTOCOL, error.code)
            return
        self.hasty = True
        try:
            missed = self.ledger.refused()
        except LookupError:
            self._give_up("Hume refused audio; starting a new session", FaultKind.RATE_LIMITED, error.code)
            return
        if missed is None:
            self._refused = self._last
        else:
            self._duty.report([*missed])

    async def _heartbeat(self) -> None:
        """Find a dead peer, and settle silence: what was read a while ago held no voice."""
        settings = self.settings
        while True:
            mark = self.ledger.position
            try:
                async with asyncio.timeout(settings.answer_timeout_s):
                    await self._socket.ping()
            except TimeoutError:
                self._give_up("Hume stopped answering; trying again", FaultKind.TIMEOUT, "ping")
                return
            except ConnectionClosed:
                return
            await asyncio.sleep(settings.settle_ms / 1000)
            self.ledger.quiet(mark)
            self._duty.report([])

    def _give_up(self, sentence: str, kind: FaultKind, code: str) -> None:
        self.fault = self.fault or ProviderFault(sentence, kind=kind, code=code)
        self._socket.abort()


def check(settings: HumeSettings) -> None:
    """Raises `InputError` when the API would refuse a session with these settings."""
    try:
        wire.realtime_url(settings.url)
    except ValueError as wrong:
        raise InputError(f"setting emotion.hume.url is wrong: {wrong}", field="emotion.hume.url") from None
    if not wire.TIMER_MS[0] <= settings.measurement_timer_ms <= wire.TIMER_MS[1]:
        raise InputError(
            "emotion.hume.measurement_timer_ms must lie between {} and {}".format(*wire.TIMER_MS),
            field="emotion.hume.measurement_timer_ms",
        )


async def open_session(settings: HumeSettings, ledger: SessionLedger, duty: SessionCallbacks) -> HumeSession:
    """Connect, authenticate and configure. Raises `ProviderFault`; leaves nothing open when it does."""
    try:
        url = wire.realtime_url(settings.url)
    except ValueError as wrong:
        text = f"setting emotion.hume.url is wrong: {wrong}"
        raise ProviderFault(text, kind=FaultKind.BAD_REQUEST, code="url") from None
    try:
        async with asyncio.timeout(settings.connect_timeout_s):
            socket = await open_socket(url, credential(settings), "Hume", TUNING)
            line = OpenSocket(socket, socket.messages())
            try:
                await _configure(line, settings)
            except BaseException:
                async with socket, aclosing(line.messages):
                    raise
    except Refused as answer:
        raise wire.refused(answer.status, answer.headers, answer.body) from None
    except TimeoutError:
        text = "Hume did not answer in time; trying again"
        raise ProviderFault(text, kind=FaultKind.TIMEOUT, code="connect") from None
    return HumeSession(line, ledger, settings, duty)


async def _configure(line: OpenSocket, settings: HumeSettings) -> None:
    async for text in line.messages:
        try:
            created = wire.decode(text)
        except wire.WireError as broken:
            log.warning("hume.unreadable_message", reason=str(broken))
            created = wire.Unknown("unreadable")
        if not isinstance(created, wire.SessionCreated):
            sentence = "what answers at emotion.hume.url is not Hume's realtime API; check the address"
            raise ProviderFault(sentence, kind=FaultKind.PROTOCOL, code="session.created")
        log.info("hume.session", id=created.session_id, provider=PROVIDER)
        line.socket.write(wire.session_update(settings.measurement_timer_ms))
        return
    raise wire.closed_fault(line.socket.closed.code, None)


def credential(settings: HumeSettings) -> dict[str, str]:
    """Exactly one credential, as the API demands."""
    if settings.api_key:
        return {"X-Hume-Api-Key": settings.api_key.reveal()}
    if settings.access_token:
        return {"Authorization": f"Bearer {settings.access_token.reveal()}"}
    text = "no Hume key is set; set emotion.hume.api_key (HUME_API_KEY)"
    raise ProviderFault(text, kind=FaultKind.AUTH, code="no key")
