from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.event_log import full_disk, said, started
from wingman.core.errors import InputError
from wingman.core.events import (
    Envelope,
    StorageState,
)
from wingman.events.sqlite.log import SqliteLog

M = "m-1"


@pytest_asyncio.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    opened = await SqliteLog.open(tmp_path / "events.db")
    yield opened
    await opened.aclose()


async def test_every_event_is_durable_before_it_is_handed_on(log: SqliteLog) -> None:
    stored_when_handed_on: list[tuple[int, int]] = []

    def handed_on(envelopes: Sequence[Envelope]) -> None:
        with sqlite3.connect(log.path) as other:
            (count,) = other.execute("SELECT count(*) FROM events").fetchone()
        other.close()
        stored_when_handed_on.append((envelopes[-1].seq, count))

    log.on_committed(handed_on)
    for number in range(50):
        log.append(M, said(f"word {number}"), at=1.0)
        await asyncio.sleep(0)
    await log.flush()
    assert stored_when_handed_on[-1][0] == 50
    assert all(count >= seq for seq, count in stored_when_handed_on)


async def test_a_log_may_lie_in_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    first = await SqliteLog.open(tmp_path / "deep" / "er" / "events.db")
    first.append(M, started(), at=1.0)
    await first.aclose()
    assert (tmp_path / "deep" / "er" / "events.db").exists()


async def test_killed_fifty_times_under_load_it_loses_nothing_a_client_has_seen(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.kill_loop",
        str(tmp_path),
        "50",
        "7",
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    tally = json.loads(out)
    assert tally.pop("kills") == 50
    assert tally.pop("seen") > 1000
    assert tally == {"lost": 0, "doubled": 0, "holes": 0, "unopened": 0}


@pytest.mark.parametrize(
    "words", ["", "   ", '"', "AND", "a OR", "NEAR(", "col:x", "*", "-x", "(", "'", "\0", "^"]
)
async def test_no_search_text_is_a_syntax_error(log: SqliteLog, words: str) -> None:
    log.append(M, said("a plain sentence"), at=1.0)
    await log.flush()
    await log.search(words)


async def test_deleting_leaves_no_trace_on_disk(tmp_path: Path) -> None:
    log = await SqliteLog.open(tmp_path / "events.db")
    for number in range(300):
        log.append("m-gone", said(f"xylophone secretword{number} marmalade", number), at=1.0)
        log.append("m-stays", said(f"ordinary talk {number}", number), at=1.0)
    await log.flush()
    assert b"xylophone" in _everything(tmp_path)
    assert await log.delete("m-gone")
    left = _everything(tmp_path)
    for trace in (b"xylophone", b"secretword", b"marmalade", b"m-gone"):
        assert trace not in left, trace
    assert not await log.search("xylophone")
    assert await log.search("ordinary 299")
    assert not await log.delete("m-gone")
    assert [row.id for row in await log.meetings()] == ["m-stays"]
    await log.aclose()
    assert b"xylophone" not in _everything(tmp_path)


def _everything(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


async def test_on_a_full_disk_the_meeting_goes_on_and_is_stored_later(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    log = await SqliteLog.open(path)
    handed_on: list[Envelope] = []
    log.on_committed(handed_on.extend)
    log.append(M, started(), at=1.0)
    await log.flush()
    with full_disk(path.with_name("events.db-wal").stat().st_size + 8192):
        for number in range(200):
            log.append(M, said("x" * 500, number), at=1.0)
        await log.flush()
        await asyncio.sleep(0)
        await log.flush()
        assert log.fault
        assert [e.seq for e in handed_on] == list(range(1, len(handed_on) + 1))
        told = [e.data for e in handed_on if isinstance(e.data, StorageState)]
        assert [t.state for t in told] == ["memory"]
        assert "memory" in told[0].detail
        assert [e.seq for e in await log.read(M)] == list(range(1, 203))  # served from memory
    log.append(M, said("there is space again", 999), at=2.0)
    await log.flush()
    await log.flush()
    assert log.fault == ""
    assert [e.data.state for e in handed_on if isinstance(e.data, StorageState)] == ["memory", "stored"]
    await log.aclose()
    reopened = await SqliteLog.open(path)
    assert [e.seq for e in await reopened.read(M)] == list(range(1, 205))
    await reopened.aclose()


async def test_a_disk_that_refuses_a_deletion_says_so_and_it_can_be_done_again(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    log = await SqliteLog.open(path)
    log.append(M, started(), at=1.0)
    await log.flush()
    with (
        full_disk(path.with_name("events.db-wal").stat().st_size),
        pytest.raises(InputError, match="delete it again"),
    ):
        await log.delete(M)
    assert log.append(M, said("still here"), at=2.0).seq == 2
    await log.flush()
    assert await log.delete(M)
    assert await log.meeting(M) is None
    await log.aclose()


async def test_a_damaged_file_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    path.write_bytes(b"this was never a database" * 400)
    with pytest.raises(InputError, match=r"damaged.*move the file aside.*\.recover"):
        await SqliteLog.open(path)
    assert path.read_bytes().startswith(b"this was never")  # and it is left as it was


async def test_a_file_with_broken_pages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    log = await SqliteLog.open(path)
    for number in range(500):
        log.append(M, said("x" * 200, number), at=1.0)
    await log.aclose()
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 8192] = b"\xa5" * 8192
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        await SqliteLog.open(path)


async def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write the event log .* deliver\.data_dir"):
        await SqliteLog.open(tmp_path / "file" / "events.db")


async def test_a_second_process_is_refused(log: SqliteLog) -> None:
    with pytest.raises(InputError, match="another Wingman uses") as refused:
        await SqliteLog.open(log.path)
    assert refused.value.status == 409


async def test_a_newer_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    await (await SqliteLog.open(path)).aclose()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(InputError, match="newer Wingman"):
        await SqliteLog.open(path)


async def test_the_wal_does_not_grow_for_ever(log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wingman.events.sqlite.log.CHECKPOINT_COMMITS", 20)
    wal = log.path.with_name("events.db-wal")
    log.append(M, said("x"), at=1.0)
    await log.flush()
    generation = wal.read_bytes()[16:24]  # the salts in its header change when it begins anew
    for number in range(20_000):
        log.append(M, said("x" * 300, number), at=1.0)
        await log.flush()
        with wal.open("rb") as file:
            if file.read(24)[16:] != generation:
                break
    else:
        pytest.fail("the WAL never began anew")
    assert len(await log.read(M, limit=10**6)) == number + 2


async def test_the_file_is_for_its_owner_only(log: SqliteLog) -> None:
    assert log.path.stat().st_mode & 0o077 == 0
