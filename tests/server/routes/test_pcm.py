"""Raw PCM over a real WebSocket."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.transports.support import Meetings, pitch, service, tone
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.meeting.api import MeetingSpec


async def _meeting(meetings: Meetings) -> str:
    return (await meetings.create(MeetingSpec())).id


@pytest.mark.parametrize("rate", [16_000, 48_000])
async def test_samples_reach_the_channel(rate: int) -> None:
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        target = f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm?channel=mic&rate={rate}"
        async with connect(target) as socket:
            pcm = tone(440, 1.0, rate)
            for at in range(0, len(pcm), rate // 5):
                await socket.send(pcm[at : at + rate // 5])
            await socket.send(json.dumps({"type": "end"}))
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1000
        sink = meetings.known[name].sinks[Channel.MIC]
        assert sink.position == pytest.approx(SAMPLE_RATE, abs=40)
        assert pitch(sink.pcm) == pytest.approx(440, abs=2)
        assert sink.states[-1] == "ended"


@pytest.mark.parametrize(
    ("query", "field"),
    [("channel=them", "channel"), ("rate=fast", "rate"), ("rate=1", "rate")],
)
async def test_a_wrong_parameter_is_named(query: str, field: str) -> None:
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        async with connect(f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm?{query}") as socket:
            answer = json.loads(await socket.recv())
            assert answer["field"] == field
            assert answer["code"] == "bad_input"


async def test_an_unknown_meeting_is_named() -> None:
    async with (
        service() as (url, _),
        connect(f"{url.replace('http', 'ws')}/api/meetings/nope/pcm") as socket,
    ):
        assert "nope" in json.loads(await socket.recv())["detail"]


async def test_half_a_sample_ends_the_stream_with_a_sentence() -> None:
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        async with connect(f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm") as socket:
            await socket.send(b"abc")
            assert "half a sample" in json.loads(await socket.recv())["detail"]


async def test_a_client_that_goes_away_is_reported() -> None:
    async with service() as (url, meetings):
        name = await _meeting(meetings)
        async with connect(f"{url.replace('http', 'ws')}/api/meetings/{name}/pcm") as socket:
            await socket.send(tone(440, 0.1, 16_000))
        async with asyncio.timeout(2):
            await meetings.known[name].idle()
        assert meetings.known[name].sinks[Channel.TAB].states[-1] == "gone"
