"""The local Hume: the published test vector, every refusal, every way a session ends."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.http import http_client
from wingman.emotion.hume_v0.wire import wav
from wingman.testing.hume.server import PATH, HumeEmulator, HumeHabits
from wingman.testing.hume.speech import Heard, Measurer, ranked
from wingman.testing.indexed_audio import IndexedSpeech
from wingman.testing.scenario import say, single
from wingman.testing.virtual_time import run
from wingman.testing.voice_activity import Onset

KEY = {"X-Hume-Api-Key": "local-key"}
FRAME = bytes(3200)


class StartsAt98:
    """Hears speech from 98 ms on, without end."""

    def __init__(self) -> None:
        self.heard = 0

    def feed(self, pcm: bytes) -> list[Onset]:
        before, self.heard = self.heard, self.heard + len(pcm) // 2
        return [Onset(98 * 16)] if before <= 98 * 16 < self.heard else []


class Vector(HumeEmulator):
    def detector(self) -> StartsAt98:
        return StartsAt98()


async def opened(emulator: HumeEmulator, headers: dict[str, str] = KEY) -> ClientConnection:
    return await connect(emulator.url + PATH, additional_headers=headers, compression=None, proxy=None)


async def said(socket: ClientConnection) -> list[dict[str, Any]]:
    heard = []
    try:
        async for text in socket:
            heard.append(msgspec.json.decode(text))
    except ConnectionClosed:
        pass
    return heard


def test_the_published_vector_comes_out_exactly() -> None:
    async def scenario() -> list[dict[str, Any]]:
        async with Vector(habits=HumeHabits(paced=False)) as hume, await opened(hume) as socket:
            for _ in range(260):
                await socket.send(FRAME)
            await socket.send('{"type":"session.close"}')
            return await said(socket)

    heard = run(scenario())
    kinds = [message["type"] for message in heard]
    assert kinds == [
        "session.created",
        "utterance.start",
        *["measurement.result"] * 9,
        "utterance.end",
        "session.closed",
    ]
    windows = [(m["audio_start_ms"], m["audio_end_ms"], m["trigger"]) for m in heard if "trigger" in m]
    ends = range(12_098, 24_099, 3000)
    assert windows == [
        (98, 3098, "interval"),
        (98, 6098, "interval"),
        (98, 9098, "interval"),
        *[(end - 10_000, end, "interval") for end in ends],
        (16_000, 26_000, "speech_ended"),
    ]
    assert heard[-2] == {
        "type": "utterance.end",
        "utterance_id": 0,
        "audio_start_ms": 98,
        "audio_end_ms": 26_000,
    }
    assert heard[-1]["received"] == {"audio_duration_ms": 26_000, "frames": 260}
    assert heard[-1]["produced"] == {"utterances": 1, "measurements": 9}
    assert heard[-1]["reason"] == "client_request"


@pytest.mark.parametrize("size", [2, 640, 3200, 32_000])
def test_framing_changes_nothing(size: int) -> None:
    def messages(size: int) -> list[dict[str, Any]]:
        measurer = Measurer(StartsAt98(), lambda start, end: Heard({"joy": 0.5}, {}))
        found = []
        for at in range(0, 64_000, size):
            found += measurer.feed(bytes(min(size, 64_000 - at)))
        return found + measurer.finish()

    assert messages(size) == messages(3200)


def test_lists_are_cut_and_ranked() -> None:
    assert ranked({"a": 0.70, "b": 0.8, "c": 1.3, "d": 0.8}, 0.725) == [
        {"name": "c", "probability": 1.0},
        {"name": "b", "probability": 0.8},
        {"name": "d", "probability": 0.8},
    ]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, None),
        ({"X-Hume-Api-Key": "wrong"}, 401, None),
        ({"Authorization": "Bearer wrong"}, 401, None),
        (KEY | {"Authorization": "Bearer local-key"}, 401, None),
        ({"X-Hume-Api-Key": "poor"}, 403, "forbidden"),
    ],
)
def test_handshakes_that_are_refused(headers: dict[str, str], status: int, code: str | None) -> None:
    habits = HumeHabits(keys=frozenset({"local-key", "poor"}), forbidden=frozenset({"poor"}))

    async def scenario() -> None:
        async with HumeEmulator(habits=habits) as hume:
            with pytest.raises(InvalidStatus) as refused:
                await opened(hume, headers)
            response = refused.value.response
            body = msgspec.json.decode(response.body)
            assert (response.status_code, body.get("code")) == (status, code)
            assert ("request_id" in body) == ("X-Hume-Api-Key" in headers)

    run(scenario())


def test_a_bearer_token_is_a_credential_too() -> None:
    async def scenario() -> None:
        async with HumeEmulator() as hume, await opened(hume, {"Authorization": "Bearer t"}) as socket:
            assert msgspec.json.decode(await socket.recv())["type"] == "session.created"

    run(scenario())


async def exchange(
    *frames: bytes | str, habits: HumeHabits = HumeHabits()
) -> tuple[list[dict[str, Any]], int | None]:
    async with HumeEmulator(habits=habits) as hume, await opened(hume) as socket:
        for frame in frames:
            await socket.send(frame)
        heard = await said(socket)
        return heard, socket.close_code


UPDATE = '{"type":"session.update","measurement_timer_ms":4000}'


@pytest.mark.parametrize(
    ("frames", "codes", "close"),
    [
        ((FRAME, UPDATE), ["config_invalid"], 1008),
        (('{"type":"session.update","measurement_timer_ms":2999}',), ["config_invalid"], 1008),
        (('{"type":"session.update","language":"en"}',), ["config_invalid"], 1008),
        ((bytes((1 << 20) + 2),), ["message_too_large"], 1009),
    ],
)
def test_errors_that_end_the_session(frames: tuple[Any, ...], codes: list[str], close: int) -> None:
    heard, closed = run(exchange(*frames))
    errors = [message for message in heard if message["type"] == "error"]
    assert [error["code"] for error in errors] == codes
    assert not any(error["retryable"] for error in errors)
    assert (heard[-1]["type"], heard[-1]["reason"], closed) == ("session.closed", "error", close)


def test_errors_the_session_survives() -> None:
    heard, closed = run(
        exchange(UPDATE, b"", b"odd", bytes(320_002), "{", '{"type":"hello"}', '{"type":"session.close"}')
    )
    assert [m["code"] for m in heard if m["type"] == "error"] == ["invalid_audio_frame"] * 3 + [
        "message_invalid"
    ] * 2
    assert heard[1]["measurement_timer_ms"] == 4000
    assert (heard[-1]["received"]["frames"], closed) == (0, 1000)


def test_haste_is_refused_and_does_not_advance_the_clock() -> None:
    heard, _ = run(exchange(*[FRAME] * 20, '{"type":"session.close"}', habits=HumeHabits(burst_s=0.5)))
    refused = [m for m in heard if m.get("code") == "rate_limited"]
    assert len(refused) == 15
    assert heard[-1]["received"] == {"audio_duration_ms": 500, "frames": 5}


def test_an_idle_session_is_closed() -> None:
    heard, closed = run(exchange(FRAME, habits=HumeHabits(idle_s=30.0)))
    assert (heard[-1]["reason"], closed) == ("idle_timeout", 1000)


@pytest.mark.parametrize(
    ("upload", "status", "code"),
    [
        (b"ID3xxx", 415, "unsupported_media_type"),
        (b"", 400, "audio_decode_failed"),
        (b"abc", 400, "audio_decode_failed"),
        (wav(bytes(3200), 8000), 400, "audio_decode_failed"),
        (wav(bytes(3200))[:-2], 400, "audio_decode_failed"),
    ],
)
async def test_uploads_that_are_refused(upload: bytes, status: int, code: str) -> None:
    async with HumeEmulator() as hume, http_client(hume.http_url) as http:
        files = {"file": ("a.wav", upload)}
        answer = await http.post("/v1/expression/audio/file", files=files, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (await http.post("/v1/expression/audio/file", files=files)).status_code == 401


async def test_an_upload_over_25_megabytes_is_too_long() -> None:
    async with HumeEmulator() as hume, http_client(hume.http_url) as http:
        files = {"file": ("a.pcm", bytes(25_000_001))}
        answer = await http.post("/v1/expression/audio/file", files=files, headers=KEY, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (413, "audio_too_long")


async def test_an_upload_measures_what_a_session_would() -> None:
    pcm = IndexedSpeech().pcm(0, 160_000)
    scenario = single(say("we are so happy today", 0.0, emotion="joy"))
    habits = HumeHabits(paced=False)
    async with (
        HumeEmulator(scenario=scenario, habits=habits) as hume,
        http_client(hume.http_url) as http,
    ):
        answer = await http.post("/v1/expression/audio/file", files={"file": ("a.wav", wav(pcm))}, headers=KEY)
        async with asyncio.timeout(60), await opened(hume) as socket:
            for at in range(0, len(pcm), 3200):
                await socket.send(pcm[at : at + 3200])
            await socket.send('{"type":"session.close"}')
            heard = await said(socket)
    live = [m for m in heard if m["type"] == "measurement.result"]
    assert [{k: v for k, v in m.items() if k != "type"} for m in live] == answer.json()["measurements"]
    assert live[0]["expressions"][0]["name"] == "joy"
