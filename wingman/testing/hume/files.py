"""The HTTP half of Hume's expression API: audio files measured at once, and the record of runs."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Protocol
from uuid import uuid4

import msgspec

from wingman.core.json import JsonObject
from wingman.testing.http_server import Request
from wingman.testing.hume.speech import Detector, Heard, Measurer

FILE = "/v1/expression/audio/file"
RUN = "/v1/expression/run"
MAX_BODY = 25 * 1000 * 1000
AUDIO = {"type": "audio/pcm", "encoding": "s16le", "sample_rate": 16_000, "channels": 1}
DEFAULT_TIMER_MS = 3000
FRAME = 3200
CONTAINERS = (b"ID3", b"\xff\xfb", b"\xff\xf3", b"fLaC", b"OggS")

Answer = tuple[int, JsonObject]


class Ear(Protocol):
    """What one session hears in the audio it accepts."""

    def accept(self, frame: bytes) -> None:
        """The session's audio goes on with this."""
        ...

    def judge(self, start: int, end: int) -> Heard:
        """The scores of the session's samples `[start, end)`."""
        ...


class Unacceptable(Exception):
    """An upload the API refuses: HTTP status, code and words."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


@dataclass(slots=True)
class Run:
    """The record of one session or upload."""

    id: str
    mode: str
    timer_ms: int = DEFAULT_TIMER_MS
    status: str = "live"
    started_at: float = field(default_factory=time.time)
    ended_at: float | None = None
    close_code: int | None = None
    close_reason: str | None = None
    received_bytes: int = 0
    events: list[str] = field(default_factory=list)

    def end(self, status: str, reason: str | None = None, code: int | None = None) -> None:
        """The job is over."""
        self.status, self.ended_at = status, time.time()
        self.close_reason, self.close_code = reason, code

    def summary(self) -> JsonObject:
        """The job as a list shows it."""
        seconds = self.received_bytes / 32_000
        over = self.ended_at is not None
        return {
            "run_id": self.id,
            "user_id": "00000000-0000-0000-0000-000000000001",
            "status": self.status,
            "endpoint": "audio",
            "mode": self.mode,
            "started_at": _stamp(self.started_at),
            "ended_at": _stamp(self.ended_at) if self.ended_at else None,
            "bytes_received": self.received_bytes if over else None,
            "bytes_recorded": None,
            "metered_seconds": max(10.0, seconds) if over and seconds else seconds,
        }

    def whole(self) -> JsonObject:
        """The job with its result."""
        config = {"schema": "v4", "audio": AUDIO, "measurement_timer_ms": self.timer_ms}
        closing = {"close_code": self.close_code, "close_reason": self.close_reason}
        return self.summary() | closing | {"config": config}


class Files:
    """Serves uploads and runs. `detector` and `ear` make what one upload is heard with."""

    def __init__(self, detector: Callable[[], Detector], ear: Callable[[], Ear]) -> None:
        self._detector = detector
        self._ear = ear
        self.runs: dict[str, Run] = {}

    def serve(self, request: Request) -> Answer:
        """One request whose credential was accepted."""
        if request.path == FILE:
            if request.method != "POST":
                return error(405, "method_not_allowed", "use POST")
            try:
                return 200, self._measure(request)
            except Unacceptable as wrong:
                return error(wrong.status, wrong.code, str(wrong))
        if request.method == "GET" and request.path.startswith(RUN):
            return self._runs(request)
        return error(404, "not_found", f"no such path: {request.path}")

    def _runs(self, request: Request) -> Answer:
        run_id, _, rest = request.path.removeprefix(RUN).strip("/").partition("/")
        if not run_id:
            return self._page(request)
        run = self.runs.get(run_id)
        if run is None or rest not in ("", "events"):
            return error(404, "not_found", "no such run")
        if not rest:
            return 200, run.whole()
        events = [{"seq": n, "at": _stamp(run.started_at), "kind": kind} for n, kind in enumerate(run.events)]
        return 200, {"events": events, "at_cap": False, "capped_kinds": [], "gaps": False}

    def _page(self, request: Request) -> Answer:
        wanted = {name: request.query[name] for name in ("status", "mode") if name in request.query}
        found = [
            run.summary()
            for run in reversed(self.runs.values())
            if all(getattr(run, name) == value for name, value in wanted.items())
        ]
        cursor, page_size = request.query.get("cursor", "0"), request.query.get("page_size", "50")
        if not cursor.isdecimal() or not page_size.isdecimal() or not int(page_size):
            return error(400, "invalid_request", "cursor and page_size must be what a page named, and a number")
        begin, size = int(cursor), int(page_size)
        page: JsonObject = {"runs": found[begin : begin + size]}
        if begin + size < len(found):
            page["next_cursor"] = str(begin + size)
        return 200, page

    def _measure(self, request: Request) -> JsonObject:
        upload, timer_ms = _parts(request)
        pcm = _pcm(upload)
        ear = self._ear()
        measurer = Measurer(self._detector(), ear.judge, timer_ms)
        said = []
        for at in range(0, len(pcm), FRAME):
            ear.accept(pcm[at : at + FRAME])
            said += measurer.feed(pcm[at : at + FRAME])
        said += measurer.finish()
        run = Run(str(uuid4()), "file", timer_ms, received_bytes=len(pcm))
        run.end("ended")
        self.runs[run.id] = run
        return {
            "request_id": f"req_{uuid4().hex[:12]}",
            "run_id": run.id,
            "received": {"audio_duration_ms": measurer.accepted_ms},
            "utterances": [_bare(item) for item in said if item["type"] == "utterance.end"],
            "measurements": [_bare(item) for item in said if item["type"] == "measurement.result"],
        }


def _parts(request: Request) -> tuple[bytes, int]:
    kind = request.headers.get("content-type", "")
    if len(request.body) > MAX_BODY:
        raise Unacceptable(413, "audio_too_long", "the body is over 25 MB")
    if not kind.startswith("multipart/form-data"):
        raise Unacceptable(400, "message_invalid", "multipart/form-data is needed")
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body)
    found: dict[object, bytes] = {}
    for part in message.get_payload():
        data = None if isinstance(part, str) else part.get_payload(decode=True)
        if isinstance(part, str) or not isinstance(data, bytes):
            raise Unacceptable(400, "message_invalid", "the multipart body cannot be read")
        found[part.get_param("name", header="content-disposition")] = data
    if "file" not in found:
        raise Unacceptable(400, "invalid_request", "the part `file` is missing")
    return found["file"], _timer(found.get("config"))


def _timer(config: bytes | None) -> int:
    try:
        options = msgspec.json.decode(config) if config else {}
    except msgspec.DecodeError:
        raise Unacceptable(400, "config_invalid", "config is not JSON") from None
    timer = options.get("measurement_timer_ms", DEFAULT_TIMER_MS) if isinstance(options, dict) else None
    if not isinstance(timer, int) or not 3000 <= timer <= 10_000 or set(options) - {"measurement_timer_ms"}:
        raise Unacceptable(400, "config_invalid", "config holds measurement_timer_ms, 3000 to 10000")
    return timer


def _pcm(upload: bytes) -> bytes:
    """The samples of a plain WAV file, or the upload itself."""
    if upload.startswith(CONTAINERS) or upload[4:8] == b"ftyp":
        raise Unacceptable(415, "unsupported_media_type", "send WAV or raw samples")
    if upload.startswith(b"RIFF"):
        if upload[8:12] != b"WAVE":
            raise Unacceptable(415, "unsupported_media_type", "send WAV or raw samples")
        upload = _wav(upload)
    if not upload or len(upload) % 2:
        raise Unacceptable(400, "audio_decode_failed", "no whole samples")
    return upload


def _wav(upload: bytes) -> bytes:
    at, plain = 12, False
    while at + 8 <= len(upload):
        name, size = upload[at : at + 4], struct.unpack("<I", upload[at + 4 : at + 8])[0]
        body = upload[at + 8 : at + 8 + size]
        if name == b"fmt ":
            plain = len(body) >= 16 and struct.unpack("<HHIIHH", body[:16]) == (1, 1, 16_000, 32_000, 2, 16)
        elif name == b"data":
            if not plain or len(body) < size:
                break
            return body
        at += 8 + size + size % 2
    raise Unacceptable(400, "audio_decode_failed", "only whole plain 16-bit 16 kHz mono WAV files")


def error(status: int, code: str, text: str) -> Answer:
    """The API's error body."""
    return status, {"type": "error", "code": code, "message": text, "request_id": f"req_{uuid4().hex[:12]}"}


def _bare(item: JsonObject) -> JsonObject:
    return {name: value for name, value in item.items() if name != "type"}


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
