"""Traces over OTLP: one a finished utterance, a span a stage. Off unless an address is set; no content leaves.

The extra `telemetry` brings the SDK. Spans are made of committed events, beside the meeting, never in its way:
the SDK's batch processor has a thread and a bounded queue of its own, and drops what does not fit.

Source: OpenTelemetry specification 1.x, traces; semantic conventions for generative AI (`gen_ai.*`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wingman.core.errors import InputError
from wingman.core.events import Envelope
from wingman.events.waterfall import Stage, UtteranceTrace, Waterfall

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

SERVICE = "wingman"
NANOSECONDS = 1_000_000_000
TIMEOUT_S = 2.0
"""How long a collector may take for a batch; what it does not take by then is dropped."""


def otlp(url: str) -> SpanExporter:
    """An exporter to the collector at `url` (`http://127.0.0.1:4318`). Raises `InputError` for a wrong one."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise InputError(
            "`observe.otlp_url` is set, but the telemetry packages are not installed; "
            "pip install 'wingman-sidecar[telemetry]', or clear the setting",
            field="observe.otlp_url",
        ) from None
    if not url.startswith(("http://", "https://")):
        raise InputError("`observe.otlp_url` must begin with http:// or https://", field="observe.otlp_url")
    return OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=TIMEOUT_S)


class Telemetry:
    """Sends the traces of finished utterances. Give `hear` to `Hub.tap`; `close` flushes."""

    def __init__(self, exporter: SpanExporter) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._provider = TracerProvider(resource=Resource({"service.name": SERVICE}), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(SERVICE)
        self._waterfall = Waterfall()

    def hear(self, envelopes: Sequence[Envelope]) -> None:
        """Committed events, in order."""
        for envelope in envelopes:
            for trace in self._waterfall.add(envelope):
                _record(self._tracer, trace)

    def close(self) -> None:
        """Send what is owed, within a few seconds, and end the thread."""
        self._provider.shutdown()


def _record(tracer: Tracer, trace: UtteranceTrace) -> None:
    from opentelemetry.trace import set_span_in_context

    attributes = {
        "wingman.meeting": trace.meeting,
        "wingman.utterance": trace.utterance,
        "wingman.channel": str(trace.channel),
        "wingman.outcome": trace.outcome or "open",
    }
    root = tracer.start_span("utterance", start_time=_ns(trace.start), attributes=attributes)
    inside = set_span_in_context(root)
    for stage in trace.stages:
        span = tracer.start_span(stage.name, inside, start_time=_ns(stage.start), attributes=_attributes(stage))
        span.end(_ns(stage.end))
    root.end(_ns(trace.end))


def _attributes(stage: Stage) -> dict[str, str]:
    if stage.name == "model.first_word":
        return {"gen_ai.operation.name": "chat", "gen_ai.provider.name": stage.detail}
    return {"wingman.detail": stage.detail} if stage.detail and stage.name != "speech" else {}


def _ns(at: float) -> int:
    return int(at * NANOSECONDS)
