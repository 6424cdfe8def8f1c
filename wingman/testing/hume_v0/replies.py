"""What a v0 gateway answers to one request: validation with the vendor's codes, then predictions. Pure.

Where what was published leaves a shape open, `Manner` chooses.
"""

from __future__ import annotations

import binascii
import io
import math
import re
import wave
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import av
import msgspec
import numpy as np
from numpy.typing import NDArray

from wingman.testing.hume_v0 import shapes
from wingman.testing.hume_v0.names import BURSTS, LANGUAGE, VOICE
from wingman.testing.hume_v0.shapes import ErrorShape, Message, WarningShape
from wingman.testing.voice_activity import Onset, VoiceDetector

RATE = 16_000
MAX_CLIP_S = 5.0
MAX_TEXT = 10_000
MAX_SIDE = 3_000
MEMBERS = frozenset(
    {"data", "models", "raw_text", "stream_window_ms", "reset_stream", "job_details", "payload_id"}
)
OPTIONS: dict[str, frozenset[str]] = {
    "prosody": frozenset(),
    "burst": frozenset(),
    "facemesh": frozenset(),
    "language": frozenset({"granularity", "sentiment", "toxicity"}),
    "face": frozenset(
        {"facs", "descriptions", "identify_faces", "fps_pred", "prob_threshold", "min_face_size"}
    ),
}
NUMBERS = frozenset({"fps_pred", "prob_threshold", "min_face_size"})
LINE = 12
"""A mouth or an eye has about this many pixels in a drawn test picture: smaller ones hold no face."""

Samples = NDArray[np.int16]
Pixels = NDArray[Any]
"""Height x width x red, green and blue, 0 to 255."""
Judge = Callable[[Samples, "int | None"], str]
"""The emotion that is strongest in a stretch of audio, by its vendor name; empty for none.

The number says where it begins on the client's timeline, in samples, when the client named its clip after that.
"""
CLIP = re.compile(r"clip-(\d+)")
"""How a client may name a clip after its first sample, so that a scenario can be followed."""


class Refusal(Exception):
    """The request cannot be served; becomes an error reply."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Manner:
    """How a gateway answers, where what was published leaves it open."""

    errors: ErrorShape = "flat"
    warnings: WarningShape = "model"
    strongest: float = 0.72
    """Score of the emotion that stands out; above 1 is possible."""
    languages: bool = False
    """Take `prosody: {"language": …}`, which the specification shows and the vendor's packages never had."""


@dataclass(slots=True)
class Stream:
    """What one connection remembers between requests."""

    judge: Judge
    manner: Manner = Manner()
    models: Message | None = None
    """What a bare configuration message asked for: later ones may hold nothing but data."""
    job_id: str = field(default_factory=lambda: str(uuid4()))
    heard: Samples = field(default_factory=lambda: np.zeros(0, np.int16))
    """The sliding window of earlier audio."""
    audio: Samples = field(default_factory=lambda: np.zeros(0, np.int16))
    """The audio of the request served last (for whoever counts clips)."""
    seconds: float = 0.0
    """Audio taken in so far."""
    start: int | None = None
    """Where the clip served last begins on the client's timeline, if its name says so."""

    def moment(self, offset: int) -> int | None:
        """A place in the clip served last, on the client's timeline."""
        return None if self.start is None else self.start + offset


def answer(line: str, stream: Stream) -> Message:
    """The one reply to one request."""
    payload_id: str | None = None
    stream.audio = stream.heard[:0]
    try:
        request = _parse(line)
        payload_id = request.get("payload_id")
        named = CLIP.fullmatch(str(payload_id))
        stream.start = int(named[1]) if named else None
        reply = _serve(request, stream)
    except Refusal as refusal:
        reply = shapes.error(refusal.code, refusal.text, stream.manner.errors)
    return reply | ({"payload_id": payload_id} if payload_id is not None else {})


def _parse(line: str) -> Message:
    try:
        request = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal("E0100", "The request is not valid JSON.") from None
    if not isinstance(request, dict):
        raise Refusal("E0101", "The request must be an object.")
    if unknown := sorted(set(request) - MEMBERS):
        raise Refusal("E0101", f"{unknown[0]}: Extra inputs are not permitted")
    window = request.get("stream_window_ms")
    if window is not None and not (isinstance(window, int | float) and 500 <= window <= 10_000):
        raise Refusal("E0101", "stream_window_ms: must lie between 500 and 10000")
    return request


