"""Fields of a provider's messages that were not what they ought to be: each counted, each kind told once."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from wingman.core.losses import Loss, LossCause, LossUnit
from wingman.stt.base import Emit

log = structlog.get_logger(__name__)


class MalformedFields:
    """Hand it the names; it emits a `Loss` for each new one at once and for the repetitions at the end."""

    def __init__(self, provider: str, emit: Emit) -> None:
        self._provider = provider
        self._emit = emit
        self._told: set[str] = set()
        self._untold = 0

    def note(self, names: Sequence[str]) -> None:
        """These fields of one message fell back to a default."""
        fresh = sorted(set(names) - self._told)
        self._untold += len(names)
        if fresh:
            self._told.update(fresh)
            log.warning("odd fields were replaced by defaults", provider=self._provider, fields=fresh)
            self._tell(
                f"{self._provider} sent {', '.join(fresh)} in another form than agreed; a default stands in"
            )

    def close(self) -> None:
        """No more messages come."""
        self._tell("")

    def _tell(self, detail: str) -> None:
        if self._untold:
            self._emit(Loss(LossCause.ODD_FIELD, LossUnit.FIELDS, self._untold, detail))
            self._untold = 0
