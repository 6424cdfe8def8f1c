"""Settings of logs and metrics."""

from __future__ import annotations

from typing import Literal

from wingman.config.section import Section


class ObserveSettings(Section, frozen=True):
    """Logs and metrics."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least important level that is logged."""
    log_format: Literal["auto", "console", "json"] = "auto"
    """`auto`: console on a terminal, JSON lines otherwise."""
    otlp_url: str = ""
    """Root of an OpenTelemetry collector (OTLP over HTTP) for traces, metrics and logs; empty sends none."""
