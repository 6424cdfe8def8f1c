"""Nothing of a meeting is dated by a clock that somebody may set meanwhile, or that stands still in sleep."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import wingman
from wingman.core.steady_clock import SteadyClock, counts_sleep, passed


def test_the_clock_goes_on_in_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    assert counts_sleep("linux") == 7
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert counts_sleep("darwin") == time.CLOCK_MONOTONIC
    assert counts_sleep("win32") is None, "time.monotonic counts it there"
    assert passed() <= passed()


def test_it_is_set_only_while_nothing_is_held_together_by_it() -> None:
    wall, gone = 1000.0, 7.0
    now = SteadyClock(lambda: wall, lambda: gone)
    assert now() == 1000.0
    wall = 1500.0
    assert now() == 1500.0, "it was put right before anything began"
    now.hold()
    wall, gone = 5100.0, 8.0
    now.hold()
    assert now() == 1501.0
    now.let_go()
    assert now() == 1501.0, "the other one goes on"
    now.let_go()
    assert now() == 5100.0


def test_nobody_adds_to_a_meeting_by_another_clock() -> None:
    sources = Path(wingman.__file__).parent.rglob("*.py")
    by_the_wall = re.compile(r"\.append\([^\n]*\bat=(time\.time\(\)|self\._clock\(\))")
    assert not [source.name for source in sources if by_the_wall.search(source.read_text("utf-8"))]
