from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from wingman.archive.bundle import Bundle, pack, unpack
from wingman.archive.provider_events import (
    MOST_WAITING,
    Advanced,
    Finished,
    ProviderEventWriter,
    decode,
    encode,
)
from wingman.config.correlate import CorrelateSettings
from wingman.config.suggest import SuggestSettings
from wingman.core.emotion import EmotionInfo, EmotionSpan, Scale, Score
from wingman.core.errors import Branch, InputError, Progress
from wingman.core.events import Envelope, Media, MeetingEnded, MeetingStarted, UtteranceRevised
from wingman.core.speech import Final, Word
from wingman.core.time import Channel, Span, samples
from wingman.events.sqlite.log import SqliteLog
from wingman.events.sqlite.reader import stored_meetings
from wingman.meeting.recording_correlator import RecordingCorrelator
from wingman.replay.rejoin import Rejoin
from wingman.replay.replay import Changes, compare, compare_joined, digest, replay
from wingman.report.record import read_all
from wingman.suggest.coach import Coach, CoachParts
from wingman.suggest.playbook.playbook import load_playbook

TAB = Channel.TAB
METER = EmotionInfo("hume", True, Scale.PROBABILITY, 0.1, 0.4, 0.7)
LATE = 1.5
"""Seconds after the end of an utterance at which its measurement arrives."""
SAID = ("That is too expensive for a team of our size.", "How much does the enterprise plan cost?")


def final(start: float, text: str) -> Final:
    texts = text.split()
    words = tuple(
        Word(one, samples(start + n * 0.3), samples(start + n * 0.3 + 0.25)) for n, one in enumerate(texts)
    )
    return Final(TAB, Span(words[0].start, words[-1].end), words, endpoint=True)


async def meeting(log: SqliteLog) -> Bundle:
    """A short call, recorded as a live one is: its events, and what the correlator was told."""
    clock = itertools.count(1000)

    def now() -> float:
        return next(clock) / 10

    def publish(payload: Any, media: Media | None) -> None:
        log.append("m-1", payload, media, at=now())

    publish(MeetingStarted("Call", (TAB,), "sales", "deepgram", "hume", "cues", "counterpart"), None)
    correlator = RecordingCorrelator(CorrelateSettings(), ProviderEventWriter(log, "m-1"), now)
    coach = Coach(SuggestSettings(), load_playbook("sales"), None, publish, parts=CoachParts(clock=now))
    join = Rejoin(correlator, coach, publish)
    correlator.expect_emotion(TAB, METER)
    for start, text in zip((1.0, 10.0), SAID, strict=True):
        said = final(start, text)
        for event in (said, Progress(Branch.TRANSCRIBE, TAB, said.span.end)):
            join.deliver(correlator.feed(event))
        for tick in range(60):
            at = said.span.end + samples(tick / 10)
            if tick == LATE * 10:
                scores = (Score("doubt", 0.8),)
                measured = EmotionSpan(TAB, said.span, scores, "hume", Scale.PROBABILITY)
                join.deliver(correlator.feed(measured))
                join.deliver(correlator.feed(Progress(Branch.EMOTION, TAB, said.span.end)))
            join.deliver(correlator.advance(TAB, at))
            coach.advance(TAB, at)
    join.deliver(correlator.finish())
    publish(MeetingEnded("stopped", 20.0), None)
    await log.flush()
    told = decode(b"".join(await log.heard("m-1")))
    return Bundle("m-1", tuple(await read_all(log, "m-1")), heard=told)


async def recorded(folder: Path) -> Bundle:
    async with aclosing(await SqliteLog.open(folder / "wingman.db")) as log:
        return await meeting(log)


def readings(events: Sequence[Envelope]) -> list[str]:
    return [e.data.emotion.status for e in events if isinstance(e.data, UtteranceRevised)]


