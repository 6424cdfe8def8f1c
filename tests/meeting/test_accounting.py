"""A meeting pays for what reached a provider, and gives things up in the announced order."""

from __future__ import annotations

from typing import Any

import pytest

from wingman.archive.egress_ledger import Ledger
from wingman.config.settings import build
from wingman.core.errors import Branch
from wingman.core.events import CostUpdated, EgressRecorded
from wingman.core.time import SAMPLE_RATE, Channel
from wingman.llm.base import AnswerEmpty, Prompt, Usage
from wingman.llm.gemini.client import Gemini
from wingman.meeting.accounting import REPORT_EVERY_S, Accounting, MeteredModel
from wingman.meeting.cost import CostTracker, Level
from wingman.meeting.providers import price_list
from wingman.testing.gemini.server import GeminiEmulator

MINUTE = 60 * SAMPLE_RATE


def make(limit: float = 0.0) -> tuple[Accounting, list[Any]]:
    prices = {
        "deepgram_per_minute": 0.6,
        "hume_per_minute": 0.4,
        "gemini_input_per_million": 1_000_000.0,
        "gemini_output_per_million": 2_000_000.0,
        "embeddings_per_million": 1_000_000.0,
    }
    settings = build({"suggest": {"cost": {"budget": limit, "prices": prices}}}).suggest.cost
    published: list[Any] = []

    def publish(payload: Any, _media: Any) -> None:
        published.append(payload)

    return Accounting(
        CostTracker(settings, price_list(settings.prices)), Ledger(publish, lambda: 0.0), publish
    ), published


def costs(published: list[Any]) -> list[CostUpdated]:
    return [p for p in published if isinstance(p, CostUpdated)]


def test_every_provider_is_billed_for_what_it_was_given() -> None:
    accounting, published = make()
    for channel in Channel:
        accounting.outlet(Branch.TRANSCRIBE, "deepgram", channel).sent(2 * MINUTE, 60.0)
    accounting.outlet(Branch.EMOTION, "hume", Channel.TAB).sent(2 * MINUTE, 60.0)
    assert accounting.report(REPORT_EVERY_S) is None
    assert costs(published)[0].by_provider == {"deepgram": 1.2, "hume": 0.4}


def test_figures_come_when_due_and_only_when_they_changed() -> None:
    accounting, published = make()
    accounting.tokens("gemini", Usage(1, 1))
    assert accounting.report(1.0) is None
    assert published == []
    accounting.report(REPORT_EVERY_S)
    accounting.report(3 * REPORT_EVERY_S)
    assert [p.total for p in costs(published)] == [3.0]


def test_levels_come_in_order_and_each_once() -> None:
    accounting, published = make(limit=10.0)
    levels = []
    for minute in range(1, 20):
        accounting.outlet(Branch.TRANSCRIBE, "deepgram", Channel.TAB).sent(2 * MINUTE, 60.0)
        levels.append(accounting.report(minute * 60.0))
    assert [level for level in levels if level] == [Level.EMOTION, Level.RATE, Level.MODEL]
    assert [p.degraded for p in costs(published)][-1] == "model"


def test_the_ledger_is_written_at_a_pause_with_the_words_of_consent() -> None:
    accounting, published = make()
    accounting.consent("They agreed.")
    accounting.outlet(Branch.EMOTION, "hume", Channel.TAB).sent(2 * SAMPLE_RATE, 1.0)
    accounting.close()
    (entry,) = [p for p in published if isinstance(p, EgressRecorded)]
    assert (entry.to, entry.bytes, entry.seconds, entry.consent) == ("hume", 32_000, 1.0, "They agreed.")


async def test_a_prompt_is_noted_before_it_leaves() -> None:
    accounting, published = make()
    prompt = Prompt("Be brief.", "What now?")
    async with GeminiEmulator() as gemini:
        tree = {"suggest": {"gemini": {"api_key": "local-key", "url": gemini.url}}}
        model = Gemini(build(tree).suggest.gemini)
        try:
            answer = "".join([text async for text in MeteredModel(model, accounting).stream(prompt)])
        finally:
            await model.aclose()
    accounting.close()
    assert answer
    (entry,) = [p for p in published if isinstance(p, EgressRecorded)]
    assert (entry.to, entry.bytes, entry.kind) == ("gemini", len(gemini.requests[0].body), "text")


def test_what_is_compared_elsewhere_is_in_the_books() -> None:
    accounting, published = make()
    accounting.consent("they know")
    assert accounting.question(10)
    assert accounting.question(30)
    accounting.outlet(Branch.SUGGEST, "embeddings").sent(40, 0.0)
    assert accounting.words("hume-v0", "naïve words")
    accounting.outlet(Branch.EMOTION, "hume-v0", Channel.TAB).sent(12, 0.0)
    accounting.close()
    accounting.report(REPORT_EVERY_S)
    entries = [p for p in published if isinstance(p, EgressRecorded)]
    assert [(e.to, e.branch, e.kind, e.bytes, e.channel, e.consent) for e in entries] == [
        ("embeddings", Branch.SUGGEST, "text", 40, None, "they know"),
        ("hume-v0", Branch.EMOTION, "text", 12, Channel.TAB, "they know"),
    ]
    assert costs(published)[0].by_provider == {
        "embeddings": 11.0,
        "hume-v0": 0.00048,
    }  # 3 and 8 tokens, 2 words


async def test_nothing_is_let_out_during_a_pause() -> None:
    accounting, published = make()
    accounting.outlet(Branch.SUGGEST, "embeddings").sent(10, 0.0)
    accounting.pause()
    assert [p.bytes for p in published if isinstance(p, EgressRecorded)] == [10]
    assert not accounting.question(10)
    assert not accounting.words("hume-v0", "words")
    assert not accounting.outlet(Branch.TRANSCRIBE, "deepgram", Channel.MIC).open
    async with GeminiEmulator() as emulator:
        settings = build({"suggest": {"gemini": {"url": emulator.url, "api_key": "local-key"}}})
        model = Gemini(settings.suggest.gemini)
        with pytest.raises(AnswerEmpty, match="paused"):
            await anext(MeteredModel(model, accounting).stream(Prompt("system", "user")))
        await model.aclose()
        assert emulator.requests == []
    accounting.close()
    assert len([p for p in published if isinstance(p, EgressRecorded)]) == 1
    accounting.resume()
    assert accounting.question(10)


def test_what_is_gathered_is_written_down_before_a_pause_and_dated_by_the_first() -> None:
    published: list[Any] = []
    now = iter(range(100))
    ledger = Ledger(lambda payload, _: published.append(payload), lambda: float(next(now)))
    accounting = Accounting(CostTracker(build({}).suggest.cost, {}), ledger, lambda *_: None)
    way = accounting.outlet(Branch.TRANSCRIBE, "deepgram", Channel.TAB)
    assert accounting.outlet(Branch.TRANSCRIBE, "deepgram", Channel.TAB) is way
    for _ in range(5):
        way.sent(640, 0.02)
    way.sent(-640, -0.02)  # the connection broke before it had left
    accounting.pause()
    (before,) = published
    assert (before.bytes, before.seconds, before.since) == (4 * 640, 0.08, 0.0)
    way.sent(640, 0.02)  # what must not happen is told, and in the time in which it happened
    way.sent(640, 0.02)
    accounting.resume()
    accounting.close()
    leaked = published[-1]
    assert (leaked.bytes, leaked.since) == (2 * 640, before.until + 1)
