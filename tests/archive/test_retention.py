from __future__ import annotations

from pathlib import Path

import pytest

from wingman.archive import retention
from wingman.archive.retention import DAY, DoubtfulClock, Eraser, sweep, sweep_hourly
from wingman.core.errors import InputError
from wingman.core.events import MeetingEnded, MeetingStarted
from wingman.core.time import Channel
from wingman.events.memory import MemoryLog
from wingman.events.sqlite.log import SqliteLog

NOW = 1_000 * DAY


def meeting(log: MemoryLog | SqliteLog, name: str, days_ago: float) -> None:
    log.append(name, MeetingStarted(name, (Channel.TAB,), "", "", "", "", "off"), at=NOW - days_ago * DAY)
    log.append(name, MeetingEnded("stopped", 1.0), at=NOW - days_ago * DAY)


async def test_old_meetings_go_and_young_ones_stay(tmp_path: Path) -> None:
    log = await SqliteLog.open(tmp_path / "events.db")
    ages = {"m-a": 40, "m-b": 3, "m-c": 31, "m-d": 29.9, "m-future": -500, "m-live": 99}
    for name, age in ages.items():
        meeting(log, name, age)
    await log.flush()
    forgotten: list[str] = []

    async def forget(name: str) -> None:
        forgotten.append(name)

    eraser = Eraser(log, [forget])
    assert sorted(await sweep(eraser, 30, now=NOW, live={"m-live"})) == ["m-a", "m-c"]
    assert sorted(forgotten) == ["m-a", "m-c"]
    assert {row.id for row in await log.meetings()} == {"m-b", "m-d", "m-future", "m-live"}
    assert await sweep(eraser, 30, now=NOW, live={"m-live"}) == []
    await log.aclose()


async def test_all_pages_are_swept(monkeypatch: object) -> None:
    log = MemoryLog()
    for number in range(retention.PAGE * 2 + 10):
        meeting(log, f"m-{number}", 50 if number % 3 else 1)
    removed = await sweep(Eraser(log), 30, now=NOW)
    assert len(removed) == sum(1 for n in range(retention.PAGE * 2 + 10) if n % 3)
    assert all(row.last_at > NOW - 30 * DAY for row in await log.meetings(limit=1000))


async def test_no_retention_means_no_sweeping() -> None:
    await sweep_hourly(Eraser(MemoryLog()), 0, lambda: ())


async def test_an_unknown_meeting_is_no_error() -> None:
    assert not await Eraser(MemoryLog()).erase("never")


async def test_one_that_the_disk_will_not_let_go_does_not_keep_the_others() -> None:
    log = MemoryLog()
    for name in ("m-a", "m-b", "m-c"):
        meeting(log, name, 50)

    async def forget(name: str) -> None:
        if name == "m-b":
            raise InputError("the disk refuses")

    assert sorted(await sweep(Eraser(log, [forget]), 30, now=NOW)) == ["m-a", "m-c"]
    assert [row.id for row in await log.meetings()] == ["m-b"]
    assert await sweep(Eraser(log), 30, now=NOW) == ["m-b"]


def test_a_clock_that_is_set_forward_is_believed_a_day_later() -> None:
    now = {"wall": NOW, "passed": 50.0}
    clock = DoubtfulClock(lambda: now["wall"], lambda: now["passed"])

    def after(hours: float, set_by: float = 0.0) -> float:
        now["passed"] += hours * 3600
        now["wall"] += hours * 3600 + set_by
        return (clock.now() - NOW) / DAY

    assert after(1) == pytest.approx(1 / 24)
    assert after(1, set_by=3650 * DAY) == pytest.approx(2 / 24)
    assert after(22) == pytest.approx(1)
    assert after(1, set_by=-3650 * DAY) == pytest.approx(25 / 24)  # mended: nothing was removed
    assert after(0, set_by=20 * DAY) == pytest.approx(25 / 24)
    assert after(23.9) == pytest.approx(2.0375, abs=0.01)
    assert after(0.1) == pytest.approx(22.0417, abs=0.01)  # it stayed so
    assert after(1, set_by=-30 * DAY) < 0  # and backwards it is followed at once
    assert after(1, set_by=1800.0) < 0  # a summer time put in by hand, or a correction
