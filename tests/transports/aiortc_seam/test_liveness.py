"""A sign of life is a datagram, whatever it holds."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from wingman.transports.aiortc_seam.liveness import Liveness


class Socket:
    """What aioice reads datagrams with."""

    def __init__(self) -> None:
        self.taken: list[tuple[object, object]] = []

    def datagram_received(self, data: object, address: object) -> None:
        self.taken.append((data, address))


async def test_each_datagram_is_noted_and_goes_on() -> None:
    life, sockets = Liveness(), [Socket(), Socket()]
    life.watch_way(SimpleNamespace(_protocols=sockets))
    began = life.seen
    await asyncio.sleep(0.002)
    assert life.seen == began
    sockets[1].datagram_received(b"a check", ("127.0.0.1", 9))
    assert life.seen > began
    assert [socket.taken for socket in sockets] == [[], [(b"a check", ("127.0.0.1", 9))]]
