"""Traces as a collector receives them, over the wire."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support import story
from wingman.core.errors import InputError
from wingman.events.telemetry import Telemetry, otlp
from wingman.events.waterfall import traces


class Collector(http.server.ThreadingHTTPServer):
    """Keeps what is posted to `/v1/traces`."""

    def __init__(self) -> None:
        self.received: list[ExportTraceServiceRequest] = []
        super().__init__(("127.0.0.1", 0), Receiver)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Receiver(http.server.BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert self.path == "/v1/traces"
        self.server.received.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_call_arrives_as_one_trace_an_utterance(collector: Collector) -> None:
    telemetry = Telemetry(otlp(collector.url))
    telemetry.hear(story.events())
    telemetry.close()
    scopes = [
        (resource.resource, scope)
        for request in collector.received
        for resource in request.resource_spans
        for scope in resource.scope_spans
    ]
    assert {a.value.string_value for resource, _ in scopes for a in resource.attributes} == {"wingman"}
    spans = [span for _, scope in scopes for span in scope.spans]
    roots = [span for span in spans if not span.parent_span_id]
    expected = {trace.utterance: trace for trace in traces(story.events())}
    told = {a.value.string_value for root in roots for a in root.attributes if a.key == "wingman.utterance"}
    assert told == set(expected)
    assert len(spans) == len(roots) + sum(len(trace.stages) for trace in expected.values())
    ids = {root.span_id: root for root in roots}
    for span in spans:
        if span.parent_span_id:
            root = ids[span.parent_span_id]
            assert root.trace_id == span.trace_id
            assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
    assert {"transcribe", "decide", "model.first_word"} <= {span.name for span in spans}


def test_nothing_that_was_said_leaves(collector: Collector) -> None:
    telemetry = Telemetry(otlp(collector.url))
    telemetry.hear(story.events())
    telemetry.close()
    sent = b"".join(request.SerializeToString() for request in collector.received)
    assert sent
    for _, _, _, _, text in story.LINES:
        assert text.encode() not in sent


def test_a_collector_that_is_away_holds_nobody_up() -> None:
    telemetry = Telemetry(otlp("http://127.0.0.1:9"))
    telemetry.hear(story.events())
    telemetry.close()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="otlp_url"):
        otlp("collector:4318")
