"""What a meeting costs, and what it gives up when the budget runs out. Pure: media seconds are an argument."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from enum import StrEnum

from wingman.config.suggest import CostSettings
from wingman.core.events import CostUpdated
from wingman.llm.base import Usage

MILLION = 1_000_000


class Level(StrEnum):
    """How far the budget has degraded a meeting; each level includes the ones before it."""

    FULL = ""
    EMOTION = "emotion"
    """Paid voice emotion is off."""
    RATE = "rate"
    """Suggestions are limited to the quiet verbosity."""
    MODEL = "model"
    """The model is no longer asked; playbook cues go on."""


class CostTracker:
    """Adds up one meeting. Providers that cost nothing (local ones) may be charged, too; it stays at zero."""

    def __init__(self, settings: CostSettings) -> None:
        self._settings = settings
        prices = settings.prices
        self._per_minute = {
            "deepgram": prices.deepgram_per_minute,
            "hume": prices.hume_per_minute,
            "hume-v0": prices.hume_v0_per_minute,
        }
        self._per_picture = {"hume-v0": prices.hume_v0_per_picture}
        self._per_word = {"hume-v0": prices.hume_v0_per_word}
        gemini = (prices.gemini_input_per_million, prices.gemini_output_per_million)
        self._per_million = {
            "gemini": gemini,
            "generativeai": gemini,
            "embeddings": (prices.embeddings_per_million, 0.0),
            "openai": (prices.openai_input_per_million, prices.openai_output_per_million),
        }
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
        self._charge(provider, self._per_minute.get(provider, 0.0) * seconds / 60)

    def pictures(self, provider: str, count: int) -> None:
        """`count` pictures were sent to `provider`."""
        self._charge(provider, self._per_picture.get(provider, 0.0) * count)

    def words(self, provider: str, count: int) -> None:
        """`count` words were sent to `provider` to be measured."""
        self._charge(provider, self._per_word.get(provider, 0.0) * count)

    def tokens(self, provider: str, usage: Usage) -> None:
        """A model answered; it fits `CoachParts.on_usage`."""
        price_in, price_out = self._per_million.get(provider, (0.0, 0.0))
        self._charge(provider, (usage.prompt_tokens * price_in + usage.output_tokens * price_out) / MILLION)

    def reading(self, media_seconds: float) -> CostUpdated:
        """The figures after `media_seconds` of meeting, ready to publish."""
        per_hour = self.total * 3600 / media_seconds if media_seconds > 0 else 0.0
        by_provider = {name: round(spent, 6) for name, spent in sorted(self._spent.items())}
        return CostUpdated(
            round(self.total, 6), round(per_hour, 6), by_provider, self._settings.currency, str(self.level)
        )

    def _charge(self, provider: str, amount: float) -> None:
        if amount > 0:
            self._spent[provider] += amount
