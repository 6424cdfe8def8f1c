"""Peer: WhisperLiveKit's engine with the model in CTranslate2's form, as its documentation shows it.

Arguments and streams as in `speech_pipecat.py`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys

from whisperlivekit import AudioProcessor, TranscriptionEngine

PIECE = 16_000 // 50 * 2


async def tell(results) -> None:
    before = ""
    async for update in results:
        settled = " ".join(line.text.strip() for line in update.lines if line.text).strip()
        if settled != before:
            before = settled
            print(json.dumps(settled), flush=True)


async def main(model: str) -> None:
    engine = TranscriptionEngine(
        model_path=model, backend="faster-whisper", backend_policy="localagreement", lan="en", pcm_input=True
    )
    processor = AudioProcessor(transcription_engine=engine)
    telling = asyncio.ensure_future(tell(await processor.create_tasks()))
    print("READY", flush=True)
    while piece := await asyncio.to_thread(sys.stdin.buffer.read, PIECE):
        await processor.process_audio(piece)
    await processor.process_audio(b"")
    await telling


logging.disable(logging.WARNING)
asyncio.run(main(sys.argv[1]))
