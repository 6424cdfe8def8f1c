"""What an earlier version stored is there: read, listed, found, reported, opened as a bundle and deleted."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from wingman.archive.bundle import unpack
from wingman.core.events import UtteranceCreated, payload_of
from wingman.events.sqlite.log import SqliteLog
from wingman.report import record as records

STORED = Path(__file__).with_name("stored_by_0_1.sql").read_text(encoding="utf-8")
MEETING = "m-20261126-144901-0ac281"


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    path = tmp_path / "wingman.db"
    before = sqlite3.connect(path)
    before.executescript(STORED)
    before.close()
    opened = await SqliteLog.open(path)
    yield opened
    await opened.aclose()


def lines() -> list[bytes]:
    """Its events, as they lie in the store."""
    store = sqlite3.connect(":memory:")
    store.executescript(STORED)
    found = [line for (line,) in store.execute("SELECT line FROM events ORDER BY seq")]
    store.close()
    return found


async def test_every_event_is_of_a_type_that_is_known(log: SqliteLog) -> None:
    events = await log.read(MEETING)
    assert [event.seq for event in events] == list(range(1, 18))
    assert all(payload_of(event) is not None for event in events)


async def test_it_is_listed_and_its_words_are_found(log: SqliteLog) -> None:
    (row,) = await log.meetings()
    assert (row.id, row.title, row.state, row.tags) == (MEETING, "Sample: a renewal call", "ended", ())
    hits = await log.search("joining")
    assert [(hit.meeting, hit.channel) for hit in hits] == [(MEETING, "mic")]


async def test_it_is_reported(log: SqliteLog) -> None:
    record = await records.read(log, MEETING)
    assert record.title == "Sample: a renewal call"
    assert record.providers == ("embedded", "prosody", "cues")
    assert record.summary is not None
    assert next(said.text for said in record.said if said.channel == "mic") == "Good morning everyone"


async def test_it_leaves_no_trace(log: SqliteLog) -> None:
    assert await log.delete(MEETING)
    assert await log.meetings() == []
    assert await log.search("joining") == []


def test_its_bundle_opens() -> None:
    manifest = {"format": "wingman-bundle", "version": 1, "meeting": MEETING, "title": "x", "audio": {}}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("manifest.json", json.dumps(manifest | {"events": len(lines())}))
        bundle.writestr("events.jsonl", b"".join(line + b"\n" for line in lines()))
    opened = unpack(packed.getvalue())
    assert opened.meeting == MEETING
    assert sum(isinstance(event.data, UtteranceCreated) for event in opened.events) == 2
