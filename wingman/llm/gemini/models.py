"""What both Gemini clients share: which model is in use, and the question that finds out whether it works."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from wingman.config.suggest import GeminiSettings
from wingman.core.errors import FaultKind, ProviderFault
from wingman.llm.base import AnswerTruncated, Prompt

log = structlog.get_logger(__name__)

HELLO = Prompt("Answer with the one word: ready", "ready?", max_output_tokens=8)


class ModelChoice:
    """The configured model, or the fallback that took its place because the service does not offer it."""

    def __init__(self, settings: GeminiSettings) -> None:
        self._models = (settings.model, *settings.fallbacks)
        self._chosen = 0

    @property
    def current(self) -> str:
        """The model to ask now."""
        return self._models[self._chosen]

    @property
    def spare(self) -> str | None:
        """The next fallback; None when there is none left."""
        after = self._models[self._chosen + 1 :]
        return after[0] if after else None

    def fall_back(self, model: str) -> bool:
        """Move on from `model`, which is not served, unless that was done. False when none is left."""
        if self.current == model:
            if self.spare is None:
                return False
            self._chosen += 1
            log.warning("suggest.model_not_served", model=model, using=self.current)
        return True


def require_key(settings: GeminiSettings) -> None:
    """Raises `ProviderFault` when no key is set."""
    if not settings.api_key:
        raise ProviderFault(
            "no Gemini key is set; put one into suggest.gemini.api_key or GEMINI_API_KEY",
            kind=FaultKind.AUTH,
        )


async def greet(answer: AsyncGenerator[str, None], model: str) -> None:
    """Read the answer to `HELLO`; that it was cut short does not matter. Raises `ProviderFault`."""
    try:
        async with aclosing(answer):
            async for _ in answer:
                pass
    except AnswerTruncated:
        log.debug("suggest.probe_truncated", model=model)
