"""Stand-ins for the two providers: they take audio, date it, and answer as little as keeps a client content."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from wingman.core.json import JsonObject

RESULT_EVERY = 32_000
"""Bytes of audio (one second) after which the transcriber answers."""

Chunk = Callable[[bytes, float], None]


class Providers:
    """Both providers behind one port; `on_socket` is asked, per socket, who wants its chunks."""

    def __init__(self, on_socket: Callable[[str], Chunk]) -> None:
        self._on_socket = on_socket
        self.port = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listen for as long as the block runs."""
        async with serve(
            self._handle, "127.0.0.1", 0, compression=None, ping_interval=None, max_size=1 << 20
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            yield

    async def _handle(self, socket: ServerConnection) -> None:
        path = socket.request.path if socket.request else ""
        hume = "expression" in path
        chunk = self._on_socket("emotion" if hume else "transcribe")
        talk = _Hume() if hume else _Deepgram()
        try:
            for message in talk.greeting():
                await socket.send(message)
            while True:
                data = await socket.recv()
                if isinstance(data, bytes):
                    chunk(data, time.perf_counter())
                    for message in talk.heard(len(data)):
                        await socket.send(message)
                elif (last := talk.said(data)) is not None:
                    for message in last:
                        await socket.send(message)
                    return
        except ConnectionClosed:
            return


class _Deepgram:
    def __init__(self) -> None:
        self._bytes = 0
        self._answered = 0

    def greeting(self) -> list[str]:
        return []

    def heard(self, size: int) -> list[str]:
        self._bytes += size
        return [self._results()] if self._bytes - self._answered >= RESULT_EVERY else []

    def said(self, text: str) -> list[str] | None:
        kind = json.loads(text).get("type")
        return [self._results(), json.dumps({"type": "Metadata"})] if kind == "CloseStream" else None

    def _results(self) -> str:
        start, self._answered = self._answered / 32_000, self._bytes
        end = self._answered / 32_000
        word = {"word": "word", "start": start, "end": end, "confidence": 0.99, "punctuated_word": "Word."}
        return json.dumps(
            {
                "type": "Results",
                "channel_index": [0, 1],
                "start": start,
                "duration": end - start,
                "is_final": True,
                "speech_final": True,
                "channel": {"alternatives": [{"transcript": "Word.", "confidence": 0.99, "words": [word]}]},
                "metadata": {"request_id": "bench", "model_info": {}, "model_uuid": "bench"},
            }
        )


class _Hume:
    """One endless utterance, measured every three seconds."""

    def __init__(self) -> None:
        self._bytes = 0
        self._measured = 0
        self._count = 0

    def greeting(self) -> list[str]:
        created = {"type": "session.created", "session_id": "bench", "measurement_timer_ms": 3000}
        return [json.dumps(created)]

    def heard(self, size: int) -> list[str]:
        out: list[JsonObject] = []
        if not self._bytes:
            out.append({"type": "utterance.start", "utterance_id": 1, "audio_start_ms": 0})
        self._bytes += size
        if self._bytes - self._measured >= 3 * 32_000:
            out.append(self._measurement())
        return [json.dumps(message) for message in out]

    def said(self, text: str) -> list[str] | None:
        if json.loads(text).get("type") != "session.close":
            return None
        totals = {
            "received": {"audio_duration_ms": self._bytes // 32, "frames": 0},
            "produced": {"utterances": 1, "measurements": self._count},
        }
        closed = {"type": "session.closed", "session_id": "bench", "reason": "client_request", **totals}
        return [json.dumps(closed)]

    def _measurement(self) -> JsonObject:
        start, self._measured = self._measured, self._bytes
        self._count += 1
        return {
            "type": "measurement.result",
            "measurement_id": self._count,
            "utterance_id": 1,
            "audio_start_ms": start // 32,
            "audio_end_ms": self._measured // 32,
            "trigger": "interval",
            "expressions": [{"name": "Interest", "probability": 0.5}],
            "voice_attributes": [],
        }
