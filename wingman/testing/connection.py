"""The server side of one emulated connection: what is said passes here, and here it goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from wingman.testing.faults import Fault, Kind

_HOLDING = frozenset({Kind.STALL, Kind.LATE, Kind.SLOW})
OUTBOX = 4096
"""Messages that may wait for delivery; a client that lets them pile up beyond that is cut."""


@dataclass(slots=True)
class Traffic:
    """What passed on one connection, for assertions and figures."""

    connection: int
    query: dict[str, list[str]] = field(default_factory=dict)
    channel: str = ""
    """The meeting's channel, where the wire tells it."""
    of_channel: int = 1
    """Which of that channel's connections it is, from 1."""
    audio_bytes: int = 0
    said: list[str] = field(default_factory=list)
    """Types of the messages really sent."""
    texts: list[str] = field(default_factory=list)
    """Text frames received."""
    close_code: int | None = None
    ahead_s: float = 0.0
    """Most seconds by which the audio outran the pace the service allows; 0 when it never did."""


OnSaid: TypeAlias = Callable[[Traffic, bytes], None]
"""Told of each message as it goes to the socket."""


class Wire:
    """Use `incoming()` to read, `say()` to answer, `accepted()` to tell how much audio was taken in."""

    def __init__(
        self,
        socket: ServerConnection,
        faults: Sequence[Fault],
        traffic: Traffic,
        on_said: OnSaid = lambda _traffic, _data: None,
    ) -> None:
        self.socket = socket
        self.traffic = traffic
        self._on_said = on_said
        self._faults = tuple(fault for fault in faults if fault.kind not in (Kind.REFUSE, Kind.HANG))
        self._heard_s = 0.0
        self._outbox: asyncio.Queue[tuple[float, str, bytes] | None] = asyncio.Queue(OUTBOX)
        self._held: tuple[str, bytes] | None = None
        self._spent: dict[int, int] = {}
        self._stalled_until: float | None = None
        self._ended = asyncio.Event()

    @property
    def ended(self) -> bool:
        """True once a fault or the end has closed the connection."""
        return self._ended.is_set()

    async def incoming(self, idle_s: float | None = None) -> AsyncIterator[bytes | str]:
        """Frames until the connection ends. Raises `TimeoutError` after `idle_s` without any frame."""
        while not self.ended:
            if self._active(Kind.DEAF):
                await self._stay_deaf()
                return
            try:
                async with asyncio.timeout(idle_s):
                    frame = await self.socket.recv()
            except ConnectionClosed:
                return
            if isinstance(frame, str):
                self.traffic.texts.append(frame)
            else:
                self.traffic.audio_bytes += len(frame)
            yield frame

    async def accepted(self, seconds: float) -> None:
        """`seconds` of audio were taken in so far on this connection; faults that are due happen now."""
        self._heard_s = seconds
        if self._active(Kind.DROP):
            self._ended.set()
            self.socket.transport.abort()
        elif fault := self._active(Kind.CLOSE):
            await self._flush()
            await self.close(fault.code, fault.reason)

    def refuses(self) -> bool:
        """Whether the script has the frame that just came refused as too fast."""
        fault = self._active(Kind.RATE_LIMIT)
        return fault is not None and self._spend(fault)

    def say(self, kind: str, message: object) -> None:
        """Send `message` (JSON) now, later, twice, broken or never, as the script has it."""
        if self.ended or self._active(Kind.HALF_OPEN):
            return
        data = msgspec.json.encode(message)
        if (fault := self._active(Kind.MALFORMED)) and self._spend(fault):
            data = data[: len(data) // 2]
        if self._active(Kind.REORDER):
            if self._held is None:
                self._held = (kind, data)
                return
            held, self._held = self._held, None
            self._enqueue(kind, data)
            self._enqueue(*held)
            return
        if self._active(Kind.UNKNOWN):
            self._enqueue("SomethingNew", b'{"type":"SomethingNew","detail":{"a":[1,2]}}')
            data = data[:-1] + b',"some_new_field":{"x":1}}'
        self._enqueue(kind, data)
        if self._active(Kind.REPEAT):
            self._enqueue(kind, data)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Deliver what was said, then close politely."""
        if self.ended:
            return
        await self._flush()
        self._ended.set()
        await self.socket.close(code, reason)

    async def deliver(self) -> None:
        """Runs beside the session: puts what was said on the socket at its time. Ends with the connection."""
        loop = asyncio.get_running_loop()
        gone = False
        while (entry := await self._outbox.get()) is not None:
            due, kind, data = entry
            try:
                if not gone:
                    await asyncio.sleep(max(0.0, due - loop.time()))
                    self._on_said(self.traffic, data)
                    await self.socket.send(data, text=True)
                    self.traffic.said.append(kind)
            except ConnectionClosed:
                gone = True  # whoever waits for the outbox to empty must not wait for ever
            finally:
                self._outbox.task_done()

    def finish(self) -> None:
        """No more will be said: `deliver` returns when the outbox is empty."""
        self._ended.set()
        if self._outbox.full():
            self.socket.transport.abort()
            self._outbox.get_nowait()
            self._outbox.task_done()
        self._outbox.put_nowait(None)

    def _enqueue(self, kind: str, data: bytes) -> None:
        if self._outbox.full():
            self.socket.transport.abort()
            return
        self._outbox.put_nowait((self._due(), kind, data))

    def _due(self) -> float:
        now = asyncio.get_running_loop().time()
        due = now
        for fault in self._faults:
            if fault.kind not in _HOLDING or self._heard_s < fault.at:
                continue
            if fault.kind is Kind.LATE:
                due = max(due, now + fault.delay)
            elif fault.kind is Kind.STALL:
                if self._stalled_until is None:
                    self._stalled_until = now + fault.delay
                due = max(due, self._stalled_until)
            else:
                due = max(due, (self._stalled_until or now) + fault.delay)
                self._stalled_until = due
        return due

    async def _flush(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            self._enqueue(*held)
        await self._outbox.join()

    async def _stay_deaf(self) -> None:
        """Read nothing more and hold the connection open until the other side gives it up."""
        self.socket.transport.pause_reading()
        await self.socket.wait_closed()

    def _active(self, kind: Kind) -> Fault | None:
        return next((f for f in self._faults if f.kind is kind and self._heard_s >= f.at), None)

    def _spend(self, fault: Fault) -> bool:
        """Whether a fault that happens `count` times happens once more."""
        spent = self._spent.get(id(fault), 0)
        self._spent[id(fault)] = spent + 1
        return spent < fault.count
