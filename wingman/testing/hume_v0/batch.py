"""Batch jobs of the v0 gateway: submit files, poll, fetch predictions. Pure but for the ids."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any
from uuid import uuid4

import av
import msgspec
import numpy as np

from wingman.core.json import JsonObject
from wingman.testing.http_server import Request
from wingman.testing.hume_v0.names import BURSTS, VOICE
from wingman.testing.hume_v0.replies import RATE, Judge, Refusal, Samples, decoded, emotions, voiced_stretches

PATH = "/v0/batch/jobs"
MOST_JOBS = 100
Answer = tuple[int, Any]


@dataclass(slots=True)
class Job:
    """One submitted job; it advances one state per poll, so that a client has to wait."""

    models: JsonObject
    files: list[tuple[str, bytes]]
    id: str = field(default_factory=lambda: str(uuid4()))
    polls: int = 0

    @property
    def status(self) -> str:
        if self.polls < 2:
            return "QUEUED"
        if self.polls < 4:
            return "IN_PROGRESS"
        return "COMPLETED" if all(name != "broken" for name, _ in self.files) else "FAILED"


class Jobs:
    """All jobs of one gateway."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.jobs: dict[str, Job] = {}

    def serve(self, request: Request) -> Answer:
        """One authorised HTTP request under `/v0/batch/jobs`."""
        parts = request.path.removeprefix(PATH).strip("/").split("/")
        if not request.path.startswith(PATH):
            return 404, {"message": "Not Found"}
        if request.method == "POST" and parts == [""]:
            return self._submit(request)
        if request.method != "GET":
            return 405, {"message": "Method Not Allowed"}
        if parts == [""]:
            limit = request.query.get("limit", "50")
            if not limit.isdecimal() or not 0 < int(limit) <= MOST_JOBS:
                return 400, {"message": f"limit: must lie between 1 and {MOST_JOBS}"}
            return 200, [self._details(job) for job in list(self.jobs.values())[-int(limit) :]]
        job = self.jobs.get(parts[0])
        if job is None:
            return 404, {"message": "Job not found"}
        match parts[1:]:
            case []:
                job.polls += 1
                return 200, self._details(job)
            case ["predictions"] if job.status == "COMPLETED":
                return 200, self._predictions(job)
            case ["predictions"]:
                return 400, {"message": "The job is not completed"}
            case _:
                return 404, {"message": "Not Found"}

    def artifacts(self, job: Job) -> bytes:
        """The predictions as the zip file a client may download."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("predictions.json", msgspec.json.encode(self._predictions(job)))
        return packed.getvalue()

    def find(self, path: str) -> Job | None:
        """The job whose artifacts `path` names."""
        parts = path.removeprefix(PATH).strip("/").split("/")
        return self.jobs.get(parts[0]) if parts[1:] == ["artifacts"] else None

    def _submit(self, request: Request) -> Answer:
        kind = request.headers.get("content-type", "")
        try:
            options, files = _multipart(kind, request.body) if "multipart" in kind else (request.body, [])
            wanted = msgspec.json.decode(options or b"{}")
            if not isinstance(wanted, dict):
                raise ValueError("not an object")
            files += [(url, b"") for url in _strings(wanted, "urls")]
            files += [("text", text.encode()) for text in _strings(wanted, "text")]
            if not isinstance(wanted.get("models") or {}, dict):
                raise ValueError("models: not an object")
        except (msgspec.DecodeError, ValueError) as wrong:
            return 400, {"message": f"the request cannot be read: {wrong}"}
        if not files:
            return 400, {"message": "a job needs files, urls or text"}
        job = Job(wanted.get("models") or {"prosody": {}}, files)
        self.jobs[job.id] = job
        return 200, {"job_id": job.id}

    def _details(self, job: Job) -> JsonObject:
        state: JsonObject = {"status": job.status, "created_timestamp_ms": 1_700_000_000_000}
        if job.status != "QUEUED":
            state["started_timestamp_ms"] = 1_700_000_001_000
        if job.status in ("COMPLETED", "FAILED"):
            state["ended_timestamp_ms"] = 1_700_000_002_000
        if job.status == "COMPLETED":
            state |= {"num_predictions": len(job.files), "num_errors": 0}
        if job.status == "FAILED":
            state["message"] = "the file cannot be read"
        request: JsonObject = {"files": [_source(name, data) for name, data in job.files]}
        return {
            "type": "INFERENCE",
            "job_id": job.id,
            "user_id": "00000000-0000-0000-0000-000000000000",
            "request": request | {"models": job.models, "notify": False, "text": [], "urls": []},
            "state": state,
        }

    def _predictions(self, job: Job) -> list[JsonObject]:
        return [
            {
                "source": {"type": "file", **_source(name, data)},
                "results": {"predictions": [{"file": name, "models": self._models(job, data)}], "errors": []},
            }
            for name, data in job.files
        ]

    def _models(self, job: Job, data: bytes) -> JsonObject:
        audio = _decode(data)
        voiced = voiced_stretches(audio)
        found: JsonObject = {}
        if "prosody" in job.models:
            items = [self._prosody(audio, begin, end) for begin, end in voiced]
            metadata = {"confidence": 0.97, "detected_language": "en"}
            group = {"id": "unknown", "predictions": items}
            found["prosody"] = {"metadata": metadata, "grouped_predictions": [group] if items else []}
        if "burst" in job.models:
            short = [(begin, end) for begin, end in voiced if end - begin < RATE // 5]
            items = [
                {
                    "time": {"begin": begin / RATE, "end": end / RATE},
                    "emotions": emotions(VOICE, "Amusement"),
                    "descriptions": [{"name": kind, "score": 0.02} for kind in BURSTS],
                }
                for begin, end in short
            ]
            group = {"id": "unknown", "predictions": items}
            found["burst"] = {"grouped_predictions": [group] if items else []}
        return found

    def _prosody(self, audio: Samples, begin: int, end: int) -> JsonObject:
        return {
            "text": "",
            "time": {"begin": begin / RATE, "end": end / RATE},
            "confidence": 0.95,
            "speaker_confidence": None,
            "emotions": emotions(VOICE, self._judge(audio[begin:end], begin)),
        }


def _strings(wanted: JsonObject, name: str) -> list[str]:
    """A list of texts; none when it is missing or null. Raises `ValueError` for anything else."""
    texts = wanted.get(name) or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{name}: must be a list of texts")
    return texts


def _source(name: str, data: bytes) -> dict[str, str]:
    checksum = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"filename": name, "content_type": "audio/wav", "md5sum": checksum}


def _multipart(kind: str, body: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    options, files = b"", []
    for part in message.get_payload():
        if isinstance(part, str):
            raise ValueError("not multipart")
        data = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        if not isinstance(data, bytes):
            continue
        if name == "json":
            options = data
        elif name == "file":
            files.append((part.get_filename() or "file", data))
    return options, files


def _decode(data: bytes) -> Samples:
    """Any media file as 16 kHz mono; nothing for what is none."""
    try:
        return decoded(data)
    except (av.FFmpegError, ValueError, Refusal):
        return np.zeros(0, np.int16)
