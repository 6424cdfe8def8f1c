"""What both Gemini clients are beside the package they speak through."""

from __future__ import annotations

import time

from wingman.config.suggest import GeminiSettings
from wingman.core.errors import ProviderFault
from wingman.llm.base import Prompt, Usage
from wingman.llm.circuit_breaker import Quotas
from wingman.llm.gemini.models import ModelChoice


class GeminiModel:
    """The model in use, what its last answer cost, and the quotas that are known to be spent."""

    NAME = ""

    def __init__(self, settings: GeminiSettings) -> None:
        self._settings = settings
        self._choice = ModelChoice(settings)
        self._usage = Usage()
        self._quotas = Quotas()

    @property
    def name(self) -> str:
        return self.NAME

    @property
    def remote(self) -> bool:
        return True

    @property
    def model(self) -> str:
        """The model in use: the configured one, or the fallback that replaced it."""
        return self._choice.current

    @property
    def last_usage(self) -> Usage:
        return self._usage

    def _check_quota(self, model: str) -> None:
        """Raises `ProviderFault` while the vendor's own delay for `model` is not over."""
        self._quotas.check(model, time.monotonic())

    def _noted(self, model: str, fault: ProviderFault) -> ProviderFault:
        """`fault`, remembered where it says how long to stay away."""
        return self._quotas.note(model, fault, time.monotonic())


def read_in_vain(prompt: Prompt) -> Usage:
    """What is counted of a request that nobody waited for: the service has read it and bills that.

    Estimated, since it had said nothing yet: four characters a token.
    """
    return Usage((len(prompt.system) + len(prompt.user)) // 4)
