"""A disk that is locked or hangs delays no client; what it has not taken when the service stops is not lost."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.until import until
from wingman.core.codec import decode
from wingman.core.events import Envelope, MeetingEnded, MeetingPaused, StorageState
from wingman.core.time import Channel
from wingman.events.sqlite import schema
from wingman.events.sqlite.log import SqliteLog
from wingman.events.sqlite.rescue import NotStored


class Client:
    """What was handed on."""

    def __init__(self, log: SqliteLog) -> None:
        self.events: list[Envelope] = []
        self._appended: set[int] = set()
        self._log = log
        log.on_committed(self.events.extend)

    def append(self) -> None:
        self._appended.add(self._log.append("m-1", MeetingPaused(), at=1.0).seq)

    def has_all(self) -> bool:
        return self._appended <= {event.seq for event in self.events}


async def push(client: Client, seconds: float) -> None:
    for _ in range(round(seconds * 20)):
        client.append()
        await asyncio.sleep(0.05)


async def test_a_lock_of_another_process_delays_no_push(tmp_path: Path) -> None:
    path = tmp_path / "wingman.db"
    log = await SqliteLog.open(path)
    client = Client(log)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    await push(client, 0.5)
    await until(lambda: log.fault and client.has_all())  # while the disk is locked
    other.execute("COMMIT")
    other.close()
    await push(client, 0.5)
    await until(lambda: not log.fault)
    await log.flush()
    assert [e.seq for e in client.events] == list(range(1, len(client.events) + 1)), "once each, in order"
    assert [e.data.state for e in client.events if isinstance(e.data, StorageState)] == ["memory", "stored"]
    assert [e.seq for e in await log.read("m-1")] == [e.seq for e in client.events]
    await log.aclose()


async def test_a_disk_that_hangs_delays_no_push_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    write = schema.write

    def hanging(*arguments: object) -> None:
        answers.wait()
        write(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(schema, "write", hanging)
    log = await SqliteLog.open(tmp_path / "wingman.db")
    client = Client(log)
    await push(client, 0.3)
    await until(client.has_all)  # while it hangs
    assert [e.seq for e in await log.read("m-1")] == [e.seq for e in client.events], "read from memory"
    for second in (3.0, 4.0):
        log.keep_reached("m-1", {Channel.TAB: second})
    answers.set()
    await log.flush()
    assert await log.reached("m-1") == {Channel.TAB: 4.0}, "for a kill right after"
    await asyncio.sleep(0.05)
    assert [e.seq for e in client.events] == list(range(1, len(client.events) + 1))
    await log.aclose()
    again = await SqliteLog.open(tmp_path / "wingman.db")
    assert len(await again.read("m-1")) == len(client.events)
    await again.aclose()


async def test_an_ended_meeting_is_not_told_of_the_disk_and_one_that_begins_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = schema.write

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    log = await SqliteLog.open(tmp_path / "wingman.db")
    for meeting in ("over", "open"):
        log.append(meeting, MeetingPaused(), at=1.0)
    for told in (MeetingEnded("stopped", 1.0), MeetingPaused()):  # a summary, say
        log.append("over", told, at=2.0)
    await log.flush()
    monkeypatch.setattr(schema, "write", full)
    log.append("open", MeetingPaused(), at=3.0)
    await until(lambda: bool(log.fault))
    log.append("begins", MeetingPaused(), at=4.0)
    monkeypatch.setattr(schema, "write", write)
    await until(lambda: not log.fault)
    await log.flush()
    states = {
        meeting: [e.data.state for e in await log.read(meeting) if isinstance(e.data, StorageState)]
        for meeting in ("over", "open", "begins")
    }
    assert states == {"over": [], "open": ["memory", "stored"], "begins": ["memory", "stored"]}
    await log.aclose()


async def test_what_a_full_disk_never_took_is_written_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    log = await SqliteLog.open(tmp_path / "wingman.db")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(elsewhere))
    monkeypatch.setattr(schema, "write", full)
    client = Client(log)
    await push(client, 0.3)
    with pytest.raises(NotStored, match="m-1") as told:
        await log.aclose()
    (file,) = elsewhere.iterdir()
    assert str(file) in str(told.value)
    assert file.stat().st_mode & 0o077 == 0
    kept = [decode(line).seq for line in file.read_bytes().splitlines()]
    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) >= 6


async def test_nothing_is_left_out_of_a_page_that_is_read_while_the_disk_comes_and_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, write = threading.Event(), schema.write

    def hanging(*arguments: object) -> None:
        answers.wait()
        write(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(schema, "write", hanging)
    answers.set()
    log = await SqliteLog.open(tmp_path / "wingman.db")
    client = Client(log)
    client.append()
    await log.flush()
    answers.clear()
    client.append()
    await until(lambda: bool(log.fault))
    query = log._on_reader

    async def meanwhile(what: Callable[[object], list[Envelope]]) -> list[Envelope]:
        found = await query(what)
        answers.set()
        await until(lambda: not log.fault)
        await log.flush()
        answers.clear()
        client.append()
        await until(lambda: bool(log.fault))
        return found

    monkeypatch.setattr(log, "_on_reader", meanwhile)
    try:
        seqs = [event.seq for event in await log.read("m-1")]
    finally:
        answers.set()
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) >= 2
    await log.aclose()
