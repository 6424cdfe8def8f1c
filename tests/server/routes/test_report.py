"""What is left of a meeting: its page, its exports, its summary, its sound and what left this machine."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.support import story
from tests.support.service import Service, service
from wingman.archive.audio_store import AudioStore
from wingman.core.events import Event
from wingman.core.time import Channel
from wingman.report.files import KNOWN_FORMATS
from wingman.server.auth import OWNER
from wingman.server.grants import Role

ONE = f"/api/meetings/{story.MEETING}"
SOUND = bytes(range(256)) * 4


@asynccontextmanager
async def stored(folder: Path | None = None) -> AsyncIterator[tuple[Service, httpx.AsyncClient]]:
    """A service whose archive holds one whole call, and its sound where there is a folder for it."""
    store = AudioStore(folder) if folder else None
    if store is not None:
        file = store.create(story.MEETING, Channel.TAB)
        file.write(SOUND)
        file.close()
    async with service(sound=store) as it, it.client() as client:
        for told in story.events():
            it.log.append(story.MEETING, told.payload(Event), told.media, at=told.at)
        await it.log.flush()
        yield it, client


@pytest.mark.parametrize("name", KNOWN_FORMATS)
async def test_every_export_is_a_file_with_what_was_said(name: str) -> None:
    async with stored() as (_, client):
        answer = await client.get(f"{ONE}/export", params={"format": name})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) > 500
    if name != "bundle":
        assert "enterprise plan" in answer.text


async def test_an_export_nobody_knows_is_refused_in_words() -> None:
    async with stored() as (_, client):
        for name in ("docx", "../md", "MD", ""):
            refused = await client.get(f"{ONE}/export", params={"format": name})
            assert (refused.status_code, refused.json()["error"]["field"]) == (400, "format"), name


async def test_the_page_shows_what_was_said_and_runs_no_script_of_a_title() -> None:
    async with stored() as (_, client):
        page = await client.get(f"/meetings/{story.MEETING}")
    assert page.headers["content-type"].startswith("text/html")
    assert "enterprise plan" in page.text
    assert "<Ada" not in page.text
    assert "&lt;Ada &amp; Co&gt;" in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"]


async def test_stored_sound_is_heard_whole_and_in_parts_but_not_by_a_viewer(tmp_path: Path) -> None:
    async with stored(tmp_path) as (it, client):
        whole = await client.get(f"{ONE}/audio/tab")
        assert (whole.status_code, whole.content) == (200, SOUND)
        some = await client.get(f"{ONE}/audio/tab", headers={"Range": "bytes=10-19"})
        assert (some.status_code, some.content) == (206, SOUND[10:20])
        assert (await client.get(f"{ONE}/audio/tab", headers={"Range": "bytes=9999-"})).status_code == 416
        for channel in ("mic", "left", "..%2Ftab"):
            assert (await client.get(f"{ONE}/audio/{channel}")).status_code == 404, channel
        async with it.client(it.access.viewer(story.MEETING)) as viewer:
            assert (await viewer.get(f"{ONE}/audio/tab")).status_code == 403
            theirs = (await viewer.get(f"/meetings/{story.MEETING}")).text
        mine = (await client.get(f"/meetings/{story.MEETING}")).text
        assert "<audio" in mine
        assert "<audio" not in theirs


async def test_a_script_that_may_export_gets_the_words_without_the_voices(tmp_path: Path) -> None:
    async with stored(tmp_path) as (it, client):
        _, token = it.access.make(Role.SCRIPT, by=OWNER, scopes=frozenset({"export"}), name="words")
        async with it.client(token) as script:
            words = await script.get(f"{ONE}/export?format=bundle")
        whole = await client.get(f"{ONE}/export?format=bundle")
    assert words.status_code == 200
    assert len(words.content) < len(whole.content)


async def test_summary_answers_mail_and_ledger_come_from_what_was_said() -> None:
    async with stored() as (_, client):
        summary = await client.get(f"{ONE}/summary")
        assert summary.status_code == 200
        assert json.dumps(summary.json()).count("price list")
        asked = await client.get(f"{ONE}/answers", params={"q": "What does the enterprise plan cost?"})
        assert "forty euros per seat" in json.dumps(asked.json()["cited"])
        assert (await client.get(f"{ONE}/answers?q=%20")).json()["error"]["field"] == "q"
        assert (await client.get(f"{ONE}/follow-up")).status_code == 200
        assert set((await client.get(f"{ONE}/ledger")).json()) == {"totals", "pauses", "clean"}


@pytest.mark.parametrize("path", ["export", "audio/tab", "summary", "ledger", "follow-up", "answers?q=x"])
async def test_a_meeting_that_never_was_has_nothing_left(path: str) -> None:
    async with stored() as (_, client):
        refused = await client.get(f"/api/meetings/m-none/{path}")
        assert (refused.status_code, refused.json()["error"]["field"]) == (404, "meeting")
