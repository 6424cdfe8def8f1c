"""Attacks by WebSocket, frame by frame: what no client library sends."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import struct
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from scripts.proofs._trust_attacks import Tried
from scripts.proofs._trust_service import Running

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
ENDS_S = 5.0
"""Within which a connection that broke the protocol must be over."""
FLOOD = 120_000
"""Frames of a flood."""
SLOWEST_MS, MOST_MB = 400.0, 40.0
"""What a flood by one viewer may cost everybody else."""


def frame(code: int, payload: bytes = b"", *, last: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """One frame (RFC 6455, section 5.2)."""
    head = bytes([last << 7 | rsv << 4 | code])
    size = len(payload)
    flag = masked << 7
    if size < 126:
        head += bytes([flag | size])
    elif size < 1 << 16:
        head += bytes([flag | 126]) + struct.pack("!H", size)
    else:
        head += bytes([flag | 127]) + struct.pack("!Q", size)
    return head + (b"\0\0\0\0" if masked else b"") + payload


def broken() -> Iterator[tuple[str, bytes]]:
    """Frames after which no connection may go on."""
    yield "without a mask", frame(TEXT, b"{}", masked=False)
    for bit in (1, 2, 4):
        yield f"with reserved bit {bit}", frame(TEXT, b"{}", rsv=bit)
    for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield f"of kind {code}", frame(code, b"{}")
    yield "a ping in pieces", frame(PING, b"a", last=False)
    yield "a long ping", frame(PING, b"a" * 126)
    yield "a continuation of nothing", frame(0, b"{}")
    yield "a text in a text", frame(TEXT, b"{", last=False) + frame(TEXT, b"}")
    yield "half a close code", frame(CLOSE, b"\x03")
    for code in (0, 999, 1004, 1005, 1006, 1015, 2999, 65_535):
        yield f"a close with {code}", frame(CLOSE, struct.pack("!H", code))
    yield "a close with a reason that is no UTF-8", frame(CLOSE, b"\x03\xe8\xff\xfe")
    for text in (b"\xc0\xaf", b"\xed\xa0\x80", b"\x80", b"\xf8\x88\x80\x80\x80", b"a\xf4\x90\x80\x80"):
        yield f"a text of {text!r}", frame(TEXT, text)
    yield "no UTF-8 in the second piece", frame(TEXT, b"\xe2\x82", last=False) + frame(0, b"\xff")
    yield "a length beyond all", b"\x81\xff" + b"\xff" * 8 + b"\0\0\0\0"
    yield "a length of 2 GB", b"\x82\xff" + struct.pack("!Q", 1 << 31) + b"\0\0\0\0"
    yield "more than a message may hold", frame(TEXT, b" " * 1_100_000)
    packed = zlib.compressobj(wbits=-15)
    bomb = packed.compress(b"[" * 50_000_000) + packed.flush(zlib.Z_SYNC_FLUSH)
    yield "a text that unpacks", frame(TEXT, bomb[:-4], rsv=4)


HANDSHAKES = {
    "of an old version": {"Sec-WebSocket-Version": "8"},
    "of no version": {"Sec-WebSocket-Version": ""},
    "without a key": {"Sec-WebSocket-Key": ""},
    "with half a key": {"Sec-WebSocket-Key": "AAAA"},
    "with a key that is none": {"Sec-WebSocket-Key": "!" * 24},
    "to something else": {"Upgrade": "h2c"},
    "that is none": {"Connection": "keep-alive"},
}
"""What a handshake says otherwise than it should."""


@dataclass(slots=True)
class Raw:
    """An event socket, before any library."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: bytes

    @property
    def open(self) -> bool:
        return b" 101 " in self.head.split(b"\r\n", 1)[0]

    async def ended(self, limit: float = ENDS_S) -> bool:
        """Has the other side ended it within that time?"""
        try:
            async with asyncio.timeout(limit):
                while await self.reader.read(65_536):
                    pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True


@contextlib.asynccontextmanager
async def raw_socket(
    it: Running, meeting: str, token: str, changed: dict[str, str] | None = None
) -> AsyncIterator[Raw]:
    headers = {
        "Host": f"127.0.0.1:{it.port}", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        **(changed or {}),
    }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    reader, writer = await asyncio.open_connection("127.0.0.1", it.port)
    try:
        writer.write(f"GET /api/meetings/{meeting}/ws?token={token} HTTP/1.1\r\n{lines}\r\n".encode())
        head = b""
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(ENDS_S):
                head = await reader.readuntil(b"\r\n\r\n")
        yield Raw(reader, writer, head)
    finally:
        writer.transport.abort()


async def frames(it: Running) -> AsyncIterator[Tried]:
    """All of them, by somebody who may watch."""
    async with it.client() as owner:
        meeting = (await owner.post("/api/meetings", json={"title": "x"})).json()["id"]
        made = await owner.post("/api/grants", json={"name": "w", "scopes": ["watch"]})
    token = made.json()["token"]
    for what, changed in HANDSHAKES.items():
        async with raw_socket(it, meeting, token, changed) as one:
            yield Tried(f"a handshake {what}", not one.open)
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    async with raw_socket(it, meeting, token, offer) as one:
        yield Tried("packing that was offered", one.open and b"deflate" not in one.head.lower())
    for what, sent in broken():
        async with raw_socket(it, meeting, token) as one:
            with contextlib.suppress(OSError):
                one.writer.write(sent)
                await one.writer.drain()
            yield Tried(f"a frame {what}", one.open and await one.ended())
    floods = {
        "pings that nobody reads the answers to": frame(PING, b"p" * 125),
        "pieces without end": frame(0, b" ", last=False),
        "empty pieces without end": frame(0, b"", last=False),
    }
    for what, piece in floods.items():
        begin = b"" if piece[0] & 0x0F == PING else frame(TEXT, b"[", last=False)
        slowest, more = await _flooded(it, meeting, token, begin, piece)
        yield Tried(f"{what}: {slowest:.0f} ms, {more:.0f} MB", slowest <= SLOWEST_MS and more <= MOST_MB)


async def _flooded(it: Running, meeting: str, token: str, begin: bytes, piece: bytes) -> tuple[float, float]:
    """How long somebody else waits at most meanwhile (ms), and how much memory it takes (MB)."""
    before, slowest = it.memory(), 0.0
    async with raw_socket(it, meeting, token) as one:
        one.writer.write(begin)
        sending = asyncio.create_task(_pour(one, piece))
        while not sending.done():
            asked = time.perf_counter()
            answer = await it.raw(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            slowest = max(slowest, (time.perf_counter() - asked) * 1000 if b" 200 " in answer else 60_000.0)
            await asyncio.sleep(0.01)
        more = it.memory() - before
    return slowest, more


async def _pour(one: Raw, piece: bytes) -> None:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(10):
            for _ in range(FLOOD // 1000):
                one.writer.write(piece * 1000)
                await one.writer.drain()
