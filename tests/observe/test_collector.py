"""What a collector by other authors (Rotel) makes of what is sent to it: it hands on what it understood."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.semconv._incubating.attributes import error_attributes, gen_ai_attributes
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics

from tests.support import story
from tests.support.collector import Collector, collector
from wingman.core.events import Envelope, SuggestionCompleted
from wingman.events.telemetry import Telemetry
from wingman.events.waterfall import traces
from wingman.observe import metrics
from wingman.observe.otlp import exporters, resource
from wingman.observe.otlp_logs import LogSender
from wingman.observe.otlp_metrics import CONVENTIONAL, LABELS, PREFIX, MetricSender

__all__ = ["collector"]

rotel = importlib.util.find_spec("rotel")
pytestmark = pytest.mark.skipif(rotel is None, reason="Rotel's wheels are for Linux and macOS")
KINDS = {"/v1/traces", "/v1/metrics", "/v1/logs"}


@pytest.fixture
def through(collector: Collector, tmp_path: Path) -> Iterator[str]:
    """The address of a Rotel that hands on to `collector`."""
    assert rotel is not None
    assert rotel.origin is not None
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        grpc, http = (f"127.0.0.1:{each.getsockname()[1]}" for each in (one, other))
    options = {
        "--otlp-grpc-endpoint": grpc,
        "--otlp-http-endpoint": http,
        "--exporter": "otlp",
        "--otlp-exporter-endpoint": collector.url,
        "--otlp-exporter-protocol": "http",
        "--batch-timeout": "50ms",
        "--pid-file": str(tmp_path / "pid"),
        "--log-file": str(tmp_path / "log"),
    }
    command = [str(Path(rotel.origin).with_name("rotel-agent")), "start"]
    command += [word for option in options.items() for word in option]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            _await_listening(http, running)
            yield f"http://{http}"
        finally:
            running.terminate()


def _await_listening(address: str, running: subprocess.Popen[bytes]) -> None:
    host, port = address.split(":")
    while running.poll() is None:
        try:
            socket.create_connection((host, int(port))).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("Rotel did not start")


def test_traces_metrics_and_logs_come_through_a_collector(through: str, collector: Collector) -> None:
    to = exporters(through)
    telemetry = Telemetry(to.spans, resource(), {"gemini": "flash"})
    telemetry.hear(story.events())
    telemetry.close()
    _count_an_answer()
    MetricSender(to.metrics).close()
    sender = LogSender(to.logs)
    sender.hear({"event": "a branch failed", "level": "error", "meeting": "m-1"})
    sender.close()
    deadline = time.monotonic() + 20
    while {path for path, _ in collector.received} != KINDS and time.monotonic() < deadline:
        time.sleep(0.02)
    spans = [
        span
        for request in collector.of("/v1/traces", ExportTraceServiceRequest.FromString)
        for each in request.resource_spans
        for scope in each.scope_spans
        for span in scope.spans
    ]
    assert {a.value.string_value for s in spans for a in s.attributes if a.key == "wingman.utterance"} == {
        trace.utterance for trace in traces(story.events())
    }
    assert {name for span in spans for name in named(span)} <= conventional(gen_ai_attributes, error_attributes)
    found = [
        metric
        for request in collector.of("/v1/metrics", ExportMetricsServiceRequest.FromString)
        for each in request.resource_metrics
        for scope in each.scope_metrics
        for metric in scope.metrics
    ]
    assert set(CONVENTIONAL.values()) <= {metric.name for metric in found}
    records = [
        record
        for request in collector.of("/v1/logs", ExportLogsServiceRequest.FromString)
        for each in request.resource_logs
        for scope in each.scope_logs
        for record in scope.log_records
    ]
    assert [(r.body.string_value, r.severity_text) for r in records] == [("a branch failed", "ERROR")]


def named(span: object) -> set[str]:
    """The names of a span that the conventions own."""
    keys = {attribute.key for attribute in span.attributes}  # type: ignore[attr-defined]  # of a package without types
    return {key for key in keys if not key.startswith("wingman.")}


def conventional(*modules: object) -> set[str]:
    """Every name that these modules of the published conventions have."""
    return {value for module in modules for value in vars(module).values() if isinstance(value, str)}


def test_names_of_metrics_are_the_published_conventions() -> None:
    assert set(CONVENTIONAL) <= _counted()
    assert set(CONVENTIONAL.values()) <= conventional(gen_ai_metrics)
    assert set(LABELS.values()) <= conventional(gen_ai_attributes)


def _counted() -> set[str]:
    from prometheus_client import REGISTRY

    return {family.name for family in REGISTRY.collect() if family.name.startswith(PREFIX)}


def _count_an_answer() -> None:
    done = SuggestionCompleted("s", "Ask them.", "gemini", 700.0, 1400.0)
    metrics.count([Envelope(1, 1, done.TYPE, "m", 0.0, done)])
    metrics.tokens("gemini", 900, 40)
