"""The v0 wire: requests that cannot break a limit, replies of every shape, errors by family."""

from __future__ import annotations

import contextlib
import io
import wave
from base64 import b64decode
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from tests.testing.pictures import picture
from wingman.core.emotion import Score
from wingman.core.errors import FaultKind, InputError
from wingman.emotion.faces.pictures import picture_size
from wingman.emotion.hume_v0 import wire


def plain(request: wire.Request) -> dict[str, Any]:
    decoded: dict[str, Any] = msgspec.json.decode(wire.encode(request))
    return decoded


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (48_000, 2), (8_000, 1), (44_100, 6)])
@given(frames=st.integers(0, 500))
def test_a_header_tells_the_truth(rate: int, channels: int, frames: int) -> None:
    pcm = bytes(range(256)) * 24
    pcm = pcm[: frames * 2 * channels]
    pcm = pcm[: len(pcm) - len(pcm) % (2 * channels)]
    with wave.open(io.BytesIO(wire.wav(pcm, rate, channels))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (rate, channels, 2)
        assert file.readframes(file.getnframes()) == pcm


def test_half_a_frame_is_no_audio() -> None:
    with pytest.raises(ValueError, match="whole frames"):
        wire.wav(bytes(6), channels=2)


def test_a_clip_asks_for_what_it_needs_and_nothing_else() -> None:
    request = plain(wire.clip(bytes(3200), "clip-0"))
    assert b64decode(request.pop("data"))[:4] == b"RIFF"
    assert request == {"models": {"prosody": {}, "burst": {}}, "reset_stream": True, "payload_id": "clip-0"}
    windowed = plain(wire.clip(bytes(3200), "clip-0", window_ms=2000))
    assert windowed["stream_window_ms"] == 2000
    assert "reset_stream" not in windowed


def test_limits_are_kept_by_construction() -> None:
    assert wire.clip(bytes(160_000), "x").data
    with pytest.raises(InputError, match="5 s"):
        wire.clip(bytes(160_002), "x")
    assert wire.text("x" * 10_000, "x").raw_text
    for wrong in ("x" * 10_001, "", "  "):
        with pytest.raises(InputError, match="10000"):
            wire.text(wrong, "x")
    assert wire.image(picture(3000, 16), "x").data
    for width, height in ((3002, 16), (16, 3002)):
        with pytest.raises(InputError, match="shrink"):
            wire.image(picture(width, height), "x")


def test_sizes_are_read_from_the_header() -> None:
    assert picture_size(picture(640, 360)) == (640, 360)
    assert picture_size(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x02\0") == (256, 512)


@given(st.binary(max_size=64) | st.binary(max_size=64).map(lambda tail: b"\xff\xd8\xff\xe0" + tail))
def test_any_bytes_have_a_size_or_are_refused(data: bytes) -> None:
    with contextlib.suppress(InputError):
        assert min(picture_size(data)) >= 0


def test_text_and_pictures_carry_their_options() -> None:
    request = plain(wire.text("Fine.", "t", "sentence", sentiment={}, toxicity={}))
    assert request["models"] == {"language": {"granularity": "sentence", "sentiment": {}, "toxicity": {}}}
    faces = plain(wire.image(picture(64, 64), "f", {"facs": {}, "prob_threshold": 0.9}, mesh=True))
    assert faces["models"] == {"face": {"facs": {}, "prob_threshold": 0.9}, "facemesh": {}}
    assert plain(wire.Request(job_details=True)) == {"job_details": True}
    assert plain(wire.Request(reset_stream=True)) == {"reset_stream": True}


@each(
    ("raw", "warnings", "error"),
    [
        ({"prosody": {"warning": "No speech.", "code": "W0105"}}, [("W0105", "No speech.")], None),
        ({"warning": "No speech.", "code": "W0105"}, [("W0105", "No speech.")], None),
        ({"error": "no", "code": "E0200"}, [], ("E0200", "no")),
        ({"error": {"code": "E0300", "message": "credit"}}, [], ("E0300", "credit")),
        ({"error": {"code": "W0105", "message": "No speech."}}, [("W0105", "No speech.")], None),
        ({"prosody": {"error": {"code": "w0105"}}}, [("W0105", "")], None),
        ({"prosody": {"error": "no", "code": "E0102"}}, [], ("E0102", "no")),
        ({}, [], None),
    ],
)
def test_both_shapes(raw: Any, warnings: list[Any], error: Any) -> None:
    reply = wire.decode(msgspec.json.encode(raw))
    assert [(notice.code, notice.text) for notice in reply.warnings] == warnings
    assert (reply.failure and (reply.failure.code, reply.failure.text)) == error


def test_one_model_may_fail_while_another_answers() -> None:
    item = {"time": {"begin": 0, "end": 1}, "emotions": [{"name": "Joy", "score": 0.5}]}
    raw = {"prosody": {"predictions": [item]}, "burst": {"error": {"code": "E0300", "message": "credit"}}}
    reply = wire.decode(msgspec.json.encode(raw))
    assert reply.failure is None
    assert [(notice.code, notice.model) for notice in reply.errors] == [("E0300", "burst")]
    assert len(reply.predictions["prosody"]) == 1


def test_a_prediction() -> None:
    emotions = [{"name": "Joy", "score": 0.2}, {"name": "Surprise (positive)", "score": 1.4}]
    raw = {
        "payload_id": "p",
        "prosody": {"predictions": [{"time": {"begin": 0.5, "end": 1}, "emotions": emotions}]},
    }
    (found,) = wire.decode(msgspec.json.encode(raw)).predictions["prosody"]
    assert (found.begin, found.end) == (0.5, 1.0)
    assert found.scores == (Score("surprise (positive)", 1.4), Score("joy", 0.2))


SPOILT: dict[str, Any] = {
    "score null": [{"name": "Doubt", "score": None}],
    "score missing": [{"name": "Doubt"}],
    "score in words": [{"name": "Doubt", "score": "high"}],
    "score true": [{"name": "Doubt", "score": True}],
    "no name": [{"score": 0.9}],
    "name a number": [{"name": 7, "score": 0.9}],
    "no object": ["Doubt", None],
}


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT.keys())
def test_what_cannot_be_read_is_left_out(spoilt: Any) -> None:
    emotions = [{"name": "Joy", "score": 0.5}, *spoilt]
    items = [{"time": {"begin": 0, "end": 1}, "emotions": emotions}, {"time": {"begin": None}}, None, 3]
    (found,) = wire.decode(msgspec.json.encode({"prosody": {"predictions": items}})).predictions["prosody"]
    assert found.scores == (Score("joy", 0.5),)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1e300"])
def test_a_score_that_is_no_number_is_left_out(number: str) -> None:
    emotions = f'[{{"name": "Joy", "score": 0.5}}, {{"name": "Fear", "score": {number}}}]'
    line = f'{{"prosody": {{"predictions": [{{"time": {{"begin": 0, "end": 1}}, "emotions": {emotions}}}]}}}}'
    (found,) = wire.decode(line).predictions["prosody"]
    assert found.scores == (Score("joy", 0.5),)


@pytest.mark.parametrize("begin", [1e300, -1e300, 1e7])
def test_a_time_that_cannot_be_meant_is_left_out(begin: float) -> None:
    items = [{"time": {"begin": begin, "end": 1}, "emotions": []}]
    assert wire.decode(msgspec.json.encode({"prosody": {"predictions": items}})).predictions["prosody"] == ()


def test_an_answer_in_a_list_is_one() -> None:
    item = {"time": {"begin": 0, "end": 1}, "emotions": [{"name": "Joy", "score": 0.5}]}
    raw = [
        {"payload_id": "p", "prosody": {"predictions": [item]}},
        {"burst": {"warning": "none", "code": "W0101"}},
    ]
    reply = wire.decode(msgspec.json.encode(raw))
    assert (reply.payload_id, reply.failure) == ("p", None)
    assert len(reply.predictions["prosody"]) == 1
    assert [notice.code for notice in reply.warnings] == ["W0101"]


@pytest.mark.parametrize("line", ['"E0300: no credit"', "E0300: no credit", b"<p>E0300</p>"])
def test_words_with_a_code_are_an_error(line: str | bytes) -> None:
    failure = wire.decode(line).failure
    assert failure is not None
    assert failure.code == "E0300"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, b'{"error": {"code": "E0300", "message": "credit"}}', FaultKind.BILLING),
        (400, b'{"error": "gone", "code": "E0404"}', FaultKind.UNAVAILABLE),
        (403, b'[{"warning": "odd", "code": "w0105"}]', FaultKind.UNAVAILABLE),
        (401, b'{"error": "idle", "code": "E0714"}', FaultKind.AUTH),
        (503, b"<html>", FaultKind.UNAVAILABLE),
        (404, b"", FaultKind.BAD_REQUEST),
    ],
)
def test_a_refused_handshake_is_read(status: int, body: bytes, kind: FaultKind) -> None:
    assert wire.refused(status, {}, body).kind is kind


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (1008, "E0300: no credit", FaultKind.BILLING),
        (1011, '{"code": "I0100"}', FaultKind.UNAVAILABLE),
        (1008, "W0105", FaultKind.UNAVAILABLE),
        (1000, "", FaultKind.NETWORK),
    ],
)
def test_a_close_is_read(code: int, reason: str, kind: FaultKind) -> None:
    assert wire.closed(code, reason).kind is kind


@given(st.binary(max_size=100))
def test_any_bytes_are_a_reply_or_a_wire_error(line: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        wire.decode(line)


MEMBERS = st.sampled_from(
    [
        "prosody",
        "burst",
        "predictions",
        "time",
        "begin",
        "end",
        "emotions",
        "name",
        "score",
        "error",
        "code",
        "warning",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(MEMBERS, JSON, max_size=5))
def test_any_object_is_a_reply_or_a_wire_error(raw: dict[str, Any]) -> None:
    with contextlib.suppress(wire.WireError):
        wire.decode(msgspec.json.encode(raw))


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (-0.1, "not perceived"),
        (0.19, "not perceived"),
        (0.2, "weakly perceived"),
        (0.4, "moderately perceived"),
        (0.6, "strongly perceived"),
        (0.8, "very strongly perceived"),
        (1.7, "very strongly perceived"),
    ],
)
def test_bands(score: float, words: str) -> None:
    assert wire.band(score) == words


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1008, 1011])
def test_a_closed_socket_is_opened_again(code: int) -> None:
    assert not wire.closed(code).final
