"""The writer thread: commits what gathered, holds what the disk refuses, says both."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from tests.support import story
from wingman.core.codec import encode
from wingman.events.sqlite import schema, writer
from wingman.events.sqlite.writer import Report, Writer


def entries() -> list[schema.Entry]:
    return [(each, encode(each)) for each in story.events()]


def test_everything_is_reported_once_and_is_there(tmp_path: Path) -> None:
    reports: list[Report] = []
    writing = Writer(schema.connect(tmp_path / "w.db", fsync=False), reports.append)
    told = entries()
    for entry in told:
        writing.put(entry)
    assert writing.submit(lambda db: schema.heads(db)).result(60) == {story.MEETING: len(told)}
    writing.stop()
    writing.stop()
    assert [one for report in reports for one in report.arrived] == told
    assert all(report.durable for report in reports)


def test_a_job_that_fails_fails_alone(tmp_path: Path) -> None:
    writing = Writer(schema.connect(tmp_path / "w.db", fsync=False), lambda _: None)
    with pytest.raises(sqlite3.Error):
        writing.submit(lambda db: db.execute("SELECT nonsense")).result(60)
    assert writing.submit(lambda _: 7).result(60) == 7
    writing.stop()


def test_what_the_disk_refuses_is_held_and_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.01)
    connection = schema.connect(tmp_path / "w.db", fsync=False)
    connection.execute("PRAGMA query_only=ON")
    reports: list[Report] = []
    refused, written = threading.Event(), threading.Event()

    def report(one: Report) -> None:
        reports.append(one)
        (written if one.durable else refused).set()

    writing = Writer(connection, report)
    told = entries()
    writing.put(told[0])
    assert refused.wait(60)
    assert reports[0].arrived == [told[0]]
    assert "readonly" in reports[0].fault
    writing.submit(lambda db: db.execute("PRAGMA query_only=OFF")).result(60)
    assert written.wait(60)
    writing.stop()
    assert sum(len(one.arrived) for one in reports) == 1, "each entry is reported once"


def test_beyond_the_bound_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "HELD_BYTES", 10)
    connection = schema.connect(tmp_path / "w.db", fsync=False)
    connection.execute("PRAGMA query_only=ON")
    reports: list[Report] = []
    writing = Writer(connection, reports.append)
    for entry in entries()[:3]:
        writing.put(entry)
    writing.stop()
    assert reports[-1].abandoned
