"""Calls counted word by word: a word is a tone of its own pitch, which a stand-in transcriber hears."""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise

import numpy as np
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

PITCHES = 16
WORD, BETWEEN, PAUSE = 8, 12, 40
"""20 ms frames: a word, the quiet after it, and what follows a sentence of eight."""
SENTENCE = 8
RATE, FRAME = 16_000, 320
LOUD = 3000
QUIET_FRAMES = 4
INTERIM = RATE // 2
PAUSE_FRAMES = 22
"""Quiet for so long ends a sentence."""


def sound() -> Iterator[bytes]:
    """One round of all words as 48 kHz mono s16, one packet's worth at a time."""
    noise = random.Random(1)
    for word in range(PITCHES):
        frames = WORD + BETWEEN + (PAUSE if word % SENTENCE == SENTENCE - 1 else 0)
        for frame in range(frames):
            loud = 16_000 if frame < WORD else 0
            yield struct.pack(
                "<960h",
                *(
                    round(loud * math.sin(2 * math.pi * hertz(word) * (frame * 960 + n) / 48_000))
                    + noise.randrange(-60, 60)
                    for n in range(960)
                ),
            )


def hertz(word: int) -> float:
    """The pitch of a word."""
    return 500.0 + 120.0 * word


class Ear:
    """Words out of 16 kHz mono s16, in any pieces."""

    def __init__(self) -> None:
        self.position = 0
        self.quiet = 0
        self._rest = b""
        self._tone: list[np.ndarray[tuple[int], np.dtype[np.int16]]] = []
        self._since = 0

    @property
    def speaking(self) -> bool:
        """In the middle of a word."""
        return bool(self._tone)

    def hear(self, pcm: bytes) -> list[tuple[str, int, int]]:
        """The words that ended: text, first sample, and the one after the last."""
        data, found = self._rest + pcm, []
        for at in range(0, len(data) - 2 * FRAME + 1, 2 * FRAME):
            frame = np.frombuffer(data[at : at + 2 * FRAME], "<i2")
            if np.abs(frame.astype(np.int32)).max() > LOUD:
                self._since = self._since if self._tone else self.position
                self._tone.append(frame)
                self.quiet = 0
            else:
                self.quiet += 1
                if self._tone and self.quiet >= 2:
                    found.append(self.end())
            self.position += FRAME
        self._rest = data[len(data) // (2 * FRAME) * 2 * FRAME :]
        return found

    def end(self) -> tuple[str, int, int]:
        """The word that is being said, as far as it was heard; less than most of it is a piece."""
        tone, self._tone = np.concatenate(self._tone).astype(np.float32), []
        spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone)), 8192))
        word = round((float(np.argmax(spectrum)) * RATE / 8192 - 500) / 120)
        piece = "" if len(tone) >= (WORD - 3) * FRAME else "cut"
        return f"w{word}{piece}", self._since, self._since + len(tone)


class Transcriber:
    """Deepgram's live wire, as far as a client needs it: a result a sentence, and one a second of quiet."""

    def __init__(self) -> None:
        self.port = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Transcriber]:
        """Listen for as long as the block runs."""
        async with serve(self._serve, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            yield self

    async def _serve(self, socket: ServerConnection) -> None:
        ear, told, shown = Ear(), 0, 0
        words: list[tuple[str, int, int]] = []
        try:
            async for data in socket:
                if isinstance(data, bytes):
                    words += ear.hear(data)
                    over = bool(words) and ear.quiet >= PAUSE_FRAMES
                    still = not words and not ear.speaking and ear.position - told > RATE
                    if not (over or still):
                        if words and ear.position - shown > INTERIM:
                            shown = ear.position
                            await socket.send(_result(told, ear.position, words, final=False))
                        continue
                elif (kind := json.loads(data)["type"]) in ("Finalize", "CloseStream"):
                    words += [ear.end()] if ear.speaking else []
                    await socket.send(_result(told, ear.position, words))
                    told, words = ear.position, []
                    if kind == "CloseStream":
                        await socket.send('{"type":"Metadata"}')
                        return
                    continue
                else:
                    continue
                await socket.send(_result(told, ear.position, words))
                told, words = ear.position, []
        except ConnectionClosed:
            return


def _result(start: int, end: int, words: list[tuple[str, int, int]], *, final: bool = True) -> str:
    told = [
        {"word": text, "punctuated_word": text, "start": begin / RATE, "end": stop / RATE, "confidence": 0.99}
        for text, begin, stop in words
    ]
    text = " ".join(word[0] for word in words)
    return json.dumps(
        {
            "type": "Results", "channel_index": [0, 1], "start": start / RATE, "duration": (end - start) / RATE,
            "is_final": final, "speech_final": final and bool(words),
            "channel": {"alternatives": [{"transcript": text, "confidence": 0.99, "words": told}]},
            "metadata": {"request_id": "proof", "model_info": {}, "model_uuid": "proof"},
        }
    )  # fmt: skip


def differences(words: list[str]) -> tuple[int, int, int]:
    """Words left out, said twice, and cut in two, in what should count round and round.

    A call may begin in the middle of a word.
    """
    words = words[1:] if words and words[0].endswith("cut") else words
    lost = doubled = 0
    whole = [int(word[1:]) for word in words if not word.endswith("cut")]
    for before, word in pairwise(whole):
        step = (word - before - 1) % PITCHES
        lost += step if step <= PITCHES // 2 else 0
        doubled += PITCHES - step if step > PITCHES // 2 else 0
    return lost, doubled, len(words) - len(whole)
