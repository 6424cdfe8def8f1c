"""Peer: pipecat's SmallWebRTC transport and its Deepgram service, in the pipeline its examples show."""

from __future__ import annotations

import asyncio
import sys
import warnings

import uvicorn
from loguru import logger
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport
from serving import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PROVIDERS = int(sys.argv[1])
tasks: set[asyncio.Task[None]] = set()
logger.remove()
warnings.simplefilter("ignore", DeprecationWarning)


async def bot(connection: SmallWebRTCConnection) -> None:
    transport = SmallWebRTCTransport(connection, TransportParams(audio_in_enabled=True))
    stt = DeepgramSTTService(api_key="bench", base_url=f"ws://127.0.0.1:{PROVIDERS}")
    pipeline = Pipeline([transport.input(), stt])
    task = PipelineTask(
        pipeline, params=PipelineParams(audio_in_sample_rate=16_000), cancel_on_idle_timeout=False
    )
    await PipelineRunner(handle_sigint=False).run(task)


async def whip(request: Request) -> Response:
    connection = SmallWebRTCConnection(ice_servers=[])
    await connection.initialize(sdp=(await request.body()).decode(), type="offer")
    tasks.add(asyncio.ensure_future(bot(connection)))
    return Response(connection.get_answer()["sdp"], 201, media_type="application/sdp")


serve(uvicorn, Starlette(routes=[Route("/whip", whip, methods=["POST"])]))
