"""A live WHIP session whose way is changed by PATCH."""

from __future__ import annotations

from typing import Any

import httpx
from aiortc import RTCPeerConnection, RTCSessionDescription

from tests.support.whip import SDP, until_connected
from wingman.transports.ice_fragment import MEDIA_TYPE

PATCH = {"Content-Type": MEDIA_TYPE}


async def connected(http: httpx.AsyncClient, connection: RTCPeerConnection, offer: str) -> httpx.Response:
    reply = await http.post("/whip", content=offer, headers=SDP)
    await connection.setRemoteDescription(RTCSessionDescription(reply.text, "answer"))
    await until_connected(connection)
    return reply


def transport(connection: RTCPeerConnection) -> Any:
    return connection.getSenders()[0].transport.transport
