"""A v0 expression gateway written from the vendor's published specification alone, to judge ours from outside.

It imports nothing of the product. What a voice or a face shows is planted in the material itself, so its
answers can be checked without any model: a faint tone mixed into speech names an emotion, another one alone
names a vocal burst, and the colour of a picture's left or right half names what a face expresses.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import json
import time
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

NAMES = (
    "Admiration", "Adoration", "Aesthetic Appreciation", "Amusement", "Anger", "Anxiety", "Awe", "Awkwardness",
    "Boredom", "Calmness", "Concentration", "Confusion", "Contemplation", "Contempt", "Contentment", "Craving",
    "Desire", "Determination", "Disappointment", "Disgust", "Distress", "Doubt", "Ecstasy", "Embarrassment",
    "Empathic Pain", "Entrancement", "Envy", "Excitement", "Fear", "Guilt", "Horror", "Interest", "Joy", "Love",
    "Nostalgia", "Pain", "Pride", "Realization", "Relief", "Romance", "Sadness", "Satisfaction", "Shame",
    "Surprise (negative)", "Surprise (positive)", "Sympathy", "Tiredness", "Triumph",
)  # fmt: skip
VOICE_TONES: Mapping[int, str] = {
    3100: "Doubt", 3300: "Anger", 3500: "Joy", 3700: "Interest", 3900: "Disappointment", 4100: "Frustration",
    4300: "Excitement",
}  # fmt: skip
"""Hertz of the tone mixed into speech → what that speech sounds like."""
BURST_TONES: Mapping[int, str] = {5500: "Laugh", 5800: "Sigh", 6100: "Gasp", 6400: "Groan"}
FACE_COLOURS: Mapping[str, tuple[int, int, int]] = {
    "Joy": (230, 60, 60), "Doubt": (60, 200, 60), "Confusion": (60, 60, 230), "Concentration": (220, 220, 60),
    "Boredom": (60, 210, 210),
}  # fmt: skip
RATE = 16_000
STEP = RATE // 10

Message = dict[str, Any]


def _flat(code: str, text: str) -> Message:
    return {"error": text, "code": code}


Shape = Callable[[str, str], Any]

SHAPES: Mapping[str, Shape] = {
    "nested": lambda code, text: {"error": {"code": code, "message": text}},
    "flat": _flat,
    "warning": lambda code, text: {"warning": text, "code": code},
    "model": lambda code, text: {"prosody": {"warning": text, "code": code}},
    "model-error": lambda code, text: {"prosody": {"error": {"code": code, "message": text}}},
    "bare": lambda code, text: {"code": code, "message": text},
    "typed": lambda code, text: {"type": "error", "code": code, "message": text},
    "list": lambda code, text: [{"error": {"code": code, "message": text}}],
    "deep": lambda code, text: {"error": {"error": {"code": code.lower(), "message": text}}},
    "words": lambda code, text: f"{code}: {text}",
}
"""The ways in which the pages, the packages and the samples write a code down."""


@dataclass(slots=True)
class Ways:
    """How this gateway behaves where the specification leaves it open."""

    key: str = "spec-key"
    warnings: str = "nested"
    """Shape of the warning for a clip without speech."""
    reply_s: float = 0.0
    score: float = 0.77
    session_s: float = 1800.0
    idle_s: float = 60.0
    limit: int = 1000
    """Connections the plan allows at once."""
    greeting: Any = None
    """A message sent without being asked for, as soon as a socket is open."""
    refusals: Mapping[int, tuple[int, Any]] = field(default_factory=dict)
    """Status and body of handshake number n (from 1)."""
    echo: bool = True
    """Repeat a request's name in its answer."""
    closings: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    """Close code and reason in place of the answer to request number n."""
    bursts: str = "descriptions"
    """Where the kind of a burst stands: `descriptions` or, as the specification shows it, `emotions`."""


