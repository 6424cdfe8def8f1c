"""Events are counted always, and told to a collector only where one is configured."""

from __future__ import annotations

import asyncio
import contextlib

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from prometheus_client import REGISTRY

from tests.support.collector import Collector, collector
from wingman.app.telemetry import observe
from wingman.config.settings import build
from wingman.core.events import MeetingTagged
from wingman.events.hub import Hub
from wingman.events.memory import MemoryLog
from wingman.observe.loop_watch import LoopWatch

__all__ = ["collector"]


def counted() -> float:
    return REGISTRY.get_sample_value("wingman_events_total", {"type": "meeting.tagged"}) or 0.0


async def test_without_a_collector_events_are_counted_and_nobody_is_told() -> None:
    log = MemoryLog()
    hub, before = Hub(log), counted()
    async with contextlib.AsyncExitStack() as stack:
        assert observe(build({}), hub, LoopWatch(), stack) is None
        log.append("m", MeetingTagged(("won",)), at=1.0)
        await log.flush()
        await asyncio.sleep(0)
    assert counted() == before + 1


async def test_with_one_the_counts_are_sent_as_the_service_ends(collector: Collector) -> None:
    log = MemoryLog()
    async with contextlib.AsyncExitStack() as stack:
        assert (
            observe(build({"observe": {"otlp_url": collector.url}}), Hub(log), LoopWatch(), stack) is not None
        )
    assert collector.of("/v1/metrics", ExportMetricsServiceRequest.FromString)
