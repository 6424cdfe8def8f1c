"""What may answer a WebSocket handshake instead of a provider, as raw bytes; and addresses that are none."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Odd:
    """Bytes to answer with (then the connection is closed unless it `hangs`), or an address to use instead."""

    answer: bytes = b""
    hangs: bool = False
    url: str = ""


def _status(status: int, *headers: str, body: bytes = b"") -> Odd:
    head = "".join(f"{line}\r\n" for line in (*headers, f"Content-Length: {len(body)}"))
    return Odd(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode("latin-1") + body)


LOCATIONS = (
    "https://login.example/",
    "http://127.0.0.1:99999/",
    "ws://[::/",
    "ws://a..b/",
    "ws://127.0.0.1:0/",
    "wss://127.0.0.1:1/",
    "//elsewhere/",
    "/again",
    "",
    "javascript:alert(1)",
    "ws://\xfc\xf6.example/",
    "ws://user:pass@127.0.0.1:1/",
)
URLS = (
    "ws://a..b/",
    "ws://127.0.0.1:99999",
    "ws://[::/",
    "ws://127.0.0.1:0",
    "ws://" + "x" * 300 + ".example",
    "ws://\u2603.invalid",
    "ws://exa mple.invalid",
    "ws://127.0.0.1:1",
)
BODIES = (b"<html>sign in</html>", b"{", b"\xff" * 100, b"")

ODDITIES: dict[str, Odd] = {
    **{
        f"{status} to {where!r}": _status(status, f"Location: {where}")
        for status, where in itertools.product((301, 302, 307), LOCATIONS)
    },
    **{f"address {url[:40]!r}": Odd(url=url) for url in URLS},
    **{f"200 with {body[:12]!r}": _status(200, "Content-Type: text/html", body=body) for body in BODIES},
    **{f"status {status}": _status(status) for status in (100, 101, 204, 304, 418, 421, 451, 511, 599, 999)},
    "nothing": Odd(),
    "silence": Odd(hangs=True),
    "not http": Odd(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "half a status line": Odd(b"HTTP/1.1 10"),
    "zeros": Odd(b"\0" * 4096),
    "a header without an end": Odd(b"HTTP/1.1 101 X\r\nUpgrade: " + b"w" * 100_000),
    "many headers": Odd(b"HTTP/1.1 101 X\r\n" + b"A: b\r\n" * 5000),
    "a wrong accept key": Odd(
        b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n"
    ),
    "TLS on a plain port": Odd(b"\x15\x03\x01\x00\x02\x02\x46"),
    "an old HTTP version": Odd(b"HTTP/0.9 200 OK\r\n\r\n"),
    "a chunked refusal": Odd(b"HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"),
    "a negative length": Odd(b"HTTP/1.1 403 X\r\nContent-Length: -5\r\n\r\n"),
}


@contextlib.asynccontextmanager
async def odd_server(odd: Odd) -> AsyncIterator[str]:
    """A server that answers every connection like that; its address (or the odd one)."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.read(65_536)
            writer.write(odd.answer)
            await writer.drain()
            if odd.hangs:
                await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield odd.url or f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
