"""The log read from outside, beside a service that has it open."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from tests.support import story
from wingman.core.errors import InputError
from wingman.core.events import Event
from wingman.events.sqlite.log import SqliteLog
from wingman.events.sqlite.reader import stored_meetings


async def test_it_reads_beside_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "wingman.db"
    async with aclosing(await SqliteLog.open(path)) as log:
        for each in story.events():
            log.append(story.MEETING, each.payload(Event), each.media, at=each.at)
        await log.flush()
        with stored_meetings(path) as stored:
            assert stored.events(story.MEETING) == story.events()
            assert [row.id for row in stored.meetings()] == [story.MEETING]
            assert stored.meeting("m-none") is None
            assert stored.heard(story.MEETING) == []


def test_where_there_is_none_the_mend_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"deliver\.data_dir") as refused,
        stored_meetings(tmp_path / "none.db"),
    ):
        pass
    assert refused.value.status == 404


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wingman.db"
    path.write_bytes(b"\0" * 4096)
    with pytest.raises(InputError, match="event log"), stored_meetings(path):
        pass
