from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.support import story
from tests.support.service import TOKEN, Service, service
from wingman.client import Client
from wingman.core.errors import InputError
from wingman.core.events import StreamReset, UtteranceCreated
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.events.hub import HubLimits
from wingman.server.routes.upload import Upload


class Recording:
    channels = (Channel.TAB,)

    def __init__(self, wish: Upload) -> None:
        assert wish.name == "call.wav"
        self._path = wish.path

    async def run(self, sinks: Mapping[Channel, Any]) -> None:
        assert self._path.read_bytes() == b"audio" * 200_000


@pytest_asyncio.fixture
async def it() -> AsyncIterator[Service]:
    async with service(playbooks=lambda: [{"name": "sales"}], recording=Recording) as running:
        yield running


@pytest_asyncio.fixture
async def client(it: Service) -> AsyncIterator[Client]:
    async with Client(it.url, TOKEN) as opened:
        yield opened


def said(number: int) -> UtteranceCreated:
    return UtteranceCreated(f"u-{number}", "tab", f"sentence {number}", 0.9, 0, EMOTION_OFF)


async def test_a_meeting_from_beginning_to_end(it: Service, client: Client, tmp_path: Path) -> None:
    made = await client.create(title="Ada", playbook="sales")
    assert (made.title, made.state, made.channels) == ("Ada", "live", (Channel.TAB,))
    assert (await client.pause(made.id)).state == "paused"
    assert (await client.resume(made.id)).state == "live"
    recording = tmp_path / "call.wav"
    recording.write_bytes(b"audio" * 200_000)
    assert (await client.play(made.id, recording)).id == made.id
    card = await client.act(made.id, "recap")
    await client.feedback(made.id, card, "used")
    await client.control(made.id, "mode", "manual")
    assert [row.id for row in await client.meetings()] == [made.id]
    assert (await client.end(made.id)).state == "ended"
    assert [event.type for event in await client.log(made.id, after=4)] == [
        "suggestion.updated",
        "meeting.ended",
    ]
    assert (await client.status(made.id)).seconds == 12.5
    await client.delete(made.id)
    with pytest.raises(InputError, match="there is no meeting") as gone:
        await client.status(made.id)
    assert gone.value.status == 404


async def test_what_is_left_of_a_meeting(it: Service, client: Client) -> None:
    for envelope in story.events():
        it.log.append(story.MEETING, envelope.data, envelope.media, at=envelope.at)
    await it.log.flush()
    assert (await client.summary(story.MEETING)).decisions
    assert (await client.export(story.MEETING, "vtt")).startswith("WEBVTT")
    assert [hit.start for hit in await client.search("enterprise plan")] == [26.0]
    assert [event.type async for event in client.events(story.MEETING, after=40)][-1] == "meeting.ended"
    assert await client.playbooks() == [{"name": "sales"}]


async def test_refusals_carry_the_services_own_words(it: Service, client: Client) -> None:
    with pytest.raises(InputError, match="unknown field `titel`") as refused:
        await client.create(titel="x")
    assert (refused.value.field, refused.value.status) == ("titel", 400)
    with pytest.raises(InputError, match="no such meeting"):
        await anext(client.events("never"))
    async with Client(it.url, "wrong") as stranger:
        with pytest.raises(InputError, match="this token is wrong, or over"):
            await stranger.meetings()
        with pytest.raises(InputError, match="another token"):
            await anext(stranger.events("m-0001"))


async def test_nobody_there_is_said_in_words() -> None:
    async with Client("http://127.0.0.1:1", "t") as client:
        with pytest.raises(InputError, match="no Wingman answers at"):
            await client.meetings()


async def test_a_missing_recording_is_said_in_words(it: Service, client: Client, tmp_path: Path) -> None:
    made = await client.create()
    with pytest.raises(InputError, match="cannot read"):
        await client.play(made.id, tmp_path / "nowhere.wav")


async def test_events_come_through_a_service_that_keeps_hanging_up(it: Service, client: Client) -> None:
    made = await client.create(title="x")
    meeting = it.meetings.live(made.id)
    got: list[int] = []

    async def listen() -> None:
        async for event in client.events(made.id):
            got.append(event.seq)

    async with asyncio.TaskGroup() as group:
        group.create_task(listen())
        for number in range(60):
            it.log.append(made.id, said(number), at=1.0)
            if number % 20 == 10:
                await asyncio.sleep(0.05)
                it.hub.close()
            await asyncio.sleep(0.005)
        await meeting.end()
    assert got == list(range(1, 63))


async def test_a_deleted_meeting_ends_the_stream(it: Service, client: Client) -> None:
    made = await client.create(title="x")
    events = client.events(made.id)
    await anext(events)
    await client.delete(made.id)
    assert [event.type async for event in events][-1:] in ([], ["meeting.ended"])


async def test_a_reset_is_passed_on() -> None:
    async with service(limits=HubLimits(replay=5)) as it, Client(it.url, TOKEN) as client:
        made = await client.create(title="x")
        for number in range(20):
            it.log.append(made.id, said(number), at=1.0)
        await it.log.flush()
        first = await anext(client.events(made.id))
        assert isinstance(first.data, StreamReset)
        assert len(first.data.snapshot["utterances"]) == 20
