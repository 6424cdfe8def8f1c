"""Traces of finished utterances: one each, a span a stage. Off unless a collector is set; no content leaves.

Spans are made of committed events, beside the meeting, never in its way: the SDK's batch processor has a thread
and a bounded queue of its own, and drops what does not fit.

Source: OpenTelemetry specification 1.x, traces; semantic conventions for generative AI (`gen_ai.*`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from wingman.core import gen_ai
from wingman.core.events import Envelope
from wingman.core.steady_clock import now
from wingman.events.waterfall import MODEL, PROMPT_WAIT_S, Stage, UtteranceTrace, Waterfall

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

SCOPE = "wingman"
NANOSECONDS = 1_000_000_000


class Telemetry:
    """Sends the traces of finished utterances. Give `hear` to `Hub.tap`; `close` flushes."""

    def __init__(
        self,
        exporter: SpanExporter,
        resource: Resource | None = None,
        models: Mapping[str, str] | None = None,
        clock: Callable[[], float] = now,
        prompt_wait_s: float = PROMPT_WAIT_S,
    ) -> None:
        """`models`: which model a provider is asked for. `clock` says when events are pushed (Unix time).

        `prompt_wait_s`: see `Waterfall`.
        """
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(SCOPE)
        self._waterfall = Waterfall(prompt_wait_s)
        self._models = models or {}
        self._clock = clock

    def hear(self, envelopes: Sequence[Envelope]) -> None:
        """Committed events, in order, as they go to overlays."""
        pushed = self._clock()
        for envelope in envelopes:
            for trace in self._waterfall.add(envelope, pushed):
                self._record(trace)

    def close(self) -> None:
        """Send what is owed, within a few seconds, and end the thread."""
        self._provider.shutdown()

    def _record(self, trace: UtteranceTrace) -> None:
        from opentelemetry.trace import set_span_in_context

        attributes = {
            "wingman.meeting": trace.meeting,
            "wingman.utterance": trace.utterance,
            "wingman.channel": str(trace.channel),
            "wingman.outcome": trace.outcome or "open",
        }
        root = self._tracer.start_span("utterance", start_time=_ns(trace.start), attributes=attributes)
        inside = set_span_in_context(root)
        asked = [stage for stage in trace.stages if stage.name in MODEL]
        for stage in trace.stages:
            if stage.name not in MODEL:
                _span(self._tracer, inside, stage)
        if asked:
            self._chat(inside, asked, asked[-1].detail if trace.outcome == "failed" else "")
        root.end(_ns(trace.end))

    def _chat(self, inside: Context, asked: Sequence[Stage], failed: str) -> None:
        """The model's answer as the conventions have it: one span of the client's, our stages below it.

        `failed` says why there was none; empty where there was.
        """
        from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

        provider = asked[0].detail
        model = self._models.get(provider, "")
        attributes: dict[str, str | float | bool] = {
            **gen_ai.OPERATION,
            "gen_ai.request.stream": True,
        }
        if provider:
            attributes[gen_ai.PROVIDER] = gen_ai.provider_name(provider)
        if model:
            attributes["gen_ai.request.model"] = model
        if failed:
            attributes["error.type"] = failed
        else:
            attributes["gen_ai.response.time_to_first_chunk"] = asked[0].ms / 1000
        chat = self._tracer.start_span(
            f"chat {model}".rstrip(),
            inside,
            kind=SpanKind.CLIENT,
            start_time=_ns(asked[0].start),
            attributes=attributes,
        )
        for stage in asked:
            _span(self._tracer, set_span_in_context(chat), stage)
        if failed:
            chat.set_status(Status(StatusCode.ERROR))
        chat.end(_ns(asked[-1].end))


def _span(tracer: Tracer, inside: Context, stage: Stage) -> None:
    detail = stage.detail if stage.name != "speech" else ""  # who spoke may be a name
    attributes = {"wingman.detail": detail} if detail else {}
    span = tracer.start_span(stage.name, inside, start_time=_ns(stage.start), attributes=attributes)
    span.end(_ns(stage.end))


def _ns(at: float) -> int:
    return int(at * NANOSECONDS)
