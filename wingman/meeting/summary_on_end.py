"""What happens once a meeting is over: its summary becomes part of its log."""

from __future__ import annotations

from collections.abc import Callable

from wingman.core.events import SummaryReady
from wingman.core.steady_clock import now
from wingman.events.log import EventLog
from wingman.llm.base import SuggestionModel
from wingman.report.record import read
from wingman.report.summary import summarize


async def sum_up(
    log: EventLog,
    meeting: str,
    model: SuggestionModel | None = None,
    *,
    clock: Callable[[], float] = now,
) -> SummaryReady | None:
    """Write the summary of a meeting into its log as `summary.ready` and wait until it is stored.

    None when nothing was said, or there is a summary already (then nothing is written). Private data is
    taken out of what the model reads; a model that fails is replaced by the extractive summary.
    """
    record = await read(log, meeting)
    if record.summary is not None or not record.said:
        return None
    summary = await summarize(record, model)
    log.append(meeting, summary, at=clock())
    await log.flush()
    return summary
