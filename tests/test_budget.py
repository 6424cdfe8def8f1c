"""A meeting pays for what reached a provider, and gives things up in the announced order."""

from __future__ import annotations

from typing import Any

from wingman.budget import REPORT_EVERY_S, Budget
from wingman.config import build
from wingman.model.events import CostUpdated
from wingman.model.faults import Branch
from wingman.model.time import SAMPLE_RATE, Channel
from wingman.suggest.base import Usage
from wingman.suggest.cost import CostMeter, Level

MINUTE = 60 * SAMPLE_RATE


def make(limit: float = 0.0) -> tuple[Budget, list[CostUpdated]]:
    prices = {
        "deepgram_per_minute": 0.6,
        "hume_per_minute": 0.4,
        "gemini_input_per_million": 1_000_000.0,
        "gemini_output_per_million": 2_000_000.0,
    }
    settings = build({"suggest": {"cost": {"budget": limit, "prices": prices}}}).suggest.cost
    published: list[CostUpdated] = []

    def publish(payload: Any, _media: Any) -> None:
        published.append(payload)

    return Budget(CostMeter(settings), publish), published


def test_only_new_audio_is_charged() -> None:
    budget, published = make()
    for written in (MINUTE, MINUTE, 2 * MINUTE):
        budget.audio(Channel.TAB, Branch.TRANSCRIBE, "deepgram", written)
    budget.audio(Channel.MIC, Branch.TRANSCRIBE, "deepgram", MINUTE)
    budget.audio(Channel.TAB, Branch.EMOTION, "prosody", MINUTE)
    assert budget.report(REPORT_EVERY_S) is None
    assert published[0].by_provider == {"deepgram": 1.8}


def test_a_meter_switched_on_late_pays_from_there() -> None:
    budget, published = make()
    budget.restart(Channel.TAB, Branch.EMOTION, 10 * MINUTE)
    budget.audio(Channel.TAB, Branch.EMOTION, "hume", 11 * MINUTE)
    budget.report(REPORT_EVERY_S)
    assert published[0].total == 0.4


def test_figures_come_when_due_and_only_when_they_changed() -> None:
    budget, published = make()
    budget.tokens("gemini", Usage(1, 1))
    assert budget.report(1.0) is None
    assert published == []
    budget.report(REPORT_EVERY_S)
    budget.report(3 * REPORT_EVERY_S)
    assert [p.total for p in published] == [3.0]


def test_levels_come_in_order_and_each_once() -> None:
    budget, published = make(limit=10.0)
    levels = []
    for minute in range(1, 20):
        budget.audio(Channel.TAB, Branch.TRANSCRIBE, "deepgram", minute * MINUTE)
        levels.append(budget.report(minute * 60.0))
    assert [level for level in levels if level] == [Level.EMOTION, Level.RATE, Level.MODEL]
    assert [p.degraded for p in published][-1] == "model"
