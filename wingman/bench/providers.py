"""Stand-ins for the two providers: they take audio, date it, and answer as little as keeps a client content.

A talkative transcriber answers as a real one does while somebody speaks without a pause.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from wingman.bench.sockets import Chunk, Talk, listening
from wingman.core.json import JsonObject

RESULT_EVERY = 32_000
"""Bytes of audio (one second) after which the transcriber answers."""

INTERIM_EVERY = 16_000
"""Bytes (half a second) after which a talkative one says how far it has come."""
UTTERANCE = 320_000
"""Bytes (ten seconds) of a talkative one's sentences."""
WORD = 8_888
"""Bytes of a word: 36 of them in a sentence."""
BYTES_PER_S = 32_000


class Providers:
    """Both providers behind one port; `on_socket` is asked, per socket, who wants its chunks.

    `talkative`: two interims a second of up to 36 words, in place of one word a second.
    """

    def __init__(self, on_socket: Callable[[str], Chunk], *, talkative: bool = False) -> None:
        self._on_socket = on_socket
        self._talkative = talkative
        self.port = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listen for as long as the block runs."""
        with listening(self._opened) as self.port:
            yield

    def _opened(self, path: str) -> tuple[Talk, Chunk]:
        hume = "expression" in path
        talk = _Hume() if hume else Talkative() if self._talkative else _Deepgram()
        return talk, self._on_socket("emotion" if hume else "transcribe")


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
        word: JsonObject = {
            "word": "word",
            "start": start,
            "end": end,
            "confidence": 0.99,
            "punctuated_word": "Word.",
        }
        return _message(start, end, "Word.", [word], final=True)


class Talkative(_Deepgram):
    """Interims that grow, word by word, into a sentence of ten seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._told = 0

    def heard(self, size: int) -> list[str]:
        self._bytes += size
        final = self._bytes - self._answered >= UTTERANCE
        if not final and self._bytes - self._told < INTERIM_EVERY:
            return []
        self._told = self._bytes
        message = self._sentence(final=final)
        if final:
            self._answered = self._bytes
        return [message]

    def _sentence(self, *, final: bool) -> str:
        begin = self._answered
        words = [
            {
                "word": f"word{number}",
                "start": (begin + number * WORD) / BYTES_PER_S,
                "end": (begin + (number + 1) * WORD) / BYTES_PER_S,
                "confidence": 0.98,
                "punctuated_word": f"Word{number}",
            }
            for number in range((self._bytes - begin) // WORD)
        ]
        text = " ".join(str(word["punctuated_word"]) for word in words)
        return _message(begin / BYTES_PER_S, self._bytes / BYTES_PER_S, text, words, final=final)


def _message(start: float, end: float, text: str, words: list[JsonObject], *, final: bool) -> str:
    return json.dumps(
        {
            "type": "Results",
            "channel_index": [0, 1],
            "start": start,
            "duration": end - start,
            "is_final": final,
            "speech_final": final,
            "channel": {"alternatives": [{"transcript": text, "confidence": 0.99, "words": words}]},
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
