"""The vendor's unmodified `hume-expression-measurement` 0.1.0 against a local emulator.

Run by the interpreter of the SDK's own environment: `hume_realtime_client.py WS_URL HTTP_URL`. Prints one JSON
object of facts; whoever started it judges them.
"""

from __future__ import annotations

import asyncio
import io
import json
import math
import struct
import sys
import wave

from hume_expression_measurement import (
    AsyncExpressionMeasurementClient,
    AudioSessionUpdate,
    ExpressionMeasurementClient,
    SessionClose,
)
from hume_expression_measurement.core.api_error import ApiError
from hume_expression_measurement.environment import ExpressionMeasurementClientEnvironment

RATE = 16_000


def recording() -> bytes:
    """Half a second of silence, 4.2 s of tone, 1 s of silence."""
    tone = (int(7000 * math.sin(2 * math.pi * 220 * n / RATE)) for n in range(int(4.2 * RATE)))
    voiced = b"".join(struct.pack("<h", sample) for sample in tone)
    return bytes(RATE) + voiced + bytes(2 * RATE)


def as_wav(pcm: bytes) -> bytes:
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return packed.getvalue()


async def session(client: AsyncExpressionMeasurementClient, pcm: bytes) -> list[dict]:
    """One realtime session over `pcm`, as fast as real time allows."""
    heard: list[dict] = []

    async def listen(socket: object) -> None:
        async for message in socket:
            heard.append(message.model_dump(mode="json"))
            heard[-1]["class"] = type(message).__name__

    async with client.audio.connect() as socket:
        listening = asyncio.create_task(listen(socket))
        await socket.send_audio_session_update(
            AudioSessionUpdate(type="session.update", measurement_timer_ms=3000)
        )
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for at in range(0, len(pcm), 3200):
            await asyncio.sleep(max(0.0, begun + at / 32_000 - loop.time()))
            await socket.send_audio_frame(pcm[at : at + 3200])
        await socket.send_audio_session_close(SessionClose(type="session.close"))
        await asyncio.wait_for(listening, 10)
    return heard


async def refused(base: str, ws: str) -> int:
    environment = ExpressionMeasurementClientEnvironment(base=base, production=ws)
    client = AsyncExpressionMeasurementClient(environment=environment, api_key="wrong-key")
    try:
        async with client.audio.connect():
            return 101
    except ApiError as error:
        return error.status_code


async def main(ws: str, http: str) -> None:
    environment = ExpressionMeasurementClientEnvironment(base=http, production=ws)
    client = AsyncExpressionMeasurementClient(environment=environment, api_key="local-key")
    pcm = recording()
    heard = await session(client, pcm)
    upload = await client.audio.measure(file=("clip.wav", as_wav(pcm), "audio/wav"))
    runs = await client.runs.list()
    run = await client.runs.get(upload.run_id)
    blocking = ExpressionMeasurementClient(environment=environment, api_key="local-key")
    again = blocking.audio.measure(file=("clip.pcm", pcm, "application/octet-stream"))
    facts = {
        "heard": heard,
        "sent_ms": len(pcm) // 32,
        "sent_frames": math.ceil(len(pcm) / 3200),
        "upload": upload.model_dump(mode="json"),
        "upload_raw": again.model_dump(mode="json"),
        "run": run.model_dump(mode="json"),
        "runs": len([one async for one in runs] if hasattr(runs, "__aiter__") else runs.runs),
        "refused": await refused(http, ws),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
