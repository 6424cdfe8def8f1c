"""LiveKit's Deepgram client, unmodified: plays a PCM file at real time and prints what it heard as JSON.

Runs in its own environment: `python livekit_deepgram_client.py URL FILE`, FILE is 16 kHz mono s16le.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp
from livekit import rtc
from livekit.agents import stt
from livekit.plugins import deepgram

FRAME = 320


async def play(stream: stt.RecognizeStream, pcm: bytes) -> None:
    begun = time.monotonic()
    for n in range(len(pcm) // (2 * FRAME)):
        await asyncio.sleep(max(0.0, begun + n * 0.02 - time.monotonic()))
        stream.push_frame(rtc.AudioFrame(pcm[n * 2 * FRAME : (n + 1) * 2 * FRAME], 16_000, 1, FRAME))
    stream.end_input()


async def main(url: str, pcm: bytes) -> None:
    words: list[tuple[str, float, float]] = []
    async with aiohttp.ClientSession() as session:
        client = deepgram.STT(
            base_url=url, api_key="local-key", http_session=session, endpointing_ms=300, sample_rate=16_000
        )
        stream = client.stream()
        playing = asyncio.create_task(play(stream, pcm))
        async for event in stream:
            if event.type == stt.SpeechEventType.FINAL_TRANSCRIPT:
                words += [(str(w), w.start_time, w.end_time) for w in event.alternatives[0].words or ()]
        await playing
        await stream.aclose()
    print(json.dumps(words))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]).read_bytes()))
