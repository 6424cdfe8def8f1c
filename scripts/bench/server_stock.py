"""Peer: aiortc as its documentation shows it, one WebSocket per session. Argument: the providers' port."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import av
import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from serving import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

PROVIDERS = int(sys.argv[1])
peers: set[RTCPeerConnection] = set()
tasks: set[asyncio.Task[None]] = set()


async def transcribe(track) -> None:
    url = f"ws://127.0.0.1:{PROVIDERS}/v1/listen?encoding=linear16&sample_rate=16000"
    resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    with contextlib.suppress(MediaStreamError, ConnectionClosed):
        async with connect(url, compression=None) as socket:
            reader = asyncio.ensure_future(_drain(socket))
            tasks.add(reader)
            while True:
                for frame in resampler.resample(await track.recv()):
                    await socket.send(bytes(frame.planes[0])[: frame.samples * 2])


async def _drain(socket) -> None:
    async for _ in socket:
        pass


async def whip(request: Request) -> Response:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peers.add(peer)
    peer.on("track", lambda track: tasks.add(asyncio.ensure_future(transcribe(track))))
    await peer.setRemoteDescription(RTCSessionDescription((await request.body()).decode(), "offer"))
    await peer.setLocalDescription(await peer.createAnswer())
    return Response(peer.localDescription.sdp, 201, media_type="application/sdp")


serve(uvicorn, Starlette(routes=[Route("/whip", whip, methods=["POST"])]))
