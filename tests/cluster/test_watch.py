"""Whose clock is wrong is told once, and stands in `/metrics`."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.support.nats import Servers, nodes
from wingman.cluster import watch
from wingman.cluster.watch import Watch


@pytest.mark.parametrize(("ahead_s", "told"), [(0.0, 0), (3600.0, 1), (-3600.0, 1)])
async def test_a_clock_that_differs_from_the_servers_is_told_once(
    one_server: Servers, monkeypatch: pytest.MonkeyPatch, ahead_s: float, told: int
) -> None:
    monkeypatch.setattr(watch, "time", SimpleNamespace(time=lambda: time.time() + ahead_s))
    async with nodes(one_server, 1) as (node,):
        looking = Watch(node.jetstream, 1)
        with capture_logs() as said:
            for _ in range(3):
                await looking._look_at(0)
    assert len([entry for entry in said if "clock" in entry["event"]]) == told
    offset = REGISTRY.get_sample_value("wingman_clock_offset_seconds")
    assert offset == pytest.approx(ahead_s, abs=60)
