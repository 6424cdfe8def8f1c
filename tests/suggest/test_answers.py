"""Every odd shape a model may answer in, through a real coach: none of it stays on a card."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.suggest.support import Published, running, said
from tests.suggest.test_coach import BARE, coach
from tests.support.answered import PRICE, SECRET, served
from tests.support.answers import FAULTY
from wingman.core.events import (
    SuggestionCompleted,
    SuggestionCreated,
    SuggestionDelta,
    SuggestionExpired,
    SuggestionFailed,
    SuggestionSkipped,
)
from wingman.llm.base import AnswerTruncated, Prompt, Usage
from wingman.suggest.coach import CoachParts
from wingman.suggest.knowledge.index import Knowledge
from wingman.suggest.playbook.playbook import load_playbook

QUOTES_ITS_PROMPT = "You whisper to one participant of a live meeting"


class Scripted:
    """A model that answers in given pieces, and perhaps breaks off."""

    name = "gemini"
    remote = False
    last_usage = Usage()

    def __init__(self, pieces: list[str], *, breaks: bool = False) -> None:
        self._pieces = pieces
        self._breaks = breaks

    async def probe(self) -> None: ...

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        for piece in self._pieces:
            yield piece
        if self._breaks:
            raise AnswerTruncated("the model's answer broke off", code="no_end")

    async def aclose(self) -> None: ...


async def answered(model: Scripted, *, bare: bool = False) -> Published:
    """One moment answered by the model, up to the end of its card."""
    published = Published()
    book = BARE if bare else load_playbook("sales")
    async with running(coach(published, model, book, parts=CoachParts(fence=SECRET))) as one:
        one.hear(said(PRICE))
        await published.until(SuggestionCompleted, SuggestionFailed, SuggestionExpired)
    return published


@pytest.mark.parametrize(("fault", "text"), [shape for shape in FAULTY if shape[0] != "leak"])
async def test_a_faulty_answer_gives_the_instant_card_back(fault: str, text: str) -> None:
    published = await answered(Scripted([text]))
    (created,) = published.of(SuggestionCreated)
    (done,) = published.of(SuggestionCompleted)
    assert (done.text, done.origin, done.first_token_ms) == (created.text, "playbook", None)
    reasons = [skip.reason for skip in published.of(SuggestionSkipped)]
    assert reasons == [] if fault == "pass" else reasons[0].startswith("model_")


PROTOCOLS = [
    "gemini",
    "openai",
    pytest.param(
        "generativeai",
        marks=pytest.mark.skipif(find_spec("google.generativeai") is None, reason="needs the extra"),
    ),
]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("size", [1, 3, 50])
async def test_the_decision_comes_first_and_is_never_visible(protocol: str, size: int) -> None:
    published, words = Published(), "Ask what they compare it with, and since when."
    parts = CoachParts(fence=SECRET)
    async with (
        served(protocol, f"SAY {words}", size) as model,
        running(coach(published, model, BARE, parts=parts)) as one,
    ):
        one.hear(said(PRICE))
        await published.until(SuggestionCompleted, SuggestionFailed, SuggestionExpired)
    (done,) = published.of(SuggestionCompleted)
    assert done.text == words
    assert "SAY" not in "".join(delta.text for delta in published.of(SuggestionDelta))


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_nothing_to_say_leaves_the_instant_card_on_every_road(protocol: str) -> None:
    published = Published()
    book = load_playbook("sales")
    async with (
        served(protocol, "PASS", 2) as model,
        running(coach(published, model, book, parts=CoachParts(fence=SECRET))) as one,
    ):
        one.hear(said(PRICE))
        await published.until(SuggestionCompleted, SuggestionFailed, SuggestionExpired)
    (created,), (done,) = published.of(SuggestionCreated), published.of(SuggestionCompleted)
    assert (done.text, done.origin) == (created.text, "playbook")


@pytest.mark.parametrize("bare", [True, False])
async def test_what_spills_the_prompt_is_never_visible(bare: bool) -> None:
    published = await answered(
        Scripted([f"Ask about it. {SECRET[:4]}", SECRET[4:], " and more to come"]), bare=bare
    )
    assert SECRET not in "".join(delta.text for delta in published.of(SuggestionDelta))
    assert [skip.reason for skip in published.of(SuggestionSkipped)] == ["model_leak"]


async def test_half_an_answer_is_not_a_whole_one() -> None:
    whole = await answered(Scripted(["Ask what they compare ", "it with."], breaks=True))
    (created,), (done,) = whole.of(SuggestionCreated), whole.of(SuggestionCompleted)
    assert (done.text, done.origin) == (created.text, "playbook")
    alone = await answered(Scripted(["Ask what they compare ", "it with."], breaks=True), bare=True)
    assert alone.of(SuggestionFailed)[0].kind == "truncated"


async def test_a_fault_ends_the_answer_at_once() -> None:
    pieces = ["Tell them it is ", "49 dollars ", *(f"and word {n} " for n in range(50))]
    published = await answered(Scripted(pieces))
    assert "49" not in "".join(delta.text for delta in published.of(SuggestionDelta))
    assert published.of(SuggestionSkipped)[0].detail.startswith("the model named a number")


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40, deadline=None)
@given(st.sampled_from([shape for shape in FAULTY if shape[0] != "pass"]), st.integers(1, 9))
async def test_however_it_is_cut_no_card_ends_with_it(shape: tuple[str, str], size: int) -> None:
    fault, text = shape
    published = await answered(Scripted([text[at : at + size] for at in range(0, len(text), size)]), bare=True)
    assert published.of(SuggestionCompleted) == []
    (failed,) = published.of(SuggestionFailed)
    assert failed.kind in ("rejected", "empty")
    assert (
        QUOTES_ITS_PROMPT not in "".join(delta.text for delta in published.of(SuggestionDelta))
        or fault == "leak"
    )


async def test_a_card_names_the_note_its_words_tell_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "plans.md").write_text("# Plans\nThe enterprise plan costs 42 dollars a user each month.")
    (tmp_path / "hours.md").write_text("# Hours\nThe desk is open from 8 to 18.")
    sources = []
    for words in ("It is 42 dollars a user.", "Ask what they would do with it first."):
        published = Published()
        with Knowledge(tmp_path) as notes:
            parts = CoachParts(fence=SECRET, knowledge=notes)
            async with running(coach(published, Scripted([f"SAY {words}"]), parts=parts)) as one:
                one.hear(said(PRICE))
                await published.until(SuggestionCompleted)
        (created,) = published.of(SuggestionCreated)
        (done,) = published.of(SuggestionCompleted)
        assert created.source == "plans.md › Plans"
        assert (done.text, done.origin) == (words, "gemini")
        sources.append(done.source)
    assert sources == ["plans.md › Plans", ""]
