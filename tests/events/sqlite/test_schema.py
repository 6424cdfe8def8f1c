"""The statements of the log's file: all or nothing, searched by words, refused with a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import story
from wingman.core.codec import UNREADABLE, encode
from wingman.core.errors import InputError
from wingman.events.sqlite import schema
from wingman.events.sqlite.drivers import Connection


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Connection]:
    with closing(schema.connect(tmp_path / "wingman.db", fsync=False)) as connection:
        yield connection


def entries() -> list[schema.Entry]:
    return [(each, encode(each)) for each in story.events()]


def test_what_is_written_is_read_in_order(log: Connection) -> None:
    told = entries()
    schema.write(log, told)
    assert schema.envelopes(log, story.MEETING, 0, 10_000) == [envelope for envelope, _ in told]
    assert schema.envelopes(log, story.MEETING, 3, 2) == [envelope for envelope, _ in told[3:5]]
    assert schema.envelopes(log, "m-none", 0, 10) == []
    assert schema.heads(log) == {story.MEETING: len(told)}
    row = schema.row(log, story.MEETING)
    assert row is not None
    assert schema.rows(log, 10, "") == [row]
    assert schema.rows(log, 10, story.MEETING) == []


def test_a_batch_that_fails_leaves_nothing(log: Connection) -> None:
    told = entries()
    with pytest.raises(sqlite3.Error):
        schema.write(log, [*told, told[0]])
    assert schema.heads(log) == {}


@pytest.mark.parametrize("words", ['"', "a*b", "NEAR(", "-x", "' OR 1=1 --", "   ", "🙂"])
def test_no_search_is_a_mistake(log: Connection, words: str) -> None:
    schema.write(log, entries())
    assert isinstance(schema.search(log, words, 5), list)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wingman.db"
    path.write_bytes(b"this is no database" * 500)
    with pytest.raises(InputError, match=r"wingman\.db"):
        schema.connect(path, fsync=False)
    assert path.read_bytes().startswith(b"this is no database"), "nothing of it was touched"


def test_what_was_heard_is_kept_with_its_meeting(log: Connection) -> None:
    schema.keep_heard(log, story.MEETING, b"too early: no such meeting")
    schema.write(log, entries())
    schema.keep_heard(log, story.MEETING, b"one")
    schema.keep_heard(log, story.MEETING, b"two")
    assert schema.heard(log, story.MEETING) == [b"one", b"two"]
    schema.delete(log, story.MEETING)
    assert schema.heard(log, story.MEETING) == []
    assert schema.row(log, story.MEETING) is None


def test_a_damaged_line_costs_itself(log: Connection) -> None:
    told = entries()
    schema.write(log, told)
    log.execute("UPDATE events SET line=? WHERE seq=3", (b"\xff{ not json",))
    found = schema.envelopes(log, story.MEETING, 0, 10_000)
    assert [e.seq for e in found] == [e.seq for e, _ in told]
    assert (found[2].type, found[2].data) == (UNREADABLE, {})
    assert found[3:] == [envelope for envelope, _ in told[3:]]
