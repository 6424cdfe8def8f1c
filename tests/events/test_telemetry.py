"""Traces as a collector receives them, over the wire."""

from __future__ import annotations

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support import story
from tests.support.collector import Collector, collector
from wingman.events.telemetry import Telemetry
from wingman.events.waterfall import MODEL, traces
from wingman.observe.otlp import exporters, resource

__all__ = ["collector"]


def test_a_call_arrives_as_one_trace_an_utterance(collector: Collector) -> None:
    telemetry = Telemetry(exporters(collector.url).spans, resource(), {"gemini": "flash"})
    telemetry.hear(story.events())
    telemetry.close()
    scopes = [
        (resource.resource, scope)
        for request in collector.of("/v1/traces", ExportTraceServiceRequest.FromString)
        for resource in request.resource_spans
        for scope in resource.scope_spans
    ]
    assert {a.value.string_value for resource, _ in scopes for a in resource.attributes} == {"wingman"}
    spans = [span for _, scope in scopes for span in scope.spans]
    roots = [span for span in spans if not span.parent_span_id]
    expected = {trace.utterance: trace for trace in traces(story.events())}
    told = {a.value.string_value for root in roots for a in root.attributes if a.key == "wingman.utterance"}
    assert told == set(expected)
    asked = [t for t in expected.values() if any(stage.name in MODEL for stage in t.stages)]
    chats = [span for span in spans if span.name == "chat flash"]
    assert len(chats) == len(asked) > 0
    for chat in chats:
        told_of = {a.key: a.value.string_value for a in chat.attributes}
        assert told_of["gen_ai.operation.name"] == "chat"
        assert told_of["gen_ai.provider.name"] == "gcp.gemini"
        assert told_of["gen_ai.request.model"] == "flash"
        assert [s.name for s in spans if s.parent_span_id == chat.span_id] == list(MODEL)
    shown = [span for span in spans if span.name.endswith(".shown")]
    assert len(spans) - len(shown) == len(roots) + len(chats) + sum(len(t.stages) for t in expected.values())
    assert {"card.shown", "first_word.shown"} <= {span.name for span in shown}
    ids = {span.span_id: span for span in (*roots, *chats)}
    for span in spans:
        if span.parent_span_id:
            root = ids[span.parent_span_id]
            assert root.trace_id == span.trace_id
            assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
    assert {"transcribe", "decide", "model.first_word"} <= {span.name for span in spans}


def test_nothing_that_was_said_leaves(collector: Collector) -> None:
    telemetry = Telemetry(exporters(collector.url).spans, resource(), {"gemini": "flash"})
    telemetry.hear(story.events())
    telemetry.close()
    sent = b"".join(body for _, body in collector.received)
    assert sent
    for _, _, _, _, text in story.LINES:
        assert text.encode() not in sent


def test_a_collector_that_is_away_holds_nobody_up() -> None:
    telemetry = Telemetry(exporters("http://127.0.0.1:9").spans)
    telemetry.hear(story.events())
    telemetry.close()
