"""What a service counts and tells a collector."""

from __future__ import annotations

import contextlib

from wingman.config.settings import Settings
from wingman.events.hub import Hub
from wingman.events.telemetry import Telemetry
from wingman.observe import logs, metrics
from wingman.observe.loop_watch import LoopWatch
from wingman.observe.otlp import exporters, resource
from wingman.observe.otlp_logs import LogSender
from wingman.observe.otlp_metrics import MetricSender


def observe(
    settings: Settings, hub: Hub, loop_watch: LoopWatch, stack: contextlib.AsyncExitStack
) -> MetricSender | None:
    """Count every event, show how late the loop is, and tell a collector, where one is configured.

    What is returned sends it the counts; it wants to be run.
    """
    hub.tap(metrics.count)
    metrics.watch_loop(lambda: loop_watch.percentile(0.99))
    if not settings.observe.otlp_url:
        return None
    to = exporters(settings.observe.otlp_url)
    suggest = settings.suggest
    models = {
        "gemini": suggest.gemini.model,
        "generativeai": suggest.gemini.model,
        "openai": suggest.openai.model,
    }
    telemetry, counted, logged = (
        Telemetry(to.spans, resource(), models, prompt_wait_s=settings.emotion.prompt_wait_ms / 1000),
        MetricSender(to.metrics),
        LogSender(to.logs),
    )
    for close in (telemetry.close, counted.close, logged.close):
        stack.callback(close)
    stack.callback(logs.tap(logged.hear))
    hub.tap(telemetry.hear)
    return counted
