"""Who is tied to one core counts one."""

from __future__ import annotations

import os

import pytest

from wingman.core.cores import usable_cores


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no process is tied to cores here")
def test_only_the_cores_of_this_process_count() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)
    assert usable_cores() == len(before)


def test_where_nobody_can_be_tied_all_cores_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert usable_cores() == os.cpu_count()
