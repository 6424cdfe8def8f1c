"""Metrics and logs as a collector receives them, over the wire."""

from __future__ import annotations

import logging

import pytest
import structlog
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from prometheus_client import REGISTRY

from tests.support.collector import Collector, collector
from wingman.config.observe import ObserveSettings
from wingman.config.section import Secret
from wingman.core.errors import InputError
from wingman.core.events import Envelope, SuggestionCompleted
from wingman.egress.outlet import Outside, outlet
from wingman.observe import logs, metrics
from wingman.observe.otlp import exporters
from wingman.observe.otlp_logs import LogSender
from wingman.observe.otlp_metrics import CLOCK_SET_S, PREFIX, Beginning, MetricSender, read

__all__ = ["collector"]


def sent_metrics(collector: Collector) -> dict[str, Metric]:
    MetricSender(exporters(collector.url).metrics).close()
    (request,) = collector.of("/v1/metrics", ExportMetricsServiceRequest.FromString)
    return {
        metric.name: metric
        for resource in request.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def attributes(point: object) -> dict[str, str]:
    return {a.key: a.value.string_value for a in point.attributes}  # type: ignore[attr-defined]  # of a package without types


def answered(first_ms: float, total_ms: float) -> None:
    done = SuggestionCompleted("s", "Ask them.", "gemini", first_ms, total_ms)
    metrics.count([Envelope(1, 1, done.TYPE, "m", 0.0, done)])


def test_what_prometheus_counts_arrives_by_its_conventional_name(collector: Collector) -> None:
    answered(700.0, 1400.0)
    metrics.tokens("gemini", 900, 40)
    found = sent_metrics(collector)
    first = found["gen_ai.client.operation.time_to_first_chunk"]
    assert first.unit == "s"
    (point,) = first.histogram.data_points
    assert attributes(point) == {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "gcp.gemini"}
    labels = {"origin": "gemini"}
    assert point.count == REGISTRY.get_sample_value("wingman_suggestion_first_token_seconds_count", labels)
    assert point.count == sum(point.bucket_counts)
    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
    assert "gen_ai.client.operation.duration" in found
    given = {
        attributes(p)["gen_ai.token.type"] for p in found["gen_ai.client.token.usage"].histogram.data_points
    }
    assert given == {"input", "output"}
    assert found["wingman.events"].sum.is_monotonic
    assert found["wingman.meetings_live"].WhichOneof("data") == "gauge"


def test_every_metric_that_has_a_value_is_sent(collector: Collector) -> None:
    answered(1.0, 2.0)
    valued = {f.name for f in REGISTRY.collect() if f.name.startswith(PREFIX) and f.samples}
    assert len(sent_metrics(collector)) == len(valued)


def test_what_is_counted_began_when_it_did_whatever_is_done_to_the_clock() -> None:
    answered(700.0, 1400.0)
    lasts, wall = 5.0, 1_800_000_000.0
    beginning, told = Beginning(lambda: lasts), list[int]()
    for passes, set_by in ((0, 0.0), (60, 0.4), (60, -3600.0), (60, -0.4), (60, 9e8), (3600, 0.0)):
        lasts, wall = lasts + passes, wall + passes + set_by
        data = read(round(wall * 1e9), beginning).resource_metrics[0].scope_metrics[0].metrics
        (began,) = {point.start_time_unix_nano for one in data for point in one.data.data_points}
        assert abs(wall - began / 1e9 - (lasts - 5.0)) <= CLOCK_SET_S
        told.append(began)
    assert told[0] == told[1]
    assert told[2] == told[3], "or it is a restart"
    assert told[4] == told[5]


def test_a_record_arrives_with_its_fields_and_without_what_was_said(collector: Collector) -> None:
    logs.configure(ObserveSettings(log_format="json"))
    sender = LogSender(exporters(collector.url).logs)
    stop = logs.tap(sender.hear)
    try:
        try:
            raise ValueError("they said their card number")
        except ValueError as failed:
            key = Secret("5f2c-a-key-of-no-known-form").reveal()
            structlog.get_logger().error(
                "a branch failed", meeting="m-1", tries=3, asked=[key], exc_info=failed
            )
        logging.getLogger("theirs").warning("careful")
        logging.getLogger("opentelemetry.sdk").warning("the collector is away")
    finally:
        stop()
    structlog.get_logger().error("after the end")
    sender.close()
    requests = collector.of("/v1/logs", ExportLogsServiceRequest.FromString)
    records = [
        r for q in requests for s in q.resource_logs for scope in s.scope_logs for r in scope.log_records
    ]
    assert [(r.body.string_value, r.severity_text) for r in records] == [
        ("a branch failed", "ERROR"),
        ("careful", "WARNING"),
    ]
    told = {a.key: a.value for a in records[0].attributes}
    assert told["wingman.meeting"].string_value == "m-1"
    assert told["wingman.tries"].int_value == 3
    assert told["wingman.asked"].string_value == "['***']"
    assert told["exception.type"].string_value == "ValueError"
    assert b"card number" not in b"".join(r.SerializeToString() for r in requests)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="otlp_url"):
        exporters("collector:4318")


def test_what_a_collector_is_sent_is_counted(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20secret")
    books = Outside()
    with outlet(books):
        to = exporters(collector.url)
    MetricSender(to.metrics).close()
    (body,) = [body for _, body in collector.received]
    assert books.taken() == {"127.0.0.1": len(body)}
    assert collector.keys == {"a secret"}
    assert books.taken() == {}
