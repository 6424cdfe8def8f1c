"""Cards on screen: what the model alone decides, and what feedback may still name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.suggest.support import Published, by_signals, running, said
from wingman.config.suggest import OpenAiSettings, SuggestSettings
from wingman.core.errors import InputError
from wingman.core.events import (
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionSkipped,
    SuggestionUpdated,
)
from wingman.core.time import Channel, samples
from wingman.llm.openai import OpenAiModel
from wingman.suggest.coach import Coach, CoachParts
from wingman.suggest.gate.probe import Flavour, Probe, Thresholds
from wingman.suggest.playbook.playbook import load_playbook
from wingman.testing.gemini.server import INSTANT
from wingman.testing.openai.server import ChatEmulator

WORDS = "Offer to go through the two open points tomorrow morning."


def never_sure(flavour: Flavour) -> Probe:
    """Weights that leave everything to the model."""
    return replace(by_signals(flavour), thresholds=Thresholds(-1e9, 1e9, 1e9, 1e9, 1e9))


async def _play(answer: str, *texts: str, asks: int = 25) -> tuple[Published, int]:
    """What is published, and how often the model was asked."""
    published = Published()
    async with ChatEmulator(answer=lambda *_: answer, pace=INSTANT) as server:
        model = OpenAiModel(OpenAiSettings(url=server.url, model="local-model"))
        parts = CoachParts(fence="f00d", probes=never_sure)
        settings = SuggestSettings(model_asks=asks)
        async with running(Coach(settings, load_playbook("sales"), model, published, parts=parts)) as coach:
            for number, text in enumerate(texts):
                coach.hear(said(text, 30.0 * number))
                await coach.settle()
        await model.aclose()
        return published, len(server.requests)


async def test_a_model_that_passes_leaves_no_trace_of_a_card() -> None:
    published, asked = await _play("PASS", "we keep all of it in a drawer")
    assert asked == 1
    assert [type(event) for event in published.events] == [SuggestionSkipped]
    assert published.events[0].reason == "model_silent"


async def test_a_model_that_speaks_opens_the_card_with_its_first_words() -> None:
    published, _ = await _play(WORDS, "we keep all of it in a drawer")
    created, *deltas, done = published.events
    assert isinstance(created, SuggestionCreated)
    assert (created.text, created.origin) == ("", "openai")
    assert deltas
    assert all(isinstance(delta, SuggestionDelta) for delta in deltas)
    assert isinstance(done, SuggestionCompleted)
    assert done.text == WORDS


async def test_no_silence_takes_the_place_of_a_question_that_the_model_decides_about() -> None:
    for answer, reasons in ((WORDS, ["question_to_you"]), ("PASS", ["silence_after_question"])):
        published = Published()
        async with ChatEmulator(answer=lambda *_, say=answer: say, pace=INSTANT) as server:
            model = OpenAiModel(OpenAiSettings(url=server.url, model="local-model"))
            parts = CoachParts(fence="f00d", probes=never_sure)
            coach = Coach(SuggestSettings(), load_playbook("sales"), model, published, parts=parts)
            async with running(coach):
                coach.hear(said("can you show me how the other part works"))
                coach.advance(Channel.TAB, samples(12))  # before the answer can have come
                await coach.settle()
                coach.advance(Channel.TAB, samples(13))
                await coach.settle()
            await model.aclose()
        assert [created.reason for created in published.of(SuggestionCreated)] == reasons
        assert not any(skip.reason == "replaced_by_newer" for skip in published.of(SuggestionSkipped))


async def test_the_model_is_asked_so_often_and_no_more() -> None:
    published, asked = await _play(
        "PASS", *(f"we keep drawer number {n} in the hall" for n in range(6)), asks=3
    )
    assert asked == 3
    assert [event.reason for event in published.events].count("model_silent") == 3


async def test_feedback_names_cards_that_were_shown_and_moves_their_kind() -> None:
    published = Published()
    parts = CoachParts(probes=by_signals)
    coach = Coach(SuggestSettings(), load_playbook("sales"), None, published, parts=parts)
    coach.hear(said("how much is it per month"))
    coach.feedback(published.of(SuggestionCreated)[0].id, "wrong")
    assert published.of(SuggestionUpdated)[0].feedback == "wrong"
    with pytest.raises(InputError, match="there is no suggestion"):
        coach.feedback("s99-0", "used")