def _serve(request: Message, stream: Stream) -> Message:
    if request.get("reset_stream"):
        stream.heard = stream.heard[:0]
    reply: Message = {}
    if request.get("job_details"):
        reply["job_details"] = {"job_id": stream.job_id}
    if request.get("data") is None:
        if request.get("models") is not None:
            stream.models = _models(request["models"], stream.manner)
        elif not request.get("job_details") and not request.get("reset_stream"):
            raise Refusal("E0101", "data: Field required")
        return reply
    models = _models(request.get("models", stream.models), stream.manner)
    data = request["data"]
    if not isinstance(data, str):
        raise Refusal("E0101", "data: Input should be a valid string")
    if request.get("raw_text"):
        return reply | _text(data, models)
    return reply | _media(data, models, request, stream)


def _models(models: Any, manner: Manner) -> dict[str, Message]:
    if not isinstance(models, dict) or not any(options is not None for options in models.values()):
        raise Refusal("E0101", "models: at least one model is required")
    chosen = {name: options for name, options in models.items() if options is not None}
    for name, options in chosen.items():
        if name not in OPTIONS:
            raise Refusal("E0101", f"models.{name}: Extra inputs are not permitted")
        if not isinstance(options, dict):
            raise Refusal("E0101", f"models.{name}: Input should be an object")
        known = OPTIONS[name] | ({"language"} if name == "prosody" and manner.languages else set())
        if unknown := sorted(set(options) - known):
            raise Refusal("E0101", f"models.{name}.{unknown[0]}: Extra inputs are not permitted")
        for option in sorted(NUMBERS & set(options)):
            if not _positive(options[option]):
                raise Refusal("E0101", f"models.{name}.{option}: Input should be a positive number")
    return chosen


def _positive(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value > 0)


def _media(data: str, models: dict[str, Message], request: Message, stream: Stream) -> Message:
    if set(models) == {"facemesh"} and data.lstrip().startswith("["):
        return _landmarks(data)
    try:
        media = b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("E0201", "data is not valid base64.") from None
    if media.startswith((b"\x89PNG", b"\xff\xd8")):
        return _image(media, models, stream.manner)
    if set(models) <= {"face", "facemesh"} and media[:4] != b"RIFF":
        return _video(media, models, stream.manner)
    if set(models) - {"prosody", "burst"}:
        raise Refusal("E0102", "A model that was asked for does not take audio.")
    audio = _decode(media)
    stream.audio = audio
    stream.seconds += len(audio) / RATE
    window = int(float(request.get("stream_window_ms") or 5000) * RATE / 1000)
    whole = np.concatenate((stream.heard, audio))[-max(window, len(audio)) :]
    stream.heard = whole
    return _voice(whole, models, stream)


def _decode(media: bytes) -> Samples:
    """The clip as 16 kHz mono; the header is believed, whatever it says."""
    try:
        if media[:4] == b"RIFF":
            return _wav(media)
        return _container(media)
    except (wave.Error, EOFError, av.FFmpegError, ValueError, IndexError):
        raise Refusal("E0200", "Failed to parse data as a valid media file") from None


def _wav(media: bytes) -> Samples:
    with wave.open(io.BytesIO(media)) as file:
        channels, width, rate, frames = file.getparams()[:4]
        if width != 2:
            raise wave.Error("only 16-bit samples")
        raw = np.frombuffer(file.readframes(frames), dtype="<i2").reshape(-1, channels)
    _check_length(len(raw) / rate)
    mono = raw[:, 0] if channels == 1 else raw.mean(axis=1).astype(np.int16)
    if rate == RATE:
        return mono
    at = np.arange(int(len(mono) * RATE / rate)) * (rate / RATE)
    return np.asarray(np.interp(at, np.arange(len(mono)), mono), dtype=np.int16)


def decoded(media: bytes) -> Samples:
    """The sound of a media file as 16 kHz mono. Raises `Refusal`, `FFmpegError` or `ValueError`."""
    with av.open(io.BytesIO(media), "r") as file:
        if not file.streams.audio:
            raise Refusal("E0202", "No audio was found.")
        resampler = av.AudioResampler("s16", "mono", RATE)
        parts = [
            part.to_ndarray().reshape(-1)
            for frame in file.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts).astype(np.int16) if parts else np.zeros(0, np.int16)


def _container(media: bytes) -> Samples:
    audio = decoded(media)
    _check_length(len(audio) / RATE)
    return audio


def _check_length(seconds: float) -> None:
    if not seconds:
        raise Refusal("E0202", "No audio was found.")
    if seconds > MAX_CLIP_S + 1e-9:
        raise Refusal("E0203", f"The audio is {seconds * 1000:.0f} ms long; the limit is 5000 ms.")


