"""Peer: aiortc as its documentation shows it, one WebSocket per session. Argument: the providers' port."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import av
import uvicorn
from aiortc.mediastreams import MediaStreamError
from aiortc_whip import answering, tasks
from serving import serve
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

PROVIDERS = int(sys.argv[1])


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


serve(uvicorn, answering(transcribe))
