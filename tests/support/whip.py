"""A WHIP client over ASGI, and real peers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
from aiortc import RTCConfiguration, RTCPeerConnection

from tests.support.http import http_client
from tests.support.until import until
from wingman.transports import aiortc_seam as seam

SDP = {"Content-Type": "application/sdp"}


@asynccontextmanager
async def client(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(url) as http:
        yield http


@asynccontextmanager
async def peer(tracks: int = 1) -> AsyncIterator[tuple[RTCPeerConnection, str]]:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        for _ in range(tracks):
            connection.addTransceiver("audio", direction="sendonly")
        with seam.host_addresses(("127.0.0.1",)):
            await connection.setLocalDescription(await connection.createOffer())
        yield connection, connection.localDescription.sdp
    finally:
        await connection.close()


def packets(count: int) -> Sequence[bytes]:
    from tests.transports.support import tone
    from wingman.transports.whip_client import encode

    return [bytes(packet) for packet in encode(iter([tone(440, count / 50)]))]


async def until_connected(connection: RTCPeerConnection) -> None:
    await until(lambda: connection.connectionState == "connected")
