"""structlog, set up once: a line for a person on a terminal, a line of JSON for a machine elsewhere."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO, cast

import structlog

from wingman.config.observe import ObserveSettings
from wingman.core.credentials import masked

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
QUIET = ("httpx", "httpx2", "aioice", "aiortc", "google_genai", "websockets", "asyncio", "uvicorn")
"""Libraries that narrate their work at INFO; their warnings still come through."""


Tap = Callable[[Mapping[str, Any]], None]
_taps: list[Tap] = []
SHIPPING = ("opentelemetry", "urllib3", "requests")
"""Loggers of what sends logs away: theirs are not sent, or a collector that is away would never be silent."""


def tap(listener: Tap) -> Callable[[], None]:
    """Also hand each record that is logged to `listener`; call what is returned to stop. It must be short."""
    _taps.append(listener)
    return lambda: _taps.remove(listener)


def _tapped(_logger: object, _method: str, record: structlog.types.EventDict) -> structlog.types.EventDict:
    if _taps and not getattr(record.get("_record"), "name", "").startswith(SHIPPING):
        for listener in _taps:
            listener(record)
    return record


def _without_credentials(
    _logger: object, _method: str, record: structlog.types.EventDict
) -> structlog.types.EventDict:
    for name, value in record.items():
        if isinstance(value, str):
            record[name] = masked(value)
    return record


class _Stderr(io.TextIOBase):
    """Whatever `sys.stderr` is at the moment of writing: loggers outlive a stream that was redirected.

    A whole record comes at a time: what exceptions and nested values say is masked here.
    """

    def write(self, text: str) -> int:
        return sys.stderr.write(masked(text))

    def flush(self) -> None:
        sys.stderr.flush()


def configure(settings: ObserveSettings) -> None:
    """Log to stderr in the format the settings ask for. Standard-library loggers go the same way."""
    human = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    level = LEVELS[settings.log_level]
    stderr = cast("TextIO", _Stderr())
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=not human),
        _without_credentials,
        _tapped,
    ]
    if not human:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared)
    handler = logging.StreamHandler(stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