@dataclass(slots=True)
class Seen:
    """What one connection carried."""

    opened: float
    frames: int = 0
    bytes: int = 0
    audio: int = 0
    """Samples of audio in the clips."""
    pictures: int = 0
    texts: int = 0
    close_code: int | None = None
    requests: list[Message] = field(default_factory=list)
    """Without their data."""


class Gateway:
    """`async with Gateway() as gateway:` then connect to `gateway.url`."""

    def __init__(self, ways: Ways | None = None, script: Mapping[int, Any] | None = None) -> None:
        """`script` answers request number n (from 1, over all connections) with exactly this."""
        self.ways = ways or Ways()
        self.script = dict(script or {})
        self.seen: list[Seen] = []
        self.requests = 0
        self.refused: list[int] = []
        self.handshakes = 0
        self.arrivals: list[tuple[float, str]] = []
        """Loop time and kind (`audio`, `picture`, `text`) of every request that carried something."""
        self._server: Server | None = None
        self._open = 0
        self.most_open = 0
        """Connections that were open at once."""

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"

    @property
    def received(self) -> int:
        """Bytes of all frames."""
        return sum(one.bytes for one in self.seen)

    @property
    def audio(self) -> int:
        return sum(one.audio for one in self.seen)

    @property
    def pictures(self) -> int:
        return sum(one.pictures for one in self.seen)

    async def __aenter__(self) -> Gateway:
        self._server = await serve(
            self._serve, "127.0.0.1", 0, process_request=self._admit, max_size=8 << 20, compression=None
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        path, _, query = request.path.partition("?")
        if path != "/v0/stream/models":
            return self._refuse(404)
        named = request.headers.get("X-Hume-Api-Key") == self.ways.key
        if not named and f"apiKey={self.ways.key}" not in query:
            return self._refuse(401)
        self.handshakes += 1
        if scripted := self.ways.refusals.get(self.handshakes):
            return self._refuse(*scripted)
        return self._refuse(429) if self._open >= self.ways.limit else None

    def _refuse(self, status: int, said: Any = None) -> Response:
        self.refused.append(status)
        body = json.dumps(said or {"message": "refused"}).encode()
        return Response(status, "refused", Headers({"Content-Length": str(len(body))}), body)

    async def _serve(self, connection: ServerConnection) -> None:
        seen = Seen(time.monotonic())
        self.seen.append(seen)
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        born = asyncio.get_running_loop().time()
        try:
            if self.ways.greeting is not None and len(self.seen) == 1:
                await connection.send(json.dumps(self.ways.greeting))
            while True:
                async with asyncio.timeout(self.ways.idle_s):
                    line = await connection.recv()
                if asyncio.get_running_loop().time() - born > self.ways.session_s:
                    await connection.close(1000, "session limit")
                    return
                seen.frames += 1
                seen.bytes += len(line.encode() if isinstance(line, str) else line)
                reply = self._answer(line, seen)
                if self.ways.reply_s:
                    await asyncio.sleep(self.ways.reply_s)
                if self.requests in self.ways.closings:
                    await connection.close(*self.ways.closings[self.requests])
                    return
                await connection.send(json.dumps(reply))
        except TimeoutError:
            await connection.close(1000, "inactivity")
        except ConnectionClosed:
            pass
        finally:
            self._open -= 1
            seen.close_code = connection.close_code

    def _answer(self, line: str | bytes, seen: Seen) -> Any:
        self.requests += 1
        try:
            asked = json.loads(line)
        except ValueError:
            return _flat("E0100", "not JSON")
        seen.requests.append({name: value for name, value in asked.items() if name != "data"})
        told = {"payload_id": asked["payload_id"]} if self.ways.echo and "payload_id" in asked else {}
        if self.requests in self.script:
            self._count(asked, seen)
            scripted = self.script[self.requests]
            return told | scripted if isinstance(scripted, dict) else scripted
        return told | self._predict(asked, seen)

    def _count(self, asked: Message, seen: Seen) -> NDArray[np.int16] | bytes | None:
        """What the request carries, counted."""
        now = asyncio.get_running_loop().time()
        data = asked.get("data")
        if data is None:
            return None
        if asked.get("raw_text"):
            seen.texts += 1
            self.arrivals.append((now, "text"))
            return None
        media = base64.b64decode(data, validate=True)
        if media.startswith((b"\xff\xd8", b"\x89PNG")):
            seen.pictures += 1
            self.arrivals.append((now, "picture"))
            return media
        with wave.open(io.BytesIO(media)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
            audio = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        seen.audio += len(audio)
        self.arrivals.append((now, "audio"))
        return audio

    def _predict(self, asked: Message, seen: Seen) -> Message:
        try:
            media = self._count(asked, seen)
        except binascii.Error:
            return _flat("E0201", "not base64")
        except (wave.Error, EOFError, AssertionError):
            return _flat("E0200", "not a media file")
        models = asked.get("models") or {}
        if asked.get("raw_text"):
            return _language(asked["data"], self.ways.score)
        if media is None:
            return {}
        if isinstance(media, bytes):
            return _faces(media, self.ways.score)
        if len(media) > 5 * RATE:
            return _flat("E0203", "longer than 5000 ms")
        return self._voice(media, models)

    def _voice(self, audio: NDArray[np.int16], models: Message) -> Message:
        reply: Message = {}
        marks = marks_of(audio)
        if "prosody" in models:
            spoken = _runs(marks, lambda mark: mark in VOICE_TONES.values() or mark == "speech")
            items = [
                {
                    "time": {"begin": a / 10, "end": min(b / 10, len(audio) / RATE)},
                    "emotions": self._scores(found),
                }
                for a, b, found in spoken
            ]
            reply["prosody"] = {"predictions": items}
            if not items:
                reply |= self._warn("prosody", "W0105", "No speech detected.")
        if "burst" in models:
            heard = _runs(marks, lambda mark: mark in BURST_TONES.values())
            reply["burst"] = {"predictions": [self._burst(a, b, found) for a, b, found in heard]}
            if not heard:
                reply["burst"] = {"predictions": [], "warning": "No vocal bursts detected.", "code": "W0101"}
        return reply

    def _warn(self, model: str, code: str, text: str) -> Any:
        shape = self.ways.warnings
        if shape == "nested-model":
            return {model: {"warning": text, "code": code}}
        return SHAPES[shape](code, text)

    def _scores(self, found: Mapping[str, int]) -> list[Message]:
        """All names; each marked emotion scores by its share of the stretch."""
        whole = sum(found.values())
        marked = {name: self.ways.score * n / whole for name, n in found.items() if name != "speech"}
        return [{"name": name, "score": marked.get(name, 0.03)} for name in sorted({*NAMES, *marked})]

    def _burst(self, begin: int, end: int, found: Mapping[str, int]) -> Message:
        kind = max(found, key=lambda name: found[name])
        item: Message = {"time": {"begin": begin / 10, "end": end / 10}}
        if self.ways.bursts == "emotions":
            return item | {"emotions": [{"name": kind, "score": 0.91}]}
        names = [{"name": name, "score": 0.04} for name in NAMES]
        return item | {"emotions": names, "descriptions": [{"name": kind, "score": 0.91}]}


def marks_of(audio: NDArray[np.int16]) -> list[str]:
    """Per tenth of a second: the emotion, the burst, `speech` without a mark, or nothing."""
    marks = []
    tones = {**VOICE_TONES, **BURST_TONES}
    at = np.arange(STEP) / RATE
    basis = {name: np.exp(-2j * np.pi * hertz * at) for hertz, name in tones.items()}
    for start in range(0, len(audio), STEP):
        part = audio[start : start + STEP].astype(np.float64)
        if len(part) < STEP // 2:
            break
        level = float(np.sqrt(np.mean(part**2)))
        power = {name: abs(np.dot(part, wave[: len(part)])) / len(part) for name, wave in basis.items()}
        best = max(power, key=lambda name: power[name])
        if power[best] > 120:
            marks.append(best)
        else:
            marks.append("speech" if level > 1000 else "")
    return marks


def _runs(marks: list[str], wanted: Callable[[str], bool]) -> list[tuple[int, int, dict[str, int]]]:
    """Stretches of wanted marks (a gap of two tenths does not end one), with how often each occurs."""
    runs: list[tuple[int, int, dict[str, int]]] = []
    for n, mark in enumerate(marks):
        if not wanted(mark):
            continue
        if runs and n - runs[-1][1] <= 2:
            begin, _, found = runs.pop()
        else:
            begin, found = n, {}
        found[mark] = found.get(mark, 0) + 1
        runs.append((begin, n + 1, found))
    return runs


CUES = {"great": "Joy", "expensive": "Doubt", "unacceptable": "Anger", "sorry": "Guilt"}


def _language(text: str, score: float) -> Message:
    label = next((label for cue, label in CUES.items() if cue in text.lower()), "Calmness")
    emotions = [{"name": name, "score": score if name == label else 0.02} for name in NAMES]
    item = {"text": text, "position": {"begin": 0, "end": len(text)}, "emotions": emotions}
    return {"language": {"predictions": [item]}}


def _faces(picture: bytes, score: float) -> Message:
    with av.open(io.BytesIO(picture), "r") as file:
        pixels = next(file.decode(video=0)).to_ndarray(format="rgb24").astype(float)
    if max(pixels.shape[:2]) > 3000:
        return _flat("E0205", "larger than 3000 x 3000")
    height, width = pixels.shape[:2]
    items = []
    for n, part in enumerate((pixels[:, : width // 2], pixels[:, width // 2 :])):
        colour = part[height // 4 : 3 * height // 4].mean(axis=(0, 1))
        apart = {name: float(np.abs(colour - np.array(rgb)).sum()) for name, rgb in FACE_COLOURS.items()}
        best = min(apart, key=lambda name: apart[name])
        if apart[best] < 90:
            emotions = [{"name": name, "score": score if name == best else 0.03} for name in NAMES]
            box = {"x": n * width / 2, "y": 0.0, "w": width / 2, "h": float(height)}
            items.append(
                {"frame": 0, "time": 0, "bbox": box, "prob": 0.99, "face_id": f"face_{n}", "emotions": emotions}
            )
    if not items:
        return {"face": {"warning": "No faces detected.", "code": "W0103"}}
    return {"face": {"predictions": items}}


def speech(seconds: float, emotion: str = "", seed: int = 0) -> NDArray[np.int16]:
    """Something like speech, with its mark."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(seconds * RATE)) / RATE
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4.2 * at + rng.uniform(0, 6))
    voice = sum(np.sin(2 * np.pi * 120 * n * at + rng.uniform(0, 6)) / n for n in range(1, 12))
    sound = 3500 * syllables * voice + rng.normal(0, 60, len(at))
    for hertz, name in VOICE_TONES.items():
        if name == emotion:
            sound = sound + 700 * np.sin(2 * np.pi * hertz * at)
    return np.clip(sound, -32000, 32000).astype(np.int16)


def burst(seconds: float, kind: str) -> NDArray[np.int16]:
    """A vocal burst: its mark, breathy."""
    at = np.arange(int(seconds * RATE)) / RATE
    hertz = next(h for h, name in BURST_TONES.items() if name == kind)
    return np.asarray(1500 * np.sin(2 * np.pi * hertz * at), np.int16)


def picture(left: str = "", right: str = "", width: int = 320, height: int = 180) -> bytes:
    """A JPEG with a face in either half."""
    pixels = np.full((height, width, 3), 20, np.uint8)
    for n, name in enumerate((left, right)):
        if name:
            pixels[:, n * width // 2 : (n + 1) * width // 2] = FACE_COLOURS[name]
    out = io.BytesIO()
    with av.open(out, "w", format="mjpeg") as file:
        stream = file.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        for packet in (*stream.encode(frame), *stream.encode()):
            file.mux(packet)
    return out.getvalue()
