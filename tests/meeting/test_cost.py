from __future__ import annotations

import pytest

from wingman.config.suggest import CostSettings
from wingman.llm.base import Usage
from wingman.meeting.cost import CostTracker, Level
from wingman.meeting.providers import price_list


def tracker(budget: float = 0.0) -> CostTracker:
    settings = CostSettings(budget=budget)
    return CostTracker(settings, price_list(settings.prices))


def test_it_adds_up_per_provider_and_hour() -> None:
    meter = tracker()
    meter.audio("deepgram", 1800)
    meter.audio("hume", 1800)
    meter.tokens("gemini", Usage(1_000_000, 100_000))
    reading = meter.reading(1800)
    assert reading.by_provider == pytest.approx({"deepgram": 0.231, "hume": 1.917, "gemini": 0.55})
    assert reading.total == pytest.approx(2.698)
    assert reading.per_hour == pytest.approx(5.396)
    assert reading.degraded == ""


def test_local_providers_cost_nothing() -> None:
    meter = tracker()
    meter.audio("pocketsphinx", 3600)
    meter.tokens("openai", Usage(10_000, 10_000))
    assert meter.reading(3600).by_provider == {}


def test_the_budget_takes_emotion_first_then_the_rate_then_the_model() -> None:
    meter = tracker(budget=1.0)
    seen = []
    for _ in range(110):
        meter.tokens("gemini", Usage(output_tokens=4_000))
        seen.append(meter.level)
    assert list(dict.fromkeys(seen)) == [Level.FULL, Level.EMOTION, Level.RATE, Level.MODEL]
    assert seen.index(Level.EMOTION) == 79
    assert meter.reading(60).degraded == "model"


def test_without_a_budget_nothing_degrades() -> None:
    meter = tracker()
    meter.audio("hume", 1e9)
    assert meter.level is Level.FULL
