"""The one way telemetry leaves by: exporters of traces, metrics and logs to a collector (OTLP over HTTP).

The extra `telemetry` brings the SDK. Source: OpenTelemetry protocol specification 1.x, OTLP/HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wingman.core.errors import InputError

if TYPE_CHECKING:
    from opentelemetry.sdk._logs.export import LogRecordExporter
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter

SERVICE = "wingman"
TIMEOUT_S = 2.0
"""How long a collector may take for a batch; what it does not take by then is dropped."""


@dataclass(frozen=True, slots=True)
class Exporters:
    """Where the three kinds go. All share one HTTP session, which reads no proxy variables."""

    spans: SpanExporter
    metrics: MetricExporter
    logs: LogRecordExporter


def exporters(url: str) -> Exporters:
    """Exporters to the collector at `url` (`http://127.0.0.1:4318`). Raises `InputError` for a wrong one."""
    try:
        from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from requests import Session
    except ImportError:
        raise InputError(
            "`observe.otlp_url` is set, but the telemetry packages are not installed; "
            "pip install 'wingman-sidecar[telemetry]', or clear the setting",
            field="observe.otlp_url",
        ) from None
    if not url.startswith(("http://", "https://")):
        raise InputError("`observe.otlp_url` must begin with http:// or https://", field="observe.otlp_url")
    root, session = url.rstrip("/"), Session()
    session.trust_env = False
    return Exporters(
        OTLPSpanExporter(f"{root}/v1/traces", timeout=TIMEOUT_S, session=session),
        OTLPMetricExporter(f"{root}/v1/metrics", timeout=TIMEOUT_S, session=session),
        OTLPLogExporter(f"{root}/v1/logs", timeout=TIMEOUT_S, session=session),
    )


def resource() -> Resource:
    """Who is talking."""
    from opentelemetry.sdk.resources import Resource

    return Resource({"service.name": SERVICE})
