"""What a meeting costs, and what it gives up when the budget runs out. Pure: media seconds are an argument."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wingman.config.suggest import CostSettings
from wingman.core.events import CostUpdated
from wingman.llm.base import Usage

MILLION = 1_000_000
EMBEDDINGS = "embeddings"
"""Who compares notes by their meaning: a model server, which is charged by itself."""


class Level(StrEnum):
    """How far the budget has degraded a meeting; each level includes the ones before it."""

    FULL = ""
    EMOTION = "emotion"
    """Paid voice emotion is off."""
    RATE = "rate"
    """Suggestions are limited to the quiet verbosity."""
    MODEL = "model"
    """The model is no longer asked; playbook cues go on."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What a provider takes, in the currency of the price list."""

    minute: float = 0.0
    """For a minute of one channel's audio."""
    picture: float = 0.0
    word: float = 0.0
    """For a word that is measured."""
    prompt: float = 0.0
    """For a million tokens of prompts."""
    answer: float = 0.0
    """For a million tokens of answers."""


FREE = Rates()


class CostTracker:
    """Adds up one meeting. A provider without rates (a local one) costs nothing."""

    def __init__(self, settings: CostSettings, rates: Mapping[str, Rates]) -> None:
        """`rates`: provider → what it takes (see `providers.price_list`)."""
        self._settings = settings
        self._rates = rates
        self._spent: defaultdict[str, float] = defaultdict(float)

    def restore(self, spent: Mapping[str, float]) -> None:
        """What the meeting had cost when another process ran it."""
        for provider, amount in spent.items():
            self._charge(provider, amount)

    @property
    def total(self) -> float:
        """Spent so far, in the currency of the prices."""
        return sum(self._spent.values(), 0.0)

    @property
    def level(self) -> Level:
        """What the budget has switched off. It never comes back within a meeting: the money is spent."""
        settings = self._settings
        if settings.budget <= 0:
            return Level.FULL
        share = self.total / settings.budget
        if share >= settings.model_at:
            return Level.MODEL
        if share >= settings.rate_at:
            return Level.RATE
        return Level.EMOTION if share >= settings.emotion_at else Level.FULL

    def audio(self, provider: str, seconds: float) -> None:
        """`seconds` of one channel's audio were sent to `provider`."""
        self._charge(provider, self._of(provider).minute * seconds / 60)

    def pictures(self, provider: str, count: int) -> None:
        """`count` pictures were sent to `provider`."""
        self._charge(provider, self._of(provider).picture * count)

    def words(self, provider: str, count: int) -> None:
        """`count` words were sent to `provider` to be measured."""
        self._charge(provider, self._of(provider).word * count)

    def tokens(self, provider: str, usage: Usage) -> None:
        """A model answered; it fits `CoachParts.on_usage`."""
        rates = self._of(provider)
        self._charge(
            provider, (usage.prompt_tokens * rates.prompt + usage.output_tokens * rates.answer) / MILLION
        )

    def reading(self, media_seconds: float) -> CostUpdated:
        """The figures after `media_seconds` of meeting, ready to publish."""
        per_hour = self.total * 3600 / media_seconds if media_seconds > 0 else 0.0
        by_provider = {name: round(spent, 6) for name, spent in sorted(self._spent.items())}
        return CostUpdated(
            round(self.total, 6), round(per_hour, 6), by_provider, self._settings.currency, str(self.level)
        )

    def _of(self, provider: str) -> Rates:
        return self._rates.get(provider, FREE)

    def _charge(self, provider: str, amount: float) -> None:
        if amount > 0:
            self._spent[provider] += amount
