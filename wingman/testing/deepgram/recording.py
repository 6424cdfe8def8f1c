"""What the emulated Deepgram says to a recording: one request, one answer."""

from __future__ import annotations

import hashlib
import io
import uuid
import wave

from wingman.core.json import JsonMapping
from wingman.testing.deepgram.speech import MODEL, Source, StreamOptions, alternative


def samples_of(body: bytes) -> bytes:
    """The samples of a WAV file of 16 kHz mono. Raises `ValueError` with the sentence of the 400 answer."""
    try:
        with wave.open(io.BytesIO(body)) as file:
            if (file.getnchannels(), file.getframerate(), file.getsampwidth()) != (1, 16_000, 2):
                raise ValueError("only 16 kHz mono 16-bit is emulated")
            return bytes(file.readframes(file.getnframes()))
    except (wave.Error, EOFError):
        raise ValueError("failed to process audio: corrupt or unsupported data") from None


def transcript(options: StreamOptions, source: Source, pcm: bytes) -> JsonMapping:
    """The whole answer."""
    source.feed(pcm)
    length = len(pcm) // 2
    words = source.words(-1, length)
    return {
        "metadata": {
            "transaction_key": "deprecated",
            "request_id": str(uuid.uuid4()),
            "sha256": hashlib.sha256(pcm).hexdigest(),
            "created": "2026-01-01T00:00:00.000Z",
            "duration": length / options.rate,
            "channels": 1,
            "models": ["emulated"],
            "model_info": {"emulated": MODEL},
        },
        "results": {"channels": [{"alternatives": [alternative(options, words)]}]},
    }
