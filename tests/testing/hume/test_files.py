"""Files that are uploaded to the local Hume: measured at once, refused for what they are, kept as runs."""

from __future__ import annotations

import json
import struct
from typing import Any

import httpx
import numpy as np
import pytest

from tests.support.each import each
from wingman.testing.http_server import Request
from wingman.testing.hume.files import FILE, RUN, Files
from wingman.testing.hume.speech import Heard
from wingman.testing.voice_activity import VoiceDetector

VOICE = np.concatenate((np.zeros(8000), 8000 * np.sin(np.arange(64_000) / 5), np.zeros(16_000)))
PCM = VOICE.astype("<i2").tobytes()


def wav(pcm: bytes, rate: int = 16_000, extra: bytes = b"", size: int | None = None) -> bytes:
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    data = struct.pack("<4sI", b"data", len(pcm) if size is None else size) + pcm
    return b"RIFF" + struct.pack("<I", 4 + len(head + extra + data)) + b"WAVE" + head + extra + data


class Ear:
    """Hears a constant, and counts what it was given."""

    def __init__(self) -> None:
        self.heard = 0

    def accept(self, frame: bytes) -> None:
        self.heard += len(frame)

    def judge(self, start: int, end: int) -> Heard:
        assert end * 2 <= self.heard, "it judges only what it has heard"
        return Heard({"Joy": 0.5}, {})


def files() -> Files:
    return Files(VoiceDetector, Ear)


def ask(served: Files, method: str, path: str, **parts: Any) -> tuple[int, dict[str, Any]]:
    sent = httpx.Request(method, f"http://hume{path}", **parts)
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return served.serve(Request(method, sent.url.path, dict(sent.url.params), headers, sent.read(), 1))


def upload(served: Files, data: bytes, config: Any = None) -> tuple[int, dict[str, Any]]:
    options = (
        {} if config is None else {"config": (None, config if isinstance(config, str) else json.dumps(config))}
    )
    return ask(served, "POST", FILE, files={"file": ("a.wav", data), **options})


@pytest.mark.parametrize(
    "data", [PCM, wav(PCM), wav(PCM, extra=b"LIST\3\0\0\0abc\0")], ids=["raw", "wav", "list"]
)
def test_a_file_is_measured_however_it_is_wrapped(data: bytes) -> None:
    status, answer = upload(files(), data)
    assert status == 200
    assert answer["received"] == {"audio_duration_ms": 5500}
    [utterance] = answer["utterances"]
    assert (utterance["audio_start_ms"], utterance["audio_end_ms"]) == (500, 4500)
    spans = [(each["audio_start_ms"], each["audio_end_ms"]) for each in answer["measurements"]]
    assert spans == [(500, 3500), (500, 4500)]
    assert answer["measurements"][0]["expressions"] == [{"name": "Joy", "probability": 0.5}]


def test_the_timer_can_be_chosen() -> None:
    _, answer = upload(files(), PCM, {"measurement_timer_ms": 3900})
    assert [each["audio_end_ms"] for each in answer["measurements"]] == [4400]


@each(
    ("data", "status", "code"),
    [
        (b"", 400, "audio_decode_failed"),
        (b"odd", 400, "audio_decode_failed"),
        (b"OggS" + bytes(100), 415, "unsupported_media_type"),
        (b"\0\0\0 ftypM4A " + bytes(100), 415, "unsupported_media_type"),
        (b"RIFF\0\0\0\0AVI " + bytes(100), 415, "unsupported_media_type"),
        (wav(PCM, rate=44_100), 400, "audio_decode_failed"),
        (wav(PCM, size=len(PCM) + 2), 400, "audio_decode_failed"),
        (wav(PCM)[:30], 400, "audio_decode_failed"),
        (wav(b""), 400, "audio_decode_failed"),
    ],
)
def test_what_is_no_plain_sound_is_refused(data: bytes, status: int, code: str) -> None:
    served = files()
    told, answer = upload(served, data)
    assert (told, answer["code"]) == (status, code)
    assert served.runs == {}


@pytest.mark.parametrize(
    "config",
    ["{", "[]", '{"measurement_timer_ms": 2999}', '{"measurement_timer_ms": "3000"}', '{"colour": 1}', "null"],
)
def test_odd_options_are_refused(config: str) -> None:
    assert upload(files(), PCM, config)[1]["code"] == "config_invalid"


def test_a_body_that_is_no_form_is_refused() -> None:
    served = files()
    assert ask(served, "POST", FILE, content=PCM)[1]["code"] == "message_invalid"
    form = {"content-type": "multipart/form-data; boundary=x"}
    assert ask(served, "POST", FILE, content=b"nothing", headers=form)[1]["code"] == "message_invalid"
    assert ask(served, "POST", FILE, files={"other": b"x"})[1]["code"] == "invalid_request"
    assert ask(served, "GET", FILE)[0] == 405
    assert ask(served, "GET", "/v2/else")[0] == 404


def test_every_upload_is_kept_as_a_run_newest_first() -> None:
    served = files()
    made = [upload(served, PCM)[1]["run_id"] for _ in range(3)]
    status, page = ask(served, "GET", RUN, params={"page_size": "2"})
    assert status == 200
    assert [run["run_id"] for run in page["runs"]] == [made[2], made[1]]
    _, rest = ask(served, "GET", RUN, params={"page_size": "2", "cursor": page["next_cursor"]})
    assert [run["run_id"] for run in rest["runs"]] == [made[0]]
    assert "next_cursor" not in rest
    assert ask(served, "GET", RUN, params={"status": "live"})[1]["runs"] == []
    _, whole = ask(served, "GET", f"{RUN}/{made[0]}")
    assert (whole["mode"], whole["status"], whole["metered_seconds"]) == ("file", "ended", 10.0)
    assert ask(served, "GET", f"{RUN}/{made[0]}/events")[1]["events"] == []
    assert ask(served, "GET", f"{RUN}/none")[0] == 404
    assert ask(served, "GET", f"{RUN}/{made[0]}/else")[0] == 404


@pytest.mark.parametrize(
    "asked", [{"cursor": "x"}, {"cursor": "-1"}, {"page_size": "0"}, {"page_size": "many"}]
)
def test_a_page_that_nobody_named_is_refused(asked: dict[str, str]) -> None:
    assert ask(files(), "GET", RUN, params=asked)[0] == 400
