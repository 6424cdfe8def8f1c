"""What `/metrics` counts, as OpenTelemetry metrics. Read once a minute, so that counting costs nothing twice.

Source: OpenTelemetry specification, metrics data model; semantic conventions for generative AI (`gen_ai.*`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample

from wingman.core import gen_ai
from wingman.core.steady_clock import passed
from wingman.observe.otlp import SERVICE, resource

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint, Metric, MetricExporter, MetricsData

EVERY_S = 60.0
PREFIX = "wingman_"
CONVENTIONAL = {
    "wingman_suggestion_first_token_seconds": "gen_ai.client.operation.time_to_first_chunk",
    "wingman_suggestion_answer_seconds": "gen_ai.client.operation.duration",
    "wingman_model_tokens": "gen_ai.client.token.usage",
}
"""Metrics that the conventions have a name for."""
LABELS = {"origin": gen_ai.PROVIDER, "provider": gen_ai.PROVIDER, "type": "gen_ai.token.type"}
"""Labels of those."""
CLOCK_SET_S = 60.0
"""A clock that differs by more than this from what it should say was set."""


class Beginning:
    """When counting began, as the clock has it now.

    One that was set back since would put the beginning behind what is counted, and one that was wrong at the
    start, decades before it. It moves with the clock then, and else never: who reads it takes that for a
    restart.
    """

    def __init__(self, passed: Callable[[], float] = passed) -> None:
        self._passed = passed
        self._began = passed()
        self._at: int | None = None

    def __call__(self, now: int) -> int:
        """Unix nanoseconds; so is `now`."""
        at = now - round((self._passed() - self._began) * 1e9)
        if self._at is None or abs(at - self._at) > CLOCK_SET_S * 1e9:
            self._at = at
        return self._at


_BEGAN = Beginning()


def read(now: int, beginning: Beginning = _BEGAN) -> MetricsData:
    """Everything counted so far, at `now` (Unix nanoseconds)."""
    from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    began = beginning(now)
    found = [_metric(family, began, now) for family in REGISTRY.collect() if family.name.startswith(PREFIX)]
    scope = ScopeMetrics(InstrumentationScope(SERVICE), [metric for metric in found if metric], "")
    return MetricsData([ResourceMetrics(resource(), [scope], "")])


class MetricSender:
    """Run it as a task; `close` sends what was counted last."""

    def __init__(self, exporter: MetricExporter) -> None:
        self._exporter = exporter

    async def run(self) -> None:
        """Send until cancelled. A collector that is away costs its reading, nothing else."""
        while True:
            await asyncio.sleep(EVERY_S)
            await asyncio.to_thread(self._exporter.export, read(time.time_ns()))

    def close(self) -> None:
        """The last reading, within a few seconds."""
        self._exporter.export(read(time.time_ns()))
        self._exporter.shutdown()


def _metric(family: Family, began: int, now: int) -> Metric | None:
    from opentelemetry.sdk.metrics.export import (
        AggregationTemporality,
        Gauge,
        Histogram,
        Metric,
        NumberDataPoint,
        Sum,
    )

    name = CONVENTIONAL.get(family.name) or family.name.replace("_", ".", 1).removesuffix("_seconds")
    unit = "s" if family.name.endswith("_seconds") else "{token}" if family.name.endswith("_tokens") else "1"
    if family.type == "histogram":
        points = list(_histograms(family, began, now))
        data: Histogram | Sum | Gauge = Histogram(points, AggregationTemporality.CUMULATIVE)
    else:
        told = [sample for sample in family.samples if not sample.name.endswith("_created")]
        numbers = [NumberDataPoint(_attributes(family, s.labels), began, now, s.value) for s in told]
        counter = family.type == "counter"
        data = Sum(numbers, AggregationTemporality.CUMULATIVE, is_monotonic=True) if counter else Gauge(numbers)
    return Metric(name, family.documentation, unit, data) if data.data_points else None


def _histograms(family: Family, began: int, now: int) -> Iterable[HistogramDataPoint]:
    """One a set of labels. Prometheus counts up to each bound, OpenTelemetry between two."""
    from opentelemetry.sdk.metrics.export import HistogramDataPoint

    groups: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
    for sample in family.samples:
        labels = {name: value for name, value in sample.labels.items() if name != "le"}
        groups.setdefault(tuple(sorted(labels.items())), []).append(sample)
    for group, samples in groups.items():
        upto = [(float(s.labels["le"]), int(s.value)) for s in samples if s.name.endswith("_bucket")]
        whole = next((s.value for s in samples if s.name.endswith("_sum")), 0.0)
        counts = [count - before for (_, count), before in zip(upto, [0, *(c for _, c in upto)], strict=False)]
        bounds = [bound for bound, _ in upto[:-1]]
        attributes = _attributes(family, dict(group))
        least, most = float("inf"), float("-inf")  # not known, and left out on the wire
        yield HistogramDataPoint(attributes, began, now, upto[-1][1], whole, counts, bounds, least, most)


def _attributes(family: Family, labels: Mapping[str, str]) -> dict[str, str]:
    if family.name not in CONVENTIONAL:
        return {f"wingman.{name}": value for name, value in labels.items()}
    named = {LABELS[name]: gen_ai.provider_name(value) for name, value in labels.items()}
    return {**gen_ai.OPERATION, **named}
