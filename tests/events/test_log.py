"""Every log keeps the same promises: in memory, in one file, on one NATS server and on three."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.nats import Node, Servers, emptied, open_node
from wingman.core.events import (
    Envelope,
    Media,
    MeetingEnded,
    MeetingStarted,
    SummaryReady,
    TranscriptPartial,
    UtteranceCreated,
)
from wingman.core.time import Channel
from wingman.core.utterance import EMOTION_OFF
from wingman.events.index import MeetingIndex
from wingman.events.log import EventLog
from wingman.events.memory import MemoryLog
from wingman.events.provider_log import ProviderLog
from wingman.events.sqlite.log import SqliteLog

M = "m-1"
SERVERS = {"one server": "one_server", "three servers": "three_servers"}
KEPT = ("sqlite", *SERVERS)
"""Those that outlive the process."""


def said(text: str, number: int = 0) -> UtteranceCreated:
    return UtteranceCreated(f"u-{number}", "tab", text, 0.9, 0, EMOTION_OFF)


def started(title: str = "Call with Ada") -> MeetingStarted:
    return MeetingStarted(title, (Channel.TAB,), "sales", "local", "off", "cues", "off")


class Opener:
    """Opens one kind of log, again and again over the same place."""

    def __init__(self, kind: str, request: pytest.FixtureRequest, folder: Path) -> None:
        self._kind = kind
        self._folder = folder
        self._servers: Servers | None = request.getfixturevalue(SERVERS[kind]) if kind in SERVERS else None
        self._nodes: list[Node] = []

    async def open(self) -> EventLog:
        if self._kind == "memory":
            return MemoryLog()
        if self._kind == "sqlite":
            return await SqliteLog.open(self._folder / "events.db")
        assert self._servers is not None
        if not self._nodes:
            await emptied(self._servers)
        node = await open_node(self._servers, f"node-{len(self._nodes)}")
        self._nodes.append(node)
        return node.log

    async def aclose(self) -> None:
        for node in self._nodes:
            await node.aclose()


@pytest_asyncio.fixture(params=["memory", *KEPT])
async def opener(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Opener]:
    made = Opener(request.param, request, tmp_path)
    yield made
    await made.aclose()


@pytest_asyncio.fixture
async def log(opener: Opener) -> AsyncIterator[EventLog]:
    opened = await opener.open()
    yield opened
    await opened.aclose()


async def test_seq_counts_per_meeting_without_a_gap(log: EventLog) -> None:
    handed_on: list[Envelope] = []
    log.on_committed(handed_on.extend)
    for _ in range(5):
        for meeting in ("m-1", "m-2"):
            log.append(meeting, TranscriptPartial(Channel.TAB, "tab", "x"), at=1.0)
    await log.flush()
    for meeting in ("m-1", "m-2"):
        assert [e.seq for e in handed_on if e.meeting == meeting] == [1, 2, 3, 4, 5]
        assert [e.seq for e in await log.read(meeting)] == [1, 2, 3, 4, 5]
        assert [e.seq for e in await log.read(meeting, after=3)] == [4, 5]
        assert [e.seq for e in await log.read(meeting, after=1, limit=2)] == [2, 3]


async def test_closing_flushes(log: EventLog) -> None:
    handed_on: list[Envelope] = []
    log.on_committed(handed_on.extend)
    log.append("m-1", TranscriptPartial(Channel.TAB, "tab", "x"), at=1.0)
    await log.aclose()
    assert len(handed_on) == 1


async def test_the_archive_side(log: EventLog) -> None:
    assert isinstance(log, MeetingIndex)
    log.append("m-1", MeetingStarted("One", (Channel.TAB,), "sales", "", "", "", "off"), at=1.0)
    log.append("m-2", MeetingStarted("Two", (Channel.TAB,), "sales", "", "", "", "off"), at=2.0)
    log.append("m-1", MeetingEnded("stopped", 7.0), at=3.0)
    await log.flush()
    assert [row.id for row in await log.meetings()] == ["m-2", "m-1"]
    assert [row.id for row in await log.meetings(before="m-2")] == ["m-1"]
    assert [hit.meeting for hit in await log.search("two")] == ["m-2"]
    assert await log.delete("m-2")
    assert not await log.delete("m-2")
    assert list(await log.read("m-2")) == []


async def test_nothing_said_after_its_deletion_brings_a_meeting_back(log: EventLog) -> None:
    """A summary that was being written, a state that came late: what is gone stays gone."""
    assert isinstance(log, MeetingIndex)
    handed_on: list[Envelope] = []
    log.append("m-1", MeetingStarted("x", (Channel.TAB,), "", "", "", "", "off"), at=1.0)
    await log.flush()
    deleting = asyncio.ensure_future(log.delete("m-1"))
    await asyncio.sleep(0)
    log.on_committed(handed_on.extend)
    log.append("m-1", MeetingEnded("stopped", 1.0), at=2.0)
    assert await deleting
    log.append("m-1", MeetingEnded("stopped", 1.0), at=3.0)
    await log.flush()
    assert await log.meeting("m-1") is None
    assert list(await log.read("m-1")) == []
    assert handed_on == []
    assert not await log.delete("m-2")
    log.append("m-2", MeetingEnded("stopped", 1.0), at=3.0)  # one that never was may still begin
    await log.flush()
    assert await log.meeting("m-2") is not None


async def test_a_burst_is_one_batch_and_in_order(log: EventLog) -> None:
    batches: list[list[Envelope]] = []
    log.on_committed(lambda envelopes: batches.append(list(envelopes)))
    for number in range(2000):
        log.append(M, said(f"word {number}"), at=1.0)
    await log.flush()
    told = [envelope for batch in batches for envelope in batch]
    assert [envelope.seq for envelope in told] == list(range(1, len(told) + 1))
    # a log whose disk is slow tells so in between
    words = [envelope.data.text for envelope in told if isinstance(envelope.data, UtteranceCreated)]
    assert words == [f"word {number}" for number in range(2000)]
    assert len(batches) < 200


@pytest.mark.parametrize("opener", KEPT, indirect=True)
async def test_a_reader_never_runs_ahead_of_what_was_handed_on(log: EventLog) -> None:
    handed_on = [0]
    log.on_committed(lambda envelopes: handed_on.append(envelopes[-1].seq))
    for number in range(400):
        log.append(M, said("x", number), at=1.0)
        events = await log.read(M, after=handed_on[-1])
        assert (events[-1].seq if events else 0) <= handed_on[-1] == await log.last_seq(M)


async def test_what_was_written_is_read_back_equal_and_paged(log: EventLog) -> None:
    media = Media(Channel.MIC, 1.0, 2.5)
    envelope = log.append(M, said("naïve ünïcode ✓"), media, at=12.25)
    log.append(M, TranscriptPartial(Channel.TAB, "tab", "so"), at=12.5)
    log.append("m-2", said("elsewhere"), at=1.0)
    await log.flush()
    assert list(await log.read(M, limit=1)) == [envelope]
    assert [e.seq for e in await log.read(M, after=1)] == [2]
    assert list(await log.read("never heard of")) == []
    assert await log.last_seq(M) == 2
    assert await log.last_seq("never heard of") == 0


async def test_the_archive_lists_newest_first_whatever_the_clock_says(log: EventLog) -> None:
    assert isinstance(log, MeetingIndex)
    for number, wall in ((1, 1000.0), (2, 10.0), (3, 500.0)):
        log.append(f"m-{number}", started(f"Call {number}"), at=wall)
    log.append("m-1", MeetingEnded("stopped", 60.0), at=1100.0)
    await log.flush()
    assert [row.id for row in await log.meetings()] == ["m-3", "m-2", "m-1"]
    assert [row.id for row in await log.meetings(limit=1, before="m-3")] == ["m-2"]
    ended = await log.meeting("m-1")
    assert ended is not None
    assert (ended.state, ended.seconds) == ("ended", 60.0)
    assert await log.meeting("never") is None


@pytest.mark.parametrize("opener", KEPT, indirect=True)
async def test_the_search_finds_words_in_all_meetings(log: EventLog) -> None:
    assert isinstance(log, MeetingIndex)
    log.append("m-1", started("Renewal with Ada"), at=1.0)
    log.append("m-1", said("what does the enterprise plan cost"), Media(Channel.TAB, 3.0, 5.0), at=2.0)
    log.append("m-2", said("the enterprise rollout was fine"), Media(Channel.MIC, 1.0, 2.0), at=2.0)
    log.append("m-2", SummaryReady("extractive", "They liked it.", ("Buy two seats",)), at=3.0)
    await log.flush()
    hits = await log.search("enterprise cos")
    assert [(h.meeting, h.title, h.channel, h.start) for h in hits] == [("m-1", "Renewal with Ada", "tab", 3.0)]
    assert "[enterprise]" in hits[0].snippet
    assert {h.meeting for h in await log.search("enterprise")} == {"m-1", "m-2"}
    assert [h.type for h in await log.search("seats")] == ["summary.ready"]
    assert [h.type for h in await log.search("renewal")] == ["meeting.started"]


@pytest.mark.parametrize("opener", KEPT, indirect=True)
async def test_a_reopened_log_goes_on_counting(opener: Opener) -> None:
    first = await opener.open()
    first.append(M, started(), at=1.0)
    await first.aclose()
    second = await opener.open()
    assert isinstance(second, MeetingIndex)
    try:
        assert await second.last_seq(M) == 1
        assert second.append(M, said("again"), at=0.5).seq == 2  # the clock went backwards: seq does not care
        await second.flush()
        row = await second.meeting(M)
        assert row is not None
        assert (row.title, row.state, row.last, row.started_at, row.last_at) == (
            "Call with Ada",
            "open",
            2,
            1.0,
            0.5,
        )
        assert [event.seq for event in await second.read(M)] == [1, 2]
    finally:
        await second.aclose()


@pytest.mark.parametrize("opener", KEPT, indirect=True)
async def test_what_the_providers_said_is_kept_in_order_and_goes_with_the_meeting(opener: Opener) -> None:
    log = await opener.open()
    assert isinstance(log, ProviderLog)
    assert isinstance(log, MeetingIndex)
    log.append(M, started(), at=1.0)
    await log.flush()
    for number in range(3):
        await asyncio.wrap_future(log.keep_heard(M, b"chunk %d" % number))
        log.append(M, said("x", number), at=1.0)
    await log.flush()
    assert list(await log.heard(M)) == [b"chunk 0", b"chunk 1", b"chunk 2"]
    assert [event.seq for event in await log.read(M)] == [1, 2, 3, 4]
    await log.delete(M)
    assert list(await log.heard(M)) == []
    await log.aclose()