async def test_what_was_heard_survives_the_log_and_the_bundle(tmp_path: Path) -> None:
    bundle = await recorded(tmp_path)
    assert isinstance(bundle.heard[-1], Finished)
    assert sum(isinstance(one, Advanced) for one in bundle.heard) == 120
    assert unpack(pack(bundle)) == bundle


async def test_the_join_made_anew_says_what_it_said_then(tmp_path: Path) -> None:
    bundle = await recorded(tmp_path)
    again, once_more = await replay(bundle), await replay(bundle)
    assert digest(again.events) == digest(once_more.events)
    assert pack(again) == pack(once_more)
    assert compare_joined(bundle.events, again.events) == []
    assert compare(bundle.events, again.events) == []
    assert readings(again.events) == ["known", "known"]


async def test_another_threshold_shows_what_it_does(tmp_path: Path) -> None:
    bundle = await recorded(tmp_path)
    hasty = await replay(bundle, changes=Changes(correlate={"grace_s": LATE / 2}))
    assert readings(hasty.events) == ["unknown", "unknown"]
    first, second = compare_joined(bundle.events, hasty.events)
    assert "[known strong doubt]" in first.before[0]
    assert "[unknown]" in second.after[0]
    same = await replay(bundle, changes=Changes(correlate={"grace_s": LATE * 2, "echo.enabled": False}))
    assert compare_joined(bundle.events, same.events) == []


async def test_without_the_record_the_join_cannot_be_varied(tmp_path: Path) -> None:
    bundle = await recorded(tmp_path)
    for heard in ((), bundle.heard[:-1]):  # never recorded, or cut off by a crash
        poor = Bundle(bundle.meeting, bundle.events, heard=heard)
        assert readings((await replay(poor)).events) == ["known", "known"]
        with pytest.raises(InputError, match=r"report\.record_events"):
            await replay(poor, changes=Changes(correlate={"grace_s": 1}))
    with pytest.raises(InputError, match="correlate"):
        await replay(bundle, changes=Changes(correlate={"patience": 1}))


async def test_deleting_the_meeting_deletes_what_was_heard(tmp_path: Path) -> None:
    async with aclosing(await SqliteLog.open(tmp_path / "wingman.db")) as log:
        bundle = await meeting(log)
        assert bundle.heard
        await log.delete("m-1")
        assert await log.heard("m-1") == []
        log.keep_heard("m-1", b"a straggler").result(60)
        assert await log.heard("m-1") == []


async def test_a_log_of_the_first_version_learns_to_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "wingman.db"
    await (await SqliteLog.open(path)).aclose()
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript("DROP TABLE heard; ALTER TABLE meetings DROP COLUMN tags; PRAGMA user_version=1;")
    with stored_meetings(path) as held:
        assert held.heard("m-1") == ()
    assert (await recorded(tmp_path)).heard


def test_a_disk_that_refuses_ends_the_recording() -> None:
    class Refusing:
        def __init__(self) -> None:
            self.given: list[Future[None]] = []

        def keep_heard(self, meeting: str, chunk: bytes) -> Future[None]:
            self.given.append(Future())
            return self.given[-1]

        async def heard(self, meeting: str) -> Sequence[bytes]:
            return ()

    store = Refusing()
    writer = ProviderEventWriter(store, "m-1")
    for number in range(2 * MOST_WAITING):
        writer.add(Advanced(1.0, TAB, number))
        writer.flush()
    assert len(store.given) == MOST_WAITING
    assert not writer.complete
    store = Refusing()
    writer = ProviderEventWriter(store, "m-1")
    writer.add(Finished(1.0))
    store.given[0].set_exception(OSError("full"))
    writer.add(Finished(2.0))
    assert not writer.complete


@pytest.mark.parametrize("line", [b"{}", b'{"type":"feed","at":1,"kind":"Nonsense","event":{}}', b"no"])
def test_a_damaged_record_is_refused(line: bytes) -> None:
    assert decode(encode(Finished(1.0))) == (Finished(1.0),)
    with pytest.raises(InputError, match="no record of what was heard"):
        decode(line)
