from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.support.meetings import SupportMeeting
from tests.support.service import Service, service
from wingman.core.errors import InputError
from wingman.core.events import Media, UtteranceCreated
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.meeting.api import MeetingSpec
from wingman.server.routes.upload import Upload


class Recording:
    """A source that remembers what the file held when it was played."""

    heard: list[bytes]

    def __init__(self, path: Path, heard: list[bytes]) -> None:
        self._path = path
        self.heard = heard
        self.channels = (Channel.TAB,)

    async def run(self, sinks: Mapping[Channel, object]) -> None:
        self.heard.append(self._path.read_bytes())


@pytest_asyncio.fixture
async def it() -> AsyncIterator[Service]:
    async with service() as running:
        yield running


@pytest_asyncio.fixture
async def client(it: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with it.client() as opened:
        yield opened


async def test_a_meeting_from_beginning_to_end(it: Service, client: httpx.AsyncClient) -> None:
    made = await client.post("/api/meetings", json={"title": "Ada", "keyterms": ["Lovelace"]})
    assert made.status_code == 201
    one = made.headers["location"]
    assert one == f"/api/meetings/{made.json()['id']}"
    assert made.json()["state"] == "live"
    assert (await client.post(f"{one}/pause")).json()["state"] == "paused"
    assert (await client.post(f"{one}/resume")).json()["state"] == "live"
    asked = await client.post(f"{one}/actions", json={"action": "recap"})
    assert asked.status_code == 202
    card = asked.json()["id"]
    assert (await client.post(f"{one}/feedback", json={"id": card, "feedback": "pinned"})).status_code == 200
    assert (await client.post(f"{one}/control", json={"setting": "mode", "value": "manual"})).status_code == 200
    ended = await client.post(f"{one}/end")
    assert ended.json()["state"] == "ended"
    assert (await client.post(f"{one}/end")).json()["state"] == "ended"  # twice is no error
    assert (await client.get(one)).json()["state"] == "ended"
    events = (await client.get(f"{one}/events")).json()
    assert [e["type"] for e in events["events"]] == [
        "meeting.started",
        "meeting.paused",
        "meeting.resumed",
        "suggestion.created",
        "suggestion.updated",
        "meeting.ended",
    ]
    assert events["last"] == 6
    assert [e["seq"] for e in (await client.get(f"{one}/events?after=4&limit=1")).json()["events"]] == [5]
    assert (await client.delete(one)).status_code == 204
    assert (await client.delete(one)).status_code == 404
    assert (await client.get(one)).status_code == 404


async def test_listing_and_searching(it: Service, client: httpx.AsyncClient) -> None:
    ids: list[str] = []
    for number in range(5):
        meeting = await it.meetings.create_titled(f"Call {number}")
        ids.insert(0, meeting.id)
        meeting.publish(
            UtteranceCreated("u", "tab", f"the price is {number} euros", 0.9, 0, EMOTION_OFF),
            Media(Channel.TAB, 1.5, 2.0),
        )
    await it.log.flush()
    assert [m["id"] for m in (await client.get("/api/meetings")).json()["meetings"]] == ids
    for before, listed in (("", ids[:2]), (ids[1], ids[2:4]), (ids[3], ids[4:])):
        page = (await client.get("/api/meetings", params={"limit": 2, "before": before})).json()
        assert [m["id"] for m in page["meetings"]] == listed, "all of them run"
    with pytest.MonkeyPatch.context() as leaderless:
        leaderless.setattr(it.log, "meeting", None)  # of other nodes' meetings it may take seconds, and refuse
        it.meetings._live["m-9"] = SupportMeeting(it.meetings, "m-9", MeetingSpec(title="not in the log yet"))
        page = (await client.get("/api/meetings", params={"limit": 2})).json()
        assert [m["id"] for m in page["meetings"]] == ["m-9", ids[0]]
    hits = (await client.get("/api/meetings", params={"q": "3 euros"})).json()["hits"]
    assert [(h["meeting"], h["start"]) for h in hits] == [(ids[1], 1.5)]


async def test_deleting_a_live_meeting_ends_it_first(it: Service, client: httpx.AsyncClient) -> None:
    meeting = await it.meetings.create_titled("x")
    assert (await client.delete(f"/api/meetings/{meeting.id}")).status_code == 204
    assert not it.meetings.all_live()
    assert (await client.get(f"/api/meetings/{meeting.id}")).status_code == 404


@pytest.mark.parametrize(
    ("path", "json", "field"),
    [
        ("/api/meetings", {"titel": "x"}, "titel"),
        ("/api/meetings", {"title": 3}, "title"),
        ("/api/meetings", {"source": "radio"}, "source"),
        ("/api/meetings", [1], "body"),
        ("/api/meetings/{m}/actions", {"action": "sing"}, "action"),
        ("/api/meetings/{m}/actions", {}, "action"),
        ("/api/meetings/{m}/actions", {"action": "ask", "text": "x" * 5000}, "text"),
        ("/api/meetings/{m}/feedback", {"id": "s-1", "feedback": "meh"}, "feedback"),
        ("/api/meetings/{m}/control", {"setting": "volume", "value": 1}, "setting"),
    ],
)
async def test_bad_input_is_named(
    it: Service, client: httpx.AsyncClient, path: str, json: object, field: str
) -> None:
    meeting = await it.meetings.create_titled("x")
    answer = await client.post(path.replace("{m}", meeting.id), json=json)
    assert answer.status_code == 400
    failed = answer.json()["error"]
    assert failed["code"] == "bad_input"
    assert failed["field"] == field
    assert field in failed["detail"] or field == "body"


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "limit=0", "limit=99999", "after=1e3", "after=%D9%A3"]
)
async def test_bad_numbers_in_a_query_are_named(it: Service, client: httpx.AsyncClient, query: str) -> None:
    meeting = await it.meetings.create_titled("x")
    answer = await client.get(f"/api/meetings/{meeting.id}/events?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == query.partition("=")[0]


async def test_broken_and_oversized_bodies(client: httpx.AsyncClient) -> None:
    broken = await client.post("/api/meetings", content=b"{")
    assert (broken.status_code, broken.json()["error"]["field"]) == (400, "body")
    huge = await client.post("/api/meetings", content=b" " * 300_000)
    assert (huge.status_code, huge.json()["error"]["code"]) == (413, "too_large")


async def test_unknown_addresses_and_methods(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/nothing")).json()["error"]["code"] == "not_found"
    wrong = await client.put("/api/meetings")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


async def test_a_recording_is_played_and_its_copy_removed() -> None:
    heard: list[bytes] = []
    paths: list[Path] = []

    def open_recording(wish: Upload) -> Recording:
        paths.append(wish.path)
        return Recording(wish.path, heard)

    async with service(recording=open_recording) as it, it.client() as client:
        meeting = await it.meetings.create_titled("x")
        address = f"/api/meetings/{meeting.id}/recording"
        empty = await client.post(address, content=b"")
        assert (empty.status_code, empty.json()["error"]["field"]) == (400, "body")
        sent = os.urandom(3_000_000)
        answer = await client.post(address, content=sent, headers={"Content-Type": "audio/wav"})
        assert answer.status_code == 202
        assert heard == [sent]
        unknown = await client.post(address, params={"channel": "mic"}, content=b"x")
        assert (unknown.status_code, unknown.json()["error"]["field"]) == (400, "channel")
        wrong = await client.post(address, params={"channels": "left"}, content=b"x")
        assert (wrong.status_code, wrong.json()["error"]["field"]) == (400, "channels")
        taken = await client.post(address, content=b"x")
        assert taken.status_code == 409
        assert not any(path.exists() for path in paths)


async def test_a_recording_that_cannot_be_opened_leaves_no_file() -> None:
    paths: list[Path] = []

    def refuse(wish: Upload) -> Recording:
        paths.append(wish.path)
        raise InputError("this is not a media file", field="body")

    async with service(recording=refuse) as it, it.client() as client:
        meeting = await it.meetings.create_titled("x")
        answer = await client.post(f"/api/meetings/{meeting.id}/recording", content=b"text")
        assert answer.json()["error"]["detail"] == "this is not a media file"
        assert not paths[0].exists()


async def test_what_is_offered_is_served() -> None:
    async with (
        service(
            playbooks=lambda: [{"name": "sales"}], config=lambda: {"a": 1}, not_ready=lambda: "loading models"
        ) as it,
        it.client() as client,
    ):
        assert (await client.get("/api/playbooks")).json() == {"playbooks": [{"name": "sales"}]}
        assert (await client.get("/api/config")).json() == {"a": 1}
        assert (await client.get("/readyz")).status_code == 503
        metrics = await client.get("/metrics")
        assert "text/plain" in metrics.headers["content-type"]
        no_sample = await client.post("/api/meetings", json={"source": "sample"})
        assert no_sample.status_code == 501


async def test_a_crash_is_an_answer_too(it: Service, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> dict[str, object]:
        raise RuntimeError("secret detail")

    async with service(config=broken) as crashing, crashing.client() as client:
        answer = await client.get("/api/config")
        assert answer.status_code == 500
        assert answer.json()["error"]["code"] == "internal"
        assert "secret detail" not in answer.text
        await asyncio.sleep(0)
