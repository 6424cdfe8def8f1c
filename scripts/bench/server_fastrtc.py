"""Peer: fastrtc with an AsyncStreamHandler that sends to one WebSocket per session."""

from __future__ import annotations

import asyncio
import sys

import uvicorn
from fastapi import FastAPI, Request, Response
from fastrtc import AsyncStreamHandler, Stream
from serving import serve
from websockets.asyncio.client import connect

PROVIDERS = int(sys.argv[1])
tasks: set[asyncio.Task[None]] = set()


class Transcribe(AsyncStreamHandler):
    """What fastrtc hands each connection's sound to."""

    def __init__(self) -> None:
        super().__init__(input_sample_rate=16_000)
        self.socket = None

    def copy(self) -> Transcribe:
        return Transcribe()

    async def start_up(self) -> None:
        url = f"ws://127.0.0.1:{PROVIDERS}/v1/listen?encoding=linear16&sample_rate=16000"
        self.socket = await connect(url, compression=None)
        task = asyncio.ensure_future(self._drain())
        tasks.add(task)

    async def _drain(self) -> None:
        async for _ in self.socket:
            pass

    async def receive(self, frame) -> None:
        if self.socket is not None:
            await self.socket.send(frame[1].tobytes())

    async def emit(self):
        return await asyncio.sleep(3600)


app = FastAPI()
stream = Stream(
    Transcribe(),
    modality="audio",
    mode="send",
    concurrency_limit=200,
    server_rtc_configuration={"iceServers": []},
)
stream.mount(app)


@app.post("/whip")
async def whip(request: Request) -> Response:
    body = {
        "sdp": (await request.body()).decode(),
        "type": "offer",
        "webrtc_id": str(id(request)) + str(len(tasks)),
    }
    answer = await stream.handle_offer(body, set_outputs=stream.set_additional_outputs(body["webrtc_id"]))
    return Response(answer["sdp"], 201, media_type="application/sdp")


serve(uvicorn, app)
