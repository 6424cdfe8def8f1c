"""The one way telemetry leaves by: exporters of traces, metrics and logs to a collector (OTLP over HTTP).

The extra `telemetry` brings the SDK. Source: OpenTelemetry protocol specification 1.x, OTLP/HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import httpx

from wingman.core.errors import InputError
from wingman.egress.http import counting
from wingman.egress.outlet import Outlet, current, outlet

if TYPE_CHECKING:
    from opentelemetry.sdk._logs.export import LogRecordExporter
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter
    from requests import PreparedRequest, Response
    from requests.adapters import BaseAdapter

SERVICE = "wingman"
TIMEOUT_S = 2.0
"""How long a collector may take for a batch; what it does not take by then is dropped."""


@dataclass(frozen=True, slots=True)
class Exporters:
    """Where the three kinds go. All share one HTTP session, whose requests are counted like all that leaves."""

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
    session.mount(url, cast("BaseAdapter", _CountedAdapter(current(urlsplit(url).hostname or ""))))
    return Exporters(
        OTLPSpanExporter(f"{root}/v1/traces", timeout=TIMEOUT_S, session=session),
        OTLPMetricExporter(f"{root}/v1/metrics", timeout=TIMEOUT_S, session=session),
        OTLPLogExporter(f"{root}/v1/logs", timeout=TIMEOUT_S, session=session),
    )


def resource() -> Resource:
    """Who is talking."""
    from opentelemetry.sdk.resources import Resource

    return Resource({"service.name": SERVICE})


class _CountedAdapter:
    """How the exporters' session sends (a `requests.adapters.BaseAdapter`): counted by the socket.

    The exporters wait in threads of their own, or in the loop's when the service ends.
    """

    def __init__(self, way_out: Outlet | None) -> None:
        self._way_out = way_out

    def send(self, request: PreparedRequest, **_: object) -> Response:
        """Raises `requests.ConnectionError` when there is no answer in time."""
        from requests import ConnectionError as NoAnswer
        from requests import Response

        with ThreadPoolExecutor(1, "wingman-otlp") as thread:
            answer = thread.submit(lambda: asyncio.run(self._sent(request))).result()
        if answer is None:
            raise NoAnswer("the collector did not answer")
        told = Response()
        told.status_code, told.reason, told.request = answer.status_code, answer.reason_phrase, request
        told.headers.update(answer.headers)
        told.raw = BytesIO(answer.content)
        return told

    async def _sent(self, request: PreparedRequest) -> httpx.Response | None:
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        given = request.headers.items()
        headers = {name: str(value) for name, value in given if name.lower() != "content-length"}
        async with httpx.AsyncClient(transport=counting(), timeout=TIMEOUT_S) as http:
            with outlet(self._way_out), contextlib.suppress(httpx.HTTPError):
                return await http.post(str(request.url), content=body, headers=headers)
        return None

    def close(self) -> None:
        """Nothing is kept open."""
