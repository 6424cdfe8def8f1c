"""The language model of a process: one for all meetings, asked early whether it answers, changed meanwhile."""

from __future__ import annotations

import structlog

from wingman.core.errors import Branch, Health, ProviderFault
from wingman.core.events import ProviderStateChanged
from wingman.llm.base import SuggestionModel
from wingman.meeting.accounting import Accounting, MeteredModel

log = structlog.get_logger(__name__)


class SharedModel:
    """The one in use, and those it has replaced while meetings may still ask them."""

    def __init__(self, model: SuggestionModel | None) -> None:
        """None: cues only."""
        self._model = model
        self._retired: list[SuggestionModel] = []
        self._health = Health.CONNECTING
        self._fault = ""
        self._final = False

    @property
    def state(self) -> tuple[Health, str]:
        """What it said when it was asked whether it would answer."""
        return self._health, self._fault

    def told(self) -> ProviderStateChanged | None:
        """The same, as a meeting is told; None where there is no model."""
        if self._model is None:
            return None
        return ProviderStateChanged(Branch.SUGGEST, self._model.name, self._health, None, self._fault)

    def change(self, model: SuggestionModel | None) -> None:
        """Use this one from the next meeting on; nobody has asked it yet."""
        if self._model is not None:
            self._retired.append(self._model)
        self._model = model
        self._health, self._fault, self._final = Health.CONNECTING, "", False

    def ask_again(self) -> bool:
        """True once after a fault that may have passed (no network, an overload): probe it anew."""
        if self._health is not Health.DOWN or self._final:
            return False
        self._health, self._fault = Health.CONNECTING, ""
        return True

    async def probe(self) -> None:
        """Ask it, before anybody needs it, whether it will answer."""
        model = self._model
        if model is None:
            return
        found = Health.UP, "", False
        try:
            await model.probe()
        except ProviderFault as fault:
            found = Health.DOWN, str(fault), fault.final
            log.warning("the suggestion model will not answer", provider=model.name, reason=str(fault))
        if model is self._model:  # else another one took its place while this was asked
            self._health, self._fault, self._final = found

    def metered(self, accounting: Accounting) -> MeteredModel | None:
        """As one meeting uses it; None where somebody has to change a key or a setting before it can answer."""
        return MeteredModel(self._model, accounting) if self._model is not None and not self._final else None

    async def aclose(self) -> None:
        """Close every model there was. Call it when no meeting runs any more."""
        for model in (*self._retired, *([self._model] if self._model is not None else [])):
            await model.aclose()
