"""What the service logs, as OpenTelemetry log records: the sentence, its level and its plain fields.

Of an exception only the type leaves: what it says may be something that was said in a meeting.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wingman.core.credentials import masked
from wingman.observe.otlp import SERVICE, resource

if TYPE_CHECKING:
    from opentelemetry.sdk._logs.export import LogRecordExporter

LONGEST = 200
"""Characters of a field's value."""
LEVELS = {"debug": 5, "info": 9, "warning": 13, "error": 17, "critical": 21}
"""Severity numbers of the data model."""
OWN = frozenset({"event", "level", "timestamp"})


class LogSender:
    """Give `hear` to `wingman.observe.logs.tap`. The SDK's batch processor has a thread and a bounded queue."""

    def __init__(self, exporter: LogRecordExporter) -> None:
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

        self._provider = LoggerProvider(resource(), shutdown_on_exit=False)
        self._provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
        self._logger = self._provider.get_logger(SERVICE)

    def hear(self, record: Mapping[str, Any]) -> None:
        """One record, as structlog's processors have made it."""
        from opentelemetry._logs import SeverityNumber

        level = str(record.get("level", "info"))
        self._logger.emit(
            timestamp=time.time_ns(),
            severity_text=level.upper(),
            severity_number=SeverityNumber(LEVELS.get(level, 9)),
            body=str(record.get("event", "")),
            attributes=dict(_fields(record)),
        )

    def close(self) -> None:
        """Send what is owed, within a few seconds, and end the thread."""
        self._provider.shutdown()


def _fields(record: Mapping[str, Any]) -> list[tuple[str, str | int | float | bool]]:
    found: list[tuple[str, str | int | float | bool]] = []
    for name, value in record.items():
        if name == "exc_info":
            kind = value if isinstance(value, BaseException) else sys.exc_info()[1]
            if value and kind is not None:
                found.append(("exception.type", type(kind).__name__))
        elif name in OWN or name.startswith("_") or name == "exception":
            continue
        elif isinstance(value, bool | int | float):
            found.append((f"wingman.{name}", value))
        else:
            found.append((f"wingman.{name}", masked(str(value))[:LONGEST]))
    return found