def _voice(audio: Samples, models: dict[str, Message], stream: Stream) -> Message:
    voiced = voiced_stretches(audio)
    lead = len(audio) - len(stream.audio)
    reply: Message = {}
    if "prosody" in models:
        reply["prosody"] = {
            "predictions": [
                {
                    "time": {"begin": begin / RATE, "end": end / RATE},
                    "emotions": emotions(
                        VOICE,
                        stream.judge(audio[begin:end], stream.moment(begin - lead)),
                        stream.manner.strongest,
                    ),
                }
                for begin, end in voiced
            ]
        }
        if not voiced:
            reply |= _warn(reply, "prosody", "No speech detected.", "W0105", stream)
    if "burst" in models:
        bursts = [stretch for stretch in voiced if stretch[1] - stretch[0] < RATE // 5]
        reply["burst"] = {"predictions": [_burst(audio, *stretch) for stretch in bursts]}
        if not bursts:
            reply |= _warn(reply, "burst", "No vocal bursts detected.", "W0101", stream)
    return reply


def _warn(reply: Message, model: str, text: str, code: str, stream: Stream) -> Message:
    shape = stream.manner.warnings
    if shape != "model":
        reply.pop(model)
    return shapes.warning(code, text, model, shape)


def _burst(audio: Samples, begin: int, end: int) -> Message:
    kind = BURSTS[int(np.abs(audio[begin:end].astype(np.int64)).sum()) % len(BURSTS)]
    return {
        "time": {"begin": begin / RATE, "end": end / RATE},
        "emotions": emotions(VOICE, "Amusement"),
        "descriptions": [{"name": name, "score": 0.8 if name == kind else 0.02} for name in BURSTS],
    }


def voiced_stretches(audio: Samples) -> list[tuple[int, int]]:
    """Bounds of the stretches with a voice, in samples."""
    detector = VoiceDetector(hangover_s=0.3)
    begin: int | None = None
    found: list[tuple[int, int]] = []
    for change in detector.feed(audio.astype("<i2").tobytes()):
        if isinstance(change, Onset):
            begin = change.at
        elif begin is not None:
            found.append((begin, change.at))
            begin = None
    if begin is not None:
        found.append((begin, len(audio)))
    return found


def emotions(names: tuple[str, ...], strongest: str, score: float = 0.72) -> list[Message]:
    """All names, alphabetically, each with its score; `strongest`, of the list or not, stands out."""
    return [
        {
            "name": name,
            "score": score if name == strongest else round(0.02 + 0.08 * abs(math.sin(7.0 * n)), 6),
        }
        for n, name in enumerate(names if strongest in names or not strongest else sorted((*names, strongest)))
    ]


def _text(text: str, models: dict[str, Message]) -> Message:
    if set(models) != {"language"}:
        raise Refusal("E0102", "Only the language model takes text.")
    if len(text) > MAX_TEXT:
        raise Refusal("E0101", f"data: text of {len(text)} characters is over the limit of {MAX_TEXT}")
    options = models["language"]
    granularity = options.get("granularity", "word")
    if granularity not in ("word", "sentence", "utterance", "passage"):
        raise Refusal("E0101", "models.language.granularity: not one of word, sentence, utterance, passage")
    items = []
    for begin, end in _pieces(text, granularity):
        item: Message = {"text": text[begin:end], "position": {"begin": begin, "end": end}}
        item["emotions"] = emotions(LANGUAGE, felt_in(text[begin:end]))
        if options.get("sentiment") is not None:
            item["sentiment"] = [{"name": str(n), "score": 0.9 if n == 5 else 0.01} for n in range(1, 10)]
        if options.get("toxicity") is not None:
            item["toxicity"] = [{"name": name, "score": 0.01} for name in ("toxic", "insult", "threat")]
        items.append(item)
    return {"language": {"predictions": items}}


def _pieces(text: str, granularity: str) -> list[tuple[int, int]]:
    if granularity in ("utterance", "passage"):
        return [(0, len(text))] if text.strip() else []
    ends = " " if granularity == "word" else ".!?"
    pieces, begin = [], 0
    for at, sign in enumerate(text + ends[0]):
        if sign in ends:
            end = at if granularity == "word" else min(at + 1, len(text))
            if text[begin:end].strip():
                pieces.append((begin, end))
            begin = at + 1
            while begin < len(text) and text[begin] == " ":
                begin += 1
    return pieces


CUES: dict[str, str] = {
    "thank": "Gratitude",
    "great": "Enthusiasm",
    "sure, right": "Sarcasm",
    "not what": "Disapproval",
    "annoying": "Annoyance",
    "why": "Confusion",
    "expensive": "Doubt",
    "happy": "Joy",
}


def felt_in(text: str) -> str:
    """The strongest emotion of a text, by a few cue words; Calmness without any."""
    lowered = text.lower()
    return next((name for cue, name in CUES.items() if cue in lowered), "Calmness")


def _image(media: bytes, models: dict[str, Message], manner: Manner) -> Message:
    if set(models) - {"face", "facemesh"}:
        raise Refusal("E0102", "A model that was asked for does not take images.")
    try:
        with av.open(io.BytesIO(media), "r") as file:
            pixels: Pixels = next(file.decode(video=0)).to_ndarray(format="rgb24")
    except (av.FFmpegError, StopIteration, ValueError, IndexError):
        raise Refusal("E0200", "Failed to parse data as a valid media file") from None
    height, width = pixels.shape[:2]
    if max(width, height) > MAX_SIDE:
        raise Refusal("E0205", f"The image is {width} x {height}; the limit is {MAX_SIDE} x {MAX_SIDE}.")
    return _faces([(0.0, pixels)], models, manner)


def _video(media: bytes, models: dict[str, Message], manner: Manner) -> Message:
    """The faces of a film, `fps_pred` pictures a second."""
    every = 1.0 / float(models.get("face", {}).get("fps_pred") or 3)
    taken: list[tuple[float, Pixels]] = []
    try:
        with av.open(io.BytesIO(media), "r") as film:
            if not film.streams.video:
                raise Refusal("E0102", "A model that was asked for does not take audio.")
            for frame in film.decode(video=0):
                at = float(frame.time or 0.0)
                if at > MAX_CLIP_S:
                    raise Refusal("E0204", "The video is longer than the limit of 5000 ms.")
                if not taken or at >= taken[-1][0] + every:
                    taken.append((at, frame.to_ndarray(format="rgb24")))
    except (av.FFmpegError, ValueError, IndexError):
        raise Refusal("E0200", "Failed to parse data as a valid media file") from None
    return _faces(taken, models, manner)


def _faces(
    pictures: list[tuple[float, NDArray[np.uint8]]], models: dict[str, Message], manner: Manner
) -> Message:
    seen = [(n, at, pixels) for n, (at, pixels) in enumerate(pictures) if float(pixels.std()) >= LINE]
    reply: Message = {}
    for name in models:
        if not seen:
            reply |= shapes.warning("W0103" if name == "face" else "W0102", "No faces detected.", name)
        elif name == "face":
            items = [_face(frame, at, pixels, models[name], manner) for frame, at, pixels in seen]
            reply["face"] = {"predictions": items}
        else:
            reply["facemesh"] = {"predictions": [{"emotions": emotions(VOICE, "Joy")}]}
    return reply


def _landmarks(data: str) -> Message:
    """Landmarks of up to ten faces, 478 points each, as JSON instead of a picture."""
    try:
        faces = msgspec.json.decode(data, type=list[list[tuple[float, float, float]]])
    except msgspec.DecodeError:
        raise Refusal("E0200", "Failed to parse data as face landmarks") from None
    if not faces:
        return {"facemesh": {"warning": "No facemeshes detected.", "code": "W0102"}}
    if len(faces) > 10 or any(len(face) != 478 for face in faces):
        raise Refusal("E0101", "data: at most 10 faces with 478 landmarks each")
    return {"facemesh": {"predictions": [{"emotions": emotions(VOICE, "Joy")} for _ in faces]}}


TINTS = ("Anger", "Interest", "Doubt")
"""What a face expresses whose picture is mostly red, green or blue; all others are joyful."""
TINT = 40


def _face(frame: int, at: float, pixels: Pixels, options: Message, manner: Manner) -> Message:
    height, width = pixels.shape[:2]
    means = pixels.reshape(-1, 3).mean(axis=0)
    strongest = int(means.argmax())
    tinted = means[strongest] - sorted(means)[1] > TINT
    box = {"x": width / 4, "y": height / 4, "w": width / 2, "h": height / 2}
    face: Message = {"frame": frame, "time": at, "bbox": box, "prob": 0.98, "face_id": "face_0"}
    face["emotions"] = emotions(VOICE, TINTS[strongest] if tinted else "Joy", manner.strongest)
    if options.get("facs") is not None:
        face["facs"] = [{"name": "AU12 Lip Corner Puller", "score": 0.8}]
    if options.get("descriptions") is not None:
        face["descriptions"] = [{"name": "Smile", "score": 0.8}]
    return face
