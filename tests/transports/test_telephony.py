"""What telephone services send, each in its own spelling."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.each import each
from wingman.audio.pcm_format import Encoding, PcmFormat
from wingman.core.errors import InputError
from wingman.core.time import Channel
from wingman.transports.telephony import (
    TELEPHONE,
    BinaryForm,
    MediaPayload,
    Other,
    Start,
    Stop,
    parse_tracks,
    read_message,
)

SOUND = b"\x7f\xff\x00"
PAYLOAD = base64.b64encode(SOUND).decode()

STARTS: list[tuple[dict[str, Any], PcmFormat]] = [
    *(
        ({"event": "start", "start": {"mediaFormat": stated}}, form)
        for stated, form in (
            ("audio/x-l16;rate=16000", PcmFormat(Encoding.LINEAR16, 16_000)),
            ("audio/x-mulaw", TELEPHONE),
            ("audio/basic", TELEPHONE),
            ("telephone", TELEPHONE),  # says nothing of the sound
            ('audio/L16; rate="16000"', PcmFormat(Encoding.LINEAR16, 16_000)),
            ("audio/L16; Rate = 24000 ; channels='2'", PcmFormat(Encoding.LINEAR16, 24_000, 2)),
            ({"encoding": "audio/L16; rate=24000; channels=2"}, PcmFormat(Encoding.LINEAR16, 24_000, 2)),
            ({"encoding": "audio/l16;rate=8000", "sampleRate": 16_000}, PcmFormat(Encoding.LINEAR16, 16_000)),
        )
    ),
    (
        {
            "event": "start",
            "sequenceNumber": "1",
            "start": {
                "streamSid": "MZ1",
                "tracks": ["inbound", "outbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        },
        TELEPHONE,
    ),
    (
        {
            "event": "start",
            "stream_id": "s",
            "start": {"media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1}},
        },
        TELEPHONE,
    ),
    (
        {"event": "start", "start": {"media_format": {"encoding": "PCMA", "sample_rate": "8000"}}},
        PcmFormat(Encoding.ALAW, 8000),
    ),
    (
        {"event": "start", "start": {"mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 16000}}},
        PcmFormat(Encoding.LINEAR16, 16_000),
    ),
    (
        {"event": "start", "start": {"media_format": {"encoding": "base64", "sample_rate": "8000"}}},
        PcmFormat(Encoding.LINEAR16, 8000),
    ),
    (
        {
            "eventType": "start",
            "tracks": [{"name": "inbound", "mediaFormat": {"encoding": "PCMU", "sampleRate": 8000}}],
        },
        TELEPHONE,
    ),
    (
        {
            "event": "start",
            "start": {"mediaFormat": {"encoding": "audio/l16;rate=24000", "sampleRate": 24000, "channels": 2}},
        },
        PcmFormat(Encoding.LINEAR16, 24_000, 2),
    ),
    (
        {"kind": "AudioMetadata", "audioMetadata": {"encoding": "PCM", "sampleRate": 24000, "channels": 1}},
        PcmFormat(Encoding.LINEAR16, 24_000),
    ),
    ({"event": "start", "start": {"callSid": "CA1"}}, TELEPHONE),
    ({"event": "start"}, TELEPHONE),
]


@each(("message", "form"), STARTS)
def test_a_start_says_what_the_sound_is(message: dict[str, Any], form: PcmFormat) -> None:
    read = read_message(json.dumps(message))
    assert isinstance(read, Start)
    assert read.form == form


@pytest.mark.parametrize(
    ("message", "track", "at"),
    [
        (
            {"event": "media", "media": {"track": "inbound", "timestamp": "20", "payload": PAYLOAD}},
            "inbound",
            0.02,
        ),
        (
            {"event": "media", "media": {"track": "outbound", "timestamp": 5, "payload": PAYLOAD}},
            "outbound",
            0.005,
        ),
        ({"event": "media", "media": {"payload": PAYLOAD}}, "", None),
        ({"eventType": "media", "track": "inbound", "payload": PAYLOAD}, "inbound", None),
        ({"event": "media", "media": {"timestamp": "2026-01-01T00:00:00Z", "payload": PAYLOAD}}, "", None),
        ({"event": "media", "media": {"timestamp": 1767225600000, "payload": PAYLOAD}}, "", None),
        ({"event": "media", "media": {"payload": PAYLOAD.rstrip("=")}}, "", None),
        ({"event": "media", "media": {"payload": PAYLOAD[:2] + "\r\n" + PAYLOAD[2:] + "\n"}}, "", None),
        ({"kind": "AudioData", "audioData": {"data": PAYLOAD, "timestamp": "2026-01-01T00:00:00Z"}}, "", None),
        ({"kind": "AudioData", "audioData": {"data": PAYLOAD, "participantRawID": "4:1"}}, "4:1", None),
    ],
)
def test_media_holds_sound(message: dict[str, Any], track: str, at: float | None) -> None:
    assert read_message(json.dumps(message)) == MediaPayload(track, SOUND, at)


def test_either_alphabet_of_base64_is_read_and_messages_have_numbers_and_streams() -> None:
    sound = b"\xfb\xef\xff" * 2
    for payload in (base64.b64encode(sound), base64.urlsafe_b64encode(sound)):
        for name, number, counted in (("streamSid", "7", 7), ("stream_id", 7, 7), ("streamId", "x", None)):
            message = {"event": "media", "media": {"chunk": number, "payload": payload.decode()}, name: "MZ1"}
            assert read_message(json.dumps(message)) == MediaPayload("", sound, None, counted, "MZ1")


def test_a_greeting_may_say_what_the_binary_messages_hold() -> None:
    for stated, said in (
        ("audio/l16;rate=16000", BinaryForm(PcmFormat(Encoding.LINEAR16, 16_000))),
        ("audio/l16; rate=8000", BinaryForm(PcmFormat(Encoding.LINEAR16, 8000))),
        ("audio/l16", Other("websocket:connected")),
        (None, Other("websocket:connected")),
    ):
        greeting = {"event": "websocket:connected", "content-type": stated, "caller": "44"}
        assert read_message(json.dumps(greeting)) == said


@pytest.mark.parametrize("name", ["connected", "mark", "dtmf", "clear", "playedStream"])
def test_what_holds_no_sound_is_passed_over(name: str) -> None:
    assert read_message(json.dumps({"event": name})) == Other(name.lower())


@pytest.mark.parametrize("text", ['{"event":"stop"}', '{"type":"end"}', '{"eventType":"stop"}'])
def test_a_stop_ends(text: str) -> None:
    assert read_message(text) == Stop()


@each(
    ("text", "field"),
    [
        ("hello", "message"),
        ("[1]", "message"),
        ("{}", "event"),
        ('{"event":"media"}', "media.payload"),
        ('{"event":"media","media":{"payload":"%%%"}}', "media.payload"),
        ('{"event":"media","media":{"payload":"AAAAA"}}', "media.payload"),
        ('{"kind":"AudioData","audioData":{}}', "audioData.data"),
        ('{"kind":"AudioMetadata","audioMetadata":{"encoding":"opus"}}', "encoding"),
        ('{"event":"start","start":{"mediaFormat":{"encoding":"opus"}}}', "encoding"),
        *(
            (json.dumps({"event": "start", "start": {"mediaFormat": codec}}), "encoding")
            for codec in ("opus", "audio/opus", "G.722", "g729", "audio/x-unheard;rate=8000")
        ),
        ('{"event":"start","start":{"mediaFormat":{"encoding":"mulaw","sampleRate":"fast"}}}', "sampleRate"),
        ('{"event":"start","start":{"mediaFormat":{"encoding":"mulaw","sampleRate":4}}}', "sampleRate"),
        ('{"event":"start","start":{"mediaFormat":{"encoding":"mulaw","channels":3}}}', "channels"),
    ],
)
def test_a_mistake_is_named(text: str, field: str) -> None:
    with pytest.raises(InputError) as refused:
        read_message(text)
    assert refused.value.field == field


def test_tracks_may_be_mapped() -> None:
    assert parse_tracks(None)["inbound"] is Channel.TAB
    assert parse_tracks("inbound=mic, agent=tab") == {
        **parse_tracks(""),
        "inbound": Channel.MIC,
        "agent": Channel.TAB,
    }
    with pytest.raises(InputError, match="such as inbound=tab"):
        parse_tracks("inbound=left")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["start", "media", "stop"]),
    st.dictionaries(st.sampled_from(["start", "media", "tracks", "track", "payload"]), json_values, max_size=4),
)
def test_nothing_breaks_the_reader(name: str, rest: dict[str, Any]) -> None:
    with contextlib.suppress(InputError):
        read_message(json.dumps({"event": name, **rest}))
