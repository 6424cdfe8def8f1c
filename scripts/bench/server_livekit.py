"""Peer: LiveKit's AgentSession and its Deepgram plugin, fed by aiortc.

LiveKit's own transport speaks to a LiveKit server only, which is in no package registry. So what is measured is
LiveKit Agents from a frame of sound to the provider's socket, behind the media path that `stock` has.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator

import aiohttp
import av
import uvicorn
from aiortc.mediastreams import MediaStreamError
from aiortc_whip import answering
from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.voice.io import AudioInput
from livekit.plugins import deepgram
from serving import serve

PROVIDERS = int(sys.argv[1])
RATE = 16_000
logging.disable(logging.WARNING)


class Track(AudioInput):
    """What LiveKit has of a room's track: an iterator over frames of sound."""

    def __init__(self, track) -> None:
        super().__init__(label="whip")
        self._frames = self._read(track)

    async def __anext__(self) -> rtc.AudioFrame:
        return await anext(self._frames)

    async def _read(self, track) -> AsyncIterator[rtc.AudioFrame]:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        with contextlib.suppress(MediaStreamError):
            while True:
                for frame in resampler.resample(await track.recv()):
                    pcm = bytes(frame.planes[0])[: frame.samples * 2]
                    yield rtc.AudioFrame(pcm, RATE, 1, frame.samples)


async def transcribe(track) -> None:
    async with aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{PROVIDERS}/v1/listen"
        stt = deepgram.STT(api_key="bench", base_url=url, sample_rate=RATE, http_session=http)
        session = AgentSession(stt=stt, turn_detection="manual", user_away_timeout=None)
        session.input.audio = Track(track)
        await session.start(Agent(instructions=""))
        await asyncio.Event().wait()


serve(uvicorn, answering(transcribe))
