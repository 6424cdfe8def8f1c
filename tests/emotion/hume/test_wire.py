"""The realtime API's messages: decoded as published, tolerant of growth, strict about nonsense."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from tests.support.refusals import REFUSALS
from wingman.core.errors import FaultKind
from wingman.emotion.hume import wire

MEASURED: dict[str, Any] = {
    "type": "measurement.result",
    "measurement_id": 2,
    "utterance_id": 0,
    "audio_start_ms": 98,
    "audio_end_ms": 9098,
    "trigger": "interval",
    "expressions": [{"name": "Doubt", "probability": 0.334}, {"name": "interest", "probability": 0.5812}],
    "voice_attributes": [],
}


def encoded(**changes: Any) -> bytes:
    return msgspec.json.encode(MEASURED | changes)


def test_a_measurement() -> None:
    message = wire.decode(encoded())
    assert isinstance(message, wire.Measurement)
    assert [(s.label, s.value) for s in wire.scores(message.expressions)] == [
        ("interest", 0.5812),
        ("doubt", 0.334),
    ]
    assert wire.scores(message.voice_attributes) == ()


def test_what_the_api_may_add_is_ignored() -> None:
    assert wire.decode(b'{"type":"session.paused","x":1}') == wire.Unknown("session.paused")
    assert isinstance(wire.decode(encoded(confidence=1, trigger="something_new")), wire.Measurement)


@each(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b'{"type":1}',
        b"\xff",
        b'{"type":"utterance.start"}',
        encoded(audio_end_ms=1),
        encoded(audio_start_ms=-1),
        b'{"type":' + b"[" * 5000,
    ],
)
def test_nonsense_is_a_wire_error(text: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(text)


def test_one_odd_score_does_not_cost_the_measurement() -> None:
    joy = {"name": "joy", "probability": 0.5}
    odd = [joy, {"name": "joy"}, {"name": None, "probability": 1}, {"name": "awe", "probability": 7}, "x", None]
    message = wire.decode(encoded(expressions=odd, voice_attributes=None, trigger=None))
    assert isinstance(message, wire.Measurement)
    assert [score.name for score in message.expressions] == ["joy"]
    assert (message.voice_attributes, message.trigger) == ((), "")


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything_is_a_message_or_a_wire_error(text: bytes | str) -> None:
    with contextlib.suppress(wire.WireError):
        wire.decode(text)


VALUES = (
    st.none()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.lists(st.integers(), max_size=2)
)


@given(st.dictionaries(st.sampled_from(list(MEASURED)[1:]), VALUES, max_size=3))
def test_any_field_may_be_wrong(changes: dict[str, Any]) -> None:
    with contextlib.suppress(wire.WireError):
        message = wire.decode(encoded(**changes))
        assert isinstance(message, wire.Measurement)
        assert 0 <= message.audio_start_ms <= message.audio_end_ms


def test_what_goes_up() -> None:
    update = msgspec.json.decode(wire.session_update(4000))
    audio = {"type": "audio/pcm", "encoding": "s16le", "sample_rate": 16_000, "channels": 1}
    assert update == {"type": "session.update", "audio": audio, "measurement_timer_ms": 4000}
    assert msgspec.json.decode(wire.session_close()) == {"type": "session.close"}


def test_addresses() -> None:
    assert wire.realtime_url("ws://127.0.0.1:1/") == "ws://127.0.0.1:1/v1/expression/audio/realtime"
    with pytest.raises(ValueError, match="not a ws"):
        wire.realtime_url("https://api.cloud.hume.ai")


@each(("status", "kind", "final"), [*REFUSALS, (408, FaultKind.TIMEOUT, False)])
def test_refusals(status: int, kind: FaultKind, final: bool) -> None:
    fault = wire.refused(status, {"retry-after": "3"}, b'{"code":"server_busy"}')
    assert (fault.kind, fault.final, fault.code) == (kind, final, f"{status} server_busy")
    assert fault.retry_after == (3.0 if status in (429, 500, 503) else None)


def test_not_retryable_is_about_the_session_not_the_connection() -> None:
    internal = wire.SessionError("internal_error", "", False)
    wrong = wire.SessionError("config_invalid", "", False)
    assert not wire.closed_fault(1008, internal).final
    assert wire.closed_fault(1008, wrong).final
    assert wire.closed_fault(1009, None).final
    assert not wire.closed_fault(1006, None).final
