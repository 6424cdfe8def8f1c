"""What the peers behind aiortc share: a WHIP endpoint as its documentation shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

peers: set[RTCPeerConnection] = set()
tasks: set[asyncio.Task[None]] = set()


def answering(transcribe: Callable[[Any], Coroutine[Any, Any, None]]) -> Starlette:
    """An application that runs `transcribe` for each track it is offered."""

    async def whip(request: Request) -> Response:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peers.add(peer)
        peer.on("track", lambda track: tasks.add(asyncio.ensure_future(transcribe(track))))
        await peer.setRemoteDescription(RTCSessionDescription((await request.body()).decode(), "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        return Response(peer.localDescription.sdp, 201, media_type="application/sdp")

    return Starlette(routes=[Route("/whip", whip, methods=["POST"])])
