"""Time that passes is counted by a clock that goes on while the machine sleeps."""

from __future__ import annotations

import time

import pytest

from wingman.core.steady_clock import counts_sleep, passed, steady


def test_the_clock_goes_on_in_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    assert counts_sleep("linux") == 7
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert counts_sleep("darwin") == time.CLOCK_MONOTONIC
    assert counts_sleep("win32") is None, "time.monotonic counts it there"


def test_it_goes_on_from_the_wall_clock_and_is_not_set_with_it() -> None:
    assert passed() <= passed()
    wall, gone = [1000.0], [5.0]
    clock = steady(lambda: wall[0], lambda: gone[0])
    wall[0], gone[0] = 9000.0, 7.0
    assert clock() == 1002.0
