"""Names, tags, notes, corrections and a colleague's cards are added beside what was heard, not over it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.support import story
from tests.support.service import Service, service
from wingman.core.events import Event
from wingman.report.record import read
from wingman.server.auth import OWNER
from wingman.server.grants import Role

ONE = f"/api/meetings/{story.MEETING}"
LINE = "tab-92800"  # the second thing that was said
HEARD = story.LINES[1][4]


@asynccontextmanager
async def stored() -> AsyncIterator[tuple[Service, httpx.AsyncClient]]:
    """A service whose archive holds one whole call."""
    async with service() as it, it.client() as client:
        for told in story.events():
            it.log.append(story.MEETING, told.payload(Event), told.media, at=told.at)
        await it.log.flush()
        yield it, client


async def test_a_name_and_tags_are_found_again() -> None:
    async with stored() as (_, client):
        wish = {"title": "  Ada \n & Co ", "tags": ["pilot", " pilot", "", "a  b"]}
        changed = await client.patch(ONE, json=wish)
        assert (changed.json()["title"], changed.json()["tags"]) == ("Ada & Co", ["pilot", "a b"])
        only = await client.patch(ONE, json={"tags": []})
        assert (only.json()["title"], only.json()["tags"]) == ("Ada & Co", []), "what is left out stays"


async def test_a_correction_stands_beside_what_was_heard_and_can_be_taken_back() -> None:
    async with stored() as (it, client):
        answer = await client.put(f"{ONE}/lines/{LINE}", json={"text": "Sure.  Fifty people."})
        assert answer.json() == {"utterance": LINE}
        line = (await read(it.log, story.MEETING)).utterance(LINE)
        assert line is not None
        assert line.text == "Sure. Fifty people."
        await client.put(f"{ONE}/lines/{LINE}", json={"text": ""})
        line = (await read(it.log, story.MEETING)).utterance(LINE)
        assert line is not None
        assert line.text == HEARD
        heard = [e.data for e in await it.log.read(story.MEETING) if e.type == "utterance.created"]
        assert HEARD in [said.text for said in heard]


async def test_a_note_keeps_its_moment_and_is_removed_once() -> None:
    async with stored() as (it, client):
        late = (await client.post(f"{ONE}/notes", json={"text": " Call Ada "})).json()["id"]
        early = (await client.post(f"{ONE}/notes", json={"text": "Price", "at": 30.12345})).json()["id"]
        notes = {note.id: (note.text, note.at) for note in (await read(it.log, story.MEETING)).notes}
        assert notes == {late: ("Call Ada", 98.0), early: ("Price", 30.123)}
        assert (await client.delete(f"{ONE}/notes/{late}")).status_code == 204
        assert (await client.delete(f"{ONE}/notes/{late}")).status_code == 404
        assert [note.id for note in (await read(it.log, story.MEETING)).notes] == [early]


async def test_an_item_of_the_summary_and_a_speaker_are_changed() -> None:
    async with stored() as (it, client):
        item = {"kind": "action", "text": "Send the  price list", "owner": " Ada ", "done": True}
        assert (await client.put(f"{ONE}/items/i-1", json=item)).json() == {"item": "i-1"}
        assert (
            await client.post(f"{ONE}/speakers", json={"speaker": "tab:1", "name": "Grace"})
        ).status_code == 200
        record = await read(it.log, story.MEETING)
        assert [(e.item, e.text, e.owner, e.done) for e in record.edits] == [
            ("i-1", "Send the price list", "Ada", True)
        ]
        exported = (await client.get(f"{ONE}/export")).text
        assert "Grace" in exported


async def test_a_card_says_who_it_is_from_and_a_coach_cannot_take_another_name() -> None:
    async with service() as it, it.client() as owner:
        meeting = await it.meetings.create_titled("Live")
        cards = f"/api/meetings/{meeting.id}/cards"
        _, token = it.access.make(Role.COACH, by=OWNER, meeting=meeting.id, name="Grace")
        async with it.client(token) as coach:
            assert (await coach.post(cards, json={"text": "Ask why", "by": "The boss"})).status_code == 201
            assert (await coach.patch(f"/api/meetings/{meeting.id}", json={"title": "x"})).status_code == 403
        await owner.post(cards, json={"text": "Slow down", "by": " Ada  L. "})
        await owner.post(cards, json={"text": "Smile"})
        shown = [e.data for e in await it.log.read(meeting.id) if e.type == "suggestion.created"]
        assert [card.title for card in shown] == ["Grace", "Ada L.", "a colleague"]
        assert (await owner.post(f"{ONE}/cards", json={"text": "Too late"})).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("PATCH", "", {"title": "x" * 121}, 400, "title"),
        ("PATCH", "", {"tags": ["x" * 41]}, 400, "tags"),
        ("PATCH", "", {"tags": [str(n) for n in range(13)]}, 400, "tags"),
        ("POST", "/notes", {"text": "  "}, 400, "text"),
        ("POST", "/notes", {"text": "x" * 4001}, 400, "text"),
        ("POST", "/notes", {"text": "x", "at": -0.1}, 400, "at"),
        ("POST", "/notes", {"text": "x", "at": 1e300}, 400, "at"),
        ("PUT", f"/lines/{LINE}", {"text": "x" * 8001}, 400, "text"),
        ("PUT", "/lines/tab-1", {"text": "x"}, 404, "utterance"),
        ("POST", "/speakers", {"speaker": "tab:1", "name": " "}, 400, "name"),
        ("POST", "/speakers", {"speaker": "", "name": "Ada"}, 400, "speaker"),
        ("PUT", "/items/i", {"kind": "joke", "text": "x"}, 400, "kind"),
        ("PUT", "/items/i", {"kind": "action", "text": "x", "at": 1e300}, 400, "at"),
        ("PUT", "/items/i", {"kind": "action", "text": "x", "utterance": "u" * 101}, 400, "utterance"),
    ],
)
async def test_what_makes_no_sense_is_named_and_nothing_is_written(
    method: str, path: str, body: dict[str, Any], status: int, field: str
) -> None:
    async with stored() as (it, client):
        before = await it.log.last_seq(story.MEETING)
        refused = await client.request(method, f"{ONE}{path}", json=body)
        assert (refused.status_code, refused.json()["error"]["field"]) == (status, field), refused.text
        assert await it.log.last_seq(story.MEETING) == before
        nobody = await client.request(method, f"/api/meetings/m-none{path}", json=body)
        assert nobody.status_code == 404
